"""Who waits for whom in a period: between teams, or between stages where no team is known.

Every piece of waiting lies on one way: from who had the work last to whom it waits for::

    New work → support → development → quality → Delivered
             (1)       (2)           (3)       (4)
    (1) nobody has worked on it yet; (2), (3) handed over, or waiting for the next team;
    (4) it waits behind the last stage in which anybody works, such as for a release

Between stages the waiting in a queue lies on the way that the ticket took from there.
"""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from vsm.model.graphs import Graph, directed_graph
from vsm.model.period import Period

NEW: Final = "New work"
DELIVERED: Final = "Delivered"
STILL: Final = "Still waiting"
_NODES: Final = {NEW: -1.0, DELIVERED: 1e6, STILL: 1e6}


def handoff_network(
    waits: pd.DataFrame,
    waits_before: pd.DataFrame | None = None,
    *,
    visits: pd.DataFrame,
    stage_visits: pd.DataFrame,
    handoffs: pd.DataFrame,
    stages: pd.DataFrame,
    period: Period,
    before: Period | None = None,
    teams_known: bool = True,
) -> Graph:
    """Give the directed graph of who waited for whom within a period, of open tickets too.

    Nodes have ``position`` and ``kind``: ``team``, a kind of stage, or ``end`` for ``NEW``, ``DELIVERED`` and
    ``STILL`` (waiting in a stage that it has not left). Edges carry ``wait`` (seconds), ``share`` of all
    waiting in the period, ``tickets``, ``median`` (seconds of one ticket), ``stage`` (where most of it was),
    and, where there is a period before, ``before``: the share of all waiting then. Waiting within a team is
    on a loop; what no known team waited for is on no edge. The graph says its ``level`` (``team`` or
    ``stage``), ``waiting`` (seconds), ``tickets`` and both periods.

    Parameters
    ----------
    waits, waits_before
        WAITS as they lie within the period, and the one before, with ``seconds``.
    teams_known
        Whether the data can say which team waits; else, or where no team waited, the level is ``stage``.
    """
    earlier = waits.iloc[:0] if waits_before is None or before is None else waits_before
    rows = [part.astype({"ticket": "str", "stage": "str"}) for part in (waits, earlier)]
    ends = [period.end, period.begin]
    order = stages.drop_duplicates("stage").set_index("stage")[["kind", "position"]]
    placed = [_between_teams(part, visits, handoffs, order) for part in rows] if teams_known else []
    level = "team" if placed and len(placed[0]) else "stage"
    if level == "stage":
        placed = [_between_stages(part, stage_visits, end) for part, end in zip(rows, ends, strict=True)]
    now, then = placed
    total, total_before = (float(part["seconds"].sum()) for part in rows)
    graph = directed_graph(
        name="who waits for whom", level=level, waiting=total, tickets=int(waits["ticket"].nunique()),
        begin=period.begin.isoformat(), days=period.days, end=period.end.isoformat(),
        days_before=before.days if before is not None and total_before else 0,
    )  # fmt: skip
    shares_before = then.groupby(["upstream", "downstream"])["seconds"].sum() / (total_before or 1.0)
    measured = _measured(now, total)
    places = _places(level, visits, order)
    for way in measured.index.union(shares_before.index):
        about = measured.loc[way].to_dict() if way in measured.index else dict(_NOTHING)
        if graph.graph["days_before"]:
            about["before"] = float(shares_before.get(way, 0.0))
        for name in way:
            graph.add_node(name, **_node(name, level, order, places))
        graph.add_edge(*way, **about)
    return graph


_NOTHING: Final = {"wait": 0.0, "share": 0.0, "tickets": 0, "median": 0.0, "stage": ""}


