"""Stories as evidence: what a report cites of them."""

from trends.domain.models import Evidence, Story


def cited(story: Story, *, outlets_known: bool) -> Evidence:
    """Cite a story by its first item."""
    first = story.items[0]
    return Evidence(
        story_id=story.story_id,
        title=story.title,
        url=first.url,
        place=first.place,
        outlet=first.outlet,
        published_at=story.published_at,
        outlets=len(story.outlets) if outlets_known else 0,
        items=len(story.items),
        summary=first.summary,
        censored=story.censored,
    )
