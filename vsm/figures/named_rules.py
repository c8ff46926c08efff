"""How much hangs on the definition? The table of what other tools' rules would say."""

from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.figures.tables import published
from vsm.model.named_rules import named_rules, rule_durations, rule_spread


def named_rules_table(
    stays: pd.DataFrame,
    lives: pd.DataFrame,
    *,
    tickets: pd.DataFrame,
    stages: pd.DataFrame,
    minimum: int,
) -> Styler:
    """What would other tools say of the same tickets? ``named_rules`` as a table.

    Parameters
    ----------
    stays, lives, tickets, stages
        As ``rule_durations`` takes them.
    """
    durations = rule_durations(stays, lives, tickets=tickets, stages=stages)
    if durations.empty:
        return published(pd.DataFrame({"Rule": []}), "", nothing="No ticket has been finished so far.")
    found = named_rules(durations, minimum=minimum, seed=0)
    rows = pd.DataFrame(
        {
            "Rule": found["rule"],
            "Who counts so": found["who"],
            "Tickets": found["tickets"],
            "Median": [_bounded(row) for row in found.to_dict("records")],
            "85 % within": [_days(time) for time in found["p85"]],
            "Moved back": found["back_tickets"],
            "Their median": [_days(time) for time in found["back_median"]],
        }
    )
    spread = rule_spread(durations)
    caption = (
        f"The same n = {spread['tickets']:,} finished tickets, elapsed, by each rule as its source "
        "tells it; in brackets the 95 % interval. Lead times apart, the rules differ by more than a day on "
        f"{spread['over a day']:,} of them, by more than 30 days on {spread['over 30 days']:,}."
    )
    return published(rows, caption)


def _days(time: pd.Timedelta) -> str:
    """Say days of 24 hours with one decimal, so that rules can be compared at a glance."""
    return "too few to say" if pd.isna(time) else f"{time / pd.Timedelta(days=1):,.1f} d"


def _bounded(row: dict[Any, Any]) -> str:
    if pd.isna(row["low"]):
        return _days(row["median"])
    low, high = (_days(row[side]).removesuffix(" d") for side in ("low", "high"))
    return f"{_days(row['median'])} ({low} – {high})"
