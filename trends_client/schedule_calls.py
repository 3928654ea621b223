"""The calls about schedules, as plain data."""

from urllib.parse import quote

from trends_client.calls import Call


def every() -> Call:
    """Read every schedule."""
    return Call("GET", "/v1/schedules")


def get(monitor: str, fires: int) -> Call:
    """Read the schedule of a monitor, with so many of its latest times."""
    return Call("GET", _path(monitor), params={"fires": str(fires)})


def trigger(monitor: str) -> Call:
    """Run a monitor now, as its schedule does."""
    return Call("POST", _path(monitor, "trigger"), repeatable=False)


def steer(monitor: str, verb: str, author: str) -> Call:
    """Pause or resume; each may be repeated."""
    return Call("POST", _path(monitor, verb), body={"author": author})


def _path(monitor: str, below: str = "") -> str:
    return f"/v1/schedules/{quote(monitor, safe='')}" + (f"/{below}" if below else "")
