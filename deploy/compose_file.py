"""Read `compose.yaml` as Compose does, as far as ours goes: variables filled in, anchors merged."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

COMPOSE_FILE = Path(__file__).with_name("compose.yaml")
# `$$` is a dollar; `${NAME}`, `${NAME:-default}`, `${NAME:?what is missing}`.
_VARIABLE = re.compile(
    r"\$(?:(?P<dollar>\$)|\{(?P<name>\w+)(?:(?P<operator>:[-?])(?P<rest>[^}]*))?\})"
)


class MissingVariableError(Exception):
    """The file requires a variable that is not set; the message names it."""


@dataclass(frozen=True)
class Service:
    """What a service runs, and in which environment.

    Attributes:
        name: Its name in the file.
        entrypoint: Instead of the image's own; empty where the file says nothing.
        command: Words behind the entrypoint.
        environ: Its variables.
    """

    name: str
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    environ: Mapping[str, str]


def interpolate(text: str, variables: Mapping[str, str]) -> str:
    """Fill in variables; one that is empty counts as not set, as with Compose's `:-` and `:?`.

    Raises:
        MissingVariableError: A required one is not set.
    """

    def value(found: re.Match[str]) -> str:
        if found["dollar"]:
            return "$"
        given = variables.get(found["name"], "")
        if given or not found["operator"]:
            return given
        if found["operator"] == ":?":
            raise MissingVariableError(f"{found['name']}: {found['rest']}")
        return found["rest"]

    return _VARIABLE.sub(value, text)


def read_compose(variables: Mapping[str, str], file: Path = COMPOSE_FILE) -> dict[str, Any]:
    """Read the file with its variables filled in.

    Raises:
        MissingVariableError: A required one is not set.
    """
    return _filled(yaml.safe_load(file.read_text(encoding="utf-8")), variables)


def read_services(variables: Mapping[str, str], file: Path = COMPOSE_FILE) -> Mapping[str, Service]:
    """Read the services by name.

    Raises:
        MissingVariableError: A required variable is not set.
    """
    services: dict[str, dict[str, Any]] = read_compose(variables, file)["services"]
    return {
        name: Service(
            name,
            tuple(service.get("entrypoint", ())),
            tuple(service.get("command", ())),
            dict(service.get("environment", {})),
        )
        for name, service in services.items()
    }


def _filled(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return interpolate(value, variables)
    if isinstance(value, list):
        return [_filled(each, variables) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {
            key: _filled(each, variables) for key, each in cast("dict[str, Any]", value).items()
        }
    return value
