"""Time by stage: its share of lead time, and its waiting week by week."""

from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from vsm.figures.labels import escape, hover, number, pluralize, small, text_width, wrapped
from vsm.figures.theme import (
    FAINT,
    KIND_COLOURS,
    KIND_PATTERNS,
    KIND_WORDS,
    SIDE,
    WAIT_SCALE,
    filled,
    framed,
    nothing_to_see,
    whiskers,
)
from vsm.findings.durations import percent, short_duration
from vsm.model.weekly import waiting_by_week

_SHARE_TITLE: Final = "Where lead time goes"
_SHARE_ROW: Final = 46
_SHARE_SECOND_LINE: Final = 16
_SHARE_CAPTION: Final = (
    "n: finished tickets that stayed in the stage. median: of one ticket's time there, days of 24 hours. "
    "Whiskers: 95 % interval of the share (bootstrap by ticket)"
)
_WAITING: Final = ("queue", "external")


def time_by_stage(shares: pd.DataFrame, *, title: str | None = None) -> go.Figure:
    """Which share of lead time do tickets spend in each stage?

    Parameters
    ----------
    shares
        As ``vsm.model.bottlenecks.stage_shares`` gives them, in stream order; the first stage is drawn on
        top. A row without ``low`` and ``high`` gets no whisker.
    title
        Plain text; a neutral one by default.

    Returns
    -------
    Figure
        One trace of bars a kind of stage, shares in percent; without rows a kind sentence.

    Examples
    --------
    >>> day = pd.Timedelta(days=1)
    >>> times = {"total": 30 * day, "median": 2 * day, "p85": 4 * day, "share": 1.0, "low": 1.0, "high": 1.0}
    >>> stage = {"stage": "Build", "kind": "work", "team": "Team A", "tickets": 12, "visits": 14}
    >>> shares = pd.DataFrame([stage | times])
    >>> time_by_stage(shares).layout.meta["alt"]
    'Share of lead time by stage. Most lies in Build: 100 % (n 12). Waiting stages take 0 % together.'
    """
    if shares.empty:
        return nothing_to_see(
            title=title or _SHARE_TITLE, hint="No finished ticket has spent time in a stage so far."
        )
    rows = shares.reset_index(drop=True)
    bars = [_share_bars(rows[rows["kind"] == kind], kind) for kind in _kinds(rows)]
    figure = go.Figure([*bars, whiskers(rows)])
    names = [_name(row) for row in rows.to_dict("records")]
    numbers = [_share_text(place, row) for place, row in enumerate(rows.to_dict("records"))]
    reach = 100 * float(rows[["share", "high"]].max().max())
    figure.update_layout(
        xaxis={
            "range": [0, reach * 1.04 or 1],
            "ticksuffix": " %",
            "nticks": 5,
            "fixedrange": True,
            "title": {"text": "share of the lead time of all finished tickets"},
        },
        yaxis={
            "range": [len(rows) - 0.5, -0.5],
            "tickvals": list(rows.index),
            "ticktext": [f"{name}<br>{small(kind)}" for name, kind in names],
            "showgrid": False,
            "fixedrange": True,
            "tickfont": {"size": 13},
            "ticklabelstandoff": 6,
        },
        annotations=numbers,
    )
    lacking = "; none where too few tickets say so." if rows["low"].isna().any() else "."
    return framed(
        figure,
        title=title or _SHARE_TITLE,
        caption=_SHARE_CAPTION + lacking,
        alt=_share_alt(rows),
        body=(_SHARE_ROW + (_SHARE_SECOND_LINE if any("<br>" in name for name, _ in names) else 0))
        * len(rows),
        foot=56,
        left=SIDE + 14 + _names_width(names),
        right=SIDE + 14 + text_width([text["text"] for text in numbers], size=12),
    )


def _kinds(rows: pd.DataFrame) -> list[str]:
    return [kind for kind in KIND_COLOURS if kind in set(rows["kind"])]


def _name(row: dict[Any, Any]) -> tuple[str, str]:
    """Say the kind, and whose stage it is, below its name: colour is not the only sign."""
    kind = KIND_WORDS[row["kind"]] if pd.isna(row["team"]) else f"{row['kind']} · {row['team']}"
    return wrapped(row["stage"], width=26), wrapped(kind, width=28, lines=1)


def _names_width(names: list[tuple[str, str]]) -> int:
    stages, kinds = zip(*names, strict=True)
    return max(text_width(stages, size=13), text_width(kinds, size=11))


