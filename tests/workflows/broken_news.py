"""`NewsTrendWorkflow` as a bad release might have it: one that fails at once, and one that no longer fits a history."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import contracts
    from workflows.news import NewsTrendWorkflow

BUG = "a bug of this release"


@workflow.defn(name=contracts.NEWS_WORKFLOW)
class FailingNewsTrendWorkflow(NewsTrendWorkflow):
    """Fails its task, whatever it is asked."""

    @workflow.init
    def __init__(self, run: contracts.NewsRunInput) -> None:
        super().__init__(run)

    @workflow.run
    async def run(self, run: contracts.NewsRunInput) -> contracts.NewsRunOutput:  # noqa: ARG002  # the name is the base's
        """Fail as a bug does: with an error that is no failure of a stage."""
        raise ValueError(BUG)


@workflow.defn(name=contracts.NEWS_WORKFLOW)
class UnpatchedNewsTrendWorkflow(NewsTrendWorkflow):
    """Does one thing more at its start, and forgot to patch it in."""

    @workflow.init
    def __init__(self, run: contracts.NewsRunInput) -> None:
        super().__init__(run)

    @workflow.run
    async def run(self, run: contracts.NewsRunInput) -> contracts.NewsRunOutput:
        """Wait before what came first so far."""
        await workflow.sleep(1)
        return await super().run(run)
