"""Whether anything untrue gets into a report: 200 reports by a model that lies, and as many by one that does not.

Usage: python -m benchmarks.analyst [--reports 200] [--seeds 8] [--data FOLDER] [--draw 20]

FOLDER holds headlines_ko_en/headlines.jsonl.gz and headlines_en/headlines.jsonl.gz; they are left out where absent.
What was printed is judged by a referee that reads the sentences and their evidence, and shares no code with the
verifier; its own misses and false flags are figures too.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.analyst_briefs import ARCHIVES, real_topics, reports, sample_topics
from benchmarks.figures import Figures
from benchmarks.lie_checker import unsupported
from benchmarks.lying import FAMILIES, honest, with_plants
from trends.domain.drafting import Claim, Judged, TopicBrief, TopicDraft
from trends.domain.korean import shared_tokenizer
from trends.domain.models import Language
from trends.domain.verify import verify

Judge = Callable[[Claim, TopicBrief], Judged]

_SEED = 20
_LIES_OF_A_TOPIC = 2
_SHOWN = 12


@dataclass(frozen=True)
class Written:
    """A sentence, and what the bench alone knows of it.

    Attributes:
        claim: The sentence.
        brief: What it was written from.
        family: The lie's family; empty: it is true.
    """

    claim: Claim
    brief: TopicBrief
    family: str = ""


Writer = Callable[[Sequence[TopicBrief], random.Random], Iterator[Written]]


@dataclass
class Tally:
    """What became of the sentences.

    Attributes:
        lies: Written, by family.
        passed: Of them printed, by family.
        missed: Of the lies what the referee takes for supported, by family.
        true: True sentences written, by language.
        kept: Of them printed, by language.
        examples: Lies that the referee takes for supported.
        dropped: True sentences that were not printed, with the verifier's findings.
        flagged: Of the true sentences what the referee takes for unsupported.
        printed: Sentences printed by the lying model, true and false.
        unsupported: Of them what the referee does not find in the evidence, and why.
    """

    lies: Counter[str] = field(default_factory=Counter[str])
    passed: Counter[str] = field(default_factory=Counter[str])
    missed: Counter[str] = field(default_factory=Counter[str])
    true: Counter[Language] = field(default_factory=Counter[Language])
    kept: Counter[Language] = field(default_factory=Counter[Language])
    flagged: list[tuple[Written, tuple[str, ...]]] = field(
        default_factory=list[tuple[Written, tuple[str, ...]]]
    )
    examples: list[Written] = field(default_factory=list[Written])
    dropped: list[tuple[Written, Judged]] = field(default_factory=list[tuple[Written, Judged]])
    printed: int = 0
    unsupported: list[tuple[Written, tuple[str, ...]]] = field(
        default_factory=list[tuple[Written, tuple[str, ...]]]
    )


def honest_model(topics: Sequence[TopicBrief], rng: random.Random) -> Iterator[Written]:
    """Write what is true."""
    for brief in topics:
        yield from (Written(claim, brief) for claim in honest(brief, rng))


def lying_model() -> Writer:
    """Make a writer of a truth and two lies a topic, the families in turn: the rarest so far first."""
    written: Counter[str] = Counter()

    def write(topics: Sequence[TopicBrief], rng: random.Random) -> Iterator[Written]:
        for brief in topics:
            others = [each for each in topics if each is not brief]
            yield from (Written(claim, brief) for claim in honest(brief, rng)[:1])
            told = 0
            for family in sorted(FAMILIES, key=lambda name: (written[name], name)):
                claim = FAMILIES[family](brief, others, rng)
                if claim is not None:
                    written[family] += 1
                    told += 1
                    yield Written(claim, brief, family)
                if told == _LIES_OF_A_TOPIC:
                    break

    return write


def count(tally: Tally, sentence: Written, judge: Judge) -> Judged:
    """Let the verifier judge a sentence, and the referee what was written; returns what the verifier made of it."""
    judged = judge(sentence.claim, sentence.brief)
    why = unsupported(sentence.claim, sentence.brief)
    language = sentence.brief.language
    if sentence.family:
        tally.lies[sentence.family] += 1
        tally.passed[sentence.family] += judged.holds
        if not why:
            tally.missed[sentence.family] += 1
            tally.examples.append(sentence)
    else:
        tally.true[language] += 1
        tally.kept[language] += judged.holds
        if why:
            tally.flagged.append((sentence, why))
        if not judged.holds:
            tally.dropped.append((sentence, judged))
    return judged


def measure(
    judge: Judge, dealt: Sequence[tuple[TopicBrief, ...]], rng: random.Random
) -> tuple[Tally, Tally]:
    """Have every report written by the lying model, and by the honest one; returns what became of each."""
    lying, truthful = Tally(), Tally()
    liar = lying_model()
    for topics in dealt:
        planted = [with_plants(brief, rng) for brief in topics]
        for sentence in liar(planted, rng):
            judged = count(lying, sentence, judge)
            if judged.holds:
                lying.printed += 1
                why = unsupported(judged.claim, sentence.brief)
                if why:
                    lying.unsupported.append((sentence, why))
        for sentence in honest_model(planted, rng):
            count(truthful, sentence, judge)
    return lying, truthful


def share(part: Counter[str] | Counter[Language], whole: Counter[str] | Counter[Language]) -> float:
    """Return what part of a whole was counted."""
    return part.total() / max(whole.total(), 1)


def table(lying: Tally) -> None:
    """Print the families: written, passed, taken for supported by the referee."""
    width = max(map(len, FAMILIES))
    print(f"\n  {'lies':<{width}} {'written':>8} {'printed':>8} {'unseen by the referee':>22}")
    for name in FAMILIES:
        print(
            f"  {name:<{width}} {lying.lies[name]:>8} {lying.passed[name]:>8} {lying.missed[name]:>22}"
        )


def show(lying: Tally, truthful: Tally) -> None:
    """Print what should not have been printed, and truths that were dropped or flagged, a few of each."""
    for sentence, why in lying.unsupported[:_SHOWN]:
        print(f"  printed, unsupported ({', '.join(why)}): {sentence.claim.sentence}")
    for sentence, judged in truthful.dropped[:_SHOWN]:
        reasons = "; ".join(f"{each.check.value}: {each.what}" for each in judged.findings)
        print(f"  true, dropped ({reasons}): {sentence.claim.sentence}")
    for sentence, why in truthful.flagged[:_SHOWN]:
        print(f"  true, flagged by the referee ({', '.join(why)}): {sentence.claim.sentence}")
    for sentence in lying.examples[:_SHOWN]:
        print(f"  lie, unseen by the referee ({sentence.family}): {sentence.claim.sentence}")


def add_figures(figures: Figures, written: int, lying: Tally, truthful: Tally) -> None:
    """Add the figures that issue and referee are measured by."""
    figures.add("reports by a lying model", written, "reports")
    figures.add("families of lies told", len(+lying.lies), "families", ">= 12")
    figures.add("lies told", lying.lies.total(), "sentences")
    figures.add("lies printed, by who told them", lying.passed.total(), "sentences")
    figures.add("sentences printed by the lying model", lying.printed, "sentences")
    figures.add("of them unsupported, by the referee", len(lying.unsupported), "sentences", "== 0")
    figures.add("true sentences that survive", share(truthful.kept, truthful.true), "", ">= 0.9")
    for language in Language:
        kept = truthful.kept[language] / max(truthful.true[language], 1)
        figures.add(f"true sentences that survive, {language.value}", kept, "", ">= 0.9")
    figures.add("referee: lies seen", 1 - share(lying.missed, lying.lies), "", ">= 0.98")
    flagged = len(truthful.flagged) / max(truthful.true.total(), 1)
    figures.add("referee: true sentences flagged", flagged, "", "<= 0.02")


def verifier() -> Judge:
    """The product's own."""
    tokenizer = shared_tokenizer()

    def judge(claim: Claim, brief: TopicBrief) -> Judged:
        (judged,) = verify(TopicDraft(topic_id=brief.topic_id, claims=(claim,)), brief, tokenizer)
        return judged

    return judge


def main() -> int:
    """Measure; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--draw", type=int, default=_SEED)
    chosen = parser.parse_args()
    rng = random.Random(chosen.draw)
    # Another draw has other samples, too: what was mended on one is measured on another.
    first = (chosen.draw - _SEED) * chosen.seeds
    topics = [each for seed in range(chosen.seeds) for each in sample_topics(first + seed)]
    if chosen.data:
        for name in ARCHIVES:
            file = chosen.data / name / "headlines.jsonl.gz"
            if file.is_file():
                topics += real_topics(file, chosen.draw)
    lying, truthful = measure(verifier(), reports(topics, chosen.reports, rng), rng)
    figures = Figures("analyst", "python -m benchmarks.analyst --data FOLDER")
    table(lying)
    show(lying, truthful)
    add_figures(figures, chosen.reports, lying, truthful)
    return 0 if figures.finish() else 1


if __name__ == "__main__":
    sys.exit(main())
