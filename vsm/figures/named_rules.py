"""How much hangs on the definition? The table of what other tools' rules would say."""

from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.figures.durations import short_duration
from vsm.figures.tables import published
from vsm.model.named_rules import named_rules, rule_durations, rule_spread


def named_rules_table(
    stays: pd.DataFrame,
    lives: pd.DataFrame,
    *,
    tickets: pd.DataFrame,
    stages: pd.DataFrame,
    minimum: int = 12,
) -> Styler:
    """What would other tools say of the same tickets? ``named_rules`` as a table.

    Parameters
    ----------
    stays, lives, tickets, stages
        As ``rule_durations`` takes them.

    Examples
    --------
    >>> lives = pd.DataFrame({"ticket": [], "finished": [], "bulk": []})
    >>> stages = pd.DataFrame({"kind": ["work"], "place": [0]})
    >>> stays = pd.DataFrame({"ticket": []})
    >>> named_rules_table(stays, lives, tickets=pd.DataFrame(), stages=stages).data.empty
    True
    """
    durations = rule_durations(stays, lives, tickets=tickets, stages=stages)
    if durations.empty:
        return published(pd.DataFrame({"Rule": []}), "", nothing="No ticket has been finished so far.")
    found = named_rules(durations, minimum=minimum)
    rows = pd.DataFrame(
        {
            "Rule": found["rule"],
            "Who counts so": found["who"],
            "Tickets": found["tickets"],
            "Median": [_said(time) for time in found["median"]],
            "95 % interval": [_interval(row) for row in found.to_dict("records")],
            "85 % within": [_said(time) for time in found["p85"]],
            "Moved back": found["back_tickets"],
            "Their median": [_said(time) for time in found["back_median"]],
            "Their 85 %": [_said(time) for time in found["back_p85"]],
        }
    )
    spread = rule_spread(durations)
    caption = (
        f"The same n = {spread['tickets']:,} finished tickets, elapsed time, by each rule as its source "
        "tells it. Lead times apart, the rules differ by more than a day on "
        f"{spread['over a day']:,} of them, by more than 30 days on {spread['over 30 days']:,}."
    )
    return published(rows, caption)


def _said(time: pd.Timedelta) -> str:
    return "too few to say" if pd.isna(time) else short_duration(time)


def _interval(row: dict[Any, Any]) -> str:
    return "–" if pd.isna(row["low"]) else f"{short_duration(row['low'])} to {short_duration(row['high'])}"
