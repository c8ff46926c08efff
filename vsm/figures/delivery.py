"""Delivery: DORA's measures, the latest deployments, and deployments week by week."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from pandas.io.formats.style import Styler

from vsm.counts import counted
from vsm.figures.labels import TOO_FEW, hover, number
from vsm.figures.links import linked, shown_keys, tickets_link
from vsm.figures.marks import DATE_AXIS, LEGEND_ABOVE, value_axis
from vsm.figures.tables import Columns, table_of
from vsm.figures.theme import BACK, KIND_COLOURS, PAPER, RULE, SIDE, SOFT, framed, nothing_to_see
from vsm.findings.durations import percent, short_duration
from vsm.model.ticket_groups import HOW, deployment_names

DAY: Final = pd.Timedelta(days=1)
_TITLE: Final = "Deployments to production, and how long changes took"
_UNKNOWN: Final = " Outcome unknown: nothing says how they went."
_GAP: Final = 0.16
_FEW: Final = 3
_BARS: Final = "▁▂▃▄▅▆▇█"
_STRETCH, _STRETCHES = 4, 13
"""A year: so many stretches of so many weeks."""
_BEHIND: Final = {
    "failed deployment recovery time": HOW["failed"],
    "change fail rate": HOW["failed"],
    "deployment rework rate": HOW["rework"],
}
"""Measure → the deployments whose tickets are behind it; else all of them."""
_LINE: Final = {"white-space": "nowrap", "font-size": "0.7em"}
"""Of a column of pictures made of letters, which must not be broken."""
_WIDE: Final = {"min-width": "18em"}
"""Of a column of prose: on a phone a table scrolls sideways rather than stand on its toes."""


def delivery_table(measures: pd.DataFrame, weeks: pd.DataFrame) -> Styler:
    """DORA's measures of this stream, as ``delivery_measures`` gives them, each with its last year.

    Parameters
    ----------
    measures, weeks
        As ``delivery_measures`` and ``delivery_weeks`` give them.

    Examples
    --------
    >>> row = {"measure": "change fail rate", "unit": "share", "value": 0.2, "low": 0.1, "high": 0.4, "n": 30,
    ...     "p85": float("nan"), "of": "deployments", "note": "6 of them", "missing": "", "meaning": "failed",
    ...     "source": "DORA"}
    >>> delivery_table(pd.DataFrame([row]), pd.DataFrame()).data["Value"].tolist()
    ['20 %']
    """
    # What is missing for each of them is said once, below the table.
    lacking = set(measures["missing"])
    once = missing if len(lacking) == 1 and len(measures) > 1 and (missing := lacking.pop()) else ""
    columns: Columns = {
        "Measure": "measure",
        "Value": _value,
        "95 % interval": _between,
        "Last year": lambda row: "–" if row["missing"] else _trend(row["measure"], weeks),
        "n": lambda row: f"{number(row['n'])} {row['of']}",
        "Meaning": lambda row: "; ".join(
            filter(None, (row["meaning"], row["note"], "" if once else row["missing"]))
        ),
    }
    source = measures["source"].iloc[0] if len(measures) else ""
    caption = (
        f"Names as in {source}; definitions in our words. 95 % intervals: bootstrap over "
        "deployments (lead time), exact Poisson (frequency), Wilson (shares), Kaplan–Meier (recovery). "
        "Last year: stretches of four weeks, the latest on the right, from the lowest to the highest value."
    ) + (f" Unknown: {once}." if once else "")
    behind = measures.assign(behind=[_BEHIND.get(measure, "") for measure in measures["measure"]])
    table = table_of(behind, columns, caption, leads={"n": ("deployed", "behind")})
    drawn = table.data["Last year"] != "–"  # type: ignore[attr-defined]
    table = table.set_properties(subset=(drawn, ["Last year"]), **_LINE)
    return table.set_properties(subset=["Meaning"], **_WIDE)


def _value(row: Mapping[Any, Any]) -> str:
    if row["missing"]:
        return "unknown"
    if pd.isna(row["value"]):
        return "none failed" if row["note"] == "none failed" else TOO_FEW
    late = f", 85 % within {_in_unit(row['p85'], row['unit'])}" if not pd.isna(row["p85"]) else ""
    return f"{_in_unit(row['value'], row['unit'])}{late}"


def _in_unit(value: float, unit: str) -> str:
    if unit == "days":
        return short_duration(value * DAY)
    if unit == "share":
        return percent(value)
    return f"{value:,.2g} a week" if value >= 1 else f"every {number(7 / value)} days" if value else "never"


def _between(row: Mapping[Any, Any]) -> str:
    low, high, unit = row["low"], row["high"], row["unit"]
    if row["missing"] or pd.isna(low):
        return "–"
    if unit == "per week":
        rare = low > 0 and high < 1
        return (
            f"every {number(7 / high)} – {number(7 / low)} days"
            if rare
            else f"{low:,.2g} – {high:,.2g} a week"
        )
    return f"{_in_unit(low, unit)} – {'open end' if pd.isna(high) else _in_unit(high, unit)}"


def _trend(measure: str, weeks: pd.DataFrame) -> str:
    """Draw a measure of the last year in thirteen letters; a dot where there is nothing to tell."""
    made = {
        "deployment frequency": lambda rows: rows["deployments"].sum(),
        "change lead time": lambda rows: rows["lead_median"].median() / DAY,
        "change fail rate": lambda rows: rows["failed"].sum() / max(rows["deployments"].sum(), 1),
        "deployment rework rate": lambda rows: rows["rework"].sum() / max(rows["deployments"].sum(), 1),
    }.get(measure)
    if made is None or len(weeks) < 2 * _STRETCH:
        return "–"
    late = weeks.tail(_STRETCHES * _STRETCH)
    stretch = (len(late) - 1 - np.arange(len(late))) // _STRETCH
    values = [float(made(rows)) for _, rows in late.groupby(stretch)][::-1]
    known = [value for value in values if not np.isnan(value)]
    low, span = min(known, default=0.0), max(known, default=0.0) - min(known, default=0.0)
    letters = [
        "·" if np.isnan(value) else _BARS[round((value - low) / span * (len(_BARS) - 1)) if span else 3]
        for value in values
    ]
    return "".join(letters)


def deployments_table(deployments: pd.DataFrame, *, most: int = 12) -> Styler:
    """The latest deployments, and how they went; the latest first."""
    shown = deployments.sort_values("at", ascending=False, kind="stable").head(most)
    shown = shown.assign(what=deployment_names(shown))
    columns: Columns = {
        "Deployment": lambda row: str(row["deployment"]),
        "Repository": _place,
        "At": lambda row: f"{row['at']:%Y-%m-%d %H:%M}",
        "Commits": "commits",
        "Tickets": "tickets",
        "Failure shown by": lambda row: row["by"] or _unless_unknown(row, "–"),
        "Restored": _restored,
        "Fix": lambda row: "yes" if row["rework"] else "–",
        "Evidence": "evidence",
    }
    caption = (
        f"The latest {len(shown)} of {number(len(deployments))} deployments to production (UTC). Commits: "
        "those it was the first to deploy, with their tickets. Fix: it deployed a revert, or a commit of an "
        "incident. Failures that nobody reported are missing."
    )
    table = table_of(
        shown,
        columns,
        caption,
        nothing="No deployment and no release tag is known.",
        leads={"Tickets": ("deployment", "what")},
    )
    table = table.format(partial(shown_keys, most=_FEW), subset=["Evidence"])
    return table.set_properties(subset=["Evidence"], **_WIDE)


def _place(row: Mapping[Any, Any]) -> str:
    words = (row[word] for word in ("repository", "component") if not pd.isna(row[word]))
    return ": ".join(words) or "–"


def _unless_unknown(row: Mapping[Any, Any], otherwise: str) -> str:
    return "outcome unknown" if row["outcome"] == "unknown" else otherwise


def _restored(row: Mapping[Any, Any]) -> str:
    if not row["failed"]:
        return _unless_unknown(row, "–")
    return "not yet" if pd.isna(row["restored"]) else f"{row['restored']:%Y-%m-%d %H:%M}"


def deployment_weeks(weeks: pd.DataFrame, *, title: str | None = None) -> go.Figure:
    """Deployments week by week, by outcome, and below the median lead time of their changes.

    Parameters
    ----------
    weeks
        As ``delivery_weeks`` gives them.

    Examples
    --------
    >>> week = {"week": pd.Timestamp("2026-01-05", tz="UTC"), "deployments": 2, "changes": 5, "failed": 1,
    ...     "succeeded": 1, "lead_median": pd.Timedelta(days=3), "rework": 0}
    >>> deployment_weeks(pd.DataFrame([week])).layout.meta["alt"]
    'Deployments to production by week, n = 2 in 1 week, 1 of them failed; 5 changes.'
    """
    if weeks.empty:
        return nothing_to_see(
            of="deployment_weeks", title=title or _TITLE, hint="No deployment and no release tag is known."
        )
    unknown = _unknown(weeks)
    counts = {"successful": weeks["succeeded"], "failed": weeks["failed"], "outcome unknown": unknown}
    figure = go.Figure([*(_bars(weeks, of, name) for name, of in counts.items()), _points(weeks)])
    most, timed = int(weeks["deployments"].max()), bool(weeks["lead_median"].notna().any())
    figure.update_layout(
        barmode="stack",
        xaxis=DATE_AXIS | {"anchor": "y2" if timed else "y"},
        yaxis={
            "domain": [0.5 + _GAP / 2 if timed else 0, 1], "range": [0, most * 1.15],
            "nticks": min(most, 4) + 1, "tickformat": ",d", "fixedrange": True,
            "title": {"text": "deployments"},
        },
        yaxis2=value_axis("lead time, days", domain=[0, 0.5 - _GAP / 2], nticks=4, gridcolor=RULE)
        | {"visible": timed},
        legend=LEGEND_ABOVE,
    )  # fmt: skip
    deployed, changes = (number(weeks[name].sum()) for name in ("deployments", "changes"))
    return framed(
        figure,
        of="deployment_weeks",
        title=title or _TITLE,
        caption=(
            f"n = {deployed} deployments with {changes} changes (commits, merges left out) in "
            f"{number(len(weeks))} weeks, by Monday (UTC).{_UNKNOWN if unknown.any() else ''} Lead time for "
            "changes: from author timestamp to production, median of the week's changes; not shown for the "
            "first deployment, which contains everything before it."
        ),
        alt=(
            f"Deployments to production by week, n = {deployed} in {counted(len(weeks), 'week')}, "
            f"{_outcomes(weeks['failed'].sum(), unknown.sum(), of=weeks['deployments'].sum())}; "
            f"{changes} changes."
        ),
        body=300,
        head=34,
        foot=40,
        left=SIDE + 44,
    )


def _outcomes(failed: float, unknown: float, *, of: float) -> str:
    """Say how many failed; 0 only where an outcome is known."""
    if unknown == of:
        return "outcome unknown"
    return f"{number(failed)} of them failed" + (f", outcome of {number(unknown)} unknown" if unknown else "")


def _bars(weeks: pd.DataFrame, counts: "pd.Series[int]", name: str) -> go.Bar:
    failed = name == "failed"
    plain = SOFT if name == "outcome unknown" else KIND_COLOURS["work"]
    return go.Bar(
        x=weeks["week"].dt.strftime("%Y-%m-%d").tolist(),
        y=counts.tolist(),
        name=name,
        showlegend=bool(counts.sum()),
        marker={
            "color": BACK if failed else plain,
            "line": {"width": 0},
            "pattern": {"shape": "/" if failed else "", "fgcolor": PAPER, "fillmode": "overlay", "size": 6},
        },
        hovertext=_hovers(weeks),
        hoverinfo="text",
        **linked(tickets_link("deployed-week", f"{week:%Y-%m-%d}") for week in weeks["week"]),
    )


def _unknown(weeks: Any) -> Any:
    """How many deployments nobody knows the outcome of, in a week or in each of several."""
    return weeks["deployments"] - weeks["failed"] - weeks["succeeded"]


def _points(weeks: pd.DataFrame) -> go.Scatter:
    known = weeks[weeks["lead_median"].notna()]
    return go.Scatter(
        x=known["week"].dt.strftime("%Y-%m-%d").tolist(),
        y=(known["lead_median"].dt.total_seconds() / DAY.total_seconds()).tolist(),
        yaxis="y2",
        mode="markers",
        name="median lead time of changes",
        marker={
            "color": KIND_COLOURS["work"],
            "size": 8,
            "symbol": "circle",
            "line": {"color": SOFT, "width": 1},
        },
        hovertext=_hovers(known),
        hoverinfo="text",
        **linked(tickets_link("deployed-week", f"{week:%Y-%m-%d}") for week in known["week"]),
    )


def _hovers(weeks: pd.DataFrame) -> list[str]:
    return [
        hover(
            f"week of {row['week']:%Y-%m-%d}",
            [
                ("deployments", number(row["deployments"])),
                ("outcome", _outcomes(row["failed"], _unknown(row), of=row["deployments"])),
                ("changes", number(row["changes"])),
                ("median lead time", short_duration(row["lead_median"])),
            ],
        )
        for row in weeks.to_dict("records")
    ]
