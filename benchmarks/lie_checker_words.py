"""What the referee knows of English and Korean: words of reporting, endings, directions, hedges, units."""

import re

REPORTING = frozenset(
    """a an the of in on at to for from by with about into over and or as that this these those it its their they
    he she his her who which is are was were be been being has have had do does did will would according report
    reports reported reporting say says said saying tell tells told write writes wrote written ask asks asked state
    states stated describe describes described note notes noted mention mentions mentioned give gives gave carry
    carries carried cover covers covered publish published article articles story stories headline headlines news
    outlet outlets piece coverage topic figure figures number numbers day days week appear appears appeared were
    times time rate usual usually average there where also percent percentage during within between since between
    korean english language both first earliest went go goes while meanwhile separately another other more than least most""".split()
) - {"will", "would", "most", "times", "not"}
"""English words that state nothing by themselves. `first`, `more` and their like count only in fixed frames."""

FRAME_ONLY = frozenset({"first", "earliest", "more", "than", "least", "times", "usual", "average"})
"""Words that are harmless where the sentence speaks of what was counted, and need evidence elsewhere."""

REPORTING_KO = frozenset(
    """보도 보도했다 보도에 보도에서 보도를 따르면 전했다 전한다 보도했으며 밝혔다고 기사 기사는 기사가 기사를 기사에 관련
    관련해 대한 대해 동안 사이 매체 매체가 매체는 평소 평소의 배 건 건으로 건이었다 첫 처음 나왔다 나온다 라는 이라는 수치
    수치가 수치를 이 그 등 및 또 또한 한편 라고 이라고 고 는 은 이 가 을 를 에 의 와 과 도 다 이다 였다 이었다 있다 했다
    했으며 소개했다 다뤘다 실렸다 실었다 제목 제목의 전국에서 위에 에서 에 따르면 보도가 일 간 일간 개 개의 건의 명의
    최근 주제 소식 소식을 뉴스 일었다 말했다 적었다 밝혔다 언급했다 으로 로 며 하며 하고 까지 부터""".split()
) - {"전국에서", "밝혔다고"}

ENDINGS = re.compile(
    r"(?:은|는|이|가|을|를|에|에서|에게|서|의|와|과|도|만|로|으로|까지|부터|라고|이라고|라는|이라는|라며|하고|했다|한다|됐다|된다|"
    r"하는|한|하며|해|했으며|하면서|이다|다|였다|이었다|일었다|났다|인|들|들이|들은|들을|보다|처럼|고|며|째|나|이나|께서|란|"
    r"했다고|했고|돼|되는|되며|지만|관련|간|쯤|씩|서는|에는|에도|로는|으로는|에서는|에서도)?$"
)

DIRECTIONS: dict[str, re.Pattern[str]] = {
    "up": re.compile(
        r"\b(?:up|ris(?:e|es|en|ing)|rose|climb(?:s|ed|ing)?|jump(?:s|ed|ing)?|surg(?:e|es|ed|ing)|gr[eo]w(?:s|n|ing|th)?|"
        r"increas(?:e|es|ed|ing)|gain(?:s|ed)?|doubl(?:e|es|ed|ing)|higher|soar(?:s|ed|ing)?|more|lift(?:s|ed)?|rais(?:e|es|ed)|"
        r"high|exceeds?|hikes?)\b|껑충|증가|늘(?=[었어린리려고며던]|$)|올라|올랐|오른|오르[지며고]|올리|올린|올림|상승|급등|급증|인상|쑥|두 배|많았|많다|최고|최대|뛰|뛴|↑|치솟|돌파",
        re.IGNORECASE,
    ),
    "down": re.compile(
        r"\b(?:down|fall(?:s|en|ing)?|fell|drop(?:s|ped|ping)?|plung(?:e|es|ed|ing)|declin(?:e|es|ed|ing)|slip(?:s|ped)?|"
        r"decreas(?:e|es|ed|ing)|los(?:e|es|s|ses|ing)|lost|halv(?:e|es|ed|ing)|lower|fewer|less|shr[iau]nk(?:s|ing)?|cut(?:s|ting)?|"
        r"misses|low|ease[sd]?|slump(?:s|ed)?|tumbl(?:e|es|ed))\b|뚝|감소|줄(?=[었어인이고며])|내려|내렸|내리|내린|하락|급락|급감|인하|절반|적었|최저|최소|"
        r"주춤|떨어|↓|추락|폭락",
        re.IGNORECASE,
    ),
}

