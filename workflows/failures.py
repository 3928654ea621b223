"""Read out of Temporal's nested failures what really happened."""

from dataclasses import dataclass

from temporalio.api.enums.v1 import RetryState
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.exceptions import TimeoutError as ActivityTimeout

MAX_REASON = 500


@dataclass(frozen=True)
class Failure:
    """Why a stage failed.

    Attributes:
        slug: Error slug of `trends.errors`.
        reason: A sentence for people, at most `MAX_REASON` characters.
        may_mend: Whether a later attempt may succeed.
    """

    slug: str
    reason: str
    may_mend: bool = False


def failure_of(error: ActivityError | ApplicationError) -> Failure:
    """Find the root cause.

    Temporal wraps: an ActivityError says only "Activity task failed"; the sentence that helps lies below it.
    """
    if isinstance(error, ApplicationError):
        return Failure(error.type or "internal", error.message[:MAX_REASON])
    cause = error.cause
    may_mend = error.retry_state != RetryState.RETRY_STATE_NON_RETRYABLE_FAILURE
    if isinstance(cause, ApplicationError):
        return Failure(cause.type or "internal", cause.message[:MAX_REASON], may_mend)
    if isinstance(cause, ActivityTimeout):
        kind = cause.type.name.lower().replace("_", " ") if cause.type else "timeout"
        return Failure("stage-timeout", f"The stage gave no answer in time ({kind}).", may_mend)
    return Failure("internal", str(cause or error)[:MAX_REASON], may_mend)
