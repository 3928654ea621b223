"""The stages that may ask a model, over real storage."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.testing import ActivityEnvironment

from activities.attempt import StageDoor
from activities.contracts import (
    AnalyzeResult,
    MarketClock,
    PlanInput,
    PlanResult,
    RunBrief,
    RunRef,
    SummarizeInput,
    SummarizeResult,
)
from activities.plan import PlanActivity
from activities.purpose import GatewayOf
from activities.summarize import SummarizeActivity
from trends.domain.models import Analysis, ArtifactRef, Language, Question, Summary, Window
from trends.llm.base import Gateway
from trends.settings import Settings, load_settings
from trends.storage.artifacts import ArtifactStore
from trends.storage.database import Database
from trends.storage.events import EventStore
from trends.storage.rows import NewRun
from trends.storage.runs import RunStore

NOON = datetime(2026, 1, 25, tzinfo=UTC)
WINDOW = Window(start=NOON - timedelta(days=7), end=NOON)
QUESTION = Question(
    agent="news",
    query="말차",
    window="7d",
    market="KR",
    languages=(Language.KO, Language.EN),
    sources=("sample",),
)


class Desk:
    """Stages over a database and an artifact store of their own.

    Args:
        database: Migrated.
        folder: For artifacts.
        executor: Threads for blocking work.
    """

    def __init__(self, database: Database, folder: Path, executor: ThreadPoolExecutor) -> None:
        self._database = database
        self.runs = RunStore(database, lambda: NOON)
        self.artifacts = ArtifactStore((folder / "artifacts").as_uri())
        self._door = StageDoor(self.runs, self.artifacts, executor)

    async def run(self, settings: Settings | None = None, *, priority: int = 2) -> RunRef:
        """Accept a run."""
        snapshot = (settings or load_settings({})).snapshot()
        brief = RunBrief(
            question=QUESTION,
            window=WINDOW,
            history_start=NOON - timedelta(days=90),
            requested_at=NOON,
            market=MarketClock(name="KR", time_zone="Asia/Seoul"),
            report_language=Language.EN,
            settings=await self.artifacts.put(snapshot, "application/json"),
            settings_revision="r1",
        )
        ref = await self.artifacts.put(brief.model_dump_json().encode(), "application/json")
        await self.runs.insert(_new_run(ref, priority))
        return RunRef(tenant="local", run_id="run-1", brief=ref)

    async def summarize(
        self,
        run: RunRef,
        analysis: Analysis,
        gateway: Gateway | None,
        *,
        extractive: bool = False,
    ) -> tuple[SummarizeResult, Summary]:
        """Execute the summarize stage once, as a worker does."""
        data = analysis.model_dump_json().encode()
        ref = await self.artifacts.put(data, "application/json")
        analyzed = AnalyzeResult(analysis=ref, topics=len(analysis.topics), announced=1)
        stage = SummarizeActivity(self._door, self.artifacts, _where_named(gateway))
        request = SummarizeInput(run=run, analyzed=analyzed, extractive=extractive)
        result = await ActivityEnvironment().run(stage.summarize, request)
        summary = Summary.model_validate_json(await self.artifacts.get(result.summary))
        return result, summary

    async def plan(self, run: RunRef, gateway: Gateway | None) -> PlanResult:
        """Execute the plan stage once, as a worker does."""
        stage = PlanActivity(self._door, self.artifacts, _where_named(gateway))
        return await ActivityEnvironment().run(stage.plan, PlanInput(run=run))

    async def told(self) -> dict[str, object]:
        """Figures of the stage that completed last."""
        events = await EventStore(self._database).after("local", "run-1", 0)
        return [dict(event.data) for event in events if event.type == "stage.completed"][-1]


@contextmanager
def desk(database: Database, folder: Path) -> Generator[Desk]:
    """Stages with threads."""
    with ThreadPoolExecutor(2) as executor:
        yield Desk(database, folder, executor)


def _where_named(gateway: Gateway | None) -> GatewayOf:
    return lambda settings, role: gateway if settings.model_for(role) else None


def _new_run(brief: ArtifactRef, priority: int) -> NewRun:
    return NewRun(
        tenant="local",
        run_id="run-1",
        workflow_id="run-local-run-1",
        agent="news",
        priority=priority,
        question=QUESTION,
        question_hash="q1",
        window=WINDOW,
        report_language=Language.EN,
        requested_at=NOON,
        start_from="collect",
        brief=brief,
        settings_revision="r1",
        input={},
    )
