"""Keys, who asks, and the audit log, as the API tells them."""

from datetime import datetime

from trends_client.models import Model


class Key(Model):
    """A key, without its secret."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewKey(Key):
    """A new key. `key` is its secret: shown now and never again."""

    key: str


class KeyPage(Model):
    """One page of keys."""

    items: tuple[Key, ...]
    next_cursor: str | None = None


class Me(Model):
    """Who this client is to the API."""

    tenant: str
    subject: str
    name: str
    scopes: tuple[str, ...]
    kind: str
    expires_at: datetime | None


class AuditEntry(Model):
    """One thing that somebody did, or tried."""

    id: str
    at: datetime
    actor: str
    action: str
    target: str
    outcome: str
    status: int
    request_id: str
    address: str


class AuditPage(Model):
    """One page of the audit log."""

    items: tuple[AuditEntry, ...]
    next_cursor: str | None = None
