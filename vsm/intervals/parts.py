"""Work on parts: when somebody worked on the parts of a unit of work."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals._kernels.algebra import GroupedIntervals, Intervals
from vsm.intervals._kernels.arrays import Ints
from vsm.intervals._kernels.coding import encode
from vsm.intervals.blocks import joined_spans
from vsm.intervals.handoffs import work_start


def work_of_parts(visits: pd.DataFrame, unit_of: Mapping[str, str], *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Give when somebody worked on parts of each unit of work.

    Parameters
    ----------
    visits
        VISITS, of the parts too.
    unit_of
        Part → the unit that it counts for, by ticket id.
    as_of
        Until when an open work visit lasts.

    Returns
    -------
    DataFrame
        ``ticket`` (the unit; str), ``start``, ``end``: half-open spans by ticket and start, disjoint.
    """
    work = visits[(visits["kind"] == "work") & visits["ticket"].isin(set(unit_of))]
    unit = work["ticket"].astype("str").map(unit_of)
    return joined_spans(unit, work_start(work), work["left"].fillna(as_of))


def spans_of_tickets(spans: pd.DataFrame, tickets: "pd.Index[Any]") -> GroupedIntervals:
    """Give ``ticket, start, end`` as intervals by ticket, numbered as in ``tickets``."""
    group, start = encode(spans["ticket"], tickets), micros_of(spans["start"])
    order = np.lexsort((start, group))
    order = order[group[order] >= 0]
    return GroupedIntervals(group[order], start[order], micros_of(spans["end"])[order])


def time_on_parts(
    in_parts: pd.DataFrame, ticket: npt.NDArray[Any], start: Ints, end: Ints, *, tickets: "pd.Index[Any]"
) -> Ints:
    """Give for how many microseconds of each interval somebody worked on parts of its ticket.

    Parameters
    ----------
    in_parts
        As ``work_of_parts`` gives them.
    ticket
        Of each interval, as its position in ``tickets``.

    Examples
    --------
    >>> day = pd.to_datetime(["1970-01-01", "1970-01-02"], utc=True)
    >>> work = pd.DataFrame({"ticket": ["a"], "start": day[:1], "end": day[1:]})
    >>> time_on_parts(work, np.array([0]), np.array([0]), np.array([60]), tickets=pd.Index(["a"])).tolist()
    [60]
    """
    spans = spans_of_tickets(in_parts, tickets)
    worked = spans.intersect(Intervals(np.arange(len(start)), start, end), ticket)
    time = np.zeros(len(start), dtype=np.int64)
    np.add.at(time, worked.parent, worked.end - worked.start)
    return time
