"""A full day's analysis in two languages, for tests that look at whole reports."""

from tests.unit.trends.reports.report_cases import analysis, evidence, shape, topic
from trends.domain.models import Analysis, Evidence, Language, Topic, TopicStatus

PRESS_KO = ("한강일보", "남산경제", "서해뉴스", "북촌타임스", "다온매거진", "새벽신문", "오늘생활")
PRESS_EN = ("Harbor Post", "The Meridian", "Northgate Times", "Daily Cove", "Style Ledger")


def _matcha() -> tuple[Evidence, ...]:
    return (
        evidence(
            "s:m1",
            "말차 라테, 편의점 커피 매출 첫 추월…“없어서 못 판다”",
            summary="편의점 업계에 따르면 이달 들어 말차 라테 판매량이 커피를 처음으로 앞질렀다. "
            "20대 여성의 재구매율이 특히 높았다. 업체들은 제주산 말차 물량 확보에 나섰다.",
            outlets=5,
            items=7,
            hours_back=9,
        ),
        evidence(
            "s:m2",
            "카페 골목마다 말차 라테 신메뉴… 성수동은 ‘초록 물결’",
            summary="성수동 카페 40곳 가운데 31곳이 말차 라테를 대표 메뉴로 내걸었다. "
            "점주들은 “손님 열 명 중 여섯은 말차를 찾는다. 우유를 바꿔 달라는 주문도 많다”고 말했다.",
            outlet="남산경제",
            outlets=3,
            items=3,
            hours_back=31,
        ),
        evidence(
            "s:m3",
            "제주 말차 농가 “주문 감당 안 돼” 내년 재배 면적 두 배로",
            summary="제주도는 내년 말차용 차나무 재배 면적을 두 배로 늘린다고 밝혔다.",
            outlet="서해뉴스",
            hours_back=55,
        ),
        evidence(
            "s:m4",
            "말차 라테 열풍에 텀블러·거품기까지 동반 품절",
            outlet="다온매거진",
            hours_back=80,
            url=None,
            place="press.jsonl:2214",
        ),
        evidence(
            "s:m5", "집에서 만드는 말차 라테, 실패 없는 비율은", outlet="오늘생활", hours_back=120
        ),
        evidence("s:m6", "[칼럼] 우리는 왜 초록색을 마시나", outlet="북촌타임스", hours_back=140),
    )


def _running() -> tuple[Evidence, ...]:
    return (
        evidence(
            "s:r1",
            "Carbon-plated trainers sell out as city run clubs swell past 2,000 members",
            summary="Run clubs in Seoul and Busan say membership has doubled since August. “We had 40 people in "
            "spring. Now we close the list at noon,” said one organiser. Retailers report queues for "
            "carbon-plated shoes.",
            outlet="Harbor Post",
            outlets=4,
            items=5,
            hours_back=14,
        ),
        evidence(
            "s:r2",
            "Why everyone you know has joined a run club",
            summary="The new social scene starts at 6 a.m. and ends with breakfast.",
            outlet="Style Ledger",
            outlets=2,
            items=2,
            hours_back=40,
        ),
        evidence(
            "s:r3",
            "Run club cafés: breakfast menus built for the 10K crowd",
            outlet="Daily Cove",
            hours_back=66,
        ),
    )


def _pieces(stem: str, titles: tuple[str, ...], press: tuple[str, ...]) -> tuple[Evidence, ...]:
    return tuple(
        evidence(
            f"s:{stem}{at}",
            title,
            outlet=press[at % len(press)],
            hours_back=12 + 29 * at,
            outlets=max(1, 4 - at),
            items=max(1, 6 - 2 * at),
        )
        for at, title in enumerate(titles)
    )


