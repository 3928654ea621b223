"""Monitors as people write them in YAML."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.domain.models import Category, Language
from trends.domain.monitors import MonitorDraft, MonitorSpec
from trends.domain.watchlist import Aliases, Entity
from trends.errors import InvalidRequestError
from trends.monitors_yaml import read_monitors, write_monitors

FULL = MonitorSpec(
    name="coffee-kr",
    title="커피: 매일",
    query='커피 OR "cold brew"',
    agent="news",
    market="KR",
    languages=(Language.KO, Language.EN),
    sources=("sample", "rss:hani"),
    window="7d",
    cadence="1d",
    due="10:30",
    report_language=Language.KO,
    channels=("slack",),
    categories=(Category.FOOD,),
    budget_usd=0.25,
    watchlist=(
        Entity(name="On", title="No", aliases=Aliases(any=("On Running",), ko=("온",))),
        Entity(name="1e3", group="coffee", excluded=("null x",)),
    ),
)
BARE = MonitorSpec(
    name="all",
    agent="news",
    market="US",
    languages=(Language.EN,),
    sources=("sample",),
    window="1d",
    report_language=Language.EN,
)


def read(text: str) -> tuple[MonitorDraft, ...]:
    return read_monitors(text.encode(), "m.yaml")


def refusal(text: str) -> str:
    with pytest.raises(InvalidRequestError) as caught:
        read(text)
    return str(caught.value)


def test_what_is_written_reads_back_as_the_same() -> None:
    drafts = read_monitors(write_monitors([FULL, BARE]).encode(), "m.yaml")
    specs = [MonitorSpec.model_validate(draft.model_dump(exclude_none=True)) for draft in drafts]
    assert specs == [FULL, BARE]


def test_writing_what_was_read_gives_the_same_text() -> None:
    text = write_monitors([FULL])
    (draft,) = read(text)
    again = MonitorSpec.model_validate(draft.model_dump(exclude_none=True))
    assert write_monitors([again]) == text


def test_values_are_the_text_that_they_are() -> None:
    (draft,) = read("monitors:\n  a:\n    due: 10:30\n    query: no\n    watchlist:\n      On:\n")
    assert (draft.due, draft.query) == ("10:30", "no")
    assert [entity.name for entity in draft.watchlist or ()] == ["On"]


def test_what_is_left_out_is_left_to_the_settings() -> None:
    (draft,) = read("monitors:\n  a:\n")
    assert draft == MonitorDraft(name="a")


def test_unknown_keys_are_named_with_their_lines_and_the_near_ones() -> None:
    told = refusal(
        "monitors:\n  a:\n    qurey: x\n    watchlist:\n      b:\n        alias: {}\n        aliases:\n          kr: [x]\n"
    )
    assert "m.yaml:3 monitors.a.qurey: unknown key; did you mean 'query'?" in told
    assert "m.yaml:6 monitors.a.watchlist.b.alias: unknown key; did you mean 'aliases'?" in told
    assert "m.yaml:8 monitors.a.watchlist.b.aliases.kr: unknown key" in told


def test_wrong_values_are_named_with_their_lines() -> None:
    told = refusal(
        "monitors:\n  a:\n    languages: [ko, fr]\n  B b:\n    cadence: soon\n    watchlist:\n      c:\n        aliases: { ko: ['!'] }\n"
    )
    assert "4 things" in told
    assert "m.yaml:3 monitors.a.languages.1" in told
    assert "m.yaml:4 monitors.B b:" in told
    assert "m.yaml:5 monitors.B b.cadence" in told
    assert "m.yaml:8 monitors.B b.watchlist.c.aliases.ko.0" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("- a", "not a mapping"),
        ("monitors: []", "no monitors"),
        ("monitors:\n  a: {}\n  a: {}\n", "m.yaml:3 gives 'monitors.a' a second time"),
        ("monitors:\n  a: {title: [}", "m.yaml:2 is not valid YAML"),
        ("monitors:\n  a: &x {title: b}\n  c: *x\n", "m.yaml:3 refers to another place"),
        ("monitors:\n  a: {}\nothers: {}\n", "m.yaml:3 others: unknown key"),
    ],
)
def test_what_is_no_such_file_is_refused_with_the_reason(text: str, told: str) -> None:
    assert told in refusal(text)


def test_other_encodings_are_refused() -> None:
    with pytest.raises(InvalidRequestError, match="not UTF-8"):
        read_monitors("monitors:\n  a: {title: 커피}\n".encode("cp949"), "m.yaml")


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    with contextlib.suppress(InvalidRequestError):
        assert read(text)
