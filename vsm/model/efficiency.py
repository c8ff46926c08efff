"""Flow efficiency as a bracket: what the statuses say at most, what traces prove at least."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import Clock
from vsm.model.lifecycle import before_the_finish, completed
from vsm.model.weekly import completed_by_week
from vsm.stats.shares import share_intervals
from vsm.tables import DURATION, INSTANT

MEASURES: Final = ("statuses", "traces")
TIMES: Final = ("elapsed", "working")
Matrix = npt.NDArray[np.float64]
COLUMNS: Final = ["measure", "time", "share", "low", "high", "tickets"]


def efficiency_bracket(
    visits: pd.DataFrame,
    waits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    *,
    clock: Clock,
    minimum: int,
) -> pd.DataFrame:
    """Give the bounds of flow efficiency: what the statuses claim at most, what traces prove at least.

    A ratio of sums over completed tickets, not a mean of ratios. The upper end trusts the statuses: work is
    all that is no wait, so a ticket that is "In Progress" overnight counts as worked on. The lower end counts
    only what is between the first and the last trace of work in each visit: work that left one trace, or
    none, counts as nothing, and so do traces on parts.

    Returns
    -------
    DataFrame
        A row for each of ``MEASURES`` and ``TIMES``: ``measure, time, share`` (0 to 1; NaN of no time, which
        is not 0) with its 95 % interval ``low, high``, and ``tickets``.
    """
    done = completed(lifecycles).set_index("ticket")
    before = visits[visits["ticket"].isin(done.index) & before_the_finish(visits)]
    work = before[before["kind"] == "work"]
    waited = waits[waits["ticket"].isin(done.index)]
    whole = {"elapsed": done["lead"], "working": _by_ticket(before["working"], before, done)}
    waiting = {
        "elapsed": waited["elapsed"],
        "working": clock.working(
            waited["start"], waited["end"], team=waited["team"], holder=waited["holder"]
        ),
    }
    first, last = work["first_touch"], work["last_touch"]
    traced = {
        "elapsed": last - first,
        "working": clock.working(first, last, team=work["team"], holder=work["holder"]),
    }
    ends = {
        "statuses": {time: whole[time] - _by_ticket(waiting[time], waited, done) for time in TIMES},
        "traces": {time: _by_ticket(traced[time], work, done) for time in TIMES},
    }
    weeks = completed_by_week(lifecycles)["week"].to_numpy()
    rows = []
    for measure, times in ends.items():
        for time in TIMES:
            part, lead = _seconds(times[time]), _seconds(whole[time])
            low, high = share_intervals(
                np.column_stack([part, lead - part]).clip(min=0.0), weeks=weeks, minimum=minimum
            )
            share = part.sum() / lead.sum() if lead.sum() else np.nan
            rows.append((measure, time, share, low[0], high[0], len(done)))
    return pd.DataFrame(rows, columns=COLUMNS)


def commits_in_queues(
    visits: pd.DataFrame, lifecycles: pd.DataFrame, events: pd.DataFrame
) -> tuple[int, int]:
    """Count the commits on completed tickets before their finish, and those of them made in a queue.

    Work in a queue is in neither end of the bracket.
    """
    finish = completed(lifecycles).set_index("ticket")["finished"].astype(INSTANT)
    commits = events.loc[events["kind"] == "commit", ["ticket", "at"]].astype({"ticket": "str"})
    commits = commits[(commits["at"] < finish.reindex(commits["ticket"]).array).to_numpy(dtype=bool)]
    stays = visits[["ticket", "entered", "kind"]].astype({"ticket": "str"})
    there = pd.merge_asof(
        commits.sort_values("at", kind="stable"),
        stays.sort_values("entered", kind="stable"),
        left_on="at",
        right_on="entered",
        by="ticket",
    )
    return len(there), int((there["kind"] == "queue").sum())


def _by_ticket(durations: "pd.Series[Any]", visits: pd.DataFrame, done: pd.DataFrame) -> "pd.Series[Any]":
    sums = durations.groupby(visits["ticket"].astype("str")).sum()
    return sums.reindex(done.index, fill_value=pd.Timedelta(0))


def _seconds(durations: "pd.Series[Any]") -> Matrix:
    return np.asarray(durations.astype(DURATION).dt.total_seconds(), dtype=np.float64)
