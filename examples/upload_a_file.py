"""Find trends in headlines of your own: JSON Lines, CSV, RSS or Atom, each also as .gz.

python examples/upload_a_file.py headlines.jsonl
"""

import sys

from trends_client import InvalidRequestError, TrendsClient


def main(path: str) -> int:
    """Give 0 when the run completed."""
    with TrendsClient() as trends:
        stored = trends.upload(path)
        print(f"{stored.bytes:,} bytes stored as {stored.source}")
        try:
            run = trends.submit(sources=[stored.source], window="7d")
        except InvalidRequestError as error:
            print(error)
            return 1
        run = trends.wait(run.id)
        print(run.reason.message if run.reason else trends.report(run.id))
        return 0 if run.completed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
