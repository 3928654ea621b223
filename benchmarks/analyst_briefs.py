"""Topics to write about: from the sample's analysis, and from real headlines that share a word."""

import gzip
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.planted import DAYS, UNTIL, WINDOW, ZONE, analysis_of, stories_of
from trends.domain.drafting import MAX_SOURCES, Source, TopicBrief, TopicNumbers, briefs
from trends.domain.models import Language, Window
from trends.sources.sample import generate

TOPICS = 6
"""Topics in a report: enough that each has others to be mixed up with."""

REAL_TOPICS = 60
ARCHIVES = ("headlines_ko_en", "headlines_en")
_CROSS_LANGUAGE = 0.1
_SHARED_WORD = re.compile(r"[A-Z][a-z]{4,}|[가-힣]{2,5}")
_FEWEST, _MOST = 4, 40
# Most of the headlines with a topic's word are of its week: it is no everyday word.
_IN_ONE_WEEK = 0.6


def sample_topics(seed: int) -> list[TopicBrief]:
    """Analyze one sample, and give its topics, each in the language of its evidence but for a few."""
    rng = random.Random(seed)
    analysis = analysis_of(stories_of(generate(seed, UNTIL, DAYS).items))
    window = Window(start=UNTIL - WINDOW, end=UNTIL)
    written = briefs(analysis, window=window, time_zone=ZONE, language=Language.EN)
    announced = {topic.topic_id for topic in analysis.topics if topic.announced}
    return [in_its_language(each, rng) for each in written if each.topic_id in announced]


def in_its_language(brief: TopicBrief, rng: random.Random) -> TopicBrief:
    """Have a topic written about in its evidence's language, and one in ten in the other."""
    language = brief.sources[0].language
    if rng.random() < _CROSS_LANGUAGE:
        language = Language.EN if language is Language.KO else Language.KO
    return brief.model_copy(update={"language": language})


def real_topics(file: Path, seed: int, count: int = REAL_TOPICS) -> list[TopicBrief]:
    """Draw words that several headlines of one week share; those headlines are a topic."""
    rng = random.Random(seed)
    rows = _rows(file)
    weeks: defaultdict[tuple[str, str], list[Source]] = defaultdict(list)
    seen: Counter[str] = Counter()
    for row in rows:
        week = f"{row.published_at:%G-%V}"
        for word in set(_SHARED_WORD.findall(row.title)):
            weeks[week, word].append(row)
            seen[word] += 1
    groups = sorted(
        key
        for key, held in weeks.items()
        if _FEWEST <= len(held) <= _MOST and len(held) >= _IN_ONE_WEEK * seen[key[1]]
    )
    chosen = rng.sample(groups, min(count, len(groups)))
    return [in_its_language(_grouped(key[1], weeks[key], rng), rng) for key in chosen]


def _grouped(word: str, held: Sequence[Source], rng: random.Random) -> TopicBrief:
    first = min(each.published_at for each in held)
    growth = round(1.5 + 4 * rng.random(), 3)
    return TopicBrief(
        topic_id=f"real:{word}:{first:%Y%m%d}",
        label=word,
        aliases=(word,),
        language=held[0].language,
        window=Window(start=first, end=first + timedelta(days=7)),
        time_zone=ZONE,
        numbers=TopicNumbers(
            stories=len(held),
            window_days=7,
            growth=growth,
            growth_low=growth * 0.7,
            growth_high=growth * 1.6,
            outlets=len({each.outlet for each in held if each.outlet}),
            first_seen=first,
        ),
        sources=tuple(held[:MAX_SOURCES]),
    )


def _rows(file: Path) -> list[Source]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [_source(row, number) for number, row in enumerate(rows)]


def _source(row: dict[str, str], number: int) -> Source:
    title, outlet = row["title"], row.get("source", "")
    if not outlet and " - " in title:
        title, _, outlet = title.rpartition(" - ")
    moment = row["ts"] if "ts" in row else f"{row['date']}T12:{number % 60:02}"
    return Source(
        source_id=f"real:{number}",
        title=title,
        outlet=outlet,
        published_at=datetime.fromisoformat(f"{moment}+09:00"),
        language=Language(row.get("lang", "en")),
    )


def reports(
    topics: Sequence[TopicBrief], count: int, rng: random.Random
) -> list[tuple[TopicBrief, ...]]:
    """Deal topics to reports."""
    return [tuple(rng.sample(topics, min(TOPICS, len(topics)))) for _ in range(count)]
