"""What a topic is about, and how sure it is that consumers do something anew. No model, no network.

Every story votes with the listed words of its headline and, at half weight, of its lead; with the section in its
link; and with its outlet where that keeps to one subject. A story's vote is shared out over the categories that its
words name; one more weight stands for "cannot tell", so that a single word never makes a whole vote.

A topic is first weighed as a whole: what consumers do, with words of wanting and buying ("sold out", "오픈런") on its
side, against all that is news. The side that weighs more gives the category, the one with the largest share, or
`other` where even that has too little.

A product in a headline is not yet something that people want: tariffs on cars are politics. Where a headline holds
a sure word, or two leaning ones, of politics, accidents or money, its consumer words count half.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from trends.domain.category_hints import outlet_subject, section_of
from trends.domain.category_lexicon import LEANING, SURE, Meaning, words_in
from trends.domain.models import Category, Language, Story

CONSUMER: frozenset[Category] = frozenset(
    {
        Category.FOOD,
        Category.FASHION,
        Category.BEAUTY,
        Category.TECH,
        Category.TRAVEL,
        Category.HOME,
        Category.ENTERTAINMENT,
    }
)
"""Categories in which people buy, eat, wear, watch and visit.

Not `money`: share prices and housing are what people earn and invest, and fill a business page every day. Not
`health`: most of it is illness, research and care; what is bought for health (supplements, weight-loss drugs) may be
named by the monitor that wants it. Not `sport`: results and transfers rise every week without anybody changing what
they do.
"""

LEAST_SHARE = 0.12
"""Mean share of the votes from which on a category is named."""

LEAST_PART = 0.3
"""Part of its side that the category must hold."""

LEAST_STORIES = 2
"""Stories that must speak for it, where there are so many."""

LEAST_WANTED = 0.5
"""Part of the stories that must speak of wanting and buying for a consumer category to be named on any hint."""

LEAD_WEIGHT = 0.5
"""What a word of the lead counts beside one of the headline."""

LEAD_CHARACTERS = 300
"""How much of the lead is read: what comes later is seldom what the story is about."""

IN_NEWS_WEIGHT = 0.5
"""What a consumer word counts in a headline of politics, accidents or money."""

CANNOT_TELL = 1.0
"""Weight of "cannot tell" in every story's vote."""

AGAINST = 0.5
"""What news takes from the consumer score."""

NO_CONSUMER_CATEGORY = 0.5
"""What is left of the consumer score where no consumer category could be named."""

_NEWS = frozenset({Category.POLITICS, Category.ACCIDENTS, Category.MONEY})
_NAMED_WORDS = 4


class Headline(NamedTuple):
    """What a story shows of itself.

    Attributes:
        title: Plain text.
        language: Its language.
        summary: Lead, may be empty.
        url: Link, if any.
        outlet: Who published it, if known.
    """

    title: str
    language: Language
    summary: str = ""
    url: str | None = None
    outlet: str | None = None


class Judgement(NamedTuple):
    """What a topic is about.

    Attributes:
        category: Its category.
        reason: Which words said so, in how many stories, and what spoke against it.
        consumer_score: From 0 to 1; consumer topics are ranked by it.
    """

    category: Category
    reason: str
    consumer_score: float


@dataclass
class _Vote:
    weights: defaultdict[Category, float] = field(default_factory=lambda: defaultdict(float))
    words: list[tuple[Category, str]] = field(default_factory=list[tuple[Category, str]])
    wanting: list[str] = field(default_factory=list[str])
    buying: float = 0.0
    in_news: bool = False


def headline_of(story: Story) -> Headline:
    """Take from a story what its category is read from."""
    first = story.items[0]
    return Headline(story.title, story.language, first.summary, first.url, first.outlet)


