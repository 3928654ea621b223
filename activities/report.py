"""Report: write what was found as JSON, Markdown and HTML."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection
from temporalio import activity

from activities import contracts
from activities.attempt import Attempt, Finished, StageDoor
from activities.contracts import PlanResult, ReportInput, ReportResult, RunBrief
from trends.domain.memory import Memory
from trends.domain.models import Analysis, ArtifactRef, Summary
from trends.domain.plan import Plan, Planned
from trends.domain.report import Report, ReportMonitor
from trends.errors import ArtifactCorruptError, ArtifactMissingError
from trends.reports.build import build_report
from trends.reports.html import to_html
from trends.reports.json import to_json
from trends.reports.markdown import to_markdown
from trends.storage.artifacts import ArtifactStore
from trends.storage.trends import TrendStore


@dataclass(frozen=True)
class _Materials:
    analysis: Analysis
    memory: Memory | None
    summary: Summary | None
    previous: Report | None
    week_ago: Report | None
    planned: Planned | None


class ReportActivity:
    """Doorway of the report stage.

    Args:
        door: Opens attempts.
        artifacts: Where everything lies.
        trends: Remembers what was found, in the transaction that completes the stage.
    """

    def __init__(self, door: StageDoor, artifacts: ArtifactStore, trends: TrendStore) -> None:
        self._door = door
        self._artifacts = artifacts
        self._trends = trends

    @activity.defn(name=contracts.REPORT)
    async def report(self, request: ReportInput) -> ReportResult:
        """Write the three forms of the report."""

        async def work(attempt: Attempt) -> tuple[ReportResult, Finished]:
            materials = await self._gather(request, attempt.brief)
            report, texts = await attempt.in_thread(
                lambda: _write(request, attempt.brief, materials)
            )
            refs = {
                media_type: await self._artifacts.put(data, media_type)
                for media_type, data in texts.items()
            }
            result = ReportResult(
                json_report=refs["application/json"],
                markdown=refs["text/markdown"],
                html=refs["text/html"],
                lines=report.lines,
                announced=len(report.topics),
            )
            detail: dict[str, int | str] = {"announced": result.announced}
            return result, Finished(
                artifacts=tuple(refs.values()),
                detail=detail,
                also=self._remembering(request, attempt.brief, materials),
            )

        return await self._door.run(request.run, "report", ReportResult, work)

    def _remembering(
        self, request: ReportInput, brief: RunBrief, materials: _Materials
    ) -> Callable[[Connection], None] | None:
        if materials.memory is None:
            return None
        run = request.run
        return self._trends.remembering(
            run.tenant, run.run_id, brief.window, materials.analysis, materials.memory
        )

    async def _gather(self, request: ReportInput, brief: RunBrief) -> _Materials:
        analysis = await self._artifacts.get(request.analyzed.analysis)
        summary = (
            Summary.model_validate_json(await self._artifacts.get(request.summarized.summary))
            if request.summarized
            else None
        )
        memory = request.analyzed.memory
        return _Materials(
            analysis=Analysis.model_validate_json(analysis),
            memory=Memory.model_validate_json(await self._artifacts.get(memory))
            if memory
            else None,
            summary=summary,
            previous=await self._earlier(brief.previous),
            week_ago=await self._earlier(brief.week_ago),
            planned=await self._planned(request.planned),
        )

    async def _planned(self, result: PlanResult | None) -> Planned | None:
        if result is None or result.plan is None:
            return Planned(slug=result.slug) if result else None
        return Planned(plan=Plan.model_validate_json(await self._artifacts.get(result.plan)))

    async def _earlier(self, ref: ArtifactRef | None) -> Report | None:
        # A comparison that can no longer be made is no reason to withhold the report.
        if ref is None:
            return None
        try:
            return Report.model_validate_json(await self._artifacts.get(ref))
        except (ArtifactMissingError, ArtifactCorruptError, ValueError):
            activity.logger.warning("an earlier report cannot be read", extra={"uri": ref.uri})
            return None


def _write(
    request: ReportInput, brief: RunBrief, materials: _Materials
) -> tuple[Report, dict[str, bytes]]:
    report = build_report(
        question=brief.question,
        window=brief.window,
        time_zone=brief.market.time_zone,
        report_language=brief.report_language,
        settings_revision=brief.settings_revision,
        outcomes=[part.outcome for part in request.collected],
        counts=request.normalized.counts,
        analysis=materials.analysis,
        summary=materials.summary,
        previous=materials.previous,
        week_ago=materials.week_ago,
        memory=materials.memory,
        holidays=brief.market.holidays,
        wanted=brief.categories,
        edition=brief.edition,
        planned=materials.planned,
        monitor=_monitor(brief),
    )
    return report, {
        "application/json": to_json(report),
        "text/markdown": to_markdown(report).encode(),
        "text/html": to_html(report).encode(),
    }


def _monitor(brief: RunBrief) -> ReportMonitor | None:
    if not brief.monitor:
        return None
    return ReportMonitor(name=brief.monitor, title=brief.monitor_title or brief.monitor)
