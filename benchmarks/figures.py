"""Figures of a benchmark: printed as a table, and written for whoever compares."""

import json
import operator
import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
}


def machine() -> str:
    """Name what the figures were measured on, without naming the host."""
    import os

    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def meets(value: float | str, target: str) -> bool | None:
    """Compare a value with a target such as `>= 0.8`; None where the target is `info`."""
    if target == "info" or isinstance(value, str):
        return None
    sign, bound = target.split()
    return _COMPARE[sign](value, float(bound))


@dataclass
class Figures:
    """What one benchmark found.

    Attributes:
        name: File name of the results.
        command: How to measure it again.
    """

    name: str
    command: str
    rows: list[dict[str, object]] = field(default_factory=list[dict[str, object]])

    def add(self, name: str, value: float | str, unit: str, target: str = "info") -> None:
        """Add a figure; a target is `>= 0.8`, `<= 150`, `== 0` or `info`."""
        shown = round(value, 4) if isinstance(value, float) else value
        self.rows.append(
            {
                "name": name,
                "value": shown,
                "unit": unit,
                "target": target,
                "met": meets(value, target),
            }
        )

    def finish(self) -> bool:
        """Print the table and write the file; says whether every target was met."""
        width = max(len(str(row["name"])) for row in self.rows)
        print(f"\n{self.name} · {machine()}")
        for row in self.rows:
            verdict = {True: "met", False: "MISSED", None: ""}[row["met"]]  # pyright: ignore[reportArgumentType]  # one of three
            print(
                f"  {row['name']!s:<{width}}  {row['value']!s:>12} {row['unit']!s:<10} {row['target']!s:<10} {verdict}"
            )
        RESULTS.mkdir(exist_ok=True)
        content = {"command": self.command, "machine": machine(), "figures": self.rows}
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        (RESULTS / f"{self.name}.json").write_text(text, encoding="utf-8")
        return all(row["met"] is not False for row in self.rows)
