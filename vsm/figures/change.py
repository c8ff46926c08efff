"""Before and after a change: survival curves, and a process behaviour chart."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vsm.config import Experiment
from vsm.counts import counted
from vsm.figures.change_words import how_much, remarks, where_it_went
from vsm.figures.labels import escape, hover, number
from vsm.figures.links import linked, tickets_link
from vsm.figures.marks import DATE_AXIS, LEGEND_ABOVE, value_axis
from vsm.figures.theme import BACK, INK, KIND_COLOURS, SIDE, SOFT, framed, nothing_to_see
from vsm.findings.durations import percent, short_duration
from vsm.model.change import (
    LEAD,
    SHORTER,
    TOO_FEW,
    Comparison,
    chosen_change,
    compared,
    spells_of,
    still_going,
)
from vsm.model.moved_waits import most_grown, waits_before_and_after
from vsm.model.weekly import WEEK, weekly_medians
from vsm.stats.week_test import Spells
from vsm.stats.xmr import xmr_limits, xmr_signals

_DAY: Final = 86_400.0
_TITLE: Final = "Before and after"
UNNAMED: Final = (
    "No change is named: write one into experiments.toml, or set the parameter changed to its day."
)
_STEPS: Final = 240
"""So many steps of a curve are drawn at most; the rest lie too close to be seen."""


def before_and_after(
    stage_visits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    changed: str = "",
    stage: str = "",
    experiments: Sequence[Experiment] = (),
    minimum: int,
    title: str | None = None,
) -> go.Figure:
    """Before and after a change: the share not yet finished by time (Kaplan–Meier), with both medians.

    Parameters
    ----------
    stage_visits, lifecycles
        As ``stage_visits_from_visits`` and ``lifecycles_from_visits`` give them.
    changed
        Day of the change, ``YYYY-MM-DD`` (UTC); empty: that of the latest experiment, if there is one.
    stage
        Time in this stage; empty: lead time.
    minimum
        Under so many seen to end on either side no difference is claimed.
    title
        Plain text; by default what ``vsm.model.change.compared`` finds.

    Raises
    ------
    ParameterError
        The day is none, or no ticket was in the stage.
    """
    day, stage = chosen_change(changed, stage, experiments=experiments)
    of = stage or LEAD
    if day is None:
        return nothing_to_see(of="before_and_after", title=title or _TITLE, hint=UNNAMED)
    found = compared(
        spells_of(stage_visits, lifecycles, stage=stage), changed=day, as_of=as_of, minimum=minimum
    )
    heading = title or f"Before and after, {of}: {found.verdict}"
    if not (len(found.before.ended) and len(found.after.ended)):
        return nothing_to_see(
            of="before_and_after", title=heading, hint="Nothing began on one side of the change."
        )
    grown = None
    if found.verdict == SHORTER:
        waits = waits_before_and_after(stage_visits, lifecycles, changed=day, as_of=as_of, minimum=minimum)
        grown = most_grown(waits, stage=stage)
    sides = {"before": (found.before, SOFT, "dash"), "after": (found.after, KIND_COLOURS["work"], "solid")}
    figure = go.Figure([_curve(side, name, colour, dash) for name, (side, colour, dash) in sides.items()])
    for median, (_, colour, _) in zip(found.medians, sides.values(), strict=True):
        if np.isfinite(median):
            figure.add_trace(_median(median, colour))
    figure.update_layout(
        xaxis=value_axis(f"{escape(of)}, elapsed days", ticksuffix=" d", nticks=7),
        yaxis=value_axis("not yet finished", range=[0, 102], ticksuffix=" %"),
        legend=LEGEND_ABOVE,
    )
    return framed(
        figure,
        of="before_and_after",
        title=heading,
        caption=_caption(found, grown),
        alt=_alt(found, of),
        body=300,
        head=34,
        foot=52,
        left=SIDE + 52,
    )


def _curve(side: Spells, name: str, colour: str, dash: str) -> go.Scatter:
    seconds, share = still_going(side)
    news = np.flatnonzero(
        np.append(True, (share[1:] != share[:-1]) | (np.arange(1, len(share)) == len(share) - 1))
    )
    kept = news[np.unique(np.linspace(0, len(news) - 1, min(len(news), _STEPS)).round().astype(int))]
    days, left = seconds[kept] / _DAY, 100 * share[kept]
    return go.Scatter(
        x=days.tolist(),
        y=left.tolist(),
        mode="lines",
        name=f"{name}: {counted(len(side.ended), 'time')}, {number(side.open)} still open",
        line={"shape": "hv", "color": colour, "width": 2.5, "dash": dash},
        hovertext=[
            hover(
                name,
                [
                    ("after", short_duration(time * _DAY)),
                    ("not yet finished", percent(rest / 100)),
                    ("n", number(len(side.ended))),
                ],
            )
            for time, rest in zip(days, left, strict=True)
        ],
        hoverinfo="text",
    )


def _median(seconds: float, colour: str) -> go.Scatter:
    return go.Scatter(
        x=[seconds / _DAY],
        y=[50.0],
        mode="markers+text",
        marker={"size": 10, "symbol": "diamond", "color": colour, "line": {"color": INK, "width": 0.5}},
        text=[f"median {escape(short_duration(seconds))}"],
        textposition="top right",
        showlegend=False,
        hoverinfo="skip",
    )


def _caption(found: Comparison, grown: "pd.Series[Any] | None") -> str:
    ends = "What began before the change is followed only up to it."
    if found.verdict == TOO_FEW:
        return (
            f"n = {number(found.before.finished)} and {number(found.after.finished)} completed: too few to "
            f"say. {ends}"
        )
    # Slides show the first sentence alone.
    moved = f"; {where_it_went(grown)}" if found.verdict == SHORTER else "."
    said = [
        f"n = {number(found.before.finished)} completed before, {number(found.after.finished)} after{moved}",
        "Open ones count as not yet finished (Kaplan–Meier).",
        how_much(found),
        *remarks(found),
        ends,
    ]
    return " ".join(filter(None, said))


def _alt(found: Comparison, of: str) -> str:
    medians = " and ".join(
        short_duration(median) if np.isfinite(median) else "unknown" for median in found.medians
    )
    return (
        f"Share not yet finished by time, before and after the change, {of}: {found.verdict} (n "
        f"{number(found.before.finished)} and {number(found.after.finished)}). Medians "
        f"{medians.replace('<', 'under ')}."
    )


def xmr_chart(
    stage_visits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    changed: str = "",
    stage: str = "",
    experiments: Sequence[Experiment] = (),
    title: str | None = None,
) -> go.Figure:
    """Process behaviour chart (XmR) of weekly medians of what ended; signals apart in shape and colour.

    Parameters
    ----------
    stage_visits, lifecycles
        As ``stage_visits_from_visits`` and ``lifecycles_from_visits`` give them.
    changed
        Day of a change, ``YYYY-MM-DD`` (UTC): limits come from the weeks before it. Empty: that of the latest
        experiment; without one limits come from all weeks.
    stage
        Time in this stage; empty: lead time.

    Raises
    ------
    ParameterError
        The day is none, or no ticket was in the stage.
    """
    day, stage = chosen_change(changed, stage, experiments=experiments)
    of = stage or LEAD
    heading = title or f"Week by week, {of}"
    weeks = weekly_medians(spells_of(stage_visits, lifecycles, stage=stage), as_of=as_of)
    known = weeks[weeks["value"].notna()].reset_index(drop=True)
    if known.empty:
        return nothing_to_see(of="xmr_chart", title=heading, hint="No week has enough completed work.")
    early = pd.Series(data=True, index=known.index) if day is None else known["week"] + WEEK <= day
    limits = xmr_limits(known["value"], baseline=early)
    signal = xmr_signals(known["value"], limits=limits)
    figure = go.Figure([_points(known[signal == is_signal], is_signal, stage) for is_signal in (False, True)])
    for name, value in limits.items():
        figure.add_hline(
            y=value, line={"color": SOFT, "width": 1.5, "dash": "solid" if name == "mean" else "dot"}
        )
    if day is not None:
        figure.add_vline(x=f"{day:%Y-%m-%d}", line={"color": BACK, "width": 2, "dash": "dash"})
    figure.update_layout(
        xaxis=DATE_AXIS,
        yaxis=value_axis("weekly median, days", ticksuffix=" d"),
        legend=LEGEND_ABOVE,
    )
    return framed(
        figure,
        of="xmr_chart",
        title=heading,
        caption=_weeks_caption(known, limits, int(early.sum()), day),
        alt=(
            f"Median by week, {of}: {counted(len(known), 'week')}, n = {number(known['n'].sum())}; "
            + (f"{int(signal.sum())} of them are signals." if limits else "too few for limits.")
        ),
        body=260,
        head=34,
        foot=32,
        left=SIDE + 52,
    )


def _points(rows: pd.DataFrame, signals: bool, stage: str) -> go.Scatter:  # noqa: FBT001 - one of two traces
    group = ("left", stage) if stage else ("delivered",)
    return go.Scatter(
        x=[f"{week:%Y-%m-%d}" for week in rows["week"]],
        y=rows["value"].tolist(),
        mode="markers",
        name="signal" if signals else "routine variation",
        showlegend=len(rows) > 0,
        marker={
            "size": 9 if signals else 7,
            "symbol": "diamond" if signals else "circle",
            "color": BACK if signals else KIND_COLOURS["work"],
        },
        hovertext=[
            hover(
                f"Week of {row['week']:%Y-%m-%d}",
                [("median", short_duration(row["value"] * _DAY)), ("n", f"{number(row['n'])} completed")],
            )
            for row in rows.to_dict("records")
        ],
        hoverinfo="text",
        **linked(tickets_link(*group, f"{week:%Y-%m-%d}") for week in rows["week"]),
    )


def _weeks_caption(
    known: pd.DataFrame, limits: dict[str, float], baseline: int, day: pd.Timestamp | None
) -> str:
    n = f"n = {number(known['n'].sum())} in {counted(len(known), 'week')} with at least three completed."
    if not limits:
        return f"{n} Too few weeks {'before the change ' if day is not None else ''}for limits."
    where = "before the change" if day is not None else "shown"
    return (
        f"{n} Line: mean of {counted(baseline, 'week')} {where}; dotted: natural process limits (2.66 mean "
        "moving ranges from the mean). A signal lies outside them, or is one of eight in a row on one side "
        "of the mean. Open work is not included: see the survival curves."
    )
