"""Who blocks whom: tickets, and teams."""

from typing import Any, Final

import pandas as pd

from vsm.intervals import blocked_spans
from vsm.model.graphs import Graph, directed_graph
from vsm.stats.survival import survival_quantiles
from vsm.tables import DURATION

_TYPES: Final[dict[str, Any]] = {
    "from_team": "str", "to_team": "str", "blocks": "int64", "open": "int64", "tickets": "int64",
    "blocked": DURATION, "median": DURATION,
}  # fmt: skip


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


def who_blocks(
    blocks: pd.DataFrame,
    visits: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    since: pd.Timestamp | None = None,
    minimum: int,
) -> pd.DataFrame:
    """Give which team's tickets block which team's, how often and for how long.

    The team is the one that held the ticket (or its stage) when the block began. Flags name no ticket that
    blocks, so they are not counted here. VISITS are those of the tickets on both ends.

    Returns
    -------
    DataFrame
        One row per pair of teams, the longest first: ``from_team`` (of the ticket that blocks), ``to_team``
        (str; missing where a team, or the ticket that blocks, is not known), ``blocks``, ``open`` (of them,
        now), ``tickets`` (blocked), ``blocked`` (time of those tickets, each hour of each once), ``median``
        of one block (Kaplan–Meier, open ones counting as not yet over, and those that began before the
        window, ``since``, only from then on; missing under ``minimum`` ended ones).
    """
    links = _plain(lasting(blocks[blocks["how"] == "link"])).reset_index(drop=True)
    links = links.assign(
        from_team=_team_at(links["by"], links["start"], visits),
        to_team=_team_at(links["ticket"], links["start"], visits),
    )
    pairs = [
        {"from_team": sender, "to_team": taker} | _pair(rows, as_of, since, minimum)
        for (sender, taker), rows in links.groupby(["from_team", "to_team"], dropna=False)
    ]
    columns = {name: pd.Series([pair[name] for pair in pairs], dtype=kind) for name, kind in _TYPES.items()}
    table = pd.DataFrame(columns)
    order = ["blocked", "from_team", "to_team"]
    return table.sort_values(order, ascending=[False, True, True], ignore_index=True)


def _pair(
    rows: pd.DataFrame, as_of: pd.Timestamp, since: pd.Timestamp | None, minimum: int
) -> dict[str, Any]:
    spans = blocked_spans(rows, as_of=as_of)
    lasted, ended = rows["end"].fillna(as_of) - rows["start"], rows["end"].notna().to_numpy()
    entry = None if since is None else since - rows["start"]
    usual = survival_quantiles(lasted, ended, quantiles=(0.5,), minimum=minimum, entry=entry)
    return {
        "blocks": len(rows),
        "open": int(rows["end"].isna().sum()),
        "tickets": int(rows["ticket"].nunique()),
        "blocked": (spans["end"] - spans["start"]).sum(),
        "median": usual["time"].iloc[0],
    }


def _team_at(ticket: "pd.Series[Any]", at: "pd.Series[Any]", visits: pd.DataFrame) -> "pd.Series[Any]":
    """Find the team that held each ticket at an instant; missing where unknown."""
    asked = pd.DataFrame({"ticket": ticket.fillna(""), "at": at}).reset_index().sort_values("at")
    held = visits[["ticket", "entered", "left", "team"]].astype({"ticket": "str", "team": "str"})
    order = visits.assign(row=range(len(visits))).sort_values(["entered", "row"])["row"]
    found = pd.merge_asof(asked, held.iloc[order], left_on="at", right_on="entered", by="ticket")
    there = ~(found["left"] <= found["at"])
    return found["team"].where(there).set_axis(found["index"].array).reindex(ticket.index)


def _plain(blocks: pd.DataFrame) -> pd.DataFrame:
    return blocks.astype({"ticket": "str", "by": "str", "how": "str"})


def _seconds(blocks: pd.DataFrame, as_of: pd.Timestamp) -> "pd.Series[Any]":
    """Give the seconds for which each ticket was blocked, of those that were."""
    spans = blocked_spans(blocks, as_of=as_of)
    return (spans["end"] - spans["start"]).dt.total_seconds().groupby(spans["ticket"]).sum()