def categorize(headlines: Sequence[Headline]) -> Judgement:
    """Say what the headlines of one topic are about.

    The same headlines in any order give the same answer. Without any, the answer is `other` and a score of 0.
    """
    votes = [_vote(headline) for headline in headlines]
    shares: defaultdict[Category, float] = defaultdict(float)
    wanting = 0.0
    for vote in sorted(votes, key=lambda each: (sorted(each.weights.items()), each.buying)):
        total = sum(vote.weights.values()) + vote.buying + CANNOT_TELL
        for category, weight in vote.weights.items():
            shares[category] += weight / total
        wanting += vote.buying / total
    ranked = sorted(shares, key=lambda category: (-shares[category], category))
    consumer = sum(shares[each] for each in sorted(CONSUMER)) + wanting
    news = sum(shares[each] for each in ranked if each not in CONSUMER)
    side = [each for each in ranked if (each in CONSUMER) == (consumer > news)]
    category = _named(side, shares, votes)
    # One more story that says nothing: three headlines are less sure than thirty.
    score = (consumer - AGAINST * news) / (len(votes) + 1)
    if category not in CONSUMER:
        score *= NO_CONSUMER_CATEGORY
    return Judgement(category, _reason(category, ranked, votes), round(max(score, 0.0), 4))


def _named(
    side: Sequence[Category], shares: Mapping[Category, float], votes: Sequence[_Vote]
) -> Category:
    if not side:
        return Category.OTHER
    first = side[0]
    wanted = sum(bool(vote.wanting) for vote in votes) if first in CONSUMER else 0
    enough = max(LEAST_SHARE * len(votes), LEAST_PART * sum(shares[each] for each in side))
    speaking = sum(first in vote.weights for vote in votes)
    if wanted >= LEAST_WANTED * len(votes) and wanted >= LEAST_STORIES:
        # A craze whose name no list knows: that it is wanted is certain, and any hint of what it is will do.
        return first
    if shares[first] < enough or speaking < min(LEAST_STORIES, len(votes)):
        return Category.OTHER
    return first


def _vote(headline: Headline) -> _Vote:
    vote = _Vote()
    title = {found.word: found.meaning for found in words_in(headline.title, headline.language)}
    summary = headline.summary[:LEAD_CHARACTERS]
    lead = {found.word: found.meaning for found in words_in(summary, headline.language)}
    news = sum(
        weight / len(meaning.weights)
        for meaning in title.values()
        for category, weight in meaning.weights
        if category in _NEWS
    )
    vote.in_news = news >= SURE
    for word, meaning in title.items():
        _count(vote, word, meaning, 1.0)
    for word, meaning in lead.items():
        if word not in title:
            _count(vote, word, meaning, LEAD_WEIGHT)
    if section := section_of(headline.url):
        vote.weights[section[1]] += LEANING
        vote.words.append((section[1], f"/{section[0]}/"))
    if subject := outlet_subject(headline.outlet):
        vote.weights[subject] += LEANING
        vote.words.append((subject, str(headline.outlet)))
    return vote


def _count(vote: _Vote, word: str, meaning: Meaning, part: float) -> None:
    for category, weight in meaning.weights:
        lowered = IN_NEWS_WEIGHT if vote.in_news and category in CONSUMER else 1.0
        vote.weights[category] += part * lowered * weight / len(meaning.weights)
        vote.words.append((category, word))
    if meaning.buying:
        vote.buying += part * LEANING * (IN_NEWS_WEIGHT if vote.in_news else 1.0)
        vote.wanting.append(word)


def _reason(category: Category, ranked: Sequence[Category], votes: Sequence[_Vote]) -> str:
    if not ranked:
        return f"no listed word in {_stories(len(votes))}"
    said: defaultdict[Category, Counter[str]] = defaultdict(Counter)
    wanting: Counter[str] = Counter()
    for vote in votes:
        for about, word in set(vote.words):
            said[about][word] += 1
        wanting.update(set(vote.wanting))
    if category is Category.OTHER:
        weak = "; ".join(f"{each}: {_words(said[each])}" for each in ranked[:2])
        return f"no category stands out in {_stories(len(votes))} ({weak})"
    parts = [f"{category}: {_words(said[category])}, of {_stories(len(votes))}"]
    if category in CONSUMER and wanting:
        parts.append(f"wanting and buying: {_words(wanting)}")
    against = next((each for each in ranked if each is not category), None)
    if against:
        parts.append(f"besides, {against}: {_words(said[against])}")
    return "; ".join(parts)


def _words(counted: Counter[str]) -> str:
    first = sorted(counted, key=lambda word: (-counted[word], word))[:_NAMED_WORDS]
    return ", ".join(f"“{word}” in {counted[word]}" for word in first)


def _stories(count: int) -> str:
    return "1 story" if count == 1 else f"{count} stories"
