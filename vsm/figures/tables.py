"""Styled tables: few columns, human durations, numbers at the right."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.findings.durations import percent

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


def with_interval(row: Mapping[Any, Any]) -> str:
    """How is a share told, with its interval? In words where it is unknown, or where too few tell of it.

    ``missing_facts`` tells below the table what would have to be known.

    Parameters
    ----------
    row
        With ``share, low, high`` and, where nothing can be known, what is ``missing``.

    Examples
    --------
    >>> with_interval({"share": 0.25, "low": 0.2, "high": 0.31})
    '25 % (20 – 31)'
    >>> with_interval({"share": float("nan"), "low": float("nan"), "high": float("nan"), "missing": None})
    'too few to say'
    """
    if not pd.isna(row.get("missing")):
        return "unknown"
    if pd.isna(row["share"]):
        return "too few to say"
    share = percent(row["share"])
    low, high = (percent(row[side]).removesuffix(" %") for side in ("low", "high"))
    return share if pd.isna(row["low"]) else f"{share} ({low} – {high})"


def missing_facts(measure: pd.DataFrame) -> str:
    """What must be known before a measure can be told? A sentence for the caption, empty where nothing lacks.

    Parameters
    ----------
    measure
        With ``missing``.

    Examples
    --------
    >>> missing_facts(pd.DataFrame({"missing": ["no team is known"]}))
    ' Unknown: no team is known.'
    """
    said = dict.fromkeys(measure["missing"].dropna())
    return "".join(f" Unknown: {missing}." for missing in said)


def styled_table(rows: pd.DataFrame, caption: str, *, nothing: str = NOTHING) -> Styler:
    """How is a table shown on a page? Escaped, numbers and days at the right, kindly when there is nothing.

    Parameters
    ----------
    rows
        As they are to be read; columns of words are known by their names.
    caption, nothing
        What is said below it, and instead where there are no rows. Not escaped.

    Examples
    --------
    >>> "R&amp;D" in styled_table(pd.DataFrame({"Team": ["R&D"]}), "Teams.").to_html()
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
