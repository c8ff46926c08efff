"""The stream week by week: throughput, and where it waits."""

from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from vsm.counts import counted
from vsm.figures.labels import MOST_STAGES, hover, number, stages_left_out, text_width, wrapped
from vsm.figures.links import SLOT, linked, tickets_link
from vsm.figures.marks import DATE_AXIS, LEGEND_ABOVE, filled, row_axis, scale_bar, value_axis
from vsm.figures.theme import (
    FAINT,
    INK,
    KIND_COLOURS,
    SIDE,
    SOFT,
    WAIT_SCALE,
    framed,
    nothing_to_see,
)
from vsm.findings.durations import percent, short_duration
from vsm.model.weekly import usual_week, waiting_by_week, weekly_flow

_WEEK_FACTS: Final = {
    "delivered": "delivered",
    "discarded": "discarded",
    "arrived": "arrived",
    "removed": "gone",
    "WIP at its end (all tickets)": "wip",
}
_THROUGHPUT_TITLE: Final = "How much arrives, and how much gets done"


def throughput_bars(
    lifecycles: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    weeks: int = 52,
    minimum: int,
    seed: int,
    title: str | None = None,
) -> go.Figure:
    """Throughput: tickets completed, and arrived, in each of the last ``weeks``, and the median week.

    Parameters
    ----------
    as_of
        The instant that counts as now: its week is not over, and is left out of the usual week.
    minimum, seed
        Under so many whole weeks no usual week is shown; of the bootstrap by week.

    Examples
    --------
    >>> day = pd.to_datetime(["2026-01-05"], utc=True)
    >>> lifecycles = pd.DataFrame({"created": day, "finished": day})
    >>> throughput_bars(lifecycles, as_of=day[0], minimum=12, seed=0).layout.meta["alt"]
    'Tickets delivered and arrived in each of 1 week: 1 delivered, 1 arrived. Too few for a typical week.'
    """
    flow = weekly_flow(lifecycles, as_of=as_of)
    if flow.empty:
        return nothing_to_see(
            of="throughput_bars", title=title or _THROUGHPUT_TITLE, hint="No ticket has been created so far."
        )
    shown = flow.tail(weeks).reset_index(drop=True)
    whole = shown[shown["week"] + pd.Timedelta(days=7) <= as_of]
    usual = usual_week(whole["delivered"], minimum=minimum, seed=seed)
    figure = go.Figure(_throughput_traces(shown))
    if usual is not None:
        figure.add_hline(y=usual[0], line={"color": SOFT, "width": 1.5, "dash": "dot"})
    figure.update_layout(
        xaxis=DATE_AXIS, yaxis=value_axis("tickets a week", tickformat=",d"), legend=LEGEND_ABOVE
    )
    return framed(
        figure,
        of="throughput_bars",
        title=title or _THROUGHPUT_TITLE,
        caption=_throughput_caption(shown, whole, usual, as_of),
        alt=_throughput_alt(shown, usual),
        body=260,
        head=34,
        foot=32,
        left=SIDE + 48,
    )


def _throughput_traces(shown: pd.DataFrame) -> list[go.Bar | go.Scatter]:
    """Bars of what was delivered, a line of what arrived; the pointer finds a week's numbers on both."""
    mondays = [f"{week:%Y-%m-%d}" for week in shown["week"]]
    facts = [
        hover(
            f"Week of {row['week']:%Y-%m-%d}",
            [(word, number(row[name])) for word, name in _WEEK_FACTS.items()],
        )
        for row in shown.to_dict("records")
    ]
    delivered = go.Bar(
        x=mondays,
        y=shown["delivered"].tolist(),
        name="delivered",
        marker=filled(KIND_COLOURS["done"], ""),
        hovertext=facts,
        hoverinfo="text",
        **linked(tickets_link("delivered", monday) for monday in mondays),
    )
    arrived = go.Scatter(
        x=mondays,
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
        hovertext=facts,
        hoverinfo="text",
        **linked(tickets_link("arrived", monday) for monday in mondays),
    )
    return [delivered, arrived]


def _throughput_caption(
    shown: pd.DataFrame, whole: pd.DataFrame, usual: tuple[float, float, float] | None, as_of: pd.Timestamp
) -> str:
    line = (
        f"Dotted: the median of n = {number(len(whole))} whole weeks, {usual[0]:g} delivered (95 % interval "
        f"{usual[1]:g} to {usual[2]:g}, bootstrap by week)."
        if usual
        else f"n = {number(len(whole))} whole weeks: too few for a typical week."
    )
    cut = "" if len(whole) == len(shown) else f" The last week only up to {as_of:%Y-%m-%d %H:%M} UTC."
    return f"{line} Bulk edits included. A typical week is no promise of the next.{cut}"


def _throughput_alt(shown: pd.DataFrame, usual: tuple[float, float, float] | None) -> str:
    typical = f"Typical week: {usual[0]:g} delivered." if usual else "Too few for a typical week."
    return (
        f"Tickets delivered and arrived in each of {counted(len(shown), 'week')}: "
        f"{number(shown['delivered'].sum())} delivered, {number(shown['arrived'].sum())} arrived. {typical}"
    )


