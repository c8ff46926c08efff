"""How long did finished work take? A point a ticket, and lines within which most get done."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vsm.clock import Clock
from vsm.figures.cycle_marks import (
    duration_ticks,
    height,
    quantile_labels,
    quantile_lines,
    ticket_points,
    told,
)
from vsm.figures.frame import SIDE, framed, nothing_to_see
from vsm.figures.labels import counted_noun, number, percent, text_width
from vsm.model.lifecycle import STATES, completed, cycle_time_quantiles, cycle_times

MOST: Final = 2000
_BODY: Final = 380
_LEAST: Final = pd.Timedelta(days=28)
_TITLE: Final = "How long work takes once it has begun"
_AXIS: Final = {
    "elapsed": "cycle time, elapsed (log scale; a day is 24 hours)",
    "working": "cycle time in working hours of the teams (log scale)",
}


def cycle_time_scatter(
    lives: pd.DataFrame,
    *,
    visits: pd.DataFrame,
    tickets: pd.DataFrame,
    clock: Clock,
    time: str = "elapsed",
    minimum: int,
    title: str | None = None,
) -> go.Figure:
    """How long did each finished ticket take from its first work on, and within which time do most get done?

    Parameters
    ----------
    lives
        As ``lifecycles_from_visits`` gives them.
    visits, tickets
        VISITS; and TICKETS, which know keys and addresses.
    clock
        The stream's calendars.
    time
        ``elapsed``, or ``working``: by the calendar of whichever team held the ticket.
    minimum
        Under so many finished tickets no line is drawn.
    title
        Plain text; a neutral one by default.

    Returns
    -------
    Figure
        A point a ticket that was finished for good after work on it began, the last ``MOST`` of them, not
        those that a bulk edit closed; lines of ``cycle_time_quantiles``, which count open tickets too. In
        a report, a click on a point opens its ticket. Without such a ticket a kind sentence.
    """
    times = cycle_times(lives, visits=visits, clock=clock)
    done = times[times["state"] == "finished"]
    if done.empty:
        return nothing_to_see(
            title=title or _TITLE, hint="No ticket has been finished after work on it began."
        )
    found = cycle_time_quantiles(times, time=time, minimum=minimum)
    lines = found[found["cycle"].notna()]
    shown = _with_keys(done.tail(MOST), tickets)
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
    sentences = [
        f"n = {counted_noun(n['finished'], 'ticket')} finished for good{_drawn(shown, n)}.",
        _told_of_lines(found, n, minimum),
        _left_out(len(completed(lives)) - n["finished"], n["bulk"]),
        "In a report, a click on a point opens its ticket." if points.customdata is not None else "",
    ]
    return framed(
        figure,
        title=title or _TITLE,
        caption=" ".join(filter(None, sentences)),
        alt=_alt(done, lines, time=time),
        body=_BODY,
        foot=56,
        left=SIDE + 34 + text_width(ticks.values(), size=12),
        right=SIDE + 14 + _labels_width(labels),
    )


def _with_keys(done: pd.DataFrame, tickets: pd.DataFrame) -> pd.DataFrame:
    about = tickets.set_index(tickets["ticket"].astype("str"))[["key", "type", "url"]].astype("str")
    return done.join(about, on="ticket")


def _span(ended: "pd.Series[Any]") -> tuple[str, str]:
    first, last = ended.min(), ended.max()
    pad = max((last - first) * 0.03, (_LEAST - (last - first)) / 2)
    return f"{first - pad:%Y-%m-%dT%H:%M}", f"{last + pad:%Y-%m-%dT%H:%M}"


def _drawn(shown: pd.DataFrame, n: "pd.Series[Any]") -> str:
    return "" if len(shown) == n["finished"] else f", the last {number(len(shown))} of them drawn"


def _told_of_lines(found: pd.DataFrame, n: "pd.Series[Any]", minimum: int) -> str:
    if n["finished"] < minimum:
        return f"Too few (under {minimum}) to say within which time most get done."
    late = [percent(quantile) for quantile in found.loc[found["cycle"].isna(), "quantile"]]
    longer = f" {' and '.join(late)}: longer than the data tell." if late else ""
    return (
        "Lines: within it so many of all begun tickets get done, and its 95 % interval (Kaplan–Meier; "
        f"not yet done: {number(n['open'])} open, {number(n['gone'])} gone, {number(n['bulk'])} "
        f"bulk-closed).{longer}"
    )


def _left_out(unworked: int, bulk: int) -> str:
    facts = {"finished without work in between": unworked, "closed by a bulk edit": bulk}
    told_of = [f"{number(count)} {fact}" for fact, count in facts.items() if count]
    return f"Left out: {', '.join(told_of)}." if told_of else ""


def _alt(done: pd.DataFrame, lines: pd.DataFrame, *, time: str) -> str:
    ends = dict.fromkeys(told(value, time=time) for value in (done[time].min(), done[time].max()))
    within = [
        f"{percent(row['quantile'])} {'' if place else 'get done '}within {told(row['cycle'], time=time)}"
        for place, row in enumerate(lines.to_dict("records"))
    ]
    more = f"Of all begun tickets, {', '.join(within)}." if within else "Too few to say more."
    times = (
        f"Cycle time, {time}, of {counted_noun(len(done), 'finished ticket')}: {' to '.join(ends)}. {more}"
    )
    return times.replace("within <1 min", "in under 1 min").replace("<1 min", "under 1 min")


def _labels_width(labels: Sequence[Mapping[str, Any]]) -> int:
    return text_width([re.sub("</?span[^>]*>", "", label["text"]) for label in labels], size=12)
