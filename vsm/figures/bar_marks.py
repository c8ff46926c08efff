"""What are bars of shares made of? A fill told apart without colour, and the whisker of an interval."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from vsm.figures.template import PAPER, SOFT


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
