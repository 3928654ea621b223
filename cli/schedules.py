"""`trends schedules …`: when monitors run by themselves, and what became of it."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from cli.author import login_name
from cli.output import as_data
from cli.session import Session, calls_api
from cli.times import time_text

if TYPE_CHECKING:
    from trends_client.schedule_models import Fire, Schedule

Name = Annotated[
    str, typer.Argument(metavar="MONITOR", help="Name of the monitor.", show_default=False)
]
Author = Annotated[
    str | None,
    typer.Option("--author", metavar="NAME", help="Who does it.", show_default="your login name"),
]


@calls_api
def list_(session: Session) -> None:
    """List the monitors that run by themselves, by name.

    In a pipe: monitor, state, pace, time zone, due, next time, what became of the last.
    """
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        schedules = client.schedules.list()
    if out.as_json:
        for schedule in schedules:
            out.json(as_data(schedule))
        return
    rows = [
        [
            each.monitor,
            each.state,
            each.cron or each.cadence,
            each.time_zone,
            each.due,
            _next_text(each, drawn=out.drawn),
            each.fires[0].state if each.fires else "",
        ]
        for each in schedules
    ]
    if rows:
        out.rows(("monitor", "state", "pace", "time zone", "due", "next", "last"), rows)
    elif out.drawn:
        out.say("Nothing runs by itself. Let a monitor: trends monitors edit NAME --cadence 1d")


def _next_text(schedule: "Schedule", *, drawn: bool) -> str:
    if not schedule.next_fires or (drawn and schedule.state == "paused"):
        return ""
    return _moment_text(schedule.next_fires[0], schedule.time_zone, drawn=drawn)


def _moment_text(moment: datetime, zone: str, *, drawn: bool) -> str:
    """A schedule is read on its own clock, whichever the reader's is."""
    if not drawn:
        return time_text(moment, drawn=False)
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


@calls_api
def show(
    session: Session,
    name: Name,
    fires: Annotated[
        int, typer.Option("--fires", min=1, max=200, help="So many of the latest times.")
    ] = 10,
) -> None:
    """Show when a monitor runs, and what became of the latest times."""
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        schedule = client.schedules.get(name, fires=fires)
    if out.as_json:
        out.json(as_data(schedule))
        return
    facts = [
        ("monitor", schedule.monitor),
        ("state", schedule.state),
        ("cadence", schedule.cadence),
        ("cron", schedule.cron),
        ("time zone", schedule.time_zone),
        ("due", schedule.due),
        ("jitter", schedule.jitter),
        ("overlap", schedule.overlap),
        ("catch-up", schedule.catchup),
        ("leaped over", ", ".join(schedule.skipped_by_the_clock)),
    ]
    for fact, value in facts:
        if value:
            out.rows((), [[f"{fact:<12}" if out.drawn else fact, value]])
    if out.drawn:
        out.line("")
    out.rows(
        ("time", "what", "run", "note"),
        [_fire_row(fire, schedule.time_zone, drawn=out.drawn) for fire in schedule.fires],
    )


def _fire_row(fire: "Fire", zone: str, *, drawn: bool) -> list[str]:
    moment = _moment_text(fire.scheduled_at, zone, drawn=drawn)
    return [moment, fire.state, fire.run_id or "", fire.note]


@calls_api
def next_(session: Session, name: Name) -> None:
    """Show the next five times at which a monitor runs: on its own clock, and how far away.

    In a pipe one time a line, in UTC. Of a paused monitor those that it would have.
    """
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        schedule = client.schedules.get(name, fires=1)
    if out.as_json:
        out.json({"monitor": name, "next_fires": as_data(schedule)["next_fires"]})
        return
    if out.drawn and schedule.state == "paused":
        out.say(f"It is paused. Let it go on: trends schedules resume {name}")
    now = datetime.now(UTC)
    rows = [
        [_moment_text(each, schedule.time_zone, drawn=out.drawn)]
        + ([_distance(each - now)] if out.drawn else [])
        for each in schedule.next_fires
    ]
    out.rows((f"next ({schedule.time_zone})", "in"), rows)


def _distance(length: timedelta) -> str:
    minutes = max(0, int(length.total_seconds()) // 60)
    days, rest = divmod(minutes, 1440)
    return f"{days} d {rest // 60} h" if days else f"{rest // 60} h {rest % 60} min"


@calls_api
def trigger(session: Session, name: Name) -> None:
    """Run a monitor now, as its schedule does: over the window up to now; a paused one, too."""
    from cli.connection import connect

    with connect(session) as client:
        schedule = client.schedules.trigger(name)
    if session.out.as_json:
        session.out.json(as_data(schedule))
    session.out.say(f"Asked for. Its runs: trends runs list --monitor {name}")


@calls_api
def pause(session: Session, name: Name, author: Author = None) -> None:
    """Keep a monitor from running by itself; by hand it still runs."""
    from cli.connection import connect

    with connect(session) as client:
        schedule = client.schedules.pause(name, author or login_name())
    if session.out.as_json:
        session.out.json(as_data(schedule))
    session.out.say(f"Paused. Let it go on: trends schedules resume {name}")


@calls_api
def resume(session: Session, name: Name, author: Author = None) -> None:
    """Let a paused monitor run by itself again; what it missed meanwhile stays missed."""
    from cli.connection import connect

    with connect(session) as client:
        schedule = client.schedules.resume(name, author or login_name())
    if session.out.as_json:
        session.out.json(as_data(schedule))
    moment = _next_text(schedule, drawn=True)
    session.out.say(f"It goes on. Next: {moment} ({schedule.time_zone})")
