"""Compiling clause patterns once, so that filling one costs microseconds.

A pattern holds slots in braces. `{P2}` is a second, different draw from the slot `P`. `{R|이}` appends
the Korean particle that the last syllable of the filled word asks for.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_SLOT = re.compile(r"\{(\w+)(?:\|(\w+))?\}")
_HANGUL_FIRST = 0xAC00
_HANGUL_LAST = 0xD7A3
_FINALS = 28
_FINAL_RIEUL = 8
# Digits as they are read aloud: whether the name ends in a consonant (영 일 이 삼 사 오 육 칠 팔 구).
_DIGIT_FINALS = {"0": 21, "1": 8, "2": 0, "3": 16, "4": 0, "5": 0, "6": 1, "7": 8, "8": 8, "9": 0}
_PARTICLES = {
    "이": ("이", "가"),
    "은": ("은", "는"),
    "을": ("을", "를"),
    "과": ("과", "와"),
    "으로": ("으로", "로"),
    "도": ("도", "도"),
}


@dataclass(frozen=True)
class Clause:
    """A compiled pattern: text, then slot, then text, and so on.

    Attributes:
        texts: One more than there are slots.
        slots: Slot names, in order.
        particles: The particle to append to each slot, or "".
        mood: `+` demand, `=` neutral, `-` trouble.
    """

    texts: tuple[str, ...]
    slots: tuple[str, ...]
    particles: tuple[str, ...]
    mood: str


def compile_clause(pattern: str, mood: str = "=") -> Clause:
    """Compile one pattern."""
    parts = _SLOT.split(pattern)
    return Clause(
        texts=tuple(parts[0::3]),
        slots=tuple(parts[1::3]),
        particles=tuple(part or "" for part in parts[2::3]),
        mood=mood,
    )


def compile_lines(text: str, mood: str = "=") -> tuple[Clause, ...]:
    """Compile one pattern a line."""
    return tuple(compile_clause(line, mood) for line in text.strip().splitlines())


def fill(clause: Clause, value: Callable[[str], str]) -> str:
    """Fill a clause; `value` gives the text of a slot."""
    parts = [clause.texts[0]]
    for slot, particle, text in zip(clause.slots, clause.particles, clause.texts[1:], strict=True):
        word = value(slot)
        parts.append(with_particle(word, particle) if particle else word)
        parts.append(text)
    return "".join(parts)


def with_particle(word: str, particle: str) -> str:
    """Append a Korean particle in the form that goes with the word's last sound."""
    closed, open_ = _PARTICLES[particle]
    final = _final_sound(word[-1])
    if particle == "으로" and final == _FINAL_RIEUL:
        return word + open_
    return word + (closed if final else open_)


def _final_sound(letter: str) -> int:
    code = ord(letter)
    if _HANGUL_FIRST <= code <= _HANGUL_LAST:
        return (code - _HANGUL_FIRST) % _FINALS
    return _DIGIT_FINALS.get(letter, 0)


def words(text: str) -> tuple[str, ...]:
    """Split a table at its commas; one within a number stays."""
    return tuple(entry.strip() for entry in text.replace(",\n", ", ").split(", "))


def moods(table: Mapping[str, str], kind: str) -> tuple[Clause, ...]:
    """Compile the rows of `table` for one kind of subject, in every mood."""
    return tuple(
        clause for mood in "+=-" for clause in compile_lines(table.get(kind + mood, ""), mood)
    )
