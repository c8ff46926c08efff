"""Work on parts: when somebody worked on the parts of a unit of work."""

from collections.abc import Mapping

import pandas as pd

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
