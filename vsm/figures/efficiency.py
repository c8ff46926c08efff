"""Flow efficiency as a bracket: by statuses at most, by evidence of work at least."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from vsm.clock import Clock
from vsm.figures.labels import hover, number
from vsm.figures.theme import KIND_COLOURS, SIDE, SOFT, filled, framed, nothing_to_see
from vsm.findings.durations import percent
from vsm.model.efficiency import efficiency_bracket

_TITLE: Final = "How much of lead time is work"
_TIMES: Final = {"working": "of working time", "elapsed": "of elapsed time"}
_ROW: Final = 62


def efficiency_bars(
    visits: pd.DataFrame,
    lives: pd.DataFrame,
    *,
    clock: Clock,
    minimum: int,
    seed: int,
    title: str | None = None,
) -> go.Figure:
    """Between which ends does flow efficiency lie?

    Parameters
    ----------
    visits, lives
        VISITS with working time, and lives as ``lifecycles_from_visits`` gives them.
    clock
        The stream's calendars.
    minimum
        Under so many finished tickets nothing is drawn.
    title
        Plain text; a neutral one by default.

    Returns
    -------
    Figure
        Two bars from the lower to the upper end, in percent, with 95 % intervals of both ends; of too few
        tickets, or of no time, a kind sentence.
    """
    found = efficiency_bracket(visits, lives, clock=clock, minimum=minimum, seed=seed)
    known = found[found["share"].notna() & (found["tickets"] >= minimum)]
    ends = {
        time: {row["measure"]: row for row in known[known["time"] == time].to_dict("records")}
        for time in _TIMES
    }
    whole = {time: pair for time, pair in ends.items() if len(pair) == 2}
    if not whole:
        return nothing_to_see(
            title=title or _TITLE, hint="Too few finished tickets to say how much was work."
        )
    figure = go.Figure([_bars(whole), *(_ends(whole, measure) for measure in ("traces", "statuses"))])
    reach = max(
        pair["statuses"]["high"] if pd.notna(pair["statuses"]["high"]) else pair["statuses"]["share"]
        for pair in whole.values()
    )
    figure.update_layout(
        xaxis={
            "range": [0, min(100.0, 112 * reach + 2)],
            "ticksuffix": " %",
            "nticks": 6,
            "fixedrange": True,
            "title": {"text": "work ÷ lead time"},
        },
        yaxis={
            "range": [len(whole) - 0.5, -0.5],
            "tickvals": list(range(len(whole))),
            "ticktext": [_TIMES[time] for time in whole],
            "showgrid": False,
            "fixedrange": True,
            "ticklabelstandoff": 6,
        },
        legend={"x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"},
    )
    n = next(iter(whole.values()))["statuses"]["tickets"]
    return framed(
        figure,
        title=title or _TITLE,
        caption=(
            f"A ratio of sums over n = {number(n)} finished tickets. At most: what lies in a work stage "
            "counts as worked on, even overnight. At least: only what lies between the first and the last "
            "trace of work in a visit; much work leaves none. The truth lies between. Whiskers: 95 % "
            "intervals (bootstrap by ticket)."
        ),
        alt=_alt(whole, n),
        body=_ROW * len(whole),
        head=34,
        foot=52,
        left=SIDE + 120,
    )


def _bars(whole: Mapping[str, Mapping[str, dict[Any, Any]]]) -> go.Bar:
    low, high = ([100 * pair[end]["share"] for pair in whole.values()] for end in ("traces", "statuses"))
    return go.Bar(
        x=[upper - lower for lower, upper in zip(low, high, strict=True)],
        base=low,
        y=list(range(len(whole))),
        orientation="h",
        width=0.34,
        marker={**filled(KIND_COLOURS["work"], "/"), "opacity": 0.55},
        showlegend=False,
        hoverinfo="skip",
    )


def _ends(whole: Mapping[str, Mapping[str, dict[Any, Any]]], measure: str) -> go.Scatter:
    rows = [pair[measure] for pair in whole.values()]
    share = [100 * row["share"] for row in rows]
    lowest = measure == "traces"
    return go.Scatter(
        x=share,
        y=list(range(len(rows))),
        mode="markers+text",
        text=[percent(row["share"]) for row in rows],
        textposition="bottom left" if lowest else "bottom right",
        name="at least, by traces of work" if lowest else "at most, by statuses",
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
    few = pd.isna(row["low"])
    return hover(
        "by statuses" if row["measure"] == "statuses" else "by traces of work",
        [
            ("share", f"{percent(row['share'])} {_TIMES[row['time']]}"),
            (
                "95 % interval",
                "too few to say" if few else f"{percent(row['low'])} to {percent(row['high'])}",
            ),
            ("n", f"{number(row['tickets'])} finished tickets"),
        ],
    )


def _alt(whole: Mapping[str, Mapping[str, dict[Any, Any]]], n: int) -> str:
    told = ", ".join(
        f"{percent(pair['traces']['share'])} to {percent(pair['statuses']['share'])} {_TIMES[time]}"
        for time, pair in whole.items()
    )
    return f"Flow efficiency of n = {number(n)} finished tickets: {told}."
