"""Is it steady, week by week? The XmR chart of weekly medians."""

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from vsm.config.experiments import Experiment
from vsm.figures.frame import SIDE, framed, nothing_to_see
from vsm.figures.labels import counted_noun, hover, number, short_duration
from vsm.figures.template import BACK, KIND_COLOURS, SOFT
from vsm.model.change import LEAD, chosen_change, spells_of
from vsm.model.weekly import WEEK, weekly_medians
from vsm.stats.xmr import xmr_limits, xmr_signals

_DAY: Final = 86_400.0


def xmr_chart(
    stays: pd.DataFrame,
    lives: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    changed: str = "",
    stage: str = "",
    experiments: Sequence[Experiment] = (),
    title: str | None = None,
) -> go.Figure:
    """Is it steady, week by week? Medians of what ended, with the limits of an XmR chart.

    Parameters
    ----------
    stays, lives
        As ``stage_visits_from_visits`` and ``lifecycles_from_visits`` give them.
    as_of
        The instant that counts as now.
    changed
        Day of a change, ``YYYY-MM-DD`` (UTC): limits come from the weeks before it. Empty: from all weeks.
    stage
        Time in this stage; empty: lead time.
    experiments
        The latest of them is looked at where no day is named.
    title
        Plain text; a neutral one by default.

    Returns
    -------
    Figure
        A point a week, signals apart in shape and colour, the mean and the limits where enough weeks tell
        them. Without a week in which enough ended a kind sentence.

    Raises
    ------
    ParameterError
        The day is none, or no ticket was in the stage.

    Examples
    --------
    >>> none = pd.to_datetime([], utc=True)
    >>> lives = pd.DataFrame({"ticket": [], "created": none, "finished": none, "gone": none, "bulk": []})
    >>> xmr_chart(pd.DataFrame(), lives, as_of=pd.Timestamp("2026-01-05", tz="UTC")).layout.meta["alt"]
    'Nothing to see yet. In no week enough has ended.'
    """
    day, stage = chosen_change(changed, stage, experiments=experiments)
    of = stage or LEAD
    heading = title or f"Week by week, {of}"
    weeks = weekly_medians(spells_of(stays, lives, stage=stage), as_of=as_of)
    known = weeks[weeks["value"].notna()].reset_index(drop=True)
    if known.empty:
        return nothing_to_see(title=heading, hint="In no week enough has ended.")
    early = pd.Series(data=True, index=known.index) if day is None else known["week"] + WEEK <= day
    limits = xmr_limits(known["value"], baseline=early)
    signal = xmr_signals(known["value"], limits=limits)
    figure = go.Figure([_points(known, signal, told=told) for told in (False, True)])
    for name, value in limits.items():
        figure.add_hline(
            y=value, line={"color": SOFT, "width": 1.5, "dash": "solid" if name == "mean" else "dot"}
        )
    if day is not None:
        figure.add_vline(x=f"{day:%Y-%m-%d}", line={"color": BACK, "width": 2, "dash": "dash"})
    figure.update_layout(
        xaxis={"type": "date", "fixedrange": True, "showgrid": False},
        yaxis={
            "rangemode": "tozero",
            "ticksuffix": " d",
            "nticks": 6,
            "fixedrange": True,
            "title": {"text": "median of the week, days"},
        },
        legend={"x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"},
    )
    return framed(
        figure,
        title=heading,
        caption=_weeks_caption(known, limits, int(early.sum()), day),
        alt=_weeks_alt(known, signal, limits, of),
        body=260,
        head=34,
        foot=32,
        left=SIDE + 52,
    )


def _points(known: pd.DataFrame, signal: "pd.Series[bool]", *, told: bool) -> go.Scatter:
    rows = known[signal == told]
    return go.Scatter(
        x=[f"{week:%Y-%m-%d}" for week in rows["week"]],
        y=rows["value"].tolist(),
        mode="markers",
        name="a signal: not as it was" if told else "as usual",
        showlegend=len(rows) > 0,
        marker={
            "size": 9 if told else 7,
            "symbol": "diamond" if told else "circle",
            "color": BACK if told else KIND_COLOURS["work"],
        },
        hovertext=[
            hover(
                f"Week of {row['week']:%Y-%m-%d}",
                [("median", short_duration(row["value"] * _DAY)), ("n", f"{number(row['n'])} ended")],
            )
            for row in rows.to_dict("records")
        ],
        hoverinfo="text",
    )


def _weeks_caption(
    known: pd.DataFrame, limits: dict[str, float], baseline: int, day: pd.Timestamp | None
) -> str:
    n = f"n = {number(known['n'].sum())} in {counted_noun(len(known), 'week')} in which at least three ended."
    if not limits:
        return f"{n} Too few weeks {'before the change ' if day is not None else ''}for limits."
    where = "before the change" if day is not None else "shown"
    return (
        f"{n} Line: mean of {counted_noun(baseline, 'week')} {where}; dotted: 2.66 mean moving ranges from "
        "it. "
        "A signal lies beyond, or is one of eight in a row on one side. What is open is not in it: see the "
        "curves."
    )


def _weeks_alt(known: pd.DataFrame, signal: "pd.Series[bool]", limits: dict[str, Any], of: str) -> str:
    told = f"{int(signal.sum())} of them are signals" if limits else "too few for limits"
    return (
        f"Median by week, {of}: {counted_noun(len(known), 'week')}, n = {number(known['n'].sum())}; {told}."
    )
