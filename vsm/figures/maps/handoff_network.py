"""The handoff network: who waits for whom now, an arrow as wide as its share of all waiting."""

from typing import Any, Final

import networkx as nx
import plotly.graph_objects as go

from vsm.counts import counted
from vsm.figures.labels import escape, hover, small, wrapped
from vsm.figures.links import linked, tickets_link
from vsm.figures.maps.handoff_layout import PAGE, HandoffPlan, Way
from vsm.figures.marks import arrow_head, arrow_heads, writing
from vsm.figures.slides import LETTER, SLIDE
from vsm.figures.theme import (
    FAINT,
    INK,
    KIND_COLOURS,
    KIND_SHADES,
    SOFT,
    WAIT_SCALE,
    framed,
    hidden_axis,
    nothing_to_see,
    with_narrow,
)
from vsm.findings.durations import percent, short_duration
from vsm.model.who_waits import DELIVERED, NEW, STILL

NOTHING: Final = "No ticket has waited in the current period."
_TITLE: Final = "Who waits for whom"
_MOST_BESIDE: Final = 6
"""So many nodes stand beside each other; more stand below each other, on a wide page too."""
_MOST_ON_SLIDE: Final = 5
_SHARES_ON_SLIDE: Final = 3
_PHONE: Final = 336.0
_MUCH, _SOME, _LEAST = 0.05, 0.003, 0.0005  # least share of the waiting before, now, and left out
_HALO: Final = 5.0
_IN_SHARE: Final = 24  # pixels from where a share begins to its middle
_LINE_IN_HEAD: Final = 0.35  # how far a line reaches into the head of its arrow
_MEANINGS: Final = {
    NEW: "before anybody works on it",
    DELIVERED: "behind the last stage of work",
    STILL: "not moved on since",
}
_USUAL, _WORST = WAIT_SCALE[1][1], WAIT_SCALE[2][1]


def handoff_network(
    handoff_network: "nx.DiGraph[str]", *, title: str | None = None, most: int = 12, slide: bool = False
) -> go.Figure:
    """Handoff network of the current period: who waits for whom, and with which share of all waiting.

    Teams stand in the order of the stream, or stages where no team is known. An arrow leads from who had the
    work to whom it waits for, and opens its tickets in a report; the widest bears the largest share. Behind
    it, in grey, lies its share in the period before. On a phone it runs from top to bottom.

    Parameters
    ----------
    handoff_network
        As ``vsm.model.who_waits.handoff_network`` gives it.
    most
        How many teams or stages are drawn at most, those with most waiting.
    slide
        In letters that can be read from afar: from top to bottom, at most five teams or stages, with the
        shares of the three widest arrows alone.
    """
    ways = _drawn(handoff_network, min(most, _MOST_ON_SLIDE) if slide else most)
    if not ways:
        return nothing_to_see(of="handoff_network", title=title or _TITLE, hint=NOTHING)
    part = handoff_network.edge_subgraph(ways)
    words = {
        "of": "handoff_network",
        "title": title or _said(part, ways[-1]),
        "caption": f"{_caption(handoff_network, ways)}{_mostly(part, ways[-1])}",
        "alt": _alt(handoff_network, ways),
        "foot": 14,
    }
    upright = slide or len(part) > _MOST_BESIDE
    wide = _drawing(HandoffPlan(part, ways, upright=upright, width=SLIDE if slide else PAGE))
    narrow = _drawing(HandoffPlan(part, ways, upright=True, width=_PHONE))
    page = framed(wide, body=round(wide.layout.height), head=22 if slide else 30, **words)
    if slide:
        page.update_layout(width=SLIDE, legend={"font": {"size": LETTER}})
    return with_narrow(page, framed(narrow, body=round(narrow.layout.height), head=54, width=360, **words))


def _drawing(plan: HandoffPlan) -> go.Figure:
    """The network without a frame, as high as it needs."""
    across, up = plan.ranges
    return go.Figure(
        _traces(plan),
        layout={
            "xaxis": hidden_axis(*across),
            "yaxis": hidden_axis(*up),
            "shapes": [_box(plan, name) for name in plan.names],
            "legend": {"x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom"},
            "height": up[1] - up[0],
        },
    )


