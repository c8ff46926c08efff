"""Tables beside the figures of flow: stages, lead times, weeks, ages, load, rework, other tools' rules."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.figures.labels import TOO_FEW, iso_day, number, pluralize
from vsm.figures.tables import (
    Columns,
    if_known,
    in_days,
    keys_of,
    styled_table,
    table_of,
    titles_of,
    with_interval,
)
from vsm.findings.durations import percent, short_duration
from vsm.model.lifecycle import ages, lead_time_quantiles
from vsm.model.named_rules import named_rules, rule_durations, rule_spread
from vsm.model.rework import DOERS, WAYS
from vsm.model.weekly import weekly_flow

_NO_TEAM: Final = "No work of a known team has been seen: give stages or people a team in vsm.toml."


def stage_table(shares: pd.DataFrame) -> Styler:
    """Each stage's share of lead time, with its interval (``stage_shares``)."""
    columns: Columns = {
        "Stage": "stage",
        "Kind": "kind",
        "Team": shares["team"].fillna("–"),
        "Tickets": "tickets",
        "Share of lead time": with_interval,
        "Median": ("median", short_duration),
        "85th percentile": ("p85", short_duration),
        "Total": ("total", in_days),
    }
    caption = "Elapsed time of delivered tickets; median and percentile: one ticket's time in the stage."
    return table_of(shares, columns, caption, leads={"Tickets": ("stage", "stage")})


def lead_time_table(lifecycles: pd.DataFrame, *, minimum: int) -> Styler:
    """Lead time at 50, 85 and 95 %, open work counted (``lead_time_quantiles``).

    Examples
    --------
    >>> none = pd.to_datetime([], utc=True)
    >>> lifecycles = pd.DataFrame({"finished": none, "bulk": [], "lead": none - none})
    >>> lead_time_table(lifecycles, minimum=12).data["Lead time"].tolist()
    ['too few to say', 'too few to say']
    """
    quantiles = lead_time_quantiles(lifecycles, minimum=minimum)
    lead = if_known(short_duration, otherwise="not reached")
    high = if_known(short_duration, otherwise="open end")
    columns: Columns = {
        "Percentile": ("quantile", percent),
        "Lead time": lambda row: lead(row["lead"]) if row["delivered"] >= minimum else TOO_FEW,
        "95 % interval": lambda row: (
            f"{short_duration(row['low'])} to {high(row['high'])}"
            if row["delivered"] >= minimum and pd.notna(row["low"])
            else "–"
        ),
        "Delivered": "delivered",
        "Open": "open",
        "Discarded": "discarded",
    }
    caption = (
        "From creation to finish for good of what was delivered, elapsed time; Kaplan–Meier with open "
        "tickets censored, and those older than the window (since) counted from its beginning on. Not "
        "reached: too many are open, or too few were in view at that age. Open: includes those that a bulk "
        "edit closed, because it is not known when they really ended. Discarded tickets are left out."
    )
    leads = {name: (name.lower(),) for name in ("Delivered", "Open", "Discarded")}
    return table_of(quantiles, columns, caption, leads=leads)


def discarded_table(discarded: pd.DataFrame) -> Styler:
    """What was finished without being delivered, by the stage it was in until then (``discarded_work``)."""
    columns: Columns = {
        "Stage": "stage",
        "Kind": "kind",
        "Tickets": "tickets",
        "Share of finished tickets": ("share", percent),
        "Share of lead time": ("lead_share", percent),
        "Median lead time": ("lead", if_known(short_duration)),
        "Work that went into it": ("work", in_days),
    }
    caption = (
        f"n = {pluralize(discarded['tickets'].sum(), 'ticket')} discarded: "
        f"{percent(discarded['share'].sum())} of all finished tickets, "
        f"{percent(discarded['lead_share'].sum())} of their lead time. Stage: where they were until then. "
        "Bulk edits are left out."
    )
    return table_of(
        discarded,
        columns,
        caption,
        nothing="No ticket has been discarded so far.",
        leads={"Tickets": ("discarded", "stage")},
    )


def sprints_table(sprints: pd.DataFrame, *, most: int = 12) -> Styler:
    """What each sprint took on, and what was carried over (``sprint_commitments``); the latest first."""
    shown = sprints.sort_values("started", ascending=False, kind="stable").head(most)
    columns: Columns = {
        "Sprint": "sprint",
        "Started": lambda row: f"{row['started']:%Y-%m-%d}",
        "Ended": lambda row: "under way" if pd.isna(row["ended"]) else f"{row['ended']:%Y-%m-%d}",
        "Committed at the start": "committed",
        "Added later": "added",
        "Removed": "removed",
        "Finished": "finished",
        "Carried over": "carried_over",
    }
    caption = (
        f"The latest {len(shown)} of {pluralize(len(sprints), 'sprint')}; units of work, without sub-tasks. "
        "Carried over: in the sprint when it was closed, and not done."
    )
    return table_of(shown, columns, caption, nothing="No source records sprints and their dates.")


