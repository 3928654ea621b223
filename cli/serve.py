"""`trends api`, `trends worker`, `trends namespace`: the processes of a deployment, one by one.

`trends up` starts all of them on one machine; these are for whoever runs them under an orchestrator of their own.
"""

import os
import sys
from typing import Annotated, NoReturn

import typer

from cli.session import Session, speaks


def api() -> None:
    """Serve the HTTP API in this process; where, say api.host and api.port.

    The Temporal server need not be there yet; the database must be (trends migrate).
    """
    _become("api")


@speaks
def worker(
    session: Session,
    queues: Annotated[
        str | None,
        typer.Option(
            "--queues",
            metavar="NAMES",
            help="Task queues to serve, by comma: trends, trends-io, trends-llm, trends-cpu.",
            show_default="all",
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Serve nothing; status 1 unless a worker of this host polls the queues.",
        ),
    ] = False,
) -> None:
    """Host workflows and activities in this process until SIGTERM, then drain.

    As many processes as you like, on as many machines: what one leaves when it dies, another takes up.
    """
    if not check:
        _become("worker", *(("--queues", queues) if queues else ()))
    import asyncio

    from activities.contracts import QUEUES
    from engine.clock import system_clock
    from engine.liveness import check_worker
    from trends.settings import load_settings

    asked = tuple(name.strip() for name in queues.split(",")) if queues else QUEUES
    namespace = load_settings(os.environ).engine.namespace
    asyncio.run(
        check_worker(os.environ, namespace=namespace, queues=asked, now=system_clock()),
    )
    session.out.line(f"A worker of this host polls {', '.join(asked)}.")


@speaks
def namespace(
    session: Session,
    wait: Annotated[
        float,
        typer.Option("--wait", metavar="SECONDS", min=0, help="Longest wait for the server."),
    ] = 60.0,
) -> None:
    """Make the namespace on a Temporal server of your own, with its retention and search attributes.

    Changes nothing that is right already. `trends up` does so by itself; Temporal Cloud has its own way.
    """
    import asyncio
    from datetime import timedelta

    from engine.connect import connect
    from engine.namespace import create_namespace
    from trends.settings import load_settings

    engine = load_settings(os.environ).engine

    async def prepare() -> tuple[str, bool]:
        client = await connect(namespace=engine.namespace, patience=timedelta(seconds=wait))
        made = await create_namespace(client, retention=timedelta(days=engine.retention_days))
        return client.namespace, made

    name, made = asyncio.run(prepare())
    if session.out.as_json:
        session.out.json({"namespace": name, "made": made, "retention_days": engine.retention_days})
    else:
        kept = f"history is kept {engine.retention_days} days"
        session.out.line(f"The namespace '{name}' {'was made' if made else 'is in order'}: {kept}.")


def _become(module: str, *words: str) -> NoReturn:
    # Replaced, not started: signals, process id and exit status are then the server's own.
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", module, *words])  # noqa: S606  # becoming it is the point