def _drawn(network: "nx.DiGraph[str]", most: int) -> tuple[Way, ...]:
    """The ways that bear something now, or bore much before, the widest last; loops are none of them."""
    ways = [
        (upstream, downstream)
        for upstream, downstream, about in network.edges(data=True)
        if upstream != downstream and (about["share"] >= _SOME or about.get("before", 0.0) >= _MUCH)
    ]
    weight = {name: sum(_share(network, way) for way in ways if name in way) for name in network}
    kept = set(sorted(weight, key=lambda name: (-weight[name], name))[:most])
    return tuple(
        sorted((way for way in ways if kept.issuperset(way)), key=lambda way: (_share(network, way), way))
    )


def _share(network: "nx.DiGraph[str]", way: Way) -> float:
    return float(network.edges[way]["share"])


def _said(network: "nx.DiGraph[str]", way: Way) -> str:
    """Say what a way costs: the message of a figure, or of a slide."""
    (upstream, downstream), share = way, f"{percent(_share(network, way))} of all waiting"
    if downstream == STILL:
        return f"Tickets still in '{upstream}': {share}"
    if network.graph["level"] == "stage":
        return f"{upstream} → {downstream}: {share}"
    if downstream == DELIVERED:
        return f"Work waits for delivery after {upstream}: {share}"
    work = "New work" if upstream == NEW else f"Work from {upstream}"
    return f"{work} waits for {downstream}: {share}"


def _caption(network: "nx.DiGraph[str]", ways: tuple[Way, ...]) -> str:
    about = network.graph
    within = sum(_share(network, way) for way in network.edges if way[0] == way[1])
    rest = max(1.0 - within - sum(_share(network, way) for way in ways), 0.0)
    teams = about["level"] == "team"
    left_out = [
        f"{percent(share)} {where}"
        for share, where in (
            (within, "within a team"),
            (rest, "on rare paths" + " or for no known team" * teams),
        )
        if share >= _LEAST
    ]
    ends = {name for way in ways for name in way}
    meanings = [
        ""
        if teams
        else "The data cannot say which team waits: these are stages, and the waiting before moves.",
        *(f"{name}: {meaning}." for name, meaning in _MEANINGS.items() if name in ends),
    ]
    parts = [
        f"n = {counted(about['tickets'], 'ticket')} that waited in the {about['days']} days to "
        f"{about['end'][:10]}, open ones too. Arrow: share of all their waiting in that time "
        f"({short_duration(about['waiting'])}, elapsed).",
        f"Grey: the {about['days_before']} days before." if about["days_before"] else "",
        "Findings differ: theirs are shares of the time tickets were open, all paths of a stage together.",
        *meanings,
        f"Not drawn: {', '.join(left_out)}." if left_out else "",
    ]
    return " ".join(filter(None, parts))


def _mostly(network: "nx.DiGraph[str]", way: Way) -> str:
    """Say in which stage most of the largest share is, where the way itself does not say it."""
    stage = network.edges[way]["stage"]
    return f" {' → '.join(way)}: mostly in '{stage}'." if stage and stage not in way else ""


def _alt(network: "nx.DiGraph[str]", ways: tuple[Way, ...]) -> str:
    (upstream, downstream), graph = ways[-1], network.graph
    about = network.edges[upstream, downstream]
    nodes = sum(network.nodes[name]["kind"] != "end" for name in network)
    before = (
        f", {percent(about['before'])} in the {graph['days_before']} days before" if "before" in about else ""
    )
    return (
        f"Handoff network of {counted(nodes, graph['level'])} in the last {graph['days']} days. The "
        f"largest share of all waiting is {upstream} → {downstream}: {percent(about['share'])}{before}, most "
        f"of it in {about['stage']}, n = {counted(about['tickets'], 'ticket')}."
    )


