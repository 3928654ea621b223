"""The order of what workflows tell the server is committed, so that an edit which breaks running runs is noticed."""

import ast
import json
from pathlib import Path

from workflows import stages

ROOT = Path(__file__).parents[2]
FINGERPRINTS = Path(__file__).parent / "fingerprints.json"
# Calls of the SDK that leave commands in history, or wait for it.
COMMANDS = {
    "execute_activity",
    "execute_child_workflow",
    "patched",
    "sleep",
    "start_activity",
    "start_child_workflow",
    "upsert_memo",
    "upsert_search_attributes",
    "wait_condition",
}


def _commands(tree: ast.AST) -> list[str]:
    """Commands in the order of the source, each with the method that gives it."""
    found: list[str] = []
    for method in ast.walk(tree):
        if not isinstance(method, ast.AsyncFunctionDef | ast.FunctionDef):
            continue
        found += [
            f"{method.name}: {call.func.attr}"
            for call in ast.walk(method)
            if isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in COMMANDS
        ]
    return found


def fingerprints() -> dict[str, list[str]]:
    """Commands of every workflow file, and the stage table's order."""
    files = {
        file.stem: _commands(ast.parse(file.read_text()))
        for file in sorted((ROOT / "workflows").glob("*.py"))
    }
    table = {
        f"stages of {agent}": [f"{row.name} {row.activity} {row.queue}" for row in rows]
        for agent, rows in stages.PIPELINES.items()
    }
    return {name: commands for name, commands in (files | table).items() if commands}


def test_commands_of_workflows_are_the_committed_ones() -> None:
    assert fingerprints() == json.loads(FINGERPRINTS.read_text()), (
        "A workflow gives other commands than the recorded ones: runs in flight may break. Before 1.0, record again with "
        "python -m tests.workflows.record_histories and say so in the changelog; from 1.0 on, use workflow.patched."
    )
