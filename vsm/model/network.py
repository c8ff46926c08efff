"""How do stages, and teams, pass work on? Two directed graphs with what each passing cost."""

from typing import Any

import networkx as nx
import pandas as pd


def stage_network(stays: pd.DataFrame, *, stages: pd.DataFrame, minimum: int = 12) -> "nx.DiGraph[str]":
    """How does work move from stage to stage, and what does it wait for on the way?

    Nodes are stages with ``kind, place, team, tickets, visits, open`` (tickets there now), ``total, median,
    p85`` (seconds of one stay) and ``share`` of all time before the finish; ``ca`` (%C&A, 0 to 1: of
    the moves forward out of it, the share never followed by a return to it or an earlier stage) only with
    ``minimum`` such moves. Edges carry ``count, tickets, wait_median, wait_p85, wait_total`` (seconds),
    ``share`` of all waiting on edges, and ``back`` (moves backwards).

    The wait of a move is the waiting that it ends: the time in the stage it leaves, unless people work
    there, and what lies hidden at the beginning of the work stage it leads to. So every such hour lies on
    one edge; the waiting of tickets that have not moved on since is on none. Stays and moves of a bulk
    edit (both ends marked) are left out. An open stay counts, as far as it goes, in ``total`` only, and so
    does one in which the ticket was found gone; that ticket is not there now.

    Parameters
    ----------
    stays
        As ``stays_from_visits`` gives them.
    stages
        As ``stages_from_names`` gives them.
    minimum
        Of forward moves, to tell %C&A.

    Examples
    --------
    >>> from vsm.eventlog.stages import stages_from_names
    >>> from vsm.model.stays import stays_from_visits
    >>> from vsm.tables import NAMES, VISITS, WAITS, empty
    >>> from vsm.workflow import Workflow
    >>> stages = stages_from_names(empty(NAMES), workflow=Workflow())
    >>> stays = stays_from_visits(empty(VISITS), empty(WAITS), stages=stages)
    >>> stage_network(stays, stages=stages).number_of_nodes()
    0
    """
    graph: nx.DiGraph[str] = nx.DiGraph(name="stages", tickets=int(stays["ticket"].nunique()))
    clean = stays[~stays["bulk"].astype(bool)]
    undone = clean.loc[clean["kind"] != "done", "elapsed"].dt.total_seconds().sum()
    rates = complete_and_accurate(stays)
    about = stages.drop_duplicates("stage").sort_values("place")
    for words in about[about["stage"].isin(stays["stage"])].to_dict("records"):
        stage, kind = words["stage"], words["kind"]
        team = "" if pd.isna(words["team"]) else words["team"]
        measures = _measures(clean[clean["stage"] == stage], 0.0 if kind == "done" else undone)
        graph.add_node(stage, kind=kind, place=int(words["place"]), team=team, **measures)
        if stage in rates.index and rates.loc[stage, "forward"] >= minimum:
            graph.nodes[stage]["ca"] = float(rates["ca"][stage])
    _add_edges(graph, _moves(stays), "from_stage", "to_stage")
    return graph


def _measures(stays: pd.DataFrame, whole: float) -> dict[str, Any]:
    seconds = stays["elapsed"].dt.total_seconds()
    ended = seconds[stays["left"].notna() & ~stays["gone"]]
    return {
        "tickets": int(stays["ticket"].nunique()),
        "visits": len(stays),
        "open": int(stays["left"].isna().sum()),
        "total": float(seconds.sum()),
        "median": float(ended.median()) if len(ended) else 0.0,
        "p85": float(ended.quantile(0.85)) if len(ended) else 0.0,
        "share": float(seconds.sum() / whole) if whole else 0.0,
    }


