"""Which ticket blocks which."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from vsm.eventlog.links import parse_link
from vsm.intervals import blocked_spans
from vsm.model.graphs import Graph, directed_graph


def blocker(by: object, detail: object, *, keys: Mapping[str, str]) -> str:
    """Name what blocks: a ticket, the key of one that was not pulled, or what the flag says; else nothing.

    Examples
    --------
    >>> blocker("jira:7", None, keys={"jira:7": "AB-7"}), blocker(None, "This issue depends on AB-9", keys={})
    ('AB-7', 'AB-9')
    """
    if isinstance(by, str):
        return keys.get(by, by)
    link = parse_link(detail) if isinstance(detail, str) else None
    return link.key if link else detail if isinstance(detail, str) else ""


def blocking_network(blocks: pd.DataFrame, *, tickets: pd.DataFrame, as_of: pd.Timestamp) -> Graph:
    """Give the directed graph of tickets: an edge leads from the one that blocks to the one that is blocked.

    Nodes are the tickets that block or are blocked, with ``key``, ``blocked`` and ``flagged`` (seconds for
    which the ticket was blocked by anything, and by a flag) and ``blocks`` (how many tickets it blocked).
    Edges carry ``how`` (``link``), ``blocks`` (how often), ``start`` and ``end`` (texts of the first start
    and the last end; ``end`` is empty while open), ``open`` and ``seconds`` (in all, up to ``as_of`` while
    open). Flags, and links to what is no ticket here, are on no edge. Blocks that ended where they began are
    not in it.
    """
    known = _plain(lasting(blocks))
    edges = known.dropna(subset=["by"])
    key = dict(zip(tickets["ticket"].astype("str"), tickets["key"], strict=True))
    blocked, flagged = (_seconds(rows, as_of) for rows in (known, known[known["how"] == "flag"]))
    victims = edges.groupby("by")["ticket"].nunique()
    graph = directed_graph(name="blocks")
    for ticket in sorted({*known["ticket"], *edges["by"]}):
        graph.add_node(
            ticket,
            key=str(key.get(ticket, ticket)),
            blocked=float(blocked.get(ticket, 0.0)),
            flagged=float(flagged.get(ticket, 0.0)),
            blocks=int(victims.get(ticket, 0)),
        )
    _add_edges(graph, edges, as_of)
    return graph


def _add_edges(graph: Graph, edges: pd.DataFrame, as_of: pd.Timestamp) -> None:
    """Join the blocks of each pair of tickets; their seconds are counted pair by pair, all at once."""
    pair = edges.groupby(["by", "ticket"]).ngroup()
    seconds = _seconds(edges.assign(ticket=pair), as_of)
    for number, rows in edges.groupby(pair.to_numpy()):
        still = bool(rows["end"].isna().any())
        graph.add_edge(
            rows["by"].iloc[0],
            rows["ticket"].iloc[0],
            how="link",
            blocks=len(rows),
            start=rows["start"].min().isoformat(),
            end="" if still else rows["end"].max().isoformat(),
            open=still,
            seconds=float(seconds.get(str(number), 0.0)),
        )


def lasting(blocks: pd.DataFrame) -> pd.DataFrame:
    """Give the blocks that lasted at all: those that did not end where they began."""
    return blocks[~(blocks["end"] <= blocks["start"])]


def _plain(blocks: pd.DataFrame) -> pd.DataFrame:
    return blocks.astype({"ticket": "str", "by": "str", "how": "str"})


def _seconds(blocks: pd.DataFrame, as_of: pd.Timestamp) -> "pd.Series[Any]":
    """Give the seconds for which each ticket was blocked, of those that were."""
    spans = blocked_spans(blocks, as_of=as_of)
    return (spans["end"] - spans["start"]).dt.total_seconds().groupby(spans["ticket"]).sum()
