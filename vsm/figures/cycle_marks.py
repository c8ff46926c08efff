"""What is a scatter of cycle times made of? Points, lines with their labels, ticks of durations."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vsm.figures.causes import in_hours
from vsm.figures.labels import escape, hover, percent, short_duration, small
from vsm.figures.links import linked
from vsm.figures.template import KIND_COLOURS, SOFT

_LABEL: Final = 34
_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
_DAY: Final = 86400.0
_SHORT: Final = [_MINUTE, 10 * _MINUTE, _HOUR]
_TICKS: Final = {
    "elapsed": [*_SHORT, 6 * _HOUR]
    + [days * _DAY for days in (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 100_000)],
    "working": _SHORT
    + [hours * _HOUR for hours in (3, 10, 30, 100, 300, 1000, 3000, 10_000, 100_000, 1_000_000)],
}
_RIM: Final = {"color": "#56b4e9", "width": 1}  # told from a dark page too
_DASHES: Final = {0.5: "solid", 0.85: "dash", 0.95: "dot"}


def ticket_points(rows: pd.DataFrame, *, time: str) -> go.Scatter:
    """Where does each finished ticket stand? At its finish and its cycle time; under a minute, at one.

    Parameters
    ----------
    rows
        Of ``cycle_times``, with ``key, type, url`` of the tickets.
    time
        ``elapsed`` or ``working``.

    Examples
    --------
    >>> end, day = pd.Timestamp("2026-01-05T09:00", tz="UTC"), pd.Timedelta(days=1)
    >>> row = {"ticket": "jira:1", "key": "AB-1", "type": "Bug", "url": None}
    >>> row |= {"started": end - day, "ended": end, "elapsed": day}
    >>> ticket_points(pd.DataFrame([row]), time="elapsed").y
    (86400,)
    """
    return go.Scatter(
        x=[f"{ended:%Y-%m-%dT%H:%M}" for ended in rows["ended"]],
        y=[round(height(value)) for value in rows[time]],
        mode="markers",
        name="finished tickets",
        marker={"color": KIND_COLOURS["work"], "size": 8, "opacity": 0.75, "line": _RIM},
        hovertext=[_facts(row, time) for row in rows.to_dict("records")],
        hoverinfo="text",
        **linked(rows["url"]),
    )


def _facts(row: dict[Any, Any], time: str) -> str:
    return hover(
        row["ticket"] if pd.isna(row["key"]) else row["key"],
        [
            (f"cycle time, {time}", told(row[time], time=time)),
            ("first work", f"{row['started']:%Y-%m-%d %H:%M}"),
            ("finished for good", f"{row['ended']:%Y-%m-%d %H:%M}"),
            ("type", "" if pd.isna(row["type"]) else row["type"]),
        ],
    )


def quantile_lines(lines: pd.DataFrame, *, span: tuple[str, str]) -> list[go.Scatter]:
    """Which lines tell within which time so many tickets get done? One across the plot each.

    Examples
    --------
    >>> lines = pd.DataFrame({"quantile": [0.85], "cycle": [pd.Timedelta(days=1)]})
    >>> [(line.name, line.y) for line in quantile_lines(lines, span=("2026-01-05", "2026-02-05"))]
    [('85 %', (86400.0, 86400.0))]
    """
    return [
        go.Scatter(
            x=list(span),
            y=[height(row["cycle"])] * 2,
            mode="lines",
            name=percent(row["quantile"]),
            line={"color": SOFT, "width": 2, "dash": _DASHES.get(row["quantile"], "dash")},
            hoverinfo="skip",
        )
        for row in lines.to_dict("records")
    ]


def quantile_labels(
    lines: pd.DataFrame, *, reach: tuple[float, float], body: int, time: str
) -> list[dict[str, Any]]:
    """What stands beside each line? Its number and interval; labels of close lines make room for each other.

    Parameters
    ----------
    lines
        Rows of ``cycle_time_quantiles`` that are known, rising.
    reach
        The axis' ends, as powers of ten.
    body
        Height of the plot in pixels.
    time
        ``elapsed`` or ``working``.

    Examples
    --------
    >>> day = pd.Timedelta(days=1)
    >>> lines = pd.DataFrame({"quantile": [0.5], "cycle": [day], "low": [day / 2], "high": [2 * day]})
    >>> quantile_labels(lines, reach=(4, 6), body=100, time="elapsed")[0]["yshift"]
    47
    """
    low, high = reach
    wanted = [body * (np.log10(height(value)) - low) / (high - low) for value in lines["cycle"]]
    beside = {"name": "line", "x": 1, "xref": "paper", "xshift": 8, "y": 0, "yref": "paper"}
    look = {"xanchor": "left", "yanchor": "middle", "align": "left", "showarrow": False, "font": {"size": 12}}
    return [
        {"text": _label(row, time), "yshift": round(place), **beside, **look}
        for row, place in zip(lines.to_dict("records"), _apart(wanted, most=body), strict=True)
    ]


def _label(row: dict[Any, Any], time: str) -> str:
    value, low, high = (escape(told(row[name], time=time)) for name in ("cycle", "low", "high"))
    known = pd.notna(row["low"]) or pd.notna(row["high"])
    interval = f"{low} to {high}" if known else "interval unknown"
    return f"{percent(row['quantile'])} within {value}<br>{small(interval)}"


def _apart(places: Sequence[float], *, most: float) -> list[float]:
    """Push rising places up until they lie a label apart, then down where they left the plot."""
    risen: list[float] = []
    for place in places:
        risen.append(max(place, risen[-1] + _LABEL) if risen else place)
    fallen: list[float] = []
    for place in reversed(risen):
        fallen.append(min(place, fallen[-1] - _LABEL if fallen else most))
    return fallen[::-1]


def duration_ticks(seconds: Sequence[float], *, time: str) -> dict[float, str]:
    """Which ticks does an axis of durations bear? The text of each; the outermost enclose all values.

    Examples
    --------
    >>> duration_ticks([90_000.0, 400_000.0], time="elapsed")
    {86400.0: '1 d', 259200.0: '3 d', 864000.0: '10 d'}
    >>> duration_ticks([90_000.0], time="working")
    {36000.0: '10 h', 108000.0: '30 h'}
    """
    known = _TICKS[time]
    first = max(int(np.searchsorted(known, min(seconds), side="right")) - 1, 0)
    last = max(int(np.searchsorted(known, max(seconds), side="left")), first + 1)
    return {float(tick): _tick(tick, time) for tick in known[first : last + 1]}


def _tick(tick: float, time: str) -> str:
    if tick < _HOUR:
        return "≤1 min" if tick == _MINUTE else f"{tick / _MINUTE:.0f} min"
    if time == "working" or tick < _DAY:
        return f"{tick / _HOUR:,.0f} h"
    return f"{tick / _DAY:,.0f} d"


def height(duration: pd.Timedelta) -> float:
    """How high does a duration stand on an axis of powers? In seconds; no time at all stands at a minute.

    Examples
    --------
    >>> height(pd.Timedelta(hours=1)), height(pd.Timedelta(0))
    (3600.0, 60.0)
    """
    return max(float(duration.total_seconds()), _MINUTE)


def told(duration: pd.Timedelta, *, time: str) -> str:
    """How is a cycle time said? Elapsed in days of 24 hours, working time in hours.

    Examples
    --------
    >>> told(pd.Timedelta(hours=40), time="elapsed"), told(pd.Timedelta(hours=40), time="working")
    ('1 d 16 h', '40 h')
    >>> told(pd.Timedelta(minutes=2), time="working"), told(pd.NaT, time="elapsed")
    ('2 min', 'unknown')
    """
    if pd.isna(duration):
        return "unknown"
    if time == "working" and duration >= pd.Timedelta(hours=1):
        return in_hours(duration)
    return short_duration(duration)
