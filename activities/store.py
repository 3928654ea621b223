"""Projections of the workflow's own decisions into the run row: parked, going on, ended."""

from temporalio import activity

from activities import contracts
from activities.contracts import FinishInput, MarkInput
from activities.errors import as_application_error
from trends.storage.runs import RunStore


class RunRowActivities:
    """Doorways that write how a run stands.

    Args:
        runs: The run record.
    """

    def __init__(self, runs: RunStore) -> None:
        self._runs = runs

    @activity.defn(name=contracts.MARK)
    async def mark(self, request: MarkInput) -> None:
        """Show that the run is parked, or goes on."""
        try:
            await self._runs.mark(
                request.tenant,
                request.run_id,
                request.status,
                request.stage,
                request.slug,
                request.reason,
            )
        except Exception as error:
            raise as_application_error(error) from error

    @activity.defn(name=contracts.FINISH)
    async def finish(self, request: FinishInput) -> None:
        """Write how the run ended."""
        try:
            await self._runs.finish(
                request.tenant,
                request.run_id,
                request.status,
                request.stage,
                request.slug,
                request.reason,
            )
        except Exception as error:
            raise as_application_error(error) from error
