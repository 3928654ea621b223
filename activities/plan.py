"""Plan: ask a model for other words for the question, before anything is looked for."""

from temporalio import activity

from activities import contracts
from activities.attempt import Attempt, Finished, StageDoor
from activities.contracts import PlanInput, PlanResult
from activities.purpose import GatewayOf, purpose_of
from trends.agents.planner import Planner
from trends.domain.calls import Role
from trends.domain.plan import Planned
from trends.storage.artifacts import ArtifactStore


class PlanActivity:
    """Doorway of the plan stage.

    Args:
        door: Opens attempts.
        artifacts: Where the plan goes.
        gateway_of: Gives the way to a model; where there is none, questions stay as they are asked.
    """

    def __init__(self, door: StageDoor, artifacts: ArtifactStore, gateway_of: GatewayOf) -> None:
        self._door = door
        self._artifacts = artifacts
        self._gateway_of = gateway_of

    @activity.defn(name=contracts.PLAN)
    async def plan(self, request: PlanInput) -> PlanResult:
        """Write the plan, or why there is none; what fails for good is no failure of the run."""

        async def work(attempt: Attempt) -> tuple[PlanResult, Finished]:
            planned = await self._planned(request, attempt)
            if planned.plan is None:
                return PlanResult(slug=planned.slug), Finished(detail={"slug": planned.slug})
            data = planned.plan.model_dump_json().encode()
            ref = await self._artifacts.put(data, "application/json")
            detail: dict[str, int | str] = {
                "synonyms": len(planned.plan.synonyms),
                "excluded": len(planned.plan.excluded),
                "refused": planned.plan.refused,
            }
            return PlanResult(plan=ref), Finished(artifacts=(ref,), detail=detail)

        return await self._door.run(request.run, "plan", PlanResult, work)

    async def _planned(self, request: PlanInput, attempt: Attempt) -> Planned:
        settings = attempt.settings
        gateway = await attempt.in_thread(lambda: self._gateway_of(settings, Role.PLANNER))
        if gateway is None:
            return Planned()
        purpose = await purpose_of(self._door.runs, request.run, Role.PLANNER)
        planner = Planner(gateway, purpose=purpose, language=attempt.brief.report_language)
        return await planner.plan(attempt.brief.question)
