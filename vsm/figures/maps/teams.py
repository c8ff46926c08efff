"""The handoff network: teams on an oval, and an arrow for every way that work takes between them."""

from collections.abc import Mapping
from math import atan2, degrees, hypot
from typing import Final

import networkx as nx
import plotly.graph_objects as go

from vsm.figures.labels import escape, hover, number, pluralize, text_width
from vsm.figures.maps.matrix import costliest_handoff, handoff_facts
from vsm.figures.maps.teams_layout import (
    HALF_WIDTH,
    NAME_SIZE,
    Box,
    Oval,
    Point,
    Way,
    oval_from_network,
    through,
)
from vsm.figures.marks import arrow_head, arrow_heads, wait_bar, wait_colour, writing
from vsm.figures.theme import PAPER, framed, hidden_axis, nothing_to_see
from vsm.findings.durations import short_duration

_TITLE: Final = "Who waits for whom"
_CAPTION: Final = (
    "n = {handoffs} of {tickets}. Arrow: from upstream to downstream team, width by handoffs, colour by "
    "median wait until work is started; both as numbers where there is room. Circle: handoffs that a team "
    "gives or receives. Within: between persons of one team, and the median wait.{cut}"
)
_FOOT: Final = 74


def team_network(
    network: "nx.DiGraph[str]", *, title: str | None = None, most: int = 12, min_share: float = 0.01
) -> go.Figure:
    """Handoff network: which team waits for which, and for how long; at most ``most`` teams.

    Parameters
    ----------
    network
        As ``vsm.model.network.team_network`` gives it.
    most
        How many teams are drawn, those with most handoffs.
    min_share
        Rarer handoffs are not drawn; the caption says what is left out.
    """
    if not network.number_of_edges():
        hint = "No handoff between known teams has been seen: give stages or people a team in vsm.toml."
        return nothing_to_see(of="team_network", title=title or _TITLE, hint=hint)
    busiest = sorted(network, key=lambda team: (-through(network, team), team))[:most]
    drawn = network.subgraph(busiest)
    least = min_share * _handoffs(network)
    ways = sorted((u, v) for u, v, about in drawn.edges.data() if u != v and about["count"] >= least)
    oval = oval_from_network(drawn, ways=ways)
    body = round(oval.high - oval.low)
    scale = [wait_bar(body, below=14, text="median wait until started")] if oval.ways else []
    figure = go.Figure(
        [*marks_from_oval(oval, network=drawn), *scale],
        layout={
            # As wide as high: one unit stays one pixel at any width, and what was kept apart does not meet.
            "xaxis": hidden_axis(-HALF_WIDTH, HALF_WIDTH) | {"constrain": "domain"},
            "yaxis": hidden_axis(oval.low, oval.low + body) | {"constrain": "domain", "scaleanchor": "x"},
        },
    )
    counts = {
        "handoffs": pluralize(_handoffs(network), "handoff"),
        "tickets": pluralize(network.graph.get("tickets", 0), "ticket"),
    }
    return framed(
        figure,
        of="team_network",
        title=title or _TITLE,
        caption=_CAPTION.format(**counts, cut=_cut(network, drawn, ways)),
        alt=f"Network of {pluralize(len(network), 'team')}: {counts['handoffs']} of {counts['tickets']}. "
        + costliest_handoff(network),
        body=body,
        foot=_FOOT if oval.ways else 8,
    )


def _handoffs(network: "nx.DiGraph[str]") -> int:
    return sum(about["count"] for *_, about in network.edges(data=True))


def _cut(network: "nx.DiGraph[str]", drawn: "nx.DiGraph[str]", ways: list[Way]) -> str:
    within = [(team, team) for team in drawn if drawn.has_edge(team, team)]
    shown = sum(network.edges[way]["count"] for way in [*ways, *within])
    rest = _handoffs(network) - shown
    if not rest:
        return ""
    teams = len(network) - len(drawn)
    others = f" {pluralize(teams, 'team')} and" if teams else ""
    return f" Not drawn:{others} {pluralize(rest, 'handoff')} on rare paths."


