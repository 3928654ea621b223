"""The public JSON schema of a report, committed as `docs/reference/report-schema.json`.

Write it anew after a change of the model: `python -m trends.reports.schema > docs/reference/report-schema.json`.
"""

import json
import sys
from typing import Any

from trends.domain.report import Report


def report_schema() -> dict[str, Any]:
    """The schema of what `to_json` writes: every field is present, so every field is required."""
    schema = Report.model_json_schema(mode="serialization")
    for part in (schema, *schema["$defs"].values()):
        for field in part.get("properties", {}).values():
            field.pop("default", None)
        if "properties" in part:
            part["required"] = sorted(part["properties"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(report_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
