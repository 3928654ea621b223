"""What can be said of a sentence without understanding it: its form, what it cites, what it quotes."""

import re
from collections.abc import Sequence

from trends.domain.drafting import Check, Claim, Finding, Source, TopicBrief
from trends.domain.models import Language
from trends.domain.sentences import sentences
from trends.domain.text import even

_SHORTEST, _LONGEST = 8, 400
_FORBIDDEN = re.compile(
    r"https?://|www\.|[<>{}\[\]`|\\*_]|[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069]"
)
_HANGUL = re.compile(r"[가-힣]")
_OTHER_SCRIPT = re.compile(r"[\u0400-\u052f\u0590-\u06ff\u3040-\u30ff\u3400-\u9fff]")
# Marks that open and close what is said word for word; an apostrophe within a word does neither.
_QUOTED = re.compile(
    r"[\"“”„‟]([^\"“”„‟]+)[\"“”„‟]|[‘']([^‘’']{2,}?)[’'](?![A-Za-z])|[「『《〈]([^」』》〉]+)[」』》〉]"
)
_ENDED = re.compile(r"[다요죠음임][.!”’\"']*\s*$")
_EDGES = " .,!?…"


def form(claim: Claim, brief: TopicBrief, sources: Sequence[Source]) -> list[Finding]:
    """One plain sentence in the report's language that says something."""
    text = claim.sentence
    problems: list[str] = []
    if len(text.strip()) < _SHORTEST:
        problems.append("It is too short.")
    if len(text) > _LONGEST:
        problems.append(f"It is longer than {_LONGEST} characters.")
    if _FORBIDDEN.search(text):
        problems.append("It holds a link, markup or characters that are not plain text.")
    if len(sentences(text)) > 1:
        problems.append("It is more than one sentence.")
    if text.rstrip("\"'”’ ").endswith("?"):
        problems.append("It is a question.")
    if not _in_language(text, brief, sources):
        problems.append(f"It is not written in the report's language, '{brief.language.value}'.")
    return [Finding(check=Check.FORM, what=problem) for problem in problems]


def ended(text: str) -> bool:
    """Whether a Korean sentence ends on a verb or a noun made of one."""
    return _ENDED.search(text) is not None


def _in_language(text: str, brief: TopicBrief, sources: Sequence[Source]) -> bool:
    """Whether all that a writer may choose the words of is in the report's language: a name or a quotation is not."""
    given = [*(source.outlet for source in sources), brief.label, *brief.aliases]
    own = _QUOTED.sub(" ", text)
    for name in sorted(filter(None, given), key=len, reverse=True):
        own = own.replace(name, " ")
    if brief.language is Language.EN:
        return not _OTHER_SCRIPT.search(own) and not _HANGUL.search(own)
    # Korean headlines write countries and people with a Chinese letter: 美, 中.
    titles = "".join(source.title for source in sources if source.language is Language.KO)
    strange = _OTHER_SCRIPT.findall(own)
    return _HANGUL.search(text) is not None and all(letter in titles for letter in strange)


def cited(claim: Claim, brief: TopicBrief) -> tuple[list[Source], list[Finding]]:
    """The sources that a claim cites, and what is wrong with how it cites them."""
    known = {source.source_id: source for source in brief.sources}
    sources = [known[one] for one in dict.fromkeys(claim.evidence) if one in known]
    findings = [
        Finding(check=Check.EVIDENCE, what=f"There is no evidence '{one[:80]}' for this topic.")
        for one in claim.evidence
        if one not in known
    ]
    if not claim.evidence:
        findings.append(Finding(check=Check.EVIDENCE, what="It cites no evidence."))
    return sources, findings


def quotes(claim: Claim, sources: list[Source]) -> list[Finding]:
    """What is quoted stands word for word in what is cited.

    White space, width, kinds of quotation marks and dashes, and stops at the ends make no difference; letters and
    their case do.
    """
    texts = [even(f"{source.title}\n{source.text}") for source in sources]
    said = [*claim.quotes, *quoted(claim.sentence)]
    return [
        Finding(
            check=Check.QUOTE, what=f"'{one[:80]}' does not stand word for word in the evidence."
        )
        for one in said
        if not (even(one).strip(_EDGES) and any(even(one).strip(_EDGES) in text for text in texts))
    ]


def quoted(sentence: str) -> list[str]:
    """The passages of a sentence that stand in quotation marks."""
    return [next(part for part in match.groups() if part) for match in _QUOTED.finditer(sentence)]
