"""Where everything on the value stream map lies: stages side by side, in rows like lines of text.

Sideways the unit is a stage's slot, so that the map follows the page's width; downwards it is a pixel,
so that no text ever overlaps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

import networkx as nx

from vsm.figures.maps.flow_layout import spine

ROW: Final = 250
MOST_IN_A_ROW: Final = 6
NARROWEST: Final = 4.6
MARGIN: Final = 0.7
HALF: Final = 0.41
SOURCE_X: Final = -0.5 - MARGIN / 2
# Pixels below the top of a row.
BOX_HEAD, BOX_FOOT, MIDDLE, LADDER_UP, LADDER_DOWN = 68, 128, 84, 172, 198


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one stage lies: ``x`` in slots, ``row`` from 0, ``about`` as in the network's node."""

    name: str
    x: float
    row: int
    about: Mapping[str, Any]

    @property
    def top(self) -> float:
        """The pixel at which its row begins."""
        return -ROW * self.row

    @property
    def works(self) -> bool:
        """It is a process box, rather than a triangle."""
        return bool(self.about["kind"] == "work")

    @property
    def rung(self) -> float:
        """The pixel at which its step of the ladder lies."""
        return self.top - (LADDER_DOWN if self.works else LADDER_UP)

    @property
    def share(self) -> float:
        """Its share of all time before the finish."""
        return float(self.about["share"])


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything on the value stream map lies.

    Attributes
    ----------
    slots
        The stages before the finish, in stream order.
    ends
        Name and attributes of the stages of kind ``done``.
    end_x
        Where the customer stands, in the last row.
    x_range
        What the x axis spans.
    """

    slots: tuple[Slot, ...]
    ends: tuple[tuple[str, Mapping[str, Any]], ...]
    rows: int
    end_x: float
    x_range: tuple[float, float]

    @property
    def height(self) -> int:
        """The height of the map in pixels."""
        return ROW * self.rows

    @property
    def last_top(self) -> float:
        """The pixel at which the last row begins."""
        return -ROW * (self.rows - 1)

    @property
    def waiting(self) -> float:
        """The share of time in queues and external stages."""
        return sum(slot.share for slot in self.slots if not slot.works)

    @property
    def work(self) -> float:
        """The share of time in work stages."""
        return sum(slot.share for slot in self.slots if slot.works)

    @property
    def letter_size(self) -> int:
        """The font size in pixels."""
        return 11 if self.x_range[1] - self.x_range[0] > MOST_IN_A_ROW else 13

    @property
    def letters(self) -> int:
        """How many letters of a name fit into a line of a box, on a page of 700 pixels."""
        box = 668 * 2 * HALF / (self.x_range[1] - self.x_range[0])
        return int(box / (0.57 * self.letter_size))

    def in_row(self, row: int) -> tuple[Slot, ...]:
        """The stages in this row."""
        return tuple(slot for slot in self.slots if slot.row == row)


def layout_from_network(network: "nx.DiGraph[str]") -> Layout:
    """Where each stage of this network lies on the map: at most six in a row, the customer included.

    Examples
    --------
    >>> network = nx.DiGraph()
    >>> for position in range(9):
    ...     network.add_node(f"Stage {position}", position=position, kind="work", share=0.1)
    >>> layout = layout_from_network(network)
    >>> [(slot.row, slot.x) for slot in layout.slots][3:7], layout.end_x
    ([(0, 3.0), (0, 4.0), (1, 0.0), (1, 1.0)], 4.0)
    """
    ordered = [(name, network.nodes[name]) for name in spine(network)]
    steps = [(name, about) for name, about in ordered if about["kind"] != "done"]
    cells = len(steps) + 1
    rows = ceil(cells / MOST_IN_A_ROW)
    wide = ceil(cells / rows)
    slots = tuple(Slot(name, float(i % wide), i // wide, about) for i, (name, about) in enumerate(steps))
    end_x = float((cells - 1) % wide)
    spare = max(0.0, NARROWEST - wide - MARGIN)
    x_range = (-0.5 - MARGIN - spare / 2, wide - 0.5 + spare / 2)
    ends = tuple((name, about) for name, about in ordered if about["kind"] == "done")
    return Layout(slots, ends, max(rows, 1), end_x, x_range)
