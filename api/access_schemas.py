"""What the API takes and shows of keys, of who asks, and of the audit log."""

from typing import Annotated, Any

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from api.schemas import Out, TextOnly
from engine.access import MadeKey, NewKey
from trends.domain.access import Principal, PrincipalKind, Scope
from trends.storage.audit import AuditRow
from trends.storage.keys import KeyRow

KeyName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]


class NewKeyBody(TextOnly):
    """A key that is wanted."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "dashboard",
                    "scopes": ["runs:read", "trends:read"],
                    "expires_at": "2027-06-01T00:00:00Z",
                }
            ]
        },
    )

    name: KeyName = Field(description="What people call it, such as the program that uses it.")
    scopes: list[Scope] = Field(
        min_length=1, max_length=len(Scope), description="What it may do. `admin` brings all."
    )
    expires_at: AwareDatetime | None = Field(
        default=None, description="From when on it does not hold; never where it is left out."
    )

    def wanted(self) -> NewKey:
        """The same for the service."""
        return NewKey(name=self.name, scopes=frozenset(self.scopes), expires_at=self.expires_at)


class Key(Out):
    """A key, without its secret."""

    id: str = Field(description="The part behind `trk_`; no secret.")
    name: str
    scopes: list[Scope]
    created_at: AwareDatetime
    created_by: str = Field(description="Who made it.")
    expires_at: AwareDatetime | None = Field(description="From when on it does not hold.")
    last_used_at: AwareDatetime | None = Field(description="To the minute.")
    revoked_at: AwareDatetime | None


class NewKeyOut(Key):
    """A new key, with its secret: shown now and never again."""

    key: str = Field(
        description="What to send as `Authorization: Bearer`. It cannot be read again."
    )


class KeyList(Out):
    """One page of keys."""

    items: list[Key]
    next_cursor: str | None = Field(description="`cursor` of the next page; null on the last.")


class Me(Out):
    """Who asks."""

    tenant: str = Field(description="Whose things are seen.")
    subject: str = Field(description="As the audit log has it.")
    name: str
    scopes: list[Scope]
    kind: PrincipalKind = Field(
        description="How it was shown: by a `key`, a `token`, a browser's `session`; `open` where nobody is asked."
    )
    expires_at: AwareDatetime | None


class AuditEntry(Out):
    """One thing that somebody did, or tried."""

    id: str
    at: AwareDatetime
    actor: str = Field(description="Who: `key:ID`, `oidc:SUBJECT`, `local:LOGIN`.")
    action: str = Field(description="What, by the name of the operation.")
    target: str = Field(description="To what: a path.")
    outcome: str = Field(
        description="`done`; `refused`: what was asked cannot be, or may not; `failed`: the service could not."
    )
    status: int = Field(description="HTTP status of the answer; 0 where it was no request.")
    request_id: str
    address: str = Field(description="Where it came from.")


class AuditList(Out):
    """One page of the audit log."""

    items: list[AuditEntry]
    next_cursor: str | None = Field(description="`cursor` of the next page; null on the last.")


def key_out(row: KeyRow) -> Key:
    """Show a key."""
    return Key(**_shown(row))


def new_key_out(made: MadeKey) -> NewKeyOut:
    """Show a new key, once."""
    return NewKeyOut(**_shown(made.row), key=made.text)


def me_out(who: Principal) -> Me:
    """Show who asks."""
    return Me.model_validate({**who.model_dump(), "scopes": sorted(who.scopes)})


def audit_out(row: AuditRow) -> AuditEntry:
    """Show a row of the audit log."""
    return AuditEntry.model_validate(row.model_dump(exclude={"tenant"}))


def _shown(row: KeyRow) -> dict[str, Any]:
    values = row.model_dump(exclude={"tenant", "key_id", "digest", "revoked_by"})
    return {**values, "id": row.key_id}
