"""The form of an answer as providers want it: JSON Schema of the part that all of them take strictly."""

from typing import Any, cast

from pydantic import BaseModel

# Providers refuse the first two, and nobody answers the better for the third.
_LEFT_OUT = frozenset({"default", "discriminator", "title"})
_NAMED = frozenset({"properties", "$defs"})


def strict_form(answer: type[BaseModel]) -> dict[str, Any]:
    """Write the JSON Schema of a model with every object closed and every field required.

    What a field of the model may leave out, a model that is asked for it has to say: null, or an empty list.
    """
    return cast("dict[str, Any]", _strict(answer.model_json_schema()))


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(each) for each in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    given = cast("dict[str, Any]", node)
    if "$ref" in given:
        # A reference with anything beside it is refused (OpenAI).
        return {"$ref": given["$ref"]}
    form: dict[str, Any] = {}
    for name, value in given.items():
        if name in _NAMED:
            form[name] = {key: _strict(each) for key, each in value.items()}
        elif name not in _LEFT_OUT:
            form["anyOf" if name == "oneOf" else name] = _strict(value)
    if "properties" in form:
        form["required"] = list(form["properties"])
        form["additionalProperties"] = False
    return form
