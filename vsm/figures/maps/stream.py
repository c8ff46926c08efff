"""The value stream map: boxes, triangles, the time ladder, and the summary of time and quality."""

from itertools import pairwise
from typing import Any, Final

import networkx as nx
import plotly.graph_objects as go

from vsm.counts import counted
from vsm.figures.labels import escape, small, text_width, wrapped
from vsm.figures.maps.stream_layout import HALF, Layout, Slot, layout_from_network
from vsm.figures.maps.stream_marks import arrow, boxes, factory, rect, shade, stages_at, stars
from vsm.figures.maps.stream_phone import phone_map
from vsm.figures.maps.stream_texts import (
    UNKNOWN,
    Rework,
    a_week,
    alt_of,
    cadence,
    caption_of,
    data_lines,
    fitted,
    median_of,
    rework_of,
    share,
    shares_of,
    stage_facts,
    summary,
    wip,
    with_stays,
)
from vsm.figures.marks import writing
from vsm.figures.slides import SLIDE
from vsm.figures.theme import (
    BACK,
    INK,
    KIND_COLOURS,
    SOFT,
    framed,
    hidden_axis,
    nothing_to_see,
    with_narrow,
)
from vsm.findings.durations import percent
from vsm.model.map_facts import MapFacts

_TITLE: Final = "Value stream map"
_MIDDLE: Final[dict[str, Any]] = {"textposition": "middle center"}
_PAGE: Final[dict[str, Any]] = {"least": 0.01, "most": 8}
_SLIDE: Final[dict[str, Any]] = {"least": 0.05, "most": 4}
_FEWER: Final = {"most": 3}


def value_stream_map(
    network: "nx.DiGraph[str]",
    *,
    facts: MapFacts = MapFacts(),  # noqa: B008 - nothing in it can be changed
    title: str | None = None,
    slide: bool = False,
) -> go.Figure:
    """Value stream map: stages as process boxes, queues as triangles, the time ladder and the summary below.

    Process boxes are work stages, with process time, %C&A, WIP and people; triangles are stages that wait,
    with the tickets there now. Stages under 1 % of all time are left out, and a sentence names them. The
    steps of the ladder are darker the more of all time they take; the two longest waits bear a star.

    Parameters
    ----------
    network
        As ``vsm.model.network.stage_network`` gives it. Stages of kind ``done`` are the customer's end.
    facts
        What the map says beside its stages, as ``vsm.model.map_facts`` gives it.
    slide
        Draw the largest stages alone, in letters that can be read from afar.

    Returns
    -------
    Figure
        The trace ``stages`` holds one point a stage with all numbers.

    Examples
    --------
    >>> network = nx.DiGraph(name="stages", tickets=3)
    >>> about = {"team": "", "tickets": 3, "visits": 3, "open": 0, "total": 9e5, "p85": 4e5, "share": 0.5}
    >>> network.add_node("Backlog", kind="queue", position=0, median=86400.0, **about)
    >>> network.add_node("Build", kind="work", position=1, median=7200.0, **about)
    >>> value_stream_map(network).layout.meta["alt"].split(". ")[0]
    'Value stream map of 2 stages and 3 tickets: waiting 50 %, work 50 % of the time before the finish'
    """
    if not network:
        return nothing_to_see(
            of="value_stream_map", title=title or _TITLE, hint="No ticket has entered a stage so far."
        )
    network = with_stays(network, facts)
    layout = layout_from_network(network, slide=slide, **(_SLIDE if slide else _PAGE))
    if slide and not layout.fits:
        layout = layout_from_network(network, slide=slide, **_SLIDE | _FEWER)
    rework = rework_of(network)
    tickets = counted(network.graph.get("tickets", 0), "ticket")
    words = {
        "of": "value_stream_map", "title": title or f"{_TITLE} of {tickets}, open ones too",
        "alt": alt_of(layout, facts, tickets=tickets),
        "caption": caption_of(layout, facts, tickets=tickets), "foot": 10,
    }  # fmt: skip
    figure = go.Figure(
        [
            _rails(layout),
            stages_at(layout.slots, [(slot.x, layout.middle) for slot in layout.slots], scale=layout.scale),
            _customer(layout),
            *_texts(layout, facts),
            stars(
                [(slot.x - HALF, _step(layout, slot)[0]) for slot in layout.worst],
                size=(1.2 if slide else 1.6) * layout.size,
            ),
            *_back(layout, rework, cadence(facts)),
        ],
        layout={
            "xaxis": hidden_axis(*layout.x_range),
            "yaxis": hidden_axis(-layout.height, 0),
            "shapes": [*_boxes(layout), *_steps(layout), *_icons(layout)],
            "annotations": _arrows(layout, rework),
            "showlegend": False,
        },
    )
    wide = framed(figure, body=layout.height, **words)
    if slide:
        wide.update_layout(width=SLIDE)
    phone = phone_map(layout, facts, rework)
    return with_narrow(wide, framed(phone, body=round(phone.layout.height), width=360, **words))


