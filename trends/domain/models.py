"""The nouns that travel between stages. Frozen, plain data; every time is UTC and aware."""

from datetime import UTC, date, datetime
from enum import StrEnum
from operator import not_
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Model(BaseModel):
    """Base of every value here: frozen, and unknown fields are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Tenant = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]

# Written only where it says something, so that what knows nothing of it stays as it was, to the byte.
Censored = Annotated[bool, Field(exclude_if=not_)]


class Language(StrEnum):
    """Languages a run can read."""

    KO = "ko"
    EN = "en"


class RunStatus(StrEnum):
    """Where a run stands. The last six are final."""

    STARTING = "starting"
    RUNNING = "running"
    BLOCKED = "blocked"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TERMINATED = "terminated"
    TIMED_OUT = "timed_out"
    LOST = "lost"

    @property
    def ended(self) -> bool:
        """Whether the run can change no more."""
        return self not in UNFINISHED


UNFINISHED = frozenset({RunStatus.STARTING, RunStatus.RUNNING, RunStatus.BLOCKED, RunStatus.PAUSED})
"""How a run stands that may still change."""


class Edition(StrEnum):
    """Which edition of its window's report a run makes."""

    FULL = "full"
    PARTIAL = "partial"
    CORRECTED = "corrected"


class ArtifactRef(Model):
    """Where a stage's output lies. History carries this, never the data.

    Attributes:
        uri: Key in the artifact store, derived from the digest.
        sha256: Hex digest of the bytes.
        media_type: Type of the bytes.
        rows: Lines, for JSON Lines; 1 otherwise.
        size_bytes: Length of the bytes.
    """

    uri: str
    sha256: str
    media_type: str
    rows: int
    size_bytes: int


class Window(Model):
    """A half-open span of time, `start <= t < end`."""

    start: AwareDatetime
    end: AwareDatetime


class RawItem(Model):
    """One headline as a source gave it, before any cleaning.

    Attributes:
        source: Name of the source, such as `sample`.
        item_id: Id within the source, stable across reads.
        title: Headline; may hold HTML and entities.
        summary: Lead text, if any; may hold HTML and entities.
        url: Link as given, if any.
        outlet: Who published it, if known.
        published: The time as written (ISO 8601, RFC 822 or a bare date), if any.
        language: Two-letter code as given, if any.
        place: What evidence cites where there is no link, such as `feed.jsonl:12`.
        censored: It comes from a list that hit its cap: evidence, but nothing to count on.
    """

    source: str
    item_id: str
    title: str
    summary: str = ""
    url: str | None = None
    outlet: str | None = None
    published: str | None = None
    language: str | None = None
    place: str | None = None
    censored: Censored = False


class TimeRule(StrEnum):
    """How an item's time was arrived at."""

    EXACT = "exact"
    DATE_ONLY = "date_only"
    MISSING = "missing"
    FUTURE = "future"


class Item(Model):
    """One cleaned headline.

    Attributes:
        item_id: `source:id`, unique in a run.
        source: Name of the source.
        title: Plain text.
        summary: Plain text, may be empty.
        url: Canonical link, if there is one.
        outlet: Who published it, if known.
        published_at: UTC; see `time_rule` for how it was arrived at.
        time_rule: Which rule gave `published_at`.
        language: `ko` or `en`.
        place: Citation where there is no link.
        censored: It comes from a list that hit its cap.
    """

    item_id: str
    source: str
    title: str
    summary: str = ""
    url: str | None = None
    outlet: str | None = None
    published_at: AwareDatetime
    time_rule: TimeRule = TimeRule.EXACT
    language: Language
    place: str | None = None
    censored: Censored = False


class Story(Model):
    """Near-duplicate items joined; the unit that is counted.

    Attributes:
        story_id: Id of its first item.
        language: Language of its first item.
        title: Title of its first item.
        published_at: Time of its first item.
        outlets: Distinct known outlets, sorted.
        items: All its items by (published_at, item_id).
        matched: Whether the run's query matches it. Unmatched stories are exposure only.
        censored: All its items come from lists that hit their cap: it is shown as evidence and never counted.
    """

    story_id: str
    language: Language
    title: str
    published_at: AwareDatetime
    outlets: tuple[str, ...]
    items: tuple[Item, ...]
    matched: bool = True
    censored: Censored = False


