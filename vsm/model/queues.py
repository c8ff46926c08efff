"""Which queues grow, week by week."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.model.weekly import WEEK
from vsm.stats.bootstrap import Ints, cluster_bootstrap, interval
from vsm.stats.proportions import UNKNOWN

VERDICTS: Final = ("grows", "shrinks", "no clear change", "too few to say")
_WEEKLY: Final = {
    "stage": "str", "position": "int64", "until": "datetime64[us, UTC]", "arrivals": "int64",
    "departures": "int64", "bulk": "int64", "length": "int64",
}  # fmt: skip
_GROWTH: Final = (
    {"stage": "str"}
    | dict.fromkeys(("weeks", "arrivals", "departures", "bulk", "length"), "int64")
    | dict.fromkeys(("growth", "low", "high"), "float64")
    | {"verdict": "str"}
)


def queue_weeks(stage_visits: pd.DataFrame, *, as_of: pd.Timestamp, weeks: int = 26) -> pd.DataFrame:
    """Count the tickets that arrived in each queue, that left it, and that were in it, week by week.

    Weeks are spans of seven days that end at ``as_of``, so that none is cut; a queue younger than ``weeks``
    has those of its whole life. A ticket that comes back arrives again. One that a bulk edit took
    away, or that was found gone, has left as well: the queue is shorter.

    Returns
    -------
    DataFrame
        One row per queue and week, in stream order: ``stage, position, until`` (end of the week, included),
        ``arrivals, departures``, ``bulk`` (of both together, those of stays that a bulk edit began or
        ended), ``length`` (at ``until``). A length less the one before is arrivals less departures.
    """
    queued = stage_visits[(stage_visits["kind"] == "queue") & (stage_visits["entered"] <= as_of)]
    by = queued.groupby(["position", "stage"])
    queues, number = by.size().index, by.ngroup().to_numpy(dtype=np.int64)
    ago = {side: (as_of - pd.to_datetime(queued[side], utc=True)) // WEEK for side in ("entered", "left")}
    lived = ago["entered"].groupby(number).max().clip(upper=weeks).to_numpy()

    def counted(side: str, rows: "pd.Series[bool]") -> Ints:
        """Count by queue and weeks ago; the last column is all that was before."""
        known = (rows & (ago[side] >= 0)).to_numpy()
        week = ago[side][known].clip(upper=weeks).to_numpy(dtype=np.int64)
        cells = np.bincount(number[known] * (weeks + 1) + week, minlength=len(queues) * (weeks + 1))
        return cells.reshape(len(queues), weeks + 1)

    every, bulk = queued["entered"].notna(), queued["bulk"].astype("bool")
    arrived, left = counted("entered", every), counted("left", every)
    length = (arrived - left)[:, ::-1].cumsum(axis=1)[:, ::-1]
    tidied = counted("entered", bulk) + counted("left", bulk)
    back = np.arange(weeks)[::-1]
    queue, place = np.nonzero(back < lived[:, np.newaxis])
    cell = queue, back[place]
    return pd.DataFrame(
        {
            "stage": queues.get_level_values("stage").astype("str")[queue],
            "position": queues.get_level_values("position")[queue],
            "until": as_of - back[place] * WEEK,
            "arrivals": arrived[cell],
            "departures": left[cell],
            "bulk": tidied[cell],
            "length": length[cell],
        }
    ).astype(_WEEKLY)


def queue_growth(
    stage_visits: pd.DataFrame, *, as_of: pd.Timestamp, minimum: int, weeks: int = 26, seed: int
) -> pd.DataFrame:
    """Give how much each queue grows, in tickets a week, and whether that is sure.

    ``growth`` is arrivals less departures in a week, on average. Its 95 % interval is a percentile bootstrap
    over weeks (1,000 draws), as if weeks were independent: with seasons it is too narrow. One large clean-up
    in a single week makes the interval wide, not the verdict. What was there before the first week looked at
    is in ``length`` only.

    Returns
    -------
    DataFrame
        One row per queue in stream order: ``stage, weeks`` (looked at), ``arrivals, departures, bulk``
        (counts in these weeks), ``length`` (now), ``growth, low, high`` (tickets a week; missing under
        ``minimum`` whole weeks, or so many arrivals and departures together) and ``verdict``: ``grows`` or
        ``shrinks`` where the interval is on one side of 0, else ``no clear change``, or ``too few to say``.
    """
    weekly = queue_weeks(stage_visits, as_of=as_of, weeks=weeks)
    queued = stage_visits[(stage_visits["kind"] == "queue") & (stage_visits["entered"] <= as_of)]
    queue = ["position", "stage"]
    by, there = weekly.groupby(queue), queued["left"].isna() | (queued["left"] > as_of)
    length = queued.assign(length=there).astype({"stage": "str"}).groupby(queue)["length"].sum()
    table = by[["arrivals", "departures", "bulk"]].sum().assign(weeks=by.size())
    table = table.reindex(length.index, fill_value=0).assign(length=length)
    table[["growth", "low", "high"]] = UNKNOWN
    enough = table[["weeks"]].assign(moves=table["arrivals"] + table["departures"]).min(axis=1) >= max(
        minimum, 1
    )
    net = (weekly["arrivals"] - weekly["departures"]).set_axis(pd.MultiIndex.from_frame(weekly[queue]))
    for lived in table.loc[enough, "weeks"].unique():
        rows = table.index[enough & (table["weeks"] == lived)]
        table.loc[rows, ["growth", "low", "high"]] = _trends(
            net[net.index.isin(rows)].to_numpy().reshape(len(rows), lived), seed=seed
        )
    sure = [table["low"] > 0, table["high"] < 0, enough]
    table["verdict"] = np.select(sure, VERDICTS[:3], default=VERDICTS[3])
    return table.reset_index()[list(_GROWTH)].astype(_GROWTH)


def _trends(net: Ints, *, seed: int) -> npt.NDArray[np.float64]:
    """Give the mean of each queue's weeks, one row a queue, with its interval; all by the same draws."""
    means = cluster_bootstrap(lambda drawn: net[:, drawn].mean(axis=1), net.shape[1], seed=seed)
    return np.column_stack([net.mean(axis=1), *interval(means)])