NEGATIONS = re.compile(
    r"\b(?:not|no|never|nor|none|nobody|nothing|neither|without|cannot|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|"
    r"won't|can't|hasn't|haven't|couldn't|den(?:y|ies|ied)|untrue|false)\b|n['’]t\b|"
    r"않|없|못|아니|(?<![가-힣])안(?= )|사실무근|부인|거부",
    re.IGNORECASE,
)

HEDGES = re.compile(
    r"\b(?:plan(?:s|ned|ning)?|will|would|may|might|could|to|expect(?:s|ed)?|likely|reportedly|allegedly|rumou?r(?:s|ed)?|"
    r"sources|consider(?:s|ing|ed)?|said to|seek(?:s|ing)?|propos(?:e|es|ed|al)|aims?|intends?|set to|soon|next|"
    r"possibl[ey]|threatens?)\b|예정|계획|전망|검토|가능성|추진|수도|설(?=$|[ ,.…\"”’'])|방침|연다|린다|뀐다|운다|손본다|된다|할 것|"
    r"알려졌|말이 나온|겠다|듯|관측|우려|기대|예고",
    re.IGNORECASE,
)

INSTRUCTIONS = re.compile(
    r"\bignore\b.{0,40}\b(?:instructions?|rules|evidence)\b|\bsystem ?:|\bassistant\b.{0,20}\breport\b|"
    r"지시를? ?무시|지시 무시|시스템 ?:|출력하라|이렇게 써라",
    re.IGNORECASE,
)

COMPARERS = re.compile(
    r"\b(?:overtook|overtakes?|outsells?|outsold|beats?|more than|less than|ahead of)\b|제치고|제쳐|보다(?= )|누르고"
)
FROM_TO = re.compile(
    r"\bfrom (\w+)(?: \w+){0,3}? to (\w+)|(\w+)에서 시작된.*?(\w+)까지|(\w+) 넘어 (\w+)까지",
    re.IGNORECASE,
)

NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "dozen": 12, "half a": 0.5, "a": 1,
}  # fmt: skip
SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9,
    "b": 1e9, "trillion": 1e12, "tn": 1e12, "천": 1e3, "만": 1e4, "백만": 1e6, "천만": 1e7, "억": 1e8, "조": 1e12,
}  # fmt: skip
UNITS = {
    "%p": "points", "%포인트": "points", "percentage points": "points", "percentage point": "points", "points": "points",
    "point": "points", "%": "%", "percent": "%", "퍼센트": "%", "$": "usd", "달러": "usd", "dollars": "usd",
    "€": "eur", "유로": "eur", "euros": "eur", "£": "gbp", "파운드": "gbp", "₩": "krw", "원": "krw", "won": "krw",
    "¥": "jpy", "엔": "jpy", "배": "times", "times": "times", "×": "times", "x": "times", "명": "people",
    "people": "people", "건": "stories", "stories": "stories", "articles": "stories", "outlets": "outlets",
    "개 매체": "outlets", "개": "pieces", "곳": "sites", "일": "days", "days": "days", "day": "days", "주": "weeks",
    "weeks": "weeks", "week": "weeks", "개월": "months", "months": "months", "month": "months", "년": "years",
    "years": "years", "year": "years", "세": "age", "살": "age", "대": "decade", "위": "rank", "월": "month",
    "종": "kinds", "번째": "th",
}  # fmt: skip
