"""Every error the product raises, typed once.

TrendsError
├── InvalidRequestError          the caller's input is wrong; nothing was started
│   ├── InvalidWindowError
│   ├── InvalidQueryError
│   ├── InvalidWatchlistError
│   ├── UnknownNameError         an agent, source, stage, market, setting or environment; names the near one
│   ├── PathRefusedError         outside the roots, a link out of them, a device
│   ├── TooLargeError
│   └── TooManyStreamsError      as many event streams are open as may be
├── NotAuthenticatedError        no credential, or one that does not hold
│   └── TokenRefusedError        a token that is not for us, or not valid now
├── ForbiddenError               the caller is known, and lacks a scope
├── TooManyFailuresError         its address showed too many credentials that do not hold
├── NotFoundError
│   ├── RunNotFoundError
│   ├── MonitorNotFoundError
│   ├── TrendNotFoundError
│   ├── BackfillNotFoundError
│   ├── DecisionNotFoundError
│   ├── EndpointNotFoundError
│   ├── ShareNotFoundError
│   └── ReportNotReadyError
├── ShareGoneError               a link to a report that has expired or was taken back
├── RateLimitedError             more requests than the caller may send at this pace
├── ConflictError                the request is well formed, the state says no
│   ├── IdempotencyConflictError
│   ├── MonitorExistsError       its name, or its question, is taken
│   ├── MonitorChangedError      somebody else changed it in between
│   ├── DecisionConflictError    another decision in force says otherwise
│   ├── EndpointExistsError      the name of a webhook endpoint is taken
│   ├── SettingsChangedError     somebody else changed the settings in between
│   ├── RunNotBlockedError
│   ├── RunEndedError
│   ├── StageNotSkippableError
│   └── StateHeldError           another `trends up` holds the state folder
├── SettingsError
│   ├── SecretError              a secret that is referred to cannot be read
│   │   └── SecretUnavailableError   its store does not answer
│   └── RestartOnlyError         a setting that a running process cannot take over
├── ModelError                   final: a model provider refused the request as it is
│   ├── ModelUnavailableError    retryable: no connection, too slow, overloaded, broken off
│   ├── ModelBusyError           retryable: the provider's own rate limit, with its Retry-After
│   ├── ModelKeyError            final: no key, or one that is not taken
│   ├── ModelQuotaError          final: the account has nothing left
│   ├── ModelContextError        final: more text than the model takes
│   ├── ModelRefusedError        final: the model or its filter declined to answer
│   └── ModelAnswerError         final: an answer that is not of the form that was asked for
├── LimitError
│   ├── LimitReachedError        retryable: not yet; says how long to wait
│   ├── BudgetSpentError         final for its window: money or a scarce quota is used up
│   ├── FrozenError              final until thawed: paid calls are stopped
│   └── PriceUnknownError        final: a model without a known price is not called
├── SourceError
│   ├── SourceUnavailableError   retryable: a later attempt may succeed
│   ├── SourceUnreadableError    final: not the format it claims to be
│   ├── SourceGoneError          final: its owner took it away
│   └── AllSourcesFailedError
├── OutboundError                a host refused, or gave what cannot be read
│   ├── AddressRefusedError      a private address, a scheme, a redirect or a login that is not allowed
│   └── OutboundUnavailableError retryable: no connection, too slow, broken off, overloaded
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
    ├── DeliveryUnavailableError retryable: nothing was taken
    └── DeliveryUncertainError   it may have been taken; never sent again by itself

Three readings are derived from `slug` and `retryable`, each in one place: `activities/errors.py` (Temporal),
`api/errors.py` (RFC 9457) and `cli/entry.py` (exit codes).
"""

import difflib
from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar


class TrendsError(Exception):
    """What happened, why, and what to do next.

    Args:
        what: What happened, one sentence.
        why: The cause, where it is known.
        next_step: What the reader can do about it.
        retry_after: How long the other side asks to be left alone, where it said so.
    """

    slug: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        what: str,
        *,
        why: str = "",
        next_step: str = "",
        retry_after: timedelta | None = None,
    ) -> None:
        self.what = what
        self.why = why
        self.next_step = next_step
        self.retry_after = retry_after
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


