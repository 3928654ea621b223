"""JSON as it is stored: the shortest text, the same bytes on every database."""

import json
from typing import Any


def json_text(value: Any) -> str:
    """Write a value as compact JSON.

    Raises:
        ValueError: A number that JSON does not have (NaN, infinity): PostgreSQL would refuse the text.
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
