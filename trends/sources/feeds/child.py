"""The process that parses one feed, and may be killed while it does.

In: a line of JSON with `content_type` and `url`, then the feed's bytes. Out: JSON, see `answer`.
"""

import json
import resource
import sys
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any, BinaryIO

from trends.sources.feeds.parsing import Entry, Feed, NotAFeedError, parse_feed

CPU_SECONDS = 20
MAX_ENTRIES = 2_000
MEMORY_BYTES = 1024**3
# One more than is kept, so that whoever reads them knows that they are too long.
LONGEST_TITLE = 2_001
LONGEST_SUMMARY = 4_000
LONGEST_FIELD = 4_097


def answer(stream: BinaryIO) -> dict[str, Any]:
    """Parse what the stream holds: `feed` as `Feed` has it, or `why` not and the `links` of a page."""
    said: dict[str, str] = json.loads(stream.readline())
    try:
        feed = parse_feed(
            stream.read(),
            content_type=said["content_type"],
            url=said["url"],
            max_entries=MAX_ENTRIES,
        )
    except NotAFeedError as error:
        return {"why": str(error), "links": error.links}
    return {"feed": asdict(replace(feed, entries=tuple(_cut(entry) for entry in feed.entries)))}


def read_answer(text: bytes) -> Feed:
    """Read what `main` wrote.

    Raises:
        NotAFeedError: It was no feed.
        ValueError: It was no answer.
    """
    said: dict[str, Any] = json.loads(text)
    if "feed" not in said:
        raise NotAFeedError(said["why"], said["links"])
    fields = said["feed"]
    entries = tuple(Entry(**entry) for entry in fields["entries"])
    return Feed(title=fields["title"], entries=entries, left_out=fields["left_out"])


def main() -> None:
    """Take limits upon itself, then parse what comes in."""
    # The kernel ends it, also when whoever started it is gone. Not every system knows both limits.
    for limit, most in ((resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_AS, MEMORY_BYTES)):
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
    text = json.dumps(answer(sys.stdin.buffer))
    sys.stdout.buffer.write(text.encode())


def _cut(entry: Entry) -> Entry:
    limits = {"title": LONGEST_TITLE, "summary": LONGEST_SUMMARY}
    values: dict[str, str | None] = asdict(entry)
    return Entry(
        **{name: text and text[: limits.get(name, LONGEST_FIELD)] for name, text in values.items()}
    )


if __name__ == "__main__":
    main()
