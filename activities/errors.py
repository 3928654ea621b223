"""Our errors as Temporal sees them: type, whether to retry and when, and the sentence for people."""

from datetime import timedelta

from temporalio.exceptions import ApplicationError

from trends.errors import TrendsError

MAX_MESSAGE = 1000
# Whatever another side asks for: a run must not sleep through its deadline because of one answer.
LONGEST_WAIT = timedelta(hours=1)


def as_application_error(
    error: Exception, least_wait: timedelta = timedelta(0)
) -> ApplicationError:
    """Translate any failure of a stage.

    Args:
        error: The failure.
        least_wait: What the retry policy would wait. A limit that says "in two seconds" twenty times in a row would
            otherwise use up all attempts in a minute.

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
            next_retry_delay=_wait(error.retry_after, least_wait) if error.retry_after else None,
        )
    text = f"Unexpected {type(error).__name__}: {error}"
    return ApplicationError(text[:MAX_MESSAGE], type="internal")


def _wait(asked: timedelta, least: timedelta) -> timedelta:
    return min(max(asked, least), LONGEST_WAIT)
