"""Durations and shares in words, for claims and for the labels of figures."""

from typing import Final

import numpy as np
import pandas as pd

LONG: Final = pd.Timedelta(days=10)
"""From here on nobody needs the hours."""


def humanize_duration(duration: pd.Timedelta) -> str:
    """Write a duration in its two largest units, from ten days on in days alone. A day is 24 hours.

    Examples
    --------
    >>> [humanize_duration(pd.Timedelta(text)) for text in ("58 days 10 h", "52 h", "2110 s", "1s")]
    ['58 d', '2 d 4 h', '35 min', 'less than a minute']
    """
    if pd.isna(duration):
        return "unknown"
    if duration >= LONG:
        return f"{round(duration / pd.Timedelta(days=1)):,} d"
    minutes = int(duration.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    units = [
        f"{days:,} d" if days else "",
        f"{hours} h" if hours else "",
        f"{rest} min" if rest and not days else "",
    ]
    return " ".join(unit for unit in units if unit) or "less than a minute"


def as_shown(duration: pd.Timedelta) -> pd.Timedelta:
    """Give a duration as ``humanize_duration`` writes it: what differs by as much as its words do.

    Examples
    --------
    >>> [as_shown(pd.Timedelta(text)).total_seconds() / 3600 for text in ("10 days 13 h", "26 h 59 min 9 s")]
    [264.0, 26.0]
    """
    long = duration >= LONG
    unit = "D" if long else "h" if duration >= pd.Timedelta(days=1) else "min"
    return duration.round(unit) if long else duration.floor(unit)


def time_of(seconds: float) -> pd.Timedelta:
    """Give seconds as a time, to the microsecond: in pandas' own unit it would end at 292 years.

    Examples
    --------
    >>> humanize_duration(time_of(1e11 + 0.123456))
    '1,157,407 d'
    """
    return pd.Timedelta(np.timedelta64(round(seconds * 1_000_000), "us"))


def percent(share: float) -> str:
    """Write a share with two digits, never as a rounded 0 or 100.

    Examples
    --------
    >>> percent(0.384), percent(0.0125), percent(0.0001), percent(0.9999), percent(0.0)
    ('38 %', '1.2 %', 'under 0.1 %', 'over 99 %', '0 %')
    """
    if 0 < share < 0.001:
        return "under 0.1 %"
    if 0.995 <= share < 1:
        return "over 99 %"
    return f"{100 * share:.1f} %" if 0 < share < 0.0995 else f"{100 * share:.0f} %"


def short_duration(duration: pd.Timedelta | float) -> str:
    """Write a duration, or seconds, as briefly as a label must; a dash where it is missing. Not escaped.

    Examples
    --------
    >>> short_duration(pd.Timedelta("2 days 04:10:00")), short_duration(2100.0), short_duration(59.0)
    ('2 d 4 h', '35 min', '<1 min')
    >>> short_duration(1e11)
    '1,157,407 d'
    >>> short_duration(pd.NaT), short_duration(float("nan"))
    ('–', '–')
    """
    if pd.isna(duration):
        return "–"
    length = duration if isinstance(duration, pd.Timedelta) else time_of(float(duration))
    return humanize_duration(length) if length >= pd.Timedelta(minutes=1) else "<1 min"
