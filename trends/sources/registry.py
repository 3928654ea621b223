"""The sources there are. Adding one takes its file and one line here."""

from collections.abc import Mapping

from trends.errors import InvalidRequestError, UnknownNameError
from trends.sources.base import Source
from trends.sources.file import FileSource
from trends.sources.sample import SampleSource

SOURCES: dict[str, type[Source]] = {
    FileSource.name: FileSource,
    SampleSource.name: SampleSource,
}


def create(name: str, options: Mapping[str, object]) -> Source:
    """Build a source by name from its section of the settings.

    Raises:
        UnknownNameError: No such source; names the near one.
        SettingsError: Options that the source does not know.
    """
    if name not in SOURCES:
        raise UnknownNameError("source", name, SOURCES)
    return SOURCES[name].from_options(options)


def parse_source_spec(text: str) -> tuple[str, str]:
    """Split `name` or `name:argument`, such as `file:uploads/a.jsonl`, and check the name.

    Raises:
        UnknownNameError: No such source; names the near one.
        InvalidRequestError: The source takes no argument.
    """
    name, colon, argument = text.strip().partition(":")
    if name not in SOURCES:
        raise UnknownNameError("source", name, SOURCES)
    if colon and not SOURCES[name].takes_argument:
        raise InvalidRequestError(
            f"The source '{name}' takes nothing behind a colon.", next_step=f"Write {name} alone."
        )
    return name, argument
