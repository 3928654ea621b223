"""Every error the product raises, typed once.

TrendsError
├── InvalidRequestError          the caller's input is wrong; nothing was started
│   ├── InvalidWindowError
│   ├── InvalidQueryError
│   ├── UnknownNameError         an agent, source, stage, market, setting or environment; names the near one
│   ├── PathRefusedError         outside the roots, a link out of them, a device
│   └── TooLargeError
├── NotFoundError
│   ├── RunNotFoundError
│   └── ReportNotReadyError
├── ConflictError                the request is well formed, the state says no
│   ├── IdempotencyConflictError
│   ├── RunNotBlockedError
│   ├── RunEndedError
│   ├── StageNotSkippableError
│   └── StateHeldError           another `trends up` holds the state folder
├── SettingsError
├── SourceError
│   ├── SourceUnavailableError   retryable: a later attempt may succeed
│   ├── SourceUnreadableError    final: not the format it claims to be
│   └── AllSourcesFailedError
├── StorageError
│   ├── StorageUnavailableError  retryable: locked, full or gone for a while
│   │   └── StorageFullError     no space left
│   ├── ArtifactMissingError
│   ├── ArtifactCorruptError
│   └── SchemaMismatchError      the database is of another revision
├── EngineError
│   ├── EngineNotFoundError
│   └── EngineUnreachableError   retryable
├── StackError                   a process of `trends up` does not start
│   └── PortTakenError           retryable: another program took the port first
└── DeliveryError
    └── DeliveryUnavailableError retryable

Three readings are derived from `slug` and `retryable`, each in one place: `activities/errors.py` (Temporal),
`api/errors.py` (RFC 9457) and `cli/entry.py` (exit codes).
"""

import difflib
from collections.abc import Iterable
from typing import ClassVar


class TrendsError(Exception):
    """What happened, why, and what to do next.

    Args:
        what: What happened, one sentence.
        why: The cause, where it is known.
        next_step: What the reader can do about it.
    """

    slug: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False

    def __init__(self, what: str, *, why: str = "", next_step: str = "") -> None:
        self.what = what
        self.why = why
        self.next_step = next_step
        super().__init__(" ".join(part for part in (what, why, next_step) if part))


class InvalidRequestError(TrendsError):
    """The caller's input is wrong; nothing was started."""

    slug = "invalid-request"


class InvalidWindowError(InvalidRequestError):
    """A window that ends before it begins, lies in the future, or cannot be read."""

    slug = "invalid-window"


class InvalidQueryError(InvalidRequestError):
    """A query that the parser cannot read."""

    slug = "invalid-query"


class UnknownNameError(InvalidRequestError):
    """A name that is not one of a known set; suggests the nearest."""

    slug = "unknown-name"

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        hint = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(names)}."
        self.kind = kind
        self.name = name
        super().__init__(f"Unknown {kind} '{name[:80]}'.", next_step=hint)


class PathRefusedError(InvalidRequestError):
    """A path outside the allowed roots, or one that is no plain file or folder."""

    slug = "path-refused"


class TooLargeError(InvalidRequestError):
    """Input over a stated limit."""

    slug = "too-large"


class NotFoundError(TrendsError):
    """The thing asked for does not exist here."""

    slug = "not-found"


class RunNotFoundError(NotFoundError):
    """No run of this id in this tenant."""

    slug = "run-not-found"


class ReportNotReadyError(NotFoundError):
    """The run has no report, or not yet."""

    slug = "report-not-ready"


class ConflictError(TrendsError):
    """The request is well formed, but the state of things says no."""

    slug = "conflict"


class IdempotencyConflictError(ConflictError):
    """The same Idempotency-Key came with another payload."""

    slug = "idempotency-conflict"


class RunNotBlockedError(ConflictError):
    """Only a parked run takes retry, skip or abort."""

    slug = "run-not-blocked"


class RunEndedError(ConflictError):
    """The run has ended; it can be re-run, not changed."""

    slug = "run-ended"


class StageNotSkippableError(ConflictError):
    """The stage table does not allow this stage to be skipped."""

    slug = "stage-not-skippable"


class StateHeldError(ConflictError):
    """Another process holds the state folder."""

    slug = "state-held"


class SettingsError(TrendsError):
    """Settings that cannot be loaded; the message names file, key and near name."""

    slug = "settings"


class SourceError(TrendsError):
    """A source failed."""

    slug = "source"


class SourceUnavailableError(SourceError):
    """The source did not answer; a later attempt may succeed."""

    slug = "source-unavailable"
    retryable = True


class SourceUnreadableError(SourceError):
    """The source answered with something that is not what it claims to be."""

    slug = "source-unreadable"


class AllSourcesFailedError(SourceError):
    """No source of the run gave anything; the reasons are in the message."""

    slug = "all-sources-failed"


class StorageError(TrendsError):
    """The database or the artifact store failed."""

    slug = "storage"


class StorageUnavailableError(StorageError):
    """Locked, full or gone for a while; a later attempt may succeed."""

    slug = "storage-unavailable"
    retryable = True


class StorageFullError(StorageUnavailableError):
    """No space left; the message says where."""

    slug = "storage-full"


class ArtifactMissingError(StorageError):
    """An artifact that a run refers to is not in the store."""

    slug = "artifact-missing"


class ArtifactCorruptError(StorageError):
    """An artifact's bytes do not have the digest of its reference."""

    slug = "artifact-corrupt"


class SchemaMismatchError(StorageError):
    """The database has another schema revision than this program."""

    slug = "schema-mismatch"


class EngineError(TrendsError):
    """The Temporal server could not be used."""

    slug = "engine"


class EngineNotFoundError(EngineError):
    """No Temporal server could be found or built; the message names what was tried."""

    slug = "engine-not-found"


class EngineUnreachableError(EngineError):
    """The Temporal server does not answer."""

    slug = "engine-unreachable"
    retryable = True


class StackError(TrendsError):
    """A process of `trends up` does not start; the message holds the end of its log."""

    slug = "stack"


class PortTakenError(StackError):
    """Another program took the port between choosing and binding it; the next choice may hold."""

    slug = "port-taken"
    retryable = True


class DeliveryError(TrendsError):
    """A notification was refused for good."""

    slug = "delivery"


class DeliveryUnavailableError(DeliveryError):
    """The channel did not answer; a later attempt may succeed."""

    slug = "delivery-unavailable"
    retryable = True
