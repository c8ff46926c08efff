"""Checks of blocks: unknown tickets, cycles, and links and flags that block nothing."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import pandas as pd

from vsm.config.rules import LINKS
from vsm.counts import counted
from vsm.eventlog.links import link_wordings
from vsm.eventlog.log import QualityNote
from vsm.intervals import records_blocks
from vsm.model.blocking import blocker, lasting
from vsm.tables import INSTANT

SHOWN: Final = 5


def check_blocks(
    blocks: pd.DataFrame,
    events: pd.DataFrame,
    tickets: pd.DataFrame,
    *,
    finished: "pd.Series[Any] | Mapping[str, pd.Timestamp]",
    links: Iterable[tuple[str, str]] = LINKS,
    stages: pd.DataFrame | None = None,
) -> list[QualityNote]:
    """Find what should be known before blocked time is believed.

    Reported are: that no source records blocks at all; wordings of links that do not count as blocks; blocks
    by keys of no ticket; links made when either ticket was done already; flags that were still on a ticket
    when it was finished; and tickets that block each other at one time.
    """
    if tickets.empty:
        return []
    if not records_blocks(events, stages=stages):
        detail = "no source records flags or links, so blocked time is unknown, not zero"
        return [QualityNote("blocks not measured", "note", detail)]
    keys = dict(zip(tickets["ticket"].astype("str"), tickets["key"].astype("str"), strict=True))
    ends = pd.Series(finished, dtype=INSTANT)
    return [
        *_wordings(events, links),
        *_unknown(lasting(blocks)),
        *_too_late(blocks, keys, ends.set_axis(ends.index.astype("str"))),
        *_left_on(blocks, keys, ends.set_axis(ends.index.astype("str"))),
        *_cycles(lasting(blocks), keys),
    ]


def _wordings(events: pd.DataFrame, links: Iterable[tuple[str, str]]) -> Iterator[QualityNote]:
    table = link_wordings(events, links=links)
    other = table[~table["blocks"]]
    if len(other):
        wordings = [f"'{row.wording}' ({row.links})" for row in other.itertuples()]
        detail = (
            f"not counted as blocks: {counted(other['links'].sum(), 'link')}, {_some(wordings)}; if a "
            "wording means one, name it in links of [blocking]"
        )
        yield QualityNote("links that do not block", "note", detail)


def _unknown(blocks: pd.DataFrame) -> Iterator[QualityNote]:
    unknown = blocks[(blocks["how"] == "link") & blocks["by"].isna()]
    if len(unknown):
        detail = (
            f"{counted(len(unknown), 'block')} of {counted(unknown['ticket'].nunique(), 'ticket')} by "
            f"tickets that were not pulled, so each counts until its link is removed: "
            f"{_some(blocker(None, detail, keys={}) for detail in unknown['detail'])}"
        )
        yield QualityNote("block by an unknown ticket", "warning", detail)


def _too_late(
    blocks: pd.DataFrame, keys: Mapping[str, str], finished: "pd.Series[Any]"
) -> Iterator[QualityNote]:
    nothing = blocks[blocks["end"] <= blocks["start"]]
    by_done = finished.reindex(nothing["by"].astype("str")).set_axis(nothing.index) <= nothing["start"]
    for rows, whose in ((nothing[by_done], "blocking"), (nothing[~by_done], "blocked")):
        if len(rows):
            named = _some(_keys(rows["ticket"], keys))
            detail = (
                f"{counted(len(rows), 'block')} began when the {whose} ticket was done already: no time "
                f"counts; {named}"
            )
            yield QualityNote("block on finished work", "note", detail)


def _left_on(
    blocks: pd.DataFrame, keys: Mapping[str, str], finished: "pd.Series[Any]"
) -> Iterator[QualityNote]:
    flags = lasting(blocks[blocks["how"] == "flag"])
    done = finished.reindex(flags["ticket"].astype("str")).set_axis(flags.index)
    left = flags[flags["end"] == done]
    if len(left):
        detail = (
            f"{counted(len(left), 'flag was', 'flags were')} still set when the ticket was finished, perhaps "
            f"forgotten; the time counts until then: {_some(_keys(left['ticket'], keys))}"
        )
        yield QualityNote("flag left on a ticket", "note", detail)


def _cycles(blocks: pd.DataFrame, keys: Mapping[str, str]) -> Iterator[QualityNote]:
    """Find tickets that, at one time, all wait for one another."""
    import networkx as nx  # noqa: PLC0415 - a tenth of a second of import

    rows = blocks.dropna(subset=["by"]).astype({"ticket": "str", "by": "str"}).sort_values("start")
    whole = nx.DiGraph(zip(rows["by"], rows["ticket"], strict=True))
    part = {
        node: number for number, nodes in enumerate(nx.strongly_connected_components(whole)) for node in nodes
    }
    tied = rows[rows["by"].map(part) == rows["ticket"].map(part)]
    reported: set[frozenset[str]] = set()
    for _, group in tied.groupby(tied["by"].map(part)):
        for row in group.to_dict("records"):
            then = group[(group["start"] <= row["start"]) & ~(group["end"] <= row["start"])]
            graph = nx.DiGraph(zip(then["by"], then["ticket"], strict=True))
            if nx.has_path(graph, row["ticket"], row["by"]):
                circle = nx.shortest_path(graph, row["ticket"], row["by"])
                if frozenset(circle) not in reported:
                    reported.add(frozenset(circle))
                    yield _circle(circle, row, keys)


def _circle(circle: list[str], row: Mapping[Any, Any], keys: Mapping[str, str]) -> QualityNote:
    around = " blocks ".join(keys.get(ticket, ticket) for ticket in [*circle, circle[0]])
    detail = f"{around}, since {row['start']:%Y-%m-%d}: one of these links must be wrong, or nobody can start"
    return QualityNote("tickets that block each other", "warning", detail, None, row["ticket"])


def _keys(tickets: "pd.Series[Any]", keys: Mapping[str, str]) -> list[str]:
    return [keys.get(ticket, ticket) for ticket in tickets.astype("str").unique()]


def _some(words: Iterable[object]) -> str:
    known = [str(word) for word in words]
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return f"{', '.join(known[:SHOWN])}{more}"
