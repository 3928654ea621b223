"""Follow a run live, across restarts of the API; without an id, a new one.

python examples/watch_events.py [RUN_ID]
"""

import asyncio
import sys

from trends_client import AsyncTrendsClient


async def main(run_id: str | None) -> int:
    """Give 0 when the run completed."""
    async with AsyncTrendsClient() as trends:
        run_id = run_id or (await trends.submit(sources=["sample"])).id
        async for event in trends.events(run_id):
            at = event.at.strftime("%H:%M:%S") if event.at else "        "
            what = " ".join(part for part in (event.stage, event.part) if part)
            print(at, event.type, what, event.data or "")
        return 0 if (await trends.get(run_id)).completed else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else None)))
