"""What does delivered work serve? Kinds of work as bars, objectives and planning as tables."""

from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
from pandas.io.formats.style import Styler

from vsm.figures.labels import escape, hover, number, text_width
from vsm.figures.tables import Columns, in_days, missing_facts, table_of, with_interval
from vsm.figures.theme import SIDE, filled, framed, nothing_to_see, whiskers
from vsm.findings.durations import percent, short_duration

FLOW_COLOURS: Final = {
    "feature": "#0072b2",
    "defect": "#d55e00",
    "risk": "#cc79a7",
    "debt": "#e69f00",
    "unknown": "#9aa3ab",
}
FLOW_PATTERNS: Final = {"feature": "", "defect": "/", "risk": ".", "debt": "-", "unknown": "x"}
_TITLE: Final = "What kind of work was delivered"
_ROW: Final = 40


def flow_distribution_bars(distribution: pd.DataFrame, *, title: str | None = None) -> go.Figure:
    """Which share of delivered tickets was features, defects, risks, debt?

    Parameters
    ----------
    distribution
        As ``vsm.model.objectives.flow_distribution`` gives it. Without shares (too few tickets) the counts
        alone are told.
    title
        Plain text; a neutral one by default.

    Returns
    -------
    Figure
        One bar a kind with its interval; without delivered tickets a kind sentence.

    Examples
    --------
    >>> kind = {"flow": "defect", "tickets": 20, "n": 20, "share": 1.0, "low": 0.84, "high": 1.0, "by": None}
    >>> flow_distribution_bars(pd.DataFrame([kind])).layout.meta["alt"]
    'Share of delivered tickets by kind of work, n = 20: defect 100 %.'
    """
    if distribution.empty or not distribution["n"].iloc[0]:
        return nothing_to_see(title=title or _TITLE, hint="No ticket has been delivered so far.")
    rows = distribution.reset_index(drop=True)
    texts = [_numbers(row) for row in rows.to_dict("records")]
    reach = 100 * float(rows["high"].max()) if rows["high"].notna().any() else 1.0
    figure = go.Figure(
        [*(_bar(place, row) for place, row in enumerate(rows.to_dict("records"))), whiskers(rows)]
    )
    figure.update_layout(
        xaxis={
            "range": [0, reach * 1.04],
            "ticksuffix": " %",
            "nticks": 5,
            "fixedrange": True,
            "visible": bool(rows["share"].notna().any()),
            "title": {"text": "share of all delivered tickets"},
        },
        yaxis={
            "range": [len(rows) - 0.5, -0.5],
            "tickvals": list(rows.index),
            "ticktext": list(rows["flow"]),
            "showgrid": False,
            "fixedrange": True,
            "tickfont": {"size": 13},
            "ticklabelstandoff": 6,
        },
        annotations=[_text(place, text) for place, text in enumerate(texts)],
    )
    return framed(
        figure,
        title=title or _TITLE,
        caption=_caption(rows),
        alt=_alt(rows),
        body=_ROW * len(rows),
        foot=56,
        left=SIDE + 14 + text_width(rows["flow"], size=13),
        right=SIDE + 14 + text_width(texts, size=12),
    )


def _bar(place: int, row: dict[Any, Any]) -> go.Bar:
    flow = row["flow"]
    interval = "too few to say" if pd.isna(row["low"]) else f"{percent(row['low'])} to {percent(row['high'])}"
    share = "too few to say" if pd.isna(row["share"]) else percent(row["share"])
    facts = [
        ("share", share),
        ("95 % interval", interval),
        ("n", f"{number(row['tickets'])} of {number(row['n'])}"),
    ]
    return go.Bar(
        x=[0 if pd.isna(row["share"]) else 100 * row["share"]],
        y=[place],
        orientation="h",
        name=flow,
        showlegend=False,
        marker=filled(FLOW_COLOURS[flow], FLOW_PATTERNS[flow]),
        hovertext=[hover(flow, facts)],
        hoverinfo="text",
    )


