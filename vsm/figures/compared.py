"""Two streams beside each other (``vsm.compare``), as tables and as a slope chart."""

from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from pandas.io.formats.style import Styler

from vsm.counts import counted
from vsm.figures.labels import hover, number, wrapped
from vsm.figures.tables import table_of
from vsm.figures.theme import KIND_COLOURS, SOFT, framed, hidden_axis, nothing_to_see, with_narrow
from vsm.findings.durations import percent, short_duration
from vsm.model.compare import DELIVERED, OF_DELIVERED, WAITING

_LEAST: Final = 0.02
_BODY: Final = 330
_LINE: Final = 17
_HOW: Final = (
    "Of delivered tickets alone, lead time says how old was what got done; with open tickets, how long a "
    "ticket has to wait (Kaplan–Meier). Both: a log-rank test with weeks as units. Throughput: whole weeks; "
    "shares differ where their 95 % intervals do not meet. Tests show that they differ, not why."
)


def compared_table(measures: pd.DataFrame, *, names: tuple[str, str], both: int) -> Styler:
    """Lead time, throughput and waiting beside each other; ``both``: tickets that are on both sides."""
    columns: dict[str, Any] = {
        "Measure": "measure",
        names[0]: lambda row: _value(row, "a"),
        names[1]: lambda row: _value(row, "b"),
        "Verdict": "verdict",
        "n": lambda row: f"{row['n_a']} and {row['n_b']}",
    }
    shared = f" {counted(both, 'ticket')} count on both sides." if both else ""
    return table_of(measures, columns, f"{_HOW} n: delivered tickets.{shared}")


def compared_handoffs(
    handoffs: pd.DataFrame, *, names: tuple[str, str], teams_known: bool, most: int
) -> Styler:
    """The handoffs whose share of waiting differs most; between stages where no teams are known."""
    columns: dict[str, Any] = {"From": "from", "To": "to"}
    for name, end in zip(names, "ab", strict=True):
        columns[name] = partial(_handoff, end=end)
    what = "handoffs" if teams_known else "moves between stages, as no teams are known"
    caption = (
        f"Share of all waiting in {what}, the largest difference first; median wait and count. Whole waits "
        "of what was passed on; the network has waits within the period, also of tickets still waiting. "
        "No test."
    )
    shown = handoffs[handoffs[["share_a", "share_b"]].max(axis=1) > 0].head(most)
    leads = {"From": ("handoff" if teams_known else "move", "from", "to")}
    return table_of(shown, columns, caption, nothing="No handoff has been seen.", leads=leads)


def compared_stages(stages: pd.DataFrame, measures: pd.DataFrame, *, names: tuple[str, str]) -> go.Figure:
    """Slope chart: each stage's share of lead time on both sides; bold where they differ for sure."""
    rows = stages[stages[["share_a", "share_b"]].max(axis=1) >= _LEAST]
    title = "Where lead time goes"
    if rows.empty:
        hint = "No delivered ticket has spent time in a stage so far."
        return nothing_to_see(of="compared", title=title, hint=hint)
    records = rows.to_dict("records")
    counts = measures.iloc[0]
    words: dict[str, Any] = {
        "of": "compared",
        "title": title,
        "caption": f"Of the lead time of delivered tickets; n = {number(counts['n_a'])} and "
        f"{counted(counts['n_b'], 'ticket')}. Bold: 95 % intervals do not meet. "
        f"Not drawn: stages of less than {percent(_LEAST)} on both sides.",
        "alt": _alt(rows, names),
        "body": max(_BODY, _LINE * len(records) + 40),
    }
    wide, narrow = (
        framed(_slopes(records, names, words["body"], narrow=small), **words, **sizes)
        for small, sizes in ((False, {"head": 44}), (True, {"head": 64, "width": 360}))
    )
    return with_narrow(wide, narrow)


def _alt(rows: pd.DataFrame, names: tuple[str, str]) -> str:
    most = rows.iloc[int(rows["difference"].abs().argmax())]
    return (
        f"Share of lead time by stage, {' and '.join(names)}. {most['stage']} differs most: "
        f"{percent(most['share_a'])} and {percent(most['share_b'])}."
    )


