"""Where teams and the ways between them lie: on an oval, in an order that keeps busy ways short.

One unit is one pixel on a page of 700 pixels or more, so that arrows, marks and texts can be kept apart.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import cos, hypot, pi, sin, sqrt
from typing import Final

import networkx as nx

from vsm.figures.labels import escape, number, small, text_width, wrapped
from vsm.findings.durations import short_duration

HALF_WIDTH: Final = 334
NAME_SIZE: Final = 12
_BOWS: Final = (0.24, 0.16, 0.34, 0.09, -0.1, -0.34, 0.46)
_STEPS: Final = 120
_GAP: Final = 3.0
_TIDY: Final = 26
_UPRIGHT: Final = 0.4
_MEDIANS: Final = 7
_SMALLEST_MARK, _MARK_GROWTH = 9, 17  # radius of a team without handoffs, and what most handoffs add
_WIDEST, _HIGHEST = 236.0, 230.0  # half the oval's width and height at most
_HEIGHT_OF_NONE, _HEIGHT_PER_TEAM = 78.0, 14  # half the oval's height grows with its teams
_TO_NAME, _BESIDE_NAME = 5, 8  # from a mark to its name, and from a name to the edge
_NAME_LINE: Final = 17  # height of one line of a name

Point = tuple[float, float]
Box = tuple[float, float, float, float]
Way = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Oval:
    """Where everything on the handoff network lies, in pixels from the middle, upwards.

    Attributes
    ----------
    centres, radii
        Of each team's mark, in the order round the oval.
    names, sides, boxes
        Markup of each team's name, on which side of its mark it stands, and the room that it takes: left,
        lower, right and upper edge.
    ways
        Through which points each way between two teams runs; the last is the tip of its arrow.
    """

    centres: Mapping[str, Point]
    radii: Mapping[str, float]
    names: Mapping[str, str]
    sides: Mapping[str, str]
    boxes: Mapping[str, Box]
    ways: Mapping[Way, list[Point]]

    @property
    def low(self) -> float:
        """The pixel down to which it reaches."""
        return min([*(box[1] for box in self.boxes.values()), *(y - _TIDY for _, y in self._points()), -40])

    @property
    def high(self) -> float:
        """The pixel up to which it reaches."""
        return max([*(box[3] for box in self.boxes.values()), *(y + _TIDY for _, y in self._points()), 40])

    def _points(self) -> Iterator[Point]:
        for team, (x, y) in self.centres.items():
            yield from ((x, y - self.radii[team] + 10), (x, y + self.radii[team] - 10))
        for points in self.ways.values():
            yield from points


def oval_from_network(network: "nx.DiGraph[str]", *, ways: list[Way]) -> Oval:
    """Where these teams lie, and those of the ``ways`` between them that are drawn."""
    teams = ring(network)
    passed = {team: through(network, team) for team in teams}
    most = max(passed.values(), default=1) or 1
    radii = {team: round(_SMALLEST_MARK + _MARK_GROWTH * sqrt(passed[team] / most), 1) for team in teams}
    plain = {team: wrapped(team, width=16 if len(teams) < 8 else 14, lines=3) for team in teams}
    within = {team: _within(network, team) for team in teams}
    names = {
        team: f"{plain[team]}<br>{small(within[team])}" if within[team] else plain[team] for team in teams
    }
    wide = {
        team: max(text_width([plain[team]], size=NAME_SIZE), text_width([within[team]], size=10)) + 4
        for team in teams
    }
    along = 0.0 if len(teams) < 3 else min(_HEIGHT_OF_NONE + _HEIGHT_PER_TEAM * len(teams), _HIGHEST)
    sides = {team: _side(*_centre(n, len(teams), 1.0, 1.0)) for n, team in enumerate(teams)}
    beside = [wide[team] + radii[team] + _BESIDE_NAME for team in teams if sides[team].startswith("middle")]
    across = min(_WIDEST, HALF_WIDTH - max(beside, default=0))
    centres = {team: _centre(n, len(teams), across, along) for n, team in enumerate(teams)}
    boxes = {
        team: _name_box(centres[team], radii[team], sides[team], wide[team], names[team]) for team in teams
    }
    oval = Oval(centres, radii, names, sides, boxes, {})
    drawn = {(u, v): _free_way((u, v), oval) for u, v in ways if u != v}
    return Oval(centres, radii, names, sides, boxes, drawn)


def _within(network: "nx.DiGraph[str]", team: str) -> str:
    """Say how work passes from person to person within a team, if it does."""
    if not network.has_edge(team, team):
        return ""
    about = network.edges[team, team]
    often = f"within: {number(about['count'])}×"
    return often if len(network) > _MEDIANS else f"{often} · {escape(short_duration(about['wait_median']))}"


def _side(x: float, y: float) -> str:
    if abs(x) >= _UPRIGHT:
        return "middle right" if x > 0 else "middle left"
    return "top center" if y >= 0 else "bottom center"


def _name_box(centre: Point, radius: float, side: str, wide: float, name: str) -> Box:
    (x, y), beyond, tall = centre, radius + _TO_NAME, _NAME_LINE * (name.count("<br>") + 1) + 4
    upright, sideways = side.split()
    left = {"right": x + beyond, "left": x - beyond - wide, "center": x - wide / 2}[sideways]
    low = {"top": y + beyond, "middle": y - tall / 2, "bottom": y - beyond - tall}[upright]
    return left, low, left + wide, low + tall


def _free_way(way: Way, oval: Oval) -> list[Point]:
    """Bow to the right of the way's direction, so that there and back are two arrows; past other teams."""
    sender, receiver = way
    ends = (oval.centres[sender], oval.centres[receiver])
    tried = [_way(*ends, oval.radii[sender], oval.radii[receiver], bow) for bow in _BOWS]
    return max(tried, key=lambda points: min(_clearance(points, way, oval), 0.0))


