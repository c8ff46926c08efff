"""Which numbers stand behind the pictures? Published tables: few columns, human durations."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.findings.durations import percent, short_duration
from vsm.model.lifecycle import lead_time_quantiles
from vsm.tables import LEVELS

NOTHING: Final = "Nothing to see yet."
_WORDS: Final = frozenset(
    {"Stage", "Kind", "Team", "From", "To", "Level", "Check", "Example", "Ticket", "Objective", "Area",
     "Tickets with", "At risk", "Between", "Who", "Look at", "Way", "Measure", "Meaning",
     "Deployment", "Repository", "Failed by", "Blocked by", "Said by", "Cause", "Story", "Meanwhile in hand",
     "What would mislead you", "What could be tried", "Try", "Where", "Rule", "Who counts so", "Verdict",
     "Experiment", "Since", "Expected", "Did it help?",
     "Waits for", "Question", "Can it be claimed", "Rests on", "What would help", "Source",
     "What", "Status", "Who says so", "Value"}
)  # fmt: skip
_LOOK: Final[list[Any]] = [
    {"selector": "caption", "props": "caption-side: bottom; text-align: left; padding-top: .5em;"},
    {"selector": "th", "props": "text-align: left; vertical-align: bottom;"},
    {"selector": "td", "props": "text-align: left; vertical-align: top;"},
    {
        "selector": ".right",
        "props": "text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums;",
    },
]


def stage_table(shares: pd.DataFrame) -> Styler:
    """How much time do finished tickets spend in each stage? ``stage_shares`` as a table."""
    rows = pd.DataFrame(
        {
            "Stage": shares["stage"],
            "Kind": shares["kind"],
            "Team": shares["team"].fillna("–"),
            "Tickets": shares["tickets"],
            "Share of lead time": [bounded(row) for row in shares.to_dict("records")],
            "Median": [short_duration(value) for value in shares["median"]],
            "85 % within": [short_duration(value) for value in shares["p85"]],
            "In all": [in_days(value) for value in shares["total"]],
        }
    )
    caption = "Elapsed time of finished tickets; median and 85 % are of one ticket's time in the stage."
    return published(rows, caption)


def handoff_table(costs: pd.DataFrame) -> Styler:
    """What do handoffs between teams cost? ``handoff_costs`` as a table, the costliest first."""
    rows = pd.DataFrame(
        {
            "From": costs["from_team"],
            "To": costs["to_team"],
            "Handoffs": costs["handoffs"],
            "Tickets": costs["tickets"],
            "Returns": costs["back"],
            "Share of lead time": [bounded(row) for row in costs.to_dict("records")],
            "Median wait": [short_duration(value) for value in costs["median"]],
            "85 % within": [short_duration(value) for value in costs["p85"]],
            "In all": [in_days(value) for value in costs["wait"]],
        }
    )
    return published(
        rows, "Handoffs of finished tickets between persons or teams; returns go to an earlier stage."
    )


def lead_time_table(lives: pd.DataFrame, *, minimum: int) -> Styler:
    """Within which time do tickets get done, with open ones counted? ``lead_time_quantiles`` as a table.

    Examples
    --------
    >>> none = pd.to_datetime([], utc=True)
    >>> lives = pd.DataFrame({"finished": none, "bulk": [], "lead": none - none})
    >>> lead_time_table(lives, minimum=12).data["Lead time"].tolist()
    ['too few to say', 'too few to say']
    """
    quantiles = lead_time_quantiles(lives, minimum=minimum)
    known = quantiles["finished"] >= minimum
    words = [
        short_duration(value) if pd.notna(value) else "longer than the data tell"
        for value in quantiles["lead"]
    ]
    interval = [
        f"{short_duration(low)} to {short_duration(high) if pd.notna(high) else 'unknown'}"
        for low, high in zip(quantiles["low"], quantiles["high"], strict=True)
    ]
    rows = pd.DataFrame(
        {
            "Of all tickets": [percent(quantile) for quantile in quantiles["quantile"]],
            "Lead time": pd.Series(words, dtype="str").where(known, "too few to say"),
            "95 % interval": pd.Series(interval, dtype="str").where(known, "–"),
            "Finished": quantiles["finished"],
            "Open": quantiles["open"],
        }
    )
    caption = (
        "Creation to finish for good, elapsed time; Kaplan–Meier with open tickets as censored. Open: with "
        "those that a bulk edit closed, since when they really ended is not known."
    )
    return published(rows, caption)


def doubts_table(quality: pd.DataFrame) -> Styler:
    """What should not be trusted? QUALITY by check, faults first, each with its count and one example."""
    plain = quality.astype({"level": "str", "check": "str"})
    rows = (
        plain.groupby(["level", "check"])
        .agg(Times=("detail", "size"), Example=("detail", "first"))
        .reset_index()
    )
    rank = {level: place for place, level in enumerate(LEVELS)}
    rows = rows.sort_values(["level", "Times"], key=lambda c: c.map(rank) if c.name == "level" else -c)
    names = {"level": "Level", "check": "Check"}
    return published(
        rows.rename(columns=names), "A fault falsifies results, a warning may, a note is good to know."
    )


def in_days(total: pd.Timedelta) -> str:
    """How many days is that, in all?

    Examples
    --------
    >>> in_days(pd.Timedelta(days=1500))
    '1,500 d'
    """
    if pd.Timedelta(0) < total < pd.Timedelta(days=1):
        return "<1 d"
    return f"{total / pd.Timedelta(days=1):,.0f} d"


def bounded(row: Mapping[Any, Any]) -> str:
    """How is a share told, with its interval? In words where it is unknown, or where too few tell of it.

    ``lacking`` tells below the table what would have to be known.

    Parameters
    ----------
    row
        With ``share, low, high`` and, where nothing can be known, what is ``missing``.

    Examples
    --------
    >>> bounded({"share": 0.25, "low": 0.2, "high": 0.31})
    '25 % (20 – 31)'
    >>> bounded({"share": float("nan"), "low": float("nan"), "high": float("nan"), "missing": None})
    'too few to say'
    """
    if not pd.isna(row.get("missing")):
        return "unknown"
    if pd.isna(row["share"]):
        return "too few to say"
    share = percent(row["share"])
    low, high = (percent(row[side]).removesuffix(" %") for side in ("low", "high"))
    return share if pd.isna(row["low"]) else f"{share} ({low} – {high})"


def lacking(measure: pd.DataFrame) -> str:
    """What must be known before a measure can be told? A sentence for the caption, empty where nothing lacks.

    Parameters
    ----------
    measure
        With ``missing``.

    Examples
    --------
    >>> lacking(pd.DataFrame({"missing": ["no team is known"]}))
    ' Unknown: no team is known.'
    """
    said = dict.fromkeys(measure["missing"].dropna())
    return "".join(f" Unknown: {missing}." for missing in said)


def published(rows: pd.DataFrame, caption: str, *, nothing: str = NOTHING) -> Styler:
    """How is a table shown on a page? Escaped, numbers and days at the right, kindly when there is nothing.

    Parameters
    ----------
    rows
        As they are to be read; columns of words are known by their names.
    caption, nothing
        What is said below it, and instead where there are no rows. Not escaped.

    Examples
    --------
    >>> "R&amp;D" in published(pd.DataFrame({"Team": ["R&D"]}), "Teams.").to_html()
    True
    """
    right = [name for name in rows.columns if name not in _WORDS]
    classes = pd.DataFrame("right", index=rows.index, columns=right)
    return (
        rows.style.hide(axis="index")
        .format(escape="html")
        .set_caption(caption if len(rows) else nothing)
        .set_table_styles(_LOOK)
        .set_td_classes(classes)
    )
