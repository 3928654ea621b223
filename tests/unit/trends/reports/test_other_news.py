"""Topics that a report is not about fold under other news: told, counted, and kept apart."""

import pytest

from tests.unit.trends.domain.memory_cases import day, found
from tests.unit.trends.reports.report_cases import COUNTS, PRESS, QUESTION, SEOUL, analysis
from trends.domain.models import Category, Language, Topic, Window
from trends.domain.report import ChangeKind, Report
from trends.domain.summarize import summarize
from trends.reports.build import build_report
from trends.reports.html import to_html
from trends.reports.markdown import to_markdown

LANGUAGES = pytest.mark.parametrize("language", list(Language))


def about(name: str, category: Category) -> Topic:
    topic = found(name, f"{name}-one", f"{name}-two", f"{name}-three")
    reason = f"{category.value}: “{name}” in 3"
    return topic.model_copy(update={"category": category, "category_reason": reason})


MATCHA = about("matcha", Category.FOOD)
BALLOT = about("ballot", Category.POLITICS)
SHARES = about("shares", Category.MONEY)


def write(
    *topics: Topic,
    wanted: tuple[Category, ...] = (),
    previous: Report | None = None,
    language: Language = Language.EN,
    number: int = 1,
) -> Report:
    made = analysis(*topics)
    return build_report(
        question=QUESTION,
        window=Window(start=day(number - 7), end=day(number)),
        time_zone=SEOUL,
        report_language=language,
        settings_revision="9f1c2ab4",
        outcomes=(PRESS,),
        counts=COUNTS,
        analysis=made,
        summary=summarize(made),
        previous=previous,
        wanted=wanted,
    )


def test_politics_and_accidents_are_kept_apart_where_nobody_says_what_is_wanted() -> None:
    report = write(BALLOT, MATCHA, SHARES)
    assert [topic.category for topic in report.topics] == [Category.FOOD, Category.MONEY]
    assert [topic.category for topic in report.other_news] == [Category.POLITICS]


def test_only_the_wanted_categories_stand_above() -> None:
    report = write(BALLOT, MATCHA, SHARES, wanted=(Category.FOOD,))
    assert [topic.topic_id for topic in report.topics] == [MATCHA.topic_id]
    assert [topic.topic_id for topic in report.other_news] == [BALLOT.topic_id, SHARES.topic_id]


def test_both_lists_are_ranked_from_one() -> None:
    report = write(BALLOT, MATCHA, SHARES, wanted=(Category.FOOD,))
    assert [topic.rank for topic in report.topics] == [1]
    assert [topic.rank for topic in report.other_news] == [1, 2]


def test_a_topic_says_what_it_is_about_and_why() -> None:
    (topic,) = write(MATCHA).topics
    assert topic.category is Category.FOOD
    assert topic.category_reason == "food: “matcha” in 3"


@LANGUAGES
def test_the_second_line_counts_other_news_without_naming_it(language: Language) -> None:
    line = write(BALLOT, MATCHA, language=language).lines[1]
    assert "matcha" in line
    assert "ballot" not in line
    assert line.endswith("1 in other news" if language is Language.EN else "그 밖의 뉴스 1개")


@LANGUAGES
def test_a_report_with_nothing_but_other_news_says_so(language: Language) -> None:
    report = write(BALLOT, language=language)
    assert "ballot" in report.lines[1]
    assert report.claim.sentence != write(language=language).claim.sentence
    shown = to_markdown(report)
    assert ("see other news" in shown) == (language is Language.EN)


def test_a_change_of_other_news_is_told_as_such_and_stays_out_of_the_lines() -> None:
    earlier = write(MATCHA, number=1)
    report = write(MATCHA, BALLOT, previous=earlier, number=2)
    (new,) = [one for one in report.comparisons[0].changes if one.kind is ChangeKind.NEW]
    assert new.label == BALLOT.label
    assert new.other_news
    assert not any("ballot" in line for line in report.lines)


def test_other_news_that_ends_is_gone_as_other_news() -> None:
    earlier = write(MATCHA, BALLOT, number=1)
    report = write(MATCHA, previous=earlier, number=2)
    (gone,) = [one for one in report.comparisons[0].changes if one.kind is ChangeKind.GONE]
    assert gone.other_news


@LANGUAGES
def test_both_renderings_list_other_news_with_category_and_evidence(language: Language) -> None:
    report = write(BALLOT, MATCHA, language=language)
    word = "Politics" if language is Language.EN else "정치"
    title = BALLOT.evidence[0].title
    for drawn in (to_markdown(report), to_html(report)):
        assert word in drawn
        assert title in drawn
    without = to_html(write(MATCHA, language=language))
    assert 'id="other-news"' not in without