def _clearance(points: list[Point], way: Way, oval: Oval) -> float:
    """How far a way passes from other teams' marks, and from all names; below 0 it is too near."""
    marks = [(oval.centres[team], oval.radii[team] + 9) for team in oval.centres if team not in way]
    past = [hypot(x - cx, y - cy) - reach for (cx, cy), reach in marks for x, y in points]
    inside = [
        min(x - left, right - x, y - low, high - y) + 6
        for left, low, right, high in oval.boxes.values()
        for x, y in points
    ]
    return min([*past, -max(inside, default=0.0), 0.0])


def through(network: "nx.DiGraph[str]", team: str) -> int:
    """How many handoffs a team gives or takes; one from person to person within it counts once."""
    within = network.get_edge_data(team, team, default={"count": 0})["count"]
    return int(network.degree(team, weight="count") - within)


def ring(network: "nx.DiGraph[str]") -> list[str]:
    """The order of the teams round the oval, clockwise, such that busy ways are short.

    Two teams change places as long as that shortens the ways. The team that gives most more than it takes
    comes first, and more work goes round with the clock than against it.

    Examples
    --------
    >>> network = nx.DiGraph()
    >>> for sender, receiver in ("ac", "cb", "bd"):
    ...     network.add_edge(sender, receiver, count=5)
    >>> ring(network)
    ['a', 'c', 'b', 'd']
    """
    weights = {(u, v): float(about["count"]) for u, v, about in network.edges(data=True) if u != v}
    order = sorted(network)
    best = _length(order, weights)
    while True:
        tried = [(_length(swapped, weights), swapped) for swapped in _swaps(order)]
        if not tried or min(tried)[0] >= best:
            break
        best, order = min(tried)
    return _turned(order, weights)


def _swaps(order: list[str]) -> Iterator[list[str]]:
    for one, two in combinations(range(len(order)), 2):
        swapped = order.copy()
        swapped[one], swapped[two] = order[two], order[one]
        yield swapped


def _length(order: list[str], weights: dict[Way, float]) -> float:
    position = {team: at for at, team in enumerate(order)}
    steps = {way: abs(position[way[0]] - position[way[1]]) for way in weights}
    return sum(weight * min(steps[way], len(order) - steps[way]) for way, weight in weights.items())


def _turned(order: list[str], weights: dict[Way, float]) -> list[str]:
    position = {team: at for at, team in enumerate(order)}
    half = len(order) / 2
    ahead = {way: (position[way[1]] - position[way[0]]) % len(order) for way in weights}
    clockwise = sum(w for way, w in weights.items() if ahead[way] < half)
    against = sum(w for way, w in weights.items() if ahead[way] > half)
    if against > clockwise:
        order = order[::-1]
    spare = dict.fromkeys(order, 0.0)
    for (sender, receiver), weight in weights.items():
        spare[sender] += weight
        spare[receiver] -= weight
    first = order.index(max(sorted(order), key=lambda team: spare[team])) if order else 0
    return order[first:] + order[:first]


def _centre(number: int, teams: int, across: float, along: float) -> Point:
    """Place a team; the first upper left, or left, the rest clockwise."""
    if teams == 1:
        return 0.0, 0.0
    first = pi if teams == 2 else pi / 2 + (2 if teams % 2 else 1) * pi / teams
    angle = first - 2 * pi * number / teams
    return round(across * cos(angle), 2), round(along * sin(angle), 2)


def _way(sender: Point, receiver: Point, leave: float, reach: float, bow: float) -> list[Point]:
    (x0, y0), (x2, y2) = sender, receiver
    x1 = (x0 + x2) / 2 + bow * (y2 - y0)
    y1 = (y0 + y2) / 2 - bow * (x2 - x0)
    points = []
    for step in range(_STEPS + 1):
        t = step / _STEPS
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
        x, y = a * x0 + b * x1 + c * x2, a * y0 + b * y1 + c * y2
        if hypot(x - x0, y - y0) > leave + 1 and hypot(x - x2, y - y2) > reach + _GAP:
            points.append((round(x, 2), round(y, 2)))
    return points
