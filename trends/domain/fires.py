"""What became of the times at which a monitor was to run."""

from enum import StrEnum

from pydantic import AwareDatetime

from trends.domain.models import Model, Tenant


class FireState(StrEnum):
    """What became of one time. Only `fired` has a run."""

    FIRED = "fired"
    MISSED = "missed"
    SKIPPED = "skipped"
    PAUSED = "paused"
    FROZEN = "frozen"


class Fire(Model):
    """One time at which a monitor was to run.

    Attributes:
        tenant: Whose monitor.
        name: Which monitor.
        scheduled_at: When it was to run: the end of the run's window.
        state: What became of it.
        run_id: The run that it began, if it did.
        note: Why not, or what there is to know of it.
        at: When this was written down.
    """

    tenant: Tenant
    name: str
    scheduled_at: AwareDatetime
    state: FireState
    run_id: str | None = None
    note: str = ""
    at: AwareDatetime


def fire_key(name: str, scheduled_at: AwareDatetime) -> str:
    """Idempotency key of the run of one time: whoever asks again finds the same run."""
    return f"schedule/{name}/{scheduled_at:%Y-%m-%dT%H:%M:%SZ}"
