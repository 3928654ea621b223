"""Work on threads: a cancel takes it out of the queue or waits for its end."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from trends.storage.threads import to_its_end


async def test_answer_comes_back() -> None:
    with ThreadPoolExecutor(1) as threads:
        assert await to_its_end(threads, lambda: 7) == 7


async def test_work_that_has_begun_is_waited_for() -> None:
    begun, go, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go.wait(10)
        done.set()

    with ThreadPoolExecutor(2) as threads:
        task = asyncio.create_task(to_its_end(threads, work))
        await to_its_end(threads, lambda: begun.wait(10))
        task.cancel()
        await asyncio.wait([task], timeout=0.05)
        still_waiting = not task.done()
        go.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert (still_waiting, done.is_set()) == (True, True)


async def test_work_that_waits_in_the_queue_is_never_begun() -> None:
    go, ran = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as threads:
        blocking = threads.submit(go.wait, 10)
        task = asyncio.create_task(to_its_end(threads, ran.set))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not blocking.done()
        go.set()

    assert not ran.is_set()


async def test_failure_of_cancelled_work_is_not_logged_as_lost() -> None:
    lost: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: lost.append(context))
    begun, go = threading.Event(), threading.Event()

    def fail() -> None:
        begun.set()
        go.wait(10)
        raise LookupError

    with ThreadPoolExecutor(2) as threads:
        task = asyncio.create_task(to_its_end(threads, fail))
        await to_its_end(threads, lambda: begun.wait(10))
        task.cancel()
        loop.call_soon(go.set)
        with pytest.raises(asyncio.CancelledError):
            await task
    del task
    loop.set_exception_handler(None)

    assert lost == []
