"""The look of every figure: template, palette, frame, and nothing sent away.

Kinds of stages have Okabe and Ito's colours, which people who see red and green alike can distinguish; kinds
differ in pattern or shape too, and so do causes of waiting. Text outside of a fill has no colour of its own,
so that a page may turn dark.
"""

import sys
import textwrap
from functools import cache
from typing import Any, Final

import plotly.graph_objects as go
import plotly.io as pio

from vsm.figures.labels import escape, wrapped

INK: Final = "#1d2329"
SOFT: Final = "#7a848e"
RULE: Final = "#e2e3df"
PAPER: Final = "#ffffff"
FAINT: Final = "rgba(122,132,142,0.25)"

_KINDS: Final = {
    "queue": ("#e69f00", "/", "triangle-up", "waiting in a queue"),
    "work": ("#0072b2", "", "square", "work"),
    "external": ("#cc79a7", ".", "diamond", "waiting on external party"),
    "done": ("#009e73", "-", "circle", "done"),
    "bulk": ("#9aa3ab", "x", "x", "bulk edit, not flow"),
}
KIND_COLOURS: Final = {kind: colour for kind, (colour, _, _, _) in _KINDS.items()}
KIND_PATTERNS: Final = {kind: pattern for kind, (_, pattern, _, _) in _KINDS.items()}
KIND_SYMBOLS: Final = {kind: symbol for kind, (_, _, symbol, _) in _KINDS.items()}
KIND_WORDS: Final = {kind: words for kind, (_, _, _, words) in _KINDS.items()}
_CAUSES: Final = {
    "blocked": ("#a3184a", "x"),
    "external": ("#d98bb4", "."),
    "unassigned": ("#d0517f", "/"),
    "batched": ("#cfa9e0", "-"),
    "at capacity": ("#7a4fc4", ""),
    "overtaken": ("#b06fd0", "\\"),
    "unexplained": ("#a8929f", "|"),
    "non-working time": ("#d8ccd6", ""),
}
CAUSE_COLOURS: Final = {cause: colour for cause, (colour, _) in _CAUSES.items()}
"""Causes of waiting are purple and crimson: no kind of stage is, so waiting never looks like work."""
CAUSE_PATTERNS: Final = {cause: pattern for cause, (_, pattern) in _CAUSES.items()}
KIND_SHADES: Final = {
    "queue": ("#fbdf9d", "#e69f00", "#8f5c00"),
    "work": ("#a9d3ef", "#0072b2", "#003a5c"),
    "external": ("#f3d3e4", "#cc79a7", "#7b3f62"),
    "done": ("#7fd0b7", "#009e73", "#005a41"),
    "bulk": ("#d3d8dc", "#9aa3ab", "#5f6a73"),
}
"""Kind → its colour from light to dark, where several stages of one kind lie beside each other."""
BACK: Final = "#d55e00"
WAIT_SCALE: Final = ((0.0, "#c3cbd3"), (0.5, "#9a86c9"), (1.0, "#5d33a6"))

FONT: Final = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif'

CONFIG: Final[dict[str, Any]] = {
    "displaylogo": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "responsive": True,
    "modeBarButtonsToRemove": ["lasso2d", "select2d"],
}

_AXIS: Final = {
    "gridcolor": RULE,
    "linecolor": SOFT,
    "zeroline": False,
    "ticks": "",
    "title": {"font": {"size": 12}, "standoff": 8},
    "tickfont": {"size": 12},
}

TEMPLATE: Final = go.layout.Template(
    layout={
        "font": {"family": FONT, "size": 13, "color": INK},
        "title": {
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"l": 16, "t": 16},
            "font": {"size": 19, "weight": 600},
            # Its distance from the title is 1.6 of this size; its letters have a size of their own.
            "subtitle": {"font": {"size": 6, "weight": 400}},
        },
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "xaxis": _AXIS,
        "yaxis": _AXIS,
        "bargap": 0.36,
        "hoverlabel": {
            "bgcolor": "#ffffff",
            "bordercolor": SOFT,
            "align": "left",
            "font": {"size": 13, "color": INK},
            "namelength": 0,
        },
        "legend": {"orientation": "h", "font": {"size": 12}, "itemclick": False, "itemdoubleclick": False},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": SOFT, "activecolor": INK},
        "dragmode": False,
    }
)
"""The template that every figure carries in its layout."""


@cache  # plotly's renderers take seconds to load, so the first figure asks for them, not the import
def keep_data_here() -> tuple[str, ...]:
    """Give Plotly's renderers our configuration, and the names of those that take one.

    Since version 7 Plotly's bar of buttons holds one that uploads a chart. It is switched off for JupyterLab,
    VS Code, a browser, and whatever else draws a figure in this process.

    Examples
    --------
    >>> "plotly_mimetype" in keep_data_here()
    True
    """
    # Plotly imports nbformat, and that a package that compiles 38 grammars, for seconds, to check addresses.
    unchecked = "rfc3987_syntax" not in sys.modules
    if unchecked:
        sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    renderers = pio.renderers
    if unchecked:
        del sys.modules["rfc3987_syntax"]
    configured = []
    for name in renderers:
        renderer = renderers[name]
        if hasattr(renderer, "config"):
            renderer.config = {**(renderer.config or {}), **CONFIG}
            configured.append(name)
    return tuple(configured)