_HEAT_TITLE: Final = "When and where work waits"
_HEAT_ROW: Final = 34
_QUARTER: Final = 13
"""Weeks of which each cell has a list of its own: more lists make a page too large."""


def wait_heat_map(
    waits: pd.DataFrame,
    *,
    stages: pd.DataFrame,
    as_of: pd.Timestamp,
    weeks: int = 52,
    title: str | None = None,
) -> go.Figure:
    """Waiting by stage, in the order of the stream, and by week; empty cells where nothing waited.

    Examples
    --------
    >>> times = pd.to_datetime(["2026-01-05", "2026-01-12"], utc=True)
    >>> piece = {"stage": "Open", "ticket": "a", "start": times[0], "end": times[1], "bulk": False}
    >>> stages = pd.DataFrame({"stage": ["Open"], "position": [0]})
    >>> wait_heat_map(pd.DataFrame([piece]), stages=stages, as_of=times[1]).layout.meta["alt"]
    'Tickets waiting on average, by stage and week. The most, 1.0, waited in Open, week of 2026-01-05 (n 1).'
    """
    waiting = waiting_by_week(waits, as_of=as_of)
    if waiting.empty:
        return nothing_to_see(
            of="wait_heat_map", title=title or _HEAT_TITLE, hint="No ticket has waited so far."
        )
    last = waiting["week"].max()
    mondays = pd.date_range(end=last, periods=weeks, freq="7D")
    mondays = mondays[mondays >= waiting["week"].min()]
    shown = waiting[waiting["week"] >= mondays[0]]
    order = stages.drop_duplicates("stage").sort_values("position")["stage"].astype("str")
    waited = shown.groupby("stage")["waited"].sum().sort_values(ascending=False, kind="stable")
    drawn = set(waited.index[:MOST_STAGES])
    rest = f"with {percent(waited[MOST_STAGES:].sum() / waited.sum())} of the waiting"
    left_out = stages_left_out(len(waited), chosen="the longest waiting", rest=rest)
    names = [name for name in order if name in drawn]
    cells = {(row["stage"], row["week"]): row for row in shown.to_dict("records")}
    grid = [[cells.get((name, week)) for week in mondays] for name in names]
    labels = [wrapped(name, width=22) for name in names]
    figure = go.Figure(
        go.Heatmap(
            x=[f"{week:%Y-%m-%d}" for week in mondays],
            y=list(range(len(names))),
            z=[[cell["lying"] if cell else None for cell in row] for row in grid],
            hovertext=[[_heat_facts(cell) for cell in row] for row in grid],
            hoverinfo="text",
            customdata=[[[cell and _heat_link(cell, mondays)] for cell in row] for row in grid],
            meta={"links": SLOT},
            xgap=1,
            ygap=2,
            zmin=0,
            colorscale=[list(step) for step in WAIT_SCALE],
            colorbar=scale_bar(
                "tickets waiting, average of the week", y=-34 / (_HEAT_ROW * len(names)), nticks=5
            ),
        )
    )
    line = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "line": {"color": FAINT, "width": 1}}
    figure.update_layout(
        xaxis=DATE_AXIS,
        yaxis=row_axis(labels),
        shapes=[line | {"y0": row - 0.5, "y1": row - 0.5, "layer": "below"} for row in range(1, len(names))],
    )
    return framed(
        figure,
        of="wait_heat_map",
        title=title or _HEAT_TITLE,
        caption=(
            f"Elapsed waiting of open and delivered tickets in each of {counted(len(mondays), 'week')} "
            f"(UTC, from Monday), n = {counted(shown['tickets'].max(), 'ticket')} at most in one cell. "
            f"Empty: nothing waited.{left_out}"
        ),
        alt=_heat_alt(shown) + left_out,
        body=_HEAT_ROW * len(names),
        foot=98,
        left=SIDE + 14 + text_width(labels, size=12),
    )


def _heat_link(cell: dict[Any, Any], mondays: pd.DatetimeIndex) -> str:
    """Lead to what waited in that week, of the latest quarter; before, to all that waited in the stage."""
    late = cell["week"] in mondays[-_QUARTER:]
    names = (cell["stage"], f"{cell['week']:%Y-%m-%d}") if late else (cell["stage"],)
    return tickets_link("waited" if late else "waiting", *names)


def _heat_facts(cell: dict[Any, Any] | None) -> str:
    if cell is None:
        return ""
    return hover(
        cell["stage"],
        [
            ("week of", f"{cell['week']:%Y-%m-%d}"),
            ("waiting", f"{cell['lying']:.1f} tickets on average"),
            ("total wait", short_duration(cell["waited"])),
            ("n", counted(cell["tickets"], "ticket")),
        ],
    )


def _heat_alt(shown: pd.DataFrame) -> str:
    most = shown.sort_values("lying", ascending=False, kind="stable").iloc[0]
    return (
        f"Tickets waiting on average, by stage and week. The most, {most['lying']:.1f}, waited in "
        f"{most['stage']}, week of {most['week']:%Y-%m-%d} (n {number(most['tickets'])})."
    )
