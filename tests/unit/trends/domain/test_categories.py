"""What a topic is about."""

import pytest

from tests.unit.trends.domain.story_cases import analyzed, burst, everyday, story
from trends.domain.categories import CONSUMER, Headline, categorize, headline_of
from trends.domain.models import Category, Language

SNEAKERS = [
    "Nike sneakers sold out within minutes",
    "Collectors camp out for limited edition sneakers",
    "The sneaker craze reaches small towns",
]
TARIFFS = [
    "Trump threatens tariffs on European cars",
    "Congress debates car tariffs",
    "Minister flies out for tariff talks",
]


def _en(*titles: str) -> list[Headline]:
    return [Headline(title, Language.EN) for title in titles]


def _ko(*titles: str) -> list[Headline]:
    return [Headline(title, Language.KO) for title in titles]


@pytest.mark.parametrize(
    ("headlines", "category"),
    [
        (_ko("편의점 말차라떼 품절", "말차라떼 신메뉴 인기"), Category.FOOD),
        (_ko("러닝화 완판 행렬", "운동화 리셀가 껑충"), Category.FASHION),
        (_ko("올리브영 선크림 매출 껑충", "K뷰티 립스틱 미국서 완판"), Category.BEAUTY),
        (_ko("폴더블폰 사전예약 대란", "아이폰 신제품 출시"), Category.TECH),
        (_ko("벚꽃 명소 숙소 예약 마감", "일본여행 항공권 특가"), Category.TRAVEL),
        (_ko("로봇청소기 불티", "다이소 수납 용품 품절"), Category.HOME),
        (_ko("걸그룹 컴백 앨범 1위", "넷플릭스 드라마 흥행"), Category.ENTERTAINMENT),
        (_ko("코스피 급등", "기준금리 동결"), Category.MONEY),
        (_ko("독감 환자 급증", "백신 접종 시작"), Category.HEALTH),
        (_ko("여야 본회의 충돌", "국회 청문회 시작"), Category.POLITICS),
        (_ko("공장 화재로 3명 사망", "고속도로 추돌 사고"), Category.ACCIDENTS),
        (_ko("프로야구 개막전 승리", "손흥민 결승골"), Category.SPORT),
        (_en(*SNEAKERS), Category.FASHION),
        (_en(*TARIFFS), Category.POLITICS),
        (_en("Bakery queues for pistachio croissants", "Croissant recipe"), Category.FOOD),
        (_en("Wildfire kills two", "Crash on the bridge injures five"), Category.ACCIDENTS),
    ],
)
def test_headlines_name_their_category(headlines: list[Headline], category: Category) -> None:
    assert categorize(headlines).category is category


@pytest.mark.parametrize(
    "headlines",
    [
        _ko("쇠고기 수입 협상 재개…통상본부장 방미"),
        _ko("스타벅스 가습기 화재 우려에 리콜"),
        _ko("민영화 논란 확산"),
        _ko("삼양식품 목표주가 상향, 주가 신고가"),
        _en("Trump threatens tariffs on cars"),
        _en("ICE agents raid a restaurant"),
        _en("Food stamps cut under the plan"),
        _en("Netflix shares fall on $80 billion takeover bid"),
    ],
)
def test_a_product_in_the_news_is_no_consumer_topic(headlines: list[Headline]) -> None:
    found = categorize(headlines)
    assert found.category not in CONSUMER
    assert found.consumer_score < 0.1


def test_what_says_nothing_is_other_with_the_reason() -> None:
    found = categorize(_en("Amber of violet", "Willow of cedar"))
    assert found == (Category.OTHER, "no listed word in 2 stories", 0.0)


def test_no_headlines_are_other() -> None:
    assert categorize([]).category is Category.OTHER


def test_one_word_in_one_of_many_stories_is_not_enough() -> None:
    found = categorize(_en("A pizza", *["Amber of violet"] * 9))
    assert found.category is Category.OTHER
    assert "“pizza” in 1" in found.reason


def test_a_craze_whose_name_no_list_knows_takes_its_category_from_a_hint() -> None:
    found = categorize(
        _ko("‘쫀득파’ 품절 대란", "쫀득파 오픈런", "쫀득파 열풍", "쫀득파 파는 카페")
    )
    assert found.category is Category.FOOD


def test_the_reason_names_words_and_stories_and_what_spoke_against() -> None:
    found = categorize(_en(*SNEAKERS, "Nike shares fall on earnings"))
    assert found.reason.startswith("fashion: “nike” in 2, “sneakers” in 2")
    assert "of 4 stories" in found.reason
    assert "wanting and buying: “" in found.reason
    assert "besides, money: “earnings” in 1" in found.reason


def test_wanting_and_buying_raises_the_score() -> None:
    plain = categorize(_en("Sneakers in the park"))
    wanted = categorize(_en("Sneakers sold out in the park"))
    assert wanted.consumer_score > plain.consumer_score


def test_more_stories_are_surer() -> None:
    assert categorize(_en(*SNEAKERS * 5)).consumer_score > categorize(_en(*SNEAKERS)).consumer_score


def test_the_order_of_the_headlines_changes_nothing() -> None:
    headlines = _en(*SNEAKERS, *TARIFFS)
    assert categorize(headlines[::-1]) == categorize(headlines)


def test_the_lead_the_section_and_the_outlet_speak_too() -> None:
    silent = Headline("Amber of violet", Language.EN)
    assert categorize([silent._replace(summary="A pizza oven")]).category is Category.FOOD
    assert categorize([silent._replace(url="https://n.example/sports/1")]).category is (
        Category.SPORT
    )
    assert categorize([silent._replace(outlet="Vogue")]).category is Category.FASHION


def test_a_headline_is_read_from_the_storys_first_item() -> None:
    found = headline_of(story(0, "Pizza", outlets=("Courier", "Gazette")))
    assert found == ("Pizza", Language.EN, "", "https://news.example/0", "Courier")


def test_an_analysis_says_what_its_topics_are_about() -> None:
    topics = analyzed([*everyday(), *burst("Matcha cookies sold out", [5, 4, 4, 3])]).topics
    found = next(topic for topic in topics if "Matcha" in topic.label)
    assert found.category is Category.FOOD
    assert "“matcha” in 16" in found.category_reason
    assert found.consumer_score > 0.5