FIELD_NAMES: Final = {
    "value_stream_map": "Value stream map",
    "flow_map": "Process map (directly-follows graph) with swim lanes",
    "handoff_network": "Handoff network",
    "handoff_matrix": "Handoff matrix",
    "time_by_stage": "Time in status",
    "efficiency_bars": "Flow efficiency",
    "causes_ladder": "Waiting time by cause",
    "ageing_work": "Work item ageing",
    "ageing_in_stage": "Work item ageing: time in current stage",
    "cycle_time_scatter": "Cycle time scatterplot",
    "cumulative_flow": "Cumulative flow diagram",
    "throughput_bars": "Arrivals and throughput",
    "wait_heat_map": "Heat map of queues: work waiting by stage and week",
    "deployment_weeks": "Deployment frequency and lead time for changes (DORA)",
    "flow_distribution_bars": "Flow distribution",
    "coverage_bars": "Data coverage",
    "before_and_after": "Survival curves (Kaplan–Meier)",
    "xmr_chart": "XmR chart (process behaviour chart)",
    "review_times": "Pull request review time",
    "review_sizes": "Pickup time by size of pull request",
    "ticket_life": "Ticket timeline",
    "forecast_fan": "Throughput forecast (block bootstrap)",
    "forecast_dates": "Delivery dates by confidence",
    "hit_rates": "Calibration of forecasts (nominal and measured)",
    "what_if_bars": "What-if simulation (trace-driven)",
    "replay_check": "Back-test of the simulation",
    "compared": "Slope chart of time in status",
}
"""Figure → its name in the field, by which coaches and searches find it: the subtitle of every figure."""

SIDE: Final = 16
_HEAD: Final = 60
_LINE: Final = 17
_PAGE: Final = 700
_LETTER: Final = 6.04
"""Pixels of a letter of a caption; 60 of a page are kept free beside it."""
_TITLE_LINE: Final = 25
_TITLE_WIDTH: Final = 54


def framed(figure: go.Figure, **words: Any) -> go.Figure:
    """Put the frame of ``frame_layout`` round a figure with its traces, and give it back; its width is free.

    Examples
    --------
    >>> framed(go.Figure(), title="A & B", caption="n = 3", alt="Three.", body=200).layout.title.text
    'A &amp; B'
    """
    keep_data_here()
    layout = frame_layout(**words)
    (caption,) = layout.pop("annotations")
    figure.update_layout(layout, overwrite=True)
    figure.add_annotation(**caption)
    return figure


def frame_layout(
    *,
    of: str = "",
    title: str,
    caption: str,
    alt: str,
    body: int,
    head: int = 0,
    foot: int = 0,
    left: int = SIDE,
    right: int = SIDE,
    width: int = _PAGE,
) -> dict[str, Any]:
    """The layout that frames a figure: title, height, margins; the caption is its one annotation.

    Parameters
    ----------
    of
        The figure's key in ``FIELD_NAMES``: its name there is the subtitle, where the title does not say it.
    title, caption
        Plain text, escaped here and broken into lines that fit 700 pixels; a title has two at most.
    alt
        One or two plain sentences with the main fact; kept in ``layout.meta["alt"]``.
    body, head, foot, left, right
        Pixels: the plot's height, and what axes and legends need above, below and beside it.
    width
        Pixels of the page, to which title and caption are broken.
    """
    lines = [escape(line) for line in textwrap.wrap(caption, width=round((width - 60) / _LETTER))]
    below = foot + _LINE * len(lines) + SIDE
    heading = wrapped(title, width=_TITLE_WIDTH * width // _PAGE, lines=2 * _PAGE // width)
    name = FIELD_NAMES.get(of, "")
    subtitle = {"subtitle": {"text": f"<span style='font-size:12px'>{name}</span>"}}
    if name.lower() in title.lower():
        subtitle = {}
    more = heading.count("<br>")
    above = _HEAD + head + _TITLE_LINE * more
    note = {
        "text": "<br>".join(lines),
        "name": "caption",
        "showarrow": False,
        "align": "left",
        "opacity": 0.75,
        "font": {"size": 12},
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": 0,
        "xanchor": "left",
        "yanchor": "top",
        "xshift": SIDE - left,
        "yshift": -foot,
    }
    return {
        "template": TEMPLATE,
        # plotly.js lifts a title by half a line for each further one.
        "title": {"text": heading, "pad": {"t": SIDE + _TITLE_LINE / 2 * more}} | subtitle,
        "height": above + body + below,
        "margin": {"l": left, "r": right, "t": above, "b": below},
        "meta": {"alt": alt},
        "annotations": [note],
    }


def with_narrow(figure: go.Figure, narrow: go.Figure) -> go.Figure:
    """Give a figure another drawing of itself for a phone, which a report shows where it is narrow."""
    drawn = narrow.to_plotly_json()
    figure.layout.meta = {**figure.layout.meta, "narrow": {"data": drawn["data"], "layout": drawn["layout"]}}
    return figure


def hidden_axis(low: float, high: float) -> dict[str, Any]:
    """An axis from ``low`` to ``high`` that only places things: without ticks, lines or zoom."""
    return {"visible": False, "fixedrange": True, "range": [low, high]}


def nothing_to_see(*, of: str = "", title: str, hint: str) -> go.Figure:
    """The figure where there are no data: a friendly sentence in an empty frame."""
    figure = go.Figure(layout={"xaxis": hidden_axis(0, 1), "yaxis": hidden_axis(0, 1)})
    figure.add_annotation(
        text=f"Nothing to show<br><span style='font-size:13px'>{wrapped(hint, width=48, lines=6)}</span>",
        name="empty",
        showarrow=False,
        x=0.5,
        y=0.5,
        font={"size": 17},
        opacity=0.8,
    )
    figure.add_shape(type="rect", x0=0, x1=1, y0=0, y1=1, line={"color": FAINT, "width": 1, "dash": "dot"})
    alt = f"Nothing to show. {hint}"
    return framed(figure, of=of, title=title, caption="n = 0", alt=alt, body=160, foot=8)
