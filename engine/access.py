"""Keys, tokens and sessions: whose a credential is, and the making and revoking of keys."""

import secrets
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from engine.noted import ASKED, DONE, Noted
from trends.domain.access import (
    ID_BYTES,
    KEY_PREFIX,
    SECRET_BYTES,
    KeyParts,
    Principal,
    PrincipalKind,
    Scope,
    digest_of,
    is_tenant,
    read_key,
    write_key,
)
from trends.domain.models import Model
from trends.errors import InvalidRequestError, NotAuthenticatedError, StorageError
from trends.storage.along import taking_along
from trends.storage.audit import AuditLog, AuditPage
from trends.storage.keys import KeyPage, KeyRow, KeyStore
from trends.storage.sessions import SessionRow, SessionStore
from trends.telemetry import get_logger

# Compared where no key of an id is stored, so that both take the same way.
_NOBODY_S = digest_of("")
LONGEST_NAME = 80

_log = get_logger(__name__)


class NewKey(Model):
    """A key that somebody wants.

    Attributes:
        name: What people call it.
        scopes: What it may do.
        expires_at: From when on it does not hold; None for never.
    """

    name: str
    scopes: frozenset[Scope]
    expires_at: datetime | None = None


class MadeKey(Model):
    """A new key, with the text that its owner is shown once and nobody can read again."""

    row: KeyRow
    text: str


class SignedIn(Model):
    """A browser that has just signed in.

    Attributes:
        secret: What its cookie holds.
        who: Who it is from now on.
        length: For how long.
    """

    secret: str
    who: Principal
    length: timedelta


