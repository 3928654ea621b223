"""What a good and honest writer says of a topic: copied, compressed, reordered, reworded, and always cited."""

import random
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from trends.domain.drafting import MAX_CLAIMS, Claim, Source, TopicBrief
from trends.domain.models import Language
from trends.sources.newsroom.clauses import with_particle

_TAG = re.compile(r"^\s*\[[^\]]{1,20}\]\s*|\s*\[[^\]]{1,30}\]\s*$")
_CUT = re.compile(r"\s*(?:…|\.\.\.| – | \| )\s*")
_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_QUOTES = re.compile(r"[\"“”'‘’]")
# A clause after which the clause before it no longer stands by itself.
_TURNS = re.compile(
    r"\b(not?|never|but|denie[sd]|false|deny)\b|아니|않|없|못|부인|사실무근|거짓", re.IGNORECASE
)
INSTRUCTION = re.compile(r"\bignore (all|the)\b|지시를? 무시|system:|시스템:", re.IGNORECASE)

MONTHS = (
    "January February March April May June July August September October November December".split()
)
WEEKDAYS = {
    Language.EN: "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
    Language.KO: "월요일 화요일 수요일 목요일 금요일 토요일 일요일".split(),
}

# Rewordings that say the same; each is tried where its left side is found.
_REWORDINGS: dict[Language, tuple[tuple[str, str], ...]] = {
    Language.EN: (
        (r"^Sales of (.+) up (\d+)% at (.+)$", r"At \3, sales of \1 rose \2%"),
        (r"^Bookings for (.+) up (\d+)% (.+)$", r"Bookings for \1 rose \2% \3"),
        (r"^Searches for (.+) jump (\d+)%$", r"Searches for \1 rose \2%"),
        (r"^Complaints about (.+) climb (\d+)%$", r"Complaints about \1 rose \2%"),
        (r"^Interest in (.+) rises (\d+)% (.+)$", r"Interest in \1 was up \2% \3"),
        (r"^Price of (.+) rises (\d+)% (.+)$", r"The price of \1 went up \2% \3"),
        (r"^Fees for (.+) rise (\d+)%$", r"Fees for \1 went up by \2%"),
        (r"^(.+) exports (\d+)% more (.+)$", r"Exports of \3 from \1 rose \2%"),
        (r"^(.+) recalls batch of (.+)$", r"A batch of \2 is being recalled by \1"),
        (r"^(.+) sells out of (.+)$", r"\1 sold out of \2"),
        (r"^(.+) queues for (.+) at (.+)$", r"At \3, \1 queues for \2"),
        (
            r"^(.+) said demand for (.+) rose (\d+)% from a year earlier, led by (.+)$",
            r"Led by \4, demand for \2 rose \3% from a year earlier, \1 said",
        ),
        (r"^A survey of (.+) people found that (.+)$", r"\2, a survey of \1 people found"),
    ),
    Language.KO: (
        (r"^(.+) 검색량 (\d+)% 껑충$", r"\1 검색량이 \2% 늘었다"),
        (r"^(.+) 관심 (.+) (\d+)% 증가$", r"\1 관심이 \2 \3% 늘었다"),
        (r"^(.+) 민원 (\d+)% 늘어$", r"\1 민원이 \2% 증가했다"),
        (r"^(\S+) (.+) 매출 (\d+)% 쑥$", r"\1의 \2 매출이 \3% 늘었다"),
        (r"^(.+) 가격 (.+) (\d+)% 올라$", r"\1 가격이 \2 \3% 상승했다"),
        (r"^(.+) 예약 (\d+)% 급증$", r"\1 예약이 \2% 늘었다"),
        (r"^(.+) 이용료 (\d+)% 인상$", r"\1 이용료가 \2% 올랐다"),
        (r"^(.+) (\d+)% 상승$", r"\1\2% 올랐다"),
        (r"^(.+), (.+) 일부 회수$", r"\1에서 \2 일부를 회수했다"),
        (r"^(\S+)서 (.+) 오픈런$", r"\1에서 \2 오픈런"),
        (r" 전문 매장 문 연다$", " 전문 매장이 문을 연다"),
        (r" 품절 대란$", " 품절 대란이 일었다"),
        (
            r"^(.+)에서 시작된 (.+) 바람이 (.+)까지 번졌다$",
            r"\2 바람이 \1에서 시작돼 \3까지 번졌다",
        ),
        (r"^(.+명)을 조사한 결과 (.+) 나타났다$", r"\1 조사에서 \2 나타났다"),
    ),
}
_SPELLINGS: dict[Language, tuple[tuple[str, str], ...]] = {
    Language.EN: (
        (r"\btwo million\b", "2 million"),
        (r"\bhalf a million\b", "500,000"),
        (r"\bthree million\b", "3 million"),
        (r"\bten million\b", "10,000,000"),
        (r"(\d)% ", r"\1 percent "),
    ),
    Language.KO: (
        (r"(?<!\d)1만5천원", "1만5000원"),
        (r"(?<!\d)9900원", "9,900원"),
        (r"(?<!\d)30만명", "300,000명"),
        (r"(?<!\d)4만명", "40,000명"),
        (r"(?<!\d)12만원", "120,000원"),
    ),
}

