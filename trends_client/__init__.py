"""Client of the trend agent's HTTP API. Stands alone: imports httpx and pydantic, nothing else of this project."""

from trends_client.async_client import AsyncTrendsClient
from trends_client.client import TrendsClient
from trends_client.errors import (
    ApiError,
    CannotReachError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    OverLimitError,
    ProfileError,
    RefusedError,
    ServerError,
    TrendsClientError,
    WaitTimeoutError,
)
from trends_client.models import (
    Channel,
    ChannelTest,
    Event,
    Links,
    Problem,
    ProblemError,
    Reason,
    Run,
    Stage,
    StartFrom,
    Upload,
    Window,
)
from trends_client.trend_calls import TrendFilter
from trends_client.trend_models import ComparedWindows, Trend, TrendLife

__all__ = [
    "ApiError",
    "AsyncTrendsClient",
    "CannotReachError",
    "Channel",
    "ChannelTest",
    "ComparedWindows",
    "ConflictError",
    "Event",
    "InvalidRequestError",
    "Links",
    "NotFoundError",
    "OverLimitError",
    "Problem",
    "ProblemError",
    "ProfileError",
    "Reason",
    "RefusedError",
    "Run",
    "ServerError",
    "Stage",
    "StartFrom",
    "Trend",
    "TrendFilter",
    "TrendLife",
    "TrendsClient",
    "TrendsClientError",
    "Upload",
    "WaitTimeoutError",
    "Window",
]
