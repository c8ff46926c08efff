"""The stream week by week: throughput, the cumulative flow diagram, and where it waits."""

from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from vsm.figures.labels import (
    MOST_STAGES,
    escape,
    hover,
    number,
    pluralize,
    stages_left_out,
    text_width,
    wrapped,
)
from vsm.figures.links import linked, tickets_link
from vsm.figures.marks import DATE_AXIS, LEGEND_ABOVE, filled, row_axis, scale_bar, value_axis
from vsm.figures.theme import (
    FAINT,
    INK,
    KIND_COLOURS,
    KIND_PATTERNS,
    KIND_WORDS,
    PAPER,
    SIDE,
    SOFT,
    WAIT_SCALE,
    framed,
    nothing_to_see,
)
from vsm.findings.durations import percent, short_duration
from vsm.model.weekly import stage_counts, usual_week, waiting_by_week, weekly_flow

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
        f"Tickets delivered and arrived in each of {pluralize(len(shown), 'week')}: "
        f"{number(shown['delivered'].sum())} delivered, {number(shown['arrived'].sum())} arrived. {typical}"
    )


_CUMULATIVE_TITLE: Final = "Work in each stage, week by week"
_OTHERS: Final = "other stages"
_CUMULATIVE_BODY: Final = 340
_APART: Final = 14
"""Pixels between two labels beside the bands."""


def cumulative_flow(
    visits: pd.DataFrame,
    *,
    stages: pd.DataFrame,
    as_of: pd.Timestamp,
    weeks: int = 26,
    title: str | None = None,
) -> go.Figure:
    """Cumulative flow diagram of the last ``weeks``: tickets in each stage, done ones as one band.

    Bands lie in the order of the stream, done at the bottom. A band that gets thicker is a queue that grows.
    Done counts from the beginning of what is shown, so that bands of open work stay readable. Tickets that
    move backwards, or are found gone, make it fall: it is drawn as it was.

    Examples
    --------
    >>> now = pd.Timestamp("2026-01-05", tz="UTC")
    >>> visits = pd.DataFrame({"stage": ["Open"], "entered": [now], "left": pd.to_datetime([None], utc=True)})
    >>> stages = pd.DataFrame({"stage": ["Open"], "kind": ["queue"], "position": [0]})
    >>> cumulative_flow(visits, stages=stages, as_of=now).layout.meta["alt"]
    'Tickets by stage at the end of each of 1 week. At the end n = 1 are open: 1 in Open, the most.'
    """
    counts = stage_counts(visits, stages=stages, as_of=as_of)
    if counts.empty:
        return nothing_to_see(
            of="cumulative_flow",
            title=title or _CUMULATIVE_TITLE,
            hint="No ticket has entered a stage so far.",
        )
    kinds = dict(zip(stages["stage"].astype("str"), stages["kind"].astype("str"), strict=True))
    shown = counts.tail(weeks)
    done = [name for name in shown.columns if kinds[str(name)] == "done"]
    bands = shown.drop(columns=done)[[name for name in shown.columns if name not in done][::-1]]
    finished = shown[done].sum(axis=1)
    finished -= finished.min()
    kinds, words = kinds | {_OTHERS: "bulk"}, KIND_WORDS | {"bulk": "of several kinds"}
    bands, left_out = _folded(bands)
    figure = go.Figure(
        [
            _band(finished, "done", "done", "done since the start of the chart"),
            *(_band(bands[name], str(name), kinds[str(name)], words[kinds[str(name)]]) for name in bands),
        ]
    )
    labels = _cumulative_labels(bands, finished)
    figure.update_layout(
        xaxis=DATE_AXIS,
        yaxis=value_axis("tickets", tickformat=",d"),
        annotations=labels,
        hovermode="closest",
    )
    return framed(
        figure,
        of="cumulative_flow",
        title=title or _CUMULATIVE_TITLE,
        caption=(
            f"Tickets at the end of each of {pluralize(len(shown), 'week')} (UTC), n = "
            f"{number(bands.iloc[-1].sum())} not done at the end. Done counts from the first of these weeks. "
            "A band that thickens is work piling up; where it thins, tickets moved on, moved back, or were "
            f"deleted.{left_out}"
        ),
        alt=_cumulative_alt(bands) + left_out,
        body=_CUMULATIVE_BODY,
        foot=32,
        left=SIDE + 48,
        right=SIDE + 8 + text_width([label["text"] for label in labels], size=11),
    )


