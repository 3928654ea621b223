"""Read a live source for a run: ask it once more if its last answer is old, then read its window from the store."""

import contextlib
from datetime import datetime, timedelta

from activities.attempt import Attempt, Finished
from activities.contracts import CollectResult, RunBrief
from activities.polling import SourcePoller, Target, Turn
from trends.domain.health import SourceHealth
from trends.domain.items import first_seen_for
from trends.domain.models import SourceOutcome, TimeRule
from trends.domain.spans import MOST_SPANS, length
from trends.storage.artifacts import ArtifactStore

DAY = timedelta(days=1)


async def read_live(
    target: Target, spec: str, attempt: Attempt, poller: SourcePoller, artifacts: ArtifactStore
) -> tuple[CollectResult, Finished]:
    """Top a source up and stream its items of the run's span into JSON Lines of `RawItem`, in bounded memory.

    Args:
        target: The source.
        spec: As the run names it.
        attempt: For the brief and progress.
        poller: Asks the source, and has the store.
        artifacts: Where the items go.

    Raises:
        TrendsError: The source failed, and the store has nothing of the span; or storage failed.
    """
    brief = attempt.brief
    start, end = brief.history_start, brief.window.end
    serves = timedelta(seconds=attempt.settings.cache.source_ttl_seconds)
    async with poller.turn(target.key) as turn:
        notes = await _top_up(target, brief, poller, serves, turn)
    count = aside = 0
    outlets_known = True
    rows = poller.items.window(target.key, start, end)
    async with artifacts.lines("application/jsonl") as writer, contextlib.aclosing(rows) as batches:
        async for batch in batches:
            for item in batch:
                await writer.write(item.model_dump_json().encode())
                outlets_known = outlets_known and bool(item.outlet)
                aside += item.censored
            count += len(batch)
            attempt.tick(count, 0)
    rules = await poller.items.count(target.key, start, end)
    observed = await poller.items.observed(target.key, start, end, censored=False)
    censored = await poller.items.observed(target.key, start, end, censored=True)
    outcome = SourceOutcome(
        source=spec,
        ok=True,
        items=count,
        made_up=target.source.made_up,
        outlets_known=outlets_known,
        notes=(*notes, *_notes(rules, aside)),
        observed=observed[-MOST_SPANS:],
        censored=censored[-MOST_SPANS:],
    )
    days = f"{length(outcome.observed or ()) / DAY:.1f}"
    return (
        CollectResult(outcome=outcome, items=writer.ref),
        Finished(
            artifacts=(writer.ref,),
            detail={"items": count, "days_observed": days, "censored_spans": len(censored)},
        ),
    )


async def _top_up(
    target: Target, brief: RunBrief, poller: SourcePoller, serves: timedelta, turn: Turn
) -> list[str]:
    """Ask the source if its last answer is older than its cadence and serves no longer; what to say of it.

    Raises:
        TrendsError: It failed, and there is nothing in the store to read instead.
    """
    health, _ = await poller.sources.known(target.key)
    now = poller.clock()
    if not _is_old(health, target, brief, now - serves):
        await poller.count(target.key, served=True)
        return []
    start, end = brief.history_start, brief.window.end
    stored = sum((await poller.items.count(target.key, start, end)).values())
    if health.paused:
        return ["It is paused: what had been found before was read."]
    if stored and health.failures and health.next_poll is not None and now < health.next_poll:
        # It asked to be left alone, or fails all the time; its poller comes back to it.
        return [f"Its last poll failed, what had been found before was read: {health.reason}"]
    outcome, shared = turn.outcome, turn.outcome is not None
    if outcome is None:
        outcome = turn.outcome = await poller.poll(target, first_seen_for(brief.window, now))
    await poller.count(target.key, served=shared or outcome.kept)
    if outcome.error is None:
        return list(outcome.notes)
    if not stored:
        raise outcome.error
    return [f"It could not be asked, what had been found before was read: {outcome.error}"]


def _is_old(health: SourceHealth, target: Target, brief: RunBrief, serves_since: datetime) -> bool:
    """Whether the last answer leaves part of the run's window open; a window of long ago may be whole."""
    if health.last_success is None:
        return True
    if health.last_success >= min(brief.window.end, serves_since):
        return False
    return brief.window.end - health.last_success >= target.cadence


def _notes(
    rules: dict[TimeRule, int],
    aside: int,
) -> list[str]:
    notes: list[str] = []
    if aside:
        notes.append(
            f"{aside:,} items come from lists that hit their cap: they are evidence, and are not counted."
        )
    stood_in = rules.get(TimeRule.MISSING, 0) + rules.get(TimeRule.FUTURE, 0)
    if stood_in:
        notes.append(
            f"{stood_in:,} items have no time of their own, or one in the future: when they were first seen stands in."
        )
    return notes
