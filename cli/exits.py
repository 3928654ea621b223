"""What the exit status of `trends` means, and which error or run status leads to which."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit statuses. Scripts rely on them: numbers never change their meaning."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    AUTH = 4
    UNREACHABLE = 5
    LIMIT = 6
    CANCELLED = 7
    UNFINISHED = 8
    INTERRUPTED = 130


MEANINGS: dict[Exit, str] = {
    Exit.OK: "done; a run that was waited for has completed",
    Exit.FAILED: "the run failed, or the command could not do its work",
    Exit.USAGE: "what was asked for cannot be done as asked",
    Exit.NOT_FOUND: "no such run, or it has no report yet",
    Exit.AUTH: "not allowed",
    Exit.UNREACHABLE: "the service cannot be reached, or cannot work now",
    Exit.LIMIT: "over a limit: size, rate or budget",
    Exit.CANCELLED: "the run was cancelled",
    Exit.UNFINISHED: "the run is parked, or still running when the wait was over",
    Exit.INTERRUPTED: "interrupted by Ctrl-C; a run goes on",
}

_BY_RUN_STATUS = {
    "starting": Exit.UNFINISHED,
    "running": Exit.UNFINISHED,
    "blocked": Exit.UNFINISHED,
    "paused": Exit.UNFINISHED,
    "completed": Exit.OK,
    "cancelled": Exit.CANCELLED,
}

# Every slug of `trends/errors.py` has its reading here.
_BY_SLUG = {
    "internal": Exit.FAILED,
    "invalid-request": Exit.USAGE,
    "invalid-window": Exit.USAGE,
    "invalid-query": Exit.USAGE,
    "invalid-watchlist": Exit.USAGE,
    "unknown-name": Exit.USAGE,
    "path-refused": Exit.USAGE,
    "too-large": Exit.LIMIT,
    "too-many-streams": Exit.LIMIT,
    "not-authenticated": Exit.AUTH,
    "token-refused": Exit.AUTH,
    "forbidden": Exit.AUTH,
    "too-many-failures": Exit.LIMIT,
    "not-found": Exit.NOT_FOUND,
    "run-not-found": Exit.NOT_FOUND,
    "monitor-not-found": Exit.NOT_FOUND,
    "trend-not-found": Exit.NOT_FOUND,
    "backfill-not-found": Exit.NOT_FOUND,
    "decision-not-found": Exit.NOT_FOUND,
    "endpoint-not-found": Exit.NOT_FOUND,
    "share-not-found": Exit.NOT_FOUND,
    "share-gone": Exit.NOT_FOUND,
    "rate-limited": Exit.LIMIT,
    "report-not-ready": Exit.NOT_FOUND,
    "conflict": Exit.USAGE,
    "idempotency-conflict": Exit.USAGE,
    "monitor-exists": Exit.USAGE,
    "monitor-changed": Exit.USAGE,
    "decision-conflict": Exit.USAGE,
    "endpoint-exists": Exit.USAGE,
    "run-not-blocked": Exit.USAGE,
    "run-ended": Exit.USAGE,
    "stage-not-skippable": Exit.USAGE,
    "settings-changed": Exit.USAGE,
    "state-held": Exit.USAGE,
    "settings": Exit.USAGE,
    "secret": Exit.USAGE,
    "secret-unavailable": Exit.UNREACHABLE,
    "restart-only": Exit.USAGE,
    "model": Exit.FAILED,
    "model-unavailable": Exit.UNREACHABLE,
    "model-busy": Exit.UNREACHABLE,
    "model-key": Exit.AUTH,
    "model-quota": Exit.LIMIT,
    "model-context": Exit.USAGE,
    "model-refused": Exit.FAILED,
    "model-answer": Exit.FAILED,
    "limit": Exit.LIMIT,
    "limit-reached": Exit.LIMIT,
    "budget-spent": Exit.LIMIT,
    "frozen": Exit.LIMIT,
    "price-unknown": Exit.USAGE,
    "source": Exit.FAILED,
    "source-unavailable": Exit.UNREACHABLE,
    "source-unreadable": Exit.USAGE,
    "source-gone": Exit.FAILED,
    "all-sources-failed": Exit.FAILED,
    "outbound": Exit.FAILED,
    "address-refused": Exit.USAGE,
    "outbound-unavailable": Exit.UNREACHABLE,
    "storage": Exit.UNREACHABLE,
    "storage-unavailable": Exit.UNREACHABLE,
    "storage-full": Exit.UNREACHABLE,
    "artifact-missing": Exit.NOT_FOUND,
    "artifact-corrupt": Exit.FAILED,
    "schema-mismatch": Exit.FAILED,
    "engine": Exit.UNREACHABLE,
    "engine-not-found": Exit.UNREACHABLE,
    "engine-unreachable": Exit.UNREACHABLE,
    "stack": Exit.FAILED,
    "port-taken": Exit.UNREACHABLE,
    "delivery": Exit.FAILED,
    "delivery-unavailable": Exit.UNREACHABLE,
    "delivery-uncertain": Exit.FAILED,
}

_BY_HTTP_STATUS = {
    401: Exit.AUTH,
    403: Exit.AUTH,
    404: Exit.NOT_FOUND,
    413: Exit.LIMIT,
    429: Exit.LIMIT,
}


def exit_of_run(status: str) -> Exit:
    """Read a run's status; whatever ended neither well nor by request has failed."""
    return _BY_RUN_STATUS.get(status, Exit.FAILED)


def exit_of_slug(slug: str) -> Exit:
    """Read the slug of one of our errors; one that is not known here is a failure."""
    return _BY_SLUG.get(slug, Exit.FAILED)


def exit_of_problem(slug: str, http_status: int) -> Exit:
    """Read a problem that the API answered: by its slug, else by its HTTP status."""
    if slug in _BY_SLUG:
        return _BY_SLUG[slug]
    if http_status in _BY_HTTP_STATUS:
        return _BY_HTTP_STATUS[http_status]
    return Exit.USAGE if http_status < 500 else Exit.UNREACHABLE  # noqa: PLR2004  # 5xx is the server's fault


def epilog() -> str:
    """Write the statuses for the end of `trends --help`."""
    rows = "\n".join(f"  {exit_.value:>3}  {meaning}" for exit_, meaning in MEANINGS.items())
    return f"\b\nExit status:\n{rows}"
