"""Names of sources, and specs."""

import pytest

from tests.unit.trends.web_server import make_outbound
from trends.errors import InvalidRequestError, SettingsError, UnknownNameError
from trends.sources.registry import LIVE, SOURCES, create, create_live, parse_source_spec


@pytest.mark.parametrize(
    ("spec", "parsed"),
    [
        ("sample", ("sample", "")),
        ("file:uploads/a.jsonl", ("file", "uploads/a.jsonl")),
        ("file:/data/a:b.csv", ("file", "/data/a:b.csv")),
        ("rss:hani", ("rss", "hani")),
        ("rss:https://e.test:8080/rss", ("rss", "https://e.test:8080/rss")),
        ("search:google-news", ("search", "google-news")),
        (" file ", ("file", "")),
    ],
)
def test_spec_is_split_at_its_first_colon(spec: str, parsed: tuple[str, str]) -> None:
    assert parse_source_spec(spec) == parsed


def test_unknown_source_names_the_near_one() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'sample'"):
        parse_source_spec("smaple")


def test_unknown_live_source_names_the_near_one() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'search'"):
        parse_source_spec("serch:google-news")
    with pytest.raises(UnknownNameError, match="Did you mean 'rss'"):
        create_live("rsss", {}, make_outbound())


def test_live_source_is_built_with_its_options() -> None:
    with pytest.raises(SettingsError, match=r"sources\.rss\.feeds"):
        create_live("rss", {"feeds": {"a": {}}}, make_outbound())


def test_no_name_is_of_a_static_and_a_live_source() -> None:
    assert not set(SOURCES) & set(LIVE)


def test_source_that_takes_no_argument_refuses_one() -> None:
    with pytest.raises(InvalidRequestError, match="takes nothing behind a colon"):
        parse_source_spec("sample:seed=7")


def test_source_is_built_with_its_options() -> None:
    with pytest.raises(SettingsError, match=r"sources\.sample\.days"):
        create("sample", {"days": 0})


def test_building_an_unknown_source_names_the_near_one() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'file'"):
        create("files", {})