def _box(plan: HandoffPlan, name: str) -> dict[str, Any]:
    number, kind = plan.names.index(name), plan.network.nodes[name]["kind"]
    along, across = plan.half
    (x0, y0), (x1, y1) = plan.at(number - along, -across), plan.at(number + along, across)
    look: dict[str, Any] = {"line": {"color": SOFT, "width": 1.2, "dash": "dot"}}
    if kind != "end":
        of = kind if kind in KIND_COLOURS else "work"
        look = {"fillcolor": KIND_SHADES[of][0], "line": {"color": KIND_COLOURS[of], "width": 1.5}}
    return {"type": "rect", "layer": "below", "x0": x0, "x1": x1, "y0": y0, "y1": y1, **look}


def _traces(plan: HandoffPlan) -> list[go.Scatter]:
    """Lines of the period before, arrows, names, shares, and what the colours mean."""
    network, graph = plan.network, plan.network.graph
    colours = dict.fromkeys(plan.ways, _USUAL) | {plan.ways[-1]: _WORST}
    now = [way for way in plan.ways if _share(network, way)]
    arcs = [way for way in now if not plan.moves[way].straight]
    ends = [name for name in plan.names if network.nodes[name]["kind"] == "end"]
    before = [_entry(f"{graph['days_before']} days before", FAINT, 12)] if graph["days_before"] else []
    middle: dict[str, Any] = {"textposition": "middle center", "showlegend": False, "size": plan.letter_size}
    return [
        *(_line_before(plan, way) for way in plan.ways if network.edges[way].get("before", 0.0) >= _SOME),
        *(_line(plan, way, colours[way]) for way in now),
        arrow_heads(
            "arrow heads",
            [plan.points(way)[-1] for way in arcs],
            angles=[_angle(plan, way) for way in arcs],
            looks=[(plan.thick(_share(network, way)), colours[way]) for way in arcs],
        ),
        writing("names", _names(plan, set(plan.names) - set(ends)), colour=INK, **middle),
        writing("ends", _names(plan, set(ends)), **middle),
        _taps(plan),
        _shares(plan),
        _entry(f"share of all waiting, last {graph['days']} days", _USUAL, 6),
        *before,
    ]


def _names(plan: HandoffPlan, names: set[str]) -> list[tuple[float, float, str]]:
    lines = 2 if plan.upright else 3
    return [
        (*plan.at(number, 0.0), wrapped(name, width=plan.letters, lines=lines))
        for number, name in enumerate(plan.names)
        if name in names
    ]


def _angle(plan: HandoffPlan, way: Way) -> float:
    """Where an arc's head points: to the line of nodes, from either side."""
    return (270 if plan.upright else 180) + (180 if plan.moves[way].back else 0)


def _line_before(plan: HandoffPlan, way: Way) -> go.Scatter:
    points = plan.points(way)
    width = plan.thick(plan.network.edges[way]["before"]) + _HALO
    return go.Scatter(
        x=[x for x, _ in points],
        y=[y for _, y in points],
        mode="lines",
        name="before",
        line={"color": FAINT, "width": width, "simplify": False},
        hoverinfo="skip",
        showlegend=False,
    )


def _line(plan: HandoffPlan, way: Way, colour: str) -> go.Scatter:
    """Draw an arrow; the head of an arc is drawn apart, as it points to a box and not along the arc."""
    move, width, points = plan.moves[way], plan.thick(_share(plan.network, way)), plan.points(way)
    inside = _LINE_IN_HEAD * arrow_head(width)
    if not move.straight:
        (x, y), inwards = points[-1], -inside if move.back else inside
        points = [*points[:-1], (x + inwards, y) if plan.upright else (x, y + inwards)]
    head = {
        "symbol": "arrow-wide",
        "angleref": "previous",
        "size": [0, arrow_head(width)],
        "color": colour,
        "opacity": 1,
        "line": {"width": 0},
    }
    backoff = inside if move.straight else 0
    return go.Scatter(
        x=[x for x, _ in points],
        y=[y for _, y in points],
        mode="lines+markers" if move.straight else "lines",
        name=escape(f"{way[0]} → {way[1]}"),
        line={"color": colour, "width": width, "simplify": False, "backoff": backoff},
        marker=head if move.straight else None,
        hoverinfo="skip",
        showlegend=False,
    )