class TopicStatus(StrEnum):
    """Where a topic stands in its life."""

    EMERGING = "emerging"
    RISING = "rising"
    PEAKING = "peaking"
    FADING = "fading"


class Category(StrEnum):
    """What a topic is about, by what its headlines say.

    The first seven are consumer categories: what people eat, wear, put on, own, visit, live with and watch. `money`
    takes markets, companies and work; `tech` is what people own and use, and a chip maker's orders are `money`.
    """

    FOOD = "food"
    FASHION = "fashion"
    BEAUTY = "beauty"
    TECH = "tech"
    TRAVEL = "travel"
    HOME = "home"
    ENTERTAINMENT = "entertainment"
    MONEY = "money"
    HEALTH = "health"
    POLITICS = "politics"
    ACCIDENTS = "accidents"
    SPORT = "sport"
    OTHER = "other"


class DayCount(Model):
    """One 24 h bin.

    Attributes:
        day: Local date on which the bin ends, in the market's zone.
        stories: Stories of the topic in the bin.
        exposure: All stories observed in the bin.
        observed: False where no source gave anything: missing, not zero.
    """

    day: date
    stories: int
    exposure: int
    observed: bool = True


class Evidence(Model):
    """One story that a topic rests on.

    Attributes:
        story_id: The story.
        title: Its title, verbatim.
        url: Link to its first item, if any.
        place: Citation where there is no link.
        outlet: Outlet of its first item, if known.
        published_at: Time of its first item.
        outlets: Number of distinct outlets that carried it (0 where unknown).
        items: Number of items joined in it.
        summary: Lead text of its first item, verbatim; may be empty.
        censored: It comes from lists that hit their cap, and is in none of the topic's numbers.
    """

    story_id: str
    title: str
    url: str | None
    place: str | None
    outlet: str | None
    published_at: AwareDatetime
    outlets: int
    items: int
    summary: str = ""
    censored: Censored = False


class WindowTest(Model):
    """The surprise of a topic at one window length.

    Attributes:
        days: Window length: 1, 7, 14 or 28.
        stories: Stories observed in it.
        expected: Stories expected from the baseline and the exposure.
        p_value: Upper tail of the negative binomial.
        q_value: Benjamini-Hochberg adjusted, over all terms and windows of the run.
        alarmed: Whether q is at or below the run's error rate.
    """

    days: int
    stories: int
    expected: float
    p_value: float
    q_value: float
    alarmed: bool


class Topic(Model):
    """Terms that rise together, with everything a report says of them.

    Attributes:
        topic_id: Stable id derived from its terms.
        label: What to call it.
        terms: Its terms, strongest first.
        languages: Languages of its stories.
        status: Emerging, rising, peaking or fading.
        window_days: The window length at which it stands out most.
        stories: Stories in that window.
        growth: Rate in that window over the baseline's rate; 2.0 means doubled.
        growth_low: Lower end of the 90 % interval; topics are ranked by it.
        growth_high: Upper end of the 90 % interval.
        is_new: No story of it in the baseline.
        tests: One per window length that could be tested.
        persistence_days: Days of the last 28 on which it was above its baseline.
        outlets: Distinct outlets in the window, sorted; empty where unknown.
        single_outlet: Rests on one outlet; never announced.
        announced: Passed the error rate and rests on more than one outlet (where known).
        first_seen: Time of its earliest story at hand.
        series: One bin a day, oldest first.
        evidence: Its stories in the window, best first.
        category: What it is about.
        category_reason: Which words said so, in how many stories.
        consumer_score: How sure it is that consumers do something anew, 0 to 1; consumer topics are ranked by it.
    """

    topic_id: str
    label: str
    terms: tuple[str, ...]
    languages: tuple[Language, ...]
    status: TopicStatus
    window_days: int
    stories: int
    growth: float
    growth_low: float
    growth_high: float
    is_new: bool
    tests: tuple[WindowTest, ...]
    persistence_days: int
    outlets: tuple[str, ...]
    single_outlet: bool
    announced: bool
    first_seen: AwareDatetime
    series: tuple[DayCount, ...]
    evidence: tuple[Evidence, ...]
    category: Category = Category.OTHER
    category_reason: str = ""
    consumer_score: float = Field(default=0.0, ge=0.0, le=1.0)


