"""With which marks is a value stream map drawn? Boxes, triangles, push arrows, ladder, the two ends."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

import plotly.graph_objects as go

from vsm.figures.labels import counted_noun, escape, hover, number, percent, short_duration, wrapped
from vsm.figures.map_places import HALF, MARGIN, ROW, Layout, Slot
from vsm.figures.template import INK, KIND_COLOURS, KIND_WORDS, SOFT

_BOX_HEAD: Final = 68
_BOX_FOOT: Final = 128
_MIDDLE: Final = 84
_LADDER_UP: Final = 172
_LADDER_DOWN: Final = 198
_HEAD_FILL: Final = "#d3e5f1"
_DATA_FILL: Final = "#f5f9fc"
_FACTORY: Final = "M -22,0 L -22,18 L -22,34 L -8,22 L -8,34 L 6,22 L 6,34 L 20,22 L 20,0 Z"

Mark = dict[str, Any]
Place = tuple[float, float, str]


def boxes(layout: Layout) -> list[Mark]:
    """Which rectangles are the process boxes? A coloured head and a data box below, for each work stage."""
    shapes = []
    for slot in layout.slots:
        if slot.works:
            shapes.append(_box(slot, 0, _BOX_HEAD, _HEAD_FILL))
            shapes.append(_box(slot, _BOX_HEAD, _BOX_FOOT, _DATA_FILL))
    return shapes


def _box(slot: Slot, top: float, bottom: float, fill: str) -> Mark:
    return {
        "type": "rect",
        "layer": "below",
        "x0": slot.x - HALF,
        "x1": slot.x + HALF,
        "y0": slot.top - top - 1,
        "y1": slot.top - bottom - 1,
        "fillcolor": fill,
        "line": {"color": KIND_COLOURS["work"], "width": 1.5},
    }


def icons(layout: Layout) -> list[Mark]:
    """Which outlines are the source and the customer? Two factories, as the classic map has them."""
    tops = ((source_x(layout), 0.0, SOFT), (layout.end_x, layout.last_top, KIND_COLOURS["done"]))
    return [
        {
            "type": "path",
            "layer": "below",
            "path": _FACTORY,
            "xsizemode": "pixel",
            "ysizemode": "pixel",
            "xanchor": x,
            "yanchor": top - _MIDDLE - 18,
            "fillcolor": colour,
            "opacity": 0.9,
            "line": {"width": 0},
        }
        for x, top, colour in tops
    ]


def arrows(layout: Layout) -> list[Mark]:
    """Which push arrows lead from stage to stage, from the source and to the customer, on from row to row?"""
    return [arrow for row in range(layout.rows) for arrow in _arrows_in_row(layout, row)]


def _arrows_in_row(layout: Layout, row: int) -> list[Mark]:
    low, high = layout.x_range
    stops = [(slot.x, HALF if slot.works else 0.0, 0 if slot.works else 26) for slot in layout.in_row(row)]
    first = (source_x(layout), 0.0, 26) if row == 0 else (low, 0.05, 0)
    last = (layout.end_x, 0.0, 28) if row == layout.rows - 1 else (high, 0.0, 0)
    chain = [first, *stops, last]
    y = -ROW * row - _MIDDLE
    return [
        {
            "text": "",
            "showarrow": True,
            "x": to_x - to_half,
            "y": y,
            "ax": from_x + from_half,
            "ay": y,
            "axref": "x",
            "ayref": "y",
            "arrowhead": 2,
            "arrowsize": 1.1,
            "arrowwidth": 2,
            "arrowcolor": SOFT,
            "startstandoff": from_pixels + 3,
            "standoff": to_pixels + 2,
        }
        for (from_x, from_half, from_pixels), (to_x, to_half, to_pixels) in pairwise(chain)
    ]


def source_x(layout: Layout) -> float:
    """Where does the source stand? Left of the first stage."""
    return -0.5 - MARGIN / 2


def ladders(layout: Layout) -> list[go.Scatter]:
    """Which lines are the time ladder? A thin one for the steps, a thick one a kind, and their medians."""
    thin: list[tuple[float | None, float | None]] = []
    thick: dict[str, list[tuple[float | None, float | None]]] = {}
    for row in range(layout.rows):
        for slot in layout.in_row(row):
            step = [(slot.x - 0.5, _rung(slot)), (slot.x + 0.5, _rung(slot))]
            thin += step
            thick.setdefault(slot.about["kind"], []).extend([*step, (None, None)])
        thin.append((None, None))
    lines = [_line(thin, SOFT, 1.2)]
    return lines + [_line(points, KIND_COLOURS[kind], 5) for kind, points in thick.items()]


def _rung(slot: Slot) -> float:
    return slot.top - (_LADDER_DOWN if slot.works else _LADDER_UP)


def _line(points: list[tuple[float | None, float | None]], colour: str, width: float) -> go.Scatter:
    return go.Scatter(
        x=[x for x, _ in points],
        y=[y for _, y in points],
        mode="lines",
        line={"color": colour, "width": width},
        hoverinfo="skip",
        name="ladder",
    )


def stages(layout: Layout) -> go.Scatter:
    """Which points carry the stages' numbers? Triangles with an I, and what the pointer finds on the boxes."""
    return go.Scatter(
        x=[slot.x for slot in layout.slots] + [layout.end_x] * bool(layout.ends),
        y=[slot.top - _MIDDLE for slot in layout.slots] + [layout.last_top - _MIDDLE] * bool(layout.ends),
        mode="markers",
        name="stages",
        marker={
            "symbol": ["square" if slot.works else "triangle-up" for slot in layout.slots] + ["square"],
            "size": [64 if slot.works else 46 for slot in layout.slots] + [48],
            "color": [KIND_COLOURS[slot.about["kind"]] for slot in layout.slots] + [KIND_COLOURS["done"]],
            "opacity": [0 if slot.works else 1 for slot in layout.slots] + [0],
            "line": {"width": 0},
        },
        hovertext=[_facts(slot.name, slot.about) for slot in layout.slots]
        + ["<br>".join(_facts(name, about) for name, about in layout.ends)] * bool(layout.ends),
        hoverinfo="text",
        cliponaxis=False,
    )


