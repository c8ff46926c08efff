"""With which marks is a value stream map drawn? Boxes, triangles, arrows, ladder, factories."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

import plotly.graph_objects as go

from vsm.figures.labels import counted_noun, hover, percent, short_duration
from vsm.figures.map_places import BOX_FOOT, BOX_HEAD, HALF, MIDDLE, ROW, SOURCE_X, Layout, Slot
from vsm.figures.template import KIND_COLOURS, KIND_WORDS, SOFT

_HEAD_FILL: Final = "#d3e5f1"
_DATA_FILL: Final = "#f5f9fc"
_FACTORY: Final = "M -22,0 L -22,18 L -22,34 L -8,22 L -8,34 L 6,22 L 6,34 L 20,22 L 20,0 Z"


Mark = dict[str, Any]


def shapes_from_layout(layout: Layout) -> list[Mark]:
    """Which outlines stand on the map? A head and a data box for each work stage, the source, the customer.

    Examples
    --------
    >>> [shape["type"] for shape in shapes_from_layout(Layout((), (), 1, 0.0, (-1.0, 1.0)))]
    ['path', 'path']
    """
    boxes = [
        _box(slot, top, bottom, fill)
        for slot in layout.slots
        if slot.works
        for top, bottom, fill in ((0, BOX_HEAD, _HEAD_FILL), (BOX_HEAD, BOX_FOOT, _DATA_FILL))
    ]
    return [*boxes, *_icons(layout)]


def arrows_from_layout(layout: Layout) -> list[Mark]:
    """Which push arrows lead from stage to stage, from the source and to the customer, on from row to row?

    Examples
    --------
    >>> [(arrow["ax"], arrow["x"]) for arrow in arrows_from_layout(Layout((), (), 1, 0.0, (-1.0, 1.0)))]
    [(-0.85, 0.0)]
    """
    return [arrow for row in range(layout.rows) for arrow in _arrows_in_row(layout, row)]


def traces_from_layout(layout: Layout) -> list[go.Scatter]:
    """Which traces are the map? The time ladder, and the ``stages`` with their numbers.

    Examples
    --------
    >>> [trace.name for trace in traces_from_layout(Layout((), (), 1, 0.0, (-1.0, 1.0)))]
    ['ladder', 'stages']
    """
    return [*_ladders(layout), _stages(layout)]


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


def _icons(layout: Layout) -> list[Mark]:
    """Draw the source and the customer as factories, as the classic map has them."""
    tops = ((SOURCE_X, 0.0, SOFT), (layout.end_x, layout.last_top, KIND_COLOURS["done"]))
    return [
        {
            "type": "path",
            "layer": "below",
            "path": _FACTORY,
            "xsizemode": "pixel",
            "ysizemode": "pixel",
            "xanchor": x,
            "yanchor": top - MIDDLE - 18,
            "fillcolor": colour,
            "opacity": 0.9,
            "line": {"width": 0},
        }
        for x, top, colour in tops
    ]


def _arrows_in_row(layout: Layout, row: int) -> list[Mark]:
    low, high = layout.x_range
    stops = [(slot.x, HALF if slot.works else 0.0, 0 if slot.works else 26) for slot in layout.in_row(row)]
    first = (SOURCE_X, 0.0, 26) if row == 0 else (low, 0.05, 0)
    last = (layout.end_x, 0.0, 28) if row == layout.rows - 1 else (high, 0.0, 0)
    chain = [first, *stops, last]
    y = -ROW * row - MIDDLE
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


def _ladders(layout: Layout) -> list[go.Scatter]:
    """Draw the time ladder: a thin line for the steps, a thick one a kind."""
    thin: list[tuple[float | None, float | None]] = []
    thick: dict[str, list[tuple[float | None, float | None]]] = {}
    for row in range(layout.rows):
        for slot in layout.in_row(row):
            step = [(slot.x - 0.5, slot.rung), (slot.x + 0.5, slot.rung)]
            thin += step
            thick.setdefault(slot.about["kind"], []).extend([*step, (None, None)])
        thin.append((None, None))
    lines = [_line(thin, SOFT, 1.2)]
    return lines + [_line(points, KIND_COLOURS[kind], 5) for kind, points in thick.items()]


def _line(points: list[tuple[float | None, float | None]], colour: str, width: float) -> go.Scatter:
    return go.Scatter(
        x=[x for x, _ in points],
        y=[y for _, y in points],
        mode="lines",
        line={"color": colour, "width": width},
        hoverinfo="skip",
        name="ladder",
    )


def _stages(layout: Layout) -> go.Scatter:
    """Draw triangles; on boxes and the customer lie unseen squares, for the pointer to find."""
    waits = ("triangle-up", 46, 1)
    looks = [("square", 64, 0) if slot.works else waits for slot in layout.slots]
    places = [(slot.x, slot.top - MIDDLE) for slot in layout.slots]
    facts = [_facts(slot.name, slot.about) for slot in layout.slots]
    colours = [KIND_COLOURS[slot.about["kind"]] for slot in layout.slots]
    if layout.ends:
        looks.append(("square", 48, 0))
        places.append((layout.end_x, layout.last_top - MIDDLE))
        facts.append("<br>".join(_facts(name, about) for name, about in layout.ends))
        colours.append(KIND_COLOURS["done"])
    return go.Scatter(
        x=[x for x, _ in places],
        y=[y for _, y in places],
        mode="markers",
        name="stages",
        marker={
            "symbol": [symbol for symbol, _, _ in looks],
            "size": [size for _, size, _ in looks],
            "color": colours,
            "opacity": [opacity for _, _, opacity in looks],
            "line": {"width": 0},
        },
        hovertext=facts,
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