def complete_and_accurate(stays: pd.DataFrame) -> pd.DataFrame:
    """Which share of what a stage passed on never came back? %C&A, by stage.

    Of the moves forward out of a stage, the share that is not followed, ever, by a stay of the ticket in
    this stage or an earlier one. Moves of bulk edits are not counted.

    Returns
    -------
    DataFrame
        Indexed by stage: ``forward`` (number of moves) and ``ca`` (0 to 1).

    Examples
    --------
    >>> rows = {"ticket": "a", "stage": ["Build", "Test", "Build"], "place": [0, 1, 0], "bulk": False}
    >>> complete_and_accurate(pd.DataFrame(rows))["ca"].to_dict()
    {'Build': 0.0}
    """
    later = stays[::-1].groupby("ticket")["place"].cummin()[::-1]
    lowest = later.groupby(stays["ticket"]).shift(-1)
    ahead = stays.groupby("ticket")["place"].shift(-1)
    forward = stays[(ahead > stays["place"]) & ~stays["bulk"].astype(bool)]
    kept = lowest.loc[forward.index] > forward["place"]
    by_stage = kept.astype("float64").groupby(forward["stage"])
    return pd.DataFrame({"forward": by_stage.size(), "ca": by_stage.mean()})


def _moves(stays: pd.DataFrame) -> pd.DataFrame:
    following = stays.groupby("ticket").shift(-1)
    zero = pd.Timedelta(0)
    leaving = stays["waited"].where(stays["kind"] != "work", zero)
    hidden = following["waited"].where(following["kind"] == "work", zero)
    moves = pd.DataFrame(
        {
            "ticket": stays["ticket"],
            "from_stage": stays["stage"],
            "to_stage": following["stage"],
            "wait": leaving + hidden,
            "back": following["place"] < stays["place"],
        }
    )
    tidied = stays["bulk"].astype(bool) & following["bulk"].eq(other=True)
    return moves[following["stage"].notna() & ~tidied]


def team_network(handoffs: pd.DataFrame) -> "nx.DiGraph[str]":
    """How does work pass between teams, and how long until it is taken up?

    Nodes are teams with ``handoffs_given`` and ``handoffs_taken``; edges carry the same measures as the
    stage network's, over the handoffs between the two (within a team, from person to person, on a loop);
    ``back`` counts returns to an earlier stage. Handoffs with an unknown team are not in it.

    Examples
    --------
    >>> from vsm.tables import HANDOFFS, empty
    >>> team_network(empty(HANDOFFS)).number_of_edges()
    0
    """
    known = handoffs.dropna(subset=["from_team", "to_team"])
    graph: nx.DiGraph[str] = nx.DiGraph(name="teams", tickets=int(known["ticket"].nunique()))
    given, taken = known["from_team"].astype("str"), known["to_team"].astype("str")
    for team in sorted({*given, *taken}):
        graph.add_node(
            team, handoffs_given=int((given == team).sum()), handoffs_taken=int((taken == team).sum())
        )
    _add_edges(graph, known, "from_team", "to_team")
    return graph


def _add_edges(graph: "nx.DiGraph[str]", moves: pd.DataFrame, giver: str, receiver: str) -> None:
    seconds = moves["wait"].dt.total_seconds()
    whole = float(seconds.sum())
    keys = [moves[giver].astype("str"), moves[receiver].astype("str")]
    rows = (
        moves.assign(seconds=seconds)
        .groupby(keys)
        .agg(
            count=("seconds", "size"),
            tickets=("ticket", "nunique"),
            wait_median=("seconds", "median"),
            wait_p85=("seconds", lambda waits: waits.quantile(0.85)),
            wait_total=("seconds", "sum"),
            back=("back", "sum"),
        )
    )
    for row in rows.rename_axis(["u", "v"]).reset_index().to_dict("records"):
        numbers = {name: int(row[name]) for name in ("count", "tickets", "back")}
        times = {name: float(row[name]) for name in ("wait_median", "wait_p85", "wait_total")}
        graph.add_edge(
            row["u"], row["v"], **numbers, **times, share=times["wait_total"] / whole if whole else 0.0
        )
