"""Where a watched run stands, folded from its events. Pure: no clock, no terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cli.output import seconds_text
from trends_client import Event, Run

# The state that speaks for a stage of several parts is the first of these that any part is in.
_LOUDEST = ("blocked", "retrying", "running", "stopped", "failed", "completed", "skipped")


@dataclass
class Part:
    """One part of a stage: a source of collect, or the whole of any other.

    Attributes:
        state: `running`, `retrying`, `completed`, `failed`, `blocked`, `skipped`, or `stopped` with its run.
        attempt: Attempt under way or last made, from 1.
        started_at: When its first attempt began.
        ended_at: When it ended; None while it goes on.
        note: What it made, how far it is, or why it failed.
    """

    state: str = "running"
    attempt: int = 1
    started_at: datetime | None = None
    ended_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class Row:
    """A stage summed up over its parts; `seconds` is None before it began."""

    stage: str
    state: str
    seconds: float | None
    attempt: int
    note: str


@dataclass
class Board:
    """The stages of one run.

    Attributes:
        stages: Stage names in order.
        taken_over: Those that an earlier run's results stand in for.
        parts: Stage name to its parts by name; a stage that has not begun is absent.
        status: Status of the run as the events tell it.
        reason: Why it is parked, gets nowhere, or did not complete.
        parked_at: Stage at which it is parked; empty when it is not.
    """

    stages: Sequence[str]
    taken_over: frozenset[str] = frozenset()
    parts: dict[str, dict[str, Part]] = field(default_factory=dict[str, dict[str, Part]])
    status: str = "starting"
    reason: str = ""
    parked_at: str = ""
    _held_up: bool = False

    @classmethod
    def of(cls, run: Run) -> "Board":
        """Lay out the stages of a run, before any of its events."""
        names = tuple(dict.fromkeys(stage.name for stage in run.stages))
        over = frozenset(stage.name for stage in run.stages if stage.status == "taken_over")
        return cls(stages=names, taken_over=over)

    def apply(self, event: Event) -> str | None:
        """Take one event in; answers with a plain line where there is something to tell.

        Progress within a stage changes the board and tells nothing: a log of it would drown the rest.
        """
        kind, _, what = event.type.partition(".")
        if kind == "stage":
            return self._stage(event, what)
        if kind == "run":
            return self._run(event, what)
        if kind == "stream":
            return self._stream(event, what)
        if event.data.get("slug") == "workflow-stuck":
            return self._hold_up("stuck", str(event.data.get("last_failure", "")))
        if event.type == "progress":
            self._progress(event)
        return None

    def rows(self, now: datetime) -> list[Row]:
        """Every stage in order, as it stands now."""
        return [self._row(stage, now) for stage in self.stages]

    def _part(self, event: Event) -> Part:
        if self._held_up:
            self._held_up, self.reason = False, ""
        stage = event.stage or ""
        if stage not in self.stages:
            self.stages = (*self.stages, stage)
        part = self.parts.setdefault(stage, {}).setdefault(event.part or "", Part())
        part.attempt = max(event.attempt or 1, 1)
        return part

    def _stage(self, event: Event, what: str) -> str | None:
        part = self._part(event)
        if what == "started":
            self.status, self.parked_at = "running", ""
            self._close_before(event.stage or "")
            part.state, part.ended_at = "running", None
            part.started_at = part.started_at or event.at
        elif what == "completed":
            part.state, part.ended_at, part.note = "completed", event.at, figures(event.data)
        elif what == "failed":
            retrying = bool(event.data.get("retrying"))
            part.state = "retrying" if retrying else "failed"
            part.ended_at = None if retrying else event.at
            part.note = str(event.data.get("reason", ""))
        else:
            return None  # an event of a newer API
        return _line(event, part)

    def _close_before(self, stage: str) -> None:
        """Mark as skipped what was parked when a person let the run go on past it."""
        for name in self.stages[: self.stages.index(stage)]:
            for part in self.parts.get(name, {}).values():
                if part.state == "blocked":
                    part.state = "skipped"

    def _run(self, event: Event, what: str) -> str | None:
        if what == "accepted":
            return None
        self._held_up = False
        self.reason = str(event.data.get("reason", ""))
        stage = event.stage or ""
        if what == "blocked":
            self.status, self.parked_at = "blocked", stage
            for part in self.parts.get(stage, {}).values():
                if part.state != "completed":
                    part.state = "blocked"
                    part.ended_at = part.ended_at or event.at
            return f"parked at {stage}: {self.reason}"
        if what == "paused":
            self.status, self.parked_at = "paused", ""
            return f"paused before {stage}: trends runs resume {event.run_id}"
        if what == "resumed":
            self.status, self.parked_at = "running", ""
            return f"goes on at {stage}"
        self.status, self.parked_at = what, ""
        self._stop(event.at)
        return what.replace("_", " ") + (f": {self.reason}" if self.reason else "")

    def _stream(self, event: Event, what: str) -> str | None:
        """Take in that there is no news of the run, or news again."""
        if what == "stalled":
            return self._hold_up("no news", str(event.data.get("reason", "")))
        if what == "resumed" and self._held_up:
            self._held_up, self.reason = False, ""
            return "news again"
        return None

    def _hold_up(self, word: str, reason: str) -> str | None:
        """Take in what holds the run up; told once, however often it is tried again."""
        self.reason = reason
        told, self._held_up = self._held_up, True
        return None if told else f"{word}: {reason}"

    def _stop(self, at: datetime | None) -> None:
        """Close what was under way when the run ended."""
        for parts in self.parts.values():
            for part in parts.values():
                if part.state in {"running", "retrying"}:
                    part.state, part.ended_at = "stopped", at
                if part.state == "blocked" and self.status == "completed":
                    part.state = "skipped"

    def _progress(self, event: Event) -> None:
        """Take in how far a stage is. It does not say of which part, so it must be the only one under way."""
        under_way = [
            part for part in self.parts.get(event.stage or "", {}).values() if part.ended_at is None
        ]
        if len(under_way) != 1:
            return
        under_way[0].attempt = max(event.attempt or 1, 1)
        if note := progress_text(event.data):
            under_way[0].note = note

    def _row(self, stage: str, now: datetime) -> Row:
        parts = self.parts.get(stage)
        if not parts:
            state = "taken over" if stage in self.taken_over else "waiting"
            return Row(stage, state, None, 0, "")
        state = min((part.state for part in parts.values()), key=_LOUDEST.index)
        if state == "failed" and any(part.state == "completed" for part in parts.values()):
            state = "completed"  # the run goes on without a source that failed; the note names it
        starts = [part.started_at for part in parts.values() if part.started_at]
        ends = [part.ended_at or now for part in parts.values()]
        seconds = max(0.0, (max(ends) - min(starts)).total_seconds()) if starts else None
        notes = [
            f"{name}: {part.note}" if name else part.note
            for name, part in sorted(parts.items())
            if part.note
        ]
        attempt = max(part.attempt for part in parts.values())
        return Row(stage, state, seconds, attempt, "; ".join(notes))


def _line(event: Event, part: Part) -> str:
    cells = [f"{event.stage} {event.part or ''}".strip(), part.state]
    if part.attempt > 1:
        cells.append(f"attempt {part.attempt}")
    if part.ended_at and part.started_at:
        cells.append(seconds_text(max(0.0, (part.ended_at - part.started_at).total_seconds())))
    if part.note and part.state != "running":
        cells.append(part.note)
    return "  ".join(cells)


def figures(data: Mapping[str, Any]) -> str:
    """Write what a stage made: `5,400 items, 12 bad rows`. Noughts are left out."""
    told: list[str] = []
    for name, value in data.items():
        words = name.replace("_", " ")
        if isinstance(value, bool) or not value:
            continue
        if isinstance(value, int):
            told.append(f"{value:,} {words}")
        elif isinstance(value, str):
            told.append(f"{words} {value.replace('_', ' ')}")
    return ", ".join(told)


def progress_text(data: Mapping[str, Any]) -> str:
    """Write how far a stage is, and why its last attempt failed."""
    done, total = data.get("done"), data.get("total")
    told: list[str] = []
    if isinstance(done, int) and done:
        told.append(f"{done:,} of {total:,}" if isinstance(total, int) and total else f"{done:,}")
    if failure := data.get("last_failure"):
        told.append(f"last attempt: {failure}")
    return "; ".join(told)
