"""Say what a topic is about in the words of its own evidence: sentences chosen, never written.

Sentences vote for each other (TextRank: Mihalcea & Tarau 2004, with a teleport that favours the topic's own words) and
are picked one by one for weight and difference (maximal marginal relevance: Carbonell & Goldstein 1998).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trends.domain.models import Analysis, Evidence, Quote, Summary, Topic, TopicSummary
from trends.domain.sentences import sentences

METHOD = "extractive"
MAX_QUOTES = 3

_SHORTEST = 12
_LONGEST = 280
_SENTENCES_PER_STORY = 12
_DAMPING = 0.85
_ROUNDS = 40
_RELEVANCE = 0.7
_TOO_ALIKE = 0.5
# Scores are compared at this precision: the last bits of a matrix product differ between machines.
_DECIMALS = 9

_WORD = re.compile(r"[^\W_]+")
_HANGUL = re.compile(r"[가-힣]")
_WHOLE = re.compile(r"[.!?。！？][\"'”’)\]」』》〉]*$|[다요죠까]$")
_FUNCTION_WORDS = (
    "a about after all also an and are as at be been but by can could for from had has have he her his how i if in into "
    "is it its more most new no not of on one or our out over said says she so some than that the their them there they "
    "this to up us was we were what when which who will with would you"
)
_STOP_WORDS = frozenset(_FUNCTION_WORDS.split())

_Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Candidate:
    text: str
    story_id: str
    place: int
    prior: float


def summarize(analysis: Analysis) -> Summary:
    """Quote one to three sentences for every topic that has evidence, in the analysis' order."""
    return Summary(
        method=METHOD,
        topics=tuple(
            TopicSummary(topic_id=topic.topic_id, quotes=quotes_for(topic))
            for topic in analysis.topics
        ),
    )


def quotes_for(topic: Topic) -> tuple[Quote, ...]:
    """Choose the sentences that say most about one topic, at most one from each story, the best story's first.

    Headlines are quoted only where no lead text speaks of the topic: the reader sees them as evidence anyway.
    """
    found = _candidates(topic)
    if not found:
        return tuple(
            Quote(text=piece.title, story_id=piece.story_id) for piece in _shortest(topic.evidence)
        )
    similar = _similarity([_tokens(one.text) for one in found])
    weights = _votes(similar, np.array([one.prior for one in found]))
    picked = [found[at] for at in _pick(found, weights, similar)]
    return tuple(
        Quote(text=one.text, story_id=one.story_id)
        for one in sorted(picked, key=lambda one: one.place)
    )


def _candidates(topic: Topic) -> list[_Candidate]:
    """Sentences that name the topic; else headlines that do; else whatever there is."""
    leads = [
        _Candidate(text, piece.story_id, place, _prior(topic, text, place, line))
        for place, piece in enumerate(topic.evidence)
        for line, text in enumerate(sentences(piece.summary)[:_SENTENCES_PER_STORY])
    ]
    titles = [
        _Candidate(piece.title, piece.story_id, place, _prior(topic, piece.title, place))
        for place, piece in enumerate(topic.evidence)
    ]
    leads, titles = _usable(leads), _usable(titles)
    for pool in (leads, titles):
        on_topic = [one for one in pool if _naming(topic, one.text)]
        if on_topic:
            return on_topic
    return leads or titles


def _usable(pool: Sequence[_Candidate]) -> list[_Candidate]:
    """Neither a scrap nor a flood, and each wording once."""
    by_words: dict[str, _Candidate] = {}
    for one in pool:
        if _SHORTEST <= len(one.text) <= _LONGEST:
            by_words.setdefault(" ".join(_WORD.findall(one.text.casefold())), one)
    return list(by_words.values())


def _naming(topic: Topic, text: str) -> int:
    """How well a text names the topic: 2 by its label, 1 by one of its terms, 0 not at all."""
    folded = text.casefold()
    if topic.label and topic.label.casefold() in folded:
        return 2
    return int(any(term and term.casefold() in folded for term in topic.terms))


def _prior(topic: Topic, text: str, place: int, line: int = 0) -> float:
    """Weigh a text before the vote: naming the topic, from good evidence, early in it, and whole."""
    prior = (1.0 + _naming(topic, text)) / ((1.0 + 0.1 * place) * (1.0 + 0.3 * line))
    return prior if _WHOLE.search(text) else prior * 0.4


def _shortest(evidence: Sequence[Evidence]) -> Sequence[Evidence]:
    """Fall back on the shortest headline where every sentence is a scrap or a flood."""
    titled = [piece for piece in evidence if piece.title]
    return sorted(titled, key=lambda piece: (len(piece.title), piece.story_id))[:1]


def _tokens(text: str) -> Counter[str]:
    """Count words; Korean ones as pairs of syllables, so that particles and endings weigh little."""
    return Counter(_pieces(_WORD.findall(text.casefold())))


def _pieces(words: Iterable[str]) -> Iterable[str]:
    for word in words:
        if _HANGUL.search(word) and len(word) > 1:
            yield from (word[at : at + 2] for at in range(len(word) - 1))
        elif word not in _STOP_WORDS:
            yield word


def _similarity(bags: Sequence[Counter[str]]) -> _Vector:
    """Cosine of every two sentences over tf-idf weights, shape (n, n), zero on the diagonal."""
    names = sorted({name for bag in bags for name in bag})
    column = {name: at for at, name in enumerate(names)}
    matrix = np.zeros((len(bags), max(len(names), 1)))
    for row, bag in enumerate(bags):
        for name, times in bag.items():
            matrix[row, column[name]] = times
    matrix *= np.log1p(len(bags) / np.maximum((matrix > 0).sum(axis=0), 1))
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    matrix /= np.where(lengths > 0, lengths, 1.0)
    similar = matrix @ matrix.T
    np.fill_diagonal(similar, 0.0)
    return similar


def _votes(similar: _Vector, prior: _Vector) -> _Vector:
    """PageRank over the similarities with teleport to `prior`, scaled so that the best is 1."""
    teleport = prior / prior.sum()
    given = similar.sum(axis=1, keepdims=True)
    # A sentence like no other hands its vote to the prior.
    moves = np.where(given > 0, similar / np.where(given > 0, given, 1.0), teleport)
    weights = teleport
    for _ in range(_ROUNDS):
        weights = (1 - _DAMPING) * teleport + _DAMPING * (weights @ moves)
    weights = weights * prior
    return weights / weights.max()


def _pick(found: Sequence[_Candidate], weights: _Vector, similar: _Vector) -> list[int]:
    left: list[int] = list(range(len(found)))
    picked: list[int] = []
    while left and len(picked) < MAX_QUOTES:
        best = max(left, key=lambda at: (_worth(at, picked, weights, similar), -at))
        picked.append(best)
        stories = {found[at].story_id for at in picked}
        left = [
            at
            for at in left
            if found[at].story_id not in stories and similar[at, picked].max() <= _TOO_ALIKE
        ]
    return picked


def _worth(at: int, picked: Sequence[int], weights: _Vector, similar: _Vector) -> float:
    likeness = float(similar[at, list(picked)].max()) if picked else 0.0
    return round(_RELEVANCE * float(weights[at]) - (1 - _RELEVANCE) * likeness, _DECIMALS)
