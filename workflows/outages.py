"""Outlast a database that is away: it comes back by itself, and a person could decide nothing that helps."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from workflows.failures import failure_of

Result = TypeVar("Result")

SLUG = "storage-unavailable"
PATCH = "outlast-storage"
# Beside the retries of the stage itself, which take from seconds to a minute: a restart, a failover, an evening.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60, 120, 300))
PATIENCE = timedelta(hours=1)


async def outlast(attempt: Callable[[], Awaitable[Result]], until: datetime) -> Result:
    """Make an attempt again, each time later, for as long as storage is what fails it.

    Args:
        attempt: Executes a stage, with its own retries.
        until: The run's deadline. Nothing is waited for past it, nor for longer than `PATIENCE` from the first attempt.

    Raises:
        ActivityError: What else it failed with, or storage has been away for too long.
    """
    until = min(until, workflow.now() + PATIENCE)
    for pause in chain(PAUSES, repeat(PAUSES[-1])):
        try:
            return await attempt()
        except ActivityError as error:
            if is_cancelled_exception(error) or failure_of(error).slug != SLUG:
                raise
            if workflow.now() + pause >= until:
                raise
            # Only here, so that a run which meets no outage has one event less; one that had parked stays parked.
            if not workflow.patched(PATCH):
                raise
        await workflow.sleep(pause, summary="the database is away")
    raise AssertionError  # the pauses never end
