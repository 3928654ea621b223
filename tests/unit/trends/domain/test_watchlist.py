"""What a watchlist may hold."""

import pytest
from pydantic import ValidationError

from trends.domain.models import Language
from trends.domain.watchlist import (
    MOST_ALIASES,
    MOST_ENTITIES,
    Aliases,
    Entity,
    check_watchlist,
)
from trends.errors import InvalidWatchlistError


def entity(name: str, *anywhere: str, **more: tuple[str, ...]) -> Entity:
    return Entity(name=name, aliases=Aliases(any=anywhere, **more))


def test_an_entity_without_aliases_is_written_as_its_name() -> None:
    assert Entity(name="Nike").written(Language.KO) == ("Nike",)
    assert Entity(name="Nike").languages == tuple(Language)


def test_an_entity_with_aliases_is_not_written_as_its_name() -> None:
    gap = entity("gap", en=("Gap Inc",))
    assert gap.written(Language.EN) == ("Gap Inc",)
    assert gap.languages == (Language.EN,)


def test_spellings_that_compare_equal_are_one_alias() -> None:
    assert Aliases(any=("Nike", "NIKE", "ＮＩＫＥ", "나이키")).any == ("Nike", "나이키")


@pytest.mark.parametrize("alias", ["", "  ", "!!", "\u200b"])
def test_an_alias_without_letters_is_refused(alias: str) -> None:
    with pytest.raises(ValidationError, match="no letter"):
        Aliases(any=(alias,))


@pytest.mark.parametrize(
    "second",
    [entity("b", "apple"), entity("b", ko=("Apple",)), Entity(name="APPLE")],
    ids=["any", "another language", "a name"],
)
def test_an_alias_of_two_entities_is_refused_naming_both(second: Entity) -> None:
    with pytest.raises(InvalidWatchlistError, match=r"both 'a' and") as caught:
        check_watchlist([entity("a", "Apple"), second])
    assert f"'{second.name}'" in str(caught.value)


def test_one_entity_may_have_an_alias_in_two_languages() -> None:
    check_watchlist([entity("lg", ko=("LG",), en=("LG",))])


def test_a_name_twice_is_refused() -> None:
    with pytest.raises(InvalidWatchlistError, match="twice"):
        check_watchlist([entity("Nike", "x1"), entity("nike", "x2")])


def test_limits_are_those_that_are_promised() -> None:
    check_watchlist([Entity(name=f"e{n}") for n in range(MOST_ENTITIES)])
    check_watchlist([entity("a", *(f"a{n}" for n in range(MOST_ALIASES)))])
    with pytest.raises(InvalidWatchlistError, match="501 entities"):
        check_watchlist([Entity(name=f"e{n}") for n in range(MOST_ENTITIES + 1)])
    with pytest.raises(InvalidWatchlistError, match="51 aliases"):
        check_watchlist([entity("a", *(f"a{n}" for n in range(MOST_ALIASES + 1)))])
