"""`trends doctor`: what the product stands on, and how to mend it."""

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from cli.exits import Exit
from cli.output import Output
from cli.session import Session, speaks
from cli.up import StateFolder

if TYPE_CHECKING:
    from engine.doctor import Check

_MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}


@speaks
def doctor(session: Session, state: StateFolder = None) -> None:
    """Check Python, disk, settings, ports, the Temporal server and its workflows, storage and keys; say how to mend each.

    Changes nothing and starts nothing. Status 1 when something must be mended before trends up can work.
    """
    import asyncio

    from engine.doctor import Verdict, examine, worst
    from engine.state import locate_state

    out = session.out
    checks = asyncio.run(examine(os.environ, state=locate_state(os.environ, state)))
    verdict = worst(checks)
    if out.as_json:
        out.json({"verdict": verdict.value, "checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            _tell(out, check)
    if verdict is Verdict.FAIL:
        raise typer.Exit(Exit.FAILED)


def _tell(out: Output, check: "Check") -> None:
    mark, style = _MARKS[check.verdict.value]
    lines = [f" {check.name:<10} {check.what}"]
    if check.mend:
        lines.append(f"  {'':<10} Mend: {check.mend}")
    if not out.drawn:
        out.line(mark + "\n".join(lines))
        return
    from rich.text import Text

    out.console().print(Text(mark, style).append("\n".join(lines), "none"), soft_wrap=True)
