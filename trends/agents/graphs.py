"""LangGraph, loaded when a model is first asked: it takes half a second that a run without a model does not have."""

from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from typing import Any, Protocol

Node = Callable[[Any], Awaitable[dict[str, object]]]
Way = Callable[[Any], Awaitable[str]]


class Graph(Protocol):
    """A graph that can be walked."""

    async def ainvoke(
        self, state: Mapping[str, object], config: Mapping[str, object]
    ) -> dict[str, Any]:
        """Walk from the first node to the end; gives the last state."""
        ...


def compiled(
    state: type, nodes: Mapping[str, Node], first: str, ways: Mapping[str, Way | str]
) -> Graph:
    """Make a graph.

    Args:
        state: Typed dictionary that the nodes pass on.
        nodes: By name; each gives what it changes.
        first: Where to begin.
        ways: Where to go from each node: a name, or who names one; `end` ends.
    """
    module = import_module("langgraph.graph")
    builder = module.StateGraph(state)
    for name, node in nodes.items():
        builder.add_node(name, node)
    builder.add_edge(module.START, first)
    targets = {name: name for name in nodes} | {"end": module.END}
    for name, way in ways.items():
        if isinstance(way, str):
            builder.add_edge(name, targets[way])
        else:
            builder.add_conditional_edges(name, way, targets)
    return builder.compile()
