"""A model that lies, and one that does not."""

import random

import pytest

from benchmarks.honest import PATTERNS, one_honest
from benchmarks.lie_checker import unsupported
from benchmarks.lying import FAMILIES, honest, with_plants
from trends.domain.drafting import MAX_SOURCES, Claim, TopicBrief
from trends.domain.models import Language

Topics = dict[Language, tuple[TopicBrief, TopicBrief]]

SEEDS = range(16)
NOT_IN_THE_WORDS = {
    "citation unrelated",
    "citation unknown",
    "citation of another topic",
    "citation missing",
    "passage invented",
}


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - not a secret


def told(family: str, language: Language, topics: Topics) -> list[tuple[Claim, TopicBrief]]:
    brief, other = topics[language]
    lies: list[tuple[Claim, TopicBrief]] = []
    for seed in SEEDS:
        rng = chance(seed)
        planted = with_plants(brief, rng)
        claim = FAMILIES[family](planted, (other,), rng)
        if claim is not None:
            lies.append((claim, planted))
    return lies


@pytest.fixture(scope="module")
def true_sentences(topics: Topics) -> dict[Language, set[str]]:
    """Collect what the honest model writes of the very briefs that are lied about."""
    found: dict[Language, set[str]] = {language: set() for language in Language}
    for language in Language:
        for rng in map(chance, SEEDS):
            brief = with_plants(topics[language][0], rng)
            found[language].update(claim.sentence for claim in honest(brief, rng))
    return found


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_lies_in_both_languages_and_the_referee_sees_it(
    family: str, language: Language, topics: Topics
) -> None:
    lies = told(family, language, topics)
    assert len(lies) >= 2
    assert [claim.sentence for claim, brief in lies if not unsupported(claim, brief)] == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("family", sorted(set(FAMILIES) - NOT_IN_THE_WORDS))
def test_no_lie_is_a_sentence_that_the_honest_model_writes(
    family: str, language: Language, topics: Topics, true_sentences: dict[Language, set[str]]
) -> None:
    assert true_sentences[language].isdisjoint(
        claim.sentence for claim, _ in told(family, language, topics)
    )


@pytest.mark.parametrize("language", Language)
def test_the_referee_lets_every_honest_sentence_pass(language: Language, topics: Topics) -> None:
    for seed in range(60):
        rng = chance(seed)
        brief = with_plants(topics[language][0], rng)
        claims = honest(brief, rng)
        assert claims
        for claim in claims:
            assert (claim.sentence, unsupported(claim, brief)) == (claim.sentence, ())


@pytest.mark.parametrize("language", Language)
def test_every_honest_pattern_is_used_in_both_languages(language: Language, topics: Topics) -> None:
    for pattern in PATTERNS:
        drawn = [
            one_honest(with_plants(topics[language][0], rng), rng, [pattern])
            for rng in map(chance, SEEDS)
        ]
        assert any(drawn), pattern.__name__


def test_the_honest_model_never_cites_a_planted_instruction(topics: Topics) -> None:
    for seed in SEEDS:
        rng = chance(seed)
        brief = with_plants(topics[Language.EN][0], rng)
        orders = {each.source_id for each in brief.sources if "evidence" in each.title}
        orders |= {each.source_id for each in brief.sources if "revious instr" in each.title}
        orders |= {each.source_id for each in brief.sources if "SYSTEM" in each.title}
        assert orders
        assert all(orders.isdisjoint(claim.evidence) for claim in honest(brief, rng))


def test_plants_leave_room_for_what_was_there(topics: Topics) -> None:
    planted = with_plants(topics[Language.KO][0], chance(1))
    assert len(planted.sources) == MAX_SOURCES
    assert sum(each.source_id.startswith("planted:") for each in planted.sources) == 5


def test_the_same_seed_tells_the_same_lies(topics: Topics) -> None:
    assert told("number", Language.KO, topics) == told("number", Language.KO, topics)