def _measured(rows: pd.DataFrame, total: float) -> pd.DataFrame:
    """Measure each way, indexed by its two ends."""
    way = ["upstream", "downstream"]
    each = rows.groupby([*way, "ticket"])["seconds"].sum().groupby(level=way)
    found = pd.DataFrame({"wait": each.sum(), "tickets": each.size(), "median": each.median()})
    lain = rows.groupby([*way, "stage"])["seconds"].sum().reset_index("stage")
    most = lain.sort_values("seconds", ascending=False, kind="stable").groupby(level=way)["stage"].first()
    return found.assign(share=found["wait"] / (total or 1.0), stage=most)


def _between_teams(
    waits: pd.DataFrame, visits: pd.DataFrame, handoffs: pd.DataFrame, order: pd.DataFrame
) -> pd.DataFrame:
    """Add ``upstream`` and ``downstream`` to pieces of waiting, without those whose team is not known."""
    work = visits.loc[(visits["kind"] == "work") & visits["left"].notna(), ["ticket", "left", "team"]]
    work = work.astype({"ticket": "str", "team": "str"}).rename(columns={"team": "upstream"})
    work = work.sort_values("left", kind="stable")
    rows = waits.sort_values("start", kind="stable").assign(
        start=lambda rows: rows["start"].astype(work["left"].dtype)
    )
    rows = pd.merge_asof(rows, work, left_on="start", right_on="left", by="ticket")
    rows["upstream"] = rows["upstream"].where(rows["left"].notna(), NEW)
    last = order.loc[order["kind"] == "work", "position"].max()
    behind = set(order.index[order["position"] > last])
    rows["downstream"] = rows["team"].astype("str").mask(rows["stage"].isin(behind), DELIVERED)
    passed = handoffs.set_index("handoff")
    for end, column in (("upstream", "from_team"), ("downstream", "to_team")):
        rows[end] = rows[end].where(rows["handoff"].isna(), rows["handoff"].map(passed[column].astype("str")))
    return rows[rows["upstream"].notna() & rows["downstream"].notna()]


def _between_stages(waits: pd.DataFrame, stage_visits: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Add ``upstream`` and ``downstream``: the move that ended the waiting, or ``STILL`` by then."""
    stays = stage_visits[["ticket", "stage", "kind", "entered", "left"]].astype(
        {"ticket": "str", "stage": "str"}
    )
    same = stays["ticket"] == stays["ticket"].shift()
    stays = stays.assign(
        came=stays["stage"].shift().where(same, NEW),
        went=stays["stage"].shift(-1).where(same.shift(-1, fill_value=False)),
    )
    stays["went"] = stays["went"].mask(stays["left"].isna() | (stays["left"] > end), STILL)
    rows = waits.sort_values("start", kind="stable").assign(
        start=lambda rows: rows["start"].astype(stays["entered"].dtype)
    )
    rows = pd.merge_asof(
        rows,
        stays.drop(columns="stage").sort_values("entered"),
        left_on="start",
        right_on="entered",
        by="ticket",
    )
    works = rows["kind"] == "work"
    ways = rows.assign(
        upstream=rows["stage"].mask(works, rows["came"]), downstream=rows["stage"].where(works, rows["went"])
    )
    return ways[(ways["kind"] != "done") & ways["downstream"].notna() & ways["upstream"].notna()]


def _places(level: str, visits: pd.DataFrame, order: pd.DataFrame) -> Mapping[str, float]:
    """Place nodes along the stream: stages as they are, teams amid the stages that they work in."""
    if level == "stage":
        return {str(stage): float(position) for stage, position in order["position"].items()}
    work = visits[(visits["kind"] == "work") & visits["team"].notna()]
    position = work["stage"].astype("str").map(order["position"]).astype("float64")  # even of none
    means = position.groupby(work["team"].astype("str")).mean()
    return {str(team): float(mean) for team, mean in means.items()}


def _node(name: str, level: str, order: pd.DataFrame, places: Mapping[str, float]) -> dict[str, Any]:
    if name in _NODES:
        return {"kind": "end", "position": _NODES[name]}
    kind = "team" if level == "team" else str(order.loc[name, "kind"])
    return {"kind": kind, "position": float(places.get(name, _NODES[DELIVERED] - 1))}
