"""A watchlist: the names that a monitor counts besides topics, how each is written, and what it is not.

An alias belongs to one language, or to any. Where an entity has no alias, its name is one. An alias that two entities
share would be counted twice, so it is refused.
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from trends.domain.models import Language, Model
from trends.domain.text import clean, fold
from trends.errors import InvalidWatchlistError

MOST_ENTITIES = 500
MOST_ALIASES = 50
"""Of one entity, over all languages."""

MOST_EXCLUDED = 50
LONGEST_NAME = 80
LONGEST_PHRASE = 100


def _plain(text: str) -> str:
    cleaned = clean(text)
    if not any(char.isalnum() for char in cleaned):
        message = "holds no letter and no digit"
        raise ValueError(message)
    # It parts the aliases in a spreadsheet's cell.
    if "|" in cleaned:
        message = "holds |"
        raise ValueError(message)
    return cleaned


def _distinct(phrases: tuple[str, ...]) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for phrase in phrases:
        kept.setdefault(fold(phrase), phrase)
    return tuple(kept.values())


Phrase = Annotated[str, Field(max_length=LONGEST_PHRASE), AfterValidator(_plain)]
Phrases = Annotated[tuple[Phrase, ...], AfterValidator(_distinct)]
EntityName = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_plain)]
Title = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(clean)]


class Aliases(Model):
    """How an entity is written.

    Attributes:
        ko: In Korean stories.
        en: In English stories.
        any: In both.
    """

    ko: Phrases = ()
    en: Phrases = ()
    any: Phrases = ()

    @property
    def every(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.any, *self.ko, *self.en)


class Entity(Model):
    """A brand, product or person to watch.

    Attributes:
        name: What it is known by in its watchlist.
        title: What a report calls it; its name where empty.
        group: Whom it competes with: entities of one group share their voice. Empty: nobody.
        aliases: How it is written; where there are none, its name is one.
        excluded: Other senses. A headline that holds one of these does not count: `apple pie` for Apple.
    """

    name: EntityName
    title: Title = ""
    group: Title = ""
    aliases: Aliases = Aliases()
    excluded: Annotated[Phrases, Field(max_length=MOST_EXCLUDED)] = ()

    @property
    def shown(self) -> str:
        """What a report calls it."""
        return self.title or self.name

    @property
    def languages(self) -> tuple[Language, ...]:
        """Languages in which it can be found."""
        return tuple(language for language in Language if self.written(language))

    def written(self, language: Language) -> tuple[str, ...]:
        """How it is written in a language."""
        of = self.aliases
        if not of.every:
            return (self.name,)
        return (*of.any, *(of.ko if language is Language.KO else of.en))


Watchlist = tuple[Entity, ...]


def check_watchlist(entities: Sequence[Entity]) -> None:
    """Refuse a watchlist that cannot be counted.

    Raises:
        InvalidWatchlistError: Too long, a name twice, or an alias of two entities; names both.
    """
    if len(entities) > MOST_ENTITIES:
        raise InvalidWatchlistError(
            f"The watchlist has {len(entities):,} entities; at most {MOST_ENTITIES} are counted.",
            next_step="Split it over several monitors.",
        )
    names: dict[str, str] = {}
    owners: dict[str, str] = {}
    for entity in entities:
        _check_sizes(entity)
        if fold(entity.name) in names:
            raise InvalidWatchlistError(
                f"The watchlist names '{entity.name}' twice.", next_step="Join the two."
            )
        names[fold(entity.name)] = entity.name
        for alias in entity.aliases.every or (entity.name,):
            owner = owners.setdefault(fold(alias), entity.name)
            if owner != entity.name:
                raise InvalidWatchlistError(
                    f"'{alias}' is an alias of both '{owner}' and '{entity.name}'.",
                    why="Each story that says it would count for both.",
                    next_step="Leave it to one of them, or write a longer alias.",
                )


def _check_sizes(entity: Entity) -> None:
    aliases = len(entity.aliases.every)
    if aliases > MOST_ALIASES:
        raise InvalidWatchlistError(
            f"'{entity.name}' has {aliases} aliases; an entity has at most {MOST_ALIASES}.",
            next_step="Leave out spellings that another one covers: case and width make no difference.",
        )
