"""Whether new words are found whole: a hundred coinages, each in a few headlines among thousands of ordinary ones.

Usage: python -m benchmarks.coinages [--data FOLDER]

The words and their headlines are in coinages.txt. A word is found whole if it is one term in every one of its
headlines. Ordinary headlines are the sample's; where FOLDER holds headlines_ko_en/headlines.jsonl.gz, real ones too.
"""

import argparse
import gzip
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figures
from trends.domain.coinages import CoinageMerger, find_coinages
from trends.domain.english import Span
from trends.domain.korean import Morpheme, key_of, shared_tokenizer
from trends.domain.models import Language
from trends.domain.terms import TermReader
from trends.sources.sample import generate

LIST = Path(__file__).with_name("coinages.txt")
UNTIL = datetime(2026, 3, 5, tzinfo=UTC)
ORDINARY_DAYS = 90
ORDINARY_PER_DAY = 120
TIMED = 10_000
WHOLE = 0.9
REAL_WORD = "두쫀쿠"


def coinages() -> Mapping[str, Sequence[str]]:
    """Read the list: each word with its headlines."""
    found: dict[str, list[str]] = {}
    word = ""
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        if line.startswith(" "):
            found[word].append(line.strip())
        elif line:
            word = line
            found[word] = []
    return found


def sample_titles() -> list[str]:
    """Write ordinary Korean headlines."""
    corpus = generate(7, UNTIL, ORDINARY_DAYS, ORDINARY_PER_DAY)
    return [item.title for item in corpus.items if item.language == "ko"]


def real_titles(folder: Path | None) -> list[str]:
    """Read real Korean headlines, none where they are absent."""
    file = folder and folder / "headlines_ko_en" / "headlines.jsonl.gz"
    if not file or not file.is_file():
        return []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row["title"] for row in rows if row["lang"] == "ko"]


def cut(words: Sequence[str]) -> list[list[Morpheme]]:
    """Cut words as a run does."""
    return shared_tokenizer().cut(words, ())


def share_whole(word: str, headlines: Sequence[str], found: Sequence[str]) -> float:
    """Return the share of a word's headlines in which it is one term."""
    key = word.casefold() if word.isascii() else key_of(word)
    terms = _terms(word, headlines, found)
    return sum(any(span.key == key for span in spans) for spans in terms) / len(headlines)


def in_parts(word: str, headlines: Sequence[str], found: Sequence[str]) -> bool:
    """Say whether a part of the word is a term too, in any of its headlines."""
    key = word.casefold() if word.isascii() else key_of(word)
    terms = _terms(word, headlines, found)
    return any(span.key != key and span.key in key for spans in terms for span in spans)


def _terms(word: str, headlines: Sequence[str], found: Sequence[str]) -> Iterator[list[Span]]:
    language = Language.EN if word.isascii() else Language.KO
    return TermReader(shared_tokenizer(), (), (), found).read(headlines, language)


def joined_words(titles: Sequence[str]) -> list[str]:
    """List the words that are put together again in ordinary headlines: new ones, names, and mistakes."""
    merger = CoinageMerger(find_coinages(titles, cut))
    joined: set[str] = set()
    for title, pieces in zip(titles, cut(titles), strict=True):
        whole = merger.merge(title, pieces)
        joined.update(title[p.start : p.end] for p in whole if p not in set(pieces))
    return sorted(joined)


def measure(figures: Figures, name: str, ordinary: Sequence[str], target: str) -> None:
    """Hide the coinages among ordinary headlines and look for them."""
    listed = coinages()
    titles = [*ordinary, *(title for each in listed.values() for title in each)]
    found = find_coinages(titles, cut)
    shares = {word: share_whole(word, each, found) for word, each in listed.items()}
    broken = sorted(word for word, share in shares.items() if share < 1)
    print(f"\n  not whole among {name}: {', '.join(f'{w} {shares[w]:.2f}' for w in broken)}")
    figures.add(f"found whole, {name}", 1 - len(broken) / len(listed), "", target)
    without = [share_whole(word, each, ()) < 1 for word, each in listed.items()]
    figures.add(f"whole without the search, {name}", 1 - sum(without) / len(listed), "")
    for text, words in (("", found), (" without the search", ())):
        parts = sum(in_parts(word, each, words) for word, each in listed.items())
        figures.add(f"counted in parts too{text}, {name}", parts / len(listed), "")
    joined = joined_words(ordinary)
    print(f"  joined, {name}: {' '.join(joined)}")
    figures.add(
        f"words joined per 1,000 headlines, {name}", 1_000 * len(joined) / len(ordinary), ""
    )


def main() -> int:
    """Measure everything; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    folder = parser.parse_args().data
    figures = Figures("coinages", "python -m benchmarks.coinages --data FOLDER")
    sample, real = sample_titles(), real_titles(folder)
    figures.add("coinages listed", len(coinages()), "words", "== 100")
    measure(figures, "sample headlines", sample, f">= {WHOLE}")
    timed = (real or sample)[:TIMED]
    if real:
        measure(figures, "real headlines", real, f">= {WHOLE}")
        with_word = [title for title in real if REAL_WORD in title]
        share = share_whole(REAL_WORD, with_word, find_coinages(real, cut))
        figures.add(f"{REAL_WORD} one term, of its real headlines", share, "", f">= {WHOLE}")
    else:
        print("\n  real headlines: no --data FOLDER with headlines_ko_en, left out")
    began = time.perf_counter()
    find_coinages(timed, cut)
    figures.add(f"search in {len(timed):,} headlines", time.perf_counter() - began, "s", "<= 2")
    return 0 if figures.finish() else 1


if __name__ == "__main__":
    sys.exit(main())
