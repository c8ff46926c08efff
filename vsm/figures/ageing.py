"""Work item ageing: open tickets against the usual pace of their stage."""

import math
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from vsm.config import ServiceLevel, Workflow
from vsm.counts import counted
from vsm.errors import ParameterError
from vsm.figures.labels import TOO_FEW, hover, number, small, stages_left_out, text_width, wrapped
from vsm.figures.links import linked, tickets_link, web_address
from vsm.figures.theme import BACK, KIND_COLOURS, PAPER, SIDE, SOFT, framed, nothing_to_see
from vsm.findings.durations import short_duration
from vsm.model.ageing import LATE, open_ages, usual_pace
from vsm.model.change import LEAD

_TITLES: Final = {
    "age": "How old open work is, by stage",
    "cycle": "How long open work has been in progress, by stage",
    "stay": "How long open work has been in its stage",
}
_AXES: Final = {
    "age": "age: elapsed since creation", "cycle": "elapsed since the first work",
    "stay": "elapsed since it entered the stage",
}  # fmt: skip
_OF: Final = {"age": "ageing_work", "cycle": "ageing_work", "stay": "ageing_in_stage"}
_HEIGHT: Final = 430
MOST: Final = 1000
"""So many dots are drawn, the oldest; what more would do is make a page heavy."""
MOST_COLUMNS: Final = 16
"""So many stages have room for the counts above them."""
_LEVEL: Final = 6
"""So many stages have room for their names below; the names of more are slanted."""
_TICKS: Final = {
    1 / 96: "15 min", 1 / 24: "1 h", 1 / 4: "6 h", 1.0: "1 d", 7.0: "7 d", 30.0: "30 d", 90.0: "90 d",
    365.0: "365 d", 1095.0: "1,095 d", 3650.0: "3,650 d", 10950.0: "10,950 d",
}  # fmt: skip
_LIMITS: Final = " 3 of 4: tickets in the stage, and its limit (wip in vsm.toml)."
_DOTS: Final = {
    "within": ("open", "circle", KIND_COLOURS["work"]),
    "beyond": ("open, over the 85th percentile", "diamond", BACK),
    "unknown": ("open, percentile unknown", "circle-open", SOFT),
}


