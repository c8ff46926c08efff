"""Who waits for whom? Teams on an oval, and an arrow for every way that work takes between them."""

from typing import Final

import networkx as nx
import plotly.graph_objects as go

from vsm.figures.frame import framed, hidden_axis, nothing_to_see
from vsm.figures.labels import counted_noun, number, short_duration
from vsm.figures.team_marks import marks_from_oval
from vsm.figures.team_places import HALF_WIDTH, Way, oval_from_network, through
from vsm.figures.wait_scale import wait_bar

_TITLE: Final = "Who waits for whom"
_CAPTION: Final = (
    "n = {handoffs} of {tickets}. Arrow: from giver to receiver, width by handoffs, colour by median wait "
    "until the work is taken up; beside it, where there is room, both as numbers. Mark: handoffs that a team "
    "gives or takes. Within: from person to person of one team, and the median wait.{cut}"
)
_FOOT: Final = 74


def team_network(
    network: "nx.DiGraph[str]", *, title: str | None = None, most: int = 12, min_share: float = 0.01
) -> go.Figure:
    """Which teams pass work to which, how often, and how long does it wait to be taken up?

    Parameters
    ----------
    network
        As ``vsm.model.network.team_network`` gives it.
    title
        Plain text; a neutral one by default.
    most
        How many teams are drawn, those with most handoffs.
    min_share
        Ways with a smaller share of all handoffs are not drawn. The caption says what is left out.

    Returns
    -------
    Figure
        One trace a drawn way, one for the teams; without handoffs between known teams a kind sentence.

    Examples
    --------
    >>> network = nx.DiGraph(name="teams", tickets=9)
    >>> waits = {"wait_median": 9e4, "wait_p85": 2e5, "wait_total": 864000.0, "share": 1.0}
    >>> network.add_edge("Build", "Test", count=10, tickets=9, back=0, **waits)
    >>> team_network(network).layout.meta["alt"].split(". ")[1]
    'Most waiting lies on the way from Build to Test: 10 d in all, median 1 d 1 h, n 10.'
    """
    if not network.number_of_edges():
        hint = "No handoff between known teams has been seen: give stages or people a team in vsm.toml."
        return nothing_to_see(title=title or _TITLE, hint=hint)
    busiest = sorted(network, key=lambda team: (-through(network, team), team))[:most]
    drawn = network.subgraph(busiest)
    ways = _ways(drawn, least=min_share * _handoffs(network))
    oval = oval_from_network(drawn, ways=ways)
    body = round(oval.high - oval.low)
    scale = [wait_bar(body, below=14, text="median wait until taken up")] if oval.ways else []
    figure = go.Figure(
        [*marks_from_oval(oval, network=drawn), *scale],
        layout={
            # As wide as high: one unit stays one pixel at any width, and what was kept apart does not meet.
            "xaxis": hidden_axis(-HALF_WIDTH, HALF_WIDTH) | {"constrain": "domain"},
            "yaxis": hidden_axis(oval.low, oval.low + body) | {"constrain": "domain", "scaleanchor": "x"},
        },
    )
    counts = {
        "handoffs": counted_noun(_handoffs(network), "handoff"),
        "tickets": counted_noun(network.graph.get("tickets", 0), "ticket"),
    }
    return framed(
        figure,
        title=title or _TITLE,
        caption=_CAPTION.format(**counts, cut=_cut(network, drawn, ways)),
        alt=_alt(network, **counts),
        body=body,
        foot=_FOOT if oval.ways else 8,
    )


def _handoffs(network: "nx.DiGraph[str]") -> int:
    return sum(about["count"] for *_, about in network.edges(data=True))


def _ways(network: "nx.DiGraph[str]", *, least: float) -> list[Way]:
    return sorted((u, v) for u, v, about in network.edges(data=True) if u != v and about["count"] >= least)


def _cut(network: "nx.DiGraph[str]", drawn: "nx.DiGraph[str]", ways: list[Way]) -> str:
    within = [(team, team) for team in drawn if drawn.has_edge(team, team)]
    shown = sum(network.edges[way]["count"] for way in [*ways, *within])
    rest = _handoffs(network) - shown
    if not rest:
        return ""
    teams = len(network) - len(drawn)
    others = f" {counted_noun(teams, 'team')} and" if teams else ""
    return f" Not drawn:{others} {counted_noun(rest, 'handoff')} on rare ways."


def _alt(network: "nx.DiGraph[str]", *, handoffs: str, tickets: str) -> str:
    sentence = f"Network of {counted_noun(len(network), 'team')}: {handoffs} of {tickets}."
    between = [way for way in network.edges if way[0] != way[1]]
    if not between:
        return f"{sentence} None of them leads to another team."
    way = max(between, key=lambda way: network.edges[way]["wait_total"])
    about = network.edges[way]
    return (
        f"{sentence} Most waiting lies on the way from {way[0]} to {way[1]}: "
        f"{short_duration(about['wait_total'])} in all, median {short_duration(about['wait_median'])}, "
        f"n {number(about['count'])}."
    )
