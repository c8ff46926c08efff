"""Which way does a move take on the flow map? Straight to the next stage, arcs over a skip, under a return."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any, Final

import networkx as nx

_STEPS: Final = 40
_STUB: Final = 20.0
_LOWEST, _RISE, _HIGHEST = 60.0, 28.0, 190.0

Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Move:
    """Which moves lead from one stage to another? ``start`` and ``end`` are positions on the spine, from 0."""

    giver: str
    receiver: str
    start: int
    end: int
    about: Mapping[str, Any]

    @property
    def back(self) -> bool:
        """Does it lead backwards?"""
        return self.end <= self.start

    @property
    def straight(self) -> bool:
        """Does it lead to the next stage?"""
        return self.end == self.start + 1

    @property
    def span(self) -> int:
        """How many stages does it cross?"""
        return abs(self.end - self.start)


def spine(network: "nx.DiGraph[str]") -> list[str]:
    """In which order do the stages stand? By place, and by name where two share one.

    Examples
    --------
    >>> network = nx.DiGraph()
    >>> network.add_node("Done", place=7)
    >>> network.add_node("Build", place=2)
    >>> spine(network)
    ['Build', 'Done']
    """
    return sorted(network.nodes, key=lambda name: (network.nodes[name]["place"], name))


def moves_from_network(network: "nx.DiGraph[str]", *, min_share: float) -> tuple[list[Move], list[Move]]:
    """Which moves are drawn, and which are folded because they are rare?

    Parameters
    ----------
    min_share
        An edge with a smaller share of all moves is folded.

    Returns
    -------
    (drawn, folded)
        Both in stream order.

    Examples
    --------
    >>> network = nx.DiGraph()
    >>> for place, name in enumerate("abc"):
    ...     network.add_node(name, place=place)
    >>> network.add_edge("a", "b", count=199)
    >>> network.add_edge("a", "c", count=1)
    >>> drawn, folded = moves_from_network(network, min_share=0.01)
    >>> [move.receiver for move in drawn], [move.receiver for move in folded]
    (['b'], ['c'])
    """
    place = {name: at for at, name in enumerate(spine(network))}
    moves = [Move(u, v, place[u], place[v], about) for u, v, about in network.edges(data=True)]
    moves.sort(key=lambda move: (move.start, move.end))
    least = min_share * sum(move.about["count"] for move in moves)
    drawn = [move for move in moves if move.about["count"] >= least]
    return drawn, [move for move in moves if move.about["count"] < least]


def arc_heights(moves: list[Move]) -> dict[int, float]:
    """How far from the spine does an arc rise, by its span? The shorter below the longer, in pixels.

    Examples
    --------
    >>> arc_heights([Move("a", "c", 0, 2, {}), Move("a", "f", 0, 5, {})])
    {2: 60.0, 5: 88.0}
    """
    spans = sorted({move.span for move in moves})
    rise = min(_RISE, _HIGHEST / max(len(spans), 1))
    return {span: _LOWEST + rise * rank for rank, span in enumerate(spans)}


def path(move: Move, *, height: float, radii: tuple[float, float], foot: float) -> Points:
    """Through which points does a move run? From the spine up, or down where it leads back, and to it again.

    Parameters
    ----------
    height
        Pixels from the spine to the top of the arc.
    radii
        Pixels from the spine to the edges of the two stages' marks, where an arc begins and ends.
    foot
        How far beside the middle of a mark an arc begins and ends, in stages.

    Returns
    -------
    list of (x, y)
        ``x`` in stages, ``y`` in pixels; the last piece is straight and bears the arrow head. A move to the
        next stage has two points.

    Examples
    --------
    >>> path(Move("a", "c", 0, 2, {}), height=50.0, radii=(10.0, 10.0), foot=0.1)[20]
    (1.0, 50.0)
    >>> path(Move("c", "a", 2, 0, {}), height=50.0, radii=(10.0, 10.0), foot=0.1)[-1]
    (0.1, -10.0)
    """
    if move.straight:
        return [(float(move.start), 0.0), (float(move.end), 0.0)]
    way = -1 if move.back else 1
    left, right = move.start + way * foot, move.end - way * foot
    middle, half = (left + right) / 2, (right - left) / 2
    points = []
    for step in range(_STEPS + 1):
        angle = pi * step / _STEPS
        base = radii[0] if step < _STEPS / 2 else radii[1] + _STUB
        rise = base + (height - base) * sin(angle)
        points.append((round(middle - half * cos(angle), 4), round(way * rise, 2)))
    return [*points, (round(right, 4), way * radii[1])]
