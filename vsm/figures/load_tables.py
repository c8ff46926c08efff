"""Tables of load and rework: queues, tickets at once, bottlenecks, returns and %C&A."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.counts import counted
from vsm.figures.labels import TOO_FEW, iso_day
from vsm.figures.tables import (
    Columns,
    if_known,
    in_days,
    table_of,
    with_interval,
)
from vsm.findings.durations import percent, short_duration
from vsm.model.rework import DOERS, WAYS


def switching_table(switching: pd.DataFrame) -> Styler:
    """WIP and multitasking by team: tickets at once, and switches a day (``switching``)."""
    columns: Columns = {
        "Team": "team",
        "People": "people",
        "Tickets": "tickets",
        "One at a time": ("one", if_known(percent)),
        "Two": ("two", if_known(percent)),
        "Three or more": ("more", if_known(percent)),
        "Total time": ("time", in_days),
        "Active days": "days",
        "Switches a day": ("median", if_known(_switches)),
        "85th percentile": ("p85", if_known(_switches)),
    }
    caption = (
        "Tickets that a person has in progress at the same time, by share of all people's time with any "
        "(elapsed, nights and weekends included). Switches: acts on another ticket than the person's act "
        "before on that day (UTC); the median. Work without a record is not seen. People are counted, never "
        "named."
    )
    nothing = "No multitasking in a known team has been seen."
    return table_of(switching, columns, caption, nothing=nothing)


def _switches(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def queue_growth_table(queues: pd.DataFrame) -> Styler:
    """Which queues grow: arrivals, departures and growth a week with its interval (``queue_growth``)."""
    columns: Columns = {
        "Stage": "stage",
        "Verdict": "verdict",
        "Growth a week": _growth(""),
        "Last 8 weeks": _growth("recent_"),
        "In queue now": "length",
        "Arrived": "arrivals",
        "Left": "departures",
        "With bulk edits": "bulk",
        "Weeks": "weeks",
    }
    caption = (
        "All tickets that arrived in each queue and left it in these weeks, open ones included. Growth: "
        "tickets a week, over all weeks and over the last 8, each with a 97.5 % interval (weeks assumed "
        "independent), so that both together miss in 5 %. With bulk edits: "
        "arrivals and departures of visits that one began or ended; the queue changed, but nobody worked."
    )
    return table_of(
        queues,
        columns,
        caption,
        nothing="No ticket has waited in a queue so far.",
        leads={"In queue now": ("queue", "stage")},
    )


def _growth(which: str) -> Callable[[Mapping[Any, Any]], str]:
    """Give how to write a queue's growth with its interval: over all weeks, or the recent one."""

    def shown(row: Mapping[Any, Any]) -> str:
        growth = row[which.rstrip("_") or "growth"]
        low, high = (row[f"{which}{side}"] for side in ("low", "high"))
        return TOO_FEW if pd.isna(growth) else f"{_signed(growth)} ({_signed(low)} to {_signed(high)})"

    return shown


def _signed(value: float) -> str:
    """Two digits after the point near 0, so that a bound that is not 0 does not look like it."""
    digits = 1 if abs(value) >= 0.1 else 2
    rounded = round(value, digits)
    return f"{rounded:+.{digits}f}".replace("-", "−") if rounded else "0"


def active_table(active: pd.DataFrame, *, most: int = 12) -> Styler:
    """Which team was active longest without a break, week by week (bottleneck detection)."""
    columns: Columns = {
        "Week until": ("week", iso_day),
        "Team": "team",
        "Longest active period": ("length", short_duration),
        "Since": ("since", iso_day),
        "Share of the week": ("share", percent),
        "Teams active": "teams",
    }
    caption = (
        "Bottleneck detection: a team is active while it has at least as many tickets in work as active "
        "members. Of all periods that reach into the week the longest is shown, whole and in elapsed time; "
        "the active period method takes its team for the bottleneck. A ticket forgotten in a work stage "
        "looks the same."
    )
    nothing = "No work of a known team has been seen: give stages or people a team in vsm.toml."
    return table_of(active[::-1][:most], columns, caption, nothing=nothing)