def announced() -> tuple[Topic, ...]:
    """Six topics of all four states, three window lengths, one of them new."""
    return (
        topic(
            terms=("말차 라테", "말차", "제주 말차", "텀블러"),
            daily=shape("ramp", 1.1, 8),
            growth=5.42,
            growth_low=3.91,
            growth_high=7.3,
            expected=8.2,
            outlets=PRESS_KO,
            persistence=8,
            pieces=_matcha(),
        ),
        topic(
            "t-run",
            "run club",
            terms=("run club", "carbon-plated", "trainers"),
            languages=(Language.EN,),
            daily=shape("slow", 0.8, 3.2),
            window_days=28,
            growth=3.6,
            growth_low=2.74,
            growth_high=4.7,
            expected=21.6,
            outlets=PRESS_EN,
            persistence=22,
            pieces=_running(),
        ),
        topic(
            "t-jelly",
            "젤리 슈즈",
            terms=("젤리 슈즈", "젤리슈즈 리폼"),
            status=TopicStatus.EMERGING,
            daily=(2, 9),
            window_days=1,
            growth=31.0,
            growth_low=2.38,
            growth_high=80.2,
            expected=0.3,
            is_new=True,
            outlets=PRESS_KO[:4],
            persistence=2,
            first_seen_days=2,
            pieces=_pieces(
                "j",
                (
                    "90년대 젤리 슈즈가 돌아왔다… 사전 예약 하루 만에 완판",
                    "“장마 신발 아니에요” 겨울 젤리 슈즈 신는 Z세대",
                    "젤리 슈즈 리폼 클래스 예약 대기 한 달",
                ),
                PRESS_KO,
            ),
        ),
        topic(
            "t-sauna",
            "1인 사우나",
            terms=("1인 사우나", "개인 사우나"),
            status=TopicStatus.PEAKING,
            daily=shape("slow", 0.6, 2.4),
            window_days=28,
            growth=2.9,
            growth_low=2.05,
            growth_high=4.02,
            expected=17.1,
            outlets=PRESS_KO[1:6],
            persistence=19,
            pieces=_pieces(
                "u",
                (
                    "퇴근길 30분 1인 사우나, 직장인 회식 대신 간다",
                    "1인 사우나 예약 앱 이용자 석 달 새 세 배",
                ),
                PRESS_KO,
            ),
        ),
        topic(
            "t-blind",
            "blind-box toys",
            terms=("blind-box toys", "blind box", "resale"),
            languages=(Language.EN, Language.KO),
            status=TopicStatus.FADING,
            daily=shape("fading", 1.0, 5),
            window_days=28,
            missing=(33, 34, 35),
            growth=2.3,
            growth_low=1.71,
            growth_high=3.0,
            expected=26.4,
            outlets=(*PRESS_EN[:3], "한강일보"),
            persistence=15,
            pieces=_pieces(
                "b",
                (
                    "Blind-box toys pile up on resale apps as the craze cools",
                    "블라인드 박스 되팔이 가격 ‘뚝’… 반값 매물 쏟아져",
                ),
                PRESS_EN,
            ),
        ),
    )


def watched() -> tuple[Topic, ...]:
    """Three that are not claimed: one outlet, and two below the error rate."""
    return (
        topic(
            "t-press",
            "스마트 도마",
            daily=shape("spike", 0.4, 7),
            outlets=("새벽신문",),
            announced=False,
            growth=6.1,
            growth_low=3.8,
            growth_high=9.4,
        ),
        topic(
            "t-lamp",
            "portable lamp",
            languages=(Language.EN,),
            daily=shape("flat", 1.3, 0),
            announced=False,
            growth=1.6,
            growth_low=1.02,
            growth_high=2.4,
            expected=6.9,
        ),
        topic(
            "t-bread",
            "소금빵",
            daily=shape("flat", 2.2, 0),
            announced=False,
            growth=1.3,
            growth_low=0.94,
            growth_high=1.8,
            expected=14.2,
        ),
    )


def full() -> Analysis:
    """Everything at once."""
    return analysis(*announced(), *watched())
