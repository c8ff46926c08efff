"""How much comes, and how much gets done? Week by week, with what a usual week is."""

from typing import Final

import pandas as pd
import plotly.graph_objects as go

from vsm.figures.bar_marks import filled
from vsm.figures.frame import SIDE, framed, nothing_to_see
from vsm.figures.labels import counted_noun, hover, number
from vsm.figures.template import INK, KIND_COLOURS, SOFT
from vsm.model.weekly import usual_week, weekly_flow

_TITLE: Final = "What comes, and what gets done"
_WEEKS: Final = 52


def throughput_bars(
    lives: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    weeks: int = _WEEKS,
    minimum: int,
    seed: int,
    title: str | None = None,
) -> go.Figure:
    """How many tickets arrived and were finished in each week, and what is a usual week?

    Parameters
    ----------
    lives
        As ``lifecycles_from_visits`` gives them.
    as_of
        The instant that counts as now: the week it lies in is not over, and is left out of the usual week.
    weeks
        At most so many of the last weeks are shown.
    minimum, seed
        Under so many whole weeks no usual week is told; of the bootstrap by week.
    title
        Plain text; a neutral one by default.

    Returns
    -------
    Figure
        Bars of finished tickets, a line of those that arrived, a line of the median week. Without tickets a
        kind sentence.

    Examples
    --------
    >>> day = pd.to_datetime(["2026-01-05"], utc=True)
    >>> lives = pd.DataFrame({"created": day, "finished": day})
    >>> throughput_bars(lives, as_of=day[0], minimum=12, seed=0).layout.meta["alt"]
    'Tickets finished and arrived in each of 1 week: 1 finished, 1 arrived. Too few weeks for a usual one.'
    """
    flow = weekly_flow(lives, as_of=as_of)
    if flow.empty:
        return nothing_to_see(title=title or _TITLE, hint="No ticket has been created so far.")
    shown = flow.tail(weeks).reset_index(drop=True)
    whole = shown[shown["week"] + pd.Timedelta(days=7) <= as_of]
    usual = usual_week(whole["finished"], minimum=minimum, seed=seed)
    figure = go.Figure([_bars(shown), _line(shown)])
    if usual is not None:
        figure.add_hline(y=usual[0], line={"color": SOFT, "width": 1.5, "dash": "dot"})
    figure.update_layout(
        xaxis={"type": "date", "fixedrange": True, "showgrid": False},
        yaxis={
            "rangemode": "tozero",
            "tickformat": ",d",
            "nticks": 6,
            "fixedrange": True,
            "title": {"text": "tickets a week"},
        },
        legend={"x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"},
    )
    return framed(
        figure,
        title=title or _TITLE,
        caption=_caption(shown, whole, usual, as_of),
        alt=_alt(shown, usual),
        body=260,
        head=34,
        foot=32,
        left=SIDE + 48,
    )


def _bars(shown: pd.DataFrame) -> go.Bar:
    return go.Bar(
        x=_days(shown),
        y=shown["finished"].tolist(),
        name="finished for good",
        marker=filled(KIND_COLOURS["done"], ""),
        hovertext=_hovers(shown),
        hoverinfo="text",
    )


def _line(shown: pd.DataFrame) -> go.Scatter:
    return go.Scatter(
        x=_days(shown),
        y=shown["arrived"].tolist(),
        name="arrived",
        mode="lines+markers",
        line={"color": KIND_COLOURS["queue"], "width": 2},
        marker={
            "size": 6,
            "symbol": "triangle-up",
            "color": KIND_COLOURS["queue"],
            "line": {"color": INK, "width": 0.5},
        },
        hovertext=_hovers(shown),
        hoverinfo="text",
    )


def _days(shown: pd.DataFrame) -> list[str]:
    return [str(day) for day in shown["week"].dt.strftime("%Y-%m-%d")]


def _hovers(shown: pd.DataFrame) -> list[str]:
    return [
        hover(
            f"Week of {row['week']:%Y-%m-%d}",
            [(name, number(row[name])) for name in ("finished", "arrived", "gone")]
            + [("under way at its end", number(row["wip"]))],
        )
        for row in shown.to_dict("records")
    ]


def _caption(
    shown: pd.DataFrame, whole: pd.DataFrame, usual: tuple[float, float, float] | None, as_of: pd.Timestamp
) -> str:
    told = (
        f"Dotted: the median of n = {number(len(whole))} whole weeks, {usual[0]:g} finished (95 % interval "
        f"{usual[1]:g} to {usual[2]:g}, bootstrap by week)."
        if usual
        else f"n = {number(len(whole))} whole weeks: too few to say what is usual."
    )
    cut = "" if len(whole) == len(shown) else f" The last week only up to {as_of:%Y-%m-%d %H:%M} UTC."
    return f"{told} Finished for good, by bulk edits too. A usual week is no promise of the next.{cut}"


def _alt(shown: pd.DataFrame, usual: tuple[float, float, float] | None) -> str:
    told = f"Usual are {usual[0]:g} a week." if usual else "Too few weeks for a usual one."
    return (
        f"Tickets finished and arrived in each of {counted_noun(len(shown), 'week')}: "
        f"{number(shown['finished'].sum())} finished, {number(shown['arrived'].sum())} arrived. {told}"
    )
