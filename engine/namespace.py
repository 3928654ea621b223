"""Bring the namespace to what runs need: how long history is kept, and the search attributes of a run.

By the API and not by flags of the server: those are ignored on a database file that exists.
"""

from collections.abc import Callable
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError

from trends.errors import EngineError
from workflows import attributes

RPC_TIMEOUT = timedelta(seconds=10)
KEYWORD = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD


async def ensure_namespace(client: Client, *, retention: timedelta) -> None:
    """Make the namespace of a server of ours keep history long enough and know our search attributes.

    Changes nothing that is right already, so it may run after every start.

    Args:
        client: Connected client; its namespace is the one that is brought in line.
        retention: How long the history of an ended run is kept. The server's own default, a day,
            would empty its UI.

    Raises:
        EngineError: The server refused.
    """
    try:
        await _ensure_retention(client, retention)
        await _ensure_attributes(client)
    except RPCError as error:
        raise EngineError(
            f"The namespace '{client.namespace}' could not be prepared.",
            why=f"{error.message.rstrip('.')}.",
            next_step="Look into the server's log in the state folder, logs/engine.log.",
        ) from error


async def ensure_attributes(client: Client, *, say: Callable[[str], None]) -> None:
    """Make a cluster of somebody else know our search attributes; its retention is not ours to change.

    Where we may not even ask, as on Temporal Cloud, they may well be there: an operator is told, nothing fails.

    Args:
        client: Connected client.
        say: Told what an operator may have to do.
    """
    try:
        await _ensure_attributes(client)
    except RPCError as error:
        names = ", ".join(key.name for key in attributes.ALL)
        say(
            f"the cluster does not let us look at search attributes ({error.message}); "
            f"an operator must have added these keywords: {names}"
        )


async def _ensure_retention(client: Client, retention: timedelta) -> None:
    wanted = Duration()
    wanted.FromTimedelta(retention)
    service = client.workflow_service
    found = await service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace), timeout=RPC_TIMEOUT
    )
    if found.config.workflow_execution_retention_ttl != wanted:
        await service.update_namespace(
            UpdateNamespaceRequest(
                namespace=client.namespace,
                config=NamespaceConfig(workflow_execution_retention_ttl=wanted),
            ),
            timeout=RPC_TIMEOUT,
        )


async def _ensure_attributes(client: Client) -> None:
    service = client.operator_service
    found = await service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace), timeout=RPC_TIMEOUT
    )
    missing = {
        key.name: KEYWORD for key in attributes.ALL if key.name not in found.custom_attributes
    }
    if missing:
        await service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing),
            timeout=RPC_TIMEOUT,
        )
