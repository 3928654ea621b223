"""Topics to lie about: one in each language, and two to mix them up with."""

from datetime import UTC, datetime

import pytest

from trends.domain.drafting import Source, TopicBrief, TopicNumbers
from trends.domain.models import Language, Window

START = datetime(2026, 2, 26, tzinfo=UTC)
END = datetime(2026, 3, 5, tzinfo=UTC)

HEADLINES = {
    ("pickle soda", Language.EN): (
        ("Sales of pickle soda up 12% at Oakmere Stores – as prices ease", "Northquay Courier"),
        ("Waiting list for pickle soda passes half a million", "Copperdale Echo"),
        ("Fees for pickle soda rise 9%", "Pinemoor Journal"),
        ("Busan opens inquiry into pickle soda", "Tidewell Times"),
    ),
    ("moss lamps", Language.EN): (
        ("Moss lamps outsell old favourites at Juniper Row", "Dovecote Bulletin"),
        ("Students bring back moss lamps", "Wrenbrook Mercury"),
    ),
    ("유자 칼국수", Language.KO): (
        ("유자 칼국수 검색량 38% 껑충…당분간 이어질 듯", "달무리일보"),
        ("[먹거리] 유자 칼국수 예약 대기 30만명", "솔바람뉴스"),
        ("강릉 유자 칼국수 대기 행렬", "나루터뉴스"),
        ("모아백화점, 유자 칼국수 물량 두 배로", "너울경제"),
    ),
    ("등대 민박", Language.KO): (
        ("등대 민박 인파 역대 최다", "모래톱신문"),
        ("대학생 지갑 연 등대 민박", "도담저널"),
    ),
}

LEADS = {
    Language.EN: "Oakmere Stores said demand for pickle soda rose 12% from a year earlier, led by students. "
    "Prices start at $9 and vary widely between shops.",
    Language.KO: "강릉에서 시작된 유자 칼국수 바람이 부산까지 번졌다. 가격은 1만5천원부터이며 매장마다 차이가 크다.",
}


def brief_of(name: str, language: Language) -> TopicBrief:
    """Make a topic of the headlines above."""
    return TopicBrief(
        topic_id=name,
        label=name,
        aliases=(),
        language=language,
        window=Window(start=START, end=END),
        time_zone="Asia/Seoul",
        numbers=TopicNumbers(
            stories=14,
            window_days=7,
            growth=3.2,
            growth_low=2.1,
            growth_high=4.8,
            outlets=5,
            first_seen=datetime(2026, 2, 20, 3, tzinfo=UTC),
        ),
        sources=tuple(
            Source(
                source_id=f"{name}:{number}",
                title=title,
                text=LEADS[language] if name in LEADS[language] and not number else "",
                outlet=outlet,
                # A Tuesday, and the days after it.
                published_at=datetime(2026, 3, 3 + number % 2, 3, tzinfo=UTC),
                language=language,
            )
            for number, (title, outlet) in enumerate(HEADLINES[name, language])
        ),
    )


@pytest.fixture(scope="session")
def topics() -> dict[Language, tuple[TopicBrief, TopicBrief]]:
    """Give two topics a language: the second is the one to mix up with."""
    return {
        Language.EN: (
            brief_of("pickle soda", Language.EN),
            brief_of("moss lamps", Language.EN),
        ),
        Language.KO: (
            brief_of("유자 칼국수", Language.KO),
            brief_of("등대 민박", Language.KO),
        ),
    }
