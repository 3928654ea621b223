"""After which failures another model is asked, and which failure is told when none is left."""

from collections.abc import Sequence

from trends.errors import (
    BudgetSpentError,
    LimitReachedError,
    ModelBusyError,
    ModelContextError,
    ModelKeyError,
    ModelQuotaError,
    ModelUnavailableError,
    SecretError,
    TrendsError,
)

# What lies with one model or its provider. The ledger is asked anew for the next one: a limit that is not the provider's
# own says no there as well, so nothing gets past it.
_ANOTHER_HELPS = (
    ModelUnavailableError,
    ModelBusyError,
    ModelQuotaError,
    ModelKeyError,
    ModelContextError,
    SecretError,
    LimitReachedError,
    BudgetSpentError,
)


def another_helps(error: TrendsError) -> bool:
    """Whether the next model of a role may do better.

    Not after a refusal, an answer of the wrong form, or a request that is wrong in itself: another model would share
    it, or a person should see it. Nor while paid calls are stopped, and not where a price is missing.
    """
    return isinstance(error, _ANOTHER_HELPS)


def telling(errors: Sequence[TrendsError]) -> TrendsError:
    """Choose what is told of several failures: the first after which waiting helps, or else the first."""
    return next((error for error in errors if error.retryable), errors[0])
