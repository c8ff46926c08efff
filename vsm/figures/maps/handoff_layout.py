"""Where everything lies on the handoff network: nodes in a line, straight arrows, and arcs past others."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import networkx as nx

from vsm.figures.labels import text_width
from vsm.figures.maps.flow_layout import Move, Points, path, spine
from vsm.figures.slides import LETTER, SLIDE

PAGE: Final = 668.0
"""Pixels of the drawing on a page of 700; less is a phone, more a slide."""
_WIDEST, _THINNEST = 22.0, 2.0
_BOX, _ROW_BOX, _ROW = 0.36, 0.2, 116.0  # half a box in steps, beside and below each other; pixels of a step
_LABEL, _BELOW, _BESIDE = (
    70.0,
    50.0,
    64.0,
)  # pixels of a share above an arc, below it, and beside an upright one
_SLIDE_HIGH, _SLIDE_BOX = 430.0, 27.0  # pixels of a slide's drawing, and of half a box on it
_THICKER: Final = 1.8

Way = tuple[str, str]
Place = tuple[float, float]


@dataclass(frozen=True)
class HandoffPlan:
    """Where everything lies: nodes from left to right, or, ``upright``, from top to bottom, one step apart.

    Everything is measured along the line of nodes, in steps from the first one, and across it, in pixels, up
    or to the right; ``at`` makes the page's places of these. ``width`` is that of the drawing in pixels.
    """

    network: "nx.DiGraph[str]"
    ways: tuple[Way, ...]
    upright: bool
    width: float

    @cached_property
    def names(self) -> list[str]:
        """The nodes in their order."""
        return spine(self.network)

    @cached_property
    def moves(self) -> dict[Way, Move]:
        """Which places of the line each way joins."""
        place = {name: number for number, name in enumerate(self.names)}
        return {way: Move(*way, place[way[0]], place[way[1]], self.network.edges[way]) for way in self.ways}

    @property
    def slide(self) -> bool:
        """It is for a slide: in large letters, and each name in one line."""
        return self.width == SLIDE

    @property
    def half(self) -> Place:
        """Half of a box, along and across."""
        if self.slide:
            return _SLIDE_BOX / self.step, min(text_width(self.names, size=LETTER) / 2 + 12, 260.0)
        return (_ROW_BOX, 66.0) if self.upright else (_BOX, 27.0)

    @property
    def step(self) -> float:
        """Pixels from node to node."""
        if self.slide:
            return min((_SLIDE_HIGH - 2 * _SLIDE_BOX) / max(len(self.names) - 1, 1), 2 * _ROW)
        return _ROW if self.upright else self.width / len(self.names)

    @property
    def letter_size(self) -> int:
        """The font size of names in pixels."""
        return LETTER if self.slide else 14 if self.upright else 13 if self.step > 120 else 12

    @property
    def letters(self) -> int:
        """How many letters of a name fit into a box."""
        along, across = self.half
        return int(((2 * across if self.upright else 2 * along * self.step) - 4) / (0.58 * self.letter_size))

    def at(self, along: float, across: float) -> Place:
        """The place on the page."""
        return (across, -along * self.step) if self.upright else (along, across)

    def height(self, move: Move) -> float:
        """Pixels from the line of nodes to the top of an arc: longer ones pass over shorter ones."""
        spans = sorted({other.span for other in self._arcs if other.back == move.back})
        first, rise = (40.0 if move.back else 96.0), 96.0
        if self.upright:
            first, rise = (
                (60.0, min(170.0, 340.0 / len(spans)))
                if self.slide
                else (46.0, min(84.0, 92.0 / max(len(spans) - 1, 1)))
            )
        return self.half[1] + first + rise * spans.index(move.span)

    def points(self, way: Way) -> Points:
        """Through which places a way runs; the last is the tip of its arrow."""
        move, (along, across) = self.moves[way], self.half
        if move.straight:
            return [self.at(move.start + along, 0.0), self.at(move.end - along - 0.02, 0.0)]
        feet = (0.12, 0.2) if self.upright else (0.08, 0.16)
        arc = path(move, height=self.height(move), radii=(across, across), feet=feet)
        return [self.at(*point) for point in arc]

    def label(self, way: Way) -> tuple[float, float, str]:
        """Where the share of a way stands, and on which side of that place: clear of boxes and other arrows.

        Upright, a share stands at the right of its arrow: of one that leads back between two boxes.
        """
        move, about = self.moves[way], self.network.edges[way]
        width = self.thick(max(about["share"], about.get("before", 0.0))) / 2
        middle = (move.start + move.end) / 2
        if move.straight:
            beside = width + 6 + 8 * self.slide if self.upright else max(self.half[1], width) + 2
        elif move.back:
            middle = int(middle) + 0.5 if self.upright else middle
            beside = -self.height(move) + (width + 4 if self.upright else -width - 8)
        else:
            beside = self.height(move) + width + 4 * self.upright
        side = "middle right" if self.upright else "bottom center" if move.back else "top center"
        return (*self.at(middle, beside), side)

    def is_passed(self, way: Way) -> bool:
        """Whether an arc passes by the share of a way, which then has little room."""
        return any(move.start < self.moves[way].start + 0.5 < move.end for move in self._arcs)

    @property
    def ranges(self) -> tuple[Place, Place]:
        """What the axes of the page span: sideways, and upwards."""
        half = self.half[1]
        ahead = [
            self.height(move) + (_BESIDE if self.upright else _LABEL) for move in self._arcs if not move.back
        ]
        back = [self.height(move) + (12.0 if self.upright else _BELOW) for move in self._arcs if move.back]
        low, high = -max([half, *back]) - 4, max([half if self.upright else half + _LABEL, *ahead]) + 4
        if not self.upright:
            return (-0.5, len(self.names) - 0.5), (low, high)
        spare = max(self.width - (high - low), 0.0)
        left = 0.5 if self.width == PAGE else 0.15  # elsewhere the shares need the room at the right
        foot = -(len(self.names) - 1) * self.step
        edge = self.half[0] * self.step + 6
        return (low - left * spare, high + (1 - left) * spare), (foot - edge, edge)

    def thick(self, share: float) -> float:
        """The width of an arrow by its share of all waiting, in pixels."""
        return max(_THINNEST, _WIDEST * share) * (_THICKER if self.slide else 1)

    @cached_property
    def _arcs(self) -> list[Move]:
        return [move for move in self.moves.values() if not move.straight]
