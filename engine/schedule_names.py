"""What the server calls the schedules of monitors, and the workflows that they start."""

from datetime import UTC, datetime

PREFIX = "monitor-"


def schedule_id(tenant: str, monitor: str) -> str:
    """Name a monitor's schedule. The dot can be in neither part, so that no two share a name."""
    return f"{PREFIX}{tenant}.{monitor}"


def action_id(tenant: str, monitor: str) -> str:
    """Name the workflows of a schedule; the server adds the time of each."""
    return f"scheduled-{tenant}.{monitor}"


def workflow_id_at(tenant: str, monitor: str, moment: datetime) -> str:
    """Name the workflow that the server starts for one time."""
    return f"{action_id(tenant, monitor)}-{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
