"""Styled tables: few columns, human durations, numbers at the right."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.figures.labels import TOO_FEW
from vsm.figures.links import shown_tickets, tickets_link
from vsm.findings.durations import percent

Column = str | tuple[str, Callable[[Any], object]] | Callable[[Any], object] | list[Any] | pd.Series
Columns = dict[str, Column]
"""Where the column under each heading comes from, see ``table_of``."""
Leads = Mapping[str, tuple[str, ...]]
"""By heading, the kind of tickets that its numbers count, and the columns that name their group."""
NOTHING: Final = "Nothing to show."
_WORDS: Final = frozenset(
    {"Stage", "Kind", "Team", "From", "To", "Level", "Check", "Example", "Ticket", "Summary", "Objective",
     "Area", "Tickets with", "At risk", "Between", "Who", "Evidence", "Direction", "Measure", "Meaning",
     "Deployment", "Repository", "Failure shown by", "Blocked by", "Cause", "Story",
     "In progress meanwhile", "Caveat", "What to try", "Try", "Where", "Rule", "Used by", "Verdict",
     "Experiment", "Since", "Handoff", "Most of it in", "Expected", "Did it help?",
     "Waiting for", "Question", "Can the data answer it", "Rests on", "What would help", "Source", "Step",
     "What", "Statistic", "Opened by", "Pull request", "Pipeline",
     "Status", "Sprint", "What if", "Mapped by", "Kind assumed from", "Value", "Keys", "Service level"}
)  # fmt: skip
_LOOK: Final[list[Any]] = [
    {"selector": "caption", "props": "caption-side: bottom; text-align: left; padding-top: .5em;"},
    {"selector": "th", "props": "text-align: left; vertical-align: bottom;"},
    {"selector": "td", "props": "text-align: left; vertical-align: top;"},
    {
        "selector": ".right",
        "props": "text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums;",
    },
    {"selector": ".long", "props": "min-width: min(28ch, 60vw);"},
]
_EMPTY: Final[list[Any]] = [{"selector": place, "props": "display: block;"} for place in ("", "caption")]
"""Without columns a table would be as narrow as a word of its caption."""
_LONG: Final = 80
"""A text of so many characters needs a wide column: else it has one word a line."""


def in_days(total: pd.Timedelta) -> str:
    """A total in days, such as ``1,500 d``; less than one as ``<1 d``."""
    if pd.Timedelta(0) < total < pd.Timedelta(days=1):
        return "<1 d"
    return f"{total / pd.Timedelta(days=1):,.0f} d"


def with_interval(row: Mapping[Any, Any]) -> str:
    """A share with its interval; in words where it is unknown, or of too few.

    ``missing_facts`` says below the table what would have to be known.

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
        return TOO_FEW
    share = percent(row["share"])
    low, high = (percent(row[side]).removesuffix(" %") for side in ("low", "high"))
    said = pd.isna(row["low"]) or f"{low} %" == f"{high} %" == share
    return share if said else f"{share} ({low} – {high})"


def missing_facts(measure: pd.DataFrame) -> str:
    """What must be known before a measure can be given, for the caption; empty: nothing is ``missing``."""
    return "".join(f" Unknown: {missing}." for missing in dict.fromkeys(measure["missing"].dropna()))


def if_known(text: Callable[[Any], str], *, otherwise: str = TOO_FEW) -> Callable[[Any], str]:
    """What makes a text of each known value of a column, and ``otherwise`` of a missing one."""
    return lambda value: otherwise if pd.isna(value) else text(value)


def keys_of(tickets: pd.DataFrame) -> dict[str, str]:
    """The key of each ticket, by its id."""
    return dict(zip(tickets["ticket"].astype("str"), tickets["key"].astype("str"), strict=True))


def titles_of(tickets: pd.DataFrame, *, by: str = "ticket") -> dict[str, str]:
    """The summary of each ticket, by its id or by another column; a dash where there is none."""
    return dict(zip(tickets[by].astype("str"), tickets["summary"].astype("str").fillna("–"), strict=True))


def table_of(
    found: pd.DataFrame,
    columns: Columns,
    caption: str,
    *,
    nothing: str = NOTHING,
    leads: Leads | None = None,
) -> Styler:
    """A styled table whose columns are declared: a heading, and where its texts come from.

    Parameters
    ----------
    found
        One row for each row of the table.
    columns
        By heading: the name of a column; a pair of such a name and what makes a text of each value; what
        makes a text of each whole row; or the texts themselves.
    caption, nothing
        As ``styled_table`` takes them.
    leads
        Whose tickets numbers count, such as ``{"Tickets": ("stage", "stage")}``: in a report they lead there.

    Examples
    --------
    >>> found = pd.DataFrame({"stage": ["QA"], "total": [pd.Timedelta(days=3)], "n": [4], "of": ["moves"]})
    >>> columns = {"Stage": "stage", "In all": ("total", in_days), "n": lambda row: f"{row['n']} {row['of']}"}
    >>> table_of(found, columns, "Elapsed time.").data.to_dict("records")
    [{'Stage': 'QA', 'In all': '3 d', 'n': '4 moves'}]
    """
    records = found.to_dict("records") if any(callable(column) for column in columns.values()) else []
    values: dict[str, Any] = {}
    for heading, column in columns.items():
        if isinstance(column, str):
            values[heading] = found[column]
        elif isinstance(column, tuple):
            name, text = column
            values[heading] = [text(value) for value in found[name]]
        else:
            values[heading] = [column(row) for row in records] if callable(column) else column
    shown = pd.DataFrame(values)
    table = styled_table(shown, caption, nothing=nothing)
    for heading, (kind, *names) in (leads or {}).items():
        at = shown.columns.get_loc(heading)
        for row, about in enumerate(found[names].itertuples(index=False)):
            # Where Styler.format keeps what shows a cell; it takes milliseconds to find each.
            vars(table)["_display_funcs"][row, at] = _leading(tickets_link(kind, *about))
    return table


def _leading(address: str) -> Callable[[object], str]:
    """What shows a number that leads to its tickets; none, or nothing, leads nowhere."""
    return lambda value: str(value) if str(value) in {"0", "–"} else shown_tickets(str(value), address)


def styled_table(rows: pd.DataFrame, caption: str, *, nothing: str = NOTHING) -> Styler:
    """A table for a page: escaped, numbers and days at the right, a friendly sentence without rows.

    Parameters
    ----------
    rows
        As they are to be read; columns of words are known by their names.
    caption, nothing
        What is said below it, and instead where there are no rows. Not escaped.
    """
    right = [name for name in rows.columns if name not in _WORDS]
    classes = pd.DataFrame("", index=rows.index, columns=rows.columns)
    classes[right] = "right"
    for name in rows.columns.difference(right):
        if rows[name].astype("str").str.len().max() >= _LONG:
            classes[name] = "long"
    shown = rows.style.hide(axis="index")
    if rows.empty:
        shown = shown.hide(axis="columns").set_table_styles(_EMPTY)  # no headings over nothing
    return (
        shown.format(escape="html")
        .set_caption(caption if len(rows) else nothing)
        .set_table_styles(_LOOK, overwrite=False)
        .set_td_classes(classes)
    )
