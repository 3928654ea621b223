"""What people are told: each notice is built from plain facts, and says its thing once.

The subject decides the once: a report has one for each run, a park one for each time the run parks, a source that is
down one for each time it goes silent.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from trends.domain.memory import Standing
from trends.domain.models import Edition, Language, Model, Tenant, Window, utc_text
from trends.domain.report import ReportTopic
from trends.notify.base import Notice, NoticeKind
from trends.notify.words import Words, words_of

MAX_REASON = 600
MAX_TITLE = 200


class RunFacts(Model):
    """What a notice says of a run.

    Attributes:
        tenant: Whose run.
        run_id: Which run.
        language: Language of its report.
        query: Its query; empty means everything.
        market: Its market.
        window: The span it speaks of; None where it cannot be read any more.
        monitor: Name of its monitor, if any.
    """

    tenant: Tenant
    run_id: str
    language: Language
    query: str = ""
    market: str = ""
    window: Window | None = None
    monitor: str = ""


def report_ready(
    run: RunFacts,
    *,
    lines: Sequence[str],
    announced: int,
    at: datetime,
    public_url: str = "",
    edition: Edition = Edition.FULL,
    missing: Sequence[str] = (),
) -> Notice:
    """Say that a report is there: its five lines, or one when it announces nothing.

    Args:
        run: Whose report.
        lines: The report's five lines. The second says what rose, the last how far it can be trusted.
        announced: Topics that it announces.
        at: Now.
        public_url: Address under which people reach the API; empty where there is none.
        edition: Which edition of its window's report it is.
        missing: Sources that a partial one is without.
    """
    words = words_of(run.language)
    title = _title(words, run)
    kind, said = NoticeKind.REPORT_READY, tuple(lines)
    if not announced:
        kind, title = NoticeKind.NOTHING_NEW, words.nothing_new.format(title=title)
        said = (" ".join((lines[1], lines[-1])),) if len(lines) > 1 else said
    facts = {"announced": str(announced)}
    if edition is not Edition.FULL:
        partial = edition is Edition.PARTIAL
        title = (words.partial if partial else words.corrected).format(title=title)
        facts["edition"] = edition.value
        if partial:
            names = one_line(", ".join(missing), MAX_REASON)
            said = (words.partial_without.format(missing=names), *said)
    path = f"/v1/runs/{run.run_id}/report"
    return Notice(
        **_of_run(run),
        kind=kind,
        # The same for both kinds: a run has one report, and says one thing of it.
        subject=f"run/{run.run_id}/report",
        at=at,
        title=title,
        lines=said,
        link=f"{public_url}{path}?format=html" if public_url else path,
        facts=facts,
    )


def run_blocked(
    run: RunFacts,
    *,
    stage: str,
    slug: str,
    reason: str,
    park: int,
    may_skip: bool,
    at: datetime,
    public_url: str = "",
) -> Notice:
    """Say that a run is parked and waits for a person.

    Args:
        run: Which run.
        stage: Where it is parked.
        slug: Why: error slug.
        reason: The same as a sentence.
        park: How often it has parked by now, from 1.
        may_skip: Whether it can go on without the stage.
        at: Now.
        public_url: Address under which people reach the API; empty where there is none.
    """
    words = words_of(run.language)
    decide = words.decide_or_skip if may_skip else words.decide
    return Notice(
        **_of_run(run),
        kind=NoticeKind.RUN_BLOCKED,
        subject=f"run/{run.run_id}/blocked/{park}",
        at=at,
        title=words.blocked.format(title=_title(words, run)),
        lines=(
            words.blocked_at.format(stage=stage),
            one_line(reason, MAX_REASON),
            decide.format(run_id=run.run_id),
        ),
        link=f"{public_url}/v1/runs/{run.run_id}",
        facts={"stage": stage, "slug": slug, "reason": one_line(reason, MAX_REASON)},
    )


def run_failed(
    run: RunFacts, *, stage: str, slug: str, reason: str, at: datetime, public_url: str = ""
) -> Notice:
    """Say that a run has failed.

    Args:
        run: Which run.
        stage: Where it failed.
        slug: Why: error slug.
        reason: The same as a sentence.
        at: Now.
        public_url: Address under which people reach the API; empty where there is none.
    """
    words = words_of(run.language)
    return Notice(
        **_of_run(run),
        kind=NoticeKind.RUN_FAILED,
        subject=f"run/{run.run_id}/failed",
        at=at,
        title=words.failed.format(title=_title(words, run)),
        lines=(
            words.failed_at.format(stage=stage),
            one_line(reason, MAX_REASON),
            words.again.format(run_id=run.run_id, stage=stage),
        ),
        link=f"{public_url}/v1/runs/{run.run_id}",
        facts={"stage": stage, "slug": slug, "reason": one_line(reason, MAX_REASON)},
    )


def report_late(
    run: RunFacts, *, stage: str, slug: str, reason: str, at: datetime, public_url: str = ""
) -> Notice:
    """Say that a report is due and that nothing of it can be sent.

    Args:
        run: Which run.
        stage: Where it is.
        slug: Why: error slug.
        reason: The same as a sentence.
        at: Now.
        public_url: Address under which people reach the API; empty where there is none.
    """
    words, why = words_of(run.language), one_line(reason, MAX_REASON)
    return Notice(
        **_of_run(run),
        kind=NoticeKind.REPORT_LATE,
        subject=f"run/{run.run_id}/late",
        at=at,
        title=one_line(words.late.format(title=_title(words, run)), MAX_TITLE),
        lines=(
            words.late_at.format(stage=stage),
            why,
            words.late_means.format(run_id=run.run_id),
        ),
        link=f"{public_url}/v1/runs/{run.run_id}",
        facts={"stage": stage, "slug": slug, "reason": why},
    )


def schedule_missed(
    tenant: str,
    monitor: str,
    *,
    times: Sequence[datetime],
    zone: str,
    reason: str,
    language: Language,
    at: datetime,
) -> Notice:
    """Say that a monitor did not run when it was to: once for each stretch of such times.

    Args:
        tenant: Whose monitor.
        monitor: Its name.
        times: When it was to run, the oldest first; at least one.
        zone: Zone to tell them in.
        reason: Why it did not.
        language: Language to say it in.
        at: Now.
    """
    words, why = words_of(language), one_line(reason, MAX_REASON)
    shown = [f"{each.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})" for each in times]
    said = (
        words.missed_at.format(monitor=monitor, time=shown[0])
        if len(times) == 1
        else words.missed_times.format(
            monitor=monitor, count=len(times), first=shown[0], last=shown[-1]
        )
    )
    return Notice(
        tenant=tenant,
        kind=NoticeKind.SCHEDULE_MISSED,
        # By the first of them: who finds the same stretch again, and longer, says nothing new.
        subject=f"schedule/{monitor}/missed/{utc_text(times[0])}",
        at=at,
        language=language,
        title=one_line(words.missed.format(title=monitor), MAX_TITLE),
        lines=(said, why, words.missed_again.format(monitor=monitor)),
        monitor=monitor,
        facts={
            "first": utc_text(times[0]),
            "last": utc_text(times[-1]),
            "count": str(len(times)),
            "reason": why,
        },
    )


def trend_rising(
    run: RunFacts, topic: ReportTopic, *, at: datetime, public_url: str = ""
) -> Notice:
    """Say at once that a topic which an analyst follows rises, or does so again.

    Args:
        run: Whose report announces it.
        topic: The topic.
        at: Now.
        public_url: Address under which people reach the API; empty where there is none.
    """
    words = words_of(run.language)
    told = words.rising_back if topic.standing is Standing.BACK else words.rising_new
    path = f"/v1/runs/{run.run_id}/report"
    end = utc_text(run.window.end) if run.window else run.run_id
    return Notice(
        **_of_run(run),
        kind=NoticeKind.TREND_RISING,
        # By the window: a partial edition and the corrected one say it once.
        subject=f"trend/{topic.trend_id}/rising/{end}",
        at=at,
        title=one_line(words.rising.format(label=topic.label), MAX_TITLE),
        lines=(
            told.format(label=one_line(topic.label, MAX_TITLE)),
            words.rising_by.format(
                stories=topic.stories, days=topic.window_days, growth=f"{topic.growth:.1f}"
            ),
        ),
        link=f"{public_url}{path}?format=html" if public_url else path,
        facts={"trend": topic.trend_id or "", "label": one_line(topic.label, MAX_TITLE)},
    )


def source_down(
    tenant: str,
    source: str,
    *,
    since: datetime,
    slug: str,
    reason: str,
    language: Language,
    at: datetime,
) -> Notice:
    """Say that a source has been silent for a day: once for each time it goes silent.

    Args:
        tenant: Whose source.
        source: Which source.
        since: Its last answer, or its first attempt where it never answered.
        slug: Why the last attempt failed: error slug.
        reason: The same as a sentence.
        language: Language to say it in.
        at: Now.
    """
    words, why = words_of(language), one_line(reason, MAX_REASON)
    shown = f"{since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    facts = {"source": source, "since": utc_text(since), "slug": slug, "reason": why}
    return Notice(
        tenant=tenant,
        kind=NoticeKind.SOURCE_DOWN,
        subject=f"source/{source}/down/{utc_text(since)}",
        at=at,
        language=language,
        title=one_line(words.down.format(source=source), MAX_TITLE),
        lines=(
            words.down_since.format(source=source, since=shown),
            why,
            words.down_means,
        ),
        facts=facts,
    )


def channel_test(
    tenant: str, channel: str, *, language: Language, at: datetime, nonce: str
) -> Notice:
    """Say that somebody tries a channel.

    Args:
        tenant: Whose channel.
        channel: Its name.
        language: Language to say it in.
        at: Now.
        nonce: Tells one test from another.
    """
    words = words_of(language)
    return Notice(
        tenant=tenant,
        kind=NoticeKind.CHANNEL_TEST,
        subject=f"channel/{channel}/test/{nonce}",
        at=at,
        language=language,
        title=words.test.format(channel=channel),
        lines=(words.test_means,),
        facts={"channel": channel},
    )


def _of_run(run: RunFacts) -> dict[str, Any]:
    return {
        "tenant": run.tenant,
        "language": run.language,
        "run_id": run.run_id,
        "monitor": run.monitor,
        "market": run.market,
        "window": run.window,
    }


def _title(words: Words, run: RunFacts) -> str:
    title = run.monitor or (words.query.format(query=run.query) if run.query else words.everything)
    if run.market:
        title = words.market.format(title=title, market=run.market)
    return one_line(title, MAX_TITLE)


def one_line(text: str, limit: int) -> str:
    """One line without control characters: it becomes a header, a title, a line of a chat."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