class InvalidWatchlistError(InvalidRequestError):
    """A watchlist that cannot be read or counted; names the row or the entities."""

    slug = "invalid-watchlist"


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


class TooManyStreamsError(InvalidRequestError):
    """As many event streams are open as may be."""

    slug = "too-many-streams"


class NotAuthenticatedError(TrendsError):
    """No credential came, or one that does not hold; which of the two it was wrong in is not told."""

    slug = "not-authenticated"


class TokenRefusedError(NotAuthenticatedError):
    """A bearer token that is not for this service, not of its issuer, or not valid now; the message says which."""

    slug = "token-refused"


class ForbiddenError(TrendsError):
    """The caller is known and lacks a scope; the message names it."""

    slug = "forbidden"


class TooManyFailuresError(TrendsError):
    """The address has shown too many credentials that do not hold."""

    slug = "too-many-failures"


class NotFoundError(TrendsError):
    """The thing asked for does not exist here."""

    slug = "not-found"


class RunNotFoundError(NotFoundError):
    """No run of this id in this tenant."""

    slug = "run-not-found"


class MonitorNotFoundError(NotFoundError):
    """No monitor of this name or id in this tenant, or one that was removed."""

    slug = "monitor-not-found"


class TrendNotFoundError(NotFoundError):
    """No trend of this id in this tenant."""

    slug = "trend-not-found"


class BackfillNotFoundError(NotFoundError):
    """No backfill with this id in the caller's tenant."""

    slug = "backfill-not-found"


class DecisionNotFoundError(NotFoundError):
    """No decision of this id on the trend's monitor."""

    slug = "decision-not-found"


class EndpointNotFoundError(NotFoundError):
    """No webhook endpoint of this name in this tenant."""

    slug = "endpoint-not-found"


class ShareNotFoundError(NotFoundError):
    """No share of this id in this tenant, or a link that was not given out here."""

    slug = "share-not-found"


class ReportNotReadyError(NotFoundError):
    """The run has no report, or not yet."""

    slug = "report-not-ready"


class ShareGoneError(TrendsError):
    """The link to a report has expired, or was taken back."""

    slug = "share-gone"


class RateLimitedError(TrendsError):
    """The caller sends more requests than it may; nothing was done, and a later one is served."""

    slug = "rate-limited"


class ConflictError(TrendsError):
    """The request is well formed, but the state of things says no."""

    slug = "conflict"


class IdempotencyConflictError(ConflictError):
    """The same Idempotency-Key came with another payload."""

    slug = "idempotency-conflict"


class MonitorExistsError(ConflictError):
    """The name of a monitor, or its question, is taken by another one."""

    slug = "monitor-exists"


class MonitorChangedError(ConflictError):
    """A monitor was changed after it was read; the change that was based on it was not made."""

    slug = "monitor-changed"


class DecisionConflictError(ConflictError):
    """A decision on a trend that contradicts one in force."""

    slug = "decision-conflict"


class EndpointExistsError(ConflictError):
    """The name of a webhook endpoint is taken, or there are as many as there may be."""

    slug = "endpoint-exists"


class RunNotBlockedError(ConflictError):
    """Only a parked run takes retry, skip or abort."""

    slug = "run-not-blocked"


class RunEndedError(ConflictError):
    """The run has ended; it can be re-run, not changed."""

    slug = "run-ended"


class StageNotSkippableError(ConflictError):
    """The stage table does not allow this stage to be skipped."""

    slug = "stage-not-skippable"


class SettingsChangedError(ConflictError):
    """The settings were changed after they were read; the change that was based on them was not made."""

    slug = "settings-changed"


class StateHeldError(ConflictError):
    """Another process holds the state folder."""

    slug = "state-held"


class SettingsError(TrendsError):
    """Settings that cannot be loaded; the message names file, key and near name."""

    slug = "settings"


class SecretError(SettingsError):
    """A secret that the settings refer to cannot be read; the message names the reference, never the secret."""

    slug = "secret"


class SecretUnavailableError(SecretError):
    """The store that a secret lies in does not answer, and no earlier look found it.

    Not tried again by stages: a report that quotes is better than none. What is to be sent waits for it.
    """

    slug = "secret-unavailable"


