"""Where everything on the flow map lies: stages on the spine, moves straight on, over skips, or back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import cos, pi, sin, sqrt
from typing import Any, Final

import networkx as nx

from vsm.figures.labels import MOST_STAGES, stages_left_out

LEVEL: Final = 50
_STAGGERED: Final = 7
_STEPS: Final = 40
_STUB: Final = 20.0
_LOWEST, _RISE, _HIGHEST = 60.0, 28.0, 190.0

Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Move:
    """The moves from one stage to another; ``start`` and ``end`` count along the spine."""

    sender: str
    receiver: str
    start: int
    end: int
    about: Mapping[str, Any] = field(hash=False, compare=False)

    @property
    def back(self) -> bool:
        """It leads backwards."""
        return self.end <= self.start

    @property
    def straight(self) -> bool:
        """It leads to the next stage."""
        return self.end == self.start + 1

    @property
    def span(self) -> int:
        """How many stages it crosses."""
        return abs(self.end - self.start)


def spine(network: "nx.DiGraph[str]") -> list[str]:
    """The stages in the stream's order, by name where two share a place."""
    return sorted(network.nodes, key=lambda name: (network.nodes[name]["position"], name))


def most_used(network: "nx.DiGraph[str]", *, most: int = MOST_STAGES) -> tuple["nx.DiGraph[str]", str]:
    """The part of a network that a page has room for, and a sentence on what was left out."""
    by_tickets = sorted(network, key=lambda stage: -network.nodes[stage]["tickets"])
    part = network.subgraph(by_tickets[:most])
    moves, drawn = (graph.size(weight="count") for graph in (network, part))
    rest = f"with {moves - drawn:,.0f} of {moves:,.0f} moves"
    left_out = stages_left_out(len(network), chosen="the most tickets", rest=rest, most=most)
    return (part, left_out) if left_out else (network, "")


def moves_from_network(network: "nx.DiGraph[str]", *, min_share: float) -> tuple[list[Move], list[Move]]:
    """The moves that are drawn, and those that are folded because they are rare; both in stream order.

    An edge with a smaller share of all moves than ``min_share`` is folded.
    """
    position = {name: at for at, name in enumerate(spine(network))}
    moves = [Move(u, v, position[u], position[v], about) for u, v, about in network.edges(data=True)]
    moves.sort(key=lambda move: (move.start, move.end))
    least = min_share * sum(move.about["count"] for move in moves)
    drawn = [move for move in moves if move.about["count"] >= least]
    return drawn, [move for move in moves if move.about["count"] < least]


def arc_heights(moves: list[Move]) -> dict[int, float]:
    """How far arcs rise from the spine, in pixels by their span: the shorter below the longer.

    Examples
    --------
    >>> arc_heights([Move("a", "c", 0, 2, {}), Move("a", "f", 0, 5, {})])
    {2: 60.0, 5: 88.0}
    """
    spans = sorted({move.span for move in moves})
    rise = min(_RISE, _HIGHEST / max(len(spans), 1))
    return {span: _LOWEST + rise * rank for rank, span in enumerate(spans)}


