"""Which days does a window mean that moves with the calendar? "last 90 days" and its like."""

import re
from datetime import date, timedelta
from typing import Final

from vsm.errors import ParameterError

_LAST: Final = re.compile(r"last (?:(\d{1,4}) )?(day|week|month|quarter|year)s?")
_THIS: Final = re.compile(r"this (week|month|quarter|year)")
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
_WAYS: Final = "'2026-05-01', 'last 90 days', 'last 8 weeks', 'last 3 months', 'this quarter'"


def resolved_day(text: str, *, today: date) -> str:
    """Which day does this word for the beginning of a window mean, as YYYY-MM-DD?

    Parameters
    ----------
    text
        A day such as ``2026-05-01``, or ``last N days``, ``weeks``, ``months``, ``quarters``, ``years``
        (N may be left out where it is 1), or ``this week``, ``month``, ``quarter``, ``year``, which means its
        first day; a week begins on Monday. Empty stays empty. A month back from the 31st of a longer month
        is the last day of the shorter one.
    today
        The day of the run.

    Raises
    ------
    ParameterError
        It is none of these, or lies before the calendar begins.

    Examples
    --------
    >>> resolved_day("last 90 days", today=date(2026, 11, 23))
    '2026-08-25'
    >>> resolved_day("this quarter", today=date(2026, 11, 23)), resolved_day("", today=date(2026, 11, 23))
    ('2026-10-01', '')
    """
    word = " ".join(text.casefold().split())
    try:
        if not word:
            return ""
        if last := _LAST.fullmatch(word):
            return _back(today, int(last[1] or 1), last[2]).isoformat()
        if this := _THIS.fullmatch(word):
            return _begin(today, this[1]).isoformat()
        return date.fromisoformat(word).isoformat()
    except (ValueError, OverflowError):
        raise ParameterError(f"'{text}' is no day and no window; say such as {_WAYS}") from None


def _back(today: date, count: int, unit: str) -> date:
    if unit in ("day", "week"):
        return today - timedelta(days=count * (7 if unit == "week" else 1))
    months = today.year * 12 + today.month - 1 - count * _MONTHS[unit]
    first = date(months // 12, months % 12 + 1, 1)
    following = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
    return first.replace(day=min(today.day, (following - first).days))


def _begin(today: date, unit: str) -> date:
    if unit == "week":
        return today - timedelta(days=today.weekday())
    span = _MONTHS[unit]
    return date(today.year, (today.month - 1) // span * span + 1, 1)
