"""The value stream map on a phone: from top to bottom, one row a stage, the time ladder at the left."""

from itertools import pairwise
from typing import Any, Final

import plotly.graph_objects as go

from vsm.figures.labels import escape, small, wrapped
from vsm.figures.maps.stream_layout import Layout
from vsm.figures.maps.stream_marks import arrow, boxes, factory, rect, shade, stages_at, stars
from vsm.figures.maps.stream_texts import Rework, a_week, cadence, data_lines, median_of, summary, wip
from vsm.figures.marks import writing
from vsm.figures.theme import INK, KIND_COLOURS, SOFT, hidden_axis
from vsm.findings.durations import percent
from vsm.model.map_facts import MapFacts

_WIDE: Final = 328.0
_ROW: Final = 100.0
_STEP: Final = 66.0
_SHIFT: Final = 20.0
"""So far at the right of waiting lies work on the ladder."""
_BOX: Final = (104.0, 324.0)
_MARK: Final = 128.0
_TEXT: Final = 158.0
_SIZE: Final = 13
_LETTERS: Final = 22


def phone_map(layout: Layout, facts: MapFacts, rework: Rework | None) -> go.Figure:
    """The map without a frame, as high as it needs; places count pixels, downwards from 0."""
    tops = [_ROW * (number + 1) for number in range(len(layout.slots))]
    end = _ROW * (len(tops) + 1)
    cells = [(value, what.removeprefix("mean ")) for value, what in summary(facts)]
    back = "" if rework is None else wrapped(f"Rework: {rework.words}, from {rework.sender}", width=46)
    foot = end + _ROW + (22.0 + 16.0 * back.count("<br>")) * bool(back)
    most = max((slot.share for slot in layout.slots), default=0.0)
    shapes = [factory(_MARK, 66, SOFT), factory(_MARK, end + 60, KIND_COLOURS["done"])]
    names, left, steps, inventory = [], [], [], []
    for slot, top in zip(layout.slots, tops, strict=True):
        x = _SHIFT if slot.works else 0.0
        look = {"fillcolor": shade(slot, most), "line": {"width": 0}}
        shapes.append(rect((x, x + _STEP), (top, top + _ROW), **look))
        text = f"<b>{median_of(slot.about)}</b><br>{small(escape(percent(slot.share)))}"
        steps.append((x + _STEP / 2, -top - _ROW / 2, text))
        name = wrapped(slot.name, width=_LETTERS if not slot.works else _LETTERS + 6, lines=2 - slot.works)
        if slot.works:
            shapes += boxes(_BOX, (top + 8, top + 34, top + 82))
            names.append((sum(_BOX) / 2, -top - 21, f"<b>{name}</b>"))
            parts = data_lines(slot, facts)
            rows = [" · ".join(parts[:2]), " · ".join(parts[2:])]
            names.append((sum(_BOX) / 2, -top - 58, "<br>".join(rows)))
        else:
            inventory.append((_MARK, -top - 49, "<b>I</b>"))
            left.append((_TEXT, -top - 45, f"{name}<br>{wip(slot, facts)}"))
    ways = [50.0, *(top + 45 for top in tops), end + 45]
    works = [False, *(slot.works for slot in layout.slots), False]
    reach = [(38.0 if work else 24.0) for work in works]
    arrows = [
        arrow((_MARK, here + gap), (_MARK, there - (37.0 if work else 24.0) - 2))
        for (here, there), gap, work in zip(pairwise(ways), reach, works[1:], strict=False)
    ]
    left += [
        (_TEXT, -50, _lines("Requests", a_week(facts.arrivals))),
        (_TEXT, -end - 45, _lines("Customer", a_week(facts.deliveries), cadence(facts))),
    ]
    if back:
        left.append((0.0, -end - _ROW - 6 - 8.0 * back.count("<br>"), back))
    shapes.append(
        rect((0.0, _WIDE), (foot, foot + 50.0 * (len(cells) // 2)), line={"color": SOFT, "width": 1})
    )
    totals = [
        (
            _WIDE * (0.25 + 0.5 * (n % 2)),
            -foot - 25 - 50 * (n // 2),
            f"<b>{escape(value)}</b><br>{escape(what)}",
        )
        for n, (value, what) in enumerate(cells)
    ]
    middle: dict[str, Any] = {"size": _SIZE, "textposition": "middle center"}
    height = foot + 50.0 * (len(cells) // 2) + 4
    return go.Figure(
        [
            stages_at(layout.slots, [(_MARK, top + 45) for top in tops]),
            writing("box data", names, colour=INK, **middle),
            writing("inventory", inventory, colour=INK, **middle),
            writing("medians", steps, colour=INK, **middle),
            writing("names", left, **middle | {"textposition": "middle right"}),
            writing("summary", totals, **middle),
            stars([(_STEP, tops[int(slot.x)] + 10) for slot in layout.worst], size=22),
        ],
        layout={
            "xaxis": hidden_axis(-2, _WIDE + 2),
            "yaxis": hidden_axis(-height, -20),
            "shapes": shapes,
            "annotations": arrows,
            "showlegend": False,
            "height": height - 20,
        },
    )


def _lines(*texts: str) -> str:
    return "<br>".join(escape(text) for text in texts if text)
