"""The small tables beside the figures of flow: stages, lead times, weeks, ages, other tools' rules."""

from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.figures.labels import iso_day
from vsm.figures.tables import Columns, in_days, styled_table, table_of, with_interval
from vsm.findings.durations import percent, short_duration
from vsm.model.lifecycle import ages, lead_time_quantiles
from vsm.model.named_rules import named_rules, rule_durations, rule_spread
from vsm.model.weekly import weekly_flow


def stage_table(shares: pd.DataFrame) -> Styler:
    """How much time do finished tickets spend in each stage? ``stage_shares`` as a table."""
    columns: Columns = {
        "Stage": "stage",
        "Kind": "kind",
        "Team": shares["team"].fillna("–"),
        "Tickets": "tickets",
        "Share of lead time": with_interval,
        "Median": ("median", short_duration),
        "85 % within": ("p85", short_duration),
        "In all": ("total", in_days),
    }
    caption = "Elapsed time of finished tickets; median and 85 % are of one ticket's time in the stage."
    return table_of(shares, columns, caption)


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
    columns: Columns = {
        "Of all tickets": ("quantile", percent),
        "Lead time": pd.Series(words, dtype="str").where(known, "too few to say"),
        "95 % interval": pd.Series(interval, dtype="str").where(known, "–"),
        "Finished": "finished",
        "Open": "open",
    }
    caption = (
        "Creation to finish for good, elapsed time; Kaplan–Meier with open tickets as censored. Open: with "
        "those that a bulk edit closed, since when they really ended is not known."
    )
    return table_of(quantiles, columns, caption)


def weekly_flow_table(lives: pd.DataFrame, *, as_of: pd.Timestamp, weeks: int = 12) -> Styler:
    """How much came, was finished, and was under way in each of the last weeks? ``weekly_flow`` as a table.

    Examples
    --------
    >>> day = pd.to_datetime(["2026-01-05"], utc=True)
    >>> lives = pd.DataFrame({"created": day, "finished": day + pd.Timedelta(days=8)})
    >>> weekly_flow_table(lives, as_of=pd.Timestamp("2026-01-16", tz="UTC")).data["Under way"].tolist()
    [1, 0]
    """
    flow = weekly_flow(lives, as_of=as_of).tail(weeks)
    columns: Columns = {
        "Week of": ("week", iso_day),
        "Arrived": "arrived",
        "Finished": "finished",
        "Gone": "gone",
        "Under way": "wip",
    }
    caption = (
        f"Tickets by week, from Monday (UTC); the last week only up to {as_of:%Y-%m-%d %H:%M}. Finished: for "
        "good, by bulk edits too; gone: deleted or hidden; under way: at the week's end, waiting ones too."
    )
    return table_of(flow, columns, caption)


def age_table(lives: pd.DataFrame, *, stays: pd.DataFrame, tickets: pd.DataFrame, most: int = 10) -> Styler:
    """Which open tickets are oldest, and where do they lie? ``ages`` as a table.

    Parameters
    ----------
    lives, stays
        As ``lifecycles_from_visits`` and ``stage_visits_from_visits`` give them.
    tickets
        TICKETS, which know the keys.
    most
        How many are shown.
    """
    waiting = ages(lives)
    oldest = waiting.head(most)
    key = tickets.set_index(tickets["ticket"].astype("str"))["key"].astype("str")
    stage = stays[stays["left"].isna()].set_index("ticket")["stage"]
    columns: Columns = {
        "Ticket": oldest["ticket"].map(key),
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
    stays: pd.DataFrame,
    lives: pd.DataFrame,
    *,
    tickets: pd.DataFrame,
    stages: pd.DataFrame,
    minimum: int,
    seed: int,
) -> Styler:
    """What would other tools say of the same tickets? ``named_rules`` as a table.

    Parameters
    ----------
    stays, lives, tickets, stages
        As ``rule_durations`` takes them.
    """
    durations = rule_durations(stays, lives, tickets=tickets, stages=stages)
    if durations.empty:
        return styled_table(pd.DataFrame({"Rule": []}), "", nothing="No ticket has been finished so far.")
    found = named_rules(durations, minimum=minimum, seed=seed)
    columns: Columns = {
        "Rule": "rule",
        "Who counts so": "who",
        "Tickets": "tickets",
        "Median": _days_with_interval,
        "85 % within": ("p85", _days),
        "Moved back": "back_tickets",
        "Their median": ("back_median", _days),
    }
    spread = rule_spread(durations)
    caption = (
        f"The same n = {spread['tickets']:,} finished tickets, elapsed, by each rule as its source "
        "tells it; in brackets the 95 % interval. Lead times apart, the rules differ by more than a day on "
        f"{spread['over a day']:,} of them, by more than 30 days on {spread['over 30 days']:,}."
    )
    return table_of(found, columns, caption)


def _days(time: pd.Timedelta) -> str:
    """Say days of 24 hours with one decimal, so that rules can be compared at a glance."""
    return "too few to say" if pd.isna(time) else f"{time / pd.Timedelta(days=1):,.1f} d"


def _days_with_interval(row: dict[Any, Any]) -> str:
    if pd.isna(row["low"]):
        return _days(row["median"])
    low, high = (_days(row[side]).removesuffix(" d") for side in ("low", "high"))
    return f"{_days(row['median'])} ({low} – {high})"
