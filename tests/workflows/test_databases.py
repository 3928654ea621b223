"""The report does not depend on the database that the run was recorded in."""

from pathlib import Path

import pytest

from tests.postgres_server import PostgresServer
from tests.workflows.stand import stand

pytestmark = pytest.mark.engine


async def test_a_run_recorded_in_postgresql_has_the_same_report(
    engine_server: str, postgres: PostgresServer, tmp_path: Path, calm_report: dict[str, bytes]
) -> None:
    url = postgres.create("run")
    async with stand(engine_server, tmp_path, TRENDS_DATABASE_URL=url) as recorded:
        row = await recorded.start()
        await recorded.worker()
        report = await recorded.report(await recorded.finished(row))
        events = await recorded.doors.events.after("local", row.run_id, 0)
    assert report == calm_report
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert not (tmp_path / "trends.db").exists()
