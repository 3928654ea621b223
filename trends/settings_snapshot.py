"""Read the settings that a run was started with, also those that another release wrote.

A run outlives deploys: its snapshot may lack what a later release added, and hold what an earlier one does not know.
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from trends.errors import SettingsError
from trends.settings import Settings
from trends.settings_layers import BASE_FILE, packaged_folder
from trends.yaml_files import read_mapping


def read_snapshot(data: bytes) -> Settings:
    """Make settings of what `Settings.snapshot` wrote.

    What this release knows and the snapshot does not say is taken from the defaults that the package ships; what this
    release does not know is passed over.

    Raises:
        SettingsError: A value in it cannot be used by this release.
    """
    try:
        return Settings.model_validate_json(data)
    except ValidationError:
        # The rare case pays for reading the defaults.
        defaults = read_mapping(packaged_folder() / BASE_FILE).values
    try:
        given = json.loads(data)
        return Settings.model_validate_json(json.dumps(_known(Settings, given, defaults)))
    except ValueError as error:
        raise SettingsError(
            "The settings that the run was started with cannot be used by this release.",
            why=str(error)[:500],
            next_step="Start the run again: it then takes the settings of today.",
        ) from error


def _known(
    section: type[BaseModel], given: Mapping[str, Any], defaults: Mapping[str, Any]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, field in section.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            values[name] = _known(kind, given.get(name) or {}, defaults.get(name) or {})
        elif name in given:
            values[name] = given[name]
        elif name in defaults:
            values[name] = defaults[name]
    return values