def weekly_flow_table(lifecycles: pd.DataFrame, *, as_of: pd.Timestamp, weeks: int = 12) -> Styler:
    """Arrivals, throughput and work in progress of the last ``weeks``.

    Examples
    --------
    >>> day = pd.to_datetime(["2026-01-05"], utc=True)
    >>> lifecycles = pd.DataFrame({"created": day, "finished": day + pd.Timedelta(days=8)})
    >>> weekly_flow_table(lifecycles, as_of=pd.Timestamp("2026-01-16", tz="UTC")).data["WIP"].tolist()
    [1, 0]
    """
    flow = weekly_flow(lifecycles, as_of=as_of).tail(weeks)
    flow = flow.assign(monday=flow["week"].map(iso_day))
    columns: Columns = {
        "Week of": ("week", iso_day),
        "Arrived": "arrived",
        "Delivered": "delivered",
        "Discarded": "discarded",
        "Removed": "gone",
        "WIP": "wip",
    }
    caption = (
        f"By week, from Monday (UTC); the last week only up to {as_of:%Y-%m-%d %H:%M}. Arrived, delivered, "
        "discarded (bulk edits included) and removed (deleted or hidden): units of work. WIP: all tickets "
        "that were open at the end of the week, sub-tasks and epics too: not the sum of the other columns."
    )
    leads = {name: (name.lower(), "monday") for name in ("Arrived", "Delivered")}
    return table_of(flow, columns, caption, leads=leads)


def age_table(
    lifecycles: pd.DataFrame, *, stage_visits: pd.DataFrame, tickets: pd.DataFrame, most: int = 10
) -> Styler:
    """The oldest open tickets."""
    waiting = ages(lifecycles)
    oldest = waiting.head(most)
    stage = stage_visits[stage_visits["left"].isna()].set_index("ticket")["stage"]
    columns: Columns = {
        "Ticket": oldest["ticket"].map(keys_of(tickets)),
        "Summary": oldest["ticket"].map(titles_of(tickets)),
        "Stage": oldest["ticket"].map(stage),
        "Created": ("created", iso_day),
        "Age": ("age", short_duration),
    }
    caption = (
        f"The oldest of n = {len(waiting):,} open tickets; elapsed time since creation, and the stage they "
        "are in now."
    )
    return table_of(oldest, columns, caption, nothing="No ticket is open.")


def named_rules_table(
    stage_visits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    *,
    tickets: pd.DataFrame,
    stages: pd.DataFrame,
    minimum: int,
    seed: int,
) -> Styler:
    """What other tools' rules would say of the same tickets (``named_rules``)."""
    durations = rule_durations(stage_visits, lifecycles, tickets=tickets, stages=stages)
    if durations.empty:
        return styled_table(pd.DataFrame({"Rule": []}), "", nothing="No ticket has been delivered so far.")
    found = named_rules(durations, minimum=minimum, seed=seed)
    columns: Columns = {
        "Rule": "rule",
        "Used by": "who",
        "Tickets": "tickets",
        "Median": _days_with_interval,
        "85th percentile": ("p85", if_known(_days)),
        "Moved back": "back_tickets",
        "Median if moved back": ("back_median", if_known(_days)),
    }
    spread = rule_spread(durations)
    caption = (
        f"The same n = {spread['tickets']:,} delivered tickets under each rule as its source defines it; "
        "elapsed time, 95 % interval in brackets. Lead times aside, the rules differ by more than a day for "
        f"{spread['over a day']:,} of them, by more than 30 days for {spread['over 30 days']:,}."
    )
    return table_of(found, columns, caption)


def _days(time: pd.Timedelta) -> str:
    """Say days of 24 hours with one decimal, so that rules can be compared at a glance."""
    return f"{time / pd.Timedelta(days=1):,.1f} d"


def _days_with_interval(row: dict[Any, Any]) -> str:
    median = if_known(_days)(row["median"])
    if pd.isna(row["low"]):
        return median
    low, high = (_days(row[side]).removesuffix(" d") for side in ("low", "high"))
    return f"{median} ({low} – {high})"


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
    return table_of(switching, columns, caption, nothing=_NO_TEAM)


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
    return table_of(active[::-1][:most], columns, caption, nothing=_NO_TEAM)


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
        {"stage": row["stage"], "of": f"{number(row['n'])} moves", "share": with_interval(row)}
        for row in accuracy.to_dict("records")
    ]
    parts += [
        {
            "stage": f"Rolled over {pluralize(row['stages'], 'work stage')}",
            "of": pluralize(row["tickets"], "ticket"),
            "share": with_interval(row),
        }
        for row in rolled.to_dict("records")
    ]
    few = int(rolled["few"].sum()) if len(rolled) else 0
    caption = (
        "Complete and accurate (%C&A): moves forward of delivered tickets after which the ticket never came "
        "back to that stage or an earlier one. The last row multiplies the shares of the stages of work. "
        "Intervals: 95 %, Wilson by move; in the last row with weeks as units."
        + (f" Too few moves to be included: {pluralize(few, 'work stage')}." if few else "")
    )
    columns: Columns = {"Stage": "stage", "Of": "of", "%C&A": "share"}
    rows = pd.DataFrame(parts, columns=["stage", "of", "share"])
    return table_of(rows, columns, caption, nothing="No delivered ticket has moved on so far.")
