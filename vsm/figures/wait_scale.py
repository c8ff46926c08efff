"""Which colour has a wait? One scale for all figures, from an hour to a month, by its logarithm."""

from math import log10
from typing import Final

import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from vsm.figures.template import WAIT_SCALE

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
