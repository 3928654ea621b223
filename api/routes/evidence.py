"""Evidence: the stories, sources and quotations that the numbers of a report, or of a trend, rest on."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, Field

from api.deps import ReadsRuns, ReadsTrends, RunId, ServedBy
from api.errors import problems
from api.routes.reports import MEDIA_TYPES, form_of
from api.routes.trends import TrendId
from api.schemas import Out
from trends.domain.models import Evidence, SourceOutcome
from trends.errors import InvalidRequestError
from trends.reports.evidence import Claimed, EvidenceOfTopic, read_evidence
from trends.storage.cursors import read_place, write_place
from trends.storage.trends import TrendEvidence

router = APIRouter(tags=["evidence"])

MAX_PAGE = 200


class Story(Out):
    """One story, which is what is counted: near-duplicate items joined."""

    id: str
    title: str = Field(description="Word for word, of its first item.")
    summary: str = Field(description="The lead of its first item; may be empty.")
    url: str | None
    place: str | None = Field(description="What cites it where there is no link.")
    outlet: str | None = Field(description="Of its first item.")
    published_at: AwareDatetime
    outlets: int = Field(description="Distinct outlets that carried it; 0 where unknown.")
    items: int = Field(description="Items joined in it.")
    censored: bool = Field(
        description="From lists that hit their cap: shown, and in none of the numbers."
    )


class RunEvidence(Out):
    """One story as evidence of one topic."""

    claimed: Claimed = Field(
        description="Where the report has the topic: `announced`, `other_news`, `watching`, or as an entity of the "
        "`watchlist`."
    )
    topic_id: str = Field(description="The topic, or the entity's name on the watchlist.")
    label: str
    trend_id: str | None
    rank: int = Field(description="Place among the stories of the topic; 1 is the best.")
    source: str | None = Field(description="The source that gave its first item.")
    quotes: list[str] = Field(description="Sentences that the report takes from it, word for word.")
    story: Story


class SourceStanding(Out):
    """How a source did in the run."""

    source: str
    ok: bool
    items: int
    made_up: bool = Field(description="Its items are generated.")
    slug: str | None = Field(description="Why it failed: slug of the error.")
    reason: str | None


class RunEvidencePage(Out):
    """One page of what a report rests on, in the report's order, and how every source did."""

    items: list[RunEvidence]
    sources: list[SourceStanding]
    total: int = Field(description="On all pages.")
    next_cursor: str | None = Field(description="Null on the last page.")


class TrendStory(Out):
    """One story of a trend, and the newest window that rests on it."""

    run_id: str
    topic_id: str
    window_end: AwareDatetime
    story: Story


class TrendEvidencePage(Out):
    """One page of the stories of a trend, newest first."""

    items: list[TrendStory]
    next_cursor: str | None = Field(description="Null on the last page.")


Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="Stories on a page.")]
Cursor = Annotated[
    str | None, Query(max_length=500, description="`next_cursor` of the page before.")
]


@router.get(
    "/v1/runs/{run_id}/evidence",
    operation_id="list_run_evidence",
    summary="See what a report rests on",
    responses=problems(
        "invalid-request",
        "run-not-found",
        "report-not-ready",
        "validation",
        "artifact-missing",
        "artifact-corrupt",
        "storage-unavailable",
    ),
)
async def list_run_evidence(
    who: ReadsRuns,
    run_id: RunId,
    served: ServedBy,
    request: Request,
    response: Response,
    topic: Annotated[
        str | None,
        Query(
            max_length=200,
            description="Only of this topic: its id, its trend's id, or its label; of an entity its name.",
        ),
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> RunEvidencePage:
    """Give one page of the stories behind the report's topics, with what is quoted from each."""
    row = await served.doors.store.get(who.tenant, run_id)
    data = await served.doors.artifacts.get(form_of(row, MEDIA_TYPES["json"]))
    found = read_evidence(data, topic)
    first = 0 if cursor is None else _place(cursor, run_id)
    shown = found.stories[first : first + limit]
    following = first + limit
    next_cursor = write_place(str(following), run_id) if following < len(found.stories) else None
    _link(request, response, {"topic": topic, "limit": limit, "cursor": next_cursor})
    return RunEvidencePage(
        items=[_run_evidence(each) for each in shown],
        sources=[_standing(outcome) for outcome in found.sources],
        total=len(found.stories),
        next_cursor=next_cursor,
    )


@router.get(
    "/v1/trends/{trend_id}/evidence",
    operation_id="list_trend_evidence",
    summary="See what a trend rests on",
    responses=problems("invalid-request", "trend-not-found", "validation", "storage-unavailable"),
)
async def list_trend_evidence(
    who: ReadsTrends,
    trend_id: TrendId,
    served: ServedBy,
    request: Request,
    response: Response,
    topic: Annotated[
        str | None, Query(max_length=64, description="Only of this topic of a run, by its id.")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> TrendEvidencePage:
    """Give one page of the stories that the windows of a trend remember, newest first."""
    page = await served.doors.trends.store.evidence(
        who.tenant, trend_id, topic=topic, cursor=cursor, limit=limit
    )
    _link(request, response, {"topic": topic, "limit": limit, "cursor": page.next_cursor})
    return TrendEvidencePage(
        items=[_trend_story(each) for each in page.items], next_cursor=page.next_cursor
    )


def _place(cursor: str, run_id: str) -> int:
    place, of = read_place(cursor)
    if of != run_id or not (place.isascii() and place.isdecimal()) or len(place) > len("1000000"):
        raise InvalidRequestError(
            "The cursor is of another list.", next_step="Leave it out to begin anew."
        )
    return int(place)


def _link(request: Request, response: Response, asked: dict[str, Any]) -> None:
    if asked["cursor"] is not None:
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'


def _run_evidence(found: EvidenceOfTopic) -> RunEvidence:
    return RunEvidence(
        claimed=found.claimed,
        topic_id=found.topic_id,
        label=found.label,
        trend_id=found.trend_id,
        rank=found.rank,
        source=found.source,
        quotes=list(found.quotes),
        story=_story(found.story),
    )


def _trend_story(found: TrendEvidence) -> TrendStory:
    return TrendStory(
        run_id=found.run_id,
        topic_id=found.topic_id,
        window_end=found.window_end,
        story=_story(found.story),
    )


def _story(story: Evidence) -> Story:
    values = dict(story)
    values["id"] = values.pop("story_id")
    return Story.model_validate(values)


def _standing(outcome: SourceOutcome) -> SourceStanding:
    return SourceStanding(
        source=outcome.source,
        ok=outcome.ok,
        items=outcome.items,
        made_up=outcome.made_up,
        slug=outcome.slug or None,
        reason=outcome.reason or None,
    )
