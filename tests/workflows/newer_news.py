"""`NewsTrendWorkflow` as a later release might have it: one more projection before the end, behind a patch."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import contracts
    from trends.domain.models import RunStatus
    from workflows.failures import Failure
    from workflows.news import NewsTrendWorkflow

PATCH = "say-before-the-end"


@workflow.defn(name=contracts.NEWS_WORKFLOW)
class NewerNewsTrendWorkflow(NewsTrendWorkflow):
    """The same stages, and one thing more at the end."""

    @workflow.init
    def __init__(self, run: contracts.NewsRunInput) -> None:
        super().__init__(run)

    @workflow.run
    async def run(self, run: contracts.NewsRunInput) -> contracts.NewsRunOutput:
        """As before."""
        return await super().run(run)

    async def _finish(self, status: RunStatus, failure: Failure | None) -> None:
        if workflow.patched(PATCH):
            await self._mark(RunStatus.RUNNING, "notify", None)
        await super()._finish(status, failure)
