"""Korean words that decide whether a sentence says what its evidence says. Verbs by their stem, as the analyser gives it."""

FUNCTION: frozenset[str] = frozenset(
    """
    것 수 등 점 바 데 때 중 가운데 사이 및 또 또한 더 이 그 저 있 되 하 대하 위하 통하 따르 관하 의하 나타나 쪽 측 만큼 대로 관련 대한 위한 통한 한편 이번 해당 각각 씩 오히려 역시 이어 이어지
    """.split()
)

FRAME: frozenset[str] = frozenset("보도 기사 소식 뉴스 내용 제목 매체 언론 화제 주제".split())
"""What a sentence about the news may say without its evidence saying so."""

SAME: tuple[str, ...] = (
    "밝히 말하 전하 설명 발표 이야기 얘기 말 전했 언급",
    "사 구매 구입 사들이",
    "소비자 고객 손님 구매자",
    "팔 판매 팔리",
    "매장 점포 가게 상점",
    "가격 값",
    "기업 회사 업체",
    "시작 나서 돌입 개시",
    "의견 목소리 견해",
    "갈리 엇갈리 나뉘",
    "뚜렷 두드러지 선명",
    "불만 볼멘소리",
    "안정 안정적",
    "점심 점심시간",
    "조사 설문 설문조사",
    "늘리 확대 키우",
    "줄이 축소",
    "열 개최 열리",
    "내놓 출시 선보이 론칭",
    "때문 덕분 탓 인하 말미암",
    "증가세 상승세 오름세",
    "감소세 하락세 내림세",
    "이끌 주도",
    "퍼지 번지 확산",
    "인기 사랑",
    "자리 정착",
    "차이 격차",
    "다르 다양",
    "빨리 빠르",
    "많 많이",
    "크 크게",
    "수요 찾",
    "입장 견해",
)
"""Words that may stand for one another, a set a line."""

UP: tuple[str, str] = (
    "늘 늘어나 증가 오르 상승 높아지 많아지 성장 커지 뛰 인상 올리 불어나 쑥 껑충 증가세 상승세",
    "급증 급등 치솟 폭증 폭등 급상승 솟구치",
)
DOWN: tuple[str, str] = (
    "줄 줄어들 감소 내리 하락 낮아지 떨어지 적어지 작아지 인하 낮추 위축 뚝 감소세 하락세",
    "급감 급락 폭락 추락 곤두박질 반토막",
)
"""Plain words, then strong ones: what soars rises, but what rises does not soar."""

OPPOSITES: tuple[tuple[str, str], ...] = (
    ("처음", "마지막"),
    ("먼저", "나중"),
    ("이상", "이하"),
    ("초과", "미만"),
    ("찬성", "반대"),
    ("흑자", "적자"),
    ("국내", "해외"),
    ("남성", "여성"),
    ("오전", "오후"),
    ("개장", "폐장"),
    ("개점", "폐점"),
)

NEGATORS: frozenset[str] = frozenset("않 못 못하 아니 없 안 말 아니하".split())
REVERSERS: frozenset[str] = frozenset(
    """
    미루 연기 보류 유보 지연 부인 반박 거부 거절 실패 거짓 루머 허위 오보 사실무근 의혹 중단 취소 철회 없이 무산 부정 반대 금지 불가 불발 포기 외면
    """.split()
)
"""Words that turn round what they stand with: a sentence cannot leave them out."""

HEDGES: frozenset[str] = frozenset(
    """
    전해지 전망 예상 예측 예정 계획 가능 가능성 추정 추산 우려 기대 검토 고려 추진 방침 목표 관측 듯 같 보 알려지 알 듯하 소문
    여부 주장 시범 신중론 조짐 분위기 경우 만약 모르 제안 논의 시사 경고 지켜보
    """.split()
)
"""Words that make a statement less than certain: a sentence keeps at least one of them."""

UNSURE: frozenset[str] = frozenset(
    "가능 가능성 추정 관측 듯 같 알려지 알 듯하 소문 조짐 모르 전해지".split()
)
"""Those of the hedges that say that it may not be so at all."""

LIMITS: frozenset[str] = frozenset(
    "일부 절반 소수 다수 대부분 상당수 일각 뿐 밖에 한정 제한 대체로 거의 주로 몇 몇몇".split()
)
"""Words that say of how much something holds: a sentence cannot leave them out."""

BOUNDS: frozenset[str] = frozenset(
    "이상 이하 미만 초과 넘 최대 최소 최고 최저 가까이 육박 이내 웃돌 밑돌 넘어서".split()
)
"""Words that make a number a bound."""

SCOPES: frozenset[str] = frozenset(
    """
    모두 모든 전부 전체 항상 언제나 늘상 유일 최초 최대 최고 최저 최다 최소 최장 최단 처음 마지막 가장 제일 역대 사상 완전
    완전히 전국 전국적 전세계 세계 누구나 아무 아무도 절대 반드시 무조건 매번 온통 대부분 과반 1위 선두 압도적 전혀 독보적
    """.split()
)
"""Words that claim for all, or the utmost."""

CAUSES: frozenset[str] = frozenset(
    "때문 덕분 탓 인하 말미암 원인 이유 영향 결과 힘입 비롯 유발 초래 계기 배경 여파 효과 덕".split()
)
CAUSAL_ENDINGS: frozenset[str] = frozenset(
    {"니까", "으니까", "므로", "으므로", "느라", "길래", "아서", "어서", "여서"}
)

SAID: frozenset[str] = frozenset(
    "비판 평가 밝히 말하 전하 설명 발표 주장 강조 지적 언급 부인 반박 인정 덧붙이 경고 당부 호소 답하 해명 입".split()
)
OFFICIAL: frozenset[str] = frozenset("밝히 전하 설명 발표 답하 덧붙이 입".split())
"""What a sentence may leave out: who states what is known, in their own matter."""

CLAUSE_ENDINGS: frozenset[str] = frozenset(
    {"고", "지만", "며", "으며", "면서", "으면서", "는데", "은데", "ᆫ데", "으나", "나", "자"}
)
CONDITIONAL_ENDINGS: frozenset[str] = frozenset(
    {"면", "으면", "다면", "는다면", "ᆫ다면", "라면", "을지", "ᆯ지", "ᆫ지"}
)
QUESTION_ENDINGS: frozenset[str] = frozenset(
    {"ᆯ까", "을까", "ᆫ가", "은가", "는가", "나", "니", "ᆯ까요", "을까요", "까"}
)
PAST: frozenset[str] = frozenset({"았", "었", "였", "ᆻ"})
AHEAD: frozenset[tuple[str, str]] = frozenset(
    {("EF", "ᆫ다"), ("EF", "는다"), ("EF", "ᆫ다고"), ("EF", "는다고"), ("EC", "ᆫ다"), ("EC", "는다"), ("ETM", "ᆯ"), ("ETM", "을")}
)  # fmt: skip
"""Endings of what is told as present or still to come; of something that is done, a headline says it of the future."""
COMPARING: frozenset[str] = frozenset(
    "보다 제치고 제쳐 누르고 넘어 앞질러 앞지르고 따돌리고 꺾고".split()
)
"""What stands after the one that is left behind."""
HEARD: dict[str, str] = {"알리": "알려지", "전하": "전해지"}
