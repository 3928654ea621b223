"""The transactions of the run record: plain functions over a connection, for `Database.write`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from trends.domain.models import ArtifactRef, Edition, RunStatus
from trends.errors import IdempotencyConflictError, RunNotFoundError
from trends.storage import statements as sql
from trends.storage.events import NewEvent, append
from trends.storage.rows import NewRun, RunRow, artifacts_in
from trends.storage.statements import RunKey
from trends.storage.tables import runs

# The stage whose result is what people come for: it is kept in the run row as well.
REPORT_STAGE = "report"


@dataclass(frozen=True)
class Held:
    """What a write must know of its run before it changes anything."""

    status: RunStatus
    stage: str
    resumes: int


def hold(connection: sa.Connection, key: RunKey) -> Held:
    """Read where a run stands and keep others from changing it until the transaction ends.

    Raises:
        RunNotFoundError: No such run in this tenant.
    """
    row = connection.execute(sql.HOLD_RUN, key.bound).one_or_none()
    if row is None:
        raise _not_found(key)
    return Held(status=RunStatus(row.status), stage=row.stage, resumes=row.resumes)


def read_run(connection: sa.Connection, key: RunKey) -> RunRow:
    """Read one run.

    Raises:
        RunNotFoundError: No such run in this tenant.
    """
    row = connection.execute(sql.READ_RUN, key.bound).mappings().one_or_none()
    if row is None:
        raise _not_found(key)
    return RunRow.model_validate(dict[str, Any](row))


def accept(connection: sa.Connection, new: NewRun, now: datetime) -> tuple[RunRow, bool]:
    """Insert a run, unless its idempotency key is known.

    Returns:
        The row, and whether it had been there.

    Raises:
        IdempotencyConflictError: The key was used for another request.
    """
    known = _known(connection, new)
    if known is not None:
        return known, True
    key = RunKey(new.tenant, new.run_id)
    connection.execute(sql.INSERT_RUN, _columns(new, now))
    refs = (new.brief, *new.artifacts, *artifacts_in(new.input), *artifacts_in(new.report))
    _refer(connection, key, "", refs)
    append(connection, key, NewEvent("run.accepted", now, "run.accepted"))
    return read_run(connection, key), False


def step(
    connection: sa.Connection, key: RunKey, event: NewEvent, change: Mapping[str, Any]
) -> bool:
    """Bring the row of a stage, its run, and the events forward together.

    Attempts count anew each time a parked run goes on, so an attempt is known by (resumes, attempt). One that is older
    than what the row shows comes from a worker that was given up: it is passed over. A run that is `lost` but goes on
    after all is recorded in its rows, without events, since its end has been told.

    Returns:
        False when nothing was written.

    Raises:
        RunNotFoundError: No such run in this tenant.
    """
    run = hold(connection, key)
    if run.status.ended and run.status is not RunStatus.LOST:
        return False
    of_stage = {**key.bound, "of_stage": event.stage, "of_part": event.part}
    row = connection.execute(sql.READ_STAGE, of_stage).one_or_none()
    this = (run.resumes, event.attempt)
    if row is not None:
        shown = (row.resumes, row.attempt)
        if shown > this or (shown == this and row.status in {"completed", change["status"]}):
            return False
    values: dict[str, Any] = {"resumes": run.resumes, "attempt": event.attempt, **change}
    if change.get("ended_at") is not None:
        begun = event.at if row is None else row.started_at
        values["seconds"] = round((event.at - begun).total_seconds(), 3)
    if row is None:
        of_new = {"tenant": key.tenant, "run_id": key.run_id, "stage": event.stage}
        blank = {"part": event.part, "started_at": event.at, "slug": "", "reason": ""}
        connection.execute(sql.INSERT_STAGE, {**of_new, **blank, **values})
    else:
        connection.execute(sql.UPDATE_STAGE, {**of_stage, **values})
    if run.status is not RunStatus.LOST:
        _advance(connection, key, run, event)
    return True


def complete(
    connection: sa.Connection,
    key: RunKey,
    event: NewEvent,
    change: Mapping[str, Any],
    artifacts: Iterable[ArtifactRef],
    also: Callable[[sa.Connection], None] | None = None,
) -> bool:
    """Bring a stage to its end, with the artifacts that the run refers to from now on.

    What `also` writes is there if and only if the stage is complete: no crash can come between.

    Returns:
        False when nothing was written.

    Raises:
        RunNotFoundError: No such run in this tenant.
    """
    if not step(connection, key, event, change):
        return False
    _refer(connection, key, event.stage, artifacts)
    if event.stage == REPORT_STAGE:
        result = change["result"]
        _update(connection, key, {"report": result, "lines": _lines(result)})
    if also is not None:
        also(connection)
    return True


def mark(connection: sa.Connection, key: RunKey, status: RunStatus, event: NewEvent) -> bool:
    """Park a run, pause it, or let it go on; `event` brings time, stage and data.

    Returns:
        False when nothing was written: it stands so already, or has ended.

    Raises:
        RunNotFoundError: No such run in this tenant.
    """
    run = hold(connection, key)
    if run.status.ended or run.status is status:
        return False
    if status in {RunStatus.BLOCKED, RunStatus.PAUSED}:
        kind, resumes = f"run.{status.value}", run.resumes
    elif status is RunStatus.RUNNING and run.status in {RunStatus.BLOCKED, RunStatus.PAUSED}:
        kind, resumes = "run.resumed", run.resumes + 1
    else:
        return False
    values: dict[str, Any] = {"status": status, "resumes": resumes}
    if run.status is RunStatus.STARTING:
        # Paused before its first stage: it has begun all the same.
        values["started_at"] = event.at
    told = replace(event, type=kind, dedupe=f"{kind}/{resumes}")
    return _turn(connection, key, run, told, values)


def rebrief(
    connection: sa.Connection, key: RunKey, brief: ArtifactRef, artifacts: Iterable[ArtifactRef]
) -> None:
    """Give a run another brief, with what that refers to. What the run had is kept.

    Raises:
        RunNotFoundError: No such run in this tenant.
    """
    hold(connection, key)
    _update(connection, key, {"brief": brief.model_dump(mode="json")})
    _refer(connection, key, "", (brief, *artifacts))


def finish(connection: sa.Connection, key: RunKey, status: RunStatus, event: NewEvent) -> bool:
    """End a run; `event` brings time, stage and data. The first end stands, unless it was `lost`.

    Returns:
        False when nothing was written: it had ended.

    Raises:
        RunNotFoundError: No such run in this tenant.
    """
    run = hold(connection, key)
    if run.status.ended and (run.status is not RunStatus.LOST or status is run.status):
        return False
    stopped = {"status": "stopped", "ended_at": event.at}
    connection.execute(sql.STOP_STAGES, {**key.bound, **stopped})
    kind = f"run.{status.value}"
    told = replace(event, type=kind, dedupe=kind)
    return _turn(connection, key, run, told, {"status": status, "ended_at": event.at})


def correct(connection: sa.Connection, key: RunKey) -> Edition:
    """Call a run's edition corrected where a partial one of it has its report; give what it is now.

    Raises:
        RunNotFoundError: No such run in this tenant.
    """
    hold(connection, key)
    partial = connection.scalar(
        sa.select(runs.c.run_id)
        .where(
            runs.c.tenant == key.tenant,
            runs.c.parent_run == key.run_id,
            runs.c.edition == Edition.PARTIAL,
            runs.c.report.is_not(None),
        )
        .limit(1)
    )
    if partial is None:
        return read_run(connection, key).edition
    _update(connection, key, {"edition": Edition.CORRECTED})
    return Edition.CORRECTED


def _known(connection: sa.Connection, new: NewRun) -> RunRow | None:
    if new.idempotency_key is None:
        return None
    of_key = {"of_tenant": new.tenant, "of_key": new.idempotency_key}
    row = connection.execute(sql.READ_BY_KEY, of_key).mappings().one_or_none()
    if row is None:
        return None
    if row["fingerprint"] != new.fingerprint:
        raise IdempotencyConflictError(
            f"The Idempotency-Key '{new.idempotency_key[:80]}' was used for another request.",
            why=f"It started the run {row['run_id']}.",
            next_step="Send the same request again, or choose a new key.",
        )
    return RunRow.model_validate(dict[str, Any](row))


def _advance(connection: sa.Connection, key: RunKey, run: Held, event: NewEvent) -> None:
    dedupe = f"{event.type}/{event.stage}/{event.part}/{run.resumes}/{event.attempt}"
    append(connection, key, replace(event, dedupe=dedupe))
    values: dict[str, Any] = {"stage": event.stage, "updated_at": event.at}
    if run.status is RunStatus.STARTING:
        values |= {"status": RunStatus.RUNNING, "started_at": event.at}
    _update(connection, key, values)


def _turn(
    connection: sa.Connection, key: RunKey, run: Held, event: NewEvent, values: Mapping[str, Any]
) -> bool:
    data = event.data or {}
    told = replace(event, stage=event.stage or run.stage)
    why = {"slug": data.get("slug", ""), "reason": data.get("reason", "")}
    _update(connection, key, {**values, **why, "stage": told.stage, "updated_at": event.at})
    return append(connection, key, told)


def _update(connection: sa.Connection, key: RunKey, values: Mapping[str, Any]) -> None:
    connection.execute(sql.UPDATE_RUN, {**key.bound, **values})


def _refer(
    connection: sa.Connection, key: RunKey, stage: str, artifacts: Iterable[ArtifactRef]
) -> None:
    """Note that a run refers to artifacts, which keeps them from being collected as garbage."""
    refs = {ref.uri: ref for ref in artifacts}
    if not refs:
        return
    found = connection.scalars(sql.KNOWN_ARTIFACTS, {**key.bound, "uris": sorted(refs)})
    known = set(found)
    of_new = {"tenant": key.tenant, "run_id": key.run_id, "stage": stage}
    new = [{**of_new, **refs[uri].model_dump()} for uri in sorted(refs) if uri not in known]
    if new:
        connection.execute(sql.INSERT_ARTIFACT, new)


def _columns(new: NewRun, now: datetime) -> dict[str, Any]:
    question = new.question
    kept = {"artifacts", "question", "window", "brief"}
    return {
        **new.model_dump(exclude=kept),
        "status": RunStatus.STARTING,
        "stage": "",
        "question": question.model_dump(mode="json"),
        "query": question.query,
        "window_text": question.window,
        "window_start": new.window.start,
        "window_end": new.window.end,
        "market": question.market,
        "languages": list(question.languages),
        "sources": list(question.sources),
        "started_at": None,
        "ended_at": None,
        "updated_at": now,
        "brief": new.brief.model_dump(mode="json"),
        "slug": "",
        "reason": "",
        "lines": _lines(new.report),
        "resumes": 0,
    }


def _lines(report: Mapping[str, Any] | None) -> list[str]:
    return list((report or {}).get("lines", ()))


def _not_found(key: RunKey) -> RunNotFoundError:
    return RunNotFoundError(
        f"There is no run '{key.run_id[:80]}' in the tenant '{key.tenant}'.",
        next_step="List them: trends runs list",
    )
