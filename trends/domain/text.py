"""Plain text out of what feeds carry: no markup, no entities, no characters that cannot be seen."""

import html
import re
import unicodedata

TITLE_LIMIT = 1_000
"""Longest title kept, in characters."""

SUMMARY_LIMIT = 4_000
"""Longest summary kept, in characters."""

# Only these count as markup: Korean headlines put works in angle brackets, <기생충> or <Parasite>.
_INLINE = (
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|ins|kbd|label|mark|nobr|q|rp|rt|"
    "ruby|s|samp|small|span|strike|strong|sub|sup|time|tt|u|var|wbr"
)
_BLOCK = (
    "address|article|aside|audio|blockquote|body|br|button|caption|center|dd|details|div|dl|dt|"
    "embed|fieldset|figcaption|figure|footer|form|h[1-6]|head|header|hr|html|iframe|img|input|li|"
    "link|main|meta|nav|noscript|object|ol|option|p|param|picture|pre|section|select|source|"
    "summary|svg|table|tbody|td|textarea|tfoot|th|thead|title|tr|track|ul|video"
)
# Possessive, so that no input makes it slow.
_REST_OF_TAG = r"""(?=[\s/>])(?:[^<>"']|"[^"]*+"|'[^']*+'|["'])*+>"""
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE}){_REST_OF_TAG}", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK}){_REST_OF_TAG}", re.IGNORECASE)
# Feeds shorten summaries by characters, at times within a tag.
_CUT_TAG = re.compile(rf"<(?:{_INLINE}|{_BLOCK})\s+[a-z-]+\s*=[^<>]*+$", re.IGNORECASE)
_HIDDEN = re.compile(
    r"<!--.*?(?:-->|$)"
    r"|<(?P<name>script|style|template)(?=[\s/>]).*?(?:</(?P=name)\s*>|$)"
    r"|<!doctype[^>]*+>?|<\?xml.*?(?:\?>|$)",
    re.IGNORECASE | re.DOTALL,
)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|$)", re.DOTALL)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

# Controls, surrogates and non-characters; marks that turn the direction of what follows; spaces
# without width. Joiners stay: emoji and some scripts are written with them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)

_ALIKE = str.maketrans(
    dict.fromkeys("‘’‚‛ʼ′`´", "'") | dict.fromkeys("‐‑‒–—―−", "-") | dict.fromkeys("“”„‟″", '"')
)

# Markup is at most this many times as long as the text that is kept of it.
_MARKUP_FACTOR = 16


def plain_text(markup: str, limit: int) -> str:
    """Turn a title or summary as a feed gave it into one line of plain text.

    Tags go, scripts and styles go with their content, entities become characters (also where the
    feed escaped twice), runs of white space become one space, and characters that are invisible
    or turn the writing direction are dropped. The result is NFC. Punctuation stays as written.

    Args:
        markup: Text, HTML, or HTML escaped once or twice.
        limit: Longest result in characters; what is cut off is replaced by an ellipsis.
    """
    text = markup[: limit * _MARKUP_FACTOR]
    for _ in range(2):
        if "<" in text:
            text = _without_tags(text)
        if "&" not in text:
            break
        text = _ENTITY.sub(_character, text)
    if "<" in text:
        text = _without_tags(text)
    return _shortened(clean(text), limit)


def clean(text: str) -> str:
    """Drop invisible characters, join runs of white space, compose to NFC."""
    if not text.isascii() or not text.isprintable():
        text = unicodedata.normalize("NFC", _UNSEEN.sub("", text))
    return " ".join(text.split())


def fold(text: str) -> str:
    """Write text so that spellings of one word compare equal: case, width, quotes, dashes, spaces.

    NFKC case folding (Unicode 3.13, D146), then typographic apostrophes and dashes as ASCII.
    Folding what is folded changes nothing.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    folded = _folded_once(text)
    # A few compatibility characters need a second pass; none needs a fourth.
    for _ in range(3):
        again = _folded_once(folded)
        if again == folded:
            break
        folded = again
    return folded


def even(text: str) -> str:
    """Write text as `fold` does, but keep its case."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    seen = _UNSEEN.sub("", text)
    return " ".join(unicodedata.normalize("NFKC", seen).translate(_ALIKE).split())


def _folded_once(text: str) -> str:
    composed = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    return " ".join(unicodedata.normalize("NFKC", composed.casefold()).translate(_ALIKE).split())


def _without_tags(text: str) -> str:
    text = _CDATA.sub(r"\1", text)
    text = _HIDDEN.sub(" ", text)
    text = _BLOCK_TAG.sub(" ", text)
    text = _INLINE_TAG.sub("", text)
    return _CUT_TAG.sub("", text)


def _character(entity: re.Match[str]) -> str:
    return html.unescape(entity[0])


def _shortened(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return text[: limit - 1].rstrip() + "…"
