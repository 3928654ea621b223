"""Look at trends and decide about them. What the API serves from."""

from collections.abc import Callable, Mapping
from datetime import datetime

from pydantic import AwareDatetime, Field

from trends.domain.deciding import LONGEST_AUTHOR, LONGEST_NAME, LONGEST_REASON, MOST_TERMS
from trends.domain.decisions import Decision, Verb
from trends.domain.models import Model
from trends.domain.text import clean, fold
from trends.domain.trend import Trend
from trends.errors import InvalidRequestError
from trends.storage.trends import TrendStore

# What a verb needs, and alone may have, beyond reason, author and expiry.
_NEEDS: Mapping[Verb, tuple[str, ...]] = {
    Verb.RENAME: ("name",),
    Verb.MERGE: ("into",),
    Verb.SPLIT: ("terms",),
    Verb.UNDO: ("decision",),
}
_MAY_HAVE: Mapping[Verb, frozenset[str]] = {Verb.SPLIT: frozenset({"name"})}
_DETAILS = ("name", "into", "terms", "decision")


class DecisionRequest(Model):
    """What an analyst decides about a trend.

    Attributes:
        verb: `follow`, `mute`, `reject` (it is no trend), `rename`, `merge`, `split` or `undo`.
        author: Who decides.
        reason: Why.
        until: From the window that ends here on it holds no more; for good where it is left out.
        name: For `rename`; for `split`, what to call the part.
        into: For `merge`: the trend that this one is part of.
        terms: For `split`: the terms of the part that is to be a trend of its own.
        decision: For `undo`: the decision to take back.
    """

    verb: Verb
    author: str = Field(min_length=1, max_length=LONGEST_AUTHOR)
    reason: str = Field(default="", max_length=LONGEST_REASON)
    until: AwareDatetime | None = None
    name: str = Field(default="", max_length=LONGEST_NAME)
    into: str = Field(default="", max_length=64)
    terms: tuple[str, ...] = Field(default=(), max_length=MOST_TERMS)
    decision: str = Field(default="", max_length=64)


class TrendService:
    """Everything a caller can do to trends.

    Args:
        store: Trend memory.
        clock: Now, in UTC.
        new_id: Makes ids that sort by time.
    """

    def __init__(
        self, store: TrendStore, clock: Callable[[], datetime], new_id: Callable[[], str]
    ) -> None:
        self.store = store
        self._clock = clock
        self._new_id = new_id

    async def decide(self, tenant: str, trend_id: str, asked: DecisionRequest) -> Trend:
        """Record a decision; runs that begin to analyze from now on heed it.

        Raises:
            InvalidRequestError: The decision lacks something, has too much, or says nothing.
            TrendNotFoundError: The trend, or the one to merge it into, is not there.
            DecisionNotFoundError: It takes back one that is not there.
            DecisionConflictError: One in force says otherwise.
        """
        _check_details(asked)
        now, decision_id = self._clock(), self._new_id()

        def make(trend: Trend, profile: Mapping[str, float]) -> Decision:
            return _decision(asked, trend, profile, now, decision_id, self._new_id())

        return await self.store.decide(tenant, trend_id, make)


def _check_details(asked: DecisionRequest) -> None:
    needs = _NEEDS.get(asked.verb, ())
    missing = [name for name in needs if not getattr(asked, name)]
    if missing:
        raise InvalidRequestError(
            f"To {asked.verb} a trend, the decision needs '{missing[0]}'.",
            next_step=f"Give it: {missing[0]}.",
        )
    allowed = {*needs, *_MAY_HAVE.get(asked.verb, ())}
    unwanted = [name for name in _DETAILS if getattr(asked, name) and name not in allowed]
    if unwanted:
        raise InvalidRequestError(
            f"To {asked.verb} a trend takes no '{unwanted[0]}'.", next_step="Leave it out."
        )
    if asked.verb is Verb.UNDO and asked.until is not None:
        raise InvalidRequestError(
            "Taking a decision back has no end.", next_step="Leave 'until' out."
        )


def _decision(
    asked: DecisionRequest,
    trend: Trend,
    profile: Mapping[str, float],
    now: datetime,
    decision_id: str,
    part_id: str,
) -> Decision:
    others = {Verb.MERGE: asked.into, Verb.UNDO: asked.decision, Verb.SPLIT: part_id}
    return Decision(
        decision_id=decision_id,
        monitor=trend.monitor,
        trend_id=trend.trend_id,
        verb=asked.verb,
        reason=clean(asked.reason),
        author=clean(asked.author),
        decided_at=now,
        until=asked.until,
        label=trend.found_label,
        profile=dict(profile),
        window_end=trend.last_seen,
        name=clean(asked.name),
        other=others.get(asked.verb, ""),
        terms=tuple(dict.fromkeys(filter(None, map(fold, asked.terms)))),
    )
