"""A workflow whose stages wait for something outside: no work of ours, a slot of the queue for models."""

from datetime import timedelta

from temporalio import workflow

STAGES = 6
QUEUE = "trends-llm"


@workflow.defn(name="Waiting")
class WaitingWorkflow:
    """Call the same activity, which waits, again and again."""

    @workflow.run
    async def run(self, number: int) -> int:
        """Answer the number after every stage has waited."""
        for _ in range(STAGES):
            number = await workflow.execute_activity(
                "wait",
                number,
                result_type=int,
                task_queue=QUEUE,
                start_to_close_timeout=timedelta(minutes=1),
            )
        return number
