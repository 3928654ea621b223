"""Histories that earlier workers wrote replay under today's code; one that does not fit is refused."""

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from engine.worker import WORKFLOWS, workflow_runner

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))


def replayer() -> Replayer:
    """As a worker would replay."""
    return Replayer(
        workflows=WORKFLOWS,
        data_converter=pydantic_data_converter,
        workflow_runner=workflow_runner(),
    )


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
async def test_a_recorded_history_replays(file: Path) -> None:
    history = WorkflowHistory.from_json(f"run-local-{file.stem}", file.read_text())
    await replayer().replay_workflow(history)


async def test_a_history_of_other_commands_is_refused() -> None:
    text = next(file for file in HISTORIES if file.stem == "completed").read_text()
    tampered = text.replace("news.normalize.v1", "news.denormalize.v1")
    assert json.loads(tampered) != json.loads(text)
    history = WorkflowHistory.from_json("run-local-tampered", tampered)
    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(history)


def test_every_kind_of_run_is_recorded() -> None:
    runs = {
        "cancelled",
        "completed",
        "outlasted",
        "overdue",
        "parked",
        "partial",
        "paused",
        "planned",
    }
    others = {"backfill", "poller_retired", "poller_steered", "scheduled", "sender"}
    assert {file.stem for file in HISTORIES} == runs | others
