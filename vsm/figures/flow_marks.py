"""With which marks is a flow map drawn? Arrows that are wide and dark, stages by size and shape."""

from collections.abc import Mapping
from math import log10, sqrt
from typing import Any, Final

import networkx as nx
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from vsm.figures.arcs import Move, Points, arc_heights, path
from vsm.figures.labels import counted_noun, escape, hover, number, percent, short_duration, small, wrapped
from vsm.figures.template import BACK, FAINT, KIND_COLOURS, KIND_SYMBOLS, KIND_WORDS, WAIT_SCALE

LEVEL: Final = 50
_DAY: Final = 86400.0
_TICKS: Final = {
    _DAY / 24: "1 h",
    _DAY / 4: "6 h",
    _DAY: "1 d",
    3 * _DAY: "3 d",
    7 * _DAY: "7 d",
    30 * _DAY: "30 d",
}
_SHORTEST, _LONGEST = min(_TICKS), max(_TICKS)
_WIDEST: Final = 11.0


def _paths(drawn: list[Move], radii: dict[str, float], *, foot: float) -> list[list[tuple[float, float]]]:
    above = heights([move for move in drawn if not move.back and not move.straight])
    below = heights([move for move in drawn if move.back])
    return [
        path(
            move,
            height=(below if move.back else above).get(move.span, 0.0),
            radii=(radii[move.giver], radii[move.receiver]),
            foot=foot,
        )
        for move in drawn
    ]


def _radius(share: float) -> float:
    """Give a mark its pixels: its area grows with the share of time."""
    return 6.0 + 18.0 * sqrt(min(max(share, 0.0), 1.0))


def _depth(seconds: float) -> float:
    """Place a wait on the colour scale, 0 to 1, by its logarithm; the scale is the same in every figure."""
    clipped = min(max(seconds, _SHORTEST), _LONGEST)
    return log10(clipped / _SHORTEST) / log10(_LONGEST / _SHORTEST)


def _line(move: Move, points: list[tuple[float, float]], drawn: list[Move], radius: float) -> go.Scatter:
    width = _WIDEST * move.about["tickets"] / max(other.about["tickets"] for other in drawn)
    colour = (
        BACK
        if move.back
        else sample_colorscale(list(map(list, WAIT_SCALE)), [_depth(move.about["wait_median"])])[0]
    )
    bare = [0.0] * (len(points) - 1)
    return go.Scatter(
        x=[x for x, _ in points],
        y=[y for _, y in points],
        mode="lines+markers",
        name=escape(f"{move.giver} → {move.receiver}"),
        line={"color": colour, "width": max(1.2, width)},
        marker={
            "symbol": "arrow-wide",
            "angleref": "previous",
            "size": [*bare, 9 + 0.9 * width],
            "standoff": [*bare, radius if move.straight else 0.0],
            "color": colour,
            "opacity": 1,
            "line": {"width": 0},
        },
        hovertext=_facts_of_move(move),
        hoverinfo="text",
        showlegend=False,
    )


def _stages(network: "nx.DiGraph[str]", names: list[str], radii: dict[str, float]) -> go.Scatter:
    kinds = [network.nodes[name]["kind"] for name in names]
    return go.Scatter(
        x=list(range(len(names))),
        y=[0.0] * len(names),
        mode="markers",
        name="stages",
        marker={
            "symbol": [KIND_SYMBOLS[kind] for kind in kinds],
            "size": [2 * radii[name] for name in names],
            "color": [KIND_COLOURS[kind] for kind in kinds],
            "opacity": 1,
            "line": {"width": 0},
        },
        hovertext=[_facts_of_stage(name, network.nodes[name]) for name in names],
        hoverinfo="text",
        showlegend=False,
    )


def _counts(drawn: list[Move], paths: list[list[tuple[float, float]]]) -> go.Scatter:
    places = []
    for move, points in zip(drawn, paths, strict=True):
        x = (points[0][0] + points[-1][0]) / 2
        extreme = min(y for _, y in points) if move.back else max(y for _, y in points)
        places.append((x, extreme + (-10 if move.back else 13 if move.straight else 9)))
    return go.Scatter(
        x=[x for x, _ in places],
        y=[y for _, y in places],
        text=[number(move.about["count"]) for move in drawn],
        mode="text",
        name="moves",
        textfont={"size": 11},
        hovertext=[_facts_of_move(move) for move in drawn],
        hoverinfo="text",
        showlegend=False,
    )


def _names(network: "nx.DiGraph[str]", names: list[str], top: float, levels: int) -> go.Scatter:
    """Head each stage's column with its name, on two levels where there are many."""
    width = min(22, int(668 * levels / len(names) / 7))
    shares = [_share(network.nodes[name]) for name in names]
    return go.Scatter(
        x=list(range(len(names))),
        y=[top + 50 * (place % levels) for place in range(len(names))],
        text=[
            f"{wrapped(name, width=width)}<br>{small(share)}"
            for name, share in zip(names, shares, strict=True)
        ],
        mode="text",
        name="names",
        textposition="top center",
        textfont={"size": 12},
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
    )


def _share(about: dict[str, Any]) -> str:
    """Say nothing about the time in done stages: it lies behind the finish."""
    return "" if about["kind"] == "done" else percent(about["share"])


def _guide(place: int, radius: float, top: float) -> dict[str, Any]:
    line = {"color": FAINT, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": place, "x1": place, "y0": radius, "y1": top, "line": line, "layer": "below"}


def _colour_bar(body: int) -> go.Scatter:
    """Bring the colour scale in: a trace without points, since lines cannot carry one."""
    bar = {
        "title": {"text": "median wait before the move", "side": "top", "font": {"size": 12}},
        "orientation": "h",
        "thickness": 8,
        "len": 250,
        "lenmode": "pixels",
        "x": 0,
        "xanchor": "left",
        "xpad": 12,
        "y": -48 / body,
        "yanchor": "top",
        "ypad": 0,
        "tickvals": [_depth(seconds) for seconds in _TICKS],
        "ticktext": list(_TICKS.values()),
        "tickfont": {"size": 11},
        "outlinewidth": 0,
    }
    scale = {"colorscale": WAIT_SCALE, "cmin": 0, "cmax": 1, "color": [0], "showscale": True, "colorbar": bar}
    return go.Scatter(x=[None], y=[None], mode="markers", marker=scale, showlegend=False, name="scale")


def _legend(network: "nx.DiGraph[str]", drawn: list[Move]) -> list[go.Scatter]:
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
    return [*marks, back] if any(move.back for move in drawn) else marks


def _facts_of_move(move: Move) -> str:
    about = move.about
    return hover(
        f"{move.giver} → {move.receiver}",
        [
            ("n", f"{counted_noun(about['count'], 'move')}, {counted_noun(about['tickets'], 'ticket')}"),
            ("median wait", short_duration(about["wait_median"])),
            ("85 % of waits within", short_duration(about["wait_p85"])),
            ("wait in all", short_duration(about["wait_total"])),
            ("share of all waiting on moves", percent(about["share"])),
        ],
    )


def _facts_of_stage(name: str, about: dict[str, Any]) -> str:
    return hover(
        name,
        [
            ("kind", KIND_WORDS[about["kind"]]),
            ("team", about["team"]),
            ("share of the time before the finish", percent(about["share"])),
            ("median of a visit", short_duration(about["median"])),
            ("there now", counted_noun(about["open"], "ticket")),
            ("n", f"{counted_noun(about['tickets'], 'ticket')}, {counted_noun(about['visits'], 'visit')}"),
        ],
    )
