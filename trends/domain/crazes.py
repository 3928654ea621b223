"""New words that the headlines themselves call a craze.

Counts alone tell of a slow craze late: four stories in a fortnight are no surprise among ten thousand terms. Two things
say more, and neither has to do with when a story ran: the word is in no dictionary (`trends.domain.coinages`), and what is
written of it speaks of demand, of what is sold out or queued for, far more often than other stories do. So new words whose
rise is worth a look are tested a second time, on the share of their stories that speak of demand: a one-sided exact
binomial test against all other stories, under the run's error rate (Benjamini-Hochberg) over these words alone. Choosing
them by their rise does not bend that test, because dates and wording are independent where nothing is afoot
(independent filtering: Bourgon, Gentleman and Huber 2010).
"""

import re
from collections.abc import Collection

import numpy as np
from scipy.special import betainc

from trends.domain.counts import Flags, Timeline
from trends.domain.korean import key_of
from trends.domain.models import Language
from trends.domain.screening import Reading
from trends.domain.surprise import passes

RISING = 0.05
"""A rise of this p-value by itself is worth the second test."""

DAYS = 28
"""So many of the newest days are read for how a word is spoken of."""

FEWEST_STORIES = 2
"""Stories that must speak of demand."""

_DEMAND = {
    Language.KO: re.compile(
        r"열풍|광풍|돌풍|품귀|품절|완판|매진|오픈런|유행|신드롬|없어서 못|불티|북새통|사재기|웃돈|대란|쟁여|줄 ?서|대세|화제"
        r"|(?<!무)인기"
    ),
    Language.EN: re.compile(
        r"\b(?:craze|frenzy|mania|viral|hype|fad|sold[- ]out|sell(?:s|ing)?[- ]out|fl(?:y|ies|ying) off|must-have"
        r"|obsess(?:ed|ion)|queu(?:e|es|ing)|long lines|snap(?:ped|ping)? up|resale|all the rage)\b",
        re.IGNORECASE,
    ),
}


def speaks_of_demand(title: str, language: Language) -> bool:
    """Whether a headline says that many want something."""
    return _DEMAND[language].search(title) is not None


def crazes(
    line: Timeline,
    reading: Reading,
    new_words: Collection[str],
    *,
    error_rate: float,
    min_stories: int,
) -> Flags:
    """Say which terms are crazes; shape (terms,).

    Args:
        line: The run's stories and days.
        reading: One language of it.
        new_words: Words that no dictionary knows, as written.
        error_rate: Share of false ones among the crazes to hold.
        min_stories: Fewer stories in the window of the rise are not told of.
    """
    language = reading.language
    flags = np.zeros(len(reading.index.keys), dtype=np.bool_)
    chosen = _rising_words(reading, new_words, min_stories)
    if not chosen:
        return flags
    first = len(line.days) - DAYS
    wanted = {
        place: speaks_of_demand(story.title, language)
        for place, story in enumerate(line.stories)
        if line.day_of[place] >= first and story.language is language
    }
    p_values = np.array(
        [
            _p_value(
                [wanted[place] for place in reading.index.postings[term] if place in wanted],
                len(wanted),
                sum(wanted.values()),
            )
            for term in chosen
        ]
    )
    flags[np.array(chosen)[passes(p_values, len(chosen), error_rate)]] = True
    return flags


def _rising_words(reading: Reading, new_words: Collection[str], min_stories: int) -> list[int]:
    """Number the new words that rise, but for those that speak of demand themselves."""
    keys = {key_of(word) for word in new_words if not speaks_of_demand(word, reading.language)}
    return [
        term
        for term, key in enumerate(reading.index.keys)
        if key in keys
        and any(
            test.p_value[term] <= RISING and test.stories[term] >= min_stories
            for test in reading.tests.values()
        )
    ]


def _p_value(own: Collection[bool], stories: int, demand: int) -> float:
    """Return P(X ≥ k) of a binomial: k of a word's stories speak of demand, by the rate of all others."""
    count = sum(own)
    if count < FEWEST_STORIES:
        return 1.0
    rate = (demand - count + 1.0) / (stories - len(own) + 2.0)
    return float(betainc(count, len(own) - count + 1.0, rate))