Pattern = Callable[[TopicBrief, Source, random.Random], Claim | None]


def day_of(moment: datetime, brief: TopicBrief) -> str:
    """Write a day as the brief's language does: `March 5` or `3월 5일`."""
    local = moment.astimezone(ZoneInfo(brief.time_zone))
    if brief.language is Language.KO:
        return f"{local.month}월 {local.day}일"
    return f"{MONTHS[local.month - 1]} {local.day}"


def weekday_of(moment: datetime, brief: TopicBrief) -> str:
    """Name the weekday in the brief's language."""
    return WEEKDAYS[brief.language][moment.astimezone(ZoneInfo(brief.time_zone)).weekday()]


def usable(brief: TopicBrief) -> list[Source]:
    """List what an honest writer rests on: an instruction among the headlines is no evidence."""
    return [each for each in brief.sources if not INSTRUCTION.search(each.title)]


def clauses(source: Source) -> list[str]:
    """Cut a headline at its marks, without its tag; a clause that the next one turns is not cut off."""
    title = _TAG.sub("", source.title).strip()
    parts = [part for part in _CUT.split(title) if part]
    if len(parts) < 2 or any(_TURNS.search(part) for part in parts):
        return [title]
    return parts


def lead_of(source: Source) -> str:
    """Take the first clause of a headline."""
    return clauses(source)[0]


def plain(text: str) -> bool:
    """Whether a passage can stand outside quotation marks as a statement."""
    return not _QUOTES.search(text) and "?" not in text and len(text) >= 6


def copied(text: str, source: Source, brief: TopicBrief, rng: random.Random) -> str:
    """State a passage in one of the ways in which reports name their source."""
    day, outlet = day_of(source.published_at, brief), source.outlet
    text = text.rstrip(".")
    if not outlet:
        return f"{text}."
    if brief.language is Language.KO:
        frames = (
            f"{outlet}에 따르면 {text}.",
            f"{day} {outlet} 보도에 따르면 {text}.",
            f"{text}, {outlet} 보도.",
            f"{text}.",
        )
    else:
        frames = (
            f"According to {outlet}, {text}.",
            f"{text}, {outlet} reported.",
            f"{text}, {outlet} reported on {day}.",
            f"{text}.",
        )
    return rng.choice(frames)


def statement(brief: TopicBrief, source: Source, rng: random.Random) -> Claim | None:
    """Copy a clause of the headline, named source or not."""
    text = lead_of(source)
    if not plain(text) or source.language is not brief.language:
        return None
    return Claim(sentence=copied(text, source, brief, rng), evidence=(source.source_id,))