def ageing_work(
    stage_visits: pd.DataFrame,
    *,
    lifecycles: pd.DataFrame,
    tickets: pd.DataFrame,
    events: pd.DataFrame,
    measure: str = "age",
    minimum: int,
    workflow: Workflow,
    title: str | None = None,
) -> go.Figure:
    """Work item ageing: open tickets against the usual pace of their stage, on a logarithmic scale.

    Parameters
    ----------
    stage_visits, lifecycles
        As ``stage_visits_from_visits`` and ``lifecycles_from_visits`` give them.
    tickets, events
        TICKETS, which know keys and titles, and EVENTS, which know bulk edits.
    measure
        ``age`` (since creation), ``cycle`` (since the first work; what nobody has begun is left out) or
        ``stay`` (since it entered the stage).
    minimum
        Under so many tickets that left a stage it has no bands.
    workflow
        Its WIP limits stand above the columns, and its service level is a line of its measure's chart.

    Returns
    -------
    Figure
        A column a stage, left to right (the ``MOST_COLUMNS`` with the most open tickets); one dot an open
        ticket (the ``MOST`` oldest of them, not more);
        lines at 50, 85 and 95 %.

    Raises
    ------
    ParameterError
        The measure is none of these.
    """
    if measure not in _TITLES:
        raise ParameterError(f"measure is '{measure}'; it must be one of {', '.join(_TITLES)}")
    ages = open_ages(stage_visits, lifecycles=lifecycles, events=events, minimum=minimum)
    pace = usual_pace(stage_visits, lifecycles=lifecycles, events=events, minimum=minimum)
    pace = pace[pace["measure"] == measure].reset_index(drop=True)
    shown = ages[ages[measure].notna()].sort_values([measure, "ticket"])
    if shown.empty:
        hint = "Nothing that somebody has started is open." if len(ages) else "No ticket is open."
        return nothing_to_see(of=_OF[measure], title=title or _TITLES[measure], hint=hint)
    here = shown.groupby("stage").size().reindex(pace["stage"], fill_value=0)
    fullest = here.sort_values(ascending=False, kind="stable").index[:MOST_COLUMNS]
    rest = f"with {counted(here.drop(fullest).sum(), 'open ticket')}"
    left_out = stages_left_out(len(pace), chosen="the most open tickets", rest=rest, most=MOST_COLUMNS)
    pace = pace[pace["stage"].isin(fullest)].reset_index(drop=True)
    every, shown = shown, shown[shown["stage"].isin(fullest)]
    column = {stage: position for position, stage in enumerate(pace["stage"])}
    agreed = _service_level(workflow.service_level, measure, len(pace))
    drawn = [*bands(pace), *lines(pace, measure=measure), *agreed]
    figure = go.Figure([*drawn, *_dots(shown.tail(MOST), tickets, column, measure)])
    low, high = reach_of(shown, pace, measure=measure)
    high = max([high, *(1.2 * days for line in agreed for days in line.y)])
    ticks = {value: text for value, text in _TICKS.items() if low <= value <= high}
    upright = len(pace) > _LEVEL
    names = [wrapped(stage, width=22 if upright else 14) for stage in pace["stage"]]
    figure.update_layout(
        xaxis={
            "range": [-0.5, len(pace) - 0.5],
            "tickvals": list(range(len(pace))),
            "ticktext": names,
            "tickangle": -90 if upright else 0,
            "showgrid": False,
            "fixedrange": True,
        },
        yaxis={
            "type": "log",
            "range": [math.log10(low), math.log10(high)],
            "tickvals": list(ticks),
            "ticktext": list(ticks.values()),
            "fixedrange": True,
            "title": {"text": _AXES[measure]},
        },
        annotations=_counts(pace, shown, minimum, {} if measure == "cycle" else workflow.limits),
        legend={
            "x": 0,
            "y": 1 + 46 / _HEIGHT,
            "xanchor": "left",
            "yanchor": "bottom",
            "traceorder": "normal",
        },
    )
    return framed(
        figure,
        of=_OF[measure],
        title=title or _TITLES[measure],
        caption=_caption(every, ages, measure) + (_LIMITS if workflow.limits else "") + left_out,
        alt=_alt(every, measure) + left_out,
        body=_HEIGHT,
        head=84,
        foot=24 + text_width(names, size=12) if upright else 48,
        left=SIDE + 76,
    )


def _dots(
    shown: pd.DataFrame, tickets: pd.DataFrame, column: dict[str, int], measure: str
) -> list[go.Scatter]:
    about = tickets.set_index(tickets["ticket"].astype("str"))[["key", "summary", "url"]].astype("str")
    rows = shown.join(about, on="ticket")
    rows["address"] = (
        rows["url"].map(web_address).fillna(rows["stage"].map(lambda stage: tickets_link("queue", stage)))
    )
    # Side by side by their order, so that two of an age do not hide each other; the same in every run.
    turn = rows.groupby("stage").cumcount()
    x = rows["stage"].map(column) + ((turn * 0.618034 + 0.5) % 1 - 0.5) * 0.7
    beyond = rows[f"{measure}_beyond"]
    group = pd.Series("within", index=rows.index)
    group = group.mask(beyond >= LATE, "beyond").mask(rows[f"{measure}_p85"].isna(), "unknown")
    return [
        go.Scatter(
            x=x[group == name].tolist(),
            y=[in_days(duration) for duration in rows.loc[group == name, measure]],
            mode="markers",
            name=words,
            marker={
                "symbol": symbol,
                "size": 9,
                "color": colour,
                "opacity": 0.85,
                "line": {"width": 2, "color": colour} if name == "unknown" else {"width": 1, "color": PAPER},
            },
            hovertext=[_ticket_facts(row, measure) for row in rows[group == name].to_dict("records")],
            hoverinfo="text",
            showlegend=bool((group == name).any()),
            **linked(rows.loc[group == name, "address"]),
        )
        for name, (words, symbol, colour) in _DOTS.items()
    ]  # fmt: skip


