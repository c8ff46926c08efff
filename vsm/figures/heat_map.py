"""When did work wait, and where? Stages by weeks; the darker, the more tickets lay there."""

from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from vsm.figures.frame import SIDE, framed, nothing_to_see
from vsm.figures.labels import counted_noun, hover, number, text_width, wrapped
from vsm.figures.template import FAINT, WAIT_SCALE
from vsm.findings.durations import short_duration
from vsm.model.weekly import waiting_by_week

_TITLE: Final = "When and where work waits"
_WEEKS: Final = 52
_ROW: Final = 34


def wait_heat_map(
    waits: pd.DataFrame,
    *,
    stages: pd.DataFrame,
    as_of: pd.Timestamp,
    weeks: int = _WEEKS,
    title: str | None = None,
) -> go.Figure:
    """How many tickets waited in each stage at a time, week by week?

    Parameters
    ----------
    waits
        WAITS.
    stages
        As ``stages_from_names`` gives them.
    as_of
        The instant that counts as now.
    weeks
        At most so many of the last weeks are shown.
    title
        Plain text; a neutral one by default.

    Returns
    -------
    Figure
        A cell for each stage, in the order of the stream, and week; empty where nothing waited. Without
        waiting a kind sentence.

    Examples
    --------
    >>> times = pd.to_datetime(["2026-01-05", "2026-01-12"], utc=True)
    >>> piece = {"stage": "Open", "ticket": "a", "start": times[0], "end": times[1], "bulk": False}
    >>> stages = pd.DataFrame({"stage": ["Open"], "place": [0]})
    >>> wait_heat_map(pd.DataFrame([piece]), stages=stages, as_of=times[1]).layout.meta["alt"]
    'Tickets waiting at a time, by stage and week. The most, 1.0, waited in Open, week of 2026-01-05 (n 1).'
    """
    waiting = waiting_by_week(waits, as_of=as_of)
    if waiting.empty:
        return nothing_to_see(title=title or _TITLE, hint="No ticket has waited so far.")
    last = waiting["week"].max()
    mondays = pd.date_range(end=last, periods=weeks, freq="7D")
    mondays = mondays[mondays >= waiting["week"].min()]
    shown = waiting[waiting["week"] >= mondays[0]]
    order = stages.drop_duplicates("stage").sort_values("place")["stage"].astype("str")
    names = [name for name in order if name in set(shown["stage"])]
    cells = {(row["stage"], row["week"]): row for row in shown.to_dict("records")}
    grid = [[cells.get((name, week)) for week in mondays] for name in names]
    labels = [wrapped(name, width=22) for name in names]
    figure = go.Figure(
        go.Heatmap(
            x=[f"{week:%Y-%m-%d}" for week in mondays],
            y=list(range(len(names))),
            z=[[cell["lying"] if cell else None for cell in row] for row in grid],
            hovertext=[[_facts(cell) for cell in row] for row in grid],
            hoverinfo="text",
            xgap=1,
            ygap=2,
            zmin=0,
            colorscale=[list(step) for step in WAIT_SCALE],
            colorbar=_bar(len(names)),
        )
    )
    figure.update_layout(
        xaxis={"type": "date", "fixedrange": True, "showgrid": False},
        yaxis={
            "range": [len(names) - 0.5, -0.5],
            "tickvals": list(range(len(names))),
            "ticktext": labels,
            "showgrid": False,
            "fixedrange": True,
            "ticklabelstandoff": 6,
        },
        shapes=[_line(place) for place in range(1, len(names))],
    )
    return framed(
        figure,
        title=title or _TITLE,
        caption=_caption(shown, mondays),
        alt=_alt(shown),
        body=_ROW * len(names),
        foot=98,
        left=SIDE + 14 + text_width(labels, size=12),
    )


def _facts(cell: dict[Any, Any] | None) -> str:
    if cell is None:
        return ""
    return hover(
        cell["stage"],
        [
            ("week of", f"{cell['week']:%Y-%m-%d}"),
            ("waiting at a time", f"{cell['lying']:.1f} tickets on average"),
            ("in all", short_duration(cell["waited"])),
            ("n", counted_noun(cell["tickets"], "ticket")),
        ],
    )


def _bar(rows: int) -> dict[str, Any]:
    return {
        "title": {
            "text": "tickets waiting at a time, average of the week",
            "side": "top",
            "font": {"size": 12},
        },
        "orientation": "h",
        "thickness": 8,
        "len": 250,
        "lenmode": "pixels",
        "x": 0,
        "xanchor": "left",
        "xpad": 0,
        "y": -34 / (_ROW * rows),
        "yanchor": "top",
        "ypad": 0,
        "nticks": 5,
        "tickfont": {"size": 11},
        "outlinewidth": 0,
    }


def _line(place: int) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": place - 0.5,
        "y1": place - 0.5,
        "line": {"color": FAINT, "width": 1},
        "layer": "below",
    }


def _caption(shown: pd.DataFrame, mondays: pd.DatetimeIndex) -> str:
    return (
        f"Elapsed waiting of open and finished tickets in the {counted_noun(len(mondays), 'week')} in which "
        f"it lay (UTC, from Monday), n = {number(shown['tickets'].max())} tickets at most in one cell. "
        "Empty: nothing waited. Without stays that a bulk edit began or ended."
    )


def _alt(shown: pd.DataFrame) -> str:
    most = shown.sort_values("lying", ascending=False, kind="stable").iloc[0]
    return (
        f"Tickets waiting at a time, by stage and week. The most, {most['lying']:.1f}, waited in "
        f"{most['stage']}, week of {most['week']:%Y-%m-%d} (n {number(most['tickets'])})."
    )