def _handoff(row: Any, *, end: str) -> str:
    """Give the share of waiting, the median wait and the number of handoffs."""
    count = row[f"count_{end}"]
    if not count:
        return "none"
    median = short_duration(pd.Timedelta(days=row[f"median_{end}"]))
    return f"{percent(row[f'share_{end}'])} (median {median}, n {number(count)})"


def _sure(row: dict[Any, Any]) -> bool:
    return row["verdict"] in ("more", "less")


def _short(value: float) -> str:
    """From ten on without a digit after the point: days, or tickets a week."""
    return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}"


def _value(row: Any, end: str) -> str:
    """Give a value with its interval, in its unit."""
    value, low, high = (row[f"{end}{side}"] for side in ("", "_low", "_high"))
    if np.isnan(value):
        return "unknown" if row["measure"] in (DELIVERED, OF_DELIVERED, WAITING) else "not reached"
    text = percent if row["measure"] == WAITING else _short
    unit = "" if row["measure"] in (DELIVERED, WAITING) else " d"
    ends = [text(bound).removesuffix(" %") if not np.isnan(bound) else "not reached" for bound in (low, high)]
    return f"{text(value)}{unit}" + ("" if np.isnan([low, high]).all() else f" ({ends[0]} to {ends[1]})")


def _slopes(records: list[dict[Any, Any]], names: tuple[str, str], body: int, *, narrow: bool) -> go.Figure:
    """Draw a line for each stage, with labels beside both ends; narrow: the names are at the right alone."""
    high = 104 * max(max(row["share_a"], row["share_b"]) for row in records)
    low = -0.12 * high
    figure = go.Figure([_slope(row, names) for row in records])
    for end, x, step in (("a", 0, -1), ("b", 1, 1)):
        shares = [100 * row[f"share_{end}"] for row in records]
        places = _kept_apart(shares, least=(high - low) * _LINE / body, low=low)
        figure.add_scatter(
            x=[x, x + step * 0.06, None] * len(shares),
            y=[y for pair in zip(shares, places, strict=True) for y in (*pair, None)],
            mode="lines", line={"color": SOFT, "width": 1}, hoverinfo="skip",
        )  # fmt: skip
        for row, y in zip(records, places, strict=True):
            text = percent(row[f"share_{end}"])
            if end == "b" or not narrow:
                text = f"{wrapped(row['stage'], width=24, lines=1)} {text}"
            figure.add_annotation(
                x=x + step * 0.08, y=y, text=f"<b>{text}</b>" if _sure(row) else text, showarrow=False,
                xanchor="left" if step > 0 else "right", font={"size": 11 if narrow else 12},
            )  # fmt: skip
    ends = {
        "tickvals": [0, 1],
        "ticktext": [wrapped(name, width=14 if narrow else 30, lines=3) for name in names],
    }
    figure.update_layout(
        xaxis=hidden_axis(*((-0.7, 3.2) if narrow else (-0.8, 1.8)))
        | {"visible": True, "side": "top", "showgrid": False, "showline": False, **ends, "tickangle": 0},
        yaxis=hidden_axis(low, high),
        showlegend=False,
    )
    return figure


def _slope(row: dict[Any, Any], names: tuple[str, str]) -> go.Scatter:
    sides = [100 * row["share_a"], 100 * row["share_b"]]
    facts = [(name, percent(share / 100)) for name, share in zip(names, sides, strict=True)]
    return go.Scatter(
        x=[0, 1],
        y=sides,
        mode="lines+markers",
        line={"color": KIND_COLOURS.get(row["kind"], SOFT), "width": 4 if _sure(row) else 1.5},
        marker={"size": 7},
        hovertext=hover(row["stage"], [*facts, ("verdict", row["verdict"])]),
        hoverinfo="text",
    )


def _kept_apart(values: list[float], *, least: float, low: float) -> list[float]:
    """Place labels beside these values, none below ``low``, so that no two are closer than ``least``.

    Examples
    --------
    >>> _kept_apart([10.0, 1.0, 0.0], least=4.0, low=-2.0)
    [10.0, 2.0, -2.0]
    """
    order = sorted(range(len(values)), key=lambda at: values[at])
    placed, lowest = dict[int, float](), low - least
    for rank, at in enumerate(order):
        crowd = sum(values[other] - values[at] < least for other in order[rank + 1 :])
        placed[at] = lowest = max(values[at] - crowd * least / 2, lowest + least)
    return [placed[at] for at in range(len(values))]
