"""Write a report as JSON, the form that programs read."""

import json

from trends.domain.report import Report


def to_json(report: Report) -> bytes:
    """UTF-8, keys sorted, one line and a line break: equal reports give equal bytes."""
    text = json.dumps(
        report.model_dump(mode="json"),
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )
    return f"{text}\n".encode()
