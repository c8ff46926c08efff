"""The cycle time scatterplot: each delivered ticket by the day of its finish."""

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vsm.clock import Clock
from vsm.counts import counted
from vsm.figures.causes import in_hours
from vsm.figures.labels import escape, hover, number, small, text_width
from vsm.figures.links import linked
from vsm.figures.theme import KIND_COLOURS, SIDE, SOFT, framed, nothing_to_see
from vsm.findings.durations import percent, short_duration
from vsm.model.lifecycle import STATES, completed, cycle_time_quantiles, cycle_times

MOST: Final = 2000
_BODY: Final = 380
_LEAST: Final = pd.Timedelta(days=28)
_TITLE: Final = "How long work takes once it has started"
_AXIS: Final = {
    "elapsed": "cycle time, elapsed (log scale; a day is 24 hours)",
    "working": "cycle time in working hours of the teams (log scale)",
}


def cycle_time_scatter(
    lifecycles: pd.DataFrame,
    *,
    visits: pd.DataFrame,
    tickets: pd.DataFrame,
    clock: Clock,
    time: str = "elapsed",
    minimum: int,
    title: str | None = None,
) -> go.Figure:
    """Cycle time scatterplot: each delivered ticket by its finish, in elapsed or working time.

    Parameters
    ----------
    lifecycles, visits, tickets
        As ``lifecycles_from_visits`` gives them; VISITS; and TICKETS, which know keys and addresses.
    time
        ``elapsed``, or ``working``: by the calendar of whichever team held the ticket.
    minimum
        Under so many delivered tickets no line is drawn.

    Returns
    -------
    Figure
        A point a ticket that was delivered after work on it began, the last ``MOST`` of them, not
        those that a bulk edit closed; lines of ``cycle_time_quantiles``, which count open tickets too. In
        a report, a click on a point opens its ticket.
    """
    times = cycle_times(lifecycles, visits=visits, clock=clock)
    done = times[times["state"] == "delivered"]
    if done.empty:
        return nothing_to_see(
            of="cycle_time_scatter",
            title=title or _TITLE,
            hint="No ticket has been delivered after work on it began.",
        )
    found = cycle_time_quantiles(times, time=time, minimum=minimum)
    lines = found[found["cycle"].notna()]
    about = tickets.set_index(tickets["ticket"].astype("str"))[["key", "type", "url"]].astype("str")
    shown = done.tail(MOST).join(about, on="ticket")
    points = ticket_points(shown, time=time)
    ticks = duration_ticks([*points.y, *map(height, lines["cycle"])], time=time)
    reach = (np.log10(min(ticks)) - 0.06, np.log10(max(ticks)) + 0.06)
    span = _span(shown["ended"])
    labels = quantile_labels(lines, reach=reach, body=_BODY, time=time)
    figure = go.Figure([*quantile_lines(lines, span=span), points])
    figure.update_layout(
        showlegend=False,
        hovermode="closest",
        xaxis={
            "type": "date",
            "range": list(span),
            "nticks": 8,
            "title": {"text": "finished for good (UTC)"},
        },
        yaxis={
            "type": "log",
            "range": list(reach),
            "tickvals": list(ticks),
            "ticktext": list(ticks.values()),
            "title": {"text": _AXIS[time]},
        },
        annotations=labels,
    )
    n = times["state"].value_counts().reindex(STATES, fill_value=0)
    last = "" if len(shown) == n["delivered"] else f", the last {number(len(shown))} of them drawn"
    sentences = [
        f"n = {counted(n['delivered'], 'ticket')} delivered{last}.",
        _lines_explained(found, n, minimum),
        _left_out(len(completed(lifecycles)) - n["delivered"], n["discarded"], n["bulk"]),
        "In a report, a click on a point opens its ticket." if points.customdata is not None else "",
    ]
    return framed(
        figure,
        of="cycle_time_scatter",
        title=title or _TITLE,
        caption=" ".join(filter(None, sentences)),
        alt=_alt(done, lines, time=time),
        body=_BODY,
        foot=56,
        left=SIDE + 34 + text_width(ticks.values(), size=12),
        right=SIDE
        + 14
        + text_width([re.sub("</?span[^>]*>", "", label["text"]) for label in labels], size=12),
    )


def _span(ended: "pd.Series[Any]") -> tuple[str, str]:
    first, last = ended.min(), ended.max()
    pad = max((last - first) * 0.03, (_LEAST - (last - first)) / 2)
    return f"{first - pad:%Y-%m-%dT%H:%M}", f"{last + pad:%Y-%m-%dT%H:%M}"


def _lines_explained(found: pd.DataFrame, n: "pd.Series[Any]", minimum: int) -> str:
    if n["delivered"] < minimum:
        return f"Too few (under {minimum}) for percentiles."
    late = [percent(quantile) for quantile in found.loc[found["cycle"].isna(), "quantile"]]
    longer = f" {' and '.join(late)}: not reached." if late else ""
    return (
        "Lines: percentiles of all started tickets, with 95 % intervals (Kaplan–Meier; "
        f"not yet done: {number(n['open'])} open, {number(n['gone'])} removed, {number(n['bulk'])} "
        f"bulk-closed).{longer}"
    )


