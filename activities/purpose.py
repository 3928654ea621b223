"""For whom a stage asks a model, and by which way."""

from collections.abc import Callable

from activities.contracts import RunRef
from trends.domain.calls import Purpose, Role
from trends.llm.base import Gateway
from trends.settings import Settings
from trends.storage.runs import RunStore

# The way to the model of a kind of work under a run's settings; None: it is done without one. It may block.
GatewayOf = Callable[[Settings, Role], Gateway | None]
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