def _numbers(row: dict[Any, Any]) -> str:
    share = "too few to say" if pd.isna(row["share"]) else percent(row["share"])
    return escape(f"{share} · n {number(row['tickets'])}")


def _text(place: int, text: str) -> dict[str, Any]:
    return {
        "text": text,
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


def _caption(rows: pd.DataFrame) -> str:
    by = rows["by"].iloc[0]
    told = "" if pd.isna(by) else f" Kinds are told by {by}."
    return (
        f"n: tickets finished for good, {number(rows['n'].iloc[0])} in all; each counts once, however "
        f"large.{told}"
        + (" Whiskers: 95 % interval of the share (Wilson)." if rows["low"].notna().any() else "")
    )


def _alt(rows: pd.DataFrame) -> str:
    shown = rows[rows["tickets"] > 0].sort_values("tickets", ascending=False, kind="stable")
    few = rows["share"].isna().any()
    parts = [
        f"{row['flow']} {number(row['tickets']) if few else percent(row['share'])}"
        for row in shown.to_dict("records")
    ]
    n = number(rows["n"].iloc[0])
    if few:
        return f"Too few delivered tickets for shares by kind of work, n = {n}: {', '.join(parts)}."
    return f"Share of delivered tickets by kind of work, n = {n}: {', '.join(parts)}."


def objective_table(costs: pd.DataFrame, *, most: int = 12) -> Styler:
    """What was delivered for each objective, and what did waiting cost it? ``objective_costs`` as a table.

    Parameters
    ----------
    costs
        As ``vsm.model.objectives.objective_costs`` gives them.
    most
        How many are shown.

    Examples
    --------
    >>> columns = "objective delivered open lead lead_total wait waiting wait_share value valued cost costed"
    >>> objective_table(pd.DataFrame(columns=columns.split())).data.empty
    True
    """
    shown = costs.head(most)
    columns: Columns = {
        "Objective": "objective",
        "Delivered": "delivered",
        "Open": "open",
        "Median lead time": (
            "lead",
            lambda lead: "too few to say" if pd.isna(lead) else short_duration(lead),
        ),
        "Waited in all": ("wait", in_days),
        "Share of all waiting": ("wait_share", lambda part: "–" if pd.isna(part) else percent(part)),
        "Value": lambda row: _known_of(row, "value", "valued"),
        "Cost of delay": lambda row: _known_of(row, "cost", "costed"),
    }
    more = f" The first {most} of {len(costs)} objectives." if len(costs) > most else ""
    caption = (
        "Delivered: finished for good, not by a bulk edit; elapsed time. Value and cost of delay (its cost a "
        "week times the weeks of lead time) in the unit of the tracker's fields, n: tickets of which it is "
        f"known.{more}"
    )
    return table_of(shown, columns, caption)


def _known_of(row: dict[Any, Any], word: str, count: str) -> str:
    return "unknown" if pd.isna(row[word]) else f"{row[word]:,.0f} (n {number(row[count])})"


def planned_table(planned: pd.DataFrame) -> Styler:
    """Which share of delivered tickets was not planned? ``planned_share`` as a table.

    Examples
    --------
    >>> row = {"planned": 0, "unplanned": 0, "unknown": 3, "n": 0, "share": float("nan"), "low": float("nan"),
    ...     "high": float("nan"), "missing": "say what is unplanned"}
    >>> planned_table(pd.DataFrame([row])).data["Unplanned share"].tolist()
    ['unknown']
    """
    columns: Columns = {
        "Unplanned share": with_interval,
        "Planned": "planned",
        "Unplanned": "unplanned",
        "Unknown": "unknown",
    }
    caption = "Delivered tickets that a selector of “unplanned” in vsm.toml means; 95 % interval (Wilson)."
    return table_of(planned, columns, caption + missing_facts(planned))
