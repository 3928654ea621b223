"""The client for plain code: blocking calls."""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

import httpx

from trends_client import calls, trend_calls, turns
from trends_client.address import find_base_url
from trends_client.auth import KeyAuth, find_api_key
from trends_client.backfill_client import Backfills
from trends_client.calls import WindowLike
from trends_client.connection import Connection, goes_direct, trusted
from trends_client.key_client import Keys
from trends_client.models import (
    Channel,
    ChannelTest,
    Event,
    ReportFormat,
    Run,
    StartFrom,
    Upload,
)
from trends_client.monitor_client import Markets, Monitors
from trends_client.schedule_client import Schedules
from trends_client.setting_client import Settings
from trends_client.share_client import Evidence, Shares
from trends_client.source_client import Items, Sources
from trends_client.spending_client import Spending
from trends_client.sse import Follower
from trends_client.trend_calls import TrendFilter, TrendPages
from trends_client.trend_models import ComparedWindows, Trend, TrendFormat, TrendLife
from trends_client.webhook_client import Webhooks


class TrendsClient:
    """Start runs, follow them, and read their reports.

    Args:
        base_url: Address of the API; else TRENDS_API_URL, the state folder's running.json, http://127.0.0.1:8000.
        api_key: Key or token to send; else TRENDS_API_KEY, then the profile file's key for this address.
        transport: Where requests go instead of the network, for tests.
        timeout: Seconds an answer may take.
        patience: Seconds to keep trying when the connection breaks, such as while the API restarts.
        sleep: Pauses between tries.
        clock: Seconds, monotonic.
        key: Makes Idempotency-Keys.

    Every method raises `CannotReachError` when nothing answers, and an `ApiError` when the API answers no.
    """

    def __init__(
        self,
        base_url: str | None = None,
        *,
        api_key: str | None = None,
        transport: httpx.BaseTransport | None = None,
        timeout: float = 30.0,
        patience: float = turns.PATIENCE_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        key: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        self.base_url = find_base_url(base_url)
        self._http = httpx.Client(
            base_url=self.base_url,
            transport=transport,
            auth=KeyAuth(find_api_key(self.base_url, api_key)),
            trust_env=not goes_direct(self.base_url),
            verify=trusted(self.base_url),
        )
        self._connection = Connection(self.base_url, self._http, timeout, patience, sleep, clock)
        self._send = self._connection.send
        self._sleep = sleep
        self._clock = clock
        self._key = key
        self.items = Items(self._send)
        self.schedules = Schedules(self._send)
        self.settings = Settings(self._send)
        self.sources = Sources(self._send)
        self.spending = Spending(self._send)
        self.monitors = Monitors(self._send, key)
        self.markets = Markets(self._send)
        self.backfills = Backfills(self._send, key)
        self.keys = Keys(self._send)
        self.webhooks = Webhooks(self._send)
        self.shares = Shares(self._send)
        self.evidence = Evidence(self._send)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def submit(
        self,
        query: str = "",
        *,
        window: WindowLike | None = None,
        agent: str | None = None,
        market: str | None = None,
        languages: Iterable[str] | None = None,
        sources: Iterable[str] | None = None,
        priority: str | None = None,
        report_language: str | None = None,
        channels: Iterable[str] | None = None,
        start_from: StartFrom | None = None,
        monitor: str | None = None,
        wait: float = 0.0,
        idempotency_key: str | None = None,
    ) -> Run:
        """Start a run; what is left out comes from the API's settings.

        Args:
            query: Words, "phrases", AND, OR, −; empty means everything.
            window: `7d`, `24h`, `4w`, or two aware times.
            agent: `news`.
            market: Such as `KR`.
            languages: Such as `ko` and `en`.
            sources: Such as `sample`, or what `upload` answered.
            priority: interactive, scheduled or backfill.
            report_language: `ko` or `en`.
            channels: Names of the channels that hear of it.
            start_from: Take the earlier stages of another run over.
            monitor: Name of the monitor to run; then only window, priority, report_language and channels beside it.
            wait: Seconds the API may hold its answer, until the run has ended or is parked.
            idempotency_key: The same key never starts a second run; made up when left out, so that a repeated try
                after a broken connection is safe.
        """
        call = calls.submit(
            key=idempotency_key or self._key(),
            query=query,
            window=window,
            agent=agent,
            market=market,
            languages=languages,
            sources=sources,
            priority=priority,
            report_language=report_language,
            channels=channels,
            start_from=start_from,
            monitor=monitor,
            wait=wait,
        )
        return calls.read_run(self._send(call))

    def get(self, run_id: str) -> Run:
        """Read how a run stands."""
        return calls.read_run(self._send(calls.get(run_id)))

    def list(
        self,
        *,
        status: str | None = None,
        agent: str | None = None,
        monitor: str | None = None,
        limit: int | None = None,
    ) -> Iterator[Run]:
        """Iterate over runs, newest first, at most `limit` of them; pages are fetched as they are needed."""
        pages = turns.Pages(status, agent, monitor, limit)
        while (call := pages.call()) is not None:
            yield from pages.take(calls.read_page(self._send(call)))

    def wait(self, run_id: str, timeout: float = 300.0) -> Run:
        """Wait until a run has ended, or is parked and waits for a person.

        Raises:
            WaitTimeoutError: `timeout` seconds are over; the run goes on.
        """
        wait = turns.Wait(run_id, timeout, self._clock)
        while True:
            answer = self._send(wait.call(), patience=wait.left())
            if (run := wait.settled(calls.read_run(answer))) is not None:
                return run
            self._sleep(wait.pause())

    def events(self, run_id: str, after: int | None = None) -> Iterator[Event]:
        """Follow a run to its last event, across broken connections and restarts of the API.

        Events that have a `seq` come once each and in order. Progress within a stage has none, and comes only to
        those who watch live.

        Args:
            run_id: The run.
            after: Begin behind this `seq`; else at the first event.
        """
        return self._connection.follow(calls.events(run_id), Follower(after))

    def report(self, run_id: str, format: ReportFormat = "markdown") -> str:  # noqa: A002  # the word people look for
        """Read a run's report, byte for byte as it was written.

        Raises:
            NotFoundError: There is no report, or not yet.
        """
        return self._send(calls.report(run_id, format)).content.decode("utf-8")

    def cancel(self, run_id: str) -> Run:
        """Stop a run."""
        return calls.read_run(self._send(calls.act(run_id, "cancel")))

    def pause(self, run_id: str) -> Run:
        """Let a run stand still once the stage under way has ended."""
        return calls.read_run(self._send(calls.act(run_id, "pause")))

    def resume(self, run_id: str) -> Run:
        """Let a paused run go on."""
        return calls.read_run(self._send(calls.act(run_id, "resume")))

    def retry(self, run_id: str, stage: str | None = None) -> Run:
        """Let a parked run try its stage again; with `stage`, only if it is parked there."""
        return calls.read_run(self._send(calls.act(run_id, "retry", stage)))

    def skip(self, run_id: str, stage: str | None = None) -> Run:
        """Let a parked run go on without its stage; with `stage`, only if it is parked there."""
        return calls.read_run(self._send(calls.act(run_id, "skip", stage)))

    def abort(self, run_id: str, stage: str | None = None) -> Run:
        """Let a parked run fail; with `stage`, only if it is parked there."""
        return calls.read_run(self._send(calls.act(run_id, "abort", stage)))

    def rerun(self, run_id: str, stage: str, idempotency_key: str | None = None) -> Run:
        """Start a new run that takes the stages before `stage` over from this one."""
        call = calls.rerun(run_id, stage, idempotency_key or self._key())
        return calls.read_run(self._send(call))

    def channels(self) -> tuple[Channel, ...]:
        """List the channels that reports go to."""
        return calls.read_channels(self._send(calls.channels()))

    def test_channel(self, name: str) -> ChannelTest:
        """Send a test to a channel, once and now."""
        return calls.read_channel_test(self._send(calls.try_channel(name)))

    def upload(self, path: str | Path, name: str | None = None) -> Upload:
        """Store a file with the API; `.source` of the answer is what to name as a run's source."""
        file = Path(path)
        call = calls.upload(name or file.name, file.stat().st_size)
        return calls.read_upload(self._send(call, file=file))

    def trends(
        self, wanted: TrendFilter | None = None, *, limit: int | None = None
    ) -> Iterator[Trend]:
        """Iterate over trends, at most `limit` of them; pages are fetched as they are needed."""
        pages = TrendPages(wanted or TrendFilter(), limit)
        while (call := pages.call()) is not None:
            yield from pages.take(self._send(call))

    def export_trends(
        self, form: TrendFormat, wanted: TrendFilter | None = None, *, limit: int | None = None
    ) -> str:
        """Read trends as CSV (with a byte order mark) or as an RSS feed."""
        answer = self._send(trend_calls.export(wanted or TrendFilter(), form, limit))
        return answer.content.decode("utf-8")

    def trend(self, trend_id: str) -> TrendLife:
        """Read everything that is known of a trend."""
        return trend_calls.read_life(self._send(trend_calls.life(trend_id)))

    def compare_trends(self, monitor: str, a: datetime, b: datetime) -> ComparedWindows:
        """Put two windows of a monitor side by side, each named by its end."""
        return trend_calls.read_compared(self._send(trend_calls.compare(monitor, a, b)))

    def decide(
        self,
        trend_id: str,
        verb: str,
        *,
        author: str,
        reason: str = "",
        until: datetime | None = None,
        name: str = "",
        into: str = "",
        terms: Iterable[str] = (),
        decision: str = "",
    ) -> Trend:
        """Decide about a trend; runs that analyze from now on heed it.

        Args:
            trend_id: The trend.
            verb: follow, mute, reject, rename, merge, split or undo.
            author: Who decides.
            reason: Why.
            until: From the window that ends here on it holds no more.
            name: For rename; for split, what to call the part.
            into: For merge, the other trend.
            terms: For split, the part's terms.
            decision: For undo, the decision to take back.
        """
        call = trend_calls.decide(
            trend_id,
            verb,
            author=author,
            reason=reason,
            until=until,
            name=name,
            into=into,
            terms=terms,
            decision=decision,
        )
        return trend_calls.read_trend(self._send(call))