class WatchVerdict(StrEnum):
    """What may be said of a watched entity."""

    RISING = "rising"
    SINGLE_OUTLET = "single_outlet"
    USUAL = "usual"
    PAST_TOO_SHORT = "past_too_short"


class VoiceShare(Model):
    """How much of what is said of a group of competitors is said of one.

    Attributes:
        share: Its stories over those of all in the group, in the window; a story that names two counts for both.
        low: Lower end of the 90 % interval.
        high: Upper end of the 90 % interval.
        before: The same before the window; null where nobody in the group was named.
    """

    share: float
    low: float
    high: float
    before: float | None


class WatchedEntity(Model):
    """An entity of the watchlist, counted.

    Attributes:
        name: Its name in the watchlist.
        title: What to call it.
        group: Whom it competes with; empty: nobody.
        verdict: What may be said.
        window_days: Days of the window.
        stories: Stories in the window that name it.
        expected: Stories expected there; null where it could not be tested.
        growth: Rate in the window over the usual rate.
        growth_low: Lower end of the 90 % interval.
        growth_high: Upper end of the 90 % interval.
        tests: One per window length that could be tested.
        voice: Its share of voice; null without a group, or where nobody in it was named.
        outlets: Distinct known outlets in the window; 0 where unknown.
        series: One bin a day, oldest first.
        evidence: Stories of the window that name it, best first.
    """

    name: str
    title: str
    group: str
    verdict: WatchVerdict
    window_days: int
    stories: int
    expected: float | None
    growth: float
    growth_low: float
    growth_high: float
    tests: tuple[WindowTest, ...]
    voice: VoiceShare | None
    outlets: int
    series: tuple[DayCount, ...]
    evidence: tuple[Evidence, ...]


class Confidence(StrEnum):
    """What an analysis may claim."""

    CALIBRATED = "calibrated"
    TOO_SHORT = "too_short"
    NO_DATA = "no_data"


class Analysis(Model):
    """What the analyze stage found.

    Attributes:
        confidence: Whether the past was long enough to claim a trend.
        error_rate: The false discovery rate that was held.
        days_observed: Observed days at hand, window included.
        stories: Matched stories in the window.
        items: Items behind them.
        outlets: Distinct known outlets of the matched stories in the window; 0 where unknown.
        terms_tested: Term and window pairs that were tested.
        topics: Announced first, then by growth_low, then by id.
        announced: Number of announced topics.
        watch: The entities of the watchlist, in its order; none without one.
    """

    confidence: Confidence
    error_rate: float
    days_observed: int
    stories: int
    items: int
    outlets: int = 0
    terms_tested: int
    topics: tuple[Topic, ...]
    announced: int
    watch: Annotated[tuple[WatchedEntity, ...], Field(exclude_if=not_)] = ()


class Quote(Model):
    """A sentence taken word for word from one piece of evidence."""

    text: str
    story_id: str


class Written(Model):
    """A sentence that a model wrote and that holds against the stories it names.

    Attributes:
        text: The sentence.
        story_ids: Stories it rests on.
    """

    text: str
    story_ids: tuple[str, ...]


class TopicSummary(Model):
    """What is said of one topic.

    Attributes:
        topic_id: The topic.
        quotes: Sentences taken word for word from its evidence.
        written: Sentences of a model, each checked against the evidence; left out where there are none.
        dropped: Sentences of a model that did not hold and are not in the report.
    """

    topic_id: str
    quotes: tuple[Quote, ...]
    written: Annotated[tuple[Written, ...], Field(exclude_if=not_)] = ()
    dropped: Annotated[int, Field(exclude_if=not_)] = 0

    @property
    def method(self) -> str:
        """`model` where a model's sentences hold, else `extractive`."""
        return "model" if self.written else "extractive"


