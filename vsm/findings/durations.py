"""Durations and shares as people say them."""

import pandas as pd


def humanize_duration(duration: pd.Timedelta) -> str:
    """A duration in its two largest units; elapsed time, so a day is 24 hours.

    Examples
    --------
    >>> [humanize_duration(pd.Timedelta(text)) for text in ("2 days 04:10:00", "00:35:10", "1s")]
    ['2 d 4 h', '35 min', 'less than a minute']
    """
    if pd.isna(duration):
        return "unknown"
    minutes = int(duration.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    units = [
        f"{days:,} d" if days else "",
        f"{hours} h" if hours else "",
        f"{rest} min" if rest and not days else "",
    ]
    return " ".join(unit for unit in units if unit) or "less than a minute"


def percent(share: float) -> str:
    """A share in percent, with two digits, never a rounded 0 or 100.

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
