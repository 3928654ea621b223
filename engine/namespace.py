"""Bring the namespace to what runs need: how long history is kept, and the search attributes of a run.

By the API and not by flags of the server: those are ignored on a database file that exists.
"""

import asyncio
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
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from trends.errors import EngineError
from workflows import attributes

RPC_TIMEOUT = timedelta(seconds=10)
# Each part of a cluster reads the list of namespaces anew every ten seconds.
SPREADING = timedelta(seconds=60)
SPREADING_POLL_SECONDS = 0.5
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


async def create_namespace(
    client: Client, *, retention: timedelta, spreading: timedelta = SPREADING
) -> bool:
    """Make the namespace on a cluster of ours if it is not there, and bring it in line.

    A cluster needs a while until all of its parts know a new namespace: that is waited for.

    Args:
        client: Connected client; its namespace is the one that is made.
        retention: How long the history of an ended run is kept.
        spreading: Longest wait until the cluster knows it.

    Returns:
        Whether it was made now.

    Raises:
        EngineError: The server refused, or does not come to know it.
    """
    made = await _register(client, retention)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + spreading.total_seconds()
    while True:
        try:
            await ensure_namespace(client, retention=retention)
            await _ask_by_attributes(client)
        except EngineError:
            if loop.time() >= deadline:
                raise
        else:
            return made
        await asyncio.sleep(SPREADING_POLL_SECONDS)


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


async def _register(client: Client, retention: timedelta) -> bool:
    kept = Duration()
    kept.FromTimedelta(retention)
    try:
        await client.workflow_service.register_namespace(
            RegisterNamespaceRequest(
                namespace=client.namespace, workflow_execution_retention_period=kept
            ),
            timeout=RPC_TIMEOUT,
        )
    except RPCError as error:
        if error.status is RPCStatusCode.ALREADY_EXISTS:
            return False
        raise EngineError(
            f"The namespace '{client.namespace}' could not be made.",
            why=f"{error.message.rstrip('.')}.",
            next_step="Look into the log of the Temporal server.",
        ) from error
    return True


async def _ask_by_attributes(client: Client) -> None:
    """Ask as the product will: attributes that are listed already may be refused for some seconds still."""
    query = " AND ".join(f"{key.name} = 'none'" for key in attributes.ALL)
    try:
        await client.count_workflows(query, rpc_timeout=RPC_TIMEOUT)
    except RPCError as error:
        raise EngineError(
            f"The namespace '{client.namespace}' does not know our search attributes.",
            why=f"{error.message.rstrip('.')}.",
            next_step="Look into the log of the Temporal server.",
        ) from error


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
