"""Host workflows and activities for the task queues a process is told to serve."""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pydantic
from temporalio.client import Client
from temporalio.worker import Interceptor, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.contracts import CPU_QUEUE, IO_QUEUE, LLM_QUEUE, WORKFLOW_QUEUE
from trends.settings import Settings
from workflows.backfill import BackfillWorkflow
from workflows.news import NewsTrendWorkflow
from workflows.poll import SourcePollWorkflow
from workflows.scheduled import ScheduledRunWorkflow
from workflows.sender import ChannelSenderWorkflow

WORKFLOWS = (
    NewsTrendWorkflow,
    BackfillWorkflow,
    SourcePollWorkflow,
    ScheduledRunWorkflow,
    ChannelSenderWorkflow,
)
Activities = Mapping[str, Sequence[Callable[..., Any]]]

# With the defaults a cancel took 23 to 46 s to reach an activity; heartbeats may leave once a second.
HEARTBEAT_THROTTLE = timedelta(seconds=1)
# How long a run waits for a worker that died while holding its cached state.
STICKY_TIMEOUT = timedelta(seconds=5)
# Workflow tasks that a process holds at once: pure computing, so that more would not be done sooner. What waits on the
# server is chosen fairly; of what is held here, the SDK's hundred, a tenant's first run would wait for all.
WORKFLOW_TASKS = 5
# Pure data, imported once and shared: re-creating it for every run costs a third of the throughput.
PASSED_THROUGH = (
    "activities",
    "annotated_types",
    "pydantic",
    "pydantic_core",
    "trends",
    "workflows.attributes",
    "workflows.children",
    "workflows.failures",
    "workflows.progress",
    "workflows.standing",
    "workflows.stages",
)


def workflow_runner() -> SandboxedWorkflowRunner:
    """The sandbox, kept cheap: only the workflow files themselves are re-created."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    return SandboxedWorkflowRunner(restrictions=restrictions)


def build_workers(
    client: Client,
    queues: Sequence[str],
    activities: Activities,
    settings: Settings,
    interceptors: Sequence[Interceptor] = (),
) -> list[Worker]:
    """Make one worker for each queue of this process, with the settings that matter.

    Args:
        client: Connected client.
        queues: Task queues to serve.
        activities: Activities by queue.
        settings: For slots and grace.
        interceptors: Passed to every worker.
    """
    workers = settings.workers
    slots = {
        IO_QUEUE: workers.num_workers * 4,
        LLM_QUEUE: workers.num_workers,
        # More than the cores would only make each slower.
        CPU_QUEUE: max(1, min(workers.num_workers, os.cpu_count() or 1)),
    }
    return [
        Worker(
            client,
            task_queue=queue,
            workflows=WORKFLOWS if queue == WORKFLOW_QUEUE else (),
            activities=activities.get(queue, ()),
            max_concurrent_activities=slots.get(queue),
            max_concurrent_workflow_tasks=WORKFLOW_TASKS if queue == WORKFLOW_QUEUE else None,
            workflow_runner=workflow_runner(),
            workflow_failure_exception_types=[pydantic.ValidationError],
            max_heartbeat_throttle_interval=HEARTBEAT_THROTTLE,
            default_heartbeat_throttle_interval=HEARTBEAT_THROTTLE,
            sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
            graceful_shutdown_timeout=timedelta(seconds=workers.graceful_shutdown_seconds),
            interceptors=interceptors,
        )
        for queue in queues
    ]
