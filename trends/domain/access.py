"""Who may do what: scopes, and the caller that has them."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from enum import StrEnum

from pydantic import AwareDatetime

from trends.domain.deciding import LONGEST_AUTHOR
from trends.domain.models import Model, Tenant
from trends.errors import ForbiddenError, UnknownNameError

# Whose everything is where nobody is asked who they are.
OPEN_TENANT = "local"


class Scope(StrEnum):
    """What a caller may do. None of them brings another along, but `admin`, which brings all."""

    RUNS_READ = "runs:read"
    RUNS_WRITE = "runs:write"
    MONITORS_READ = "monitors:read"
    MONITORS_WRITE = "monitors:write"
    SOURCES_READ = "sources:read"
    SOURCES_WRITE = "sources:write"
    TRENDS_READ = "trends:read"
    TRENDS_WRITE = "trends:write"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    LIMITS_READ = "limits:read"
    LIMITS_WRITE = "limits:write"
    METRICS_READ = "metrics:read"
    ADMIN = "admin"


READING = frozenset(
    {
        Scope.RUNS_READ,
        Scope.MONITORS_READ,
        Scope.SOURCES_READ,
        Scope.TRENDS_READ,
        Scope.SETTINGS_READ,
        Scope.LIMITS_READ,
    }
)
WRITING = READING | {
    Scope.RUNS_WRITE,
    Scope.MONITORS_WRITE,
    Scope.SOURCES_WRITE,
    Scope.TRENDS_WRITE,
}
# Short words for what most people want; figures, keys, settings, which are of all tenants, and stopping what costs money
# are asked for by name.
BUNDLES = {"read": READING, "write": WRITING}


class PrincipalKind(StrEnum):
    """How a caller showed who it is."""

    OPEN = "open"
    KEY = "key"
    TOKEN = "token"  # noqa: S105  # a word, no password
    SESSION = "session"


class Principal(Model):
    """A caller that is known.

    Attributes:
        tenant: Whose things it sees; of all others it learns nothing.
        subject: Who it is, for the audit log: `key:ID`, `oidc:SUBJECT`.
        name: What people call it.
        scopes: What it may do.
        kind: How it showed who it is.
        expires_at: When it is known no longer; None for never.
    """

    tenant: Tenant
    subject: str
    name: str = ""
    scopes: frozenset[Scope]
    kind: PrincipalKind
    expires_at: AwareDatetime | None = None

    def author(self, said: str) -> str:
        """Name who does something, as what is done keeps it.

        Args:
            said: What the caller calls itself; counts where nobody is asked who they are, and nowhere else.
        """
        if self.kind is PrincipalKind.OPEN:
            return said
        return (self.name or self.subject)[:LONGEST_AUTHOR]

    def may(self, scope: Scope) -> bool:
        """Whether it has a scope, or `admin`."""
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def require(self, scopes: Iterable[str]) -> None:
        """Make sure that it may do something.

        Args:
            scopes: All that it takes.

        Raises:
            ForbiddenError: One is missing; names it.
        """
        missing = [scope for scope in scopes if not self.may(Scope(scope))]
        if missing:
            has = ", ".join(sorted(self.scopes)) or "none"
            raise ForbiddenError(
                f"This takes the scope {' and '.join(missing)}.",
                why=f"The {_CALLERS[self.kind]} has: {has}.",
                next_step="Use one that has it, or ask an administrator of the tenant for it.",
            )


_CALLERS = {
    PrincipalKind.OPEN: "caller",
    PrincipalKind.KEY: "key",
    PrincipalKind.TOKEN: "token",
    PrincipalKind.SESSION: "session",
}


def everybody() -> Principal:
    """The caller where nobody is asked who they are: a program on the same machine."""
    return Principal(
        tenant=OPEN_TENANT,
        subject="anyone",
        name="anyone on this machine",
        scopes=frozenset({Scope.ADMIN}),
        kind=PrincipalKind.OPEN,
    )


def read_scopes(words: Iterable[str]) -> frozenset[Scope]:
    """Read scopes and the short words for several.

    Raises:
        UnknownNameError: A word is neither; names the near one.
    """
    found: set[Scope] = set()
    for word in words:
        if word in BUNDLES:
            found |= BUNDLES[word]
        elif word in set(Scope):
            found.add(Scope(word))
        else:
            kind = "scope"
            raise UnknownNameError(kind, word, [*Scope, *BUNDLES])
    return frozenset(found)


KEY_PREFIX = "trk_"
# Of a key's id: enough to tell all keys of a database apart, and no secret.
ID_BYTES = 8
SECRET_BYTES = 32

_KEY = re.compile(r"trk_([0-9a-f]{16})_([0-9a-f]{64})")
_TENANT = re.compile(r"[a-z0-9-]{1,40}")
_KEY_ID = re.compile(r"[0-9a-f]{16}")


class KeyParts(Model):
    """An API key taken apart.

    Attributes:
        id: By which it is found and shown.
        digest: SHA-256 of its secret, in hex. A secret of 256 random bits cannot be found by trying, so that a slow
            hash, as passwords need one, would protect nothing more.
    """

    id: str
    digest: str

    def fits(self, digest: str) -> bool:
        """Whether the stored digest is this key's; takes the same time whichever way they differ."""
        return hmac.compare_digest(self.digest, digest)


def write_key(id_bytes: bytes, secret: bytes) -> str:
    """Write a key as its owner is shown it, once."""
    return f"{KEY_PREFIX}{id_bytes.hex()}_{secret.hex()}"


def read_key(text: str) -> KeyParts | None:
    """Take a key apart; None where it is none of ours."""
    found = _KEY.fullmatch(text)
    if found is None:
        return None
    return KeyParts(id=found[1], digest=digest_of(found[2]))


def is_tenant(text: str) -> bool:
    """Whether a text can name a tenant."""
    return _TENANT.fullmatch(text) is not None


def is_key_id(text: str) -> bool:
    """Whether a text can be the id of a key; what cannot is not found."""
    return _KEY_ID.fullmatch(text) is not None


def digest_of(secret: str) -> str:
    """What of a secret is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()
