"""Start a run, wait for it, print its five lines and the address of its report.

python examples/submit_and_wait.py "두바이 쿠키"
"""

import sys

from trends_client import TrendsClient, WaitTimeoutError


def main(query: str) -> int:
    """Give 0 when the run completed."""
    with TrendsClient() as trends:
        run = trends.submit(query, window="7d", market="KR", report_language="ko")
        print(f"started {run.id}")
        try:
            run = trends.wait(run.id, timeout=300)
        except WaitTimeoutError as late:
            print(late)
            return 1
        if run.parked:
            print(f"parked at {run.stage}; trends.retry, skip or abort decides how it goes on")
            return 1
        for line in run.lines:
            print(line)
        print(f"{trends.base_url}{run.links.self}/report?format=html")
        return 0 if run.completed else 1


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
