"""Our errors as Temporal sees them: type, whether to retry, and the sentence for people."""

from temporalio.exceptions import ApplicationError

from trends.errors import TrendsError

MAX_MESSAGE = 1000


def as_application_error(error: Exception) -> ApplicationError:
    """Translate any failure of a stage.

    A typed error says itself whether a later attempt may help. An untyped one is a bug: it is retried, then the run
    parks, so that a fixed worker can take it up again.
    """
    if isinstance(error, ApplicationError):
        return error
    if isinstance(error, TrendsError):
        return ApplicationError(
            str(error)[:MAX_MESSAGE], type=error.slug, non_retryable=not error.retryable
        )
    text = f"Unexpected {type(error).__name__}: {error}"
    return ApplicationError(text[:MAX_MESSAGE], type="internal")
