"""What made work wait, and which waits were longest? Tables of causes, and short stories."""

from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.figures.causes import in_hours
from vsm.figures.labels import unnamed
from vsm.figures.links import linked_keys
from vsm.figures.tables import bounded, in_days, published
from vsm.findings.durations import percent, short_duration
from vsm.findings.why import BECAUSE
from vsm.model.causes import MEANINGS, calendar_effect, cause_shares
from vsm.model.handoffs import longest_waits
from vsm.tables import CAUSES


def causes_table(waits: pd.DataFrame, lives: pd.DataFrame, *, minimum: int) -> Styler:
    """Why did finished tickets wait, in all? ``cause_shares`` as a table."""
    found = cause_shares(waits, lives, minimum=minimum, seed=0)
    found = found[found["elapsed"] > pd.Timedelta(0)]
    rows = pd.DataFrame(
        {
            "Cause": found["cause"],
            "Share of waiting": [bounded(row) for row in found.to_dict("records")],
            "In working time": [
                "–" if cause == "off hours" or pd.isna(share) else percent(share)
                for cause, share in zip(found["cause"], found["share_working"], strict=True)
            ],
            "Working time": [in_hours(time) for time in found["working"]],
            "Elapsed": [in_days(time) for time in found["elapsed"]],
            "Tickets": found["tickets"],
            "Flow efficiency without it": [
                "–" if pd.isna(impact) else percent(impact) for impact in found["impact"]
            ],
        }
    )
    done = int((lives["finished"].notna() & ~lives["bulk"].astype(bool)).sum())
    caption = (
        f"Waiting of n = {done:,} finished tickets; every hour once, by the first cause that holds. In "
        "brackets: 95 % interval. The last column is no forecast: without one cause, another may take its "
        "place."
    )
    return published(rows, caption, nothing="No finished ticket has waited so far.")


def meanings_table() -> Styler:
    """What does each cause say, what would mislead you about it, and what could be tried?

    Examples
    --------
    >>> meanings_table().data["Cause"].tolist()[:2]
    ['blocked', 'outside']
    """
    rows = pd.DataFrame(
        [(cause, *MEANINGS[cause]) for cause in CAUSES],
        columns=["Cause", "Meaning", "What would mislead you", "What could be tried"],
    )
    return published(rows, "In the order in which they are looked for, unless vsm.toml says otherwise.")


def calendar_table(waits: pd.DataFrame, lives: pd.DataFrame, *, stages: pd.DataFrame) -> Styler:
    """What does the calendar make of waiting? ``calendar_effect`` as a table."""
    found = calendar_effect(waits, lives, stages=stages)
    rows = pd.DataFrame(
        {
            "Stage": found["stage"],
            "Tickets": found["tickets"],
            "Waited": [in_days(time) for time in found["elapsed"]],
            "Working time": [in_hours(time) for time in found["working"]],
            "Off hours": [percent(share) for share in found["share"]],
            "Median": [short_duration(time) for time in found["median_elapsed"]],
            "Median, working": [in_hours(time) for time in found["median_working"]],
        }
    )
    caption = (
        "Waiting of finished tickets by stage; medians are of one ticket's waiting there. Off hours: share "
        "outside of the working calendar of whoever was waited for."
    )
    return published(rows, caption, nothing="No finished ticket has waited so far.")


def wait_stories(
    waits: pd.DataFrame,
    lives: pd.DataFrame,
    *,
    visits: pd.DataFrame,
    blocks: pd.DataFrame,
    tickets: pd.DataFrame,
    as_of: pd.Timestamp,
    most: int = 10,
) -> Styler:
    """Which waits were longest, and what happened meanwhile? Ten short stories, tickets linked.

    Parameters
    ----------
    waits, lives, visits, blocks, tickets
        As ``longest_waits`` takes them.
    """
    found = longest_waits(
        waits, visits=visits, blocks=blocks, tickets=tickets, lives=lives, as_of=as_of, most=most
    )
    told = found.to_dict("records")
    rows = pd.DataFrame(
        {
            "Ticket": found["key"],
            "Story": [_story(row) for row in told],
            "Meanwhile in hand": found["meanwhile"],
            "Blocked by": found["blockers"],
        }
    )
    caption = (
        f"The n = {len(rows)} longest waits of finished tickets, by working time. Meanwhile in hand: what "
        "the receiver had in work while this waited, the longest first, at most three."
    )
    table = published(rows, caption, nothing="No finished ticket has waited so far.")
    return table.format(linked_keys(tickets), subset=["Ticket", "Meanwhile in hand", "Blocked by"])


def _story(row: dict[Any, Any]) -> str:
    """Tell one wait in a sentence or two."""
    whom = "" if pd.isna(row["receiver"]) else f" for {_receiver(row)}"
    when = f"{row['start']:%Y-%m-%d} to {row['end']:%Y-%m-%d}"
    causes = [(cause, row[cause]) for cause in BECAUSE if row[cause] > pd.Timedelta(0)]
    causes.sort(key=lambda told: -told[1])
    why = ", ".join(f"{in_hours(time)} {BECAUSE[cause]}" for cause, time in causes)
    off = f" The rest, {short_duration(row['off hours'])}, was off hours." if row["off hours"] else ""
    return (
        f"Waited {in_hours(row['working'])} of working time ({short_duration(row['elapsed'])} in all) in "
        f"{row['stage']}{whom}, {when}: {why or 'none of it in working hours'}.{off}"
    )


def _receiver(row: dict[Any, Any]) -> str:
    """Name who was waited for; for somebody who bears a pseudonym the team stands, where it is known."""
    told = unnamed(row["receiver"])
    return told if told == row["receiver"] or pd.isna(row["team"]) else str(row["team"])
