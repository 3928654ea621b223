"""Every error this client raises.

TrendsClientError
├── ProfileError          the profile file, or the key that was found, cannot be used
├── CannotReachError      nothing answers at the address, or the connection kept breaking
├── WaitTimeoutError      the run goes on; `.run` is how it stood
└── ApiError              the API answered with a problem (RFC 9457)
    ├── InvalidRequestError   400, 406, 411, 413, 415, 422
    ├── RefusedError          401, 403, 421
    ├── NotFoundError         404
    ├── ConflictError         409
    ├── OverLimitError        429
    └── ServerError           5xx, and answers that are not ours
"""

from http import HTTPStatus

from trends_client.models import Problem, ProblemError, Run


class TrendsClientError(Exception):
    """Base of everything this client raises."""


class ProfileError(TrendsClientError):
    """The profile file, or the key that was found, cannot be used; the message says how to mend it."""


class CannotReachError(TrendsClientError):
    """Nothing answers at the address, or the connection kept breaking.

    Attributes:
        base_url: Where the API was looked for.
        cause: What the connection said.
    """

    def __init__(self, base_url: str, cause: str) -> None:
        self.base_url = base_url
        self.cause = cause
        super().__init__(f"Cannot reach the API at {base_url} ({cause}). Is it up? Try: trends up")


class WaitTimeoutError(TrendsClientError):
    """The wait is over and the run goes on.

    Attributes:
        run: The run as it stood.
    """

    def __init__(self, run: Run, seconds: float) -> None:
        self.run = run
        super().__init__(
            f"The run {run.id} is still {run.status} after {seconds:g} s. It goes on; wait again, or cancel it."
        )


class ApiError(TrendsClientError):
    """The API answered with a problem.

    Attributes:
        problem: The problem as it came.
        retry_after_seconds: When the API asks to come back; 0 where it does not say.
    """

    def __init__(self, problem: Problem, retry_after_seconds: float = 0.0) -> None:
        self.problem = problem
        self.retry_after_seconds = retry_after_seconds
        super().__init__(problem.detail or problem.title)

    @property
    def status(self) -> int:
        """HTTP status."""
        return self.problem.status

    @property
    def slug(self) -> str:
        """Stable short name of the kind of problem, such as `run-not-found`."""
        return self.problem.slug

    @property
    def request_id(self) -> str | None:
        """By which the API's log knows the request."""
        return self.problem.request_id

    @property
    def errors(self) -> tuple[ProblemError, ...]:
        """What is wrong with which field, for problems of validation."""
        return self.problem.errors


class InvalidRequestError(ApiError):
    """What was asked for cannot be, or cannot be read."""


class RefusedError(ApiError):
    """This caller, or this address, is not allowed."""


class NotFoundError(ApiError):
    """No such run, or it has no report yet."""


class ConflictError(ApiError):
    """The request is well formed, but the state of the run says no."""


class OverLimitError(ApiError):
    """Too much at once."""


class ServerError(ApiError):
    """The API cannot do it now, or failed."""


_BY_STATUS: dict[int, type[ApiError]] = {
    HTTPStatus.UNAUTHORIZED: RefusedError,
    HTTPStatus.FORBIDDEN: RefusedError,
    HTTPStatus.MISDIRECTED_REQUEST: RefusedError,
    HTTPStatus.NOT_FOUND: NotFoundError,
    HTTPStatus.CONFLICT: ConflictError,
    HTTPStatus.TOO_MANY_REQUESTS: OverLimitError,
}


def api_error(problem: Problem, retry_after_seconds: float = 0.0) -> ApiError:
    """Make the error that a problem's status calls for."""
    kind = _BY_STATUS.get(problem.status, ServerError)
    asked_wrong = HTTPStatus.BAD_REQUEST <= problem.status < HTTPStatus.INTERNAL_SERVER_ERROR
    if kind is ServerError and asked_wrong:
        kind = InvalidRequestError
    return kind(problem, retry_after_seconds)
