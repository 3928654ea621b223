"""`trends runs cancel|pause|resume|retry|skip|abort|rerun`: decide how a run goes on."""

from typing import Annotated

import typer

from cli.arguments import Detach, IdempotencyKey, RunId, Stage, Wait
from cli.session import Session, calls_api


@calls_api
def cancel(session: Session, run_id: RunId) -> None:
    """Stop a run; it cleans up first."""
    from cli.connection import connect, find_run
    from cli.outcome import tell

    with connect(session) as client:
        run = client.cancel(find_run(client, run_id).id)
        tell(session, run, f"Cancelling {run.id}. See it end: trends runs wait {run.id}")


@calls_api
def pause(session: Session, run_id: RunId) -> None:
    """Let a run stand still: the stage under way ends, the next does not begin."""
    from cli.connection import connect, find_run
    from cli.outcome import tell

    with connect(session) as client:
        run = client.pause(find_run(client, run_id).id)
        tell(session, run, f"It pauses before its next stage. Go on: trends runs resume {run.id}")


@calls_api
def resume(session: Session, run_id: RunId) -> None:
    """Let a paused run go on."""
    from cli.connection import connect, find_run
    from cli.outcome import tell

    with connect(session) as client:
        run = client.resume(find_run(client, run_id).id)
        tell(session, run, f"It goes on. Follow it: trends runs watch {run.id}")


@calls_api
def retry(session: Session, run_id: RunId, stage: Stage = None) -> None:
    """Let a parked run try its stage again."""
    from cli.connection import connect, find_run
    from cli.outcome import tell

    with connect(session) as client:
        run = client.retry(find_run(client, run_id).id, stage)
        tell(session, run, f"It tries again. Follow it: trends runs watch {run.id}")


@calls_api
def skip(session: Session, run_id: RunId, stage: Stage = None) -> None:
    """Let a parked run go on without its stage, where the report can do without it."""
    from cli.connection import connect, find_run
    from cli.outcome import tell

    with connect(session) as client:
        run = client.skip(find_run(client, run_id).id, stage)
        tell(session, run, f"It goes on without. Follow it: trends runs watch {run.id}")


@calls_api
def abort(session: Session, run_id: RunId, stage: Stage = None) -> None:
    """Let a parked run fail, with the reason for which it was parked."""
    from cli.connection import connect, find_run
    from cli.outcome import tell

    with connect(session) as client:
        run = client.abort(find_run(client, run_id).id, stage)
        tell(session, run, f"Aborting {run.id}. See it end: trends runs wait {run.id}")


@calls_api
def rerun(
    session: Session,
    run_id: RunId,
    stage: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="STAGE",
            help="First stage to do again: collect, normalize, analyze, summarize, report or notify.",
            show_default=False,
        ),
    ],
    idempotency_key: IdempotencyKey = None,
    detach: Detach = False,
    wait: Wait = None,
) -> None:
    """Run again from a stage on, as a new run over the earlier stages' results."""
    from cli.connection import connect, find_run
    from cli.submit import check_ways_of_waiting, see_through

    check_ways_of_waiting(detach, wait)
    with connect(session) as client:
        parent = find_run(client, run_id)
        run = client.rerun(parent.id, stage, idempotency_key)
        see_through(session, client, run, detach=detach, wait=wait)