def _taps(plan: HandoffPlan) -> go.Scatter:
    """Lay unseen marks along each arrow and on its share, for the pointer or a finger to find."""
    found = []
    for way in plan.ways:
        x, y, side = plan.label(way)
        beside = {
            "middle right": (_IN_SHARE, 0),
            "top center": (0, _IN_SHARE),
            "bottom center": (0, -_IN_SHARE),
        }
        found.append((way, x + beside[side][0], y + beside[side][1]))
        points = plan.points(way)
        if plan.moves[way].straight:
            (x0, y0), (x1, y1) = points
            points = [((x0 + x1) / 2, (y0 + y1) / 2)]
        else:
            points = points[4:-1:4]
        found += [(way, x, y) for x, y in points]
    return go.Scatter(
        x=[x for _, x, _ in found],
        y=[y for _, _, y in found],
        mode="markers",
        name="arrows",
        marker={"size": 36, "opacity": 0},
        hovertext=[_facts(plan.network, way) for way, _, _ in found],
        hoverinfo="text",
        showlegend=False,
        **linked(way_link(plan.network, way) for way, _, _ in found),
    )


def _shares(plan: HandoffPlan) -> go.Scatter:
    """Write the share beside each arrow, and what it was before; the largest says of what."""
    ways = plan.ways[-_SHARES_ON_SLIDE:] if plan.slide else plan.ways
    labels = [plan.label(way) for way in ways]
    return writing(
        "shares",
        [(x, y, _share_text(plan, way)) for way, (x, y, _) in zip(ways, labels, strict=True)],
        size=LETTER if plan.slide else 15,
        textposition=[side for _, _, side in labels],
        showlegend=False,
    )


def _share_text(plan: HandoffPlan, way: Way) -> str:
    about, straight = plan.network.edges[way], plan.moves[way].straight
    share = escape(percent(about["share"])) if about["share"] else "none now"
    was = escape(f"before: {percent(about['before'])}") if "before" in about else ""
    if plan.slide:
        of = " of all waiting" * (way == plan.ways[-1] and not plan.is_passed(way))
        return f"<b>{share}</b>{of}" + (f" ({was})" if was and not plan.is_passed(way) else "")
    was = small(was) if was else ""
    lines = [share, was]
    if way == plan.ways[-1]:
        share = f"<b><span style='font-size:1.4em'>{share}</span></b>"
        lines = [share, "of all waiting", was]
        if plan.upright:
            lines = [share if plan.is_passed(way) else f"{share} of all waiting", was]
    if plan.upright and not straight:
        lines = [share]
    return "<br>".join(filter(None, lines))


def _entry(name: str, colour: str, width: float) -> go.Scatter:
    return go.Scatter(x=[None], y=[None], mode="lines", name=name, line={"color": colour, "width": width})


def _facts(network: "nx.DiGraph[str]", way: Way) -> str:
    about, graph = network.edges[way], network.graph
    return hover(
        f"{way[0]} → {way[1]}",
        [
            (f"share of all waiting, last {graph['days']} days", percent(about["share"])),
            (f"{graph['days_before']} days before", percent(about["before"]) if "before" in about else ""),
            ("n", counted(about["tickets"], "ticket")),
            ("wait in total", short_duration(about["wait"])),
            ("median of a ticket", short_duration(about["median"]) if about["tickets"] else ""),
            ("most of it in", about["stage"]),
        ],
    )


def way_link(network: "nx.DiGraph[str]", way: Way) -> str:
    """Where a report lists the tickets of a way."""
    upstream, downstream = way
    if downstream == STILL:
        return tickets_link("queue", upstream)
    if upstream in {NEW, downstream} or downstream == DELIVERED:
        return tickets_link("waiting", network.edges[way]["stage"])
    return tickets_link("handoff" if network.graph["level"] == "team" else "move", *way)
