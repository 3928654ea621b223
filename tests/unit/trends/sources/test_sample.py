"""The made-up corpus."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from trends.domain.models import Language, RawItem, Window
from trends.sources.base import ReadLog, SourceRequest
from trends.sources.sample import (
    DecoyKind,
    PlannedTrend,
    SampleCorpus,
    SampleOptions,
    SampleSource,
    Shape,
    generate,
)

UNTIL = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


@cache
def _corpus(*, plant: bool = True, decoys: bool = True) -> SampleCorpus:
    return generate(5, UNTIL, plant=plant, decoys=decoys)


def _time(item: RawItem) -> datetime:
    assert item.published
    return datetime.fromisoformat(item.published)


def _by_id(corpus: SampleCorpus) -> dict[str, RawItem]:
    return {item.item_id: item for item in corpus.items}


def _days_back(item: RawItem) -> int:
    return (UNTIL - _time(item)) // timedelta(days=1)


def test_same_seed_gives_the_same_corpus() -> None:
    assert generate(5, UNTIL) == _corpus()


def test_another_seed_gives_another_corpus() -> None:
    assert generate(6, UNTIL, days=3).items != generate(5, UNTIL, days=3).items


def test_corpus_does_not_depend_on_the_hash_seed() -> None:
    program = (
        "from datetime import UTC, datetime; import hashlib; "
        "from trends.sources.sample import generate; "
        "c = generate(5, datetime(2026, 3, 2, 7, 30, tzinfo=UTC), days=8); "
        "print(hashlib.sha256(repr((c.items, c.truth)).encode()).hexdigest())"
    )
    here = generate(5, UNTIL, days=8)
    expected = hashlib.sha256(repr((here.items, here.truth)).encode()).hexdigest()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == expected


def test_about_sixty_headlines_a_day_half_of_them_korean() -> None:
    items = _corpus().items
    assert 54 <= len(items) / 90 <= 70
    assert 0.4 < sum(item.language == "ko" for item in items) / len(items) < 0.6


def test_items_are_ordered_and_end_before_the_end() -> None:
    times = [_time(item) for item in _corpus().items]
    assert times == sorted(times)
    assert times[-1] < UNTIL
    assert times[0] >= UNTIL - timedelta(days=90)


def test_items_are_distinct_and_link_to_a_reserved_domain() -> None:
    items = _corpus().items
    assert len({item.item_id for item in items}) == len(items)
    assert all((item.url or "").startswith("https://news.example/") for item in items)


def test_outlets_are_many_and_of_unequal_size() -> None:
    sizes = Counter(item.outlet for item in _corpus().items).most_common()
    assert len(sizes) >= 25
    assert sizes[0][1] > 3 * sizes[-1][1]


def test_weekends_are_quieter() -> None:
    items = _corpus(plant=False, decoys=False).items
    weekend = sum(_time(item).weekday() >= 5 for item in items) / 2
    weekday = sum(_time(item).weekday() < 5 for item in items) / 5
    assert weekend < 0.8 * weekday


def test_few_titles_repeat_but_as_copies() -> None:
    titles = Counter(item.title for item in _corpus(decoys=False).items)
    assert sum(count - 1 for count in titles.values()) < 0.08 * sum(titles.values())


def test_truth_names_items_that_exist_and_carry_the_subject() -> None:
    corpus = _corpus()
    items = _by_id(corpus)
    for part in (*corpus.truth.trends, *corpus.truth.decoys):
        assert part.item_ids
        for item_id in part.item_ids:
            assert part.subject.lower() in items[item_id].title.lower()


def test_no_item_on_a_planted_subject_is_missing_from_the_truth() -> None:
    corpus = _corpus()
    for trend in corpus.truth.trends:
        found = {i.item_id for i in corpus.items if trend.subject.lower() in i.title.lower()}
        assert found == set(trend.item_ids)


@pytest.mark.parametrize("shape", list(Shape))
def test_trend_rises_to_its_size(shape: Shape) -> None:
    """Stories a day at full height over stories a day before, over several seeds."""
    height = {
        Shape.SPIKE: (0, 0),
        Shape.RAMP: (0, 1),
        Shape.SLOW_BURN: (0, 24),
        Shape.FADING: (13, 23),
    }
    newest, oldest = height[shape]
    plan = (PlannedTrend(shape=shape, size=4.0, base=3.0, language=Language.EN),)
    high = before = 0.0
    for seed in range(8):
        corpus = generate(seed, UNTIL, days=49, per_day=4, decoys=False, plan=plan)
        items = _by_id(corpus)
        ages = [_days_back(items[item_id]) for item_id in corpus.truth.trends[0].item_ids]
        high += sum(newest <= age <= oldest for age in ages) / (oldest - newest + 1)
        before += sum(28 <= age < 49 for age in ages) / 21
    assert 3.0 < high / before < 5.2


def test_raised_items_are_those_since_the_start() -> None:
    corpus = _corpus()
    items = _by_id(corpus)
    for trend in corpus.truth.trends:
        since = tuple(i for i in trend.item_ids if _time(items[i]) >= trend.start)
        assert trend.raised_ids == since


def test_trends_come_from_several_outlets() -> None:
    corpus = _corpus()
    items = _by_id(corpus)
    for trend in corpus.truth.trends:
        assert len({items[item_id].outlet for item_id in trend.raised_ids}) >= 4


def test_without_planting_there_is_no_trend_and_the_decoys_stay() -> None:
    null = _corpus(plant=False)
    assert null.truth.trends == ()
    assert null.truth.decoys == _corpus().truth.decoys


def test_without_planting_subjects_keep_their_base_and_the_rest_stays_as_it_was() -> None:
    planted, null = _corpus(), _corpus(plant=False)
    raised = {item_id for trend in planted.truth.trends for item_id in trend.item_ids}
    rest = {item.item_id: item for item in planted.items if item.item_id not in raised}
    kept = _by_id(null)
    assert all(kept[item_id] == item for item_id, item in rest.items())


def test_without_decoys_none_acts() -> None:
    assert _corpus(decoys=False).truth.decoys == ()


def test_one_outlet_repeats_itself_at_the_end() -> None:
    corpus = _corpus()
    items = _by_id(corpus)
    for decoy in corpus.truth.decoys:
        if decoy.kind is DecoyKind.ONE_OUTLET:
            last = [items[i].outlet for i in decoy.item_ids if _days_back(items[i]) < 3]
            assert Counter(last).most_common(1)[0][1] >= 0.6 * len(last)
            assert len(last) >= 3


def test_weekly_peak_falls_on_the_weekday_of_the_last_day() -> None:
    corpus = _corpus()
    items = _by_id(corpus)
    for decoy in corpus.truth.decoys:
        if decoy.kind is DecoyKind.WEEKLY_PEAK:
            ages = Counter(_days_back(items[i]) % 7 for i in decoy.item_ids)
            assert ages[0] > 0.5 * sum(ages.values())


def test_wire_block_is_one_story_in_many_outlets() -> None:
    corpus = _corpus()
    items = _by_id(corpus)
    for decoy in corpus.truth.decoys:
        if decoy.kind is DecoyKind.WIRE_BLOCK:
            recent = [items[i] for i in decoy.item_ids if _days_back(items[i]) < 4]
            words = [frozenset(item.title.replace("…", " ").split()) for item in recent]
            copies = max(sum(len(one & other) >= 3 for other in words) for one in words)
            assert copies >= 9
            assert len({item.outlet for item in recent}) >= 9


def test_volume_grows_with_headlines_a_day() -> None:
    assert len(generate(1, UNTIL, days=3, per_day=600).items) > 1_500


def test_single_day_can_be_generated() -> None:
    assert generate(1, UNTIL, days=1).items


def _request(**changes: object) -> SourceRequest:
    window = Window(start=UNTIL - timedelta(days=7), end=UNTIL)
    fields: dict[str, object] = {
        "window": window,
        "history_start": UNTIL - timedelta(days=30),
        "languages": tuple(Language),
        "zone": "Asia/Seoul",
        "now": UNTIL,
    }
    return SourceRequest.model_validate({**fields, **changes})


def test_source_reads_the_asked_languages_only() -> None:
    source = SampleSource(SampleOptions(days=3))
    items = list(source.read(_request(languages=(Language.KO,)), ReadLog()))
    assert {item.language for item in items} == {"ko"}


def test_source_can_pin_where_its_corpus_ends() -> None:
    pinned = SampleSource(SampleOptions(until=UNTIL - timedelta(days=5), days=3))
    items = list(pinned.read(_request(), ReadLog()))
    assert max(_time(item) for item in items) < UNTIL - timedelta(days=5)


def test_source_says_that_its_headlines_are_made_up() -> None:
    log = ReadLog()
    list(SampleSource(SampleOptions(days=1)).read(_request(), log))
    assert log.notes == ["All headlines of this source are made up (seed 20260125)."]
