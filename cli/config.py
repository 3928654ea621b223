"""`trends config …`: see settings, check and compare their files, change them while processes run."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import as_data
from cli.problems import AskedWrongError
from cli.session import Session, calls_api, speaks
from cli.times import time_text

if TYPE_CHECKING:
    from trends.settings_view import ShownSetting
    from trends_client.setting_models import SettingList, SettingVersion

Environment = Annotated[
    str | None,
    typer.Argument(
        metavar="ENVIRONMENT",
        help="development, staging or production; else as TRENDS_ENV says.",
        show_default=False,
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--config-dir",
        metavar="FOLDER",
        help="Where the files are; else TRENDS_CONFIG_DIR, ./config, the package's own.",
        file_okay=False,
    ),
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.")]
Version = Annotated[
    int | None,
    typer.Option("--version", min=0, help="Only if this version is still in force."),
]


@calls_api
def show(
    session: Session,
    key: Annotated[
        str | None,
        typer.Argument(metavar="KEY", help="One setting, or a section.", show_default=False),
    ] = None,
) -> None:
    """Show what is in force in the API's process, and where it was written; never a secret.

    In a pipe: name, value as JSON, where it was written. What waits for a restart, and why newer settings were refused,
    is said after it.
    """
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        found = client.settings.list()
        chosen = [each for each in found.items if _within(each.key, key)]
        if not chosen and key is not None:
            # The API knows the near name.
            chosen = [client.settings.get(key)]
    if out.as_json:
        for setting in chosen:
            out.json(as_data(setting))
    else:
        rows = [[each.key, _value_text(each.value), each.origin] for each in chosen]
        out.rows(("setting", "value", "written"), rows)
    for words in _standing(found):
        out.say(words)


def _within(name: str, key: str | None) -> bool:
    return key is None or name == key or name.startswith(f"{key}.")


def _standing(found: "SettingList") -> Iterable[str]:
    if found.waiting:
        yield f"Changed, and waiting for the next start: {', '.join(found.waiting)}"
    if found.failure:
        yield f"Newer settings were refused, and these serve: {found.failure}"


@speaks
def validate(session: Session, environment: Environment = None, folder: Folder = None) -> None:
    """Check the files of the settings, as a process would read them now; nothing is started or asked."""
    settings, _ = _load(environment, folder)
    if session.out.as_json:
        session.out.json({"environment": settings.environment, "revision": settings.revision})
        return
    session.out.line(f"{settings.environment}\t{settings.revision}")
    session.out.say("The settings are right.")


@speaks
def diff(
    session: Session,
    environment: Environment = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="ENVIRONMENT",
            help="Another environment; else the defaults of the package.",
            show_default=False,
        ),
    ] = None,
    folder: Folder = None,
) -> None:
    """Show in which settings the files of an environment differ from the defaults, or from another environment.

    In a pipe: name, value there, value here, where it is written here. Changes by `trends config set` are in no file:
    trends config history.
    """
    from trends.settings_view import shown_settings

    here = {each.key: each for each in shown_settings(*_load(environment, folder))}
    there = {each.key: each for each in shown_settings(*_other(against, folder))}
    out = session.out
    changed = [
        (there[name], mine)
        for name, mine in here.items()
        if name != "environment" and there[name].value != mine.value
    ]
    if out.as_json:
        for theirs, mine in changed:
            out.json(
                {"key": mine.key, "there": theirs.value, "here": mine.value, "origin": mine.origin}
            )
        return
    rows = [_difference(theirs, mine) for theirs, mine in changed]
    out.rows(("setting", against or "default", "here", "written"), rows)


def _difference(theirs: "ShownSetting", mine: "ShownSetting") -> list[str]:
    return [mine.key, _value_text(theirs.value), _value_text(mine.value), mine.origin]


def _load(environment: str | None, folder: Path | None) -> Any:
    from trends.settings import load_settings_and_origins

    environ: Mapping[str, str] = os.environ
    if environment is not None:
        environ = {**environ, "TRENDS_ENV": environment}
    return load_settings_and_origins(environ, folder)


def _other(against: str | None, folder: Path | None) -> Any:
    from trends.settings import load_settings_and_origins
    from trends.settings_layers import packaged_folder

    if against is not None:
        return _load(against, folder)
    return load_settings_and_origins({}, packaged_folder())


@calls_api
def set_(
    session: Session,
    pairs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY=VALUE...",
            help="Such as limits.requests_per_minute=30. A value is JSON, or else text.",
            show_default=False,
        ),
    ] = None,
    unset: Annotated[
        list[str] | None,
        typer.Option("--unset", metavar="KEY", help="Give it back to the files; may be repeated."),
    ] = None,
    reason: Reason = "",
    version: Version = None,
) -> None:
    """Change settings in every process, within a second and until they are changed again.

    All of it is done, or nothing. A change goes before what files say; an environment variable goes before it. What a
    process reads at its start alone is not taken: trends config show tells which.
    """
    from cli.connection import connect

    given = dict(_pair(text) for text in pairs or ())
    if not given and not unset:
        raise AskedWrongError("Nothing is to be changed.", "Say what: trends config set KEY=VALUE")
    with connect(session) as client:
        change = client.settings.change(given, unset=unset or (), reason=reason, version=version)
    _tell(session, change)


def _pair(text: str) -> tuple[str, Any]:
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise AskedWrongError(f"'{text[:80]}' is no KEY=VALUE.", "Such as limits.burst_size=5")
    try:
        read = json.loads(value)
        # Python reads NaN, and numbers beyond what JSON can send; both stay what was typed, and the API refuses them.
        json.dumps(read, allow_nan=False)
    except ValueError:
        read = value
    return key.strip(), read


@calls_api
def history(
    session: Session,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="At most so many.")] = 20,
) -> None:
    """List changes, newest first: version, time, who, what, why."""
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        changes = client.settings.history(limit=limit).items
    if out.as_json:
        for change in changes:
            out.json(as_data(change))
        return
    rows = [
        [
            str(each.version),
            time_text(each.at, drawn=out.drawn),
            each.author,
            _words(each),
            each.reason,
        ]
        for each in changes
    ]
    out.rows(("version", "time", "who", "what", "why"), rows)


@calls_api
def rollback(
    session: Session,
    to: Annotated[
        int,
        typer.Argument(
            metavar="VERSION",
            min=0,
            help="One of the history; 0 takes all changes away.",
            show_default=False,
        ),
    ],
    reason: Reason = "",
    version: Version = None,
) -> None:
    """Bring back what an earlier version said, as a new version."""
    from cli.connection import connect

    with connect(session) as client:
        change = client.settings.rollback(to, reason=reason, version=version)
    _tell(session, change)


def _tell(session: Session, change: "SettingVersion") -> None:
    if session.out.as_json:
        session.out.json(as_data(change))
    else:
        session.out.line(str(change.version))
    if change.pinned:
        session.out.say(
            f"No effect in the API's process, where these go before it: {', '.join(change.pinned)}"
        )
    session.out.say(f"Version {change.version}. Back again: trends config rollback {change.parent}")


def _words(change: "SettingVersion") -> str:
    said = [f"{name}={_value_text(value)}" for name, value in change.set.items()]
    said += [f"unset {name}" for name in change.unset]
    back = [f"as version {change.restored}:"] if change.restored is not None else []
    return " ".join([*back, *said])


def _value_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
