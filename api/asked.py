"""What is done where no transaction of ours reaches: the audit log says that it was asked for before it is done."""

from typing import cast

from starlette.requests import HTTPConnection

from api.deps import Served

# They act on the Temporal server alone, or send something out.
ACTS_OUTSIDE = frozenset(
    {
        "cancel_run",
        "pause_run",
        "resume_run",
        "retry_run",
        "skip_stage",
        "abort_run",
        "trigger_schedule",
        "test_webhook_endpoint",
    }
)


async def asked_first(request: HTTPConnection) -> None:
    """Write into the audit log that something is asked for, where it acts outside.

    Raises:
        StorageError: The database failed: what cannot be noted is not done.
    """
    noted = getattr(request.state, "noted", None)
    if noted is not None and request.scope["route"].operation_id in ACTS_OUTSIDE:
        served = cast("Served", request.app.state.served)
        await served.doors.access.ask(noted)