def rework_table(stages: pd.DataFrame) -> Styler:
    """Returns to each stage of work, and by whom (``rework_by_stage``)."""
    columns: Columns = {
        "Stage": "stage",
        "Tickets": "n",
        "Tickets that returned": with_interval,
        "Straight back": _returns(stages, ["loop"], DOERS),
        "After other work": _returns(stages, ["repetition"], DOERS),
        "Same person": _returns(stages, WAYS, ["repeat"]),
        "Another person": _returns(stages, WAYS, ["redo"]),
        "Unknown person": _returns(stages, WAYS, ["unknown"]),
        "Total": ("again", in_days),
    }
    caption = (
        "Rework: returns of delivered tickets to a stage of work, elapsed time. Straight back: no other work "
        "in between, only waiting or an external party. Both kinds together count every return once; so do "
        "the three columns of persons."
    )
    return table_of(
        stages,
        columns,
        caption,
        nothing="No delivered ticket has been worked on so far.",
        leads={"Tickets that returned": ("returned", "stage")},
    )


def _returns(stages: pd.DataFrame, ways: Sequence[str], doers: Sequence[str]) -> "pd.Series[Any]":
    return stages[[f"{way}_{doer}" for way in ways for doer in doers]].sum(axis=1).astype("int64")


def referral_table(referrals: pd.DataFrame) -> Styler:
    """Rework by somebody else: from which team to which (``referral_matrix``)."""
    found = referrals.sort_values("count", ascending=False, kind="stable")
    columns: Columns = {
        "From": found["from_team"].fillna("unknown"),
        "To": found["to_team"].fillna("unknown"),
        "Redone": "count",
        "Tickets": "tickets",
        "Total": ("again", in_days),
    }
    caption = (
        "Rework by another person: returns of delivered tickets to a stage of work where somebody else takes "
        "over what a person held there before; the same team twice: a colleague redoes it. Elapsed time."
    )
    return table_of(found, columns, caption, nothing="No delivered ticket came back to another person.")


def backward_table(back: pd.DataFrame, *, minimum: int) -> Styler:
    """Moves back, the most frequent first, and how long until the ticket was as far again.

    Under ``minimum`` moves that were made good again there is no median: too few to say.
    """
    medians = [
        short_duration(median) if n >= max(minimum, 1) else TOO_FEW
        for n, median in zip(back["n"], back["median"], strict=True)
    ]
    columns: Columns = {
        "From": "from_stage",
        "To": "to_stage",
        "Moves back": "count",
        "Tickets": "tickets",
        "Returned": "n",
        "Median time to return": medians,
    }
    caption = (
        "Moves of delivered tickets to an earlier stage, bulk edits left out. Returned: the ticket got back "
        "to where it was, or further; the median runs from the move back until then, elapsed time."
    )
    return table_of(
        back,
        columns,
        caption,
        nothing="No delivered ticket has moved back so far.",
        leads={"Tickets": ("move", "from_stage", "to_stage")},
    )


def accuracy_table(accuracy: pd.DataFrame, *, rolled: pd.DataFrame) -> Styler:
    """%C&A of each stage, and rolled in the last row.

    Parameters
    ----------
    accuracy, rolled
        As ``vsm.model.rework.accuracy_of`` and ``vsm.model.rework.rolled_accuracy`` give them.
    """
    parts = [
        {"stage": row["stage"], "of": counted(row["n"], "move"), "share": with_interval(row)}
        for row in accuracy.to_dict("records")
    ]
    parts += [
        {
            "stage": f"Rolled over {counted(row['stages'], 'work stage')}",
            "of": counted(row["tickets"], "ticket"),
            "share": with_interval(row),
        }
        for row in rolled.to_dict("records")
    ]
    few = int(rolled["few"].sum()) if len(rolled) else 0
    caption = (
        "Complete and accurate (%C&A): moves forward of delivered tickets after which the ticket never came "
        "back to that stage or an earlier one. The last row multiplies the shares of the stages of work. "
        "Intervals: 95 %, Wilson by move; in the last row with weeks as units."
        + (f" Too few moves to be included: {counted(few, 'work stage')}." if few else "")
    )
    columns: Columns = {"Stage": "stage", "Of": "of", "%C&A": "share"}
    rows = pd.DataFrame(parts, columns=["stage", "of", "share"])
    return table_of(rows, columns, caption, nothing="No delivered ticket has moved on so far.")
