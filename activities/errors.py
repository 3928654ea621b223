"""Our errors as Temporal sees them: type, whether to retry and when, and the sentence for people."""

from datetime import timedelta

from temporalio.exceptions import ApplicationError

from trends.errors import TrendsError

MAX_MESSAGE = 1000
# Whatever another side asks for: a run must not sleep through its deadline because of one answer.
LONGEST_WAIT = timedelta(hours=1)


def as_application_error(error: Exception) -> ApplicationError:
    """Translate any failure of a stage.

    A typed error says itself whether a later attempt may help. An untyped one is a bug: it is retried, then the run
    parks, so that a fixed worker can take it up again.
    """
    if isinstance(error, ApplicationError):
        return error
    if isinstance(error, TrendsError):
        return ApplicationError(
            str(error)[:MAX_MESSAGE],
            type=error.slug,
            non_retryable=not error.retryable,
            next_retry_delay=min(error.retry_after, LONGEST_WAIT) if error.retry_after else None,
        )
    text = f"Unexpected {type(error).__name__}: {error}"
    return ApplicationError(text[:MAX_MESSAGE], type="internal")