def _step(layout: Layout, slot: Slot) -> tuple[float, float]:
    """The upper and lower edge of a stage's step on the ladder."""
    middle, half = layout.down if slot.works else layout.up, layout.rung * layout.line / 2
    return middle - half, middle + half


def _boxes(layout: Layout) -> list[dict[str, Any]]:
    tops = (layout.top, layout.head, layout.foot)
    return [box for slot in layout.slots if slot.works for box in boxes((slot.x - HALF, slot.x + HALF), tops)]


def _steps(layout: Layout) -> list[dict[str, Any]]:
    most = max((slot.share for slot in layout.slots), default=0.0)
    return [
        rect(
            (slot.x - 0.5, slot.x + 0.5), _step(layout, slot), fillcolor=shade(slot, most), line={"width": 0}
        )
        for slot in layout.slots
    ]


def _icons(layout: Layout) -> list[dict[str, Any]]:
    """Draw the source and the customer as factories, as the classic map has them, and the summary's box."""
    foot, scale = layout.middle + 17 * layout.scale, layout.scale
    low, high = layout.x_range
    return [
        factory(-layout.source, foot, SOFT, scale=scale),
        factory(layout.end_x, foot, KIND_COLOURS["done"], scale=scale),
        rect(
            (low + 0.05, high - 0.05), (layout.summary, layout.height - 2.0), line={"color": SOFT, "width": 1}
        ),
    ]


def _customer(layout: Layout) -> go.Scatter:
    """An unseen mark on the customer, for the pointer to find what is done."""
    facts_shown = "<br>".join(stage_facts(name, about) for name, about in layout.ends)
    return go.Scatter(
        x=[layout.end_x], y=[-layout.middle], mode="markers", name="customer", hovertext=[facts_shown],
        hoverinfo="text" if facts_shown else "skip", marker={"symbol": "square", "size": 48, "opacity": 0},
    )  # fmt: skip


def _rails(layout: Layout) -> go.Scatter:
    """Join the steps of the ladder, up and down."""
    middles = [sum(_step(layout, slot)) / 2 for slot in layout.slots]
    x: list[float | None] = []
    y: list[float | None] = []
    for slot, (here, there) in zip(layout.slots, pairwise(middles), strict=False):
        if here != there:
            x += [slot.x + 0.5, slot.x + 0.5, None]
            y += [-here, -there, None]
    line = {"color": SOFT, "width": 1.2}
    return go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", name="ladder")


def _arrows(layout: Layout, rework: Rework | None) -> list[dict[str, Any]]:
    """Lead from the source through every stage to the customer, and back where most came back."""
    gap = 24 * layout.scale
    stops = [(slot.x, HALF if slot.works else 0.0, 0 if slot.works else gap) for slot in layout.slots]
    chain = [(-layout.source, 0.0, gap), *stops, (layout.end_x, 0.0, gap + 2)]
    y = layout.middle
    found = [
        arrow((x0 + half0, y), (x1 - half1, y), gaps=(gap0 + 3, gap1 + 2))
        for (x0, half0, gap0), (x1, half1, gap1) in pairwise(chain)
    ]
    if rework is not None:
        _, end = _ends(layout, rework)
        found.append(arrow((end, layout.back), (end, layout.top - 2), colour=BACK))
    return found


def _ends(layout: Layout, rework: Rework) -> tuple[float, float]:
    """Where what came back most left, and where it went: a stage that is not drawn lies between two that are.

    Where that is the same place, it went to the place before.
    """
    known = {slot.name: slot.about["position"] for slot in (*layout.slots, *layout.left_out)}

    def place(name: str) -> float:
        if name not in known:
            return layout.end_x
        there = {slot.x: slot.about["position"] - known[name] for slot in layout.slots}
        before = max((x for x, steps in there.items() if steps <= 0), default=-layout.source)
        return (before + min((x for x, steps in there.items() if steps >= 0), default=layout.end_x)) / 2

    begin, end = place(rework.sender), place(rework.receiver)
    return begin, end if end < begin else max(begin - 1, -layout.source)


def _released(layout: Layout, text: str) -> tuple[float, float]:
    """Where a slide says how often there is a release, at the right: its left end and its middle."""
    if not text:
        return (layout.x_range[1],) * 2
    half = text_width([text], size=layout.size) / 2 / layout.slot
    middle = min(layout.end_x - 0.4, layout.x_range[1] - half)
    return middle - half, middle


