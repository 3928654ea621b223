"""The API client of one command, and the run that a person means."""

from collections.abc import Generator
from contextlib import contextmanager

from cli.exits import Exit
from cli.problems import AskedWrongError
from cli.session import Session
from trends_client import Run, TrendsClient

FULL_ID = 36  # a UUID with its dashes
SHORTEST = 4
# Beyond these a part of an id is no longer looked for; the whole id always finds its run.
NEWEST = 1000
# A person at a terminal wants to hear soon that nothing answers; streams keep trying for longer by themselves.
PATIENCE_SECONDS = 1.0


@contextmanager
def connect(session: Session) -> Generator[TrendsClient]:
    """Open the client for the API that this command was told, or that is found."""
    with TrendsClient(session.api_url, patience=PATIENCE_SECONDS) as client:
        yield client


def find_run(client: TrendsClient, reference: str) -> Run:
    """Find the run that is meant: its id, the beginning or the end of it, or `last`.

    Ids begin with their time, so runs started together differ at the end.

    Raises:
        AskedWrongError: Nothing fits, or more than one run does.
        ApiError: No run of this id.
    """
    if reference == "last":
        newest = next(client.list(limit=1), None)
        if newest is None:
            raise AskedWrongError(
                "There is no run yet.", "Start one: trends run", exit_=Exit.NOT_FOUND
            )
        return client.get(newest.id)
    if len(reference) >= FULL_ID:
        return client.get(reference)
    if len(reference) < SHORTEST:
        raise AskedWrongError(
            f"'{reference}' is too short to name a run.",
            f"Give at least {SHORTEST} characters of its id, or 'last'.",
        )
    return client.get(_only(client, reference))


def _only(client: TrendsClient, part: str) -> str:
    fits = [
        run.id
        for run in client.list(limit=NEWEST)
        if run.id.startswith(part) or run.id.endswith(part)
    ]
    if not fits:
        raise AskedWrongError(
            f"No run's id begins or ends with '{part}'.",
            "See them: trends runs list",
            exit_=Exit.NOT_FOUND,
        )
    if len(fits) > 1:
        more = "" if len(fits) <= 3 else f" and {len(fits) - 3} more"  # noqa: PLR2004  # as many as one line holds
        raise AskedWrongError(
            f"{len(fits)} runs fit '{part}': {', '.join(fits[:3])}{more}.",
            "Give more of the id; the end tells runs apart soonest.",
        )
    return fits[0]