class AccessService:
    """Knows credentials.

    Args:
        keys: API keys.
        sessions: Signed-in browsers.
        audit: Who did what.
        read_token: Reads an identity provider's tokens; None where none is set.
        clock: Now, in UTC.
        new_id: Makes ids that sort by time.
        session_length: How long a browser stays signed in.
        random_bytes: Where secrets come from.
    """

    def __init__(
        self,
        *,
        keys: KeyStore,
        sessions: SessionStore,
        audit: AuditLog,
        read_token: Callable[[str], Awaitable[Principal]] | None,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
        session_length: timedelta,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._keys = keys
        self._sessions = sessions
        self._audit = audit
        self._read_token = read_token
        self._clock = clock
        self._new_id = new_id
        self._session_length = session_length
        self._random_bytes = random_bytes

    async def identify(self, credential: str) -> Principal:
        """Tell whose key or token this is.

        Raises:
            NotAuthenticatedError: Nobody's, or not any more.
            TokenRefusedError: A token that does not hold; says why.
            OutboundUnavailableError: A token, and its provider's keys cannot be had.
            StorageError: The database failed.
        """
        if not credential.startswith(KEY_PREFIX) and self._read_token is not None:
            return await self._read_token(credential)
        parts = read_key(credential) or KeyParts(id="", digest=digest_of(credential))
        now = self._clock()
        key = await self._keys.find(parts.id)
        fits = parts.fits(key.digest if key else _NOBODY_S)
        if key is None or not fits or not key.holds(now):
            raise _unknown()
        await self._note_use(key, now)
        return Principal(
            tenant=key.tenant,
            subject=f"key:{key.key_id}",
            name=key.name,
            scopes=frozenset(key.scopes),
            kind=PrincipalKind.KEY,
            expires_at=key.expires_at,
        )

    async def make(self, tenant: str, wanted: NewKey, by: str) -> MadeKey:
        """Make a key.

        Args:
            tenant: Whose.
            wanted: What it shall be.
            by: Whoever makes it.

        Raises:
            InvalidRequestError: It could do nothing, would have expired, or a name cannot be.
            StorageError: The database failed.
        """
        now = self._clock()
        name = wanted.name.strip()
        if not (0 < len(name) <= LONGEST_NAME and name.isprintable()):
            raise InvalidRequestError(
                "The key's name cannot be.",
                next_step=f"Choose one of 1 to {LONGEST_NAME} characters on one line.",
            )
        _check_tenant(tenant)
        if not wanted.scopes:
            raise InvalidRequestError(
                "A key without scopes could do nothing.", next_step="Name at least one."
            )
        if wanted.expires_at is not None and wanted.expires_at <= now:
            raise InvalidRequestError(
                "The key would have expired already.",
                why=f"It is {now:%Y-%m-%d %H:%M} UTC.",
                next_step="Name a later time, or none.",
            )
        text = write_key(self._random_bytes(ID_BYTES), self._random_bytes(SECRET_BYTES))
        parts = read_key(text)
        assert parts is not None
        row = KeyRow(
            tenant=tenant,
            key_id=parts.id,
            digest=parts.digest,
            name=name,
            scopes=tuple(sorted(wanted.scopes)),
            created_at=now,
            created_by=by,
            expires_at=wanted.expires_at,
        )
        await self._keys.add(row)
        return MadeKey(row=row, text=text)

    async def keys(self, tenant: str, cursor: str | None, limit: int) -> KeyPage:
        """List keys, newest first, revoked ones among them.

        Raises:
            InvalidRequestError: The cursor is not one of ours.
            StorageError: The database failed.
        """
        return await self._keys.page(tenant, cursor=cursor, limit=limit)

    async def revoke(self, tenant: str, key_id: str, by: str) -> KeyRow:
        """Let a key hold no more, nor the browsers that signed in with it. Again, it changes nothing.

        Raises:
            NotFoundError: No such key in this tenant.
            StorageError: The database failed.
        """
        return await self._keys.revoke(tenant, key_id, by=by, now=self._clock())

    async def begin_session(self, who: Principal) -> SignedIn:
        """Sign a browser in.

        Raises:
            StorageError: The database failed.
        """
        now = self._clock()
        secret = self._random_bytes(SECRET_BYTES).hex()
        longest = now + self._session_length
        session = SessionRow(
            tenant=who.tenant,
            digest=digest_of(secret),
            subject=who.subject,
            name=who.name,
            scopes=tuple(sorted(who.scopes)),
            key_id=who.subject.removeprefix("key:") if who.kind is PrincipalKind.KEY else None,
            created_at=now,
            expires_at=min(longest, who.expires_at or longest),
        )
        await self._sessions.begin(session)
        return SignedIn(secret=secret, who=_principal_of(session), length=session.expires_at - now)

    async def resume(self, session: str) -> Principal:
        """Tell whose browser this is.

        Raises:
            NotAuthenticatedError: Nobody's, or not any more.
            StorageError: The database failed.
        """
        found = await self._sessions.find(digest_of(session), self._clock())
        if found is None:
            raise NotAuthenticatedError("You are not signed in any more.", next_step="Sign in.")
        return _principal_of(found)

    async def end_session(self, session: str) -> None:
        """Sign a browser out.

        Raises:
            StorageError: The database failed.
        """
        await self._sessions.end(digest_of(session))

    @contextmanager
    def noting(
        self, who: Principal, describe: Callable[[], tuple[str, str]], request_id: str, address: str
    ) -> Generator[Noted]:
        """Have what somebody changes inside kept together with its row in the audit log, or neither.

        Args:
            who: Whoever does it.
            describe: Names what is done, and to what, when it is written.
            request_id: By which the log knows the request.
            address: Where it came from.
        """
        noted = Noted(
            self._audit,
            who,
            describe,
            row_id=self._new_id(),
            at=self._clock(),
            request_id=request_id,
            address=address,
        )
        with taking_along(noted.along):
            yield noted

    async def ask(self, noted: Noted) -> None:
        """Write that something was asked for, before it is done where no transaction of ours reaches.

        Raises:
            StorageError: The database failed; then it is not to be done.
        """
        noted.along.kept = True
        await self._audit.add(noted.row(ASKED))

    async def record(
        self, noted: Noted, outcome: str, status: int = 0, target: str | None = None
    ) -> None:
        """Write into the audit log what came of what somebody did.

        What was done is done: a row that cannot be stored goes to the log of the process, whole.
        """
        noted.along.kept = True
        row = noted.row(outcome, status, target)
        try:
            await self._audit.add(row)
        except StorageError as error:
            _log.error(
                "audit.unwritten", reason=str(error), **row.model_dump(mode="json")
            )  # no trace: the reason is known

    async def audited(
        self,
        tenant: str,
        *,
        actor: str | None,
        action: str | None,
        cursor: str | None,
        limit: int,
    ) -> AuditPage:
        """Read the audit log, newest first.

        Raises:
            InvalidRequestError: The cursor is not one of ours.
            StorageError: The database failed.
        """
        return await self._audit.page(
            tenant, actor=actor, action=action, cursor=cursor, limit=limit
        )

    async def _note_use(self, key: KeyRow, now: datetime) -> None:
        try:
            await self._keys.used(key, now)
        except StorageError as error:
            # Better a time that is missing than a caller who is sent away for it.
            _log.warning("auth.use_unwritten", key=key.key_id, reason=str(error))


async def make_first_key(
    environ: Mapping[str, str], state: Path | None, tenant: str, wanted: NewKey, by: str
) -> MadeKey:
    """Make a key in the database itself, where nobody is there yet to ask.

    Args:
        environ: Environment of the process; names the database.
        state: State folder; found as `trends up` finds it if None.
        tenant: Whose key.
        wanted: What it shall be.
        by: Whoever makes it.

    Raises:
        InvalidRequestError: It could do nothing, or would have expired.
        SchemaMismatchError: The database is not set up.
        StorageError: The database failed.
    """
    # Of the API and the worker, too, which put far more together.
    from engine.clock import new_run_id, system_clock
    from engine.state import locate_state
    from trends.storage.database import Database

    url = environ.get("TRENDS_DATABASE_URL") or locate_state(environ, state).database_url
    async with await Database.open(url) as database:
        service = AccessService(
            keys=KeyStore(database),
            sessions=SessionStore(database),
            audit=AuditLog(database),
            read_token=None,
            clock=system_clock,
            new_id=new_run_id,
            session_length=timedelta(0),
        )
        _check_tenant(tenant)
        who = Principal(
            tenant=tenant, subject=by, scopes=frozenset({Scope.ADMIN}), kind=PrincipalKind.OPEN
        )
        with service.noting(who, lambda: ("create_key", "/v1/keys"), "", "") as noted:
            made = await service.make(tenant, wanted, by)
            await service.record(noted, DONE, target=f"/v1/keys/{made.row.key_id}")
        return made


async def any_key_holds(url: str, now: datetime) -> bool:
    """Whether any tenant has a key that holds.

    Raises:
        SchemaMismatchError: The database is not set up.
        StorageError: The database failed.
    """
    from trends.storage.database import Database

    async with await Database.open(url) as database:
        return await KeyStore(database).any_holds(now)


def _check_tenant(tenant: str) -> None:
    if not is_tenant(tenant):
        raise InvalidRequestError(
            "The tenant's name cannot be.", next_step="It is 1 to 40 of a-z, 0-9 and -."
        )


def _principal_of(session: SessionRow) -> Principal:
    return Principal(
        tenant=session.tenant,
        subject=session.subject,
        name=session.name,
        scopes=frozenset(session.scopes),
        kind=PrincipalKind.SESSION,
        expires_at=session.expires_at,
    )


def _unknown() -> NotAuthenticatedError:
    return NotAuthenticatedError(
        "The key does not hold.",
        why="It is unknown, revoked or expired.",
        next_step="Send one that holds; trends keys create makes one.",
    )
