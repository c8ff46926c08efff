"""The cumulative flow diagram: a band for each stage, in a shade of its kind, named beside its end."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from vsm.counts import counted
from vsm.figures.labels import MOST_STAGES, escape, hover, number, text_width, wrapped
from vsm.figures.links import linked, tickets_link
from vsm.figures.marks import DATE_AXIS, value_axis
from vsm.figures.theme import (
    KIND_COLOURS,
    KIND_SHADES,
    KIND_WORDS,
    PAPER,
    SIDE,
    framed,
    nothing_to_see,
    with_narrow,
)
from vsm.model.weekly import stage_counts

_TITLE: Final = "Work in each stage, week by week"
_OTHERS: Final = "other stages"
_BODY: Final = 380
_AXIS: Final = 44
"""Pixels below the plot that its dates take."""
_APART: Final = 15
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
            title=title or _TITLE,
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
    colours = {"done": KIND_COLOURS["done"]} | _shades([str(name) for name in bands], kinds)
    drawn = [
        _band(finished, "done", colours["done"], "done since the start of the chart"),
        *(_band(bands[name], str(name), colours[str(name)], words[kinds[str(name)]]) for name in bands),
    ]
    axes: dict[str, Any] = {
        "xaxis": DATE_AXIS,
        "yaxis": value_axis("tickets", tickformat=",d"),
        "hovermode": "closest",
    }
    labels = _labels(bands, finished, colours)
    below = [
        label | {"x": 0, "xshift": 0, "y": 0, "yshift": -_AXIS - _APART * place}
        for place, label in enumerate(reversed(labels))
    ]
    frame: dict[str, Any] = {
        "of": "cumulative_flow",
        "title": title or _TITLE,
        "caption": (
            f"Tickets at the end of each of {counted(len(shown), 'week')} (UTC), n = "
            f"{number(bands.iloc[-1].sum())} not done at the end. Done counts from the first of these weeks. "
            "A band that thickens is work piling up; where it thins, tickets moved on, moved back, or were "
            f"deleted.{left_out}"
        ),
        "alt": _alt(bands) + left_out,
        "body": _BODY,
        "left": SIDE + 48,
    }
    beside = text_width([label["text"].partition("</span>")[2] for label in labels], size=11)
    return with_narrow(
        framed(
            go.Figure(drawn, layout=axes | {"annotations": labels}),
            foot=32,
            right=SIDE + 20 + beside,
            **frame,
        ),
        framed(
            go.Figure(drawn, layout=axes | {"annotations": below}),
            foot=_AXIS + _APART * len(labels),
            width=360,
            **frame,
        ),
    )


def _folded(bands: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Put the thinnest of too many bands together, on top, and say so."""
    if bands.shape[1] <= MOST_STAGES:
        return bands, ""
    thinnest = bands.sum().sort_values(kind="stable").index[:-MOST_STAGES]
    others = bands[thinnest].sum(axis=1)
    said = f" The {number(len(thinnest))} stages with the fewest tickets are one band, grey: {_OTHERS}."
    return bands.drop(columns=thinnest).assign(**{_OTHERS: others}), said


def _shades(bands: list[str], kinds: Mapping[str, str]) -> dict[str, str]:
    """Give each band a shade of its kind's colour, such that neighbours of one kind are far apart.

    Four stages of one kind have, from the bottom up, the shades 1, 3, 2 and 4 of four.
    """
    shades = {}
    for kind, scale in KIND_SHADES.items():
        mine = [name for name in bands if kinds[name] == kind]
        steps = len(mine)
        order = [*range(0, steps, 2), *range(1, steps, 2)]
        for name, step in zip(mine, sorted(range(steps), key=order.__getitem__), strict=True):
            place = step / (steps - 1) if steps > 1 else 0.5
            shades[name] = str(sample_colorscale(list(scale), [place])[0])
    return shades


def _band(counts: "pd.Series[Any]", name: str, colour: str, word: str) -> go.Scatter:
    return go.Scatter(
        x=[f"{week:%Y-%m-%d}" for week in counts.index],
        y=counts.tolist(),
        name=escape(name),
        stackgroup="stages",
        mode="lines",
        line={"width": 0.6, "color": PAPER},
        fillcolor=colour,
        showlegend=False,
        hovertext=[
            hover(
                name,
                [
                    ("kind", word),
                    ("week of", f"{week:%Y-%m-%d}"),
                    ("n at its end", counted(count, "ticket")),
                ],
            )
            for week, count in counts.items()
        ],
        hoverinfo="text",
        **linked(_places(name, len(counts))),
    )


def _places(name: str, weeks: int) -> list[str | None]:
    """Lead to what was ever in a stage, at the end to what is there now; done is what was delivered."""
    if name == _OTHERS:
        return [None] * weeks
    if name == "done":
        return [tickets_link("delivered")] * weeks
    return [*[tickets_link("stage", name)] * (weeks - 1), tickets_link("queue", name)]


def _labels(bands: pd.DataFrame, done: "pd.Series[Any]", colours: Mapping[str, str]) -> list[dict[str, Any]]:
    """Name every band beside its end, with its colour, from the bottom up; names in a crowd move apart."""
    ends = [("done", int(done.iloc[-1])), *((str(name), int(bands[name].iloc[-1])) for name in bands)]
    whole = max(float((bands.sum(axis=1) + done).max()), 1.0)
    middles = [0.0] * len(ends)
    below, lowest = 0, _APART / 2 - _APART
    for place, (_, count) in enumerate(ends):
        lowest = max((below + count / 2) / whole * _BODY, lowest + _APART)
        middles[place] = lowest
        below += count
    highest = _BODY + _APART / 2
    for place in reversed(range(len(ends))):
        highest = middles[place] = min(middles[place], highest - _APART)
    return [
        {
            "text": f"<span style='color:{colours[name]}'>■</span> {wrapped(name, width=22, lines=1)} "
            f"{number(count)}",
            "name": "band", "x": 1, "xref": "paper", "xanchor": "left", "xshift": 6, "y": middle / _BODY,
            "yref": "paper", "yanchor": "middle", "showarrow": False, "font": {"size": 11},
        }
        for (name, count), middle in zip(ends, middles, strict=True)
    ]  # fmt: skip


def _alt(bands: pd.DataFrame) -> str:
    last = bands.iloc[-1]
    most = f": {number(last.max())} in {escape(last.idxmax())}, the most" if last.sum() else ""
    return (
        f"Tickets by stage at the end of each of {counted(len(bands), 'week')}. At the end n = "
        f"{number(last.sum())} are open{most}."
    )
