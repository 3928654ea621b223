"""The form of an answer as providers take it."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from trends.llm.forms import strict_form


class Quote(BaseModel):
    """Words of a source."""

    kind: Literal["quote"] = "quote"
    title: str = Field(default="", description="Where from.")


class Figure(BaseModel):
    """A number of a source."""

    kind: Literal["figure"] = "figure"
    value: int | None = None


class Report(BaseModel):
    """All that was said."""

    best: Quote = Field(default=Quote(), description="The best one.")
    all: list[Annotated[Quote | Figure, Field(discriminator="kind")]] = Field(default=[])


def objects(node: Any) -> list[dict[str, Any]]:
    """Every schema of an object in a form."""
    if isinstance(node, list):
        return [found for each in node for found in objects(each)]  # pyright: ignore[reportUnknownVariableType]  # JSON
    if not isinstance(node, dict):
        return []
    own: list[dict[str, Any]] = [node] if node.get("type") == "object" else []  # pyright: ignore[reportUnknownMemberType]  # JSON
    return own + [found for each in node.values() for found in objects(each)]  # pyright: ignore[reportUnknownVariableType]  # JSON


def test_every_object_is_closed_and_whole() -> None:
    found = objects(strict_form(Report))
    assert len(found) == 3
    assert all(each["additionalProperties"] is False for each in found)
    assert all(each["required"] == list(each["properties"]) for each in found)


def test_what_providers_refuse_is_left_out() -> None:
    text = json.dumps(strict_form(Report))
    assert all(f'"{word}":' not in text for word in ("default", "discriminator", "oneOf"))


def test_field_that_is_called_title_stays() -> None:
    assert set(strict_form(Report)["$defs"]["Quote"]["properties"]) == {"kind", "title"}


def test_reference_stands_alone() -> None:
    assert strict_form(Report)["properties"]["best"] == {"$ref": "#/$defs/Quote"}
