"""The settings as people may see them: what is in force, where it was written, and no secret."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel, SecretStr

from trends.domain.models import Model
from trends.errors import UnknownNameError
from trends.settings import Settings
from trends.settings_fields import REFERENCE_SCHEME
from trends.settings_reload import is_restart_only

# Members of a channel beside its type say where it leads and what opens it.
CHANNELS = "notify.channels"
HIDDEN = "(hidden)"
_SECRET = re.compile(r"(^|[._])(secret|password|token|credential|private_key)s?$")
_CHOSEN = "TRENDS_ENV"


class ShownSetting(Model):
    """One setting.

    Attributes:
        key: Its name, with dots.
        value: What is in force.
        origin: Where it was written: a file with its line, or an environment variable.
        hidden: Whether something of it is not shown.
    """

    key: str
    value: Any
    origin: str
    hidden: bool

    @property
    def restart(self) -> bool:
        """Whether a running process keeps it as it began."""
        return is_restart_only(self.key)


def shown_settings(settings: Settings, origins: Mapping[str, str]) -> tuple[ShownSetting, ...]:
    """Show every setting, by name.

    Args:
        settings: Those in force.
        origins: Where each was written, as `load_settings_and_origins` gives it.
    """
    return tuple(
        _shown(key, value, origins.get(key, _CHOSEN)) for key, value in sorted(_leaves(settings))
    )


def shown_setting(settings: Settings, origins: Mapping[str, str], key: str) -> ShownSetting:
    """Show one setting.

    Raises:
        UnknownNameError: There is none of this name; names the near one.
    """
    every = {setting.key: setting for setting in shown_settings(settings, origins)}
    if key not in every:
        kind = "setting"
        raise UnknownNameError(kind, key, every)
    return every[key]


def shown_value(key: str, value: object) -> Any:
    """Show a value that a setting had, or is to have."""
    return _shown(key, value, "").value


def _leaves(section: BaseModel, above: str = "") -> Iterator[tuple[str, object]]:
    for name, value in section:
        key = f"{above}{name}"
        if isinstance(value, BaseModel):
            yield from _leaves(value, f"{key}.")
        else:
            yield key, value


def _shown(key: str, value: object, origin: str) -> ShownSetting:
    if _SECRET.search(key) and value and not _refers(value):
        return ShownSetting(key=key, value=HIDDEN, origin=origin, hidden=True)
    if key == CHANNELS:
        channels = cast("Mapping[str, Any]", value)
        types = {name: {"type": channel.type} for name, channel in sorted(channels.items())}
        return ShownSetting(key=key, value=types, origin=origin, hidden=bool(types))
    plain = _plain(value)
    return ShownSetting(key=key, value=plain, origin=origin, hidden=_hides(plain))


def _plain(value: object) -> Any:
    """Make JSON of a value. Secrets, and what of an address may be one, are left out."""
    if isinstance(value, SecretStr):
        # Where a secret is, is none.
        return value.get_secret_value() if _refers(value) or not value else HIDDEN
    if isinstance(value, BaseModel):
        return {name: _member(name, member) for name, member in value}
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value)
        return {str(name): _member(str(name), member) for name, member in members.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in cast("tuple[object, ...]", value)]
    if isinstance(value, str):
        return _address(value)
    return value


def _refers(value: object) -> bool:
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    return isinstance(text, str) and text.startswith(REFERENCE_SCHEME)


def _member(name: str, value: object) -> Any:
    return HIDDEN if _SECRET.search(name) and value and not _refers(value) else _plain(value)


def _address(text: str) -> str:
    """Take a login and a query out of an address: keys of feeds stand there."""
    if not text.startswith(("http://", "https://")):
        return text
    parts = urlsplit(text)
    host = parts.netloc.rpartition("@")[2]
    login = f"{HIDDEN}@" if "@" in parts.netloc else ""
    query = HIDDEN if parts.query else ""
    return urlunsplit((parts.scheme, f"{login}{host}", parts.path, query, ""))


def _hides(value: Any) -> bool:
    if isinstance(value, str):
        return HIDDEN in value
    if isinstance(value, dict):
        return any(_hides(member) for member in cast("dict[str, Any]", value).values())
    if isinstance(value, list):
        return any(_hides(member) for member in cast("list[Any]", value))
    return False
