"""The tables of load: tickets at once, switches, growth of queues, active periods."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.figures.labels import iso_day
from vsm.figures.tables import Columns, in_days, table_of
from vsm.findings.durations import percent, short_duration

_FEW = "too few to say"
_NO_TEAM = "No work of a known team has been seen: give stages or people a team in vsm.toml."


def switching_table(switching: pd.DataFrame) -> Styler:
    """How many tickets do people have in work at once, and how often do they switch? By team.

    Parameters
    ----------
    switching
        As ``vsm.model.activity.switching`` gives it.

    Examples
    --------
    >>> columns = "team people tickets time one two more days median p85"
    >>> switching_table(pd.DataFrame(columns=columns.split())).data.empty
    True
    """
    columns: Columns = {
        "Team": "team",
        "People": "people",
        "Tickets": "tickets",
        "One at once": _shares(switching["one"]),
        "Two": _shares(switching["two"]),
        "Three or more": _shares(switching["more"]),
        "Of time": ("time", in_days),
        "Active days": "days",
        "Switches a day": ("median", _counted),
        "85 % within": ("p85", _counted),
    }
    caption = (
        "Tickets that a person has in work at once, by share of all people's time with any, elapsed, nights "
        "and weekends too. Switches: acts on another ticket than the act before on that day (UTC), of one "
        "person; the median. Work without a trace is not seen. People are counted, never named."
    )
    return table_of(switching, columns, caption, nothing=_NO_TEAM)


def _shares(shares: "pd.Series[Any]") -> list[str]:
    return [_FEW if pd.isna(share) else percent(share) for share in shares]


def _counted(value: float) -> str:
    return _FEW if pd.isna(value) else f"{value:.1f}".removesuffix(".0")


def queue_growth_table(queues: pd.DataFrame) -> Styler:
    """Which queues grow? Arrivals, departures and growth a week with its interval, in stream order.

    Parameters
    ----------
    queues
        As ``vsm.model.queues.queue_growth`` gives it.

    Examples
    --------
    >>> columns = "stage weeks arrivals departures bulk length growth low high verdict"
    >>> queue_growth_table(pd.DataFrame(columns=columns.split())).data.empty
    True
    """
    columns: Columns = {
        "Stage": "stage",
        "Verdict": "verdict",
        "Growth a week": _growth,
        "There now": "length",
        "Arrived": "arrivals",
        "Left": "departures",
        "With bulk edits": "bulk",
        "Weeks": "weeks",
    }
    caption = (
        "Tickets that arrived in each queue and left it in the weeks looked at, all of them, open ones too. "
        "Growth: tickets a week with a 95 % interval (bootstrap over weeks, taken as independent). With bulk "
        "edits: arrivals and departures of stays that one began or ended; the queue changed, nobody worked."
    )
    return table_of(queues, columns, caption, nothing="No ticket has lain in a queue so far.")


def _growth(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["growth"]):
        return _FEW
    low, high = (_signed(row[side]) for side in ("low", "high"))
    return f"{_signed(row['growth'])} ({low} to {high})"


def _signed(value: float) -> str:
    """Two digits after the point near 0, so that a bound that is not 0 does not look like it."""
    digits = 1 if abs(value) >= 0.1 else 2
    rounded = round(value, digits)
    return f"{rounded:+.{digits}f}".replace("-", "−") if rounded else "0"


def active_table(active: pd.DataFrame, *, most: int = 12) -> Styler:
    """Which team was active longest without a break in each of the last weeks? The latest first.

    Parameters
    ----------
    active
        As ``vsm.model.activity.active_periods`` gives it.
    most
        How many weeks are shown.

    Examples
    --------
    >>> columns = "week team since until length share teams"
    >>> active_table(pd.DataFrame(columns=columns.split())).data.empty
    True
    """
    found = active[::-1][:most]
    columns: Columns = {
        "Week until": ("week", iso_day),
        "Team": "team",
        "Active without a break": ("length", short_duration),
        "Since": ("since", iso_day),
        "Of the week": ("share", percent),
        "Teams active": "teams",
    }
    caption = (
        "A team is active while its tickets in work are at least as many as its active members. Of all "
        "periods that reach into the week the longest is shown, whole and in elapsed time: the method of "
        "the active period takes its team for the one that holds up the others. A ticket forgotten in a "
        "work stage looks the same."
    )
    return table_of(found, columns, caption, nothing=_NO_TEAM)
