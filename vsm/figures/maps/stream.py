"""The classic value stream map: boxes, triangles, arrows and the time ladder."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

import networkx as nx
import plotly.graph_objects as go

from vsm.figures.labels import TOO_FEW, escape, hover, number, pluralize, wrapped
from vsm.figures.maps.flow_layout import most_used
from vsm.figures.maps.stream_layout import (
    BOX_FOOT,
    BOX_HEAD,
    HALF,
    LADDER_DOWN,
    LADDER_UP,
    MIDDLE,
    ROW,
    SOURCE_X,
    Layout,
    Slot,
    layout_from_network,
)
from vsm.figures.marks import writing
from vsm.figures.theme import INK, KIND_COLOURS, KIND_WORDS, SOFT, framed, hidden_axis, nothing_to_see
from vsm.findings.durations import percent, short_duration

_TITLE: Final = "Value stream map"
_MOST: Final = 60
_CAPTION: Final = (
    "n = {tickets}, open and discarded ones too, so shares differ from those of delivered tickets. Box: "
    "median time of a visit, n visits, C&A = share passed on that never came back (– where there are too "
    "few). Time ladder: medians of one visit, elapsed, which do not add up to the lead time; at its end, "
    "shares of all time before the finish. Work is measured by status: a ticket left in a work stage "
    "overnight counts as worked on."
)


def value_stream_map(network: "nx.DiGraph[str]", *, title: str | None = None) -> go.Figure:
    """Value stream map: stages as process boxes, queues as triangles, the time ladder below.

    Process boxes are work stages, with the median time of a visit, the number of visits and %C&A;
    triangles are stages that wait, with the tickets there now. A long stream runs on in further rows,
    as lines of text do; of more than ``_MOST`` those with the most tickets are drawn. Below each row lies the
    time ladder, and at its end the totals.

    Parameters
    ----------
    network
        As ``vsm.model.network.stage_network`` gives it. Stages of kind ``done`` are the customer's end.

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
    network, left_out = most_used(network, most=_MOST)
    layout = layout_from_network(network)
    figure = go.Figure(
        [*_ladders(layout), _stages(layout), *texts_from_layout(layout)],
        layout={
            "xaxis": hidden_axis(*layout.x_range),
            "yaxis": hidden_axis(-layout.height, 0),
            "shapes": shapes_from_layout(layout),
            "annotations": [arrow for row in range(layout.rows) for arrow in _arrows_in_row(layout, row)],
            "showlegend": False,
        },
    )
    tickets = pluralize(network.graph.get("tickets", 0), "ticket")
    return framed(
        figure,
        of="value_stream_map",
        title=title or _TITLE,
        caption=_CAPTION.format(tickets=tickets) + left_out,
        alt=_alt(layout, tickets) + left_out,
        body=layout.height,
        foot=10,
    )


def _alt(layout: Layout, tickets: str) -> str:
    slots = layout.slots
    sentence = (
        f"Value stream map of {pluralize(len(slots) + len(layout.ends), 'stage')} and {tickets}: "
        f"waiting {percent(layout.waiting)}, work {percent(layout.work)} of the time before the finish."
    )
    if not slots:
        return sentence
    most = max(slots, key=lambda slot: slot.about["share"])
    return (
        f"{sentence} The largest share is {most.name}: {percent(most.about['share'])}, "
        f"median {short_duration(most.about['median'])}, n {number(most.about['visits'])} visits."
    )


_HEAD_FILL: Final = "#d3e5f1"
_DATA_FILL: Final = "#f5f9fc"
_FACTORY: Final = "M -22,0 L -22,18 L -22,34 L -8,22 L -8,34 L 6,22 L 6,34 L 20,22 L 20,0 Z"


def shapes_from_layout(layout: Layout) -> list[dict[str, Any]]:
    """The outlines on the map: a head and a data box for each work stage, the source, the customer."""
    boxes = [
        _box(slot, top, bottom, fill)
        for slot in layout.slots
        if slot.works
        for top, bottom, fill in ((0, BOX_HEAD, _HEAD_FILL), (BOX_HEAD, BOX_FOOT, _DATA_FILL))
    ]
    return [*boxes, *_icons(layout)]


def _box(slot: Slot, top: float, bottom: float, fill: str) -> dict[str, Any]:
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


def _icons(layout: Layout) -> list[dict[str, Any]]:
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


