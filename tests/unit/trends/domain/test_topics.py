"""Terms that speak of one thing."""

from hypothesis import given
from hypothesis import strategies as st

from trends.domain.topics import Cluster, cluster


def _cluster(*recent: set[int], alarmed: set[int] | None = None) -> list[Cluster]:
    return cluster(
        range(len(recent)),
        [frozenset(stories) for stories in recent],
        lambda term: alarmed is None or term in alarmed,
    )


def test_terms_of_the_same_stories_are_one_topic() -> None:
    (topic,) = _cluster({1, 2, 3, 4}, {2, 3, 4, 5})
    assert topic.core == [0, 1]
    assert topic.recent == {1, 2, 3, 4, 5}


def test_terms_of_other_stories_are_another_topic() -> None:
    assert [topic.lead for topic in _cluster({1, 2, 3}, {7, 8, 9})] == [0, 1]


def test_a_wider_term_is_tied_and_brings_no_stories() -> None:
    (topic,) = _cluster({1, 2, 3}, set(range(1, 40)))
    assert topic.tied == [1]
    assert topic.recent == {1, 2, 3}


def test_what_is_not_alarmed_widens_no_alarmed_topic() -> None:
    (topic,) = _cluster({1, 2, 3, 4}, {3, 4, 5, 6}, alarmed={0})
    assert topic.tied == [1]
    assert topic.recent == {1, 2, 3, 4}


def test_a_term_joins_the_topic_it_shares_most_with() -> None:
    topics = _cluster({1, 2, 3, 4}, {11, 12, 13, 14}, {3, 4, 11, 12, 13})
    assert topics[1].core == [1, 2]


def test_a_term_without_recent_stories_is_no_topic() -> None:
    assert _cluster(set()) == []


@given(st.lists(st.sets(st.integers(0, 30), min_size=1), max_size=12))
def test_every_term_is_in_one_topic(recent: list[set[int]]) -> None:
    named = [term for topic in _cluster(*recent) for term in (*topic.core, *topic.tied)]
    assert sorted(named) == list(range(len(recent)))