class RestartOnlyError(SettingsError):
    """A setting that a running process cannot take over; it was not changed."""

    slug = "restart-only"


class ModelError(TrendsError):
    """A model provider refused the request as it is, or failed.

    Args:
        what: What happened; names provider and model, never the key.
        why: The cause, where it is known.
        next_step: What the reader can do about it.
        retry_after: How long the provider asks to be left alone, where it said so.
        billed: Whether it may have been charged for: True where an answer came, None where nobody can tell.
        request_id: Under which the provider knows the request; empty where it did not say.
        usage: Tokens sent and tokens received, where an answer came that is of no use, and the provider said so.
    """

    slug = "model"

    def __init__(
        self,
        what: str,
        *,
        why: str = "",
        next_step: str = "",
        retry_after: timedelta | None = None,
        billed: bool | None = False,
        request_id: str = "",
        usage: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(what, why=why, next_step=next_step, retry_after=retry_after)
        self.billed = billed
        self.request_id = request_id
        self.usage = usage


class ModelUnavailableError(ModelError):
    """The provider did not answer, or broke off; a later attempt may succeed."""

    slug = "model-unavailable"
    retryable = True


class ModelBusyError(ModelError):
    """The provider's own rate limit; a later attempt may succeed."""

    slug = "model-busy"
    retryable = True


class ModelKeyError(ModelError):
    """There is no key for the provider, or it does not take it."""

    slug = "model-key"


class ModelQuotaError(ModelError):
    """The provider's account has nothing left to spend; waiting does not help."""

    slug = "model-quota"


class ModelContextError(ModelError):
    """More text than the model takes."""

    slug = "model-context"


class ModelRefusedError(ModelError):
    """The model, or the filter before it, declined to answer."""

    slug = "model-refused"


class ModelAnswerError(ModelError):
    """An answer that is cut off, empty or not of the form that was asked for."""

    slug = "model-answer"


class LimitError(TrendsError):
    """A limit of ours says no; nothing was sent."""

    slug = "limit"


class LimitReachedError(LimitError):
    """Not yet: a rate, or money that calls under way hold; `retry_after` says how long to wait."""

    slug = "limit-reached"
    retryable = True


class BudgetSpentError(LimitError):
    """What may be spent in a window is spent; the message says which window and when the next begins."""

    slug = "budget-spent"


class FrozenError(LimitError):
    """Paid calls are stopped by a person."""

    slug = "frozen"


class PriceUnknownError(LimitError):
    """No price is known for a model, and none is configured: it is not called, since nobody could say what it costs."""

    slug = "price-unknown"


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


class SourceGoneError(SourceError):
    """The source's owner took it away for good; asking again is no use."""

    slug = "source-gone"


class AllSourcesFailedError(SourceError):
    """No source of the run gave anything; the reasons are in the message."""

    slug = "all-sources-failed"


class OutboundError(TrendsError):
    """A host refused a request for good, or answered with what cannot be read.

    Args:
        what: What happened; names the host, never the address behind it, which may hold a secret.
        why: The cause, where it is known.
        next_step: What the reader can do about it.
        retry_after: How long the host asks to be left alone, where it said so.
        sent: Whether the request may have reached the host.
    """

    slug = "outbound"

    def __init__(
        self,
        what: str,
        *,
        why: str = "",
        next_step: str = "",
        retry_after: timedelta | None = None,
        sent: bool = False,
    ) -> None:
        super().__init__(what, why=why, next_step=next_step, retry_after=retry_after)
        self.sent = sent


class AddressRefusedError(OutboundError):
    """An address that this process does not connect to; nothing was sent there."""

    slug = "address-refused"


class OutboundUnavailableError(OutboundError):
    """The host did not answer, or is overloaded; a later attempt may succeed."""

    slug = "outbound-unavailable"
    retryable = True


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
    """The channel took nothing; a later attempt may succeed."""

    slug = "delivery-unavailable"
    retryable = True


class DeliveryUncertainError(DeliveryError):
    """The channel may have taken it before the connection broke; nobody can tell."""

    slug = "delivery-uncertain"
