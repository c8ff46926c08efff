"""The current period, and the time that tickets spent in it.

A period counts what happened within it, whenever the tickets were created or finished: an interval that began
before it, or lasts beyond it, counts with the part that lies inside::

    period               [==========)
    ticket, finished  ├──────┤            counts from the period's begin to the finish
    ticket, open            ├────────────→  counts from its creation to the period's end
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from vsm.model.lifecycle import completed
from vsm.tables import INSTANT


class Period(NamedTuple):
    """From ``begin`` on, up to but without ``end``."""

    begin: pd.Timestamp
    end: pd.Timestamp

    @property
    def days(self) -> int:
        """How long it is, in whole days, at least one."""
        return max(round((self.end - self.begin) / pd.Timedelta(days=1)), 1)


def current_period(
    lifecycles: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    days: int,
    delivered: int,
    known_from: pd.Timestamp | None = None,
) -> Period:
    """Give the period that findings about now speak of, which ends at ``as_of``.

    It is the last ``days``, or the whole days in which the last ``delivered`` tickets were delivered if these
    are more; it begins no earlier than the first ticket was created, or a window begins (``known_from``): of
    what was before that, only the tickets that lasted longer are known.
    """
    finishes = completed(lifecycles)["finished"].sort_values()
    first = lifecycles["created"].min() if len(lifecycles) else as_of
    first = max(first, known_from or first)
    enough = finishes.iloc[-delivered].floor("D") if len(finishes) >= delivered else first
    begin = min(as_of - pd.Timedelta(days=days), enough)
    return Period(min(max(begin, first), as_of), as_of)


def period_before(period: Period, *, known_from: pd.Timestamp) -> Period | None:
    """Give what a period is compared with: the year before it, or what is known of that.

    None where less is known than half the period's own length, or nothing.
    """
    begin = max(known_from, period.begin - pd.Timedelta(days=365))
    known = period.begin - begin
    return Period(begin, period.begin) if known and known >= (period.end - period.begin) / 2 else None


def without(period: Period, left_out: Sequence[Period]) -> list[Period]:
    """Give what remains of a period, in order, without others.

    Examples
    --------
    >>> day = pd.date_range("2026-01-01", periods=5, tz="UTC")
    >>> [span.days for span in without(Period(day[0], day[4]), [Period(day[1], day[2])])]
    [1, 2]
    """
    spans, begin = [], period.begin
    for other in sorted(left_out):
        if begin < (end := min(other.begin, period.end)):
            spans.append(Period(begin, end))
        begin = max(begin, other.end)
    return [*spans, Period(begin, period.end)] if begin < period.end else spans


def clipped(rows: pd.DataFrame, spans: Sequence[Period], *, start: str, end: str) -> pd.DataFrame:
    """Give the parts of intervals that lie in these spans, with ``start``, ``end`` and ``seconds``.

    An interval is from column ``start`` to column ``end``; one without an end lasts until each span's.

    Returns
    -------
    DataFrame
        The columns of ``rows``, without those two, and the three; parts without length are left out.
    """
    begins: pd.Series[Any] = rows[start].astype(INSTANT)
    ends: pd.Series[Any] = rows[end].astype(INSTANT)
    kept = rows.drop(columns=[start, end])
    parts = []
    for span in spans:
        late, early = begins < span.begin, ends.isna() | (ends > span.end)
        part = kept.assign(start=begins.mask(late, span.begin), end=ends.mask(early, span.end))
        parts.append(part[part["start"] < part["end"]])
    found = pd.concat(parts) if parts else kept.assign(start=begins, end=ends).iloc[:0]
    return found.assign(seconds=(found["end"] - found["start"]).dt.total_seconds())


def open_seconds(lifecycles: pd.DataFrame, spans: Sequence[Period]) -> "pd.Series[Any]":
    """Give how long each ticket was open within these spans: seconds by ticket, for those that were."""
    ends = lifecycles["finished"].fillna(lifecycles["gone"])
    lives = pd.DataFrame(
        {"ticket": lifecycles["ticket"].astype("str"), "created": lifecycles["created"], "ended": ends}
    )
    inside = clipped(lives, spans, start="created", end="ended")
    return inside.groupby("ticket")["seconds"].sum().astype(np.float64)
