"""Logs: one structured record each, secrets blotted out, other libraries quiet."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO, cast

import structlog

# Libraries whose INFO says what we say better, or nothing.
QUIET = (
    "alembic",
    "asyncio",
    "httpcore",
    "httpx",
    "sqlalchemy",
    "uvicorn.access",
    "uvicorn.error",
)
HIDDEN = "***"
_SECRET_KEY = re.compile(
    r"(api[-_]?key|authorization|client[-_]?secret|cookie|credential|passw(or)?d|secret|token|webhook[-_]?url)s?$",
    re.IGNORECASE,
)
_SECRET_TEXT = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}"), r"\1 " + HIDDEN),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/\s:@]*:[^/\s@]+@"), r"\1" + HIDDEN + "@"),
    (re.compile(r"\b(sk|xox[a-z]|AIza|ghp|AKIA)[-_]?[A-Za-z0-9_-]{12,}"), HIDDEN),
    (re.compile(r"(https://hooks\.slack\.com/)\S+"), r"\1" + HIDDEN),
    (
        re.compile(r"(?i)([?&](?:api[-_]?key|key|token|secret|signature)=)[^&\s\"']+"),
        r"\1" + HIDDEN,
    ),
)
MAX_DEPTH = 6
# Without local variables: they hold what nobody meant to log.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def configure_logging(level: str, *, json: bool, stream: TextIO | None = None) -> None:
    """Set up logging for this process, ours and that of libraries.

    Args:
        level: Lowest level that is written, such as `INFO`.
        json: One JSON object a line, for machines; otherwise for people.
        stream: Where to; the standard error by default.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    last: list[structlog.typing.Processor] = (
        [_TRACEBACKS, hide_secrets]
        if json
        else [structlog.processors.format_exc_info, hide_secrets]
    )
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=bool(stream is None and sys.stderr.isatty()))
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last, renderer],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    set_log_level(level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def set_log_level(level: str) -> None:
    """Choose the lowest level that is written, such as `INFO`; counts from the next record on."""
    root = logging.getLogger()
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Get a logger that takes facts as keywords: `log.info("run.started", run_id=…)`."""
    return structlog.stdlib.get_logger(name)


def hide_secrets(logger: object, method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Blot out values under secret-sounding names and what looks like a key, token or password."""
    del logger, method
    return {key: _hidden(key, value, MAX_DEPTH) for key, value in event.items()}


def _hidden(key: str, value: Any, depth: int) -> Any:
    if _SECRET_KEY.search(key) and not isinstance(value, int | float | None):
        return HIDDEN  # a number is a count of tokens, not a token
    if isinstance(value, str):
        for pattern, replacement in _SECRET_TEXT:
            value = pattern.sub(replacement, value)
        return value
    if depth == 0:
        return value
    if isinstance(value, Mapping):
        members = cast("Mapping[Any, Any]", value)
        return {each: _hidden(str(each), item, depth - 1) for each, item in members.items()}
    if isinstance(value, list | tuple):
        items = cast("list[Any] | tuple[Any, ...]", value)
        return [_hidden("", item, depth - 1) for item in items]
    return value