def _ticket_facts(row: dict[Any, Any], measure: str) -> str:
    title = "" if pd.isna(row["summary"]) else row["summary"]
    usual = row[f"{measure}_p85"]
    few = pd.isna(row[f"{measure}_beyond"])
    clean = " (since a bulk edit)" if row["bulk"] else ""
    return hover(
        row["key"],
        [
            ("title", title if len(title) <= 60 else title[:59].rstrip() + "…"),
            ("stage", row["stage"]),
            ("time in stage", short_duration(row["stay"]) + clean),
            ("age", short_duration(row["age"])),
            ("in progress for", short_duration(row["cycle"]) if pd.notna(row["cycle"]) else "not started"),
            ("85th percentile", TOO_FEW if few else "not reached" if pd.isna(usual)
             else short_duration(usual)),
        ],
    )  # fmt: skip


def _service_level(level: ServiceLevel | None, measure: str, columns: int) -> list[go.Scatter]:
    """Draw what the team expects as a line across all stages, in the chart of its measure."""
    if level is None or measure != {LEAD: "age"}.get(level.of, "cycle"):
        return []
    line = {"color": BACK, "width": 2, "dash": "longdash"}
    words = f"service level: {level.percent:g} % within {level.days:g} d"
    ends, days = [-0.5, columns - 0.5], [level.days] * 2
    return [go.Scatter(x=ends, y=days, mode="lines", name=words, line=line, hoverinfo="name")]


