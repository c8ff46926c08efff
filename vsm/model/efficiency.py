"""Flow efficiency as a bracket: what the statuses say at most, what traces prove at least."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import Clock
from vsm.intervals.handoffs import work_start
from vsm.model.lifecycle import completed
from vsm.stats.bootstrap import share_intervals
from vsm.tables import DURATION, INSTANT

MEASURES: Final = ("statuses", "traces")
TIMES: Final = ("elapsed", "working")
Matrix = npt.NDArray[np.float64]
COLUMNS: Final = ["measure", "time", "share", "low", "high", "tickets"]


def efficiency_bracket(
    visits: pd.DataFrame, lifecycles: pd.DataFrame, *, clock: Clock, seed: int, minimum: int
) -> pd.DataFrame:
    """Give the bounds of flow efficiency: what the statuses claim at most, what traces prove at least.

    A ratio of sums over completed tickets, not a mean of ratios. The upper end trusts the statuses: work is
    every work visit from its first trace (else its entry) on, so a ticket that is "In Progress" overnight
    counts as worked on. The lower end counts only what is between the first and the last trace of work in
    each visit: work that left one trace, or none, counts as nothing.

    Returns
    -------
    DataFrame
        A row for each of ``MEASURES`` and ``TIMES``: ``measure, time, share`` (0 to 1; NaN of no time, which
        is not 0) with its 95 % interval ``low, high``, and ``tickets``.
    """
    done = completed(lifecycles).set_index("ticket")
    finish = done["finished"].astype(INSTANT).reindex(visits["ticket"].astype("str")).array
    before = visits[(visits["entered"] < finish).to_numpy(dtype=bool)]
    work = before[before["kind"] == "work"]
    spans = {
        "statuses": (work_start(work), work["left"]),
        "traces": (work["first_touch"], work["last_touch"]),
    }
    whole = {"elapsed": done["lead"], "working": _by_ticket(before["working"], before, done)}
    rows = []
    for measure, (start, end) in spans.items():
        times = {
            "elapsed": end - start,
            "working": clock.working(start, end, team=work["team"], holder=work["holder"]),
        }
        for time in TIMES:
            part, lead = _seconds(_by_ticket(times[time], work, done)), _seconds(whole[time])
            low, high = share_intervals(
                np.column_stack([part, lead - part]).clip(min=0.0), seed=seed, minimum=minimum
            )
            share = part.sum() / lead.sum() if lead.sum() else np.nan
            rows.append((measure, time, share, low[0], high[0], len(done)))
    return pd.DataFrame(rows, columns=COLUMNS)


def _by_ticket(durations: "pd.Series[Any]", visits: pd.DataFrame, done: pd.DataFrame) -> "pd.Series[Any]":
    sums = durations.groupby(visits["ticket"].astype("str")).sum()
    return sums.reindex(done.index, fill_value=pd.Timedelta(0))


def _seconds(durations: "pd.Series[Any]") -> Matrix:
    return np.asarray(durations.astype(DURATION).dt.total_seconds(), dtype=np.float64)