_WIDEST: Final = 11.0
_THINNEST: Final = 1.6
_LINE_IN_HEAD: Final = 0.3  # a line ends so far from the tip, in heads
_TEAM: Final = "#0072b2"
_FACT_SIZE: Final = 11
_FACT_HALF_HEIGHT: Final = 8
_COUNT_SIZE: Final = 11
_ALONG: Final = (0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73)


def marks_from_oval(oval: Oval, *, network: "nx.DiGraph[str]") -> list[go.Scatter]:
    """The traces of the network: a line a way, then ``arrow heads``, ``teams``, ``names``, ``facts``."""
    most = max((network.edges[way]["count"] for way in oval.ways), default=1)
    widths = {way: max(_THINNEST, _WIDEST * network.edges[way]["count"] / most) for way in oval.ways}
    ordered = sorted(oval.ways, key=lambda way: (network.edges[way]["wait_median"], way))
    return [
        *(_line(oval.ways[way], way, network, widths[way]) for way in ordered),
        _heads({way: oval.ways[way] for way in ordered}, network, widths),
        _teams(oval, network),
        _names(oval),
        _facts(oval, network, widths),
    ]


def _line(points: list[Point], way: Way, network: "nx.DiGraph[str]", width: float) -> go.Scatter:
    """Draw a way up to the inside of its arrow's head."""
    tip = points[-1]
    shown = [point for point in points if _apart(point, tip) >= _LINE_IN_HEAD * arrow_head(width)]
    return go.Scatter(
        x=[x for x, _ in shown],
        y=[y for _, y in shown],
        mode="lines",
        name=escape(f"{way[0]} → {way[1]}"),
        line={
            "color": wait_colour(network.edges[way]["wait_median"]),
            "width": width,
            "simplify": False,
        },
        hovertext=handoff_facts(way, network),
        hoverinfo="text",
        showlegend=False,
    )


def _heads(
    ways: Mapping[Way, list[Point]], network: "nx.DiGraph[str]", widths: Mapping[Way, float]
) -> go.Scatter:
    angles = []
    for way, points in ways.items():
        x, y = points[-1]
        before = [point for point in points if _apart(point, (x, y)) >= arrow_head(widths[way])] or points[:1]
        angles.append(round(degrees(atan2(x - before[-1][0], y - before[-1][1])), 1))
    return arrow_heads(
        "arrow heads",
        [points[-1] for points in ways.values()],
        angles=angles,
        looks=[(widths[way], wait_colour(network.edges[way]["wait_median"])) for way in ways],
    )


def _teams(oval: Oval, network: "nx.DiGraph[str]") -> go.Scatter:
    teams = list(oval.centres)
    counts = [through(network, team) for team in teams]
    fits = {team: 2 * oval.radii[team] - 4 for team in teams}
    inside = [
        number(n) if text_width([number(n)], size=_COUNT_SIZE) < fits[team] else ""
        for n, team in zip(counts, teams, strict=True)
    ]
    return go.Scatter(
        x=[oval.centres[team][0] for team in teams],
        y=[oval.centres[team][1] for team in teams],
        mode="markers+text",
        name="teams",
        marker={
            "size": [2 * oval.radii[team] for team in teams],
            "color": _TEAM,
            "opacity": 1,
            "line": {"width": 0},
        },
        text=inside,
        textfont={"size": _COUNT_SIZE, "color": PAPER},
        hovertext=[_facts_of_team(team, network) for team in teams],
        hoverinfo="text",
        showlegend=False,
        cliponaxis=False,
    )


def _names(oval: Oval) -> go.Scatter:
    """Write each name outside of the oval, with the handoffs between persons of the team."""
    places = []
    for team, (x, y) in oval.centres.items():
        left, low, right, high = oval.boxes[team]
        upright, sideways = oval.sides[team].split()
        name_x = {"right": left, "left": right, "center": x}[sideways]
        name_y = {"top": low, "bottom": high, "middle": y}[upright]
        places.append((name_x, name_y, oval.names[team]))
    return writing("names", places, size=NAME_SIZE, textposition=list(oval.sides.values()), showlegend=False)


