"""`trends monitors backfill` and `trends backfills …`: run a monitor over a past span, and see how far it is."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import IdempotencyKey
from cli.exits import Exit
from cli.output import as_data, seconds_text
from cli.problems import AskedWrongError
from cli.session import Session, calls_api
from cli.times import time_text

if TYPE_CHECKING:
    from trends_client import TrendsClient
    from trends_client.backfill_models import Backfill

LOOK_SECONDS = 1.0
SHORTEST_ID = 4
# A UUID as it is written; whatever is shorter is looked for among the newest.
FULL_ID = 36
LOOKED_THROUGH = 200

MonitorName = Annotated[
    str, typer.Argument(metavar="NAME", help="Name of the monitor.", show_default=False)
]
BackfillId = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="Id of a backfill, the beginning or end of one, or 'last'.",
        show_default=False,
    ),
]
Watch = Annotated[bool, typer.Option("--watch", "-w", help="Stay, and say how far it is.")]

_EXITS = {"completed": Exit.OK, "cancelled": Exit.CANCELLED, "failed": Exit.FAILED}


@calls_api
def backfill(
    session: Session,
    name: MonitorName,
    start: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="DAY",
            help="Begin: 2026-01-01, or a time with its zone. The first window ends a step later.",
            show_default=False,
        ),
    ],
    end: Annotated[
        str, typer.Option("--to", metavar="DAY", help="End, likewise.", show_default=False)
    ],
    step: Annotated[
        str | None,
        typer.Option(
            "--step", help="How far apart windows end: 6h, 1d.", show_default="its cadence"
        ),
    ] = None,
    parallel: Annotated[
        int | None,
        typer.Option("--parallel", min=1, help="Windows at once.", show_default="the setting"),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop where a window fails.")] = False,
    missing: Annotated[
        bool, typer.Option("--missing", help="Leave out windows that have a report.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")] = False,
    watch: Watch = False,
    idempotency_key: IdempotencyKey = None,
) -> None:
    """Make the reports of a past span, oldest first, as if the monitor had been run at the time.

    Windows of reports that are there are made anew, but for --missing. People hear of none of them.
    """
    from cli.connection import connect

    with connect(session) as client:
        if dry_run:
            plan = client.backfills.plan(name, start, end, step=step, missing=missing)
            if session.out.as_json:
                session.out.json(as_data(plan))
            first, last = (
                time_text(moment, drawn=session.out.drawn)
                for moment in (plan.first_window_end, plan.last_window_end)
            )
            session.out.say(f"{plan.windows} windows, {plan.step} apart, from {first} to {last}.")
            _warn(session, plan.warnings)
            return
        made = client.backfills.start(
            name,
            start,
            end,
            step=step,
            parallel=parallel,
            strict=strict,
            missing=missing,
            idempotency_key=idempotency_key,
        )
        _begun(session, client, made, watch=watch)


@calls_api
def list_(
    session: Session,
    monitor: Annotated[str | None, typer.Option("--monitor", help="Only of this monitor.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")] = 20,
) -> None:
    """List backfills, newest first.

    With --json one a line. In a pipe: id, monitor, status, windows, done, failed, time it was asked for.
    """
    from cli.connection import connect

    out = session.out
    rows: list[list[str]] = []
    with connect(session) as client:
        for each in client.backfills.list(monitor=monitor, limit=limit):
            if out.as_json:
                out.json(as_data(each))
                continue
            counts = (each.progress.windows, each.progress.done, each.progress.failed)
            asked = time_text(each.requested_at, drawn=out.drawn)
            rows.append([each.id, each.monitor, each.status, *map(str, counts), asked])
    if rows:
        out.rows(("id", "monitor", "status", "windows", "done", "failed", "asked for"), rows)
    elif out.drawn:
        out.say("No backfills. Start one: trends monitors backfill NAME --from DAY --to DAY")


@calls_api
def show(session: Session, backfill_id: BackfillId) -> None:
    """Show a backfill: how far it is, and its windows with their runs."""
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        found = _find(client, backfill_id)
    if out.as_json:
        out.json(as_data(found))
        return
    out.say(f"{found.monitor}: {found.status}. {_far(found)}")
    if found.reason:
        out.say(found.reason.message)
    rows = [
        [
            time_text(window.window_end, drawn=out.drawn),
            window.state,
            window.run_id or "",
            window.reason.message if window.reason else "",
        ]
        for window in found.windows
    ]
    out.rows(("window ends", "state", "run", "why"), rows)


@calls_api
def watch(session: Session, backfill_id: BackfillId) -> None:
    """Follow a backfill to its end. Leaving does not stop it."""
    from cli.connection import connect

    with connect(session) as client:
        _follow(session, client, _find(client, backfill_id))


@calls_api
def pause(session: Session, backfill_id: BackfillId) -> None:
    """Begin no further window; those under way end."""
    from cli.connection import connect

    with connect(session) as client:
        made = client.backfills.pause(_find(client, backfill_id).id)
        _tell(session, made, f"It pauses. Go on: trends backfills resume {made.id}")


@calls_api
def resume(session: Session, backfill_id: BackfillId) -> None:
    """Let a paused backfill go on."""
    from cli.connection import connect

    with connect(session) as client:
        made = client.backfills.resume(_find(client, backfill_id).id)
        _tell(session, made, f"It goes on. Follow it: trends backfills watch {made.id}")


@calls_api
def cancel(session: Session, backfill_id: BackfillId) -> None:
    """End a backfill with what is under way of it; reports that are there stay."""
    from cli.connection import connect

    with connect(session) as client:
        made = client.backfills.cancel(_find(client, backfill_id).id)
        _tell(session, made, f"Cancelling {made.id}. See it end: trends backfills watch {made.id}")


@calls_api
def retry_failed(
    session: Session,
    backfill_id: BackfillId,
    following: Annotated[
        bool,
        typer.Option("--following", help="Also what was made without them."),
    ] = False,
    watch: Watch = False,
) -> None:
    """Do again the windows of an ended backfill that have no report."""
    from cli.connection import connect

    with connect(session) as client:
        found = _find(client, backfill_id)
        made = client.backfills.retry_failed(found.id, following=following)
        _begun(session, client, made, watch=watch)


def _begun(session: Session, client: "TrendsClient", made: "Backfill", *, watch: bool) -> None:
    _warn(session, made.warnings)
    if watch:
        session.out.say(f"Backfill {made.id}: {made.progress.windows} windows.")
        _follow(session, client, made)
        return
    if session.out.as_json:
        session.out.json(as_data(made))
    else:
        session.out.line(made.id)
    left = made.progress.waiting + made.progress.running
    session.out.say(f"{left} windows. Follow them: trends backfills watch {made.id}")


def _follow(session: Session, client: "TrendsClient", made: "Backfill") -> None:
    """Say how far it is whenever that changes; leave with the status that its end means."""
    import time

    told = ""
    while not made.ended:
        far = f"{made.status}: {_far(made)}"
        if (key := far.partition(";")[0]) != told:
            session.out.say(far)
            told = key
        time.sleep(LOOK_SECONDS)
        made = client.backfills.get(made.id)
    if session.out.as_json:
        session.out.json(as_data(made))
    why = f" {made.reason.message}" if made.reason and made.status == "failed" else ""
    session.out.say(f"{made.status.capitalize()}: {_far(made)}.{why}")
    if made.progress.failed or made.status != "completed":
        again = f"trends backfills retry-failed {made.id}"
        session.out.say(f"Do again what has no report: {again}")
    if status := _EXITS.get(made.status, Exit.FAILED):
        raise typer.Exit(status)


def _far(made: "Backfill") -> str:
    progress = made.progress
    parts = [f"{progress.done} of {progress.windows} done"]
    for count, word in (
        (progress.failed, "failed"),
        (progress.cancelled, "cancelled"),
        (progress.running, "under way"),
    ):
        if count:
            parts.append(f"{count} {word}")
    if progress.without:
        parts.append(f"{progress.without} made without one before them")
    far = ", ".join(parts)
    if progress.left_seconds is not None:
        far += f"; about {seconds_text(progress.left_seconds)} left"
    return far


def _tell(session: Session, made: "Backfill", words: str) -> None:
    if session.out.as_json:
        session.out.json(as_data(made))
    session.out.say(words)


def _warn(session: Session, warnings: tuple[str, ...]) -> None:
    for warning in warnings:
        session.out.say(f"Note: {warning}")


def _find(client: "TrendsClient", reference: str) -> "Backfill":
    """Find the backfill that is meant.

    Raises:
        AskedWrongError: Nothing fits, or more than one does.
    """
    if len(reference) >= FULL_ID:
        return client.backfills.get(reference)
    newest = list(client.backfills.list(limit=1 if reference == "last" else LOOKED_THROUGH))
    if reference == "last":
        fitting = [each.id for each in newest]
    elif len(reference) < SHORTEST_ID:
        raise AskedWrongError(
            f"'{reference}' is too short to name a backfill.",
            f"Give at least {SHORTEST_ID} characters of its id, or 'last'.",
        )
    else:
        fitting = [
            each.id
            for each in newest
            if each.id.startswith(reference) or each.id.endswith(reference)
        ]
    if not fitting:
        raise AskedWrongError(
            f"No backfill fits '{reference}'.",
            "List them: trends backfills list",
            exit_=Exit.NOT_FOUND,
        )
    if len(fitting) > 1:
        raise AskedWrongError(
            f"'{reference}' fits {len(fitting)} backfills.", "Give more of the id."
        )
    return client.backfills.get(fitting[0])
