"""What a failure of a stage asks Temporal for: how long to wait, and for how long a limit may be waited for."""

from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.common import RetryPolicy
from temporalio.testing import ActivityEnvironment

from activities.attempt import backoff_of
from activities.errors import LONGEST_WAIT, as_application_error
from trends.errors import LimitReachedError
from workflows import stages

SECOND = timedelta(seconds=1)
POLICY = RetryPolicy(initial_interval=SECOND, maximum_interval=timedelta(minutes=1))


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 1), (2, 2), (6, 32), (7, 60), (1000, 60)])
def test_backoff_is_what_the_retry_policy_would_wait(attempt: int, seconds: int) -> None:
    info = replace(ActivityEnvironment().info, attempt=attempt, retry_policy=POLICY)
    assert backoff_of(info) == seconds * SECOND


def test_without_a_policy_there_is_nothing_to_wait() -> None:
    assert backoff_of(replace(ActivityEnvironment().info, retry_policy=None)) == timedelta(0)


@pytest.mark.parametrize(
    ("asked", "least", "waited"),
    [
        (2 * SECOND, 32 * SECOND, 32 * SECOND),
        (90 * SECOND, 32 * SECOND, 90 * SECOND),
        (timedelta(days=1), SECOND, LONGEST_WAIT),
    ],
    ids=["no sooner than the policy", "no sooner than asked", "no longer than an hour"],
)
def test_wait_is_the_longer_of_what_is_asked_and_the_policy_s(
    asked: timedelta, least: timedelta, waited: timedelta
) -> None:
    error = LimitReachedError("Not yet.", retry_after=asked)
    assert as_application_error(error, least).next_retry_delay == waited


def test_summarize_waits_about_an_hour_for_a_limit_before_it_parks() -> None:
    row = stages.stage("news", "summarize")
    waits = [min(row.first_retry * 2**n, row.longest_retry) for n in range(row.attempts - 1)]
    assert timedelta(minutes=50) < sum(waits, timedelta(0)) < timedelta(minutes=90)