def _facts(oval: Oval, network: "nx.DiGraph[str]", widths: Mapping[Way, float]) -> go.Scatter:
    """Write number and median wait beside an arrow where nothing else lies; the costliest comes first."""
    marks = [(x, y, oval.radii[team]) for team, (x, y) in oval.centres.items()]
    taken = [*oval.boxes.values(), *((x - r, y - r, x + r, y + r) for x, y, r in marks)]
    found: dict[Way, tuple[Point, str]] = {}
    for way in sorted(oval.ways, key=lambda way: (-network.edges[way]["wait_total"], way)):
        about = network.edges[way]
        text = f"{number(about['count'])}× · {escape(short_duration(about['wait_median']))}"
        centre = _free_place(way, text, oval, widths, taken)
        if centre is not None:
            found[way] = (centre, text)
            taken.append(_box(centre, text))
    return writing(
        "facts",
        [(x, y, text) for (x, y), text in found.values()],
        size=_FACT_SIZE,
        hovertext=[handoff_facts(way, network) for way in found],
        hoverinfo="text",
        showlegend=False,
    )


def _free_place(
    way: Way, text: str, oval: Oval, widths: Mapping[Way, float], taken: list[Box]
) -> Point | None:
    points = oval.ways[way]
    left, low, right, high = _box((0.0, 0.0), text)
    for along in _ALONG:
        at = round(along * (len(points) - 1))
        (x, y), before, after = points[at], points[max(at - 1, 0)], points[min(at + 1, len(points) - 1)]
        dx, dy = after[0] - before[0], after[1] - before[1]
        length = hypot(dx, dy) or 1.0
        for nx_, ny_ in ((dy / length, -dx / length), (-dy / length, dx / length)):
            off = abs(nx_) * (right - left) / 2 + abs(ny_) * (high - low) / 2 + widths[way] / 2 + 2
            centre = (round(x + nx_ * off, 1), round(y + ny_ * off, 1))
            if _is_free(_box(centre, text), oval, widths, taken):
                return centre
    return None


def _is_free(box: Box, oval: Oval, widths: Mapping[Way, float], taken: list[Box]) -> bool:
    left, low, right, high = box
    if left < -HALF_WIDTH or right > HALF_WIDTH or low < oval.low or high > oval.high:
        return False
    if any(left < r and right > le and low < h and high > lo for le, lo, r, h in taken):
        return False
    return not any(
        left - half < x < right + half and low - half < y < high + half
        for way, points in oval.ways.items()
        for half in [widths[way] / 2]
        for x, y in points
    )


def _box(centre: Point, text: str) -> Box:
    half = text_width([text], size=_FACT_SIZE) / 2
    return centre[0] - half, centre[1] - _FACT_HALF_HEIGHT, centre[0] + half, centre[1] + _FACT_HALF_HEIGHT


def _apart(one: Point, two: Point) -> float:
    return hypot(one[0] - two[0], one[1] - two[1])


def _facts_of_team(team: str, network: "nx.DiGraph[str]") -> str:
    given = sum(about["count"] for _, v, about in network.out_edges(team, data=True) if v != team)
    taken = sum(about["count"] for u, _, about in network.in_edges(team, data=True) if u != team)
    waited = sum(about["wait_total"] for u, _, about in network.in_edges(team, data=True) if u != team)
    facts = [
        ("handed to other teams", pluralize(given, "handoff")),
        ("received from other teams", pluralize(taken, "handoff")),
        ("total wait until it started them", short_duration(waited)),
    ]
    if network.has_edge(team, team):
        own = network.edges[team, team]
        words = f"{pluralize(own['count'], 'handoff')}, median wait {short_duration(own['wait_median'])}"
        facts.append(("between persons of the team", words))
    return hover(team, facts)
