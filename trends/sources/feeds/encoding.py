"""From the bytes of a feed to its text, and that text freed of what an XML parser must not be fed.

Done before the parser, because a parser that believes whatever encoding a feed declares can be made to run for hours,
and because Korean feeds declare EUC-KR and write its superset CP949.
"""

import codecs
import re

# Longest first: the mark of UTF-16 little-endian begins that of UTF-32.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# `<?xm` or `<rss` without a mark (XML 1.0, appendix F).
_STARTS = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
# What is written is often the superset of what is declared.
_WIDER = {
    "ascii": "utf-8",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
}
# Codecs of text on the wire. Python has others, some of which take quadratic time or are no encodings of text.
_KNOWN = re.compile(
    r"utf-?(8|16|32)([-_](le|be))?|(cp|windows-)\d{3,4}|iso8859-\d{1,2}|koi8[-_][rtu]|mac[-_]\w+"
    r"|ascii|cp949|euc_(jp|kr)|johab|shift_jis|iso2022_(jp|kr)|big5(hkscs)?|gb18030|gb2312|gbk|hz|tis-620"
)
_DECLARED = re.compile(
    rb"""^\s{0,100}<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([\w.:-]{1,40})"""
)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_KOREAN = "cp949"
_LATIN = "cp1252"
_HANGUL_SHARE = 0.5
_SAMPLED = 20_000

# Beyond what XML 1.0 calls a character: controls, surrogates, non-characters.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
_LARGEST = 0x10FFFF
_SUBSET_ENDS = re.compile(r"\]\s*>")


def feed_text(data: bytes, content_type: str = "") -> str:
    """Decode a feed.

    A byte order mark decides. Otherwise what fits the bytes, in this order: the charset of the HTTP header, the one that
    the XML declares, UTF-8, CP949 where that gives Hangul; then those of the first two that fit any bytes.
    """
    marked = next((item for item in (*_MARKS, *_STARTS) if data.startswith(item[0])), None)
    if marked is not None:
        mark, encoding = marked
        start = 0 if b"<" in mark or encoding == "cp037" else len(mark)
        return data[start:].decode(encoding, "replace")
    sure, unsure = _candidates(data, content_type)
    for encoding in sure:
        text = _decoded(data, encoding)
        if text is not None:
            return text
    korean = _decoded(data, _KOREAN)
    if korean is not None and _mostly_hangul(korean):
        return korean
    fitting = (text for encoding in unsure if (text := _decoded(data, encoding)) is not None)
    return next(fitting, None) or data.decode(_LATIN, "replace")


def without_hazards(text: str) -> str:
    """Take out what no feed needs: document type with its entities, characters and references that are not legal XML.

    Without definitions an entity stays what it is, text; there is nothing left to expand.
    """
    text = _ILLEGAL.sub("", text)
    return _REFERENCE.sub(_legal_reference, text[_prolog_ends(text) :])


def _candidates(data: bytes, content_type: str) -> tuple[list[str], list[str]]:
    """Name the encodings that fit only their own text, and those that fit any bytes."""
    said = _CHARSET.search(content_type[:500])
    declared = _DECLARED.match(data[:600])
    names = (
        _codec(said[1]) if said else None,
        _codec(declared[1].decode("ascii", "replace")) if declared else None,
    )
    # A server that calls everything Latin-1 says nothing.
    sure = [name for name in names if name and not _fits_anything(name)]
    return [*sure, "utf-8"], [name for name in names if name and _fits_anything(name)]


def _codec(name: str) -> str | None:
    """Name the codec for an encoding, the wider one where there is one; None where we do not read it."""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    if _KNOWN.fullmatch(known) is None:
        return None
    return _WIDER.get(known, known)


def _fits_anything(codec: str) -> bool:
    return codec.startswith(("cp125", "cp4", "cp8", "iso8859", "koi8", "mac", "windows"))


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _mostly_hangul(text: str) -> bool:
    beyond = [char for char in text if char > "\x7f"][:_SAMPLED]
    hangul = [char for char in beyond if "\uac00" <= char <= "\ud7a3"]
    # Not those syllables that CP949 adds: "Â" and a letter in Latin-1 look like one. EUC-KR spells them in eight bytes.
    common = sum(len(char.encode("euc_kr")) == 2 for char in hangul)  # noqa: PLR2004
    return common > _HANGUL_SHARE * len(beyond)


def _legal_reference(reference: re.Match[str]) -> str:
    digits = (reference[1] or reference[2]).lstrip("0")
    value = int(digits[:8] or "0", 16 if reference[1] else 10)
    if len(digits) > 7 or value > _LARGEST or _ILLEGAL.match(chr(value)):  # noqa: PLR2004 - 7 digits are enough for any
        return "\ufffd"
    return reference[0]


def _prolog_ends(text: str) -> int:
    """Find where the first element begins: behind declaration, comments and document type."""
    at = 0
    while True:
        while at < len(text) and (text[at].isspace() or text[at] == "\ufeff"):
            at += 1
        if text.startswith("<!--", at):
            end = _behind(text, "-->", at)
        elif text.startswith("<?", at):
            end = _behind(text, "?>", at)
        elif text.startswith("<!", at):
            end = _doctype_ends(text, at)
        else:
            return at
        if end is None:
            return at
        at = end


def _doctype_ends(text: str, at: int) -> int | None:
    close, subset = text.find(">", at), text.find("[", at)
    if subset == -1 or -1 < close < subset:
        return close + 1 or None
    found = _SUBSET_ENDS.search(text, subset)
    return found.end() if found else None


def _behind(text: str, mark: str, at: int) -> int | None:
    found = text.find(mark, at)
    return None if found == -1 else found + len(mark)
