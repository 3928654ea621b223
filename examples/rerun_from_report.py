"""Write the report of a completed run again, without collecting or analyzing anew; without an id, of the latest.

python examples/rerun_from_report.py [RUN_ID]
"""

import sys

from trends_client import TrendsClient


def main(run_id: str | None) -> int:
    """Give 0 when the new run completed."""
    with TrendsClient() as trends:
        if run_id is None:
            latest = next(trends.list(status="completed", limit=1), None)
            if latest is None:
                print("No run has completed yet.")
                return 1
            run_id = latest.id
        run = trends.wait(trends.rerun(run_id, stage="report").id)
        for stage in run.stages:
            print(stage.name, stage.status)
        print(trends.report(run.id, format="markdown"))
        return 0 if run.completed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
