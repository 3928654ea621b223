"""A bare workflow: the fewest events and the smallest payloads that seven activities in a row can have."""

from datetime import timedelta

from temporalio import workflow

ACTIVITIES = 7


@workflow.defn(name="Lean")
class LeanWorkflow:
    """Call the same empty activity again and again."""

    @workflow.run
    async def run(self, number: int) -> int:
        """Answer the number after every activity has passed it on."""
        for _ in range(ACTIVITIES):
            number = await workflow.execute_activity(
                "lean", number, result_type=int, start_to_close_timeout=timedelta(minutes=1)
            )
        return number
