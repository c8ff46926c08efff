"""Where everything on the value stream map lies: its stages side by side in one row, or, on a phone, in rows.

Along the stream the unit is a stage's slot, so that the map follows the page's width; across it is a pixel,
and heights are made of lines of text, so that no text ever overlaps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import networkx as nx

from vsm.figures.maps.flow_layout import spine
from vsm.figures.slides import LETTER, SLIDE

HALF: Final = 0.46
"""Half a box, in slots."""
_PAGE: Final = 668
_LETTERS: Final = 0.58  # of the font size: the width of a letter


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one stage lies: ``x`` in slots, ``about`` as in the network's node."""

    name: str
    x: float
    about: Mapping[str, Any]

    @property
    def works(self) -> bool:
        """It is a process box, rather than a triangle."""
        return bool(self.about["kind"] == "work")

    @property
    def share(self) -> float:
        """Its share of all time before the finish."""
        return float(self.about["share"])


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything on the value stream map lies, downwards from 0.

    Attributes
    ----------
    slots, left_out
        The stages before the finish that are drawn, in stream order, and those that are not.
    ends
        Name and attributes of the stages of kind ``done``.
    size
        The font size in pixels.
    slide
        It is for a slide: with fewer lines in data boxes and on steps of the ladder.
    waiting, work
        Shares of time in queues and external stages, and in work stages.
    """

    slots: tuple[Slot, ...]
    left_out: tuple[Slot, ...]
    ends: tuple[tuple[str, Mapping[str, Any]], ...]
    size: int
    slide: bool

    @property
    def x_range(self) -> tuple[float, float]:
        """What the x axis spans."""
        return -self.source - 0.4, self.end_x + 0.5

    @property
    def source(self) -> float:
        """How far before the first stage the source stands."""
        return 0.85 if self.slide else 0.95

    @property
    def end_x(self) -> float:
        """Where the customer stands."""
        return len(self.slots) - 1 + (1.0 if self.slide else 1.4)

    @property
    def slot(self) -> float:
        """Pixels of a slot, on a page of 700 or a slide."""
        return (SLIDE if self.slide else _PAGE) / (self.x_range[1] - self.x_range[0])

    @property
    def letters(self) -> int:
        """How many letters of a name fit into a box, wide ones too."""
        return int(0.84 * self.slot / (_LETTERS * self.size))

    @property
    def scale(self) -> float:
        """How much larger icons are than on a page."""
        return 1.5 if self.slide else 1.0

    @property
    def line(self) -> float:
        """Pixels of a line of text."""
        return 1.3 * self.size

    @property
    def data(self) -> int:
        """Lines of a data box."""
        return 3 if self.slide else 4

    @property
    def fits(self) -> bool:
        """Whether each word of a name has room, so that none has to be broken."""
        return all(len(word) <= self.letters for slot in self.slots for word in slot.name.split())

    @property
    def rung(self) -> int:
        """Lines of a step of the ladder."""
        return 1 if self.slide else 2

    @property
    def top(self) -> float:
        """Where boxes and names begin, below the arrow of what comes back."""
        return (1.5 if self.slide else 2.2) * self.line

    @property
    def head(self) -> float:
        """Where heads of boxes end."""
        return self.top + (2.2 if self.slide else 3.4) * self.line

    @property
    def foot(self) -> float:
        """Where boxes end."""
        return self.head + self.data * self.line + 6

    @property
    def back(self) -> float:
        """Where the line of what comes back runs, below its words."""
        return (1.1 if self.slide else 1.4) * self.line

    @property
    def middle(self) -> float:
        """Where arrows run, and triangles stand."""
        return self.head + 1.1 * self.line

    @property
    def up(self) -> float:
        """The middle of the ladder's upper steps."""
        return self.foot + 8 + self.rung * self.line / 2

    @property
    def down(self) -> float:
        """The middle of its lower ones."""
        return self.up + self.rung * self.line + 6

    @property
    def summary(self) -> float:
        """Where the summary box begins."""
        return self.down + self.rung * self.line / 2 + 10

    @property
    def height(self) -> int:
        """The height of the map in pixels."""
        return round(self.summary + 2 * self.line + 12)

    @property
    def waiting(self) -> float:
        """The share of time in queues and external stages."""
        return sum(slot.share for slot in (*self.slots, *self.left_out) if not slot.works)

    @property
    def work(self) -> float:
        """The share of time in work stages."""
        return sum(slot.share for slot in (*self.slots, *self.left_out) if slot.works)

    @property
    def worst(self) -> list[Slot]:
        """The two stages that wait longest, the longest first."""
        waits = [slot for slot in self.slots if not slot.works and slot.share]
        return sorted(waits, key=lambda slot: (-slot.share, slot.x))[:2]


def layout_from_network(
    network: "nx.DiGraph[str]", *, least: float, most: int, slide: bool = False
) -> Layout:
    """Where each stage of this network lies on the map.

    Stages with less than the share ``least`` of all time are left out, and so are those with the least beyond
    ``most``; where none has a share, the first ones stay. ``slide`` has larger letters, and fewer lines.

    Examples
    --------
    >>> network = nx.DiGraph()
    >>> for position, share in enumerate((0.5, 0.001, 0.4)):
    ...     network.add_node(f"Stage {position}", position=position, kind="work", share=share)
    >>> layout = layout_from_network(network, least=0.01, most=8)
    >>> [(slot.name, slot.x) for slot in layout.slots], [slot.name for slot in layout.left_out]
    ([('Stage 0', 0.0), ('Stage 2', 1.0)], ['Stage 1'])
    """
    ordered = [(name, network.nodes[name]) for name in spine(network)]
    steps = [(name, about) for name, about in ordered if about["kind"] != "done"]
    by_share = sorted(steps, key=lambda step: -step[1]["share"])[:most]
    kept = {name for name, about in by_share if about["share"] >= least} or {name for name, _ in by_share}
    drawn = [(name, about) for name, about in steps if name in kept]
    return Layout(
        tuple(Slot(name, float(x), about) for x, (name, about) in enumerate(drawn)),
        tuple(Slot(name, -1.0, about) for name, about in steps if name not in kept),
        tuple((name, about) for name, about in ordered if about["kind"] == "done"),
        size=LETTER if slide else max(13 - max(len(drawn) - 4, 0), 10),
        slide=slide,
    )
