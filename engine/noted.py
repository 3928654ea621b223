"""What the audit log will have of something that somebody does."""

from collections.abc import Callable
from datetime import datetime

from trends.domain.access import Principal
from trends.storage.audit import AuditLog, AuditRow

DONE, REFUSED, FAILED, ASKED = "done", "refused", "failed", "asked"


class Noted:
    """One row of the audit log, until it is known what came of it.

    Args:
        audit: The log.
        who: Whoever does it.
        describe: Names what is done, and to what, when it is written.
        row_id: UUIDv7.
        at: When it began.
        request_id: By which the process's log knows the request.
        address: Where it came from.
    """

    def __init__(
        self,
        audit: AuditLog,
        who: Principal,
        describe: Callable[[], tuple[str, str]],
        *,
        row_id: str,
        at: datetime,
        request_id: str,
        address: str,
    ) -> None:
        self._who = who
        self._describe = describe
        self._row_id = row_id
        self._at = at
        self._request_id = request_id
        self._address = address
        self.along = audit.along(self.row)

    def row(self, outcome: str = DONE, status: int = 0, target: str | None = None) -> AuditRow:
        """The row, of what came of it so far."""
        action, usual = self._describe()
        return AuditRow(
            tenant=self._who.tenant,
            id=self._row_id,
            at=self._at,
            actor=self._who.subject,
            action=action,
            target=printable(target or usual)[:500],
            outcome=outcome,
            status=status,
            request_id=self._request_id,
            address=printable(self._address)[:100],
        )


def printable(text: str) -> str:
    """Write what a database takes as text: a path may hold any byte."""
    return "".join(char if char.isprintable() else "�" for char in text)
