"""Alerts: told once on every channel, with what is known of the run."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.alert import AlertActivity
from activities.contracts import (
    AlertInput,
    MarketClock,
    NotifyResult,
    RunAlert,
    RunBrief,
    RunRef,
    SourceAlert,
)
from trends.domain.models import ArtifactRef, Language, Question, Window
from trends.errors import DeliveryUnavailableError, UnknownNameError
from trends.notify.base import Channel, Message
from trends.notify.log import LogChannel
from trends.settings import load_settings
from trends.storage.artifacts import ArtifactStore
from trends.storage.database import Database
from trends.storage.outbox import Outbox
from trends.storage.rows import NewRun
from trends.storage.runs import RunStore

NOON = datetime(2026, 1, 9, 12, tzinfo=UTC)
SILENT = SourceAlert(
    tenant="local",
    source="rss:hani",
    since=NOON - timedelta(days=1),
    slug="source-unavailable",
    reason="It does not answer.",
)


class AwayChannel(Channel):
    """Takes nothing."""

    resend_from_sending = False

    async def send(self, message: Message) -> str:
        del message
        raise DeliveryUnavailableError("Away.", retry_after=timedelta(hours=20))


class Makers:
    """The log, and one that is away."""

    def __init__(self, logs: Path) -> None:
        self._makers: dict[str, Callable[[str], Channel]] = {
            "log": lambda name: LogChannel(name, logs),
            "second": lambda name: LogChannel(name, logs),
            "away": AwayChannel,
        }

    async def listening(self, tenant: str, kind: str) -> tuple[str, ...]:
        return ("second",) if (tenant, kind) == ("asking", "source.down") else ()

    async def open(self, tenant: str, name: str) -> Channel:
        del tenant
        if name not in self._makers:
            kind = "channel"
            raise UnknownNameError(kind, name, self._makers)
        return self._makers[name](name)


class Desk:
    """The activity over real storage, and what the log channel took."""

    def __init__(self, database: Database, folder: Path, *alert_channels: str) -> None:
        self.store = RunStore(database, lambda: NOON)
        self.artifacts = ArtifactStore((folder / "artifacts").as_uri())
        self.outbox = Outbox(database, lambda: NOON)
        self._file = folder / "logs" / "notifications.log"
        self._activity = AlertActivity(
            self.artifacts,
            self.outbox,
            Makers(folder / "logs"),
            settings=load_settings(
                {"TRENDS_NOTIFY__ALERT_CHANNELS": ",".join(alert_channels or ("log",))}
            ),
            clock=lambda: NOON,
            public_url="https://trends.example.org",
        )

    async def run(self, *channels: str) -> RunRef:
        """Accept a run."""
        brief = await self.artifacts.put(_brief(channels).encode(), "application/json")
        await self.store.insert(_new_run(brief))
        return RunRef(tenant="local", run_id="run-1", brief=brief)

    async def alert(self, alert: RunAlert | SourceAlert) -> NotifyResult:
        """Tell it, as a worker does."""
        request = AlertInput.model_validate_json(AlertInput(alert=alert).model_dump_json())
        return await ActivityEnvironment().run(self._activity.alert, request)

    def told(self) -> list[Message]:
        """What arrived."""
        if not self._file.exists():
            return []
        lines = self._file.read_text().splitlines()
        return [Message.model_validate(json.loads(line)) for line in lines]


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(database, tmp_path)


def blocked(run: RunRef, park: int = 1) -> RunAlert:
    return RunAlert(
        kind="run.blocked",
        run=run,
        stage="notify",
        slug="delivery-unavailable",
        reason="It is away.",
        park=park,
        may_skip=True,
    )


def failed(run: RunRef) -> RunAlert:
    return RunAlert(kind="run.failed", run=run, stage="report", slug="storage", reason="Full.")


async def test_park_is_told_on_the_run_s_channels(desk: Desk) -> None:
    result = await desk.alert(blocked(await desk.run("log", "second")))

    assert result == NotifyResult(sent=("log", "second"))
    first = desk.told()[0]
    assert (first.kind, first.run_id, first.monitor) == ("run.blocked", "run-1", "snacks")
    assert first.link == "https://trends.example.org/v1/runs/run-1"
    assert "skip" in first.lines[2]


async def test_each_park_is_told_once(desk: Desk) -> None:
    run = await desk.run("log")

    for park in (1, 1, 2, 2):
        await desk.alert(blocked(run, park))

    assert [message.subject for message in desk.told()] == [
        "run/run-1/blocked/1",
        "run/run-1/blocked/2",
    ]


async def test_failure_is_told_once(desk: Desk) -> None:
    run = await desk.run("log")

    for _ in range(2):
        await desk.alert(failed(run))

    assert [message.kind for message in desk.told()] == ["run.failed"]


async def test_run_whose_brief_is_lost_is_told_of_all_the_same(desk: Desk) -> None:
    run = await desk.run("second")
    lost = run.brief.model_copy(update={"uri": "sha256/00/00"})

    result = await desk.alert(failed(run.model_copy(update={"brief": lost})))

    assert result == NotifyResult(sent=("log",))
    assert desk.told()[0].lines[1] == "Full."


async def test_silent_source_is_told_once_to_those_who_hear_of_such(
    database: Database, tmp_path: Path
) -> None:
    desk = Desk(database, tmp_path, "log", "second")

    for _ in range(2):
        await desk.alert(SILENT)
    await desk.alert(SILENT.model_copy(update={"since": NOON}))  # it came back and fell silent

    assert [message.title for message in desk.told()] == ["Source down – rss:hani"] * 4


async def test_silent_source_is_told_to_the_endpoints_that_ask_for_it(
    database: Database, tmp_path: Path
) -> None:
    desk = Desk(database, tmp_path, "log")

    await desk.alert(SILENT.model_copy(update={"tenant": "asking"}))
    await desk.alert(SILENT)

    assert [message.tenant for message in desk.told()] == ["asking", "asking", "local"]


async def test_channel_that_is_away_is_tried_again_after_a_bounded_wait(desk: Desk) -> None:
    run = await desk.run("away", "log")

    with pytest.raises(ApplicationError) as raised:
        await desk.alert(failed(run))

    error = raised.value
    assert (error.type, error.non_retryable) == ("delivery-unavailable", False)
    assert error.next_retry_delay == timedelta(hours=1)
    assert len(desk.told()) == 1


async def test_channel_that_is_gone_holds_nobody_up(desk: Desk) -> None:
    result = await desk.alert(failed(await desk.run("gone", "log")))

    assert result == NotifyResult(sent=("log",), failed=("gone",))


def _brief(channels: tuple[str, ...]) -> str:
    return RunBrief(
        question=_question(),
        window=Window(start=NOON - timedelta(days=7), end=NOON),
        history_start=NOON - timedelta(days=90),
        requested_at=NOON,
        market=MarketClock(name="KR", time_zone="Asia/Seoul"),
        report_language=Language.EN,
        settings=ArtifactRef(
            uri="sha256/a/b", sha256="ab" * 32, media_type="x", rows=1, size_bytes=1
        ),
        settings_revision="r1",
        monitor="snacks",
        channels=channels,
    ).model_dump_json()


def _new_run(brief: ArtifactRef) -> NewRun:
    return NewRun(
        tenant="local",
        run_id="run-1",
        workflow_id="run-local-run-1",
        agent="news",
        priority=2,
        question=_question(),
        question_hash="q1",
        window=Window(start=NOON - timedelta(days=7), end=NOON),
        report_language=Language.EN,
        requested_at=NOON,
        start_from="collect",
        brief=brief,
        settings_revision="r1",
        input={},
    )


def _question() -> Question:
    return Question(
        agent="news",
        query="",
        window="7d",
        market="KR",
        languages=(Language.EN,),
        sources=("sample",),
    )
