"""The invented outlets. None of them exists."""

from dataclasses import dataclass

from trends.domain.models import Language

ZIPF_EXPONENT = 0.75
BEAT_PREFERENCE = 3.0


@dataclass(frozen=True)
class Outlet:
    """One outlet of the invented press.

    Attributes:
        name: As the feed writes it.
        slug: Its part of a link.
        beats: Categories it covers more than others do.
        escapes: Whether its feed writes titles with HTML entities.
    """

    name: str
    slug: str
    beats: frozenset[str]
    escapes: bool = False


_TABLE: dict[Language, str] = {
    Language.EN: """
Northquay Courier | northquay | society money
The Harrow Lane Post | harrowlane | entertainment fashion
Tidewell Times | tidewell | travel food
Brasswick Ledger | brasswick | money tech &
Marlow Gap Gazette | marlowgap | home family
Fernhollow Daily | fernhollow | health food
The Candlewick Review | candlewick | fashion beauty
Saltmarsh Observer | saltmarsh | travel sport
Copperdale Echo | copperdale | society home
Pinemoor Journal | pinemoor | tech entertainment
Quillfeather Weekly | quillfeather | beauty fashion
Stonebarrow Standard | stonebarrow | sport society &
Lanternport Tribune | lanternport | food travel
Wrenbrook Mercury | wrenbrook | family health
Hazelcross Dispatch | hazelcross | tech money
Dovecote Bulletin | dovecote | home food
""",
    Language.KO: """
달무리일보 | dalmuri | society money
너울경제 | neoul | money tech
솔바람뉴스 | solbaram | food health
윤슬투데이 | yunseul | fashion beauty
모래톱신문 | moraetop | travel society
해거름타임스 | haegeoreum | entertainment sport
물안개저널 | mulangae | tech money &
별마루데일리 | byeolmaru | home family
나루터뉴스 | naruteo | travel food
꽃샘매거진 | kkotsaem | beauty fashion
온새미로신문 | onsaemiro | health family
미리내경제 | mirinae | money home
도담저널 | dodam | family food
여울목뉴스 | yeoulmok | sport entertainment
아침노을신문 | achimnoeul | society travel &
두레박일보 | durebak | home tech
""",
}


def outlets(language: Language) -> tuple[Outlet, ...]:
    """Return the outlets of one language, largest first."""
    rows = (line.split("|") for line in _TABLE[language].strip().splitlines())
    return tuple(
        Outlet(
            name=name.strip(),
            slug=slug.strip(),
            beats=frozenset(beats.replace("&", "").split()),
            escapes="&" in beats,
        )
        for name, slug, beats in rows
    )
