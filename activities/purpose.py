"""For whom a stage asks a model."""

from activities.contracts import RunRef
from trends.domain.calls import Purpose, Role
from trends.settings import LlmSettings
from trends.storage.runs import RunStore

_NONE = "none"
# As `engine.requests.PRIORITIES` says of runs that a schedule began.
_SCHEDULED = 3


async def purpose_of(runs: RunStore, run: RunRef, role: Role) -> Purpose:
    """Say who asks: the run, its monitor, and whether a schedule began it.

    Raises:
        RunNotFoundError: There is no such run.
    """
    row = await runs.get(run.tenant, run.run_id)
    return Purpose(
        tenant=run.tenant,
        role=role,
        run_id=run.run_id,
        monitor=row.question_hash,
        scheduled=row.priority == _SCHEDULED,
        node="",
    )


def has_model(settings: LlmSettings, role: Role) -> bool:
    """Whether a run's settings name a model for a kind of work."""
    named = {Role.PLANNER: settings.roles.planner, Role.ANALYST: settings.roles.analyst}[role]
    return settings.enabled and (named.model or settings.model) != _NONE