def path(move: Move, *, height: float, radii: tuple[float, float], feet: tuple[float, float]) -> Points:
    """The points of a move: from the spine up, or down where it leads back, and to it again.

    Parameters
    ----------
    height
        Pixels from the spine to the top of the arc.
    radii
        Pixels from the spine to the edges of the two stages' marks, where an arc begins and ends.
    feet
        How far beside the middles of the two marks an arc begins and ends, in stages.

    Returns
    -------
    list of (x, y)
        ``x`` in stages, ``y`` in pixels; the last piece is straight and bears the arrow head. A move to the
        next stage has two points.

    Examples
    --------
    >>> path(Move("a", "c", 0, 2, {}), height=50.0, radii=(10.0, 10.0), feet=(0.1, 0.1))[20]
    (1.0, 50.0)
    >>> path(Move("c", "a", 2, 0, {}), height=50.0, radii=(10.0, 10.0), feet=(0.1, 0.1))[-1]
    (0.1, -10.0)
    """
    if move.straight:
        return [(float(move.start), 0.0), (float(move.end), 0.0)]
    way = -1 if move.back else 1
    left, right = move.start + way * feet[0], move.end - way * feet[1]
    middle, half = (left + right) / 2, (right - left) / 2
    points = []
    for step in range(_STEPS + 1):
        angle = pi * step / _STEPS
        base = radii[0] if step < _STEPS / 2 else radii[1] + _STUB
        rise = base + (height - base) * sin(angle)
        points.append((round(middle - half * cos(angle), 4), round(way * rise, 2)))
    return [*points, (round(right, 4), way * radii[1])]


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything on the flow map lies: sideways in stages, up and down in pixels from the spine.

    Attributes
    ----------
    names
        The stages in order.
    radii
        Pixels of each stage's mark.
    drawn, folded
        The moves that are drawn, and the rare ones that are not.
    paths
        Through which points each drawn move runs.
    below
        Pixels kept free under everything, for swim lanes.
    """

    names: list[str]
    radii: Mapping[str, float]
    drawn: list[Move]
    folded: list[Move]
    paths: list[Points]
    below: float = 0.0

    @property
    def top(self) -> float:
        """The pixel above which is room for the names."""
        return max([40.0, *(y + 28 for points in self.paths for _, y in points)])

    @property
    def floor(self) -> float:
        """The pixel down to which the moves reach."""
        return min([-36.0, *(y - 18 for points in self.paths for _, y in points)])

    @property
    def bottom(self) -> float:
        """The pixel down to which the map reaches."""
        return self.floor - self.below

    @property
    def levels(self) -> int:
        """How many levels the names stand on: many take turns on two, so that none overlaps the next."""
        return 2 if len(self.names) > _STAGGERED else 1

    @property
    def body(self) -> int:
        """The height of the map in pixels, with its names."""
        return round(self.top - self.bottom) + LEVEL * self.levels

    @property
    def edge(self) -> float:
        """How far the map reaches beyond the outer stages, whose names need it."""
        return 0.5 + 0.03 * len(self.names)


def plan_from_network(network: "nx.DiGraph[str]", *, min_share: float) -> Plan:
    """Where this network's stages and moves lie on the flow map."""
    names = spine(network)
    drawn, folded = moves_from_network(network, min_share=min_share)
    radii = {name: mark_radius(network.nodes[name]["share"]) for name in names}
    above = arc_heights([move for move in drawn if not move.back and not move.straight])
    below = arc_heights([move for move in drawn if move.back])
    foot = min(0.28, 0.028 * len(names))
    leaving = _spread(drawn, "sender", foot)
    arriving = _spread(drawn, "receiver", foot)
    paths = [
        path(
            move,
            height=(below if move.back else above).get(move.span, 0.0),
            radii=(radii[move.sender], radii[move.receiver]),
            feet=(leaving[move], arriving[move]),
        )
        for move in drawn
    ]
    return Plan(names, radii, drawn, folded, paths)


def _spread(moves: list[Move], end: str, foot: float) -> dict[Move, float]:
    """Give arcs that meet at a mark their own feet, the longest next to its middle, so that they nest."""
    meeting: dict[tuple[str, bool], list[Move]] = {}
    for move in moves:
        meeting.setdefault((getattr(move, end), move.back), []).append(move)
    feet: dict[Move, float] = {}
    for group in meeting.values():
        arcs = sorted((move for move in group if not move.straight), key=lambda move: move.span)
        first = min(1.0, 0.35 + 0.3 * (len(arcs) - 1))
        step = (first - 0.1) / max(len(arcs) - 1, 1)
        feet |= {move: foot * (first - step * rank) for rank, move in enumerate(arcs)}
    return {move: feet.get(move, 0.0) for move in moves}


def mark_radius(share: float) -> float:
    """Pixels of a stage's mark: beyond a least size its radius grows with the root of its share."""
    return 6.0 + 18.0 * sqrt(min(max(share, 0.0), 1.0))
