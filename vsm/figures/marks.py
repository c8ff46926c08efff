"""What several figures are made of: axes, legends, bars and whiskers, the scale of waits, arrow heads."""

from collections.abc import Iterable, Sequence
from math import log10
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from vsm.figures.theme import PAPER, SOFT, WAIT_SCALE

LEGEND_ABOVE: Final = {"x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"}
DATE_AXIS: Final = {"type": "date", "fixedrange": True, "showgrid": False}
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


def value_axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis of numbers from 0 on, which cannot be zoomed; ``more`` adds and replaces."""
    return {"rangemode": "tozero", "nticks": 6, "fixedrange": True, "title": {"text": title}} | more


def row_axis(names: Sequence[str], **more: Any) -> dict[str, Any]:
    """The y axis of rows with names, the first on top; ``more`` adds and replaces."""
    return {
        "range": [len(names) - 0.5, -0.5],
        "tickvals": list(range(len(names))),
        "ticktext": list(names),
        "showgrid": False,
        "fixedrange": True,
        "ticklabelstandoff": 6,
    } | more


def row_numbers(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Annotations with each row's numbers (escaped), in a column beside the plot, clear of whiskers."""
    return [
        {
            "text": text, "name": "numbers", "x": 1, "xref": "paper", "xshift": 10, "y": row,
            "xanchor": "left", "showarrow": False, "font": {"size": 12}, "align": "left",
        }
        for row, text in enumerate(texts)
    ]  # fmt: skip


def upright(x: object) -> dict[str, Any]:
    """A dotted line from the bottom of the plot to its top: grid and bars would hide one behind them."""
    return {
        "type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "layer": "above",
        "line": {"color": SOFT, "width": 1.2, "dash": "dot"},
    }  # fmt: skip


def filled(colour: str, pattern: str) -> dict[str, Any]:
    """The fill of a bar: colour and pattern, for those who see no difference in colour."""
    lines = {"fillmode": "overlay", "fgcolor": PAPER, "fgopacity": 0.55, "size": 7, "solidity": 0.22}
    return {
        "color": colour,
        "line": {"width": 0},
        "cornerradius": 2,
        "pattern": {"shape": pattern, **lines},
    }


_HIGH: Final = 0.64
"""The part of a row that its bar fills."""


def row_bars(
    lengths: Iterable[float],
    rows: Iterable[int],
    *,
    name: str,
    marker: dict[str, Any],
    hovertext: list[str],
    showlegend: bool = False,
    **more: Any,
) -> go.Bar:
    """Horizontal bars, each in its row; ``more`` as ``go.Bar`` takes it.

    Bars have a height of their own: else those of a trace without a bar in each row are as high as several.
    """
    return go.Bar(
        x=list(lengths), y=list(rows), orientation="h", width=_HIGH, name=name, marker=marker,
        hovertext=hovertext, hoverinfo="text", showlegend=showlegend, **more,
    )  # fmt: skip


def whiskers(rows: pd.DataFrame) -> go.Scatter:
    """The intervals of shares, one row a bar: ``share, low, high`` from 0 to 1, drawn in percent.

    Only known intervals are drawn: a missing one drawn as nothing would look like certainty.

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


def writing(
    name: str,
    places: Sequence[tuple[float, float, str]],
    *,
    size: int,
    colour: str | None = None,
    **more: Any,
) -> go.Scatter:
    """A trace of texts alone, each ``(x, y, markup)``; ``more`` as ``go.Scatter`` takes it."""
    return go.Scatter(
        x=[x for x, _, _ in places],
        y=[y for _, y, _ in places],
        text=[text for _, _, text in places],
        mode="text",
        name=name,
        textfont={"size": size, "color": colour},
        **{"hoverinfo": "skip", "cliponaxis": False, **more},
    )


def scale_bar(text: str, *, y: float, **more: Any) -> dict[str, Any]:
    """The bar of a colour scale, below the plot at its left; ``y`` as a part of the plot's height."""
    return {
        "title": {"text": text, "side": "top", "font": {"size": 12}},
        "orientation": "h",
        "thickness": 8,
        "len": 250,
        "lenmode": "pixels",
        "x": 0,
        "xanchor": "left",
        "xpad": 0,
        "y": y,
        "yanchor": "top",
        "ypad": 0,
        "tickfont": {"size": 11},
        "outlinewidth": 0,
    } | more


def wait_colour(seconds: float) -> str:
    """The colour of a wait: the longer, the darker; the same below an hour, and above 30 days."""
    return str(sample_colorscale(list(map(list, WAIT_SCALE)), [_depth(seconds)])[0])


def wait_bar(body: int, *, below: int, text: str = "median wait before the move") -> go.Scatter:
    """The scale of waits as a trace without points, since lines cannot carry one.

    Parameters
    ----------
    body, below
        Pixels: the plot's height, and how far under the plot the bar lies.
    text
        What the colours mean.
    """
    ticks = {"tickvals": [_depth(seconds) for seconds in _TICKS], "ticktext": list(_TICKS.values())}
    bar = scale_bar(text, y=-below / body, xpad=12, **ticks)
    scale = {"colorscale": WAIT_SCALE, "cmin": 0, "cmax": 1, "color": [0], "showscale": True, "colorbar": bar}
    return go.Scatter(x=[None], y=[None], mode="markers", marker=scale, showlegend=False, name="scale")


def _depth(seconds: float) -> float:
    """Place a wait on the scale, 0 to 1."""
    clipped = min(max(seconds, _SHORTEST), _LONGEST)
    return log10(clipped / _SHORTEST) / log10(_LONGEST / _SHORTEST)


def arrow_head(width: float) -> float:
    """Size of the head of an arrow whose line is so wide, in pixels: never smaller than can be seen."""
    return 9 + 0.9 * width


def arrow_heads(
    name: str, tips: Sequence[tuple[float, float]], *, angles: list[float], looks: Sequence[tuple[float, str]]
) -> go.Scatter:
    """The heads of arrows at their tips; ``looks`` are width and colour of each arrow's line."""
    return go.Scatter(
        x=[x for x, _ in tips],
        y=[y for _, y in tips],
        mode="markers",
        name=name,
        marker={
            "symbol": "arrow-wide",
            "angle": angles,
            "size": [arrow_head(width) for width, _ in looks],
            "color": [colour for _, colour in looks],
            "opacity": 1,
            "line": {"width": 0},
        },
        hoverinfo="skip",
        showlegend=False,
    )
