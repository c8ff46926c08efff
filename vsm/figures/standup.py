"""What a stand-up looks at: what moved, what is blocked, what is over age, and what was agreed."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.clock import Clock
from vsm.config import Workflow
from vsm.counts import counted
from vsm.errors import ParameterError
from vsm.figures.labels import iso_day, number
from vsm.figures.links import linked_keys
from vsm.figures.tables import Columns, keys_of, table_of, with_interval
from vsm.findings import Present
from vsm.findings.durations import short_duration
from vsm.model.ageing import LATE
from vsm.model.change import LEAD
from vsm.model.lifecycle import still_open
from vsm.model.standup import blocked_now, last_working_day, moved_since
from vsm.stats.proportions import share_of

_MOST: Final = 12
_WORDS: Final = {"finished": "Finished", "forward": "Moved on", "back": "Moved back", "new": "New"}


def moved_table(
    stage_visits: pd.DataFrame,
    *,
    stages: pd.DataFrame,
    tickets: pd.DataFrame,
    clock: Clock,
    as_of: pd.Timestamp,
    since_day: str = "",
) -> Styler:
    """What moved since the last working day, from the end of the stream to its beginning.

    Parameters
    ----------
    since_day
        ``YYYY-MM-DD`` (UTC): since the beginning of that day; empty: of the last working day before today.

    Raises
    ------
    ParameterError
        It is no day.
    """
    try:
        since = pd.Timestamp(since_day, tz="UTC") if since_day else last_working_day(clock, as_of=as_of)
    except ValueError:
        raise ParameterError(f"since_day is '{since_day}'; say a day such as 2026-05-01") from None
    found = moved_since(stage_visits, stages=stages, since=since)
    columns: Columns = {
        "What": ("what", _WORDS.__getitem__),
        "Keys": _keys(tickets),
        "From": ("before", lambda stage: "–" if pd.isna(stage) else stage),
        "To": "after",
        "n": lambda row: number(len(row["tickets"])),
    }
    caption = (
        f"From {iso_day(since)} (UTC) to {as_of:%Y-%m-%d %H:%M}: tickets that are in another stage than "
        "before. What went there and back is not among them."
    )
    nothing = f"Nothing has moved since {iso_day(since)}."
    return _listed(table_of(found, columns, caption, nothing=nothing), tickets)


def blocked_table(blocks: pd.DataFrame, *, lifecycles: pd.DataFrame, tickets: pd.DataFrame) -> Styler:
    """What is blocked now, by what blocks it; what blocks most comes first (``blocked_now``)."""
    there = lifecycles.loc[still_open(lifecycles), "ticket"].astype("str")
    key = keys_of(tickets)
    columns: Columns = {
        "Keys": _keys(tickets),
        "Blocked by": ("by", lambda by: "a flag, or its stage" if pd.isna(by) else key.get(by, by)),
        "Since": ("since", iso_day),
        "n": lambda row: number(len(row["tickets"])),
    }
    found = blocked_now(blocks, open_tickets=there)
    caption = "Open tickets with a flag, in a blocked stage, or with an open link to what blocks them."
    return _listed(table_of(found, columns, caption, nothing="Nothing is blocked."), tickets)


def board_table(present: Present, workflow: Workflow) -> Styler:
    """The board from right to left: tickets in each stage, its limit, and which of them are over age."""
    ages = present.ages.sort_values("stay", ascending=False, kind="stable")
    rows = [
        {
            "stage": stage,
            "now": len(there),
            "limit": workflow.limits.get(str(stage)),
            "late": int((there["stay_beyond"] >= LATE).sum()),
            "usual": there["stay_p85"].iloc[0],
            "tickets": tuple(there.loc[there["stay_beyond"] >= LATE, "ticket"]),
        }
        for (_, stage), there in ages.groupby(["position", "stage"])
    ]
    found = pd.DataFrame(rows[::-1], columns=["stage", "now", "limit", "late", "usual", "tickets"])
    columns: Columns = {
        "Stage": "stage",
        "Keys": _keys(present.tickets),
        "Open": _against_limit,
        "Over age": ("late", number),
        "85th percentile": ("usual", lambda usual: "unknown" if pd.isna(usual) else short_duration(usual)),
    }
    caption = (
        f"n = {counted(len(ages), 'open ticket')}, the stages closest to done first. Keys: of those over "
        "age, longer in the stage than 85 % of tickets stayed there, the oldest first. Open: against the "
        "limit of the stage (wip in vsm.toml)."
    )
    table = table_of(
        found, columns, caption, nothing="No ticket is open.",
        leads={"Open": ("queue", "stage"), "Over age": ("over-age", "stage")},
    )  # fmt: skip
    return _listed(table, present.tickets)


def service_level_table(present: Present, workflow: Workflow) -> Styler:
    """Whether what the team expects of its tickets comes true, and which open ones are beyond it."""
    level = workflow.service_level
    rows = []
    if level is not None:
        time = "lead" if level.of == LEAD else "cycle"
        days = pd.Timedelta(days=level.days)
        done = present.delivered[time].dropna()
        counts = share_of(int((done <= days).sum()), len(done), minimum=present.minimum)
        age = "age" if time == "lead" else "cycle"
        beyond = present.ages[present.ages[age] > days].sort_values(age, ascending=False, kind="stable")
        rows = [{"level": str(level), **counts, "n": len(done), "tickets": tuple(beyond["ticket"])}]
    found = pd.DataFrame(rows, columns=["level", "share", "low", "high", "n", "tickets"])
    columns: Columns = {
        "Service level": "level",
        "Keys": _keys(present.tickets),
        "Kept": with_interval,
        "Delivered": ("n", number),
        "Open beyond it": lambda row: number(len(row["tickets"])),
    }
    caption = (
        f"Kept: of what was delivered in {present.words}, with its 95 % interval; elapsed time. Keys: of "
        "open tickets beyond it, the oldest first."
    )
    nothing = "No service level is set: add [service_level] with days to vsm.toml."
    table = table_of(found, columns, caption, nothing=nothing)
    return _listed(table, present.tickets)


def _against_limit(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["limit"]):
        return number(row["now"])
    over = ", over the limit" if row["now"] > row["limit"] else ""
    return f"{number(row['now'])} of {number(row['limit'])}{over}"


def _keys(tickets: pd.DataFrame) -> Callable[[Mapping[Any, Any]], tuple[str, ...]]:
    """Give the keys of a row's tickets, the first of them."""
    key = keys_of(tickets)

    def keys(row: Mapping[Any, Any]) -> tuple[str, ...]:
        named = [key.get(ticket, ticket) for ticket in row["tickets"]]
        more = len(named) - _MOST
        return (*named[:_MOST], *([f"and {number(more)} more"] if more > 0 else []))

    return keys


def _listed(table: Styler, tickets: pd.DataFrame) -> Styler:
    """Show keys as links, in a column that is wide enough for several."""
    table = table.format(linked_keys(tickets), subset=["Keys"])
    return table.set_properties(subset=["Keys"], **{"min-width": "16em"})