def _from_lead_text(brief: TopicBrief, source: Source, rng: random.Random) -> Claim | None:
    sentences = [each for each in _SENTENCE.split(source.text) if plain(each) and len(each) < 250]
    if not sentences or source.language is not brief.language:
        return None
    return Claim(
        sentence=copied(rng.choice(sentences), source, brief, rng), evidence=(source.source_id,)
    )


def _reworded(brief: TopicBrief, source: Source, rng: random.Random) -> Claim | None:
    if source.language is not brief.language:
        return None
    passages = [lead_of(source), *(each.rstrip(".") for each in _SENTENCE.split(source.text))]
    tried = [
        (text, re.sub(found, instead, text))
        for text in passages
        if plain(text) and ": " not in text
        for found, instead in _REWORDINGS[brief.language]
    ]
    for text, changed in tried:
        if changed != text:
            sentence = copied(changed, source, brief, rng)
            return Claim(sentence=sentence, evidence=(source.source_id,), quotes=(text,))
    return None


def _respelled(brief: TopicBrief, source: Source, rng: random.Random) -> Claim | None:
    if source.language is not brief.language:
        return None
    for text in clauses(source):
        for found, instead in _SPELLINGS[brief.language]:
            changed = re.sub(found, instead, text)
            if changed != text and plain(changed):
                sentence = copied(changed, source, brief, rng)
                return Claim(sentence=sentence, evidence=(source.source_id,))
    return None


def _quoted(brief: TopicBrief, source: Source, rng: random.Random) -> Claim | None:
    """Quote the headline word for word; the only way across languages that keeps its words."""
    text = rng.choice((lead_of(source), _TAG.sub("", source.title).strip()))
    if _QUOTES.search(text) or not source.outlet:
        return None
    day, week = day_of(source.published_at, brief), weekday_of(source.published_at, brief)
    so = "이라고" if with_particle(text, "이").endswith("이") else "라고"
    if brief.language is Language.KO:
        frames = (
            f"{with_particle(source.outlet, '은')} {day} “{text}”{so} 보도했다.",
            f"{with_particle(source.outlet, '은')} {week} “{text}”{so} 전했다.",
            f"{source.outlet}에 따르면 “{text}”.",
            f"“{text}”{so} {source.outlet}에서 보도했다.",
        )
    else:
        frames = (
            f"{source.outlet} reported on {day}: “{text}”.",
            f"On {week}, {source.outlet} wrote: “{text}”.",
            f"According to {source.outlet}, “{text}”.",
            f"“{text}”, {source.outlet} wrote.",
        )
    return Claim(sentence=rng.choice(frames), evidence=(source.source_id,), quotes=(text,))


def _turned_round(brief: TopicBrief, source: Source, rng: random.Random) -> Claim | None:
    parts = clauses(source)
    if len(parts) != 2 or source.language is not brief.language or not all(map(plain, parts)):
        return None
    return Claim(
        sentence=copied(f"{parts[1]}: {parts[0]}", source, brief, rng), evidence=(source.source_id,)
    )


def _two_sources(brief: TopicBrief, source: Source, rng: random.Random) -> Claim | None:
    others = [
        each
        for each in usable(brief)
        if each.title != source.title and each.outlet and not _QUOTES.search(lead_of(each))
    ]
    text = lead_of(source)
    if not others or not source.outlet or _QUOTES.search(text):
        return None
    other = rng.choice(others)
    first, second = (text, source.outlet), (lead_of(other), other.outlet)
    if brief.language is Language.KO:
        sentence = f"{first[1]} 보도 “{first[0]}”; {second[1]} 보도 “{second[0]}”."
    else:
        sentence = f"{first[1]} reported “{first[0]}”; {second[1]} reported “{second[0]}”."
    return Claim(sentence=sentence, evidence=(source.source_id, other.source_id))


