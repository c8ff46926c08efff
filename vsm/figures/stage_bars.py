"""Where does lead time go, stage by stage? Bars with intervals."""

from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from vsm.figures.bar_marks import filled, whiskers
from vsm.figures.frame import SIDE, framed, nothing_to_see
from vsm.figures.labels import (
    counted_noun,
    escape,
    hover,
    number,
    percent,
    short_duration,
    small,
    text_width,
    wrapped,
)
from vsm.figures.template import KIND_COLOURS, KIND_PATTERNS, KIND_WORDS

_TITLE: Final = "Where lead time goes"
_ROW: Final = 46
_SECOND_LINE: Final = 16
_CAPTION: Final = (
    "n: finished tickets that stayed in the stage. median: of one ticket's time there, days of 24 hours. "
    "Whiskers: 95 % interval of the share (bootstrap by ticket)"
)
_WAITING: Final = ("queue", "outside")


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
            title=title or _TITLE, hint="No finished ticket has spent time in a stage so far."
        )
    rows = shares.reset_index(drop=True)
    bars = [_bars(rows[rows["kind"] == kind], kind) for kind in _kinds(rows)]
    figure = go.Figure([*bars, whiskers(rows)])
    names = [_name(row) for row in rows.to_dict("records")]
    numbers = [_text(place, row) for place, row in enumerate(rows.to_dict("records"))]
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
        title=title or _TITLE,
        caption=_CAPTION + lacking,
        alt=_alt(rows),
        body=(_ROW + (_SECOND_LINE if any("<br>" in name for name, _ in names) else 0)) * len(rows),
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


def _bars(rows: pd.DataFrame, kind: str) -> go.Bar:
    share = 100 * rows["share"]
    return go.Bar(
        x=share.tolist(),
        y=rows.index.tolist(),
        orientation="h",
        name=KIND_WORDS[kind],
        showlegend=False,
        marker=filled(KIND_COLOURS[kind], KIND_PATTERNS[kind]),
        hovertext=[_facts(row) for row in rows.to_dict("records")],
        hoverinfo="text",
    )


def _text(place: int, row: dict[Any, Any]) -> dict[str, Any]:
    """Write a row's numbers in a column beside the plot, where no whisker crosses them."""
    return {
        "text": _numbers(row),
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


def _numbers(row: dict[Any, Any]) -> str:
    median = short_duration(row["median"])
    return escape(f"{percent(row['share'])} · median {median} · n {number(row['tickets'])}")


def _facts(row: dict[Any, Any]) -> str:
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
            ("n", f"{counted_noun(row['tickets'], 'ticket')}, {counted_noun(row['visits'], 'visit')}"),
        ],
    )


def _alt(rows: pd.DataFrame) -> str:
    most = rows.sort_values("share", ascending=False, kind="stable").iloc[0]
    waiting = percent(rows.loc[rows["kind"].isin(_WAITING), "share"].sum())
    return (
        f"Share of lead time by stage. Most lies in {most['stage']}: {percent(most['share'])} "
        f"(n {number(most['tickets'])}). Waiting stages take {waiting} together."
    )
