"""What the API answers about settings."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from trends_client.models import Model


class Setting(Model):
    """One setting.

    Attributes:
        key: Its name, with dots.
        value: What is in force.
        origin: Where it was written.
        hidden: Whether a secret in it is not shown.
        restart: Whether a process takes a change over at its next start only.
    """

    key: str
    value: Any = None
    origin: str = ""
    hidden: bool = False
    restart: bool = False


class SettingList(Model):
    """Every setting of the process that answered.

    Attributes:
        version: Of what was changed while processes run; 0 where nothing was.
        waiting: Names of settings that were changed in files, and wait for the next start.
        failure: Why the newest were not taken over; empty where they were.
    """

    environment: str
    revision: str
    version: int = 0
    waiting: tuple[str, ...] = ()
    failure: str = ""
    items: tuple[Setting, ...]


class SettingVersion(Model):
    """One change of the settings.

    Attributes:
        verb: set or rollback.
        restored: Which version a rollback brought back.
        set: What it set, by name.
        unset: What it gave back to the files.
        values: All that is overridden from then on.
        pinned: Of a change just made: environment variables of the API's process that go before it.
    """

    version: int
    parent: int
    verb: str
    restored: int | None = None
    set: Mapping[str, Any]
    unset: tuple[str, ...] = ()
    values: Mapping[str, Any]
    author: str = ""
    reason: str = ""
    at: datetime
    pinned: tuple[str, ...] = ()


class SettingHistory(Model):
    """One page of changes, newest first; `before` leads to the next."""

    items: tuple[SettingVersion, ...]
    before: int | None = None