def _left_out(unworked: int, discarded: int, bulk: int) -> str:
    facts = {
        "delivered without work in between": unworked,
        "discarded": discarded,
        "closed by a bulk edit": bulk,
    }
    counts = [f"{number(count)} {fact}" for fact, count in facts.items() if count]
    return f"Left out: {', '.join(counts)}." if counts else ""


def _alt(done: pd.DataFrame, lines: pd.DataFrame, *, time: str) -> str:
    ends = dict.fromkeys(time_words(value, time=time) for value in (done[time].min(), done[time].max()))
    within = [
        f"{percent(row['quantile'])} within {time_words(row['cycle'], time=time)}"
        for row in lines.to_dict("records")
    ]
    if within:
        within[0] = within[0].replace("within", "are done within")
    more = f"Of all started tickets, {', '.join(within)}." if within else "Too few for percentiles."
    times = f"Cycle time, {time}, of {counted(len(done), 'delivered ticket')}: {' to '.join(ends)}. {more}"
    return times.replace("within <1 min", "in under 1 min").replace("<1 min", "under 1 min")


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
_RIM: Final = {"color": "#56b4e9", "width": 1}  # visible on a dark page too
_DASHES: Final = {0.5: "solid", 0.85: "dash", 0.95: "dot"}


def ticket_points(rows: pd.DataFrame, *, time: str) -> go.Scatter:
    """Each delivered ticket at its finish and its cycle time; under a minute, at one.

    Parameters
    ----------
    rows
        Of ``cycle_times``, with ``key, type, url`` of the tickets.
    """
    return go.Scatter(
        x=[f"{ended:%Y-%m-%dT%H:%M}" for ended in rows["ended"]],
        y=[round(height(value)) for value in rows[time]],
        mode="markers",
        name="delivered tickets",
        marker={"color": KIND_COLOURS["work"], "size": 8, "opacity": 0.75, "line": _RIM},
        hovertext=[_facts(row, time) for row in rows.to_dict("records")],
        hoverinfo="text",
        **linked(rows["url"]),
    )


def _facts(row: dict[Any, Any], time: str) -> str:
    return hover(
        row["ticket"] if pd.isna(row["key"]) else row["key"],
        [
            (f"cycle time, {time}", time_words(row[time], time=time)),
            ("first work", f"{row['started']:%Y-%m-%d %H:%M}"),
            ("finished for good", f"{row['ended']:%Y-%m-%d %H:%M}"),
            ("type", "" if pd.isna(row["type"]) else row["type"]),
        ],
    )


def quantile_lines(lines: pd.DataFrame, *, span: tuple[str, str]) -> list[go.Scatter]:
    """A line across the plot for each time within which so many tickets get done."""
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
    """The number and interval beside each line; labels of close lines make room for each other.

    Parameters
    ----------
    lines
        Rows of ``cycle_time_quantiles`` that are known, rising.
    reach
        The axis' ends, as powers of ten.
    body
        Height of the plot in pixels.
    """
    low, high = reach
    wanted = [body * (np.log10(height(value)) - low) / (high - low) for value in lines["cycle"]]
    beside = {"name": "line", "x": 1, "xref": "paper", "xshift": 8, "y": 0, "yref": "paper"}
    look = {"xanchor": "left", "yanchor": "middle", "align": "left", "showarrow": False, "font": {"size": 12}}
    return [
        {"text": _label(row, time), "yshift": round(position), **beside, **look}
        for row, position in zip(lines.to_dict("records"), _apart(wanted, most=body), strict=True)
    ]


def _label(row: dict[Any, Any], time: str) -> str:
    value, low, high = (escape(time_words(row[name], time=time)) for name in ("cycle", "low", "high"))
    known = pd.notna(row["low"]) or pd.notna(row["high"])
    interval = f"{low} to {high}" if known else "interval unknown"
    return f"{percent(row['quantile'])} within {value}<br>{small(interval)}"


def _apart(places: Sequence[float], *, most: float) -> list[float]:
    """Push rising places up until they lie a label apart, then down where they left the plot."""
    risen: list[float] = []
    for position in places:
        risen.append(max(position, risen[-1] + _LABEL) if risen else position)
    fallen: list[float] = []
    for position in reversed(risen):
        fallen.append(min(position, fallen[-1] - _LABEL if fallen else most))
    return fallen[::-1]


def duration_ticks(seconds: Sequence[float], *, time: str) -> dict[float, str]:
    """The text of each tick of an axis of durations; the outermost enclose all values.

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
    """The height of a duration on an axis of powers, in seconds; no time at all stands at a minute."""
    return max(float(duration.total_seconds()), _MINUTE)


def time_words(duration: pd.Timedelta, *, time: str) -> str:
    """A cycle time in words: elapsed in days of 24 hours, working time in hours.

    Examples
    --------
    >>> time_words(pd.Timedelta(hours=40), time="elapsed"), time_words(pd.Timedelta(hours=40), time="working")
    ('1 d 16 h', '40 h')
    >>> time_words(pd.Timedelta(minutes=2), time="working"), time_words(pd.NaT, time="elapsed")
    ('2 min', 'unknown')
    """
    if pd.isna(duration):
        return "unknown"
    if time == "working" and duration >= pd.Timedelta(hours=1):
        return in_hours(duration)
    return short_duration(duration)