def _folded(bands: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Put the thinnest of too many bands together, on top, and say so."""
    if bands.shape[1] <= MOST_STAGES:
        return bands, ""
    thinnest = bands.sum().sort_values(kind="stable").index[:-MOST_STAGES]
    others = bands[thinnest].sum(axis=1)
    said = f" The {number(len(thinnest))} stages with the fewest tickets are one band, grey: {_OTHERS}."
    return bands.drop(columns=thinnest).assign(**{_OTHERS: others}), said


def _band(counts: "pd.Series[Any]", name: str, kind: str, word: str) -> go.Scatter:
    return go.Scatter(
        x=[f"{week:%Y-%m-%d}" for week in counts.index],
        y=counts.tolist(),
        name=name,
        stackgroup="stages",
        mode="lines",
        line={"width": 0.6, "color": PAPER},
        fillcolor=KIND_COLOURS[kind],
        fillpattern={
            "shape": KIND_PATTERNS[kind],
            "fgcolor": PAPER,
            "fillmode": "overlay",
            "size": 7,
            "solidity": 0.2,
            "fgopacity": 0.55,
        },
        showlegend=False,
        hovertext=[
            hover(
                name,
                [
                    ("kind", word),
                    ("week of", f"{week:%Y-%m-%d}"),
                    ("n at its end", pluralize(count, "ticket")),
                ],
            )
            for week, count in counts.items()
        ],
        hoverinfo="text",
    )


def _cumulative_labels(bands: pd.DataFrame, done: "pd.Series[Any]") -> list[dict[str, Any]]:
    """Name bands beside their ends, from the bottom up; none where names would lie over each other."""
    ends = [("done", int(done.iloc[-1])), *((str(name), int(bands[name].iloc[-1])) for name in bands)]
    whole = max(float((bands.sum(axis=1) + done).max()), 1.0)
    labels, below, lowest = [], 0, -1e9
    for name, count in ends:
        middle = (below + count / 2) / whole * _CUMULATIVE_BODY
        below += count
        if not count or middle - lowest < _APART:
            continue
        lowest = middle
        labels.append(
            {
                "text": f"{wrapped(name, width=22, lines=1)} {number(count)}", "name": "band", "x": 1,
                "xref": "paper", "xanchor": "left", "xshift": 6, "y": middle / _CUMULATIVE_BODY,
                "yref": "paper", "yanchor": "middle", "showarrow": False, "font": {"size": 11},
            }
        )  # fmt: skip
    return labels


def _cumulative_alt(bands: pd.DataFrame) -> str:
    last = bands.iloc[-1]
    most = f": {number(last.max())} in {escape(last.idxmax())}, the most" if last.sum() else ""
    return (
        f"Tickets by stage at the end of each of {pluralize(len(bands), 'week')}. At the end n = "
        f"{number(last.sum())} are open{most}."
    )


_HEAT_TITLE: Final = "When and where work waits"
_HEAT_ROW: Final = 34


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
            f"Elapsed waiting of open and delivered tickets in each of {pluralize(len(mondays), 'week')} "
            f"(UTC, from Monday), n = {number(shown['tickets'].max())} tickets at most in one cell. Empty: "
            f"nothing waited.{left_out}"
        ),
        alt=_heat_alt(shown) + left_out,
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
            ("waiting", f"{cell['lying']:.1f} tickets on average"),
            ("total wait", short_duration(cell["waited"])),
            ("n", pluralize(cell["tickets"], "ticket")),
        ],
    )


def _heat_alt(shown: pd.DataFrame) -> str:
    most = shown.sort_values("lying", ascending=False, kind="stable").iloc[0]
    return (
        f"Tickets waiting on average, by stage and week. The most, {most['lying']:.1f}, waited in "
        f"{most['stage']}, week of {most['week']:%Y-%m-%d} (n {number(most['tickets'])})."
    )
