"""What was counted of a topic, as a passage that sentences may rest on like on any other."""

from trends.domain.drafting import TopicBrief
from trends.domain.models import Language

_KO_WAY = {True: "늘었다", False: "줄었다"}
_EN_WAY = {True: "up", False: "down"}


def statement(brief: TopicBrief) -> str:
    """Say the topic's numbers in the report's language, each in the spellings a sentence may use."""
    counted = brief.numbers
    days, stories, outlets = counted.window_days, counted.stories, counted.outlets
    if brief.language is Language.KO:
        text = f"{brief.label} 관련 기사가 최근 {days}일 동안 {stories}건 나왔다"
        text += f" 매체 {outlets}곳" if outlets else ""
        return (
            text
            if counted.is_new
            else f"{text} 평소의 {_rate(counted.growth, '배')} {_KO_WAY[counted.growth >= 1]}"
        )
    text = f"{brief.label} appeared in {stories:,} stories over the past {days} days"
    text += f" across {outlets} outlets" if outlets else ""
    return (
        text
        if counted.is_new
        else f"{text} at {_rate(counted.growth, ' times')} the usual rate {_EN_WAY[counted.growth >= 1]}"
    )


def _rate(growth: float, unit: str) -> str:
    spelt = dict.fromkeys((f"{growth:.2f}", f"{growth:.1f}"))
    return " ".join(f"{one}{unit}" for one in spelt)
