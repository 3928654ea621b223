"""Share a report: a signed link that shows this one report, and nothing else, until it expires or is taken back."""

import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from trends.domain.models import utc_text
from trends.errors import (
    InvalidWindowError,
    ReportNotReadyError,
    ShareGoneError,
    ShareNotFoundError,
)
from trends.server_key import ServerKey
from trends.storage.rows import RunRow
from trends.storage.runs import RunStore
from trends.storage.shares import Share, SharePage, ShareStore

DEFAULT_LIFE = "7d"
LONGEST_LIFE = timedelta(days=90)
ID_BYTES = 16
LONGEST_TOKEN = 200
_PURPOSE = "report-share"
_LIFE = re.compile(r"([1-9][0-9]{0,4})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}


class ShareService:
    """Gives out links, takes them back, and follows them.

    Args:
        store: Where they are kept.
        runs: Whose reports they show.
        key: Signs them.
        clock: Now, in UTC.
        make_id: Makes ids that nobody guesses.
    """

    def __init__(
        self,
        store: ShareStore,
        runs: RunStore,
        *,
        key: ServerKey,
        clock: Callable[[], datetime],
        make_id: Callable[[], str] = lambda: secrets.token_urlsafe(ID_BYTES),
    ) -> None:
        self._store = store
        self._runs = runs
        self._key = key
        self._clock = clock
        self._make_id = make_id

    async def share(self, tenant: str, run_id: str, life: str, author: str) -> Share:
        """Make a link to the report of a run.

        Args:
            tenant: Whose run.
            run_id: Which run.
            life: How long it shows the report, such as `7d`.
            author: Who makes it.

        Raises:
            RunNotFoundError: No such run.
            ReportNotReadyError: It has no report, or not yet.
            InvalidWindowError: `life` cannot be read, or is too short or too long.
            SettingsError: The server has no key to sign with.
            StorageError: The database failed.
        """
        lasts = _life(life)
        run = await self._runs.get(tenant, run_id)
        if run.report is None:
            raise ReportNotReadyError(
                f"The run {run_id} has no report{'' if run.status.ended else ' yet'} to share.",
                next_step="Re-run it from the stage that failed."
                if run.status.ended
                else "Wait for it to complete.",
            )
        now = self._clock()
        share = Share(
            tenant=tenant,
            share_id=self._make_id(),
            run_id=run_id,
            created_at=now,
            created_by=author,
            expires_at=now + lasts,
        )
        # Before it is kept: without a key nothing is promised.
        self.token(share)
        await self._store.add(share)
        return share

    def token(self, share: Share) -> str:
        """What stands in the link: the id, and the signature over it.

        Raises:
            SettingsError: The server has no key to sign with.
        """
        return f"{share.share_id}.{self._key.sign(_PURPOSE, share.share_id)}"

    def stands(self, share: Share) -> bool:
        """Whether a share shows its report at this moment."""
        return share.revoked_at is None and self._clock() < share.expires_at

    async def page(
        self, tenant: str, *, run_id: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> SharePage:
        """Read shares, newest first.

        Raises:
            RunNotFoundError: No such run.
            InvalidRequestError: The cursor is not one of ours.
            StorageError: The database failed.
        """
        if run_id is not None:
            await self._runs.get(tenant, run_id)
        return await self._store.page(tenant, run_id=run_id, cursor=cursor, limit=limit)

    async def revoke(self, tenant: str, share_id: str) -> Share:
        """Take a share back: from now on its link shows nothing.

        Raises:
            ShareNotFoundError: There is none of this id.
            StorageError: The database failed.
        """
        return await self._store.revoke(tenant, share_id, self._clock())

    async def follow(self, token: str, *, count: bool = True) -> RunRow:
        """Find the run whose report a link shows, and count that it was shown.

        Args:
            token: What stands in the link.
            count: Whether this is a view.

        Raises:
            ShareNotFoundError: The link was not given out here, or its run is gone.
            ShareGoneError: It has expired, or was taken back.
            SettingsError: The server has no key to check it with.
            StorageError: The database failed.
        """
        share_id, _, signature = token.partition(".")
        # The signature first: a link that was made up reaches no database.
        if len(token) > LONGEST_TOKEN or not self._key.holds(_PURPOSE, share_id, signature):
            raise _forged()
        share = await self._store.by_link(share_id)
        if share is None:
            raise _forged()
        if share.revoked_at is not None:
            raise ShareGoneError(
                "The link shows nothing any more.",
                why=f"It was taken back on {utc_text(share.revoked_at)}.",
                next_step="Ask whoever gave it to you for another.",
            )
        if not self.stands(share):
            raise ShareGoneError(
                "The link shows nothing any more.",
                why=f"It expired on {utc_text(share.expires_at)}.",
                next_step="Ask whoever gave it to you for another.",
            )
        run = await self._runs.get(share.tenant, share.run_id)
        if count:
            await self._store.viewed(share, self._clock())
        return run


def _life(text: str) -> timedelta:
    found = _LIFE.fullmatch(text)
    life = timedelta(hours=int(found[1]) * _HOURS[found[2]]) if found else timedelta()
    if not found or life > LONGEST_LIFE:
        raise InvalidWindowError(
            f"A link cannot last for '{text[:40]}'.",
            why=f"It lasts for 1h at least and {LONGEST_LIFE.days}d at most.",
            next_step="Write it as 12h, 7d or 4w; share it anew when it has expired.",
        )
    return life


def _forged() -> ShareNotFoundError:
    return ShareNotFoundError(
        "There is no such link.",
        why="It was not given out here, or part of it is missing.",
        next_step="Copy the whole address.",
    )
