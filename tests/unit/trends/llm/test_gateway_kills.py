"""Wherever a process is killed around a call: what was answered is not asked again, and what was asked is booked."""

import signal
from collections import Counter
from pathlib import Path

import pytest

from tests.unit.trends.llm.dying_caller import MOMENTS
from tests.unit.trends.llm.kills import Aftermath, shake

pytestmark = pytest.mark.slow

CALLS = 8
# At these the provider has the request, and the log has no answer.
ASKED_AGAIN = {"in_flight", "received"}


@pytest.fixture(scope="module")
async def aftermath(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    """A run that was killed once at each moment."""
    folder = tmp_path_factory.mktemp("kills")
    file = folder / "trends.db"
    file.write_bytes(migrated_file.read_bytes())
    # The first booking of that process is of the answer that the one before it left in the log.
    deaths = [(moment, 2 if moment == "booked" else 1) for moment in MOMENTS]
    return await shake(f"sqlite:///{file}", CALLS, deaths)


def test_each_process_died_and_the_last_came_to_the_end(aftermath: Aftermath) -> None:
    assert aftermath.statuses == [*[-signal.SIGKILL] * len(MOMENTS), 0]
    assert len(aftermath.answers) == CALLS


def test_no_call_is_made_again_once_its_answer_is_in_the_log(aftermath: Aftermath) -> None:
    assert aftermath.after_logged == 0


def test_a_call_is_repeated_once_for_each_kill_in_flight_and_never_else(
    aftermath: Aftermath,
) -> None:
    assert aftermath.asked.total() - CALLS == len(ASKED_AGAIN)


def test_no_answer_is_lost_or_changed(aftermath: Aftermath) -> None:
    for part, text in aftermath.answers.items():
        # Of several answers the one that was logged stands: the last, as none was logged before it.
        assert text == aftermath.given[part][-1]


def test_every_request_has_a_reservation_that_is_settled_or_runs_out(aftermath: Aftermath) -> None:
    held = Counter(aftermath.parts[row.id.split(":")[0]] for row in aftermath.reservations)
    # One that died before it sent anything is charged as well: nobody can tell.
    assert aftermath.asked - held == Counter()
    assert (held - aftermath.asked).total() == 1
    states = Counter(row.state for row in aftermath.reservations)
    assert states == {"settled": CALLS, "open": len(ASKED_AGAIN) + 1}


def test_once_leases_have_run_out_the_day_has_paid_for_everything_and_nothing_is_held(
    aftermath: Aftermath,
) -> None:
    before = {row.id: row for row in aftermath.reservations}
    for row in aftermath.lapsed:
        known = before.get(row.id)
        if known is not None and known.state == "open":
            assert (row.state, row.spent_micro) == ("expired", known.held_micro)
        elif known is not None:
            assert row == known
    assert aftermath.spent_micro == sum(row.spent_micro for row in aftermath.lapsed)


def test_the_run_counts_what_left_and_what_was_repeated(aftermath: Aftermath) -> None:
    figures = aftermath.figures
    assert (figures.asked, figures.repeated) == (len(aftermath.reservations), len(ASKED_AGAIN) + 1)
    assert figures.cost_micro == CALLS * 30
