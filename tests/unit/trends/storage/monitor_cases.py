"""Monitors to store."""

from trends.domain.models import Language, Question
from trends.domain.monitors import MonitorSpec
from trends.storage.monitors import Asked


def asked(name: str, query: str = "coffee", **more: object) -> Asked:
    """What a monitor is to be; the query stands for its question."""
    values = {
        "name": name,
        "query": query,
        "agent": "news",
        "market": "KR",
        "languages": (Language.EN,),
        "sources": ("sample",),
        "window": "7d",
        "report_language": Language.EN,
        **more,
    }
    spec = MonitorSpec.model_validate(values)
    question = Question(
        agent=spec.agent,
        query=spec.query,
        window=spec.window,
        market=spec.market,
        languages=spec.languages,
        sources=spec.sources,
    )
    return Asked(spec, f"id-of-{query}", question)
