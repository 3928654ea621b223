"""Webhook endpoints: addresses that a tenant registers, each a channel by the name `hook-<name>`."""

import re
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from trends.domain.models import Model, Tenant
from trends.errors import InvalidRequestError, UnknownNameError

PREFIX = "hook-"
# With the prefix it is as long as the name of a channel may be.
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,34}")
LONGEST_URL = 2_000
LONGEST_DESCRIPTION = 200
# So that an old secret and the new one are both signed with while receivers change over.
OVERLAP = timedelta(hours=24)

EndpointName = Annotated[str, Field(pattern=f"^{NAME.pattern}$")]


class EndpointState(StrEnum):
    """Whether messages go there."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class Endpoint(Model):
    """An address that takes signed messages.

    Attributes:
        tenant: Whose it is.
        name: What it is called; runs and monitors name it as `hook-<name>`.
        url: Where it is.
        events: What it wants to hear of; empty: everything that its runs have to say.
        description: What people wrote beside it.
        state: Whether messages go there.
        reason: Why it is switched off; empty while it is not.
        secret: Its signing secret, sealed.
        previous_secret: The one before, sealed; empty where there is none.
        previous_until: Until when messages are signed with that one, too.
        created_at: When it was registered.
        created_by: By whom.
        updated_at: Its last change.
    """

    tenant: Tenant
    name: EndpointName
    url: str
    events: tuple[str, ...]
    description: str
    state: EndpointState
    reason: str
    secret: str
    previous_secret: str
    previous_until: AwareDatetime | None
    created_at: AwareDatetime
    created_by: str
    updated_at: AwareDatetime

    @property
    def channel(self) -> str:
        """What runs and monitors call it."""
        return f"{PREFIX}{self.name}"


def check_name(name: str) -> str:
    """Refuse what cannot be the name of an endpoint.

    Raises:
        InvalidRequestError: It is none.
    """
    if not NAME.fullmatch(name):
        raise InvalidRequestError(
            f"'{name[:80]}' cannot be the name of an endpoint.",
            why="Names are 1 to 35 small letters, digits and hyphens, and begin with a letter or a digit.",
            next_step="Choose another, such as desk-n8n.",
        )
    return name


def check_events(events: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Give the events in the order of `known`, each once.

    Raises:
        UnknownNameError: One of them is no event; names the near one.
    """
    for event in events:
        if event not in known:
            kind = "event"
            raise UnknownNameError(kind, event, known)
    return tuple(event for event in known if event in events)