def _back(layout: Layout, rework: Rework | None, released: str) -> list[go.Scatter]:
    """The line of what came back most, with its number; on a slide left of what is said of releases."""
    if rework is None:
        return []
    begin, end = _ends(layout, rework)
    high, line = -layout.back, {"color": BACK, "width": 2, "dash": "dash"}
    text = wrapped(rework.brief if layout.slide else rework.words, width=26 if layout.slide else 44, lines=1)
    middle, y = (begin + end) / 2, 0.7 * layout.line - layout.back
    if layout.slide:
        low, until = layout.x_range[0], _released(layout, released)[0] - 0.15
        room = int((until - low) * layout.slot / (0.62 * layout.size))
        text = wrapped(rework.brief, width=min(26, room), lines=1)
        half = text_width([text], size=layout.size) / 2 / layout.slot
        middle = min(max(middle, low + half), until - half)
    return [
        go.Scatter(
            x=[begin, begin, end], y=[-layout.top + 2, high, high], mode="lines", line=line, hoverinfo="skip",
            name="rework",
        ),
        writing("rework words", [(middle, y, text)], size=layout.size, **_MIDDLE),
    ]  # fmt: skip


def _texts(layout: Layout, facts: MapFacts) -> list[go.Scatter]:
    """The texts on the map: names, data boxes, inventories, steps, ends, and the summary."""
    size, line, wide = layout.size, layout.line, layout.letters
    head = (layout.top + layout.head) / 2
    names, data, queues, inventory, now, steps = [], [], [], [], [], []
    for slot in layout.slots:
        upper, lower = _step(layout, slot)
        shown = [small(escape(percent(slot.share)))] if layout.rung > 1 else []
        steps.append(
            (slot.x, -(upper + lower) / 2 - 2, "<br>".join([f"<b>{median_of(slot.about)}</b>", *shown]))
        )
        team = wrapped(slot.about["team"], width=round(wide / 0.85), lines=1) if layout.rung > 1 else ""
        if slot.works:
            name = fitted(slot.name, letters=wide)
            names.append((slot.x, -head - 2, "<br>".join(filter(None, [name, small(team) if team else ""]))))
            text = "<br>".join(data_lines(slot, facts)[: layout.data])
            data.append((slot.x, -(layout.head + layout.foot) / 2, text))
        else:
            queues.append((slot.x, -layout.top - 1.5 * line, fitted(slot.name, letters=wide, lines=3)))
            inventory.append((slot.x, -layout.middle - 3 * layout.scale, "<b>I</b>"))
            now.append((slot.x, -layout.middle - 30 - line / 2, wip(slot, facts)))
    above, below = -layout.top - 1.5 * line, -layout.middle - 26 - line / 2
    ends = [
        (-layout.source, above, "Requests"),
        (layout.end_x, above, "Customer"),
        (-layout.source, below, a_week(facts.arrivals)),
        (layout.end_x, below, a_week(facts.deliveries)),
    ]
    released = (layout.end_x - 0.68, -layout.middle + 1.7 * line, wrapped(cadence(facts), width=9, lines=3))
    if layout.slide:
        released = (_released(layout, cadence(facts))[1], 0.7 * line - layout.back, cadence(facts))
    waiting, work = shares_of(layout, facts)
    totals = [("waiting", layout.up, waiting), ("work", layout.down, work)]
    rails = [(layout.x_range[0] + 0.05, -y, word) for word, y, _ in totals]
    shares = [(layout.end_x, -y, f"<b>{escape(share(part))}</b>") for _, y, part in totals]
    plain: dict[str, Any] = {"size": size, **_MIDDLE}
    return [
        writing("box names", names, colour=INK, **plain),
        writing("box data", data, colour=INK, **plain),
        writing("names", queues, **plain),
        writing("inventory", inventory, colour=INK, **plain),
        writing("waiting now", now, **plain),
        writing("medians", steps, colour=INK, **plain),
        writing("ends", [place for place in ends if place[2]], **plain),
        writing(
            "releases",
            [released] if released[2] else [],
            **plain | {"size": size if layout.slide else size - 1},
        ),
        writing("rails", rails, size=size, textposition="middle right"),
        writing("totals", shares, **plain),
        writing("summary", _cells(layout, facts), **plain | {"size": size + 1}),
    ]


def _cells(layout: Layout, facts: MapFacts) -> list[tuple[float, float, str]]:
    low, high = layout.x_range
    cells = summary(facts)
    if layout.slide:
        cells = [cell for cell in cells if cell[0] != UNKNOWN] or cells
        if len(cells) > 1:  # then all shares of a slide are of what was delivered
            cells = [(value, what.removeprefix("mean ").removesuffix(", delivered")) for value, what in cells]
    y = -(layout.summary + layout.height - 2) / 2
    return [
        (
            low + (high - low) * (number + 0.5) / len(cells),
            y,
            f"<b>{escape(value)}</b><br>{escape(what) if layout.slide else small(escape(what))}",
        )
        for number, (value, what) in enumerate(cells)
    ]
