"""Work on parts: when somebody worked on the parts of a unit of work."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals._kernels.algebra import GroupedIntervals, Intervals, subtract
from vsm.intervals._kernels.coding import encode, instants_of
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


def without_work_on_parts(waits: pd.DataFrame, in_parts: pd.DataFrame) -> pd.DataFrame:
    """Give waits that have no causes yet without the time in which somebody worked on parts of the ticket."""
    tickets = waits["ticket"].cat.categories
    whole = Intervals(np.arange(len(waits)), micros_of(waits["start"]), micros_of(waits["end"]))
    taken = spans_of_tickets(in_parts, tickets).intersect(whole, encode(waits["ticket"], tickets))
    rest = subtract(whole, taken)
    start, end = instants_of(rest.start), instants_of(rest.end)
    rows = waits.take(rest.parent).reset_index(drop=True)
    return rows.assign(start=start, end=end, elapsed=end - start)
