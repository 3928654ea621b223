"""How a question is widened and narrowed before anything is searched; what it is called by does not change."""

from trends.domain.models import Model


class Plan(Model):
    """Words by which the question was widened and narrowed before anything was searched.

    Attributes:
        query: The question as it was asked, canonical.
        widened: The query that was applied.
        synonyms: Words that count as the question's.
        excluded: Words whose stories do not count.
        rationale: Why, in the words of the model.
        model: Which model proposed them.
        refused: Proposals that were not taken.
    """

    query: str
    widened: str
    synonyms: tuple[str, ...]
    excluded: tuple[str, ...]
    rationale: str
    model: str
    refused: int = 0


class Planned(Model):
    """What came of planning a question.

    Attributes:
        plan: The plan; None where there is none.
        slug: Why there is none: error slug; empty where there is one, or nothing to add.
    """

    plan: Plan | None = None
    slug: str = ""
