"""The calls about settings, as plain data."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from trends_client.calls import Call

_PATH = "/v1/settings"


def every() -> Call:
    """Read all settings."""
    return Call("GET", _PATH)


def get(key: str) -> Call:
    """Read one setting."""
    return Call("GET", f"{_PATH}/{quote(key, safe='')}")


def change(
    given: Mapping[str, Any], taken: Iterable[str], reason: str, version: int | None
) -> Call:
    """Override settings, and give others back to the files."""
    body = {"set": dict(given), "unset": list(taken), "reason": reason}
    return Call("PATCH", _PATH, body=body, headers=_if_match(version), repeatable=False)


def history(limit: int, before: int | None) -> Call:
    """Read a page of changes."""
    params = {"limit": str(limit)}
    if before is not None:
        params["before"] = str(before)
    return Call("GET", f"{_PATH}/history", params=params)


def rollback(to: int, reason: str, version: int | None) -> Call:
    """Bring an earlier version back."""
    return Call(
        "POST",
        f"{_PATH}/rollback",
        body={"version": to, "reason": reason},
        headers=_if_match(version),
        repeatable=False,
    )


def _if_match(version: int | None) -> dict[str, str]:
    return {"If-Match": "*" if version is None else f'"{version}"'}
