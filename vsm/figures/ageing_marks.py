"""What does the usual pace of a stage look like? Bands and lines at half, 85 and 95 % of those who left."""

from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from vsm.figures.labels import counted_noun, hover, number, short_duration
from vsm.figures.template import SOFT

DAY: Final = pd.Timedelta(days=1)
SAID: Final = {
    "age": "how old 50, 85 and 95 % of tickets were when they last left that stage",
    "cycle": "after which time of being under way 50, 85 and 95 % of tickets last left that stage",
    "stay": "after which time 50, 85 and 95 % of stays in that stage ended",
}
_HALF: Final = 0.44
_LEAST: Final = 1 / 96
_LINES: Final = {"p50": ("50 %", "dot"), "p85": ("85 %", "dash"), "p95": ("95 %", "solid")}
_BANDS: Final = ((None, "p50", 0.08), ("p50", "p85", 0.18), ("p85", "p95", 0.3))


def in_days(duration: Any) -> float:
    """How many days is that on a logarithmic scale? A quarter of an hour at least.

    Examples
    --------
    >>> in_days(pd.Timedelta(days=3)), round(24 * 60 * in_days(pd.Timedelta(0)))
    (3.0, 15)
    """
    return max(float(duration / DAY), _LEAST)


def reach_of(shown: pd.DataFrame, pace: pd.DataFrame, *, measure: str) -> tuple[float, float]:
    """From where to where does the scale go, in days? All dots, and the lines, with some air.

    Examples
    --------
    >>> day = pd.Timedelta(days=1)
    >>> pace = pd.DataFrame({"p50": [8 * day], "p85": [9 * day], "p95": [10 * day]})
    >>> reach_of(pd.DataFrame({"age": [16 * day]}), pace, measure="age")
    (5.0, 28.8)
    """
    known = [*shown[measure], *(mark for name in _LINES for mark in pace[name].dropna())]
    days = [in_days(duration) for duration in known]
    return min(days) / 1.6, max(days) * 1.8


def bands(pace: pd.DataFrame) -> list[go.Scatter]:
    """What is usual in each stage? Filled columns: the darker, the fewer stayed so long.

    Parameters
    ----------
    pace
        Of one measure, as ``usual_pace`` gives it, one row per column of the picture.

    Examples
    --------
    >>> len(bands(pd.DataFrame({"p50": [], "p85": [], "p95": []})))
    3
    """
    drawn = []
    for below, above, strength in _BANDS:
        x: list[float | None] = []
        y: list[float | None] = []
        for place, row in enumerate(pace.to_dict("records")):
            if pd.isna(row[above]) or (below and pd.isna(row[below])):
                continue
            low, high = (in_days(row[below]) if below else _LEAST / 1000), in_days(row[above])
            x += [place - _HALF, place + _HALF, place + _HALF, place - _HALF, place - _HALF, None]
            y += [low, low, high, high, low, None]
        drawn.append(
            go.Scatter(
                x=x, y=y, mode="lines", line={"width": 0}, fill="toself", showlegend=False,
                fillcolor=f"rgba(122,132,142,{strength})", hoverinfo="skip", name=f"band to {above}",
            )
        )  # fmt: skip
    return drawn


def lines(pace: pd.DataFrame, *, measure: str) -> list[go.Scatter]:
    """Where had 50, 85 and 95 % left? One trace of short lines each, told apart by their dashes.

    Parameters
    ----------
    pace
        As for ``bands``.
    measure
        Whose pace it is.

    Examples
    --------
    >>> [line.name for line in lines(pd.DataFrame({"p50": [], "p85": [], "p95": []}), measure="age")]
    ['50 %', '85 %', '95 %']
    """
    drawn = []
    for name, (share, dash) in _LINES.items():
        known = [(place, row) for place, row in enumerate(pace.to_dict("records")) if pd.notna(row[name])]
        points = [(at, in_days(row[name]), _facts(row, measure)) for place, row in known for at in
                  (place - _HALF, place, place + _HALF)]  # fmt: skip
        broken = [
            point for n in range(0, len(points), 3) for point in (*points[n : n + 3], (None, None, None))
        ]
        drawn.append(
            go.Scatter(
                x=[point[0] for point in broken], y=[point[1] for point in broken], mode="lines", name=share,
                line={"color": SOFT, "width": 2, "dash": dash}, hoverinfo="text", showlegend=bool(known),
                hovertext=[point[2] for point in broken],
            )
        )  # fmt: skip
    return drawn


def _facts(row: dict[Any, Any], measure: str) -> str:
    told = [(share, short_duration(row[name])) for name, (share, _) in _LINES.items() if pd.notna(row[name])]
    high = short_duration(row["high"]) if pd.notna(row["high"]) else "unknown"
    return hover(
        row["stage"],
        [
            ("here", SAID[measure].split(" when")[0].split(" 50")[0] + " …"),
            *told,
            (
                "85 %, 95 % interval",
                f"{short_duration(row['low'])} to {high}" if pd.notna(row["low"]) else "",
            ),
            ("n", f"{counted_noun(row['tickets'], 'ticket')} left, {number(row['open'])} there now"),
        ],
    )
