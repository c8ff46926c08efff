"""How does work move between stages, skips and returns included? Stages on a spine, moves as arcs."""

from dataclasses import replace
from typing import Final

import networkx as nx
import pandas as pd
import plotly.graph_objects as go

from vsm.figures.arcs import Move, Plan, plan_from_network
from vsm.figures.flow_marks import guides_from_plan, marks_from_plan
from vsm.figures.frame import framed, hidden_axis, nothing_to_see
from vsm.figures.labels import counted_noun, number, percent, short_duration
from vsm.figures.swim_lanes import LANE, lane_floors, lane_marks, lane_names
from vsm.model.network import team_lanes

_TITLE: Final = "How work moves"
_GAP: Final = 14
"""Pixels between the moves and the first lane."""
_CAPTION: Final = (
    "n = {tickets}, {moves}. Line: width by tickets, number of moves beside it; colour by median wait. "
    "Arcs above skip stages; orange arcs below lead back. Mark: size by share of the time before the finish, "
    "shape by kind. {folded}"
)


def flow_map(
    network: "nx.DiGraph[str]",
    *,
    visits: pd.DataFrame | None = None,
    title: str | None = None,
    min_share: float = 0.01,
) -> go.Figure:
    """How does work move from stage to stage, where does it skip, and where does it come back?

    Parameters
    ----------
    network
        As ``vsm.model.network.stage_network`` gives it.
    visits
        VISITS, which tell in whose hands work was: with them there is a swim lane for each team.
    title
        Plain text; a neutral one by default.
    min_share
        Edges with a smaller share of all moves are folded; the caption says how many moves that are.

    Returns
    -------
    Figure
        One trace a drawn edge, one for the stages, one for the swim lanes; without stages a kind sentence.

    Examples
    --------
    >>> network = nx.DiGraph(name="stages", tickets=3)
    >>> about = {"team": "", "tickets": 3, "visits": 3, "open": 0, "total": 9e5, "median": 3e5, "p85": 4e5}
    >>> network.add_node("Build", kind="work", place=0, share=1.0, **about)
    >>> network.add_node("Done", kind="done", place=1, share=0.0, **about)
    >>> waits = {"wait_median": 86400.0, "wait_p85": 2e5, "wait_total": 3e5}
    >>> network.add_edge("Build", "Done", count=3, tickets=3, share=1.0, back=0, **waits)
    >>> flow_map(network).layout.meta["alt"].split(". ")[0]
    'Flow map of 2 stages, 3 tickets and 3 moves, 0 of them backwards (0 %)'
    """
    if not network:
        return nothing_to_see(title=title or _TITLE, hint="No ticket has entered a stage so far.")
    plan = plan_from_network(network, min_share=min_share)
    lanes = team_lanes(visits) if visits is not None else None
    teams = [] if lanes is None else lane_names(lanes, stages=plan.names)
    plan = replace(plan, below=float(LANE * len(teams) + _GAP if teams else 0))
    sides, top = (-plan.edge, len(plan.names) - 1 + plan.edge), plan.floor - _GAP
    swim = [] if lanes is None else lane_marks(lanes, names=teams, stages=plan.names, top=top)
    figure = go.Figure(
        [*marks_from_plan(plan, network=network), *swim],
        layout={
            "xaxis": hidden_axis(*sides),
            "yaxis": hidden_axis(plan.bottom, plan.bottom + plan.body),
            "shapes": [*guides_from_plan(plan), *lane_floors(len(teams), top=top, width=sides)],
            "legend": {"x": 0, "y": -14 / plan.body, "yanchor": "top"},
        },
    )
    return framed(
        figure,
        title=title or _TITLE,
        caption=_caption(network, plan) + _told_of_lanes(lanes, teams),
        alt=_alt(network, [*plan.drawn, *plan.folded]) + _lanes_in_words(teams),
        body=plan.body,
        foot=112,
    )


def _told_of_lanes(lanes: pd.DataFrame | None, teams: list[str]) -> str:
    if lanes is None:
        return ""
    if not teams:
        return " No team is known, so there are no swim lanes."
    return " Swim lanes: where each team held tickets, thicker with more of the stage's time."


def _lanes_in_words(teams: list[str]) -> str:
    return f" Swim lanes from above: {', '.join(teams)}." if teams else ""


def _total(moves: list[Move]) -> int:
    return sum(move.about["count"] for move in moves)


def _caption(network: "nx.DiGraph[str]", plan: Plan) -> str:
    folded = plan.folded
    every = _total(plan.drawn) + _total(folded)
    rare = f"{counted_noun(_total(folded), 'move')} on {counted_noun(len(folded), 'rare way')} not drawn."
    return _CAPTION.format(
        tickets=counted_noun(network.graph.get("tickets", 0), "ticket"),
        moves=counted_noun(every, "move"),
        folded=rare if folded else "Every move is drawn.",
    )


def _alt(network: "nx.DiGraph[str]", moves: list[Move]) -> str:
    every, back = _total(moves), sum(move.about["back"] for move in moves)
    sentence = (
        f"Flow map of {counted_noun(len(network), 'stage')}, "
        f"{counted_noun(network.graph.get('tickets', 0), 'ticket')} and {counted_noun(every, 'move')}, "
        f"{number(back)} of them backwards ({percent(back / every if every else 0.0)})."
    )
    if not moves:
        return sentence
    most = max(moves, key=lambda move: move.about["wait_total"])
    return (
        f"{sentence} Most waiting lies before the move from {most.giver} to {most.receiver}: "
        f"median {short_duration(most.about['wait_median'])}, n {number(most.about['count'])}."
    )
