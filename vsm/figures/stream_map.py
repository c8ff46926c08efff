"""What does the value stream map look like? The classic one: boxes, triangles, arrows and the time ladder."""

from typing import Final

import networkx as nx
import plotly.graph_objects as go

from vsm.figures.frame import framed, hidden_axis, nothing_to_see
from vsm.figures.labels import counted_noun, number, percent, short_duration
from vsm.figures.map_marks import arrows_from_layout, shapes_from_layout, traces_from_layout
from vsm.figures.map_places import Layout, layout_from_network
from vsm.figures.map_texts import texts_from_layout

_TITLE: Final = "Value stream map"
_CAPTION: Final = (
    "n = {tickets}. In a box: median time of a visit, n visits, C&A = share passed on that never came back "
    "(– where too few tell). Ladder: medians of one visit, elapsed, which do not add up to the lead time; "
    "at its end, shares of all time before the finish. Work is told by status: a ticket left in a work stage "
    "overnight counts as worked on."
)


def value_stream_map(network: "nx.DiGraph[str]", *, title: str | None = None) -> go.Figure:
    """How does work flow from request to customer, and where does it wait on the way?

    Process boxes are work stages, with the median time of a visit, the number of visits and %C&A;
    triangles are stages that wait, with the tickets there now. A long stream runs on in further rows,
    as lines of text do. Below each row lies the time ladder, and at its end the totals.

    Parameters
    ----------
    network
        As ``vsm.model.network.stage_network`` gives it. Stages of kind ``done`` are the customer's end.
    title
        Plain text; a neutral one by default.

    Returns
    -------
    Figure
        The trace ``stages`` holds one point a stage with all numbers; without stages a kind sentence.

    Examples
    --------
    >>> network = nx.DiGraph(name="stages", tickets=3)
    >>> about = {"team": "", "tickets": 3, "visits": 3, "open": 0, "total": 9e5, "p85": 4e5, "share": 0.5}
    >>> network.add_node("Backlog", kind="queue", place=0, median=86400.0, **about)
    >>> network.add_node("Build", kind="work", place=1, median=7200.0, **about)
    >>> value_stream_map(network).layout.meta["alt"].split(". ")[0]
    'Value stream map of 2 stages and 3 tickets: waiting 50 %, work 50 % of the time before the finish'
    """
    if not network:
        return nothing_to_see(title=title or _TITLE, hint="No ticket has entered a stage so far.")
    layout = layout_from_network(network)
    figure = go.Figure(
        [*traces_from_layout(layout), *texts_from_layout(layout)],
        layout={
            "xaxis": hidden_axis(*layout.x_range),
            "yaxis": hidden_axis(-layout.height, 0),
            "shapes": shapes_from_layout(layout),
            "annotations": arrows_from_layout(layout),
            "showlegend": False,
        },
    )
    tickets = counted_noun(network.graph.get("tickets", 0), "ticket")
    return framed(
        figure,
        title=title or _TITLE,
        caption=_CAPTION.format(tickets=tickets),
        alt=_alt(layout, tickets),
        body=layout.height,
        foot=10,
    )


def _alt(layout: Layout, tickets: str) -> str:
    slots = layout.slots
    sentence = (
        f"Value stream map of {counted_noun(len(slots) + len(layout.ends), 'stage')} and {tickets}: "
        f"waiting {percent(layout.waiting)}, work {percent(layout.work)} of the time before the finish."
    )
    if not slots:
        return sentence
    most = max(slots, key=lambda slot: slot.about["share"])
    return (
        f"{sentence} The largest part lies in {most.name}: {percent(most.about['share'])}, "
        f"median {short_duration(most.about['median'])}, n {number(most.about['visits'])} visits."
    )
