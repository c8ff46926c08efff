"""The stream week by week: throughput, and the cumulative flow diagram."""

from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from vsm.figures.labels import escape, hover, number, pluralize, text_width, wrapped
from vsm.figures.theme import (
    INK,
    KIND_COLOURS,
    KIND_PATTERNS,
    KIND_WORDS,
    PAPER,
    SIDE,
    SOFT,
    filled,
    framed,
    nothing_to_see,
)
from vsm.model.weekly import stage_counts, usual_week, weekly_flow

_THROUGHPUT_TITLE: Final = "What comes, and what gets done"
_THROUGHPUT_WEEKS: Final = 52


def throughput_bars(
    lives: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    weeks: int = _THROUGHPUT_WEEKS,
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
        return nothing_to_see(title=title or _THROUGHPUT_TITLE, hint="No ticket has been created so far.")
    shown = flow.tail(weeks).reset_index(drop=True)
    whole = shown[shown["week"] + pd.Timedelta(days=7) <= as_of]
    usual = usual_week(whole["finished"], minimum=minimum, seed=seed)
    figure = go.Figure([_throughput_bars(shown), _throughput_line(shown)])
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
        title=title or _THROUGHPUT_TITLE,
        caption=_throughput_caption(shown, whole, usual, as_of),
        alt=_throughput_alt(shown, usual),
        body=260,
        head=34,
        foot=32,
        left=SIDE + 48,
    )


def _throughput_bars(shown: pd.DataFrame) -> go.Bar:
    return go.Bar(
        x=_days(shown),
        y=shown["finished"].tolist(),
        name="finished for good",
        marker=filled(KIND_COLOURS["done"], ""),
        hovertext=_throughput_hovers(shown),
        hoverinfo="text",
    )


def _throughput_line(shown: pd.DataFrame) -> go.Scatter:
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
        hovertext=_throughput_hovers(shown),
        hoverinfo="text",
    )


def _days(shown: pd.DataFrame) -> list[str]:
    return [str(day) for day in shown["week"].dt.strftime("%Y-%m-%d")]


def _throughput_hovers(shown: pd.DataFrame) -> list[str]:
    return [
        hover(
            f"Week of {row['week']:%Y-%m-%d}",
            [(name, number(row[name])) for name in ("finished", "arrived", "gone")]
            + [("under way at its end", number(row["wip"]))],
        )
        for row in shown.to_dict("records")
    ]


def _throughput_caption(
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


def _throughput_alt(shown: pd.DataFrame, usual: tuple[float, float, float] | None) -> str:
    told = f"Usual are {usual[0]:g} a week." if usual else "Too few weeks for a usual one."
    return (
        f"Tickets finished and arrived in each of {pluralize(len(shown), 'week')}: "
        f"{number(shown['finished'].sum())} finished, {number(shown['arrived'].sum())} arrived. {told}"
    )


_CUMULATIVE_TITLE: Final = "What lies where, week by week"
_CUMULATIVE_WEEKS: Final = 26
_CUMULATIVE_BODY: Final = 340
_APART: Final = 14
"""Pixels between two labels beside the bands."""


def cumulative_flow(
    visits: pd.DataFrame,
    *,
    stages: pd.DataFrame,
    as_of: pd.Timestamp,
    weeks: int = _CUMULATIVE_WEEKS,
    title: str | None = None,
) -> go.Figure:
    """How many tickets lay in each stage, week by week? A cumulative flow diagram.

    Bands lie in the order of the stream, done at the bottom. A band that gets thicker is a queue that grows.
    Done counts from the beginning of what is shown, so that bands of open work stay readable. Tickets that
    move backwards, or are found gone, make it fall: it is drawn as it was.

    Parameters
    ----------
    visits
        VISITS.
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
        One band a stage, done ones as one; without tickets a kind sentence.

    Examples
    --------
    >>> now = pd.Timestamp("2026-01-05", tz="UTC")
    >>> visits = pd.DataFrame({"stage": ["Open"], "entered": [now], "left": pd.to_datetime([None], utc=True)})
    >>> stages = pd.DataFrame({"stage": ["Open"], "kind": ["queue"], "place": [0]})
    >>> cumulative_flow(visits, stages=stages, as_of=now).layout.meta["alt"]
    'Tickets by stage at the end of each of 1 week. At the end n = 1 are open: 1 in Open, the most.'
    """
    counts = stage_counts(visits, stages=stages, as_of=as_of)
    if counts.empty:
        return nothing_to_see(title=title or _CUMULATIVE_TITLE, hint="No ticket has entered a stage so far.")
    kinds = dict(zip(stages["stage"].astype("str"), stages["kind"].astype("str"), strict=True))
    shown = counts.tail(weeks)
    done = [name for name in shown.columns if kinds[str(name)] == "done"]
    bands = shown.drop(columns=done)[[name for name in shown.columns if name not in done][::-1]]
    finished = shown[done].sum(axis=1)
    figure = go.Figure()
    figure.add_trace(_band(finished - finished.min(), "done", "done", since=shown.index[0]))
    figure.add_traces([_band(bands[name], str(name), kinds[str(name)]) for name in bands])
    labels = _cumulative_labels(bands, finished - finished.min())
    figure.update_layout(
        xaxis={"type": "date", "fixedrange": True, "showgrid": False},
        yaxis={
            "rangemode": "tozero",
            "tickformat": ",d",
            "nticks": 6,
            "fixedrange": True,
            "title": {"text": "tickets"},
        },
        annotations=labels,
        hovermode="closest",
    )
    return framed(
        figure,
        title=title or _CUMULATIVE_TITLE,
        caption=_cumulative_caption(shown, bands),
        alt=_cumulative_alt(bands),
        body=_CUMULATIVE_BODY,
        foot=32,
        left=SIDE + 48,
        right=SIDE + 8 + text_width([label["text"] for label in labels], size=11),
    )


def _band(counts: "pd.Series[Any]", name: str, kind: str, *, since: pd.Timestamp | None = None) -> go.Scatter:
    word = "done since the beginning of the picture" if since is not None else KIND_WORDS[kind]
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
        if count and middle - lowest >= _APART:
            labels.append(
                _cumulative_label(
                    f"{wrapped(name, width=22, lines=1)} {number(count)}", middle / _CUMULATIVE_BODY
                )
            )
            lowest = middle
    return labels


def _cumulative_label(text: str, height: float) -> dict[str, Any]:
    return {
        "text": text,
        "name": "band",
        "x": 1,
        "xref": "paper",
        "xanchor": "left",
        "xshift": 6,
        "y": height,
        "yref": "paper",
        "yanchor": "middle",
        "showarrow": False,
        "font": {"size": 11},
    }


def _cumulative_caption(shown: pd.DataFrame, bands: pd.DataFrame) -> str:
    n = int(bands.iloc[-1].sum())
    return (
        f"Tickets at the end of each of {pluralize(len(shown), 'week')} (UTC), open ones too: n = "
        f"{number(n)} not done at the end. Done counts from the first of these weeks. A band that thickens "
        "is work piling up; where it thins, tickets moved on, moved back, or were deleted."
    )


def _cumulative_alt(bands: pd.DataFrame) -> str:
    last = bands.iloc[-1]
    most = f": {number(last.max())} in {escape(last.idxmax())}, the most" if last.sum() else ""
    return (
        f"Tickets by stage at the end of each of {pluralize(len(bands), 'week')}. At the end n = "
        f"{number(last.sum())} are open{most}."
    )
