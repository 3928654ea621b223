"""What every source is: a name, and a stream of headlines as they were found."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping
from typing import ClassVar, Self

from pydantic import AwareDatetime, ValidationError

from trends.domain.models import Language, Model, RawItem, SourceOutcome, Window
from trends.errors import SettingsError

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

    def outcome(self, source: "Source", items: int) -> SourceOutcome:
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


def options_error(source: str, error: ValidationError) -> SettingsError:
    """Turn the first complaint about a source's options into one sentence."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in ("sources", source, *first["loc"]))
    return SettingsError(
        f"The setting {key} cannot be used.",
        why=f"{first['msg']}.",
        next_step="Mend it in the YAML file or environment variable that sets it.",
    )
