"""What the API answers about webhook endpoints, typed. Fields that a newer API adds are ignored."""

from datetime import datetime

from trends_client.models import Model


class Endpoint(Model):
    """One webhook endpoint; runs and monitors name it by `channel`."""

    name: str
    channel: str
    url: str
    events: tuple[str, ...] = ()
    description: str = ""
    state: str
    reason: str | None = None
    secret_overlap_until: datetime | None = None
    created_at: datetime
    created_by: str = ""
    updated_at: datetime


class MadeEndpoint(Endpoint):
    """An endpoint with its secret, which no later answer holds."""

    secret: str


class EndpointList(Model):
    """Every endpoint, by name."""

    items: tuple[Endpoint, ...]


class EndpointTest(Model):
    """What became of a test: `sent`, or `uncertain`."""

    state: str
    remark: str | None = None


class Delivery(Model):
    """A message to an endpoint, and how far it got."""

    id: str
    event: str
    subject: str
    run_id: str | None = None
    state: str
    attempts: int
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None = None
    error: str | None = None


class DeliveryPage(Model):
    """One page of messages, newest first."""

    items: tuple[Delivery, ...]
    next_cursor: str | None = None


class Resent(Model):
    """How far a message came that was sent again."""

    id: str
    state: str
