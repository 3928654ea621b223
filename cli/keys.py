"""`trends keys …`: who may use the API, and who did what."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Output, as_data
from cli.problems import AskedWrongError
from cli.session import Session, calls_api
from cli.up import StateFolder

if TYPE_CHECKING:
    from datetime import datetime

Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")]


@calls_api
def create(
    session: Session,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="What people call it, such as the program that uses it.",
            show_default=False,
        ),
    ],
    scope: Annotated[
        list[str],
        typer.Option(
            "--scope",
            metavar="SCOPE",
            help="What it may do, several times or by comma: such as runs:read, trends:write, metrics:read, admin; "
            "read or write for all of that kind.",
            show_default=False,
        ),
    ],
    expires: Annotated[
        str | None,
        typer.Option(
            "--expires",
            metavar="WHEN",
            help="From when on it does not hold: 90d, or a date.",
            show_default="never",
        ),
    ] = None,
    local: Annotated[
        bool,
        typer.Option(
            "--local",
            help="Write it into the database itself: for the first key, when nobody can be asked yet.",
        ),
    ] = False,
    tenant: Annotated[
        str | None,
        typer.Option(
            "--tenant",
            metavar="NAME",
            help="With --local: whose key. Otherwise it is of the tenant of whoever asks.",
            show_default="local",
        ),
    ] = None,
    state: StateFolder = None,
) -> None:
    """Make a key and print it, once: it cannot be read again.

    Data: the key. With --json also its id and what it may do.
    """
    from datetime import UTC, datetime

    from cli.times import moment_of
    from trends.domain.access import read_scopes

    words = [word.strip() for each in scope for word in each.split(",") if word.strip()]
    scopes: list[str] = sorted(read_scopes(words))
    expires_at = moment_of(expires, now=datetime.now(UTC))
    if local:
        text, data = _made_here(name, scopes, expires_at, tenant or "local", state)
    else:
        if tenant is not None or state is not None:
            raise AskedWrongError(
                "--tenant and --state go with --local.",
                "An administrator's key makes keys of its own tenant only.",
            )
        text, data = _asked_for(session, name, scopes, expires_at)
    if session.out.as_json:
        session.out.json(data)
        return
    session.out.say(
        "Keep it now; it cannot be shown again. To use it here: export TRENDS_API_KEY=…"
    )
    session.out.line(text)


@calls_api
def list_(session: Session, limit: Limit = 100) -> None:
    """List the tenant's keys, newest first: id, name, scopes, last use, state. No secret is shown.

    With --json one key a line.
    """
    from datetime import UTC, datetime

    from cli.connection import connect
    from cli.times import time_text

    out = session.out
    with connect(session) as client:
        found = list(client.keys.list(limit=limit))
    if out.as_json:
        for key in found:
            out.json(as_data(key))
        return
    now = datetime.now(UTC)
    rows = [
        [
            key.id,
            key.name,
            ", ".join(key.scopes),
            time_text(key.created_at, drawn=out.drawn),
            time_text(key.last_used_at, drawn=out.drawn) or ("never" if out.drawn else ""),
            _state(out, key.expires_at, key.revoked_at, now),
        ]
        for key in found
    ]
    out.rows(("id", "name", "scopes", "made", "last used", "state"), rows)


@calls_api
def revoke(
    session: Session,
    key: Annotated[
        str,
        typer.Argument(metavar="ID", help="Id of the key, as in the list.", show_default=False),
    ],
) -> None:
    """Let a key hold no more, at once and for good."""
    from cli.connection import connect

    # Whoever pastes the whole key means its id; the secret does not go into an address.
    part = key.split("_")[1] if key.startswith("trk_") else key
    with connect(session) as client:
        client.keys.revoke(part)
    session.out.say(f"Revoked {part}.")


@calls_api
def me(session: Session) -> None:
    """Show who you are to the API: tenant, name, scopes."""
    from cli.connection import connect
    from cli.times import time_text

    out = session.out
    with connect(session) as client:
        who = client.keys.me()
    if out.as_json:
        out.json(as_data(who))
        return
    expires = time_text(who.expires_at, drawn=out.drawn)
    rows = [
        ["tenant", who.tenant],
        ["who", who.subject],
        ["name", who.name],
        ["by", who.kind],
        ["scopes", ", ".join(who.scopes)],
        ["expires", expires or ("never" if out.drawn else "")],
    ]
    out.rows(("", ""), rows)


@calls_api
def audit(
    session: Session,
    actor: Annotated[
        str | None,
        typer.Option("--actor", metavar="WHO", help="Only of this one, such as key:ID."),
    ] = None,
    action: Annotated[
        str | None,
        typer.Option("--action", metavar="NAME", help="Only this, such as start_run."),
    ] = None,
    limit: Limit = 50,
) -> None:
    """Show who changed what in the tenant, or tried to, newest first.

    With --json one entry a line.
    """
    from cli.connection import connect
    from cli.times import time_text

    out = session.out
    with connect(session) as client:
        found = list(client.keys.audit(actor=actor, action=action, limit=limit))
    if out.as_json:
        for entry in found:
            out.json(as_data(entry))
        return
    rows = [
        [
            time_text(entry.at, drawn=out.drawn),
            entry.actor,
            entry.action,
            entry.target,
            entry.outcome,
            entry.address,
        ]
        for entry in found
    ]
    out.rows(("at", "who", "did", "to", "outcome", "from"), rows)


def _made_here(
    name: str,
    scopes: list[str],
    expires_at: "datetime | None",
    tenant: str,
    state: Path | None,
) -> tuple[str, object]:
    import asyncio
    import os

    from cli.author import login_name
    from engine.access import NewKey, make_first_key

    wanted = NewKey.model_validate({"name": name, "scopes": scopes, "expires_at": expires_at})
    by = f"local:{login_name() or 'unknown'}"
    made = asyncio.run(make_first_key(os.environ, state, tenant, wanted, by))
    row = made.row.model_dump(mode="json", exclude={"digest", "revoked_by"})
    return made.text, {"id": row.pop("key_id"), **row, "key": made.text}


def _asked_for(
    session: Session, name: str, scopes: list[str], expires_at: "datetime | None"
) -> tuple[str, object]:
    from cli.connection import connect

    with connect(session) as client:
        made = client.keys.create(name, scopes, expires_at=expires_at)
    return made.key, as_data(made)


def _state(
    out: Output, expires_at: "datetime | None", revoked_at: "datetime | None", now: "datetime"
) -> str:
    from cli.times import time_text

    if revoked_at is not None:
        return f"revoked {time_text(revoked_at, drawn=out.drawn)}"
    if expires_at is None:
        return "holds"
    word = "expired" if expires_at <= now else "holds until"
    return f"{word} {time_text(expires_at, drawn=out.drawn)}"