def _facts(name: str, about: Mapping[str, Any]) -> str:
    done = about["kind"] == "done"
    ca = percent(about["ca"]) if "ca" in about else "too few to say"
    return hover(
        name,
        [
            ("kind", KIND_WORDS[about["kind"]]),
            ("team", about["team"]),
            ("median of a visit", "" if done else short_duration(about["median"])),
            ("85 % of visits within", "" if done else short_duration(about["p85"])),
            ("share of the time before the finish", "" if done else percent(about["share"])),
            ("complete and accurate", "" if done else ca),
            ("there now", counted_noun(about["open"], "ticket")),
            ("n", f"{counted_noun(about['tickets'], 'ticket')}, {counted_noun(about['visits'], 'visit')}"),
        ],
    )


def writings(layout: Layout) -> list[go.Scatter]:
    """Which texts stand on the map? Names, data boxes, tickets there now, the ladder's medians, the totals."""
    works = [slot for slot in layout.slots if slot.works]
    waits = [slot for slot in layout.slots if not slot.works]
    named = [
        (slot.x, slot.top - _name_y(slot), wrapped(slot.name, width=layout.letters, lines=3))
        for slot in works
    ]
    teams = [
        (slot.x, slot.top - 58, wrapped(slot.about["team"], width=layout.letters + 2, lines=1))
        for slot in works
    ]
    return [
        _writing("box names", named, size=layout.letter_size, colour=INK),
        _writing("box teams", teams, size=layout.letter_size - 2, colour=INK),
        _writing("box data", [_data(slot) for slot in works], size=layout.letter_size, colour=INK),
        _writing("names", [_queue_name(slot, layout) for slot in waits], size=layout.letter_size),
        _writing(
            "inventory",
            [(slot.x, slot.top - _MIDDLE - 2, "<b>I</b>") for slot in waits],
            size=layout.letter_size + 2,
            colour=INK,
        ),
        _writing(
            "waiting now", [(slot.x, slot.top - 124, _now(slot)) for slot in waits], size=layout.letter_size
        ),
        _writing("medians", [_median(slot) for slot in layout.slots], size=layout.letter_size),
        _writing("ends", _ends(layout), size=layout.letter_size),
        _writing("rungs", _rungs(layout), size=layout.letter_size - 1),
        _writing("totals", _totals(layout), size=layout.letter_size + 1),
    ]


def _writing(name: str, places: list[Place], *, size: int, colour: str | None = None) -> go.Scatter:
    return go.Scatter(
        x=[x for x, _, _ in places],
        y=[y for _, y, _ in places],
        text=[text for _, _, text in places],
        mode="text",
        name=name,
        textposition="middle center",
        textfont={"size": size, "color": colour},
        hoverinfo="skip",
        cliponaxis=False,
    )


def _name_y(slot: Slot) -> float:
    return 26 if slot.about["team"] else _BOX_HEAD / 2


def _queue_name(slot: Slot, layout: Layout) -> Place:
    return slot.x, slot.top - 26, wrapped(slot.name, width=layout.letters + 1, lines=3)


def _data(slot: Slot) -> Place:
    about = slot.about
    ca = percent(about["ca"]) if "ca" in about else "–"
    lines = [
        f"<b>{escape(short_duration(about['median']))}</b>",
        f"n {number(about['visits'])}",
        f"C&amp;A {ca}",
    ]
    return slot.x, slot.top - (_BOX_HEAD + _BOX_FOOT) / 2, "<br>".join(lines)


def _now(slot: Slot) -> str:
    return f"<b>{number(slot.about['open'])}</b> now"


def _median(slot: Slot) -> Place:
    above = -12 if slot.works else 12
    return slot.x, _rung(slot) + above, escape(short_duration(slot.about["median"]))


def _ends(layout: Layout) -> list[Place]:
    tickets = sum(about["open"] for _, about in layout.ends)
    names = " / ".join(name for name, _ in layout.ends) or "Customer"
    places = [(layout.end_x, layout.last_top - 26, wrapped(names, width=layout.letters, lines=3))]
    if layout.ends:
        places.append((layout.end_x, layout.last_top - 124, f"<b>{number(tickets)}</b> there"))
    return [*places, (source_x(layout), -26.0, "Requests")]


def _rungs(layout: Layout) -> list[Place]:
    """Say at each row's left what the ladder's upper and lower steps are."""
    x = source_x(layout)
    steps = (("waiting", _LADDER_UP), ("work", _LADDER_DOWN))
    return [
        (x, -ROW * row - y, word) for row in range(layout.rows) for word, y in steps if layout.in_row(row)
    ]


def _totals(layout: Layout) -> list[Place]:
    return [
        (layout.end_x, layout.last_top - _LADDER_UP, f"waiting <b>{percent(layout.waiting)}</b>"),
        (layout.end_x, layout.last_top - _LADDER_DOWN, f"work <b>{percent(layout.work)}</b>"),
    ]
