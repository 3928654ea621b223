"""Fire: begin the run of a time at which a monitor is to run, and act when its report is due."""

import asyncio
from datetime import datetime
from typing import Protocol

from temporalio import activity

from activities import contracts
from activities.contracts import AwaitRunInput, DueInput, DueResult, FireInput, FireResult
from activities.errors import as_application_error
from trends.storage.runs import RunStore

# A run that somebody else started tells nobody of its end.
LOOK_SECONDS = 1.0


class Firing(Protocol):
    """What begins scheduled runs; `engine.scheduled_runs.ScheduledRuns` does it."""

    async def fire(self, tenant: str, monitor: str, scheduled_at: datetime) -> FireResult:
        """Write down the run of one time, or why there is none; asked again, it is the same run."""
        ...

    async def late(self, tenant: str, run_id: str, due_at: datetime) -> DueResult:
        """Say what is to be done about a run whose report is due."""
        ...


class FireActivities:
    """Doorways of scheduled runs.

    Args:
        firing: Begins them.
        store: Run rows.
    """

    def __init__(self, firing: Firing, store: RunStore) -> None:
        self._firing = firing
        self._store = store

    @activity.defn(name=contracts.FIRE)
    async def fire(self, request: FireInput) -> FireResult:
        """Write the run down."""
        try:
            return await self._firing.fire(request.tenant, request.monitor, request.scheduled_at)
        except Exception as error:
            raise as_application_error(error) from error

    @activity.defn(name=contracts.DUE)
    async def due(self, request: DueInput) -> DueResult:
        """See what is there now that the report is due."""
        try:
            return await self._firing.late(request.tenant, request.run_id, request.due_at)
        except Exception as error:
            raise as_application_error(error) from error

    @activity.defn(name=contracts.AWAIT_RUN)
    async def await_run(self, request: AwaitRunInput) -> None:
        """Wait until a run has ended."""
        try:
            while not (await self._store.get(request.tenant, request.run_id)).status.ended:
                activity.heartbeat()
                await asyncio.sleep(LOOK_SECONDS)
        except Exception as error:
            raise as_application_error(error) from error
