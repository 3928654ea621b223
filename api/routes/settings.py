"""Settings: what is in force in this process, and where it was written. Secrets are never shown."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from api.auth import needs
from api.deps import ServedBy
from api.errors import problems
from api.schemas import Out
from trends.domain.access import Scope
from trends.settings_view import ShownSetting, shown_setting, shown_settings

router = APIRouter(
    prefix="/v1/settings", tags=["settings"], dependencies=[needs(Scope.SETTINGS_READ)]
)


class Setting(Out):
    """One setting."""

    key: str = Field(description="Its name, as in the reference of settings.")
    value: Any = Field(
        description="What is in force: text, a number, yes or no, a list, an object, or null."
    )
    origin: str = Field(
        description="Where it was written: a file with its line, or an environment variable."
    )
    hidden: bool = Field(description="Whether a secret in it is replaced by `(hidden)`.")


class SettingList(Out):
    """Every setting, by name."""

    environment: str = Field(description="`development`, `staging` or `production`.")
    revision: str = Field(
        description="Digest of what reports depend on, as reports name it: the same on every process that agrees."
    )
    items: list[Setting]


@router.get("", operation_id="list_settings", summary="List settings")
async def list_settings(served: ServedBy) -> SettingList:
    """Give every setting of this process, with where it was written. Read at its start; a change counts from the next."""
    settings = served.doors.settings
    return SettingList(
        environment=settings.environment,
        revision=settings.revision,
        items=[_out(each) for each in shown_settings(settings, served.doors.origins)],
    )


@router.get(
    "/{key}",
    operation_id="get_setting",
    summary="See a setting",
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
    return _out(shown_setting(served.doors.settings, served.doors.origins, key))


def _out(setting: ShownSetting) -> Setting:
    return Setting(
        key=setting.key, value=setting.value, origin=setting.origin, hidden=setting.hidden
    )
