"""What surrounds every figure? Its title, its caption with n, its sentence for those who cannot see it."""

import textwrap
from typing import Any, Final

import plotly.graph_objects as go

from vsm.figures.labels import escape, wrapped
from vsm.figures.routes import keep_data_here
from vsm.figures.template import FAINT, TEMPLATE

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
