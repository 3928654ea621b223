"""The report as JSON, and its public schema."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.unit.trends.reports import showcase
from tests.unit.trends.reports.report_cases import PRESS, SAMPLE, analysis, report, topic
from trends.domain.models import Confidence, Language
from trends.domain.report import Report
from trends.reports.json import to_json
from trends.reports.schema import schema_text

SCHEMA = Path(__file__).parents[4] / "docs" / "reference" / "report-schema.json"

CASES = {
    "full": lambda: report(
        showcase.full(),
        language=Language.KO,
        outcomes=(PRESS, SAMPLE),
        previous=report(analysis(topic()), days_earlier=1),
    ),
    "no data": lambda: report(analysis(confidence=Confidence.NO_DATA, stories=0, outlets=0)),
    "untested": lambda: report(analysis(topic(expected=None)), skip_summary=True),
}

_TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
}
_WORDS = {"title", "description", "$defs", "$schema"}


def _faults(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "$") -> list[str]:
    """Check the part of JSON Schema that the report's schema uses; an unknown keyword is a fault."""
    if "$ref" in schema:
        return _faults(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, at)
    if "anyOf" in schema:
        tried = [_faults(value, option, root, at) for option in schema["anyOf"]]
        return [] if not all(tried) else tried[0]
    faults: list[str] = []
    for word, rule in schema.items():
        if word not in _WORDS:
            faults += _check(word, rule, value, schema, root, at)
    return faults


def _check(
    word: str, rule: Any, value: Any, schema: dict[str, Any], root: dict[str, Any], at: str
) -> list[str]:
    if word == "properties":
        return [
            fault
            for name, part in rule.items()
            if name in value
            for fault in _faults(value[name], part, root, f"{at}.{name}")
        ]
    if word == "items":
        return [
            fault
            for place, one in enumerate(value)
            for fault in _faults(one, rule, root, f"{at}[{place}]")
        ]
    if word == "additionalProperties":
        return [f"{at}.{name}: unknown" for name in value if name not in schema["properties"]]
    if word == "required":
        return [f"{at}.{name}: missing" for name in rule if name not in value]
    return [] if _holds(word, rule, value) else [f"{at}: {word} {rule}"]


def _holds(word: str, rule: Any, value: Any) -> bool:
    if word == "type":
        if rule in {"number", "integer"}:
            return isinstance(value, (int, float) if rule == "number" else int)
        return isinstance(value, _TYPES[rule])
    if word == "format":
        # As JSON Schema has it, a format speaks of text alone.
        return not isinstance(value, str) or (
            bool(datetime.fromisoformat(value))
            if rule == "date-time"
            else bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value))
        )
    return {
        "enum": lambda: value in rule,
        "const": lambda: value == rule,
        "minItems": lambda: len(value) >= rule,
        "maxItems": lambda: len(value) <= rule,
    }[word]()


def test_the_committed_schema_is_that_of_the_model() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), (
        "Write it anew: python -m trends.reports.schema > docs/reference/report-schema.json"
    )


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_report_is_valid_under_the_committed_schema(name: str) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert _faults(json.loads(to_json(CASES[name]())), schema, schema) == []


def test_the_schema_refuses_what_is_no_report() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    data = json.loads(to_json(CASES["full"]()))
    data["lines"] = data["lines"][:4]
    data["topics"][0]["status"] = "exploding"
    data["run_id"] = "run-1"
    del data["claim"]["sentence"]
    faults = _faults(data, schema, schema)
    assert len(faults) == 4, faults


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_report_survives_the_round_trip(name: str) -> None:
    made = CASES[name]()
    assert Report.model_validate_json(to_json(made)) == made


def test_keys_are_sorted_korean_is_readable_and_the_file_ends_with_a_line_break() -> None:
    data = to_json(CASES["full"]())
    keys = list(json.loads(data))
    assert keys == sorted(keys)
    assert "말차 라테".encode() in data
    assert data.endswith(b"}\n")


def test_only_the_times_of_the_question_and_the_stories_are_in_it() -> None:
    made = CASES["full"]()
    (earlier,) = made.comparisons
    known = {made.window.start, made.window.end}
    known |= {earlier.window.start, earlier.window.end}
    for one in (*made.topics, *made.watching):
        known |= {one.first_seen, *(piece.published_at for piece in one.evidence)}
    found = re.findall(r"\d{4}-\d\d-\d\dT[^\"]+", to_json(made).decode())
    assert {datetime.fromisoformat(text) for text in found} <= known
