"""Which texts stand on a value stream map? Those on a fill are dark; the rest take the page's colour."""

import plotly.graph_objects as go

from vsm.figures.labels import escape, number, percent, short_duration, wrapped
from vsm.figures.map_places import (
    BOX_FOOT,
    BOX_HEAD,
    LADDER_DOWN,
    LADDER_UP,
    MIDDLE,
    ROW,
    SOURCE_X,
    Layout,
    Slot,
)
from vsm.figures.template import INK

Place = tuple[float, float, str]


def texts_from_layout(layout: Layout) -> list[go.Scatter]:
    """Which texts stand on the map? Names, data boxes, tickets there now, the ladder's medians, the totals.

    Examples
    --------
    >>> texts = texts_from_layout(Layout((), (), 1, 0.0, (-1.0, 1.0)))
    >>> texts[-1].name, list(texts[-1].text)
    ('totals', ['waiting <b>0 %</b>', 'work <b>0 %</b>'])
    """
    works = [slot for slot in layout.slots if slot.works]
    waits = [slot for slot in layout.slots if not slot.works]
    named = [
        (slot.x, slot.top - _name_y(slot), wrapped(slot.name, width=layout.letters, lines=3))
        for slot in works
    ]
    teams = [
        (slot.x, slot.top - 58, wrapped(slot.about["team"], width=layout.letters + 1, lines=1))
        for slot in works
    ]
    return [
        _writing("box names", named, size=layout.letter_size, colour=INK),
        _writing("box teams", teams, size=layout.letter_size - 2, colour=INK),
        _writing("box data", [_data(slot) for slot in works], size=layout.letter_size, colour=INK),
        _writing("names", [_queue_name(slot, layout) for slot in waits], size=layout.letter_size),
        _writing(
            "inventory",
            [(slot.x, slot.top - MIDDLE - 2, "<b>I</b>") for slot in waits],
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
    return 26 if slot.about["team"] else BOX_HEAD / 2


def _queue_name(slot: Slot, layout: Layout) -> Place:
    return slot.x, slot.top - 26, wrapped(slot.name, width=layout.letters + 1, lines=3)


def _data(slot: Slot) -> Place:
    about = slot.about
    ca = percent(about["ca"]).replace("over ", ">").replace("under ", "<") if "ca" in about else "–"
    lines = [
        f"<b>{escape(short_duration(about['median']))}</b>",
        f"n {number(about['visits'])}",
        f"C&amp;A {escape(ca)}",
    ]
    return slot.x, slot.top - (BOX_HEAD + BOX_FOOT) / 2, "<br>".join(lines)


def _now(slot: Slot) -> str:
    return f"<b>{number(slot.about['open'])}</b> now"


def _median(slot: Slot) -> Place:
    above = -12 if slot.works else 12
    return slot.x, slot.rung + above, escape(short_duration(slot.about["median"]))


def _ends(layout: Layout) -> list[Place]:
    tickets = sum(about["open"] for _, about in layout.ends)
    names = " / ".join(name for name, _ in layout.ends) or "Customer"
    places = [(layout.end_x, layout.last_top - 26, wrapped(names, width=layout.letters, lines=3))]
    if layout.ends:
        places.append((layout.end_x, layout.last_top - 124, f"<b>{number(tickets)}</b> there"))
    return [*places, (SOURCE_X, -26.0, "Requests")]


def _rungs(layout: Layout) -> list[Place]:
    """Say at each row's left what the ladder's upper and lower steps are."""
    x = SOURCE_X
    steps = (("waiting", LADDER_UP), ("work", LADDER_DOWN))
    return [
        (x, -ROW * row - y, word) for row in range(layout.rows) for word, y in steps if layout.in_row(row)
    ]


def _totals(layout: Layout) -> list[Place]:
    return [
        (layout.end_x, layout.last_top - LADDER_UP, f"waiting <b>{percent(layout.waiting)}</b>"),
        (layout.end_x, layout.last_top - LADDER_DOWN, f"work <b>{percent(layout.work)}</b>"),
    ]
