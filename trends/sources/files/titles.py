"""Outlets that stand at the end of the title, as in "Rain delays trains - Northquay Courier"."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from trends.domain.models import RawItem
from trends.sources.base import ReadLog

SAMPLE_TITLES = 200
FEWEST_TITLES = 20
ENDING_SHARE = 0.9
# Outlets come again and again; where most endings are different ones they are something else.
DISTINCT_SHARE = 0.5
_ENDING = re.compile(r"(?P<title>.*\S)\s+-\s+(?P<outlet>\S(?:.{0,38}\S)?)", re.DOTALL)


def split_titles(
    items: Iterator[RawItem], chosen: bool | None, name: str, log: ReadLog
) -> Iterator[RawItem]:
    """Take the outlet from the end of titles, where that is their form.

    Args:
        items: The items of one file.
        chosen: Whether to do it; None looks at the first `SAMPLE_TITLES` titles.
        name: The file, for the note that says so.
        log: Takes the note.
    """
    if chosen is False:
        yield from items
        return
    head = list(islice(items, SAMPLE_TITLES))
    if not (chosen or endings_are_outlets(head)):
        yield from head
        yield from items
        return
    if not chosen:
        log.note(f"Outlets of {name} were taken from the ends of its titles.")
    for item in chain(head, items):
        yield _split(item)


def endings_are_outlets(items: Sequence[RawItem]) -> bool:
    """Whether these items, none of which names its outlet, name it at the end of the title."""
    if len(items) < FEWEST_TITLES or any(item.outlet for item in items):
        return False
    endings = [found["outlet"] for item in items if (found := _ENDING.fullmatch(item.title))]
    enough = len(endings) >= ENDING_SHARE * len(items)
    return enough and len(set(endings)) <= DISTINCT_SHARE * len(endings)


def _split(item: RawItem) -> RawItem:
    found = None if item.outlet else _ENDING.fullmatch(item.title)
    if found is None:
        return item
    return item.model_copy(update={"title": found["title"], "outlet": found["outlet"]})
