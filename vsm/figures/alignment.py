"""What delivered work serves: kinds of work as bars, objectives and planning as tables."""

from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
from pandas.io.formats.style import Styler

from vsm.figures.labels import escape, hover, interval_words, number, text_width
from vsm.figures.marks import filled, row_axis, row_bars, row_numbers, whiskers
from vsm.figures.tables import Columns, if_known, in_days, missing_facts, table_of, with_interval
from vsm.figures.theme import SIDE, framed, nothing_to_see
from vsm.findings.durations import percent, short_duration

FLOW_COLOURS: Final = {
    "feature": "#0072b2", "defect": "#d55e00", "risk": "#cc79a7", "debt": "#e69f00", "unknown": "#9aa3ab",
}  # fmt: skip
_share = if_known(percent)
FLOW_PATTERNS: Final = {"feature": "", "defect": "/", "risk": ".", "debt": "-", "unknown": "x"}
_TITLE: Final = "What kind of work was delivered"
_ROW: Final = 40


def flow_distribution_bars(distribution: pd.DataFrame, *, title: str | None = None) -> go.Figure:
    """Flow distribution: features, defects, risks and debt among what was delivered.

    Parameters
    ----------
    distribution
        As ``vsm.model.objectives.flow_distribution`` gives it. Without shares (too few tickets) only counts
        are shown.

    Examples
    --------
    >>> kind = {"flow": "defect", "tickets": 20, "n": 20, "share": 1.0, "low": 0.84, "high": 1.0, "by": None}
    >>> flow_distribution_bars(pd.DataFrame([kind])).layout.meta["alt"]
    'Share of delivered tickets by kind of work, n = 20: defect 100 %.'
    """
    if distribution.empty or not distribution["n"].iloc[0]:
        return nothing_to_see(
            of="flow_distribution_bars", title=title or _TITLE, hint="No ticket has been delivered so far."
        )
    rows = distribution.reset_index(drop=True)
    texts = [
        escape(f"{_share(row['share'])} · n {number(row['tickets'])}") for row in rows.to_dict("records")
    ]
    reach = 100 * float(rows["high"].max()) if rows["high"].notna().any() else 1.0
    figure = go.Figure(
        [*(_bar(position, row) for position, row in enumerate(rows.to_dict("records"))), whiskers(rows)]
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
        yaxis=row_axis(list(rows["flow"]), tickfont={"size": 13}),
        annotations=row_numbers(texts),
    )
    return framed(
        figure,
        of="flow_distribution_bars",
        title=title or _TITLE,
        caption=_caption(rows),
        alt=_alt(rows),
        body=_ROW * len(rows),
        foot=56,
        left=SIDE + 14 + text_width(rows["flow"], size=13),
        right=SIDE + 14 + text_width(texts, size=12),
    )


def _bar(position: int, row: dict[Any, Any]) -> go.Bar:
    flow = row["flow"]
    facts = [
        ("share", _share(row["share"])),
        ("95 % interval", interval_words(row)),
        ("n", f"{number(row['tickets'])} of {number(row['n'])}"),
    ]
    return row_bars(
        [0 if pd.isna(row["share"]) else 100 * row["share"]],
        [position],
        name=flow,
        marker=filled(FLOW_COLOURS[flow], FLOW_PATTERNS[flow]),
        hovertext=[hover(flow, facts)],
    )


def _caption(rows: pd.DataFrame) -> str:
    by = rows["by"].iloc[0]
    kinds = "" if pd.isna(by) else f" Kinds come from {by}."
    return (
        f"n: delivered tickets, {number(rows['n'].iloc[0])} in total; each counts once, whatever its size."
        + kinds
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
    """What was delivered for each objective, and how long it waited, as ``objective_costs`` gives them."""
    shown = costs.head(most)
    columns: Columns = {
        "Objective": "objective",
        "Delivered": "delivered",
        "Open": "open",
        "Median lead time": ("lead", if_known(short_duration)),
        "Total wait": ("wait", in_days),
        "Share of all waiting": ("wait_share", if_known(percent, otherwise="–")),
        "Value": lambda row: _known_of(row, "value", "valued"),
        "Cost of delay": lambda row: _known_of(row, "cost", "costed"),
    }
    more = f" The first {most} of {len(costs)} objectives." if len(costs) > most else ""
    caption = (
        "Delivered: finished for good, not by a bulk edit; elapsed time. Value and cost of delay (its cost a "
        "week times the weeks of lead time) in the unit of the tracker's fields; n: tickets for which it is "
        f"known.{more}"
    )
    return table_of(shown, columns, caption)


def _known_of(row: dict[Any, Any], word: str, count: str) -> str:
    return "unknown" if pd.isna(row[word]) else f"{row[word]:,.0f} (n {number(row[count])})"


def planned_table(planned: pd.DataFrame) -> Styler:
    """Planned against unplanned work among what was delivered, as ``planned_share`` gives it."""
    columns: Columns = {
        "Unplanned share": with_interval,
        "Planned": "planned",
        "Unplanned": "unplanned",
        "Unknown": "unknown",
    }
    caption = "Unplanned: delivered tickets that a selector in vsm.toml matches; 95 % interval (Wilson)."
    return table_of(planned, columns, caption + missing_facts(planned))