def _counts(
    pace: pd.DataFrame, shown: pd.DataFrame, minimum: int, limits: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Write above each column what it rests on, and its limit."""
    here = shown.groupby("stage").size()
    notes = []
    for position, row in enumerate(pace.to_dict("records")):
        few = [small("too few")] if row["tickets"] < max(minimum, 1) else []
        count, limit = int(here.get(row["stage"], 0)), limits.get(row["stage"])
        words = f"{number(count)} open" if limit is None else f"{number(count)} of {number(limit)}"
        colour = f" style='color:{BACK}'" if limit is not None and count > limit else ""
        lines = [
            f"<b{colour}>{words}</b>",
            small(f"n {number(row['tickets'])}"),
            *few,
        ]
        notes.append(
            {
                "text": "<br>".join(lines), "name": "counts", "x": position, "xref": "x", "y": 1,
                "yref": "paper", "yanchor": "bottom", "showarrow": False, "font": {"size": 11},
                "align": "center",
            }
        )  # fmt: skip
    return notes


def _caption(shown: pd.DataFrame, ages: pd.DataFrame, measure: str) -> str:
    out = len(ages) - len(shown)
    rest = f" Not shown: {counted(out, 'open ticket')} that nobody has started." if out else ""
    drawn = f"the {number(MOST)} longest of " if len(shown) > MOST else ""
    return (
        f"Dots: {drawn}{counted(len(shown), 'open ticket')}; logarithmic scale, elapsed time. Lines: "
        f"{SAID[measure]} (Kaplan–Meier; what is still there counts as not yet left); no line where too few "
        f"left it, or where the percentile is not reached. n: tickets that have left the stage.{rest}"
    )


def _alt(shown: pd.DataFrame, measure: str) -> str:
    beyond = shown[shown[f"{measure}_beyond"] >= LATE]
    oldest = shown.iloc[-1]
    most = beyond["stage"].value_counts()
    where = f", most of them in {most.index[0]} ({number(most.iloc[0])})" if len(most) else ""
    unknown = int(shown[f"{measure}_p85"].isna().sum())
    why = "too few have left their stage, or most never did"
    tickets = counted(len(shown), "open ticket")
    if unknown == len(shown):
        exceed = f"{tickets}. What is usual cannot be said: {why}."
    else:
        no_pace = f"; for {number(unknown)} it cannot be said ({why})" if unknown else ""
        exceed = (
            f"{number(len(beyond))} of {tickets} exceed the 85th percentile of their stage{where}{no_pace}."
        )
    return (
        f"{_TITLES[measure]}: {exceed} The longest: {short_duration(oldest[measure])}, in {oldest['stage']}."
    )


DAY: Final = pd.Timedelta(days=1)
SAID: Final = {
    "age": "how old 50, 85 and 95 % of tickets were when they last left that stage",
    "cycle": "how long 50, 85 and 95 % of tickets had been in progress when they last left that stage",
    "stay": "how long 50, 85 and 95 % of visits to that stage lasted",
}
_HALF: Final = 0.44
_LEAST: Final = 1 / 96
_LINES: Final = {"p50": ("50 %", "dot"), "p85": ("85 %", "dash"), "p95": ("95 %", "solid")}
_BANDS: Final = ((None, "p50", 0.08), ("p50", "p85", 0.18), ("p85", "p95", 0.3))


def in_days(duration: Any) -> float:
    """Days on a logarithmic scale: a quarter of an hour at least."""
    return max(float(duration / DAY), _LEAST)


def reach_of(shown: pd.DataFrame, pace: pd.DataFrame, *, measure: str) -> tuple[float, float]:
    """The ends of the scale in days: all dots, and the lines, with some air."""
    known = [*shown[measure], *(mark for name in _LINES for mark in pace[name].dropna())]
    days = [in_days(duration) for duration in known]
    return min(days) / 1.6, max(days) * 1.8


def bands(pace: pd.DataFrame) -> list[go.Scatter]:
    """What is usual in each stage, as filled columns: the darker, the fewer stayed so long."""
    drawn = []
    for below, above, strength in _BANDS:
        x: list[float | None] = []
        y: list[float | None] = []
        for position, row in enumerate(pace.to_dict("records")):
            if pd.isna(row[above]) or (below and pd.isna(row[below])):
                continue
            low, high = (in_days(row[below]) if below else _LEAST / 1000), in_days(row[above])
            x += [
                position - _HALF,
                position + _HALF,
                position + _HALF,
                position - _HALF,
                position - _HALF,
                None,
            ]
            y += [low, low, high, high, low, None]
        drawn.append(
            go.Scatter(
                x=x, y=y, mode="lines", line={"width": 0}, fill="toself", showlegend=False,
                fillcolor=f"rgba(122,132,142,{strength})", hoverinfo="skip", name=f"band to {above}",
            )
        )  # fmt: skip
    return drawn


def lines(pace: pd.DataFrame, *, measure: str) -> list[go.Scatter]:
    """Where 50, 85 and 95 % had left: one trace of short lines each, told apart by their dashes."""
    drawn = []
    for name, (share, dash) in _LINES.items():
        known = [
            (position, row) for position, row in enumerate(pace.to_dict("records")) if pd.notna(row[name])
        ]
        # Three points a line, for the pointer to find its middle too, and a gap before the next.
        points: list[tuple[float | None, float | None, str | None]] = []
        for position, row in known:
            height, facts = in_days(row[name]), _line_facts(row, measure)
            points += [(at, height, facts) for at in (position - _HALF, position, position + _HALF)]
            points.append((None, None, None))
        drawn.append(
            go.Scatter(
                x=[x for x, _, _ in points], y=[y for _, y, _ in points], mode="lines", name=share,
                line={"color": SOFT, "width": 2, "dash": dash}, hoverinfo="text", showlegend=bool(known),
                hovertext=[facts for _, _, facts in points],
            )
        )  # fmt: skip
    return drawn


def _line_facts(row: dict[Any, Any], measure: str) -> str:
    paces = [(share, short_duration(row[name])) for name, (share, _) in _LINES.items() if pd.notna(row[name])]
    high = short_duration(row["high"]) if pd.notna(row["high"]) else "unknown"
    interval = f"{short_duration(row['low'])} to {high}" if pd.notna(row["low"]) else ""
    return hover(
        row["stage"],
        [
            ("percentiles of", _AXES[measure]),
            *paces,
            ("85 %, 95 % interval", interval),
            ("n", f"{counted(row['tickets'], 'ticket')} left, {number(row['open'])} there now"),
        ],
    )
