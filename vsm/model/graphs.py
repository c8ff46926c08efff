"""Directed graphs: networkx is imported when the first is made, for it takes a tenth of a second."""

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import networkx as nx

Graph: TypeAlias = "nx.DiGraph[str]"


def directed_graph(**about: Any) -> Graph:
    """Give a directed graph without nodes, with these attributes.

    Examples
    --------
    >>> directed_graph(name="stages").graph
    {'name': 'stages'}
    """
    import networkx as nx  # noqa: PLC0415 - see above

    return nx.DiGraph(**about)
