"""What stands beside a verdict on a change: what it assumes, how often it errs, and where the wait went."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.counts import counted
from vsm.figures.labels import number
from vsm.findings.durations import short_duration
from vsm.model.change import CANNOT_SAY, Comparison
from vsm.stats.week_test import FEWEST_WEEKS, MEASURED

_SAME: Final = [name for name in MEASURED if "shorter" not in name]
_SEEN: Final = {name: f"{rates.seen:.0f} %" for name, rates in MEASURED.items()}
HOW_SURE: Final = (
    "The test takes weeks as units, not tickets; it assumes that nothing else changed on that day and that "
    "weeks far apart are independent. Measured on simulated streams, with 12 weeks on each side: where "
    f"nothing had changed it claimed a change in at most "
    f"{', '.join(f'{_SEEN[name]} ({name})' for name in _SAME)}, and gave no verdict in "
    f"{', '.join(f'{MEASURED[name].refused:.0f} %' for name in _SAME)}. With 100 independent tickets on each "
    "side, it detects times that are "
    f"{' and '.join(f'{name} in {_SEEN[name]}' for name in MEASURED if name not in _SAME)} of streams."
)


def signed(time: Any) -> str:
    """A difference of seconds, or of durations, with its sign."""
    if pd.isna(time):
        return "unknown"
    return ("−" if time < 0 * time else "+") + short_duration(abs(time))


def remarks(found: Comparison) -> list[str]:
    """What a reader of the verdict has to know: why there is none, or what speaks against it."""
    sentences = []
    if found.verdict == CANNOT_SAY:
        sentences.append(_why_not(found))
    elif found.past is not None:
        sentences.append(
            f"Weeks are too alike for the test and its interval ({_alike(found)}). But in the {FEWEST_WEEKS} "
            "weeks after the change work was finished at another pace than before it, and on none of "
            f"{counted(found.past.days, 'earlier day')} did that differ as much."
        )
    if found.baseline:
        already = "already " if found.baseline == found.verdict else ""
        sentences.append(
            f"Before the change, times were {already}getting {found.baseline} from week to week."
        )
    low, high = found.interval
    if found.difference < low or found.difference > high:
        sentences.append(
            f"The difference of the medians ({signed(found.difference)}) lies outside the interval: test "
            "and interval weigh the whole curves, and these differ in more than length."
        )
    return sentences


def _why_not(found: Comparison) -> str:
    weeks = found.before.weeks, found.after.weeks
    if found.test is None:
        return (
            f"Work began in {counted(weeks[0], 'week')} before the change and {number(weeks[1])} after; "
            f"needed: {FEWEST_WEEKS} on either side."
        )
    earlier = ""
    if found.past is not None:
        days = counted(found.past.days, "earlier day")
        earlier = f" On {number(found.past.beyond)} of {days} the pace of work differed as much."
    return (
        f"Weeks are too alike: {_alike(found)}, as where a queue builds up and drains. Such a stream differs "
        f"before and after any day.{earlier} Needed: many more weeks on either side, or a change made by "
        "some teams earlier than by others."
    )


def _alike(found: Comparison) -> str:
    test = found.test
    return (
        f"one correlates with the next at {test.correlation:.2f}, and they vary {test.spread:.1f} times as "
        "much as with independent tickets"
        if test
        else ""
    )


def how_much(found: Comparison) -> str:
    """The difference with its interval, by weeks, and the test's p; empty where nothing is claimed."""
    if found.test is None or found.test.alike:
        return ""
    factor, *ends = (f"{value:.2f}" if np.isfinite(value) else "unknown" for value in found.factor)
    return (
        f"Times after are {factor} times those before (95 % interval {ends[0]} to {ends[1]}, by weeks); "
        f"difference of the medians {signed(found.difference)} ({signed(found.interval[0])} to "
        f"{signed(found.interval[1])}); log-rank test by weeks: p "
        f"{'< 0.001' if found.test.p < 0.001 else f'= {found.test.p:.3f}'}."
    )


def in_days(time: pd.Timedelta) -> str:
    """A time in days, a long one without decimals.

    Examples
    --------
    >>> in_days(pd.Timedelta("41 h")), in_days(pd.Timedelta("25.75 D"))
    ('1.7 days', '26 days')
    """
    return f"{_tenths(time):,g} days"


def _tenths(time: pd.Timedelta) -> float:
    days = time / pd.Timedelta(days=1)
    return round(days, int(abs(days) < 10))


def by_how_much(row: Mapping[Any, Any]) -> str:
    """By how many days two medians differ, as ``in_days`` shows them, and within which bounds, where known.

    Parameters
    ----------
    row
        With ``before, after, low, high``, as ``experiments_judged`` gives them.
    """
    before, after = (_tenths(row[side]) for side in ("before", "after"))
    change = in_days(pd.Timedelta(days=abs(after - before)))
    ends = [time / pd.Timedelta(days=1) for time in (row["low"], row["high"])]
    sure = (
        f" (95 % CI {ends[0]:+.1f} to {ends[1]:+.1f})".replace("-", "−") if not np.isnan(ends).any() else ""
    )
    return f"{'−' if after < before else '+'}{change}{sure}"


def where_it_went(grown: "pd.Series[Any] | None") -> str:
    """Which other stage holds more now, as ``most_grown`` gives it, after a semicolon; a count, no test."""
    if grown is None:
        return "no other stage clearly holds more tickets than before."
    times = [
        short_duration(grown[side]) if pd.notna(grown[side]) else "unknown" for side in ("before", "after")
    ]
    return (
        f"meanwhile {grown['stage']} holds more tickets: {grown['held_before']:.1f} → "
        f"{grown['held_after']:.1f} at a time, median stay {times[0]} → {times[1]}."
    )
