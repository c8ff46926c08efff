"""How does work move between stages, skips and returns included? Stages on a spine, moves as arcs."""

from math import log10, sqrt
from typing import Any, Final

import networkx as nx
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from vsm.figures.arcs import Move, heights, moves_from_network, path, spine
from vsm.figures.frame import framed, hidden_axis, nothing_to_see
from vsm.figures.labels import counted_noun, escape, hover, number, percent, short_duration, small, wrapped
from vsm.figures.template import BACK, FAINT, KIND_COLOURS, KIND_SYMBOLS, KIND_WORDS, WAIT_SCALE

_TITLE: Final = "How work moves"
_CAPTION: Final = (
    "n = {tickets}, {moves}. Line: width by tickets, number of moves beside it; colour by median wait. Arcs above skip "
    "stages; orange arcs below lead back. Mark: size by share of the time before the finish, shape by kind. {folded}"
)
_DAY: Final = 86400.0
_SHORTEST, _LONGEST = _DAY / 24, 30 * _DAY
_TICKS: Final = {
    _DAY / 24: "1 h",
    _DAY / 4: "6 h",
    _DAY: "1 d",
    3 * _DAY: "3 d",
    7 * _DAY: "7 d",
    30 * _DAY: "30 d",
}
_WIDEST: Final = 11.0
_STAGGERED: Final = 7


def flow_map(network: "nx.DiGraph[str]", *, title: str | None = None, min_share: float = 0.01) -> go.Figure:
    """How does work move from stage to stage, where does it skip, and where does it come back?

    Parameters
    ----------
    network
        As ``vsm.model.network.stage_network`` gives it.
    title
        Plain text; a neutral one by default.
    min_share
        Edges with a smaller share of all moves are folded; the caption says how many moves that are.

    Returns
    -------
    Figure
        One trace a drawn edge, one for the stages; without stages a kind sentence.

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
    drawn, folded = moves_from_network(network, min_share=min_share)
    names = spine(network)
    radii = {name: _radius(network.nodes[name]["share"]) for name in names}
    paths = _paths(drawn, radii, foot=min(0.14, 0.011 * len(names)))
    top = max([40.0, *(y + 28 for points in paths for _, y in points)])
    bottom = min([-36.0, *(y - 18 for points in paths for _, y in points)])
    edge = 0.5 + 0.03 * len(names)
    levels = 2 if len(names) > _STAGGERED else 1
    body = round(top - bottom) + 50 * levels
    figure = go.Figure(
        [
            *(
                _line(move, points, drawn, radii[move.receiver])
                for move, points in zip(drawn, paths, strict=True)
            ),
            _stages(network, names, radii),
            _counts(drawn, paths),
            _names(network, names, top, levels),
            _colour_bar(body),
            *_legend(network, drawn),
        ]
    )
    figure.update_layout(
        xaxis=hidden_axis(-edge, len(names) - 1 + edge),
        yaxis=hidden_axis(bottom, bottom + body),
        shapes=[_guide(place, radii[name], top + 50 * (place % levels)) for place, name in enumerate(names)],
        legend={"x": 0, "y": -14 / body, "yanchor": "top"},
    )
    return framed(
        figure,
        title=title or _TITLE,
        caption=_caption(network, drawn, folded),
        alt=_alt(network, [*drawn, *folded]),
        body=body,
        foot=112,
    )


def _total(moves: list[Move]) -> int:
    return sum(move.about["count"] for move in moves)


def _caption(network: "nx.DiGraph[str]", drawn: list[Move], folded: list[Move]) -> str:
    every = _total(drawn) + _total(folded)
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
