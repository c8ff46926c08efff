"""The flow map: stages on a spine, moves as arcs, swim lanes by team below."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import networkx as nx
import pandas as pd
import plotly.graph_objects as go

from vsm.counts import counted
from vsm.figures.labels import edge_hover, escape, hover, number, small, text_width, wrapped
from vsm.figures.maps.flow_layout import LEVEL, Move, Plan, Points, most_used, plan_from_network
from vsm.figures.maps.swim_lanes import LANE, lane_floors, lane_marks, lane_names
from vsm.figures.marks import arrow_head, arrow_heads, wait_bar, wait_colour, writing
from vsm.figures.theme import (
    BACK,
    FAINT,
    KIND_COLOURS,
    KIND_SYMBOLS,
    KIND_WORDS,
    framed,
    hidden_axis,
    nothing_to_see,
    with_narrow,
)
from vsm.findings.durations import percent, short_duration
from vsm.model.network import team_lanes

_TITLE: Final = "How work moves"
_BELOW: Final = 104
"""Pixels from the map to its colour scale on a phone, whose legend has several lines."""
_GAP: Final = 14
"""Pixels between the moves and the first lane."""
_CAPTION: Final = (
    "n = {tickets}, {moves}, of open and discarded ones too. Line: width by tickets, number of moves beside "
    "it; colour by median wait. Arcs above skip stages; orange arcs below go back. Mark: size by share of "
    "the time before the finish, shape by kind. {folded}"
)


def flow_map(
    network: "nx.DiGraph[str]",
    *,
    visits: pd.DataFrame | None = None,
    title: str | None = None,
    min_share: float = 0.01,
) -> go.Figure:
    """Map of all moves between stages, with swim lanes by team; rarer ones than ``min_share`` are folded.

    Of more than ``MOST_STAGES`` stages those with the most tickets are drawn, and the caption says so.

    Parameters
    ----------
    network
        As ``vsm.model.network.stage_network`` gives it.
    visits
        VISITS, from which each team that held work gets a swim lane.
    min_share
        Edges with a smaller share of all moves are folded; the caption says how many moves that are.

    Examples
    --------
    >>> network = nx.DiGraph(name="stages", tickets=3)
    >>> about = {"team": "", "tickets": 3, "visits": 3, "open": 0, "total": 9e5, "median": 3e5, "p85": 4e5}
    >>> network.add_node("Build", kind="work", position=0, share=1.0, **about)
    >>> network.add_node("Done", kind="done", position=1, share=0.0, **about)
    >>> waits = {"wait_median": 86400.0, "wait_p85": 2e5, "wait_total": 3e5}
    >>> network.add_edge("Build", "Done", count=3, tickets=3, share=1.0, back=0, **waits)
    >>> flow_map(network).layout.meta["alt"].split(". ")[0]
    'Flow map of 2 stages, 3 tickets and 3 moves, 0 of them backwards (0 %)'
    """
    if not network:
        return nothing_to_see(
            of="flow_map", title=title or _TITLE, hint="No ticket has entered a stage so far."
        )
    network, left_out = most_used(network)
    plan = plan_from_network(network, min_share=min_share)
    lanes = team_lanes(visits) if visits is not None else None
    teams = [] if lanes is None else lane_names(lanes, stages=plan.names)
    plan = replace(plan, below=float(LANE * len(teams) + _GAP if teams else 0))
    sides, top = (-plan.edge, len(plan.names) - 1 + plan.edge), plan.floor - _GAP
    swim = [] if lanes is None else lane_marks(lanes, names=teams, stages=plan.names, top=top)
    floors = lane_floors(len(teams), top=top, width=sides)
    words: dict[str, Any] = {
        "of": "flow_map",
        "title": title or _TITLE,
        "caption": _caption(network, plan) + left_out + _lanes_explained(lanes, teams),
        "alt": _alt(network, [*plan.drawn, *plan.folded])
        + left_out
        + (f" Swim lanes from above: {', '.join(teams)}." if teams else ""),
    }
    names = {"data": [_names(plan, network)], "shapes": guides_from_plan(plan)}
    wide = _drawn(plan, network, swim, floors, height=plan.body, below=48, **names)
    upright = _names_upright(plan, network)
    high = round(plan.top - plan.bottom) + text_width([name["text"] for name in upright], size=_NAME_SIZE)
    phone = _drawn(plan, network, swim, floors, height=high, below=_BELOW, annotations=upright)
    return with_narrow(
        framed(wide, **words, body=plan.body, foot=112),
        framed(phone, **words, body=high, foot=_BELOW + 64, width=360),
    )


def _drawn(
    plan: Plan,
    network: "nx.DiGraph[str]",
    swim: list[go.Scatter],
    floors: list[dict[str, Any]],
    *,
    height: int,
    below: int,
    data: Sequence[go.Scatter] = (),
    shapes: Sequence[dict[str, Any]] = (),
    annotations: Sequence[dict[str, Any]] = (),
) -> go.Figure:
    """Draw the map so many pixels high, with the names of stages as marks or as annotations."""
    # Where columns are narrow, what stands beside a mark has room above it alone.
    lift = {"lift": max(plan.radii.values()) + 9} if annotations else {}
    marks = [*marks_from_plan(plan, network=network, **lift), *data, wait_bar(height, below=below)]
    return go.Figure(
        [*marks, *_legend(plan, network), *swim],
        layout={
            "xaxis": hidden_axis(-plan.edge, len(plan.names) - 1 + plan.edge),
            "yaxis": hidden_axis(plan.bottom, plan.bottom + height),
            "shapes": [*shapes, *floors],
            "annotations": [*annotations],
            "legend": {"x": 0, "y": -14 / height, "yanchor": "top"},
        },
    )


def _names_upright(plan: Plan, network: "nx.DiGraph[str]") -> list[dict[str, Any]]:
    """Head each stage's column with its name from below upwards, where columns are narrow."""
    names = []
    for position, name in enumerate(plan.names):
        about = network.nodes[name]
        share = "" if about["kind"] == "done" else f" {percent(about['share'])}"
        names.append(
            {
                "text": f"{escape(name)}{share}", "x": position, "y": plan.top, "textangle": -90,
                "yanchor": "bottom", "showarrow": False, "font": {"size": _NAME_SIZE},
            }
        )  # fmt: skip
    return names


