"""Settings: what is in force in this process, where it was written, and changing it. Secrets are never shown."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from pydantic import Field

from api.auth import needs
from api.deps import ServedBy, WritesSettings
from api.errors import problems
from api.schemas import Out
from api.setting_schemas import (
    RollbackBody,
    SettingChangeBody,
    SettingChangeOut,
    SettingHistoryOut,
    change_out,
    history_out,
)
from trends.domain.access import OPEN_TENANT, Principal, Scope
from trends.errors import ForbiddenError, InvalidRequestError
from trends.settings_view import ShownSetting, shown_setting, shown_settings
from trends.storage.setting_versions import MAX_PAGE

router = APIRouter(prefix="/v1/settings", tags=["settings"])

_TAG = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')
_ETAG = {"ETag": {"description": "Version of the overrides.", "schema": {"type": "string"}}}
_CHANGED = problems(
    "malformed-body",
    "invalid-request",
    "unknown-name",
    "too-large",
    "unsupported-media-type",
    "validation",
    "settings-changed",
    "restart-only",
    "storage-unavailable",
)


class Setting(Out):
    """One setting."""

    key: str = Field(description="Its name, as in the reference of settings.")
    value: Any = Field(
        description="What is in force: text, a number, yes or no, a list, an object, or null."
    )
    origin: str = Field(
        description="Where it was written: a file with its line, a change, or an environment variable."
    )
    hidden: bool = Field(description="Whether a secret in it is replaced by `(hidden)`.")
    restart: bool = Field(description="Whether a process takes a change over at its next start.")


class SettingList(Out):
    """Every setting, by name."""

    environment: str = Field(description="`development`, `staging` or `production`.")
    revision: str = Field(
        description="Digest of what reports depend on, as reports name it: the same on every process that agrees."
    )
    version: int = Field(
        description="Version of what was changed while processes run; 0 where nothing was."
    )
    waiting: list[str] = Field(
        description="Names of settings that were changed in files, and wait for the next start of this process."
    )
    failure: str = Field(
        description="Why the newest settings were not taken over, so that earlier ones serve; empty where they were."
    )
    items: list[Setting]


def if_version(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            max_length=40,
            description="ETag of the settings that the change is based on; `*` makes it whatever came in between.",
        ),
    ] = None,
) -> int | None:
    """Read the version that a change is based on; None for `*`.

    Raises:
        InvalidRequestError: It is missing, or no version.
    """
    if if_match is not None and if_match.strip() == "*":
        return None
    found = _TAG.fullmatch(if_match.strip()) if if_match else None
    if found is None:
        raise InvalidRequestError(
            "A change needs the version that it is based on, so that it undoes nobody else's.",
            why="There is no If-Match header with a version.",
            next_step="Send the ETag of GET /v1/settings as If-Match, or * to change them whatever they are.",
        )
    return int(found[1])


def administrator(who: WritesSettings) -> Principal:
    """Give a caller that may change what holds for all tenants.

    Raises:
        ForbiddenError: It is of a tenant that shares the installation with others.
    """
    if who.tenant != OPEN_TENANT:
        raise ForbiddenError(
            "Settings hold for all tenants, and are changed by the installation's own.",
            why=f"You are of the tenant '{who.tenant}'; this takes one of '{OPEN_TENANT}' with settings:write.",
        )
    return who


Changes = Annotated[Principal, Depends(administrator)]
IfVersion = Annotated[int | None, Depends(if_version)]


@router.get(
    "",
    operation_id="list_settings",
    summary="List settings",
    dependencies=[needs(Scope.SETTINGS_READ)],
    responses={200: {"description": "The settings.", "headers": _ETAG}},
)
async def list_settings(served: ServedBy, response: Response) -> SettingList:
    """Give every setting that is in force in this process, with where it was written."""
    loaded = served.doors.live.loaded
    response.headers["ETag"] = f'"{loaded.overridden.version}"'
    return SettingList(
        environment=loaded.settings.environment,
        revision=loaded.settings.revision,
        version=loaded.overridden.version,
        waiting=list(loaded.waiting),
        failure=loaded.failure,
        items=[_out(each) for each in shown_settings(loaded.settings, loaded.origins)],
    )


@router.patch(
    "",
    operation_id="change_settings",
    summary="Change settings",
    responses={200: {"description": "The change.", "headers": _ETAG}, **_CHANGED},
)
async def change_settings(
    who: Changes,
    seen: IfVersion,
    body: SettingChangeBody,
    served: ServedBy,
    response: Response,
) -> SettingChangeOut:
    """Override settings in every process, or give them back to the files: all that is asked for, or nothing.

    It goes before what the files say; an environment variable of a process goes before it. Seen within a second.
    """
    change = await served.doors.setting_changes.change(
        body.set, body.unset, seen=seen, author=who.subject, reason=body.reason
    )
    response.headers["ETag"] = f'"{change.version}"'
    return change_out(change, served.doors.live.loaded.origins)


@router.get(
    "/history",
    operation_id="list_setting_changes",
    summary="See who changed settings",
    responses=problems("validation", "storage-unavailable"),
)
async def list_setting_changes(
    who: Changes,
    served: ServedBy,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Changes on a page.")] = 50,
    before: Annotated[
        int | None, Query(ge=1, le=999_999_999, description="`before` of the page before.")
    ] = None,
) -> SettingHistoryOut:
    """Give one page of changes, newest first."""
    del who
    return history_out(await served.doors.setting_changes.history(before=before, limit=limit))


@router.post(
    "/rollback",
    operation_id="roll_back_settings",
    summary="Bring earlier settings back",
    responses={
        200: {"description": "The change.", "headers": _ETAG},
        **_CHANGED,
        **problems("not-found"),
    },
)
async def roll_back_settings(
    who: Changes,
    seen: IfVersion,
    body: RollbackBody,
    served: ServedBy,
    response: Response,
) -> SettingChangeOut:
    """Override what an earlier version overrode, as a new version; 0 takes all overrides away."""
    change = await served.doors.setting_changes.rollback(
        body.version, seen=seen, author=who.subject, reason=body.reason
    )
    response.headers["ETag"] = f'"{change.version}"'
    return change_out(change, served.doors.live.loaded.origins)


@router.get(
    "/{key}",
    operation_id="get_setting",
    summary="See a setting",
    dependencies=[needs(Scope.SETTINGS_READ)],
    responses=problems("unknown-name", "validation"),
)
async def get_setting(
    served: ServedBy,
    key: Annotated[
        str,
        Path(
            max_length=200,
            description="Its name, with dots.",
            examples=["analysis.error_rate"],
        ),
    ],
) -> Setting:
    """Give one setting."""
    loaded = served.doors.live.loaded
    return _out(shown_setting(loaded.settings, loaded.origins, key))


def _out(setting: ShownSetting) -> Setting:
    return Setting(
        key=setting.key,
        value=setting.value,
        origin=setting.origin,
        hidden=setting.hidden,
        restart=setting.restart,
    )
