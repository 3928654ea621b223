"""The table of stages: what runs, in which order, where, how long, how often, and what may be skipped.

Read this first. Progress, search attributes, the CLI and the documentation all read these rows.
"""

from dataclasses import dataclass
from datetime import timedelta

from activities import contracts


@dataclass(frozen=True)
class Stage:
    """One row: a stage of a pipeline.

    Attributes:
        name: What people call it.
        activity: Activity name on the wire.
        queue: Task queue that executes it.
        attempts: Attempts before the run parks.
        first_retry: Wait before the second attempt; doubles up to `longest_retry`.
        longest_retry: Longest wait between attempts.
        may_skip: Whether a parked run may go on without it.
        says: What it does, for people.
    """

    name: str
    activity: str
    queue: str
    attempts: int
    first_retry: timedelta
    longest_retry: timedelta
    may_skip: bool
    says: str


NEWS: tuple[Stage, ...] = (
    Stage(
        name="plan",
        activity=contracts.PLAN,
        queue=contracts.LLM_QUEUE,
        attempts=4,
        first_retry=timedelta(seconds=1),
        longest_retry=timedelta(minutes=1),
        may_skip=True,
        says="ask a model for other words for the question",
    ),
    Stage(
        name="collect",
        activity=contracts.COLLECT,
        queue=contracts.IO_QUEUE,
        attempts=6,
        first_retry=timedelta(seconds=1),
        longest_retry=timedelta(minutes=1),
        may_skip=False,
        says="read every source, each failing on its own",
    ),
    Stage(
        name="normalize",
        activity=contracts.NORMALIZE,
        queue=contracts.CPU_QUEUE,
        attempts=4,
        first_retry=timedelta(seconds=1),
        longest_retry=timedelta(minutes=1),
        may_skip=False,
        says="clean the items and join near-duplicates into stories",
    ),
    Stage(
        name="analyze",
        activity=contracts.ANALYZE,
        queue=contracts.CPU_QUEUE,
        attempts=4,
        first_retry=timedelta(seconds=1),
        longest_retry=timedelta(minutes=1),
        may_skip=False,
        says="find what rises against its own past",
    ),
    Stage(
        name="summarize",
        activity=contracts.SUMMARIZE,
        queue=contracts.LLM_QUEUE,
        # About an hour: a provider that is down, or a limit, is waited for. What was answered is not asked for again.
        attempts=16,
        first_retry=timedelta(seconds=1),
        longest_retry=timedelta(minutes=10),
        may_skip=True,
        says="quote the sentences that say what each topic is about",
    ),
    Stage(
        name="report",
        activity=contracts.REPORT,
        queue=contracts.IO_QUEUE,
        attempts=4,
        first_retry=timedelta(seconds=1),
        longest_retry=timedelta(minutes=1),
        may_skip=False,
        says="write the report as JSON, Markdown and HTML",
    ),
    Stage(
        name="notify",
        activity=contracts.NOTIFY,
        queue=contracts.IO_QUEUE,
        attempts=6,
        first_retry=timedelta(seconds=1),
        longest_retry=timedelta(minutes=1),
        may_skip=True,
        says="send the five lines to the run's channels, once",
    ),
)

# Stages of runs that are to plan only; the others neither execute nor show them.
OPTIONAL = frozenset({"plan"})

PIPELINES: dict[str, tuple[Stage, ...]] = {"news": NEWS}


def stage(agent: str, name: str) -> Stage:
    """Look up one row.

    Raises:
        KeyError: No such agent or stage.
    """
    for row in PIPELINES[agent]:
        if row.name == name:
            return row
    raise KeyError(name)
