"""Why does work wait? A ladder of causes: one bar a group, stacked by cause, in working time."""

from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from vsm.figures.bar_marks import filled
from vsm.figures.frame import SIDE, framed, nothing_to_see
from vsm.figures.labels import counted_noun, escape, hover, number, percent, text_width, wrapped
from vsm.model.causes import cause_shares, with_passing
from vsm.tables import DURATION

CAUSE_COLOURS: Final = {
    "blocked": "#d55e00",
    "outside": "#cc79a7",
    "unowned": "#e69f00",
    "batched": "#56b4e9",
    "busy": "#0072b2",
    "jumped": "#009e73",
    "idle": "#9aa3ab",
}
CAUSE_PATTERNS: Final = {
    "blocked": "x", "outside": ".", "unowned": "/", "batched": "-", "busy": "", "jumped": "\\", "idle": "|",
}  # fmt: skip
HOUR: Final = pd.Timedelta(hours=1)
_ROW: Final = 42
_MOST: Final = 12
_NAMES: Final = {"passing": "handoff", "team": "team", "stage": "stage"}


def causes_ladder(
    waits: pd.DataFrame,
    handoffs: pd.DataFrame,
    lives: pd.DataFrame,
    *,
    by: str = "passing",
    minimum: int,
    most: int = _MOST,
    title: str | None = None,
) -> go.Figure:
    """Why did work wait: at each handoff, for each team, or in each stage?

    Parameters
    ----------
    waits, handoffs, lives
        WAITS with causes, HANDOFFS, and lives as ``lifecycles_from_visits`` gives them.
    by
        ``passing`` (from team to team), ``team`` (of the visit in which it waited) or ``stage``.
    minimum
        Groups of fewer finished tickets are left out, and counted in the caption.
    most
        How many groups are shown; twelve by default.
    title
        Plain text; a neutral one by default.

    Returns
    -------
    Figure
        One bar a group, the longest on top: working hours by cause; beside it the share of
        its elapsed waiting that was off hours. A kind sentence where nothing waited.
    """
    heading = title or f"Why work waits, by {_NAMES[by]}"
    rows = with_passing(waits, handoffs, lives) if by == "passing" else waits
    table = cause_shares(rows, lives, by=[by], minimum=minimum, seed=0)
    known = table.groupby(by, sort=False)["tickets"].max() if len(table) else pd.Series(dtype="int64")
    shown = list(known[known >= minimum].index[:most])
    if not shown:
        return nothing_to_see(title=heading, hint=f"No {_NAMES[by]} has made enough finished tickets wait.")
    table = table[table[by].isin(shown)]
    ends = [_end(table[table[by] == group]) for group in shown]
    names = [wrapped(group, width=24) for group in shown]
    figure = go.Figure([_bars(table[table["cause"] == cause], cause, by) for cause in CAUSE_COLOURS])
    figure.update_layout(
        barmode="stack",
        legend={"x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom", "traceorder": "normal"},
        xaxis={
            "ticksuffix": " h",
            "tickformat": ",d",
            "nticks": 5,
            "fixedrange": True,
            "rangemode": "tozero",
            "title": {"text": "working time that finished tickets waited"},
        },
        yaxis={
            "range": [len(shown) - 0.5, -0.5],
            "tickvals": list(range(len(shown))),
            "ticktext": names,
            "showgrid": False,
            "fixedrange": True,
            "ticklabelstandoff": 6,
        },
        annotations=[_beside(place, text) for place, text in enumerate(ends)],
    )
    return framed(
        figure,
        title=heading,
        caption=_caption(len(known) - len(shown)),
        alt=_alt(table, by, shown),
        body=_ROW * len(shown),
        head=58,
        foot=56,
        left=SIDE + 14 + text_width(names, size=12),
        right=SIDE + 14 + text_width(ends, size=12),
    )


def _bars(rows: pd.DataFrame, cause: str, by: str) -> go.Bar:
    hours = [time / HOUR for time in rows["working"]]
    return go.Bar(
        x=hours,
        y=list(range(len(rows))),
        orientation="h",
        name=cause,
        showlegend=bool(sum(hours)),
        marker=filled(CAUSE_COLOURS[cause], CAUSE_PATTERNS[cause]),
        hovertext=[_facts(row, by) for row in rows.to_dict("records")],
        hoverinfo="text",
    )


def _facts(row: dict[Any, Any], by: str) -> str:
    known = pd.notna(row["share_working"])
    return hover(
        row[by],
        [
            ("cause", row["cause"]),
            ("working time", in_hours(row["working"])),
            ("share of the working time waited", percent(row["share_working"]) if known else ""),
            ("n", counted_noun(row["tickets"], "ticket")),
        ],
    )


def in_hours(duration: pd.Timedelta) -> str:
    """How much working time is that? In hours, since a working day has as many as its calendar gives it.

    Examples
    --------
    >>> in_hours(pd.Timedelta(hours=1500)), in_hours(pd.Timedelta(minutes=90)), in_hours(pd.Timedelta(0))
    ('1,500 h', '1.5 h', '0 h')
    """
    hours = duration / HOUR
    return f"{hours:,.1f} h" if 0 < hours < 9.95 else f"{hours:,.0f} h"


def _sum(durations: "pd.Series[Any]") -> pd.Timedelta:
    """Sum durations in microseconds: many tickets together wait longer than nanoseconds can count."""
    return pd.Timedelta(durations.astype(DURATION).sum())


def _end(rows: pd.DataFrame) -> str:
    working = _sum(rows["working"])
    off = percent(1 - working / _sum(rows["elapsed"]))
    return escape(f"{in_hours(working)} · {off} off hours · n {number(rows['tickets'].max())}")


def _beside(place: int, text: str) -> dict[str, Any]:
    return {
        "text": text, "name": "numbers", "x": 1, "xref": "paper", "xshift": 10, "y": place, "xanchor": "left",
        "showarrow": False, "font": {"size": 12}, "align": "left",
    }  # fmt: skip


def _caption(left_out: int) -> str:
    rest = (
        f" {counted_noun(left_out, 'group')} more not shown: too few tickets, or shorter." if left_out else ""
    )
    return (
        "Every hour once, by the first cause that holds. Nights, weekends and holidays are not in the bars: "
        "how much of the elapsed waiting they are stands beside them. n: finished tickets that waited there."
        + rest
    )


def _alt(table: pd.DataFrame, by: str, shown: list[str]) -> str:
    first = table[table[by] == shown[0]]
    (main,) = first.nlargest(1, "working").to_dict("records")
    return (
        f"Working time that finished tickets waited, by {_NAMES[by]} and cause. Most lies at {shown[0]}: "
        f"{in_hours(_sum(first['working']))}, of it {percent(main['share_working'])} {main['cause']} "
        f"(n {number(first['tickets'].max())})."
    )