def _arrows_in_row(layout: Layout, row: int) -> list[dict[str, Any]]:
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
    gap = (None, None)
    thin: list[tuple[float | None, float | None]] = []
    thick: dict[str, list[tuple[float | None, float | None]]] = {}
    for row in range(layout.rows):
        for slot in layout.in_row(row):
            step = [(slot.x - 0.5, slot.rung), (slot.x + 0.5, slot.rung)]
            thin += step
            thick.setdefault(slot.about["kind"], []).extend([*step, gap])
        thin.append(gap)
    lines = [(thin, SOFT, 1.2), *((points, KIND_COLOURS[kind], 5.0) for kind, points in thick.items())]
    return [
        go.Scatter(
            x=[x for x, _ in points],
            y=[y for _, y in points],
            mode="lines",
            line={"color": colour, "width": width},
            hoverinfo="skip",
            name="ladder",
        )
        for points, colour, width in lines
    ]


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
    ca = percent(about["ca"]) if "ca" in about else TOO_FEW
    return hover(
        name,
        [
            ("kind", KIND_WORDS[about["kind"]]),
            ("team", about["team"]),
            ("median visit", "" if done else short_duration(about["median"])),
            ("85th percentile", "" if done else short_duration(about["p85"])),
            ("share of the time before the finish", "" if done else percent(about["share"])),
            ("complete and accurate", "" if done else ca),
            ("there now", pluralize(about["open"], "ticket")),
            ("n", f"{pluralize(about['tickets'], 'ticket')}, {pluralize(about['visits'], 'visit')}"),
        ],
    )


def texts_from_layout(layout: Layout) -> list[go.Scatter]:
    """The texts on the map: names, data boxes, tickets there now, the ladder's medians, the totals."""
    works = [slot for slot in layout.slots if slot.works]
    waits = [slot for slot in layout.slots if not slot.works]
    wide, size = layout.letters, layout.letter_size
    names, teams, data = [], [], []
    for slot in works:
        name_y = 26 if slot.about["team"] else BOX_HEAD / 2
        names.append((slot.x, slot.top - name_y, wrapped(slot.name, width=wide, lines=3)))
        teams.append((slot.x, slot.top - 58, wrapped(slot.about["team"], width=wide + 1, lines=1)))
        data.append((slot.x, slot.top - (BOX_HEAD + BOX_FOOT) / 2, _data(slot.about)))
    queues, inventory, now = [], [], []
    for slot in waits:
        queues.append((slot.x, slot.top - 26, wrapped(slot.name, width=wide + 1, lines=3)))
        inventory.append((slot.x, slot.top - MIDDLE - 2, "<b>I</b>"))
        now.append((slot.x, slot.top - 124, f"<b>{number(slot.about['open'])}</b> now"))
    medians = [
        (slot.x, slot.rung + (-12 if slot.works else 12), escape(short_duration(slot.about["median"])))
        for slot in layout.slots
    ]
    steps = (("waiting", LADDER_UP), ("work", LADDER_DOWN))
    rungs = [
        (SOURCE_X, -ROW * row - y, word)
        for row in range(layout.rows)
        for word, y in steps
        if layout.in_row(row)
    ]
    totals = [
        (layout.end_x, layout.last_top - LADDER_UP, f"waiting <b>{percent(layout.waiting)}</b>"),
        (layout.end_x, layout.last_top - LADDER_DOWN, f"work <b>{percent(layout.work)}</b>"),
    ]
    ink = {"colour": INK, "textposition": "middle center"}
    plain = {"textposition": "middle center"}
    return [
        writing("box names", names, size=size, **ink),
        writing("box teams", teams, size=size - 2, **ink),
        writing("box data", data, size=size, **ink),
        writing("names", queues, size=size, **plain),
        writing("inventory", inventory, size=size + 2, **ink),
        writing("waiting now", now, size=size, **plain),
        writing("medians", medians, size=size, **plain),
        writing("ends", _ends(layout), size=size, **plain),
        writing("rungs", rungs, size=size - 1, **plain),
        writing("totals", totals, size=size + 1, **plain),
    ]


def _data(about: Mapping[str, Any]) -> str:
    """What stands in a data box, on three lines."""
    ca = percent(about["ca"]).replace("over ", ">").replace("under ", "<") if "ca" in about else "–"
    median = escape(short_duration(about["median"]))
    return f"<b>{median}</b><br>n {number(about['visits'])}<br>C&amp;A {escape(ca)}"


def _ends(layout: Layout) -> list[tuple[float, float, str]]:
    tickets = sum(about["open"] for _, about in layout.ends)
    names = " / ".join(name for name, _ in layout.ends) or "Customer"
    places = [(layout.end_x, layout.last_top - 26, wrapped(names, width=layout.letters, lines=3))]
    if layout.ends:
        places.append((layout.end_x, layout.last_top - 124, f"<b>{number(tickets)}</b> there"))
    return [*places, (SOURCE_X, -26.0, "Requests")]
