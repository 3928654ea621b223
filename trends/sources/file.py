"""The `file` source: headlines saved as JSON Lines, CSV or feeds, packed or not, one file or a folder."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator

from trends.domain.models import Model, RawItem, TimeRule
from trends.domain.times import TimeReader
from trends.errors import InvalidRequestError, SourceUnreadableError, TrendsError, UnknownNameError
from trends.sources.base import ReadLog, Source, SourceRequest, options_error
from trends.sources.files.paths import AllowedFolders, Found, walk
from trends.sources.files.reading import FileReader
from trends.sources.files.rows import FIELDS, FieldMapping

DEFAULT_MAX_BYTES = 2 * 1024**3
# Outlet rules need outlets: no more than this share of the items may be without one.
MOST_WITHOUT_OUTLET = 0.1
_REASONS_NAMED = 3
_LAST_INSTANT = timedelta(microseconds=1)


class FileOptions(Model):
    """The settings section `sources.file`.

    Attributes:
        roots: Folders under which files may be read, besides the uploads.
        uploads: The folder of uploaded files.
        max_bytes: Largest file, unpacked.
        path: What to read when a run's spec does not say.
        fields: Column by field, where the usual names do not fit, such as `{"title": "subject"}`.
        title_outlet: Whether titles end in ` - Outlet`; found out for each file where None.
    """

    roots: tuple[str, ...] = ()
    uploads: str | None = None
    max_bytes: int = Field(default=DEFAULT_MAX_BYTES, gt=0)
    path: str = ""
    fields: Mapping[str, str] = Field(default_factory=dict[str, str])
    title_outlet: bool | None = None

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, fields: Mapping[str, str]) -> Mapping[str, str]:
        for name in fields:
            if name not in FIELDS:
                raise ValueError(str(UnknownNameError("field", name, FIELDS)).rstrip("."))
        return fields


@dataclass
class _Tally:
    """What a read has come by so far."""

    kept: int = 0
    without_outlet: int = 0
    outside: int = 0

    def report(self, log: ReadLog) -> None:
        """Tell the log what the report has to say of it."""
        if self.outside:
            log.note(f"{self.outside:,} items lie outside the span that the run reads.")
        if self.without_outlet > MOST_WITHOUT_OUTLET * self.kept:
            log.outlets_known = False
            log.note(
                f"{self.without_outlet:,} of {self.kept:,} items name no outlet: outlet rules are off."
            )


class FileSource(Source):
    """Reads saved headlines from the allowed folders."""

    name: ClassVar[str] = "file"
    takes_argument: ClassVar[bool] = True

    def __init__(self, options: FileOptions) -> None:
        self._options = options
        self._allowed = AllowedFolders(options.roots, options.uploads)

    @classmethod
    def from_options(cls, options: Mapping[str, object]) -> Self:
        """Build from `sources.file` of the settings, and `uploads`."""
        try:
            return cls(FileOptions.model_validate(options))
        except ValidationError as error:
            raise options_error(cls.name, error) from error

    def check(self, argument: str) -> None:
        """Refuse a path that may not or cannot be read, before a run starts."""
        self._find(argument)

    def read(self, request: SourceRequest, log: ReadLog) -> Generator[RawItem]:
        """Yield the items of the file, or of every file below the folder, in their order."""
        found = self._find(request.argument)
        # What stands in for a missing time must not drop the item.
        seen = min(request.now, request.window.end - _LAST_INSTANT)
        times = TimeReader(now=request.now, seen=seen, zone=ZoneInfo(request.zone))
        tally = _Tally()
        items = self._folder(found, log) if found.path.is_dir() else self._reader(log).items(found)
        for item in items:
            moment, rule = times.read(item.published)
            known = rule in {TimeRule.EXACT, TimeRule.DATE_ONLY}
            if known and not request.history_start <= moment < request.window.end:
                tally.outside += 1
                continue
            tally.kept += 1
            tally.without_outlet += item.outlet is None
            yield item
        tally.report(log)

    def _find(self, argument: str) -> Found:
        path = argument or self._options.path
        if not path:
            raise InvalidRequestError(
                "The source 'file' does not say what to read.",
                next_step="Write file:PATH, such as file:uploads/headlines.jsonl.",
            )
        return self._allowed.find(path)

    def _reader(self, log: ReadLog) -> FileReader:
        return FileReader(
            source=self.name,
            mapping=FieldMapping(self._options.fields),
            max_bytes=self._options.max_bytes,
            title_outlet=self._options.title_outlet,
            log=log,
        )

    def _folder(self, folder: Found, log: ReadLog) -> Iterator[RawItem]:
        """Read every file; one that fails for good is named and the others are read."""
        passed_over: list[str] = []
        failures: list[str] = []
        files = 0
        for found in walk(folder, self._allowed, log, passed_over):
            files += 1
            try:
                yield from self._reader(log).items(found)
            except TrendsError as error:
                if error.retryable:
                    raise
                failures.append(str(error))
                log.note(f"A file was left out. {error}")
        if passed_over:
            log.note(f"{len(passed_over):,} files of other kinds were passed over.")
        if len(failures) == files:
            raise SourceUnreadableError(
                f"The folder '{folder.name}' holds no file that can be read.",
                why=" ".join(failures[:_REASONS_NAMED]),
                next_step="Put JSON Lines, CSV, RSS or Atom files into it.",
            )
