"""How much work lies where, over time? The cumulative flow diagram."""

from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from vsm.figures.frame import SIDE, framed, nothing_to_see
from vsm.figures.labels import counted_noun, escape, hover, number, text_width, wrapped
from vsm.figures.template import KIND_COLOURS, KIND_PATTERNS, KIND_WORDS, PAPER
from vsm.model.weekly import stage_counts

_TITLE: Final = "What lies where, week by week"
_WEEKS: Final = 26
_BODY: Final = 340
_APART: Final = 14
"""Pixels between two labels beside the bands."""


def cumulative_flow(
    visits: pd.DataFrame,
    *,
    stages: pd.DataFrame,
    as_of: pd.Timestamp,
    weeks: int = _WEEKS,
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
        return nothing_to_see(title=title or _TITLE, hint="No ticket has entered a stage so far.")
    kinds = dict(zip(stages["stage"].astype("str"), stages["kind"].astype("str"), strict=True))
    shown = counts.tail(weeks)
    done = [name for name in shown.columns if kinds[str(name)] == "done"]
    bands = shown.drop(columns=done)[[name for name in shown.columns if name not in done][::-1]]
    finished = shown[done].sum(axis=1)
    figure = go.Figure()
    figure.add_trace(_band(finished - finished.min(), "done", "done", since=shown.index[0]))
    figure.add_traces([_band(bands[name], str(name), kinds[str(name)]) for name in bands])
    labels = _labels(bands, finished - finished.min())
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
        title=title or _TITLE,
        caption=_caption(shown, bands),
        alt=_alt(bands),
        body=_BODY,
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
                    ("n at its end", counted_noun(count, "ticket")),
                ],
            )
            for week, count in counts.items()
        ],
        hoverinfo="text",
    )


def _labels(bands: pd.DataFrame, done: "pd.Series[Any]") -> list[dict[str, Any]]:
    """Name bands beside their ends, from the bottom up; none where names would lie over each other."""
    ends = [("done", int(done.iloc[-1])), *((str(name), int(bands[name].iloc[-1])) for name in bands)]
    whole = max(float((bands.sum(axis=1) + done).max()), 1.0)
    labels, below, lowest = [], 0, -1e9
    for name, count in ends:
        middle = (below + count / 2) / whole * _BODY
        below += count
        if count and middle - lowest >= _APART:
            labels.append(_label(f"{wrapped(name, width=22, lines=1)} {number(count)}", middle / _BODY))
            lowest = middle
    return labels


def _label(text: str, height: float) -> dict[str, Any]:
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


def _caption(shown: pd.DataFrame, bands: pd.DataFrame) -> str:
    n = int(bands.iloc[-1].sum())
    return (
        f"Tickets at the end of each of {counted_noun(len(shown), 'week')} (UTC), open ones too: n = "
        f"{number(n)} not done at the end. Done counts from the first of these weeks. A band that thickens "
        "is work piling up; where it thins, tickets moved on, moved back, or were deleted."
    )


def _alt(bands: pd.DataFrame) -> str:
    last = bands.iloc[-1]
    most = f": {number(last.max())} in {escape(last.idxmax())}, the most" if last.sum() else ""
    return (
        f"Tickets by stage at the end of each of {counted_noun(len(bands), 'week')}. At the end n = "
        f"{number(last.sum())} are open{most}."
    )
