"""Changes of settings as the API takes and gives them."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from api.schemas import Out, TextOnly
from trends.settings_layers import PREFIX
from trends.settings_view import shown_value
from trends.storage.setting_versions import SettingHistory, SettingVersion

Name = Annotated[str, Field(min_length=1, max_length=200)]
Reason = Annotated[
    str, Field(max_length=500, description="Why, in words; it is kept in the history.")
]


class SettingChangeBody(TextOnly):
    """What is to be overridden, and what is to be as the files say again."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"set": {"limits.requests_per_minute": 30}, "reason": "a slow evening"}]
        },
    )

    set: Annotated[dict[Name, Any], Field(max_length=100)] = Field(
        default_factory=dict[str, Any],
        description="Value by name with dots. A mapping or a list is replaced as a whole.",
    )
    unset: Annotated[list[Name], Field(max_length=100)] = Field(
        default_factory=list[str], description="Names that are no longer to be overridden."
    )
    reason: Reason = ""


class RollbackBody(TextOnly):
    """Which version is to be brought back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"version": 3}]})

    version: Annotated[int, Field(ge=0, le=999_999_999)] = Field(
        description="One of the history; 0 is what the files say, without any override."
    )
    reason: Reason = ""


class SettingVersionOut(Out):
    """One change of the settings."""

    version: int = Field(description="Counts from 1.")
    parent: int = Field(description="The version that it was made over; 0 where there was none.")
    verb: str = Field(description="`set` or `rollback`.")
    restored: int | None = Field(description="Which version a rollback brought back.")
    set: Mapping[str, Any] = Field(description="What it set, by name.")
    unset: list[str] = Field(description="What it gave back to the files.")
    values: Mapping[str, Any] = Field(description="All that is overridden from then on.")
    author: str = Field(description="Who made it: `key:ID`, `oidc:SUBJECT`.")
    reason: str
    at: str = Field(description="When.")


class SettingChangeOut(SettingVersionOut):
    """A change that was just made."""

    pinned: list[str] = Field(
        description="Environment variables of the process that answers which go before it, so that it has no effect there."
    )


class SettingHistoryOut(Out):
    """One page of changes, newest first."""

    items: list[SettingVersionOut]
    before: int | None = Field(description="`before` of the next page; null on the last.")


def version_out(change: SettingVersion) -> SettingVersionOut:
    """Write a change; what of it may be a secret is left out."""
    return SettingVersionOut(
        version=change.version,
        parent=change.parent,
        verb=change.verb,
        restored=change.restored,
        set={name: shown_value(name, value) for name, value in change.set.items()},
        unset=list(change.unset),
        values={name: shown_value(name, value) for name, value in change.values.items()},
        author=change.author,
        reason=change.reason,
        at=change.at.isoformat(),
    )


def change_out(change: SettingVersion, origins: Mapping[str, str]) -> SettingChangeOut:
    """Write a change that was just made.

    Args:
        change: The change.
        origins: Where the settings in force were written, by name.
    """
    pinned = [origins[name] for name in change.set if origins.get(name, "").startswith(PREFIX)]
    return SettingChangeOut(**dict(version_out(change)), pinned=pinned)


def history_out(page: SettingHistory) -> SettingHistoryOut:
    """Write a page."""
    return SettingHistoryOut(items=[version_out(each) for each in page.items], before=page.before)
