"""What it costs to look for a watchlist in headlines: as many names as there may be, in 100,000 of them."""

import argparse
import random
import time

from benchmarks.figures import Figures
from trends.domain.models import Language
from trends.domain.watching import Watcher
from trends.domain.watchlist import MOST_ALIASES, MOST_ENTITIES, Aliases, Entity, check_watchlist

TITLES = 100_000
WORDS = 12
SEED = 20260125
VOCABULARY = 20_000


def word(chance: random.Random) -> str:
    """Make a word of two to four syllables, now and then a Latin one."""
    length = chance.randint(2, 4)
    if chance.random() < 0.2:
        return "".join(chance.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(length + 3))
    return "".join(chr(chance.randint(ord("가"), ord("힣"))) for _ in range(length))


def main() -> int:
    """Measure processor time, which other programs on the machine do not lengthen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="not needed here")
    parser.parse_args()
    chance = random.Random(SEED)
    vocabulary = list(dict.fromkeys(word(chance) for _ in range(VOCABULARY)))
    titles = [" ".join(chance.choices(vocabulary, k=WORDS)) for _ in range(TITLES)]
    seen = vocabulary[:MOST_ENTITIES]
    entities = [
        Entity(
            name=name,
            aliases=Aliases(any=(name, *(f"{name}{n}호" for n in range(1, MOST_ALIASES)))),
        )
        for name in seen
    ]
    check_watchlist(entities)
    began = time.process_time()
    watcher = Watcher(entities)
    built = time.process_time() - began
    began = time.process_time()
    found = sum(len(watcher.hits(title, Language.KO)) for title in titles)
    took = time.process_time() - began
    figures = Figures("watchlist", "python -m benchmarks.watchlist")
    figures.add("aliases", MOST_ENTITIES * MOST_ALIASES, "")
    figures.add("names found", found, "")
    figures.add("setting up", built, "s")
    figures.add(f"looking through {TITLES:,} headlines", took, "s", "<= 2.0")
    return 0 if figures.finish() else 1


if __name__ == "__main__":
    raise SystemExit(main())
