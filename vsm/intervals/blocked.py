"""For how long was a ticket blocked? Overlapping blocks never count twice."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import micros_of
from vsm.tables import DURATION, INSTANT

Ints = npt.NDArray[np.int64]


def blocked_spans(blocks: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """When was each ticket blocked by anything at all?

    Parameters
    ----------
    blocks
        BLOCKS.
    as_of
        Where open blocks end; nothing later is seen.

    Returns
    -------
    DataFrame
        ``ticket`` (str), ``start``, ``end``: half-open spans by ticket and start, disjoint, with time between
        them. Blocks that end where they begin are none.

    Examples
    --------
    >>> day = pd.date_range("2026-01-05", periods=4, tz="UTC")
    >>> blocks = pd.DataFrame({"ticket": "a", "start": day[:2], "end": [day[2], pd.NaT]})
    >>> blocked_spans(blocks, as_of=day[3])[["start", "end"]].map(lambda at: at.day).values.tolist()
    [[5, 8]]
    """
    end = blocks["end"].fillna(as_of)
    rows = pd.DataFrame(
        {
            "ticket": blocks["ticket"].astype("str"),
            "start": blocks["start"].astype(INSTANT),
            "end": end.where(end < as_of, as_of).astype(INSTANT),
        }
    )
    rows = rows[rows["start"] < rows["end"]].sort_values(["ticket", "start"], ignore_index=True)
    before = rows.groupby("ticket")["end"].cummax().groupby(rows["ticket"]).shift()
    apart = ~(rows["start"] <= before)
    spans = rows.groupby(apart.cumsum().to_numpy()).agg(
        ticket=("ticket", "first"), start=("start", "first"), end=("end", "max")
    )
    return spans.reset_index(drop=True)


def blocked_time(blocks: pd.DataFrame, visits: pd.DataFrame, *, as_of: pd.Timestamp) -> "pd.Series[Any]":
    """For how long was the ticket blocked in each visit?

    Whoever asks has to know that the log could have told of blocks (``tells_of_blocks``): here a visit
    without a block was blocked for no time.

    Parameters
    ----------
    blocks, visits
        BLOCKS and VISITS.
    as_of
        Where open blocks and open visits end.

    Returns
    -------
    Series
        Timedelta by row of ``visits``: what its span shares with ``blocked_spans``. O((n + m) log n).

    Examples
    --------
    >>> day = pd.date_range("2026-01-05", periods=4, tz="UTC")
    >>> blocks = pd.DataFrame({"ticket": ["a"], "start": day[1:2], "end": day[3:]})
    >>> visits = pd.DataFrame({"ticket": "a", "entered": day[[0, 2]], "left": [day[2], pd.NaT]})
    >>> blocked_time(blocks, visits, as_of=day[3]).dt.days.tolist()
    [1, 1]
    """
    spans = blocked_spans(blocks, as_of=as_of)
    left = visits["left"].fillna(as_of)
    until = left.where(left < as_of, as_of)
    ticket = pd.Index(spans["ticket"].unique())
    number = ticket.get_indexer(visits["ticket"].astype("str"))
    ends = [_blocked_before(spans, ticket, number, micros_of(at)) for at in (visits["entered"], until)]
    blocked = np.where(number >= 0, np.maximum(ends[1] - ends[0], 0), 0)
    return pd.Series(blocked, index=visits.index, name="blocked").astype(DURATION)


def tells_of_blocks(events: pd.DataFrame) -> bool:
    """Could this log have told of blocks? Only where it holds a flag or a link of any sort."""
    return bool(events["kind"].isin(["flag", "link"]).any())


def _blocked_before(spans: pd.DataFrame, tickets: "pd.Index[Any]", number: Ints, at: Ints) -> Ints:
    """Add up how long each ticket had been blocked by an instant.

    Ticket and rank of the instant are packed into one key, so that one search finds the last span before.
    """
    start, end = micros_of(spans["start"]), micros_of(spans["end"])
    if not len(start):
        return np.zeros(len(at), dtype=np.int64)
    known = np.unique(start)
    owner = tickets.get_indexer(pd.Index(spans["ticket"]))
    packed = owner * (len(known) + 1) + np.searchsorted(known, start, side="right")
    sought = number * (len(known) + 1) + np.searchsorted(known, at, side="right")
    place = np.searchsorted(packed, sought, side="right") - 1
    found = (place >= 0) & (owner[place] == number)
    whole = np.cumsum(end - start)
    sums = whole - (end - start)  # may wrap round over many tickets; differences within one stay exact
    first = np.minimum(np.searchsorted(owner, number), len(start) - 1)
    reached = sums[place] - sums[first] + np.minimum(at - start[place], (end - start)[place])
    return np.where(found, reached, np.int64(0)).astype(np.int64)
