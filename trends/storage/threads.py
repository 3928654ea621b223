"""Blocking work on threads of our own, which a cancel never leaves running behind."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

Value = TypeVar("Value")


async def to_its_end(threads: Executor, work: Callable[[], Value]) -> Value:
    """Run blocking work on a thread.

    A cancel takes work that has not begun out of the queue; work that has begun is waited for, and then the cancel is
    passed on. So what was half done is never left to itself.
    """
    job = threads.submit(work)
    future = asyncio.wrap_future(job)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        if not job.cancel():
            await asyncio.wait([future])
            if not future.cancelled():
                future.exception()  # looked at, or asyncio would log it as lost
        raise