def _share_bars(rows: pd.DataFrame, kind: str) -> go.Bar:
    share = 100 * rows["share"]
    return go.Bar(
        x=share.tolist(),
        y=rows.index.tolist(),
        orientation="h",
        name=KIND_WORDS[kind],
        showlegend=False,
        marker=filled(KIND_COLOURS[kind], KIND_PATTERNS[kind]),
        hovertext=[_share_facts(row) for row in rows.to_dict("records")],
        hoverinfo="text",
    )


def _share_text(place: int, row: dict[Any, Any]) -> dict[str, Any]:
    """Write a row's numbers in a column beside the plot, where no whisker crosses them."""
    return {
        "text": _share_numbers(row),
        "name": "numbers",
        "x": 1,
        "xref": "paper",
        "xshift": 10,
        "y": place,
        "xanchor": "left",
        "showarrow": False,
        "font": {"size": 12},
        "align": "left",
    }


def _share_numbers(row: dict[Any, Any]) -> str:
    median = short_duration(row["median"])
    return escape(f"{percent(row['share'])} · median {median} · n {number(row['tickets'])}")


def _share_facts(row: dict[Any, Any]) -> str:
    few = pd.isna(row["low"])
    interval = "too few to say" if few else f"{percent(row['low'])} to {percent(row['high'])}"
    return hover(
        row["stage"],
        [
            ("kind", KIND_WORDS[row["kind"]]),
            ("team", "" if pd.isna(row["team"]) else row["team"]),
            ("share of lead time", percent(row["share"])),
            ("95 % interval", interval),
            ("time in all", short_duration(row["total"])),
            ("median of a ticket", short_duration(row["median"])),
            ("85 % of tickets within", short_duration(row["p85"])),
            ("n", f"{pluralize(row['tickets'], 'ticket')}, {pluralize(row['visits'], 'visit')}"),
        ],
    )


def _share_alt(rows: pd.DataFrame) -> str:
    most = rows.sort_values("share", ascending=False, kind="stable").iloc[0]
    waiting = percent(rows.loc[rows["kind"].isin(_WAITING), "share"].sum())
    return (
        f"Share of lead time by stage. Most lies in {most['stage']}: {percent(most['share'])} "
        f"(n {number(most['tickets'])}). Waiting stages take {waiting} together."
    )


_HEAT_TITLE: Final = "When and where work waits"
_HEAT_WEEKS: Final = 52
_HEAT_ROW: Final = 34


def wait_heat_map(
    waits: pd.DataFrame,
    *,
    stages: pd.DataFrame,
    as_of: pd.Timestamp,
    weeks: int = _HEAT_WEEKS,
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
        return nothing_to_see(title=title or _HEAT_TITLE, hint="No ticket has waited so far.")
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
            hovertext=[[_heat_facts(cell) for cell in row] for row in grid],
            hoverinfo="text",
            xgap=1,
            ygap=2,
            zmin=0,
            colorscale=[list(step) for step in WAIT_SCALE],
            colorbar=_heat_bar(len(names)),
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
        shapes=[_heat_line(place) for place in range(1, len(names))],
    )
    return framed(
        figure,
        title=title or _HEAT_TITLE,
        caption=_heat_caption(shown, mondays),
        alt=_heat_alt(shown),
        body=_HEAT_ROW * len(names),
        foot=98,
        left=SIDE + 14 + text_width(labels, size=12),
    )


def _heat_facts(cell: dict[Any, Any] | None) -> str:
    if cell is None:
        return ""
    return hover(
        cell["stage"],
        [
            ("week of", f"{cell['week']:%Y-%m-%d}"),
            ("waiting at a time", f"{cell['lying']:.1f} tickets on average"),
            ("in all", short_duration(cell["waited"])),
            ("n", pluralize(cell["tickets"], "ticket")),
        ],
    )


def _heat_bar(rows: int) -> dict[str, Any]:
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
        "y": -34 / (_HEAT_ROW * rows),
        "yanchor": "top",
        "ypad": 0,
        "nticks": 5,
        "tickfont": {"size": 11},
        "outlinewidth": 0,
    }


def _heat_line(place: int) -> dict[str, Any]:
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


def _heat_caption(shown: pd.DataFrame, mondays: pd.DatetimeIndex) -> str:
    return (
        f"Elapsed waiting of open and finished tickets in the {pluralize(len(mondays), 'week')} in which "
        f"it lay (UTC, from Monday), n = {number(shown['tickets'].max())} tickets at most in one cell. "
        "Empty: nothing waited. Without stays that a bulk edit began or ended."
    )


def _heat_alt(shown: pd.DataFrame) -> str:
    most = shown.sort_values("lying", ascending=False, kind="stable").iloc[0]
    return (
        f"Tickets waiting at a time, by stage and week. The most, {most['lying']:.1f}, waited in "
        f"{most['stage']}, week of {most['week']:%Y-%m-%d} (n {number(most['tickets'])})."
    )
