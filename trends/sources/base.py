"""What every source is: a name, and headlines as they were found, read as a stream or polled as a list."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping
from typing import ClassVar, Protocol, Self

from pydantic import AwareDatetime, ValidationError

from trends.domain.models import Language, Model, RawItem, SourceOutcome, Window
from trends.errors import SettingsError
from trends.outbound import Request, Response

MAX_BAD_ROWS = 100
MAX_NOTES = 20


class SourceRequest(Model):
    """What a run wants from a source.

    Attributes:
        window: The span the report speaks of.
        history_start: Where reading begins, so that the window has a past.
        languages: Languages the run reads.
        zone: Time zone name of the market, such as `Asia/Seoul`.
        now: When the run was asked for: the only clock a source sees.
        argument: What stood behind the colon of the source's spec, such as `uploads/a.jsonl`.
    """

    window: Window
    history_start: AwareDatetime
    languages: tuple[Language, ...]
    zone: str
    now: AwareDatetime
    argument: str = ""


class ReadLog:
    """What a read has to say besides its items; the report repeats it.

    Attributes:
        bad_rows: `place: why` of what could not be read, the first `MAX_BAD_ROWS`.
        bad_row_count: How many there were.
        notes: Further sentences for the report, each once, the first `MAX_NOTES`.
        notes_left_out: How many more there were.
        outlets_known: False once items came without an outlet.
    """

    def __init__(self) -> None:
        self.bad_rows: list[str] = []
        self.bad_row_count = 0
        self.notes: list[str] = []
        self.notes_left_out = 0
        self.outlets_known = True

    def bad_row(self, place: str, why: str) -> None:
        """Count a row that could not be read."""
        self.bad_row_count += 1
        if len(self.bad_rows) < MAX_BAD_ROWS:
            self.bad_rows.append(f"{place}: {why}")

    def note(self, sentence: str) -> None:
        """Add a sentence to the report, once."""
        if sentence in self.notes:
            return
        if len(self.notes) < MAX_NOTES:
            self.notes.append(sentence)
        else:
            self.notes_left_out += 1

    def outcome(self, source: "Source | LiveSource", items: int) -> SourceOutcome:
        """Say how a read that reached its end went."""
        left_out = (f"{self.notes_left_out:,} further notes were left out.",)
        return SourceOutcome(
            source=source.name,
            ok=True,
            items=items,
            made_up=source.made_up,
            outlets_known=self.outlets_known,
            bad_rows=tuple(self.bad_rows),
            bad_row_count=self.bad_row_count,
            notes=(*self.notes, *(left_out if self.notes_left_out else ())),
        )


class Source(ABC):
    """One connector.

    Reading is synchronous and belongs on a worker thread. It streams: memory does not grow with the
    number of items. A caller may stop at any item; closing the generator frees what it holds.

    Attributes:
        name: What runs and settings call it.
        made_up: Whether its items are generated; every report over them says so.
        takes_argument: Whether a spec has to say what to read, as in `file:uploads/a.jsonl`.
    """

    name: ClassVar[str]
    made_up: ClassVar[bool] = False
    takes_argument: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def from_options(cls, options: Mapping[str, object]) -> Self:
        """Build from the section of this source in the settings.

        Raises:
            SettingsError: A key or value that this source does not know.
        """

    def check(self, argument: str) -> None:  # noqa: B027 - most sources have nothing to refuse
        """Refuse what could never be read, before a run starts; a source without argument has nothing to refuse.

        Args:
            argument: What stood behind the colon of the source's spec.

        Raises:
            InvalidRequestError: The argument names something this source may not or cannot read.
        """

    @abstractmethod
    def read(self, request: SourceRequest, log: ReadLog) -> Generator[RawItem]:
        """Yield what was found, without inventing anything.

        Items that carry a time lie within `[history_start, window.end)`.

        Raises:
            SourceUnavailableError: A later attempt may succeed.
            SourceUnreadableError: Not the format it claims to be.
            InvalidRequestError: The request names something this source may not or cannot read.
        """


class PollRequest(Model):
    """What is asked of a live source.

    Attributes:
        argument: What stood behind the colon of the source's spec, such as a feed's name or address.
        query: The run's query, for searches; in the query language of `trends.domain.queries`.
        languages: Languages the run reads.
        market: Name of the market, which chooses the search.
        zone: Its time zone, for times without one.
        now: When the poll was asked for: the only clock a source sees.
    """

    argument: str = ""
    query: str = ""
    languages: tuple[Language, ...]
    market: str
    zone: str
    now: AwareDatetime


class PollState(Model):
    """What a poll leaves for the next one of the same source; kept between them as JSON. Opaque to others.

    Attributes:
        etag: Validator of the last list, as its host gave it.
        last_modified: The same.
        moved_to: Where the host says that the list has moved for good; asked once the old address fails.
        digest: SHA-256 of the last list's bytes, for hosts without validators.
        listed: Short digests of the ids in the last list that had any.
        listed_at: When that was.
        covers_from: How far back that list reached.
    """

    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    digest: str = ""
    listed: tuple[str, ...] = ()
    listed_at: AwareDatetime | None = None
    covers_from: AwareDatetime | None = None


class Polled(Model):
    """What a poll found.

    Attributes:
        items: The list as it stands, each id once; empty where `not_modified`. They do not carry `censored` themselves.
        state: For the next poll.
        not_modified: The list is the one of the last poll.
        censored: Items may be missing between the last poll and this one, or always, as in a search. Never exposure.
        covers_from: From when to now the list holds everything its owner published; None where nobody can say.
        at: When it was asked for, where that was earlier: then that is what "now" means here.
    """

    items: tuple[RawItem, ...]
    state: PollState
    not_modified: bool = False
    censored: bool = False
    covers_from: AwareDatetime | None = None
    at: AwareDatetime | None = None


class WayOut(Protocol):
    """How a live source reaches its host; `trends.outbound.Outbound` is the real one."""

    def check(self, url: str) -> None:
        """Refuse an address that could never be reached."""
        ...

    async def fetch(self, request: Request) -> Response:
        """Send a request and read the whole answer."""
        ...


class LiveSource(ABC):
    """A connector that shows a list of its newest items, and forgets the older ones: polled, and kept by the store.

    Attributes:
        name: What runs and settings call it.
        made_up: As for `Source`.
        takes_argument: As for `Source`.
        takes_query: Whether what it lists depends on the run's query; then so does the source's key in a store.
    """

    name: ClassVar[str]
    made_up: ClassVar[bool] = False
    takes_argument: ClassVar[bool] = True
    takes_query: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def from_options(cls, options: Mapping[str, object], outbound: WayOut) -> Self:
        """Build from the section of this source in the settings, and the way out.

        Raises:
            SettingsError: A key or value that this source does not know.
        """

    @abstractmethod
    def check(self, argument: str) -> None:
        """Refuse what could never be polled, before anything is promised. Connects nowhere.

        Args:
            argument: What stood behind the colon of the source's spec.

        Raises:
            InvalidRequestError: The argument names nothing that this source knows.
            AddressRefusedError: It is an address that is not fetched.
        """

    @abstractmethod
    async def poll(self, request: PollRequest, state: PollState, log: ReadLog) -> Polled:
        """Fetch the list once. Notes and bad rows go to the log.

        It waits for the network on the event loop, and reads what came on a thread.

        Raises:
            SourceUnavailableError: A later attempt may succeed; `retry_after` where the host named a time.
            SourceUnreadableError: Not what it claims to be.
            SourceGoneError: Its owner took it away for good.
            InvalidRequestError: The request names something this source does not know; too large included.
            OutboundError: The host's address is refused, or its certificate.
        """


def options_error(source: str, error: ValidationError) -> SettingsError:
    """Turn the first complaint about a source's options into one sentence."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in ("sources", source, *first["loc"]))
    return SettingsError(
        f"The setting {key} cannot be used.",
        why=f"{first['msg']}.",
        next_step="Mend it in the YAML file or environment variable that sets it.",
    )
