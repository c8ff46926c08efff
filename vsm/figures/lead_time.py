"""Where lead time goes: by stage, and how much of it is work."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from vsm.clock import Clock
from vsm.counts import counted
from vsm.figures.labels import (
    MOST_STAGES,
    escape,
    hover,
    interval_words,
    number,
    small,
    stages_left_out,
    text_width,
    wrapped,
)
from vsm.figures.links import linked, tickets_link
from vsm.figures.marks import LEGEND_ABOVE, filled, row_axis, row_bars, row_numbers, whiskers
from vsm.figures.theme import KIND_COLOURS, KIND_PATTERNS, KIND_WORDS, SIDE, SOFT, framed, nothing_to_see
from vsm.findings.durations import percent, short_duration
from vsm.model.efficiency import commits_in_queues, efficiency_bracket

_SHARE_TITLE: Final = "Where the lead time of delivered tickets goes"
_SHARE_ROW: Final = 46
_SHARE_SECOND_LINE: Final = 16
_SHARE_CAPTION: Final = (
    "n: delivered tickets that were in the stage; median: per ticket, in days of 24 hours. "
    "Whiskers: 95 % interval of the share (weeks as units)"
)
_WAITING: Final = ("queue", "external")


def time_by_stage(shares: pd.DataFrame, *, title: str | None = None) -> go.Figure:
    """Time in status: each stage's share of lead time, working and waiting.

    Parameters
    ----------
    shares
        As ``vsm.model.bottlenecks.stage_shares`` gives them, in stream order; the first stage is drawn on
        top. A row without ``low`` and ``high`` gets no whisker. Of more than ``MOST_STAGES`` rows those with
        the largest shares are drawn.

    Examples
    --------
    >>> day = pd.Timedelta(days=1)
    >>> times = {"total": 30 * day, "median": 2 * day, "p85": 4 * day, "share": 1.0, "low": 1.0, "high": 1.0}
    >>> stage = {"stage": "Build", "kind": "work", "team": "Team A", "tickets": 12, "visits": 14}
    >>> time_by_stage(pd.DataFrame([stage | times])).layout.meta["alt"]
    'Share of lead time by stage. The largest is Build: 100 % (n 12). Waiting stages together take 0 %.'
    """
    if shares.empty:
        return nothing_to_see(
            of="time_by_stage",
            title=title or _SHARE_TITLE,
            hint="No delivered ticket has spent time in a stage so far.",
        )
    largest = shares.nlargest(MOST_STAGES, "share").index
    others = percent(shares["share"].drop(largest).sum())
    left_out = stages_left_out(len(shares), chosen="the largest shares", rest=f"with {others} of lead time")
    rows = shares.loc[shares.index.isin(largest)].reset_index(drop=True)
    kinds = [kind for kind in KIND_COLOURS if kind in set(rows["kind"])]
    figure = go.Figure([*(_share_bars(rows[rows["kind"] == kind], kind) for kind in kinds), whiskers(rows)])
    names = [_name(row) for row in rows.to_dict("records")]
    numbers = [
        escape(f"{percent(share)} · median {short_duration(median)} · n {number(tickets)}")
        for share, median, tickets in zip(rows["share"], rows["median"], rows["tickets"], strict=True)
    ]
    reach = 100 * float(rows[["share", "high"]].max().max())
    figure.update_layout(
        xaxis={
            "range": [0, reach * 1.04 or 1],
            "ticksuffix": " %",
            "nticks": 5,
            "fixedrange": True,
            "title": {"text": "share of the lead time of all delivered tickets"},
        },
        yaxis=row_axis([f"{name}<br>{small(kind)}" for name, kind in names], tickfont={"size": 13}),
        annotations=row_numbers(numbers),
    )
    lacking = "; none where there are too few tickets or weeks." if rows["low"].isna().any() else "."
    row_height = _SHARE_ROW + (_SHARE_SECOND_LINE if any("<br>" in name for name, _ in names) else 0)
    stages, kinds_below = zip(*names, strict=True)
    return framed(
        figure,
        of="time_by_stage",
        title=title or _SHARE_TITLE,
        caption=_SHARE_CAPTION + lacking + left_out,
        alt=_share_alt(shares) + left_out,
        body=row_height * len(rows),
        foot=56,
        left=SIDE + 14 + max(text_width(stages, size=13), text_width(kinds_below, size=11)),
        right=SIDE + 14 + text_width(numbers, size=12),
    )


def _name(row: dict[Any, Any]) -> tuple[str, str]:
    """Say the kind, and whose stage it is, below its name: colour is not the only sign."""
    kind = KIND_WORDS[row["kind"]] if pd.isna(row["team"]) else f"{row['kind']} · {row['team']}"
    return wrapped(row["stage"], width=26), wrapped(kind, width=28, lines=1)


def _share_bars(rows: pd.DataFrame, kind: str) -> go.Bar:
    return row_bars(
        100 * rows["share"],
        rows.index,
        name=KIND_WORDS[kind],
        marker=filled(KIND_COLOURS[kind], KIND_PATTERNS[kind]),
        hovertext=[_share_facts(row) for row in rows.to_dict("records")],
        **linked(tickets_link("stage", stage) for stage in rows["stage"]),
    )


def _share_facts(row: dict[Any, Any]) -> str:
    return hover(
        row["stage"],
        [
            ("kind", KIND_WORDS[row["kind"]]),
            ("team", "" if pd.isna(row["team"]) else row["team"]),
            ("share of lead time", percent(row["share"])),
            ("95 % interval", interval_words(row)),
            ("total time", short_duration(row["total"])),
            ("median per ticket", short_duration(row["median"])),
            ("85th percentile", short_duration(row["p85"])),
            ("n", f"{counted(row['tickets'], 'ticket')}, {counted(row['visits'], 'visit')}"),
        ],
    )


def _share_alt(rows: pd.DataFrame) -> str:
    most = rows.sort_values("share", ascending=False, kind="stable").iloc[0]
    waiting = percent(rows.loc[rows["kind"].isin(_WAITING), "share"].sum())
    return (
        f"Share of lead time by stage. The largest is {most['stage']}: {percent(most['share'])} "
        f"(n {number(most['tickets'])}). Waiting stages together take {waiting}."
    )


_TITLE: Final = "How much of lead time is work"
_TIMES: Final = {"working": "of working time", "elapsed": "of elapsed time"}
_ROW: Final = 62
Bracket = Mapping[str, dict[Any, Any]]
"""The rows ``traces`` (at least) and ``statuses`` (at most) of one sort of time."""


def efficiency_bars(
    visits: pd.DataFrame,
    waits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    events: pd.DataFrame,
    *,
    clock: Clock,
    minimum: int,
    title: str | None = None,
) -> go.Figure:
    """Flow efficiency as a bracket: by statuses at most, by evidence of work at least.

    Parameters
    ----------
    visits, waits, lifecycles, events
        VISITS with working time, WAITS, lifecycles as ``lifecycles_from_visits`` gives them, and EVENTS.
    minimum
        Under so many delivered tickets nothing is drawn.

    Returns
    -------
    Figure
        Two bars from the lower to the upper end, in percent, with 95 % intervals of both ends.
    """
    found = efficiency_bracket(visits, waits, lifecycles, clock=clock, minimum=minimum)
    known = found[found["share"].notna() & (found["tickets"] >= minimum)]
    brackets: dict[str, Bracket] = {}
    for time in _TIMES:
        ends = {row["measure"]: row for row in known[known["time"] == time].to_dict("records")}
        if len(ends) == 2:
            brackets[time] = ends
    if not brackets:
        return nothing_to_see(
            of="efficiency_bars",
            title=title or _TITLE,
            hint="Too few delivered tickets to say how much was work.",
        )
    figure = go.Figure([_bars(brackets), *(_ends(brackets, end) for end in ("traces", "statuses"))])
    tops = [bracket["statuses"] for bracket in brackets.values()]
    numbers = [
        f"{percent(bracket['traces']['share'])} to {percent(bracket['statuses']['share'])}"
        for bracket in brackets.values()
    ]
    reach: float = max(top["high"] if pd.notna(top["high"]) else top["share"] for top in tops)
    figure.update_layout(
        xaxis={
            "range": [0, min(100.0, 112 * reach + 2)],
            "ticksuffix": " %",
            "nticks": 6,
            "fixedrange": True,
            "title": {"text": "work ÷ lead time"},
        },
        yaxis=row_axis([_TIMES[time] for time in brackets]),
        legend=LEGEND_ABOVE,
        annotations=row_numbers(numbers),
    )
    n = tops[0]["tickets"]
    linked, queued = commits_in_queues(visits, lifecycles, events)
    unseen = f" (not work in queues, where {percent(queued / linked)} of commits were made)" if queued else ""
    ranges = ", ".join(f"{words} {_TIMES[time]}" for time, words in zip(brackets, numbers, strict=True))
    return framed(
        figure,
        of="efficiency_bars",
        title=title or _TITLE,
        caption=(
            f"A ratio of sums over n = {number(n)} delivered tickets. At most: all time in work stages "
            f"counts as work, even overnight{unseen}. At least: only the time from the first to the last "
            "recorded activity of a visit; much work leaves no record. The truth lies between. Whiskers: "
            "95 % intervals (weeks as units)."
        ),
        alt=f"Flow efficiency of n = {number(n)} delivered tickets: {ranges}.",
        body=_ROW * len(brackets),
        head=34,
        foot=52,
        left=SIDE + 120,
        right=SIDE + 14 + text_width(numbers, size=12),
    )


def _bars(brackets: Mapping[str, Bracket]) -> go.Bar:
    low, high = ([100 * ends[end]["share"] for ends in brackets.values()] for end in ("traces", "statuses"))
    return go.Bar(
        x=[upper - lower for lower, upper in zip(low, high, strict=True)],
        base=low,
        y=list(range(len(brackets))),
        orientation="h",
        width=0.34,
        marker={**filled(KIND_COLOURS["work"], "/"), "opacity": 0.55},
        showlegend=False,
        hoverinfo="skip",
    )


def _ends(brackets: Mapping[str, Bracket], end: str) -> go.Scatter:
    rows = [ends[end] for ends in brackets.values()]
    lowest = end == "traces"
    return go.Scatter(
        x=[100 * row["share"] for row in rows],
        y=list(range(len(rows))),
        mode="markers",
        name="at least, by recorded activity" if lowest else "at most, by status",
        marker={"size": 11, "symbol": "diamond" if lowest else "square", "color": KIND_COLOURS["work"]},
        error_x={
            "type": "data",
            "symmetric": False,
            "color": SOFT,
            "thickness": 2,
            "width": 5,
            "array": [_reach(row, "high") for row in rows],
            "arrayminus": [_reach(row, "low") for row in rows],
        },
        hovertext=[_facts(row) for row in rows],
        hoverinfo="text",
    )


def _reach(row: Mapping[Any, Any], side: str) -> float:
    return 0.0 if pd.isna(row[side]) else 100 * abs(row[side] - row["share"])


def _facts(row: Mapping[Any, Any]) -> str:
    return hover(
        "by status" if row["measure"] == "statuses" else "by recorded activity",
        [
            ("share", f"{percent(row['share'])} {_TIMES[row['time']]}"),
            ("95 % interval", interval_words(row)),
            ("n", f"{number(row['tickets'])} delivered tickets"),
        ],
    )
