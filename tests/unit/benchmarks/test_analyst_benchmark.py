"""What the bench of the analyst counts."""

import gzip
import json
import random
from pathlib import Path

from benchmarks.analyst import measure, share
from benchmarks.analyst_briefs import real_topics, reports
from benchmarks.lie_checker import unsupported
from benchmarks.lying import FAMILIES
from trends.domain.drafting import Check, Claim, Finding, Judged, TopicBrief
from trends.domain.models import Language

Topics = dict[Language, tuple[TopicBrief, TopicBrief]]


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - not a secret


def believes_all(claim: Claim, _brief: TopicBrief) -> Judged:
    return Judged(claim=claim, findings=())


def believes_nothing(claim: Claim, _brief: TopicBrief) -> Judged:
    return Judged(claim=claim, findings=(Finding(check=Check.SUPPORT, what="nothing holds"),))


def believes_the_referee(claim: Claim, brief: TopicBrief) -> Judged:
    why = unsupported(claim, brief)
    return Judged(
        claim=claim, findings=tuple(Finding(check=Check.SUPPORT, what=each) for each in why)
    )


def dealt(topics: Topics) -> list[tuple[TopicBrief, ...]]:
    every = [brief for pair in topics.values() for brief in pair]
    return reports(every, 20, chance(1))


def test_who_believes_everything_prints_every_lie(topics: Topics) -> None:
    lying, truthful = measure(believes_all, dealt(topics), chance(2))
    assert lying.passed.total() == lying.lies.total() == 20 * 4 * 2
    assert len(lying.unsupported) >= 0.98 * lying.lies.total()
    assert share(truthful.kept, truthful.true) == 1.0


def test_who_believes_nothing_keeps_no_truth(topics: Topics) -> None:
    lying, truthful = measure(believes_nothing, dealt(topics), chance(2))
    assert lying.printed == lying.passed.total() == 0
    assert share(truthful.kept, truthful.true) == 0.0
    assert len(truthful.dropped) == truthful.true.total() > 0


def test_who_judges_as_the_referee_does_prints_nothing_unsupported(topics: Topics) -> None:
    lying, truthful = measure(believes_the_referee, dealt(topics), chance(2))
    assert lying.unsupported == []
    assert lying.printed > 0
    assert share(truthful.kept, truthful.true) >= 0.98


def test_every_family_has_its_turn(topics: Topics) -> None:
    lying, _ = measure(believes_all, dealt(topics), chance(2))
    assert set(+lying.lies) == set(FAMILIES)


def test_true_sentences_are_counted_by_language(topics: Topics) -> None:
    _, truthful = measure(believes_all, dealt(topics), chance(2))
    assert set(truthful.true) == set(Language)


def test_real_headlines_of_one_week_that_share_a_word_are_a_topic(tmp_path: Path) -> None:
    file = tmp_path / "headlines.jsonl.gz"
    rows = [
        {
            "date": f"2026-01-0{day}",
            "lang": "ko",
            "source": "매일경제",
            "title": f"두쫀쿠 열풍 {day}",
        }
        for day in (5, 6, 7, 8)
    ]
    rows += [{"date": "2026-01-05", "lang": "en", "source": "FT", "title": "Something else"}]
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    found = {each.label: each for each in real_topics(file, seed=0)}
    assert set(found) == {"두쫀쿠", "열풍"}
    assert found["두쫀쿠"].numbers.stories == 4
    assert len(found["두쫀쿠"].sources) == 4


def test_an_english_archive_names_the_outlet_behind_a_dash(tmp_path: Path) -> None:
    file = tmp_path / "headlines.jsonl.gz"
    rows = [
        {"ts": f"2025-09-0{day}T10:00", "title": f"Nvidia rises {day}% - Reuters"}
        for day in (1, 2, 3, 4)
    ]
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    (topic,) = real_topics(file, seed=0)
    assert {each.outlet for each in topic.sources} == {"Reuters"}
    assert topic.sources[0].title == "Nvidia rises 1%"
