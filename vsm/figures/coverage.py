"""Can the data bear it? Bars of evidence, and the table of claims that rest on it."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
from pandas.io.formats.style import Styler

from vsm.clock import Clock
from vsm.figures.bar_marks import filled
from vsm.figures.frame import SIDE, framed, nothing_to_see
from vsm.figures.labels import escape, hover, number, percent, small, text_width
from vsm.figures.tables import published
from vsm.figures.template import BACK, KIND_COLOURS, SOFT
from vsm.quality.coverage import CAREFUL, HELP, SURE, claims_from_coverage, evidence_coverage

_TITLE: Final = "How much evidence there is"
_ROW: Final = 40
_LOOKS: Final = {
    "yes": ("80 % and more", KIND_COLOURS["work"], ""),
    "with care": ("50 to 80 %", KIND_COLOURS["queue"], "/"),
    "no": ("under 50 %", BACK, "x"),
}
_WIDE: Final = {"min-width": "16em"}


def coverage_bars(
    visits: pd.DataFrame,
    *,
    lives: pd.DataFrame,
    waits: pd.DataFrame,
    events: pd.DataFrame,
    commits: pd.DataFrame,
    tickets: pd.DataFrame,
    stages: pd.DataFrame,
    clock: Clock,
    title: str | None = None,
) -> go.Figure:
    """How much of what happened left evidence of each kind? ``evidence_coverage`` as bars.

    Parameters
    ----------
    visits, lives, waits, events, commits, tickets, stages, clock
        As ``evidence_coverage`` takes them.
    title
        Plain text; a neutral one by default.

    Returns
    -------
    Figure
        One bar a kind of evidence, its share in percent, with n beside; a kind sentence without tickets.
    """
    found = evidence_coverage(
        visits, lives=lives, waits=waits, events=events, commits=commits, tickets=tickets, stages=stages,
        clock=clock,
    )  # fmt: skip
    if tickets.empty:
        return nothing_to_see(title=title or _TITLE, hint="Nothing has been pulled so far.")
    rows = found.to_dict("records")
    names = [f"{escape(row['evidence'])}<br>{small(escape('of ' + row['of']))}" for row in rows]
    beside = [_numbers(row) for row in rows]
    figure = go.Figure([_bars(rows, look) for look in _LOOKS])
    figure.update_layout(
        xaxis={
            "range": [0, 100],
            "ticksuffix": " %",
            "nticks": 6,
            "fixedrange": True,
            "title": {"text": "share of which this is known"},
        },
        yaxis={
            "range": [len(rows) - 0.5, -0.5],
            "tickvals": list(range(len(rows))),
            "ticktext": names,
            "showgrid": False,
            "fixedrange": True,
            "ticklabelstandoff": 6,
        },
        barmode="overlay",
        shapes=[_upright(100 * share) for share in (CAREFUL, SURE)],
        annotations=[_beside(place, text) for place, text in enumerate(beside)],
        legend={"x": 0, "y": 1.01, "xanchor": "left", "yanchor": "bottom"},
    )
    return framed(
        figure,
        title=title or _TITLE,
        caption="n stands beside each bar: all there is, no sample, so there is no interval. – where there "
        "is none of it. A low bar is nobody's fault: it says which questions these data cannot answer.",
        alt=_alt(found),
        body=_ROW * len(rows),
        head=58,
        foot=56,
        left=SIDE + 14 + text_width([name.split("<br>")[0] for name in names], size=12),
        right=SIDE + 14 + text_width(beside, size=12),
    )


def _look(share: float) -> str:
    return "yes" if share >= SURE else "with care" if share >= CAREFUL else "no"


def _bars(rows: list[dict[Any, Any]], look: str) -> go.Bar:
    words, colour, pattern = _LOOKS[look]
    mine = [(place, row) for place, row in enumerate(rows) if row["n"] and _look(row["share"]) == look]
    return go.Bar(
        x=[100 * row["share"] for _, row in mine],
        y=[place for place, _ in mine],
        orientation="h",
        name=words,
        marker=filled(colour, pattern),
        hovertext=[_facts(row) for _, row in mine],
        hoverinfo="text",
        showlegend=bool(mine),
    )


def _facts(row: Mapping[Any, Any]) -> str:
    return hover(
        row["evidence"],
        [
            ("share", percent(row["share"])),
            ("known", f"{number(row['known'])} of {number(row['n'])} {row['of']}"),
            ("would help", "" if row["share"] >= SURE else HELP[row["evidence"]]),
        ],
    )


def _numbers(row: Mapping[Any, Any]) -> str:
    return escape(f"{percent(row['share'])} · n {number(row['n'])}") if row["n"] else "– · n 0"


def _beside(place: int, text: str) -> dict[str, Any]:
    return {
        "text": text, "name": "numbers", "x": 1, "xref": "paper", "xshift": 10, "y": place, "xanchor": "left",
        "showarrow": False, "font": {"size": 12}, "align": "left",
    }  # fmt: skip


def _upright(share: float) -> dict[str, Any]:
    return {
        "type": "line", "x0": share, "x1": share, "y0": 0, "y1": 1, "yref": "paper", "layer": "below",
        "line": {"color": SOFT, "width": 1, "dash": "dot"},
    }  # fmt: skip


def _alt(found: pd.DataFrame) -> str:
    known = found[found["n"] > 0]
    low = known[known["share"] < CAREFUL]
    weakest = known.sort_values("share", kind="stable").to_dict("records")[0]
    return (
        f"{_TITLE}: {number(len(low))} of {number(len(known))} kinds of evidence are there for less than "
        f"half. The least: {weakest['evidence']}, {percent(weakest['share'])} (n {number(weakest['n'])} "
        f"{weakest['of']})."
    )


def claims_table(
    visits: pd.DataFrame,
    *,
    lives: pd.DataFrame,
    waits: pd.DataFrame,
    events: pd.DataFrame,
    commits: pd.DataFrame,
    tickets: pd.DataFrame,
    stages: pd.DataFrame,
    clock: Clock,
    minimum: int,
) -> Styler:
    """What can be claimed from these data, and what would make it stronger? ``claims_from_coverage``.

    Parameters
    ----------
    visits, lives, waits, events, commits, tickets, stages, clock
        As ``evidence_coverage`` takes them.
    minimum
        Under so many of something it is too few to say.
    """
    found = evidence_coverage(
        visits, lives=lives, waits=waits, events=events, commits=commits, tickets=tickets, stages=stages,
        clock=clock,
    )  # fmt: skip
    told = claims_from_coverage(found, minimum=minimum).to_dict("records")
    rows = pd.DataFrame(
        {
            "Question": [row["claim"] for row in told],
            "Can it be claimed": [row["verdict"] for row in told],
            "Rests on": [row["evidence"] for row in told],
            "Known": [percent(row["share"]) if row["n"] else "–" for row in told],
            "n": [f"{number(row['n'])} {row['of']}" for row in told],
            "What would help": [row["help"] or "–" for row in told],
        }
    )
    caption = (
        "A claim is as strong as its weakest evidence: yes from 80 % on, with care from 50 % on; a rule of "
        "thumb, not a law."
    )
    return published(rows, caption).set_properties(subset=["What would help"], **_WIDE)
