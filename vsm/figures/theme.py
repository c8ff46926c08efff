"""The look of every figure: template, palette, frame, scale of waits, bars, and nothing sent away.

Colours are Okabe and Ito's, told apart by people who see red and green alike; kinds of stages differ in
pattern or shape too. Text outside of a fill has no colour of its own, so that a page may turn dark.
"""

import textwrap
from functools import cache
from math import log10
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio
from plotly.colors import sample_colorscale

from vsm.figures.labels import escape, wrapped

INK: Final = "#1d2329"
SOFT: Final = "#7a848e"
RULE: Final = "#e2e3df"
PAPER: Final = "#ffffff"
FAINT: Final = "rgba(122,132,142,0.25)"

KIND_COLOURS: Final = {
    "queue": "#e69f00",
    "work": "#0072b2",
    "external": "#cc79a7",
    "done": "#009e73",
    "bulk": "#9aa3ab",
}
KIND_PATTERNS: Final = {"queue": "/", "work": "", "external": ".", "done": "-", "bulk": "x"}
KIND_SYMBOLS: Final = {
    "queue": "triangle-up",
    "work": "square",
    "external": "diamond",
    "done": "circle",
    "bulk": "x",
}
KIND_WORDS: Final = {
    "queue": "waiting in a queue",
    "work": "work",
    "external": "waiting for someone outside",
    "done": "done",
    "bulk": "clean-up, not flow",
}
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
    """Which of Plotly's renderers show figures with our configuration from now on? Those that take one.

    Since version 7 Plotly's bar of buttons holds one that uploads a chart. It is switched off for JupyterLab,
    VS Code, a browser, and whatever else draws a figure in this process.

    Examples
    --------
    >>> "plotly_mimetype" in keep_data_here()
    True
    """
    kept = []
    for name in pio.renderers:
        renderer = pio.renderers[name]
        if hasattr(renderer, "config"):
            renderer.config = {**(renderer.config or {}), **CONFIG}
            kept.append(name)
    return tuple(kept)


SIDE: Final = 16
_HEAD: Final = 60
_LINE: Final = 17
_CAPTION_WIDTH: Final = 106
_TITLE_LINE: Final = 25
_TITLE_WIDTH: Final = 54


def framed(
    figure: go.Figure,
    *,
    title: str,
    caption: str,
    alt: str,
    body: int,
    head: int = 0,
    foot: int = 0,
    left: int = SIDE,
    right: int = SIDE,
) -> go.Figure:
    """What does this figure look like with its frame? The same figure, dressed; its width stays free.

    Parameters
    ----------
    figure
        With its traces; it is changed and given back.
    title, caption
        Plain text, escaped here and broken into lines that fit 700 pixels; a title has two at most.
    alt
        One or two plain sentences with the main fact; kept in ``layout.meta["alt"]``.
    body, head, foot, left, right
        Pixels: the plot's height, and what axes and legends need above, below and beside it.

    Examples
    --------
    >>> framed(go.Figure(), title="A & B", caption="n = 3", alt="Three.", body=200).layout.title.text
    'A &amp; B'
    """
    keep_data_here()
    layout = frame_layout(
        title=title, caption=caption, alt=alt, body=body, head=head, foot=foot, left=left, right=right
    )
    (told,) = layout.pop("annotations")
    figure.update_layout(**layout)
    figure.add_annotation(**told)
    return figure


def frame_layout(
    *,
    title: str,
    caption: str,
    alt: str,
    body: int,
    head: int = 0,
    foot: int = 0,
    left: int = SIDE,
    right: int = SIDE,
) -> dict[str, Any]:
    """Which layout frames a figure? As ``framed`` takes it; the caption is its one annotation.

    Examples
    --------
    >>> frame_layout(title="A & B", caption="n = 3", alt="Three.", body=200)["annotations"][0]["text"]
    'n = 3'
    """
    lines = [escape(line) for line in textwrap.wrap(caption, width=_CAPTION_WIDTH)]
    below = foot + _LINE * len(lines) + SIDE
    heading = wrapped(title, width=_TITLE_WIDTH)
    more = heading.count("<br>")
    above = _HEAD + head + _TITLE_LINE * more
    told = {
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
        "title": {"text": heading, "pad": {"t": SIDE + _TITLE_LINE / 2 * more}},
        "height": above + body + below,
        "margin": {"l": left, "r": right, "t": above, "b": below},
        "meta": {"alt": alt},
        "annotations": [told],
    }


def hidden_axis(low: float, high: float) -> dict[str, Any]:
    """Which axis only places things? Without ticks, lines or zoom, from ``low`` to ``high``.

    Examples
    --------
    >>> hidden_axis(0, 5)["range"]
    [0, 5]
    """
    return {"visible": False, "fixedrange": True, "range": [low, high]}