def _lanes_explained(lanes: pd.DataFrame | None, teams: list[str]) -> str:
    if lanes is None:
        return ""
    if not teams:
        return " No team is known, so there are no swim lanes."
    return " Swim lanes: where each team held tickets, thicker with more of the stage's time."


def _total(moves: list[Move]) -> int:
    return sum(move.about["count"] for move in moves)


def _caption(network: "nx.DiGraph[str]", plan: Plan) -> str:
    folded = plan.folded
    every = _total(plan.drawn) + _total(folded)
    rare = f"{counted(_total(folded), 'move')} on {counted(len(folded), 'rare path')} not drawn."
    return _CAPTION.format(
        tickets=counted(network.graph.get("tickets", 0), "ticket"),
        moves=counted(every, "move"),
        folded=rare if folded else "Every move is drawn.",
    )


def _alt(network: "nx.DiGraph[str]", moves: list[Move]) -> str:
    every, back = _total(moves), sum(move.about["back"] for move in moves)
    sentence = (
        f"Flow map of {counted(len(network), 'stage')}, "
        f"{counted(network.graph.get('tickets', 0), 'ticket')} and {counted(every, 'move')}, "
        f"{number(back)} of them backwards ({percent(back / every if every else 0.0)})."
    )
    if not moves:
        return sentence
    most = max(moves, key=lambda move: move.about["wait_total"])
    return (
        f"{sentence} Most waiting is before the move from {most.sender} to {most.receiver}: "
        f"median {short_duration(most.about['wait_median'])}, n {number(most.about['count'])}."
    )


_WIDEST: Final = 11.0
_THINNEST: Final = 1.2
_LINE_IN_HEAD: Final = 0.45  # how far an arc's line reaches into the head of its arrow
_PAGE: Final = 668  # pixels of the map on a page of 700
_NAME_SIZE: Final = 12
_LETTER: Final = 0.62  # of the font size: the width of a letter


def marks_from_plan(plan: Plan, *, network: "nx.DiGraph[str]", lift: float = 13.0) -> list[go.Scatter]:
    """The traces of the flow map's moves and stages: a line a drawn move, then heads, stages and counts.

    Counts of moves to the next stage stand ``lift`` pixels above the spine.
    """
    most = max((move.about["tickets"] for move in plan.drawn), default=0) or 1
    return [
        *(_line(plan, move, points, most) for move, points in zip(plan.drawn, plan.paths, strict=True)),
        _arc_heads(plan, most),
        _stages(plan, network),
        _counts(plan, lift),
    ]


def guides_from_plan(plan: Plan) -> list[dict[str, Any]]:
    """The thin lines that lead from the names down to their stages."""
    line = {"color": FAINT, "width": 1, "dash": "dot"}
    ends = {name: (plan.radii[name], _name_foot(plan, position)) for position, name in enumerate(plan.names)}
    return [
        {"type": "line", "x0": x, "x1": x, "y0": low, "y1": high, "line": line, "layer": "below"}
        for x, (low, high) in enumerate(ends.values())
    ]


def _name_foot(plan: Plan, position: int) -> float:
    return plan.top + LEVEL * (position % plan.levels)


def _look(move: Move, most: int) -> tuple[float, str]:
    """The width of a move by its tickets, of ``most`` at most, and its colour."""
    width = max(_THINNEST, float(_WIDEST * move.about["tickets"] / most))
    return width, BACK if move.back else wait_colour(move.about["wait_median"])


