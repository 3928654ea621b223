"""The search attributes of a run, by which the Temporal UI filters. No query text: values are readable by anyone there."""

from temporalio.common import SearchAttributeKey

PIPELINE = SearchAttributeKey.for_keyword("TrendPipeline")
STAGE = SearchAttributeKey.for_keyword("TrendStage")
STATUS = SearchAttributeKey.for_keyword("TrendStatus")
TENANT = SearchAttributeKey.for_keyword("TrendTenant")
MONITOR = SearchAttributeKey.for_keyword("TrendMonitor")

ALL = (PIPELINE, STAGE, STATUS, TENANT, MONITOR)