def nothing_to_see(*, title: str, hint: str) -> go.Figure:
    """What is shown where there are no data? A kind sentence in an empty frame.

    Examples
    --------
    >>> nothing_to_see(title="Flow", hint="Pull first.").layout.meta["alt"]
    'Nothing to see yet. Pull first.'
    """
    figure = go.Figure(layout={"xaxis": hidden_axis(0, 1), "yaxis": hidden_axis(0, 1)})
    figure.add_annotation(
        text=f"Nothing to see yet<br><span style='font-size:13px'>{escape(hint)}</span>",
        name="empty",
        showarrow=False,
        x=0.5,
        y=0.5,
        font={"size": 17},
        opacity=0.8,
    )
    figure.add_shape(type="rect", x0=0, x1=1, y0=0, y1=1, line={"color": FAINT, "width": 1, "dash": "dot"})
    return framed(figure, title=title, caption="n = 0", alt=f"Nothing to see yet. {hint}", body=160, foot=8)


_DAY: Final = 86400.0
_TICKS: Final = {
    _DAY / 24: "1 h",
    _DAY / 4: "6 h",
    _DAY: "1 d",
    3 * _DAY: "3 d",
    7 * _DAY: "7 d",
    30 * _DAY: "30 d",
}
_SHORTEST, _LONGEST = min(_TICKS), max(_TICKS)


def wait_colour(seconds: float) -> str:
    """Which colour has a wait of so many seconds? The longer, the darker.

    Examples
    --------
    >>> wait_colour(60.0) == wait_colour(3600.0), wait_colour(40 * 86400.0)
    (True, 'rgb(93, 51, 166)')
    """
    return str(sample_colorscale(list(map(list, WAIT_SCALE)), [_depth(seconds)])[0])


def wait_bar(body: int, *, below: int, text: str = "median wait before the move") -> go.Scatter:
    """How does the scale get into a figure? As a trace without points, since lines cannot carry one.

    Parameters
    ----------
    body
        Pixels of the plot's height.
    below
        How many pixels under the plot the bar lies.
    text
        What the colours mean.

    Examples
    --------
    >>> wait_bar(200, below=20).marker.colorbar.ticktext[0]
    '1 h'
    """
    bar = {
        "title": {"text": text, "side": "top", "font": {"size": 12}},
        "orientation": "h",
        "thickness": 8,
        "len": 250,
        "lenmode": "pixels",
        "x": 0,
        "xanchor": "left",
        "xpad": 12,
        "y": -below / body,
        "yanchor": "top",
        "ypad": 0,
        "tickvals": [_depth(seconds) for seconds in _TICKS],
        "ticktext": list(_TICKS.values()),
        "tickfont": {"size": 11},
        "outlinewidth": 0,
    }
    scale = {"colorscale": WAIT_SCALE, "cmin": 0, "cmax": 1, "color": [0], "showscale": True, "colorbar": bar}
    return go.Scatter(x=[None], y=[None], mode="markers", marker=scale, showlegend=False, name="scale")


def _depth(seconds: float) -> float:
    """Place a wait on the scale, 0 to 1."""
    clipped = min(max(seconds, _SHORTEST), _LONGEST)
    return log10(clipped / _SHORTEST) / log10(_LONGEST / _SHORTEST)


def filled(colour: str, pattern: str) -> dict[str, Any]:
    """How does a bar look? By colour and by pattern, for those who see no difference in colour.

    Examples
    --------
    >>> filled("#0072b2", "/")["pattern"]["shape"]
    '/'
    """
    lines = {"fillmode": "overlay", "fgcolor": PAPER, "fgopacity": 0.55, "size": 7, "solidity": 0.22}
    return {
        "color": colour,
        "line": {"width": 0},
        "cornerradius": 2,
        "pattern": {"shape": pattern, **lines},
    }


def arrow_head(width: float) -> float:
    """Size of the head of an arrow whose line is so wide, in pixels: never smaller than can be seen.

    Examples
    --------
    >>> arrow_head(0.0), arrow_head(10.0)
    (9.0, 18.0)
    """
    return 9 + 0.9 * width


def whiskers(rows: pd.DataFrame) -> go.Scatter:
    """Between which bounds does each share lie? Only known intervals are drawn.

    A missing one drawn as nothing would look like certainty.

    Parameters
    ----------
    rows
        ``share, low, high`` from 0 to 1, in the order of the bars.

    Examples
    --------
    >>> list(whiskers(pd.DataFrame({"share": [0.5], "low": [0.25], "high": [1.0]})).error_x.array)
    [50.0]
    """
    known = rows[rows["low"].notna()]
    share = 100 * known["share"]
    return go.Scatter(
        x=share.tolist(),
        y=known.index.tolist(),
        mode="markers",
        name="95 % interval",
        marker={"opacity": 0, "size": 1},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": (100 * known["high"] - share).tolist(),
            "arrayminus": (share - 100 * known["low"]).tolist(),
            "color": SOFT,
            "thickness": 2,
            "width": 5,
        },
        hoverinfo="skip",
        showlegend=False,
    )
