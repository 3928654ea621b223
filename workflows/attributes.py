"""The search attributes of a run, by which the Temporal UI filters. No query text: values are readable by anyone there."""

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from activities.contracts import RunStart

PIPELINE = SearchAttributeKey.for_keyword("TrendPipeline")
STAGE = SearchAttributeKey.for_keyword("TrendStage")
STATUS = SearchAttributeKey.for_keyword("TrendStatus")
TENANT = SearchAttributeKey.for_keyword("TrendTenant")
MONITOR = SearchAttributeKey.for_keyword("TrendMonitor")

ALL = (PIPELINE, STAGE, STATUS, TENANT, MONITOR)


def of_run(start: RunStart) -> TypedSearchAttributes:
    """Say where filters find a run that is being started."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(PIPELINE, start.agent),
            SearchAttributePair(STAGE, start.input.start_from),
            SearchAttributePair(STATUS, "Running"),
            SearchAttributePair(TENANT, start.input.run.tenant),
            SearchAttributePair(MONITOR, start.monitor),
        ]
    )