def _both(brief: TopicBrief, source: Source, rng: random.Random) -> Claim | None:
    """Sum two sources up by what is sure of both: that they write of the topic."""
    name = brief.label
    others = [
        each
        for each in usable(brief)
        if each.outlet
        and each.outlet not in source.outlet
        and source.outlet not in each.outlet
        and name.lower() in each.title.lower()
    ]
    if not others or not source.outlet or name.lower() not in source.title.lower():
        return None
    other = rng.choice(others)
    sentence = (
        f"{with_particle(source.outlet, '과')} {with_particle(other.outlet, '이')} {name} 소식을 전했다."
        if brief.language is Language.KO
        else f"{source.outlet} and {other.outlet} both reported on {name}."
    )
    return Claim(sentence=sentence, evidence=(source.source_id, other.source_id))


def _figure(brief: TopicBrief, source: Source, rng: random.Random) -> Claim | None:
    """Name a figure and who gives it; true across languages, since digits are digits."""
    found = re.findall(r"(?<![\d.,$€£])\d+(?:\.\d+)?%(?!p|포인트)", source.title)
    if not found or not source.outlet:
        return None
    figure, day = rng.choice(found), day_of(source.published_at, brief)
    if brief.language is Language.KO:
        sentence = f"{brief.label} 관련 {day} {source.outlet} 보도에 {figure}라는 수치가 나온다."
    else:
        sentence = f"{source.outlet} reported a figure of {figure} on {brief.label} on {day}."
    return Claim(sentence=sentence, evidence=(source.source_id,))


def growth_of(brief: TopicBrief) -> str:
    """Write the growth as it may be stated: with one decimal."""
    return f"{brief.numbers.growth:.1f}"


def _counted(brief: TopicBrief, source: Source, rng: random.Random) -> Claim | None:
    numbers, name = brief.numbers, brief.label
    days, stories, first = numbers.window_days, numbers.stories, day_of(numbers.first_seen, brief)
    if brief.language is Language.KO:
        frames = [
            f"{name} 관련 기사는 {days}일 동안 {stories}건이었다.",
            f"{name} 첫 기사는 {first}에 나왔다.",
        ]
        grown = f"{name} 기사는 {days}일 동안 {stories}건으로 평소의 {growth_of(brief)}배였다."
        carried = f"{name} 기사를 {numbers.outlets}개 매체가 {days}일 동안 보도했다."
    else:
        frames = [
            f"{stories} stories over {days} days were about {name}.",
            f"The first story about {name} appeared on {first}.",
        ]
        grown = f"{stories} stories in {days} days were about {name}, {growth_of(brief)} times the usual rate."
        carried = f"{numbers.outlets} outlets reported on {name} over {days} days."
    if not numbers.is_new:
        frames.append(grown)
    if numbers.outlets > 1:
        frames.append(carried)
    return Claim(sentence=rng.choice(frames), evidence=(source.source_id,))


PATTERNS: tuple[Pattern, ...] = (
    statement,
    _from_lead_text,
    _reworded,
    _respelled,
    _quoted,
    _turned_round,
    _two_sources,
    _both,
    _figure,
    _counted,
)
"""Ways to say something true; each holds several sentences, and gives nothing where a source has not what it needs."""


def one_honest(
    brief: TopicBrief, rng: random.Random, patterns: Sequence[Pattern] = PATTERNS
) -> Claim | None:
    """Write one true sentence; None where the brief gives no ground for any of the patterns."""
    sources = usable(brief)
    rng.shuffle(sources)
    for pattern in rng.sample(patterns, len(patterns)):
        for source in sources:
            claim = pattern(brief, source, rng)
            if claim is not None and len(claim.sentence) <= 300:
                return claim
    return None


def honest(brief: TopicBrief, rng: random.Random) -> list[Claim]:
    """Write as many true sentences, no two alike, as a report takes."""
    drawn = (one_honest(brief, rng) for _ in range(3 * MAX_CLAIMS))
    sentences = {claim.sentence: claim for claim in drawn if claim is not None}
    return list(sentences.values())[:MAX_CLAIMS]
