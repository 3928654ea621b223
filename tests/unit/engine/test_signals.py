"""The first signal asks, the second hurries; clean-up runs in both cases."""

import asyncio
import os
import signal

import pytest

from engine.signals import run_until_signal


async def test_work_that_ends_by_itself_gives_its_value() -> None:
    async def work(_hurry: asyncio.Event) -> int:
        return 7

    ended = await run_until_signal(work)
    assert (ended.value, ended.by) == (7, None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_cancels_the_work_after_its_clean_up(number: signal.Signals) -> None:
    steps: list[str] = []

    async def work(_hurry: asyncio.Event) -> None:
        os.kill(os.getpid(), number)
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            steps.append("clean")

    ended = await run_until_signal(work)
    assert (ended.value, ended.by, steps) == (None, number, ["clean"])


async def test_a_second_signal_hurries_the_clean_up() -> None:
    async def work(hurry: asyncio.Event) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        try:
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            await hurry.wait()

    ended = await run_until_signal(work)
    assert ended.by is signal.SIGINT


async def test_errors_of_the_work_reach_the_caller() -> None:
    async def work(_hurry: asyncio.Event) -> None:
        raise LookupError("it failed")

    with pytest.raises(LookupError, match="it failed"):
        await run_until_signal(work)


async def test_signals_mean_what_they_did_before_when_it_is_over() -> None:
    async def work(_hurry: asyncio.Event) -> None:
        pass

    before = signal.getsignal(signal.SIGTERM)
    await run_until_signal(work)
    assert signal.getsignal(signal.SIGTERM) == before
