"""The row of the audit log that is kept together with a change."""

from datetime import UTC, datetime

from trends.storage.audit import AuditRow

TENANT = "acme"
ROW = AuditRow(
    tenant=TENANT,
    id="0199",
    at=datetime(2026, 11, 20, 9, tzinfo=UTC),
    actor="key:a",
    action="add_thing",
    target="/v1/things",
    outcome="done",
    status=0,
    request_id="r",
    address="",
)