def _line(plan: Plan, move: Move, points: Points, most: int) -> go.Scatter:
    """Draw a move; a straight line's head lies on its last point, which plotly.js sets back from the mark."""
    width, colour = _look(move, most)
    x, y = points[-1]
    inside = _LINE_IN_HEAD * arrow_head(width)
    ends_in_head = points if move.straight else [*points[:-1], (x, y - inside if move.back else y + inside)]
    head = {
        "symbol": "arrow-wide",
        "angleref": "previous",
        "size": [0, arrow_head(width)],
        "standoff": [0, plan.radii[move.receiver]],
        "color": colour,
        "opacity": 1,
        "line": {"width": 0},
    }
    return go.Scatter(
        x=[x for x, _ in ends_in_head],
        y=[y for _, y in ends_in_head],
        mode="lines+markers" if move.straight else "lines",
        name=escape(f"{move.sender} → {move.receiver}"),
        line={"color": colour, "width": width, "simplify": move.straight},
        marker=head if move.straight else None,
        hovertext=_facts_of_move(move),
        hoverinfo="text",
        showlegend=False,
    )


def _arc_heads(plan: Plan, most: int) -> go.Scatter:
    """Point every arc at its stage: down from above, up from below."""
    arcs = [
        (move, points[-1]) for move, points in zip(plan.drawn, plan.paths, strict=True) if not move.straight
    ]
    return arrow_heads(
        "arc heads",
        [tip for _, tip in arcs],
        angles=[0 if move.back else 180 for move, _ in arcs],
        looks=[_look(move, most) for move, _ in arcs],
    )


def _stages(plan: Plan, network: "nx.DiGraph[str]") -> go.Scatter:
    names = plan.names
    kinds = [network.nodes[name]["kind"] for name in names]
    return go.Scatter(
        x=list(range(len(names))),
        y=[0.0] * len(names),
        mode="markers",
        name="stages",
        marker={
            "symbol": [KIND_SYMBOLS[kind] for kind in kinds],
            "size": [2 * plan.radii[name] for name in names],
            "color": [KIND_COLOURS[kind] for kind in kinds],
            "opacity": 1,
            "line": {"width": 0},
        },
        hovertext=[_facts_of_stage(name, network.nodes[name]) for name in names],
        hoverinfo="text",
        showlegend=False,
    )


def _counts(plan: Plan, lift: float) -> go.Scatter:
    places = []
    for move, points in zip(plan.drawn, plan.paths, strict=True):
        x = (points[0][0] + points[-1][0]) / 2
        extreme = min(y for _, y in points) if move.back else max(y for _, y in points)
        places.append((x, extreme + (-10 if move.back else lift if move.straight else 9)))
    return go.Scatter(
        x=[x for x, _ in places],
        y=[y for _, y in places],
        text=[number(move.about["count"]) for move in plan.drawn],
        mode="text",
        name="moves",
        textfont={"size": 11},
        hovertext=[_facts_of_move(move) for move in plan.drawn],
        hoverinfo="text",
        showlegend=False,
    )


def _names(plan: Plan, network: "nx.DiGraph[str]") -> go.Scatter:
    """Head each stage's column with its name, on two levels where there are many, and its share.

    Nothing is said about the time in done stages: it lies behind the finish.
    """
    column = _PAGE * plan.levels / (len(plan.names) - 1 + 2 * plan.edge)
    width = min(22, int(column / (_LETTER * _NAME_SIZE)))
    places = []
    for position, name in enumerate(plan.names):
        about = network.nodes[name]
        share = "" if about["kind"] == "done" else percent(about["share"])
        text = f"{wrapped(name, width=width)}<br>{small(share)}"
        places.append((float(position), _name_foot(plan, position), text))
    return writing("names", places, size=_NAME_SIZE, textposition="top center", showlegend=False)


def _legend(plan: Plan, network: "nx.DiGraph[str]") -> list[go.Scatter]:
    kinds = {about["kind"] for _, about in network.nodes(data=True)}
    marks = [
        go.Scatter(
            x=[None],
            y=[None],
            mode="markers",
            name=kind,
            marker={"symbol": KIND_SYMBOLS[kind], "color": KIND_COLOURS[kind], "size": 12},
        )
        for kind in KIND_COLOURS
        if kind in kinds
    ]
    back = go.Scatter(x=[None], y=[None], mode="lines", name="moves back", line={"color": BACK, "width": 4})
    return [*marks, back] if any(move.back for move in plan.drawn) else marks


def _facts_of_move(move: Move) -> str:
    ends = (move.sender, move.receiver)
    return edge_hover(ends, move.about, noun="move", share="share of all waiting on moves")


def _facts_of_stage(name: str, about: dict[str, Any]) -> str:
    return hover(
        name,
        [
            ("kind", KIND_WORDS[about["kind"]]),
            ("team", about["team"]),
            ("share of the time before the finish", percent(about["share"])),
            ("median visit", short_duration(about["median"]) if "median" in about else ""),
            ("there now", counted(about["open"], "ticket")),
            ("n", f"{counted(about['tickets'], 'ticket')}, {counted(about['visits'], 'visit')}"),
        ],
    )
