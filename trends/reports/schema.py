"""The public JSON schema of a report, committed as `docs/reference/report-schema.json`.

Write it anew after a change of the model: `python -m trends.reports.schema > docs/reference/report-schema.json`.
"""

import json
import sys
from typing import Any

from trends.domain.models import Model
from trends.domain.report import Report


def report_schema() -> dict[str, Any]:
    """The schema of what `to_json` writes: every field is required that is always present."""
    schema = Report.model_json_schema(mode="serialization")
    for name, part in (("Report", schema), *schema["$defs"].items()):
        for field in part.get("properties", {}).values():
            field.pop("default", None)
        if "properties" in part:
            part["required"] = sorted(set(part["properties"]) - _left_out(name))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _left_out(name: str) -> set[str]:
    """Fields of a model that are written only where they say something."""
    models = {model.__name__: model for model in Model.__subclasses__()}
    fields = models[name].model_fields if name in models else {}
    return {field for field, info in fields.items() if info.exclude_if is not None}


def schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(report_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
