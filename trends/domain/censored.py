"""Stories of censored lists: evidence of a topic, and in none of its numbers.

A search answers with what matches and stops at its cap. How many stories it gives says how large the cap is, not how
much was written, so nothing is counted on it. What it found is worth reading all the same.
"""

from collections.abc import Sequence

from trends.domain.models import Language, Story, Window
from trends.domain.terms import TermReader

Keys = frozenset[str]


class CensoredStories:
    """The censored stories of a run's window that its query matches, and the terms they hold.

    Args:
        stories: All stories of the run.
        window: The span the report speaks of.
        reader: Reads their titles.
    """

    def __init__(self, stories: Sequence[Story], window: Window, reader: TermReader) -> None:
        self._stories: dict[Language, list[tuple[Story, Keys]]] = {}
        for language in Language:
            chosen = [
                story
                for story in stories
                if story.censored
                and story.matched
                and story.language is language
                and window.start <= story.published_at < window.end
            ]
            read = reader.read([story.title for story in chosen], language)
            self._stories[language] = [
                (story, frozenset(span.key for span in spans))
                for story, spans in zip(chosen, read, strict=True)
            ]

    def of(self, core: Sequence[str], language: Language, most: int) -> tuple[Story, ...]:
        """Choose those that hold a term of a topic's core: most of its terms first, then newest first."""
        wanted = frozenset(core)
        found = [
            (len(wanted & keys), story) for story, keys in self._stories[language] if wanted & keys
        ]
        found.sort(key=lambda pair: (-pair[0], -pair[1].published_at.timestamp(), pair[1].story_id))
        return tuple(story for _, story in found[:most])
