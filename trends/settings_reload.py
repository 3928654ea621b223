"""Which settings a running process takes over, and which wait for its next start."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from trends.settings import Settings

# A section, or one setting: what is made of it at the start stays as it was made. All the rest is taken over at once.
RESTART_ONLY: Mapping[str, str] = {
    "api": "the address is bound, and limits of callers are counted, from the start on",
    "auth": "sessions and tokens are read by what the process began with",
    "engine": "the Temporal server and the connection to it stand",
    "workers": "slots and timeouts are given to the SDK once",
    "outbound": "the way out keeps its connections",
    "runs.deadline_hours": "what accepts runs is made once",
    "limits.rates": "where rates are counted cannot move while they are held",
    "limits.redis_url": "the connection stands",
    "reload.watch": "what is watched is decided at the start",
}

S = TypeVar("S", bound=BaseModel)


def is_restart_only(name: str) -> bool:
    """Whether a setting is taken over at the next start only."""
    return any(name == each or name.startswith(f"{each}.") for each in RESTART_ONLY)


def take_over(running: Settings, loaded: Settings) -> tuple[Settings, tuple[str, ...]]:
    """Take from loaded settings what a process may take over that runs with others.

    Returns:
        What it runs with from now on, and the names of settings that were changed and wait for its next start.
    """
    waiting: list[str] = []
    return _merged(running, loaded, "", waiting), tuple(waiting)


def _merged(running: S, loaded: S, above: str, waiting: list[str]) -> S:
    kept: dict[str, Any] = {}
    for name, new in loaded:
        old = getattr(running, name)
        key = f"{above}{name}"
        if new == old:
            continue
        if isinstance(new, BaseModel):
            kept[name] = _merged(old, new, f"{key}.", waiting)
        elif is_restart_only(key):
            waiting.append(key)
            kept[name] = old
    return loaded.model_copy(update=kept)
