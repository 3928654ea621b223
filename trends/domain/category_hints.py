"""What a link's path and an outlet's name say of a story's category."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from trends.domain.models import Category

_SECTIONS: Mapping[Category, str] = {
    Category.FOOD: "food dining food-and-drink food-drink restaurants recipes cooking eats",
    Category.FASHION: "fashion style fashion-style",
    Category.BEAUTY: "beauty",
    Category.TECH: "tech technology gadgets mobile personal-tech autos cars",
    Category.TRAVEL: "travel leisure tour",
    Category.HOME: "home homes interiors home-garden house-home pets shopping",
    Category.ENTERTAINMENT: """
        entertainment enter entertain culture movies film music tv television games gaming celebrity celebrities arts
        arts-culture books star
        """,
    Category.MONEY: """
        money markets finance stock stocks investing realestate real-estate estate banking personal-finance earnings
        """,
    Category.HEALTH: "health wellness healthcare well",
    Category.POLITICS: "politics policy elections national-security world-politics opinion diplomacy",
    Category.ACCIDENTS: "crime accident accidents weather disaster",
    Category.SPORT: "sports sport football baseball soccer basketball golf nfl nba mlb kbo",
}

_OUTLETS: Mapping[Category, str] = {
    Category.FOOD: "eater|bon appetit|food & wine|allrecipes|delish|식품외식경제|푸드투데이",
    Category.FASHION: "vogue|vogue korea|harper's bazaar|gq|footwear news|hypebeast|wwd|패션비즈|어패럴뉴스",
    Category.BEAUTY: "allure|cosmetics design|뷰티누리|코스모닝",
    Category.TECH: """
        the verge|engadget|9to5mac|9to5google|macrumors|android authority|android police|android central|cnet|wired
        |wccftech|phonearena|sammobile|gsmarena|gsmarena.com|tom's guide|zdnet|gizmodo|notebookcheck|windows central
        |bgr.com|videocardz.com|droid life|sammy fans
        """,
    Category.TRAVEL: "conde nast traveler|travel + leisure|lonely planet|the points guy|여행신문|트래블바이크뉴스",
    Category.HOME: "apartment therapy|house beautiful|the spruce|architectural digest",
    Category.ENTERTAINMENT: """
        variety|deadline|the hollywood reporter|rolling stone|ign|eurogamer|nintendo life|kotaku|gamespot|polygon
        |pitchfork|billboard|rotten tomatoes|vulture|entertainment weekly|e! news|screen rant|people|tmz|push square
        |스포츠조선|텐아시아|엑스포츠뉴스|osen|뉴스엔|스타뉴스|디스패치|인벤|씨네21
        """,
    Category.MONEY: """
        marketwatch|barron's|investor's business daily|yahoo finance|seeking alpha|the motley fool|tipranks
        |investing.com|investopedia|coindesk|thestreet.com
        """,
    Category.HEALTH: "stat|medpage today|healthline|kff health news|청년의사|메디칼타임즈|데일리팜|헬스조선",
    Category.POLITICS: "politico|politico.eu|the hill|roll call|the white house (.gov)|punchbowl news",
    Category.SPORT: "espn|the athletic|cbs sports|bleacher report|nfl.com|mlb.com|nba.com|fox sports|mlb trade rumors",
}

_BY_SECTION = {name: category for category, names in _SECTIONS.items() for name in names.split()}
_BY_OUTLET = {
    name.strip(): category for category, names in _OUTLETS.items() for name in names.split("|")
}


def section_of(url: str | None) -> tuple[str, Category] | None:
    """Return the first folder of a link's path that names a category."""
    if url is None:
        return None
    for folder in urlsplit(url).path.casefold().split("/")[1:-1]:
        if category := _BY_SECTION.get(folder):
            return folder, category
    return None


def outlet_subject(outlet: str | None) -> Category | None:
    """Return the subject that an outlet keeps to, if it keeps to one."""
    return _BY_OUTLET.get(outlet.casefold()) if outlet else None
