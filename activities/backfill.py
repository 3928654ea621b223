"""Backfill: write down which windows ended, and open and release the next. Where they stand is in storage alone."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from typing import TypeVar

from temporalio import activity

from activities import contracts
from activities.acceptance import Acceptance, Acceptor, beyond, put_brief, start_of
from activities.attempt import Progress, beat
from activities.contracts import (
    BackfillEndInput,
    BackfillPlan,
    BackfillStepInput,
    BackfillStepResult,
    Release,
    RunBrief,
    RunRef,
    RunStart,
)
from activities.errors import as_application_error
from trends.domain.backfills import (
    BackfillStatus,
    BackfillWindow,
    WindowState,
    standing_of,
)
from trends.domain.holidays import holidays_about
from trends.domain.models import RunStatus, Window
from trends.errors import TrendsError
from trends.storage.artifacts import ArtifactStore
from trends.storage.backfills import BackfillStore
from trends.storage.runs import RunRow, RunStore

Value = TypeVar("Value")

# What a window needs of those before it - trend memory, earlier reports - is read from here on.
GATE = "analyze"
# A window fails rather than parks: nobody watches it, and those behind it would wait.
NO_DEADLINE = timedelta(0)


class BackfillActivities:
    """Doorways of backfills.

    Args:
        store: Backfills and their windows.
        runs: The run record.
        artifacts: Where briefs lie.
        acceptor: Accepts runs.
    """

    def __init__(
        self, store: BackfillStore, runs: RunStore, artifacts: ArtifactStore, acceptor: Acceptor
    ) -> None:
        self._store = store
        self._runs = runs
        self._artifacts = artifacts
        self._acceptor = acceptor

    @activity.defn(name=contracts.BACKFILL_STEP)
    async def step(self, request: BackfillStepInput) -> BackfillStepResult:
        """Bring the windows up to date, and say what is next.

        Done again after a crash it finds what it did: a window has one run in a round, by its idempotency key.
        """
        step = _Step(request, self._store, self._runs, self._artifacts, self._acceptor)
        return await _heard(step.take())

    @activity.defn(name=contracts.BACKFILL_END)
    async def end(self, request: BackfillEndInput) -> None:
        """Write how a backfill ended, and what became of the windows that were under way."""
        await _heard(end_backfill(self._store, self._runs, request))


async def _heard(work: Awaitable[Value]) -> Value:
    """Do something under heartbeats: a worker that dies in the middle is noticed within seconds.

    Raises:
        ApplicationError: The translated failure.
    """
    beating = asyncio.create_task(beat(Progress()))
    try:
        return await work
    except Exception as error:
        raise as_application_error(error) from error
    finally:
        beating.cancel()


async def end_backfill(store: BackfillStore, runs: RunStore, request: BackfillEndInput) -> None:
    """Write how a backfill ended, and what became of the windows that were under way.

    Raises:
        StorageError: The database failed.
    """
    tenant, backfill_id = request.tenant, request.backfill_id
    for window in await store.windows(tenant, backfill_id):
        if window.state is not WindowState.RUNNING or window.run_id is None:
            continue
        # A run that was accepted and never started must not be started by the reconciler now.
        why = "Its backfill ended."
        await runs.finish(tenant, window.run_id, RunStatus.CANCELLED, "", "cancelled", why)
        row = await runs.get(tenant, window.run_id)
        await store.settled(tenant, backfill_id, window.window_end, *_outcome(row))
    await store.finish(tenant, backfill_id, request.status, request.slug, request.reason)


class _Step:
    """One step of one backfill."""

    def __init__(
        self,
        request: BackfillStepInput,
        store: BackfillStore,
        runs: RunStore,
        artifacts: ArtifactStore,
        acceptor: Acceptor,
    ) -> None:
        self._request = request
        self._tenant = request.tenant
        self._id = request.backfill_id
        self._store = store
        self._runs = runs
        self._artifacts = artifacts
        self._acceptor = acceptor

    async def take(self) -> BackfillStepResult:
        """Settle what has ended; then let the first one pass, then open others behind it."""
        request = self._request
        backfill = await self._store.get(self._tenant, self._id)
        status = BackfillStatus.PAUSED if request.paused else BackfillStatus.RUNNING
        await self._store.mark(self._tenant, self._id, status)
        found = await self._settle()
        windows = await self._store.windows(self._tenant, self._id)
        broken = next((each for each in windows if _is_broken(each, backfill.round)), None)
        stop = backfill.strict and broken is not None
        release: Release | None = None
        opened: list[RunStart] = list(found)
        if not request.paused and not stop:
            plan = BackfillPlan.model_validate(await self._store.plan(self._tenant, self._id))
            release = await self._release(plan, windows)
            opened += await self._open(plan, windows)
            windows = await self._store.windows(self._tenant, self._id)
        return BackfillStepResult(
            opened=tuple(opened),
            release=release,
            standing=standing_of(windows, backfill.parallel),
            stop=stop,
            slug=broken.slug if broken else "",
            reason=broken.reason if broken else "",
        )

    async def _settle(self) -> list[RunStart]:
        """Write down what has ended; give those that go on and that nobody follows."""
        found: list[RunStart] = []
        for window in await self._store.windows(self._tenant, self._id):
            if window.state is not WindowState.RUNNING or window.run_id is None:
                continue
            if window.run_id in self._request.following:
                continue
            row = await self._runs.get(self._tenant, window.run_id)
            if not row.status.ended and window.run_id in self._request.ended:
                # Its workflow ended and could not say so.
                why = "The workflow of the run ended before the run did."
                await self._runs.finish(
                    self._tenant, row.run_id, RunStatus.TERMINATED, row.stage, "terminated", why
                )
                row = await self._runs.get(self._tenant, window.run_id)
            if row.status.ended:
                await self._store.settled(self._tenant, self._id, window.window_end, *_outcome(row))
            else:
                found.append(start_of(row, await self._brief(row)))
        return found

    async def _release(
        self, plan: BackfillPlan, windows: Sequence[BackfillWindow]
    ) -> Release | None:
        """Let the first window under way pass: all before it have ended."""
        first = next((each for each in windows if each.state is WindowState.RUNNING), None)
        if first is None or first.run_id is None or first.run_id in self._request.passed:
            return None
        row = await self._runs.get(self._tenant, first.run_id)
        brief = row.brief
        if not first.released:
            whole = await self._with_earlier(plan, await self._brief(row))
            brief = await put_brief(self._artifacts, whole)
            await self._runs.rebrief(self._tenant, row.run_id, brief, beyond(whole))
            await self._store.released(self._tenant, self._id, first.window_end)
        run = RunRef(tenant=self._tenant, run_id=row.run_id, brief=brief)
        return Release(workflow_id=row.workflow_id, run=run)

    async def _open(self, plan: BackfillPlan, windows: Sequence[BackfillWindow]) -> list[RunStart]:
        under_way = sum(each.state is WindowState.RUNNING for each in windows)
        waiting = [each for each in windows if each.state is WindowState.WAITING]
        opened: list[RunStart] = []
        for window in waiting:
            if under_way >= self._request.room:
                break
            try:
                # Nothing before the first one is under way: it need not wait for a word.
                opened.append(await self._accept(plan, window, gated=under_way > 0))
            except TrendsError as error:
                if error.retryable:
                    raise
                await self._store.settled(
                    self._tenant,
                    self._id,
                    window.window_end,
                    WindowState.FAILED,
                    error.slug,
                    str(error),
                )
            else:
                under_way += 1
        return opened

    async def _accept(self, plan: BackfillPlan, window: BackfillWindow, *, gated: bool) -> RunStart:
        end = window.window_end
        brief = brief_of(plan, Window(start=window.window_start, end=end))
        if not gated:
            brief = await self._with_earlier(plan, brief)
        key = f"backfill/{self._id}/{end.isoformat()}/{window.round}"
        row, _ = await self._acceptor.accept(
            Acceptance(
                tenant=self._tenant,
                brief=brief,
                question_hash=plan.monitor_id,
                priority=plan.priority,
                key=key,
                fingerprint=key,
                gate_before=GATE if gated else "",
                quiet=True,
                deadline=NO_DEADLINE,
            )
        )
        start = start_of(row, brief)
        released = not start.input.gate_before
        await self._store.opened(self._tenant, self._id, end, row.run_id, released=released)
        return start

    async def _with_earlier(self, plan: BackfillPlan, brief: RunBrief) -> RunBrief:
        previous, week_ago = await self._acceptor.earlier(
            self._tenant, plan.monitor_id, brief.window.end
        )
        return brief.model_copy(update={"previous": previous, "week_ago": week_ago})

    async def _brief(self, row: RunRow) -> RunBrief:
        return RunBrief.model_validate_json(await self._artifacts.get(row.brief))


def brief_of(plan: BackfillPlan, window: Window) -> RunBrief:
    """Write the brief of one window; what lies before it is not in it yet."""
    names = {each.day: each.name for each in plan.market.holidays}
    holidays = holidays_about(names, window, plan.market.time_zone)
    return RunBrief(
        question=plan.question,
        window=window,
        history_start=window.end - timedelta(days=plan.history_days),
        requested_at=plan.requested_at,
        market=plan.market.model_copy(update={"holidays": holidays}),
        report_language=plan.report_language,
        settings=plan.settings,
        settings_revision=plan.settings_revision,
        channels=plan.channels,
        monitor=plan.monitor,
        monitor_title=plan.monitor_title,
        watchlist=plan.watchlist,
        categories=plan.categories,
    )


def _is_broken(window: BackfillWindow, round_now: int) -> bool:
    not_done = window.state in {WindowState.FAILED, WindowState.CANCELLED}
    return not_done and window.round == round_now


def _outcome(row: RunRow) -> tuple[WindowState, str, str]:
    """Say what a run's end is to its window."""
    if row.status is RunStatus.COMPLETED:
        return WindowState.DONE, "", ""
    state = WindowState.CANCELLED if row.status is RunStatus.CANCELLED else WindowState.FAILED
    return state, row.slug or row.status.value, row.reason
