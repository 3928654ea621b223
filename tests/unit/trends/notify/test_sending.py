"""What goes out later: digests, quiet hours and too many alerts, through the outbox and its sender."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.trends.notify.notice_cases import LINES, NOON, facts, notice
from tests.unit.trends.notify.test_deliver import Box, Boxes, OnceBox
from tests.unit.trends.storage.record_cases import TENANT, Clock, new_run
from trends.domain.delivery import DeliveryState
from trends.domain.delivery_policy import DeliveryPolicy
from trends.domain.models import Language
from trends.errors import DeliveryError, DeliveryUnavailableError
from trends.notify.alerts import report_ready, run_failed, schedule_missed
from trends.notify.base import Notice, NoticeKind
from trends.notify.deliver import deliver_all, leave_to_senders
from trends.notify.sending import Sent, send_due
from trends.storage.database import Database
from trends.storage.outbox import Outbox
from trends.storage.runs import RunStore

DIGEST = DeliveryPolicy(digest="18:00", zone="UTC")
QUIET = DeliveryPolicy(quiet_hours="11:00-14:00", zone="UTC")
EVENING = datetime(2026, 1, 9, 18, tzinfo=UTC)
AFTER_LUNCH = datetime(2026, 1, 9, 14, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
async def outbox(database: Database, clock: Clock) -> Outbox:
    for number in range(1, 31):
        await RunStore(database, clock).insert(new_run(f"run-{number}"))
    return Outbox(database, clock)


def box(policy: DeliveryPolicy, kind: type[Box] = Box) -> Box:
    made = kind()
    made.policy = policy
    return made


def failure(number: int) -> Notice:
    return run_failed(
        facts(f"run-{number}"), stage="collect", slug="source", reason="Away.", at=NOON
    )


async def tell(outbox: Outbox, channel: Box, *notices: Notice) -> list[DeliveryState]:
    states = [await deliver_all(outbox, Boxes(channel), ["box"], each) for each in notices]
    return [each["box"] for each in states]


async def send(outbox: Outbox, channel: Box, now: datetime) -> Sent:
    return await send_due(outbox, Boxes(channel), TENANT, "box", now=now, beat=lambda: None)


async def test_reports_of_a_day_go_out_in_one_message(outbox: Outbox) -> None:
    channel = box(DIGEST)
    states = await tell(outbox, channel, notice("run-1"), notice("run-2"), notice("run-3"))
    assert states == [DeliveryState.PENDING] * 3
    assert await send(outbox, channel, NOON) == Sent(0, 0, EVENING)
    assert channel.got == []

    assert await send(outbox, channel, EVENING) == Sent(1, 0, None)
    (message,) = channel.got
    assert (message.kind, message.facts["reports"]) == (NoticeKind.DIGEST, "3")
    assert message.lines.count(LINES[0]) == 3
    rows = await outbox.rows(TENANT, "run-2")
    assert [(row.state, row.carried_by) for row in rows] == [
        (DeliveryState.DIGESTED, message.subject)
    ]
    assert await send(outbox, channel, EVENING) == Sent(0, 0, None)
    assert len(channel.got) == 1


async def test_what_went_out_in_a_digest_is_not_sent_again(outbox: Outbox) -> None:
    channel = box(DIGEST)
    await tell(outbox, channel, notice())
    await send(outbox, channel, EVENING)
    assert await tell(outbox, channel, notice()) == [DeliveryState.DIGESTED]
    assert len(channel.got) == 1


async def test_a_report_after_the_digest_waits_for_the_next(outbox: Outbox, clock: Clock) -> None:
    channel = box(DIGEST)
    clock.forward(6 * 3600)
    late = report_ready(facts("run-2"), lines=LINES, announced=1, at=EVENING)
    await tell(outbox, channel, late)
    assert (await send(outbox, channel, EVENING)).next_at == EVENING + timedelta(days=1)


async def test_many_reports_make_several_digests_and_none_is_lost(outbox: Outbox) -> None:
    channel = box(DIGEST)
    await tell(outbox, channel, *(notice(f"run-{number}") for number in range(1, 31)))
    assert (await send(outbox, channel, EVENING)).sent == 2
    assert [message.facts["reports"] for message in channel.got] == ["20", "10"]


async def test_an_alert_passes_the_digest_by(outbox: Outbox) -> None:
    channel = box(DIGEST)
    assert await tell(outbox, channel, failure(1)) == [DeliveryState.SENT]


async def test_quiet_hours_hold_everything_and_then_it_goes_out_by_itself(outbox: Outbox) -> None:
    channel = box(QUIET)
    assert await tell(outbox, channel, notice(), failure(2)) == [DeliveryState.PENDING] * 2
    assert (await send(outbox, channel, NOON)).next_at == AFTER_LUNCH
    assert await send(outbox, channel, AFTER_LUNCH) == Sent(2, 0, None)
    assert {message.kind.value for message in channel.got} == {"report.ready", "run.failed"}


async def test_a_sender_that_wakes_in_quiet_hours_waits_for_their_end(outbox: Outbox) -> None:
    channel = box(QUIET)
    await tell(outbox, channel, notice())
    # It was down until the next day's quiet hours.
    late = NOON + timedelta(days=1)
    assert await send(outbox, channel, late) == Sent(0, 0, AFTER_LUNCH + timedelta(days=1))


async def test_alerts_beyond_the_limit_are_counted_in_the_next_digest(outbox: Outbox) -> None:
    channel = box(DeliveryPolicy(max_alerts_per_day=2, digest="18:00", zone="UTC"))
    states = await tell(outbox, channel, *(failure(number) for number in range(1, 6)))
    assert states == [DeliveryState.SENT] * 2 + [DeliveryState.PENDING] * 3
    await send(outbox, channel, EVENING)
    digest = channel.got[-1]
    assert (digest.facts["reports"], digest.facts["alerts"]) == ("0", "3")
    assert any(line.endswith("3건") for line in digest.lines)


async def test_the_limit_counts_a_day_of_the_channel(outbox: Outbox, clock: Clock) -> None:
    channel = box(DeliveryPolicy(max_alerts_per_day=1, zone="UTC"))
    await tell(outbox, channel, failure(1))
    clock.forward(86_400)
    tomorrow = failure(2).model_copy(update={"at": NOON + timedelta(days=1)})
    assert await tell(outbox, channel, tomorrow) == [DeliveryState.SENT]


async def test_a_digest_that_nobody_took_is_sent_when_the_channel_is_back(outbox: Outbox) -> None:
    channel = box(DIGEST)
    await tell(outbox, channel, notice())
    channel.raises = DeliveryUnavailableError("away")
    with pytest.raises(DeliveryUnavailableError):
        await send(outbox, channel, EVENING)
    channel.raises = None
    assert await send(outbox, channel, EVENING) == Sent(1, 0, None)
    assert len(channel.got) == 1


async def test_a_refused_message_holds_no_other_up(outbox: Outbox) -> None:
    channel = box(QUIET)
    await tell(outbox, channel, notice())
    channel.raises = DeliveryError("no")
    assert await send(outbox, channel, AFTER_LUNCH) == Sent(0, 1, None)


async def test_one_that_was_cut_off_in_the_channel_is_uncertain(outbox: Outbox) -> None:
    channel = box(QUIET, OnceBox)
    await tell(outbox, channel, notice())
    await outbox.claim(TENANT, notice().subject, "box")
    await send(outbox, channel, AFTER_LUNCH)
    (row,) = await outbox.rows(TENANT, "run-1")
    assert (row.state, channel.got) == (DeliveryState.UNCERTAIN, [])


async def test_what_is_left_to_the_sender_is_written_down_once(outbox: Outbox) -> None:
    channel = box(DeliveryPolicy())
    missed = schedule_missed(
        TENANT,
        "daily",
        times=[NOON - timedelta(hours=9)],
        zone="Asia/Seoul",
        reason="Down.",
        language=Language.EN,
        at=NOON,
    )
    for _ in range(2):
        await leave_to_senders(outbox, Boxes(channel), ["box", "box"], missed)
    assert await outbox.waiting() == ((TENANT, "box"),)
    assert await send(outbox, channel, NOON) == Sent(1, 0, None)
    (message,) = channel.got
    assert message.lines[0] == "daily did not run at 2026-01-09 12:00 (Asia/Seoul)."
    assert await outbox.waiting() == ()
