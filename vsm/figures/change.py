"""Did it help? Two curves of what is still going on, before and after a change."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vsm.config.experiments import Experiment
from vsm.figures.frame import SIDE, framed, nothing_to_see
from vsm.figures.labels import counted_noun, escape, hover, number, percent, short_duration
from vsm.figures.template import INK, KIND_COLOURS, SOFT
from vsm.model.change import (
    LEAD,
    TOO_FEW,
    Comparison,
    Side,
    chosen_change,
    compared,
    spells_of,
    still_going,
)

_DAY: Final = 86_400.0
_TITLE: Final = "Before and after"
UNNAMED: Final = (
    "No change is named: write one into experiments.toml, or set the parameter changed to its day."
)
_STEPS: Final = 240
"""So many steps of a curve are drawn at most; the rest lie too close to be seen."""


def before_and_after(
    stays: pd.DataFrame,
    lives: pd.DataFrame,
    *,
    changed: str,
    as_of: pd.Timestamp,
    stage: str = "",
    experiments: Sequence[Experiment] = (),
    minimum: int,
    title: str | None = None,
) -> go.Figure:
    """How long did it take before a change, and after it? The share still going on, by time.

    Parameters
    ----------
    stays, lives
        As ``stage_visits_from_visits`` and ``lifecycles_from_visits`` give them.
    changed
        Day of the change, ``YYYY-MM-DD`` (UTC); empty: none is named.
    as_of
        The instant that counts as now.
    stage
        Time in this stage; empty: lead time.
    experiments
        The latest of them is looked at where no day is named.
    minimum
        Under so many seen to end on either side no difference is claimed.
    title
        Plain text; by default what ``vsm.model.change.compared`` finds.

    Returns
    -------
    Figure
        A Kaplan–Meier curve for each side, its median marked; a kind sentence where no day is named, or
        nothing began on a side.

    Raises
    ------
    ParameterError
        The day is none, or no ticket was in the stage.
    """
    day, stage = chosen_change(changed, stage, experiments=experiments)
    of = stage or LEAD
    if day is None:
        return nothing_to_see(title=title or _TITLE, hint=UNNAMED)
    spells = spells_of(stays, lives, stage=stage)
    found = compared(spells, changed=day, as_of=as_of, minimum=minimum, seed=0)
    heading = title or f"Before and after, {of}: {found.verdict}"
    if not (len(found.before.ended) and len(found.after.ended)):
        return nothing_to_see(title=heading, hint="Nothing began on one side of the change.")
    sides = {"before": (found.before, SOFT, "dash"), "after": (found.after, KIND_COLOURS["work"], "solid")}
    figure = go.Figure([_curve(side, name, colour, dash) for name, (side, colour, dash) in sides.items()])
    for median, (_, colour, _) in zip(found.medians, sides.values(), strict=True):
        if np.isfinite(median):
            figure.add_trace(_median(median, colour))
    figure.update_layout(
        xaxis={
            "rangemode": "tozero",
            "fixedrange": True,
            "ticksuffix": " d",
            "nticks": 7,
            "title": {"text": f"{escape(of)}, elapsed days"},
        },
        yaxis={
            "range": [0, 102],
            "ticksuffix": " %",
            "nticks": 6,
            "fixedrange": True,
            "title": {"text": "still going on"},
        },
        legend={"x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"},
    )
    return framed(
        figure,
        title=heading,
        caption=_caption(found),
        alt=_alt(found, of),
        body=300,
        head=34,
        foot=52,
        left=SIDE + 52,
    )


def _curve(side: Side, name: str, colour: str, dash: str) -> go.Scatter:
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
        name=f"{name}: {counted_noun(len(side.ended), 'time')}, {number(side.open)} of them open",
        line={"shape": "hv", "color": colour, "width": 2.5, "dash": dash},
        hovertext=[
            hover(
                name,
                [
                    ("after", short_duration(time * _DAY)),
                    ("still going on", percent(rest / 100)),
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


def _caption(found: Comparison) -> str:
    if found.verdict == TOO_FEW:
        return (
            f"n = {number(found.before.finished)} and {number(found.after.finished)} seen to end: too few to "
            "say. "
            "What began before the change is followed up to it."
        )
    return (
        f"n = {number(found.before.finished)} seen to end before, {number(found.after.finished)} after; open "
        f"ones count as not yet ended (Kaplan–Meier). Medians differ by {_days(found.difference)} (95 % "
        "interval "
        f"{_days(found.low)} to {_days(found.high)}, bootstrap by ticket); log-rank test: p {_p(found.p)}. "
        "What "
        "began before the change is followed up to it."
    )


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _days(seconds: float) -> str:
    if np.isnan(seconds):
        return "unknown"
    sign = "−" if seconds < 0 else "+"
    return f"{sign}{short_duration(abs(seconds))}"


def _alt(found: Comparison, of: str) -> str:
    medians = " and ".join(
        short_duration(median) if np.isfinite(median) else "unknown" for median in found.medians
    )
    return (
        f"Share still going on by time, before and after the change, {of}: {found.verdict} (n "
        f"{number(found.before.finished)} and {number(found.after.finished)}). Medians "
        f"{medians.replace('<', 'under ')}."
    )