def _nothing(value: object) -> bool:
    return value is None


class Withheld(Model):
    """Why a model did not do what it was to do, for the report.

    Attributes:
        slug: Error slug; `deadline` where the model could not be asked in time.
        topics: Topics that are quoted instead.
    """

    slug: str
    topics: int = 0


class Summary(Model):
    """What the summarize stage wrote.

    Attributes:
        method: `extractive`: every sentence is a quotation; `model`: a model wrote some.
        topics: One per topic of the analysis, in its order.
        model: The model that wrote; left out where none did.
        withheld: Why topics are quoted that a model was to write about; left out where there are none.
    """

    method: str
    topics: tuple[TopicSummary, ...]
    model: Annotated[str, Field(exclude_if=not_)] = ""
    withheld: Annotated[Withheld | None, Field(exclude_if=_nothing)] = None

    @property
    def dropped(self) -> int:
        """Sentences of a model that did not hold."""
        return sum(topic.dropped for topic in self.topics)


class SourceOutcome(Model):
    """How one source did in a run; the report names it.

    Attributes:
        source: Its name.
        ok: False when it failed for good.
        items: Items it gave.
        reason: Why it failed, as a sentence; empty when ok.
        slug: Error slug; empty when ok.
        made_up: The data is generated, and every report says so.
        outlets_known: Whether items carry their outlet.
        bad_rows: Places that could not be read, such as `feed.jsonl:12`, at most 100.
        bad_row_count: How many there were.
        notes: Further things the report says of it.
        observed: Spans that were really observed; None where it speaks for the whole span, as a file does.
        censored: Spans of lists that hit their cap: what they hold is evidence and no exposure.
    """

    source: str
    ok: bool
    items: int
    reason: str = ""
    slug: str = ""
    made_up: bool = False
    outlets_known: bool = True
    bad_rows: tuple[str, ...] = ()
    bad_row_count: int = 0
    notes: tuple[str, ...] = ()
    observed: Annotated[tuple[Window, ...] | None, Field(exclude_if=_nothing)] = None
    censored: Annotated[tuple[Window, ...], Field(exclude_if=not_)] = ()


class NormalizeCounts(Model):
    """What normalizing did to the items of a run.

    Attributes:
        items_in: Items that the sources gave.
        items_kept: Those that went into stories.
        other_language: Dropped: in no language of the run.
        outside_window: Dropped: before the history or not before the window's end.
        untitled: Dropped: nothing left of the title.
        repeated: Dropped: one id of one source given again.
        exact_duplicates: Kept, joined as the same page, or the same title in the same outlet.
        near_duplicates: Kept, joined because the headlines are alike.
        stories: What the kept items make.
        matched_stories: Those that the query matches.
        date_only: Kept with a date but no time of day.
        missing_time: Kept without a readable time: first seen.
        future_time: Kept with a time after the request: first seen.
    """

    items_in: int
    items_kept: int
    other_language: int
    outside_window: int
    untitled: int
    repeated: int = 0
    exact_duplicates: int
    near_duplicates: int
    stories: int
    matched_stories: int
    date_only: int
    missing_time: int
    future_time: int


class Question(Model):
    """What a run was asked; the same question makes runs comparable.

    Attributes:
        agent: `news`.
        query: Query text; empty means everything.
        window: Window as asked for, such as `7d`.
        market: Market name, such as `KR`: time zone, holidays.
        languages: Languages to read.
        sources: Source names, in order.
    """

    agent: str
    query: str
    window: str
    market: str
    languages: tuple[Language, ...]
    sources: tuple[str, ...]


def utc_text(moment: datetime) -> str:
    """Write a time as RFC 3339 in UTC with `Z`, the one spelling we use."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
