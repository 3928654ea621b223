"""Markets: the clock, the holidays and the searches of a country, each from its own file."""

import json
import os
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator

from trends.domain.models import Language
from trends.errors import SettingsError, UnknownNameError
from trends.settings_fields import Section, check_zone
from trends.settings_layers import Layer, config_folder, packaged_folder
from trends.settings_mistakes import wrong_values
from trends.settings_sections import SearchTemplate
from trends.yaml_files import read_mapping

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Market(Section):
    """A market's clock and languages, from `config/markets/<name>.yaml`.

    Attributes:
        name: Such as `KR`.
        title: What to call it, by language of the reader.
        time_zone: IANA name.
        languages: Languages read there, first the usual one.
        search: Searches that give their results as a feed, by name; `{query}` in the address is what is searched for.
        weekend: Days off of every week.
        holidays: Other days off, by date, each with its name by language of the reader.
    """

    name: str
    title: dict[Language, str]
    time_zone: str
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    search: Mapping[str, SearchTemplate] = Field(default_factory=dict[str, str])
    weekend: tuple[Weekday, ...] = ()
    holidays: Mapping[date, dict[Language, str]] = Field(
        default_factory=dict[date, dict[Language, str]]
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if not value:
            message = "a market needs a time zone"
            raise ValueError(message)
        return check_zone(value)


def market_names(
    config_dir: Path | None = None, environ: Mapping[str, str] = os.environ
) -> tuple[str, ...]:
    """Names of all markets, sorted."""
    return tuple(sorted(_market_files(config_dir, environ)))


def load_market(
    name: str, config_dir: Path | None = None, environ: Mapping[str, str] = os.environ
) -> Market:
    """Read one market.

    Raises:
        UnknownNameError: There is no such market; names the near one.
        SettingsError: Its file is broken.
    """
    files = _market_files(config_dir, environ)
    if name not in files:
        kind = "market"
        raise UnknownNameError(kind, name, files)
    try:
        written = files[name].stat()
    except OSError:
        # Gone since it was listed; reading it says so.
        return _read_market(files[name], name)
    return _known_market(files[name], name, written.st_mtime_ns, written.st_size)


@lru_cache(maxsize=64)
def _known_market(file: Path, name: str, written_ns: int, size: int) -> Market:
    """Read a market once as long as its file stays as it is: years of holidays take 50 ms, and every run asks."""
    del written_ns, size
    return _read_market(file, name)


def _read_market(file: Path, name: str) -> Market:
    content = read_mapping(file)
    try:
        market = Market.model_validate_json(json.dumps(content.values, default=str), strict=True)
    except ValidationError as error:
        layer = Layer({}, {path: content.place(path) for path in content.lines})
        raise wrong_values(error, [layer], str(file)) from error
    if market.name != name:
        raise SettingsError(
            f"{content.place(('name',))} names the market '{market.name}'.",
            next_step="The name and the file's name must agree.",
        )
    return market


def _market_files(config_dir: Path | None, environ: Mapping[str, str]) -> dict[str, Path]:
    folders = (packaged_folder(), config_folder(environ, config_dir))
    return {file.stem: file for each in folders for file in (each / "markets").glob("*.yaml")}
