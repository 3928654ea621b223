"""What a re-run takes over from its parent, checked before anything is promised."""

from collections.abc import Iterator, Sequence

from activities.contracts import (
    AnalyzeResult,
    CollectResult,
    Given,
    NewsRunInput,
    NormalizeResult,
    PlanResult,
    ReportResult,
    SummarizeResult,
)
from trends.domain.models import ArtifactRef, Model, SourceOutcome
from trends.errors import ConflictError
from trends.storage.artifacts import ArtifactStore
from trends.storage.runs import RunRow, RunStore, StageRow
from workflows.stages import PIPELINES

# Field of `Given` that a stage fills, and what it holds.
_RESULTS: dict[str, tuple[str, type[Model]]] = {
    "plan": ("planned", PlanResult),
    "normalize": ("normalized", NormalizeResult),
    "analyze": ("analyzed", AnalyzeResult),
    "summarize": ("summarized", SummarizeResult),
    "report": ("report", ReportResult),
}


async def given_for(parent: RunRow, stage: str, store: RunStore, artifacts: ArtifactStore) -> Given:
    """Gather the results of every stage before `stage`.

    A stage that the parent was itself given, having started from a later one, is handed on.

    Raises:
        ConflictError: A stage had not completed, or what it made is no longer there.
    """
    rows = await store.stages(parent.tenant, parent.run_id)
    handed = NewsRunInput.model_validate(parent.input).given
    given = Given()
    for row in PIPELINES[parent.agent]:
        if row.name == stage:
            break
        done = [found for found in rows if found.stage == row.name]
        taken = _taken(row.name, parent, done, handed)
        if not taken and not row.may_skip:
            raise ConflictError(
                f"The run {parent.run_id} never completed {row.name}.",
                next_step=f"Re-run from {row.name} or earlier.",
            )
        given = given.model_copy(update=taken)
    for ref in _refs(given):
        if not await artifacts.exists(ref):
            raise ConflictError(
                f"What the run {parent.run_id} made is no longer in the artifact store ({ref.uri}).",
                next_step="Re-run from an earlier stage; collect always works.",
            )
    return given


def _taken(name: str, parent: RunRow, rows: Sequence[StageRow], handed: Given) -> dict[str, object]:
    """The field of `Given` that a stage fills; empty when there is nothing to take over."""
    if name == "collect":
        if handed.collected is not None:
            return {"collected": handed.collected}
        return _collected(parent, rows)
    done = next((row.result for row in rows if row.status == "completed" and row.result), None)
    if name not in _RESULTS:
        return {}
    field, model = _RESULTS[name]
    value = model.model_validate(done) if done else getattr(handed, field)
    return {field: value} if value else {}


def _collected(parent: RunRow, rows: Sequence[StageRow]) -> dict[str, object]:
    by_source = {row.part: row for row in rows}
    results: list[CollectResult] = []
    for source in NewsRunInput.model_validate(parent.input).sources:
        row = by_source.get(source)
        if row is not None and row.status == "completed" and row.result:
            results.append(CollectResult.model_validate(row.result))
        else:
            results.append(_failed(source, row))
    if not any(result.outcome.ok for result in results):
        return {}
    return {"collected": tuple(results)}


def _failed(source: str, row: StageRow | None) -> CollectResult:
    reason = row.reason if row is not None and row.reason else "It was not read."
    slug = row.slug if row is not None and row.slug else "source"
    outcome = SourceOutcome(source=source, ok=False, items=0, reason=reason, slug=slug)
    return CollectResult(outcome=outcome)


def _refs(given: Given) -> Iterator[ArtifactRef]:
    if given.planned is not None and given.planned.plan is not None:
        yield given.planned.plan
    for part in given.collected or ():
        if part.items is not None:
            yield part.items
    if given.normalized is not None:
        yield given.normalized.stories
    if given.analyzed is not None:
        yield given.analyzed.analysis
        if given.analyzed.memory is not None:
            yield given.analyzed.memory
    if given.summarized is not None:
        yield given.summarized.summary
    if given.report is not None:
        yield given.report.json_report
        yield given.report.markdown
        yield given.report.html
