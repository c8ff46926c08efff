"""Tables beside the figures of flow: stages, lead times, weeks, ages, sprints, other tools' rules."""

from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.counts import counted
from vsm.figures.labels import TOO_FEW, iso_day
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
from vsm.model.weekly import weekly_flow


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
        f"n = {counted(discarded['tickets'].sum(), 'ticket')} discarded: "
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
        f"The latest {len(shown)} of {counted(len(sprints), 'sprint')}; units of work, without sub-tasks. "
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
