"""Where the API is."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from trends_client.auth import default_profile_url, profile_url

DEFAULT_URL = "http://127.0.0.1:8000"


def find_base_url(given: str | None = None, environ: Mapping[str, str] = os.environ) -> str:
    """Settle the API's address.

    In this order: what was given, TRENDS_API_URL, the profile that TRENDS_PROFILE names, what `trends up` wrote into the
    state folder (TRENDS_STATE, else `./.trends`), the profile `default`, http://127.0.0.1:8000.

    Raises:
        ProfileError: The profile file cannot be used, or has no such profile.
    """
    found = (
        given
        or environ.get("TRENDS_API_URL")
        or profile_url(environ)
        or _running(environ)
        or default_profile_url(environ)
        or DEFAULT_URL
    )
    return found.rstrip("/")


def _running(environ: Mapping[str, str]) -> str | None:
    """Read the API's address from running.json; None when nothing runs there, or it cannot be read."""
    folder = Path(environ.get("TRENDS_STATE") or ".trends")
    try:
        content: object = json.loads((folder / "running.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict):
        return None
    urls = cast("dict[str, Any]", content).get("urls")
    if not isinstance(urls, dict):
        return None
    url = cast("dict[str, Any]", urls).get("api")
    return url if isinstance(url, str) else None
