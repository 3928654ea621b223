"""Parsing in a process of its own, with an end to its time and memory.

One regular expression of a parser can hold the interpreter for hours, and with it every other stage of the worker. A
thread cannot be ended; a process can.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from trends.sources.feeds import child
from trends.sources.feeds.parsing import Feed, NotAFeedError

WAIT_SECONDS = 60.0
"""For a machine that is busy with other things; the process itself ends after `child.CPU_SECONDS` of its own."""

_ROOT = Path(__file__).resolve().parents[3]
# Nothing else of ours: no secrets where hostile bytes are read.
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR")


async def parse_apart(
    data: bytes, *, content_type: str = "", url: str = "", wait_seconds: float = WAIT_SECONDS
) -> Feed:
    """Read a feed as `parse_feed` does, whatever it does to the parser.

    Raises:
        NotAFeedError: Nothing that a feed could be, or the parser did not come to its end with it.
        OSError: No process can be started now.
    """
    environ = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # a folder that happens to be the current one lends no modules
        "-m",
        child.__name__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**environ, "PYTHONPATH": str(_ROOT)},
    )
    head = json.dumps({"content_type": content_type, "url": url}).encode()
    try:
        async with asyncio.timeout(wait_seconds):
            said, _ = await process.communicate(head + b"\n" + data)
    except TimeoutError as error:
        raise NotAFeedError(_GAVE_UP) from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise NotAFeedError(_GAVE_UP)
    return child.read_answer(said)


_GAVE_UP = "The parser ran out of time or memory with it"
