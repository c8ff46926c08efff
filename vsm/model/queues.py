"""Which queues grow, week by week."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.model.weekly import WEEK

Ints = npt.NDArray[np.int64]
RECENT: Final = 8
"""Weeks after which a queue that has begun to grow is seen to do so."""
_LEVEL: Final = 0.025
"""How often each of the two intervals misses."""
VERDICTS: Final = ("grows", "shrinks", "no clear change", "too few to say")
_WEEKLY: Final = {
    "stage": "str", "position": "int64", "until": "datetime64[us, UTC]", "arrivals": "int64",
    "departures": "int64", "bulk": "int64", "length": "int64",
}  # fmt: skip
_GROWTH: Final = (
    {"stage": "str"}
    | dict.fromkeys(("weeks", "arrivals", "departures", "bulk", "length"), "int64")
    | dict.fromkeys(("growth", "low", "high", "recent", "recent_low", "recent_high"), "float64")
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
    stage_visits: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    minimum: int,
    weeks: int = 26,
    known_from: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Give how much each queue grows, in tickets a week, and whether that is sure.

    ``growth`` is arrivals less departures in a week, on average; it is looked at over all ``weeks`` and over
    the ``RECENT`` last ones, since what has begun to grow drowns in half a year. The intervals are Student's,
    of weeks as if they were independent. Beside them goes a run rule: in each of the last weeks it was longer
    (shorter) than in any week before. Of steady queues, up to 95 % busy, each verdict is given to 3 % at most
    (``tests/model/test_queues_simulated.py``); of queues that take in 60 % more for eight weeks, 61 % grow.
    One large clean-up in a single week makes an interval wide, not the verdict. What was there before the
    first week looked at is in ``length`` only.

    Parameters
    ----------
    known_from
        Where a window begins: weeks before it lack the tickets that were finished by then, so they are left
        out.

    Returns
    -------
    DataFrame
        One row per queue in stream order: ``stage, weeks`` (looked at), ``arrivals, departures, bulk``
        (counts in these weeks), ``length`` (now), ``growth, low, high`` and ``recent, recent_low,
        recent_high`` (tickets a week over all, and over the last weeks; missing under ``minimum`` arrivals
        and departures together, or fewer weeks than ``RECENT``) and ``verdict``: ``grows`` or ``shrinks``
        where an interval or the run rule says so and nothing the opposite, else ``no clear change``, or ``too
        few to say``.
    """
    if known_from is not None:
        weeks = min(weeks, max((as_of - known_from) // WEEK, 1))
    weekly = queue_weeks(stage_visits, as_of=as_of, weeks=weeks)
    queued = stage_visits[(stage_visits["kind"] == "queue") & (stage_visits["entered"] <= as_of)]
    queue = ["position", "stage"]
    there = queued["left"].isna() | (queued["left"] > as_of)
    length = queued.assign(length=there).astype({"stage": "str"}).groupby(queue)["length"].sum()
    by = weekly.groupby(queue)
    table = by[["arrivals", "departures", "bulk"]].sum().assign(weeks=by.size())
    table = table.reindex(length.index, fill_value=0).assign(length=length)
    net = weekly.assign(net=weekly["arrivals"] - weekly["departures"])
    whole, last = (_trend(rows.groupby(queue)["net"]) for rows in (net, net.groupby(queue).tail(RECENT)))
    enough = (table["weeks"] >= RECENT) & (table["arrivals"] + table["departures"] >= max(minimum, 1))
    ends = ["growth", "low", "high", "recent", "recent_low", "recent_high"]
    table[ends] = pd.concat([whole, last], axis=1).set_axis(ends, axis=1).where(enough)
    lows, highs = table[["low", "recent_low"]], table[["high", "recent_high"]]
    runs = _runs(weekly, queue).where(enough, 0)
    up, down = (lows > 0).any(axis=1) | (runs > 0), (highs < 0).any(axis=1) | (runs < 0)
    table["verdict"] = np.select([up & ~down, down & ~up, enough], VERDICTS[:3], default=VERDICTS[3])
    return table.reset_index()[list(_GROWTH)].astype(_GROWTH)


def half_as_many(stays: pd.DataFrame, *, as_of: pd.Timestamp) -> tuple[int, pd.Timestamp]:
    """Give how many were last there when it was at most half as many as now, and until when.

    Parameters
    ----------
    stays
        Those in one stage, with ``entered`` and ``left``, at least one of them before ``as_of``.

    Examples
    --------
    >>> days = pd.Timestamp("2026-01-05", tz="UTC") + pd.to_timedelta([0, 0, 3, 4, 5, 7], unit="D")
    >>> stays = pd.DataFrame({"entered": days, "left": pd.Series(pd.NaT, range(6), days.dtype)})
    >>> half_as_many(stays, as_of=days[5])
    (3, Timestamp('2026-01-09 00:00:00+0000', tz='UTC'))
    """
    sides = [stays.loc[stays[side] <= as_of, side] for side in ("entered", "left")]
    steps = pd.concat([pd.Series(step, index=at) for step, at in zip((1, -1), sides, strict=True)])
    there = steps.groupby(level=0).sum().cumsum()
    few = np.flatnonzero(there <= there.iloc[-1] / 2)
    if not len(few):
        return 0, there.index[0]
    return int(there.iloc[few[-1]]), there.index[few[-1] + 1]


def _runs(weekly: pd.DataFrame, queue: list[str]) -> "pd.Series[int]":
    """Give 1 where the last weeks are all longer than every week before, -1 where all shorter, else 0.

    As many weeks must have been before::

        length  3 1 4 2 | 8 9 7 9       before: 1 to 4, last: 7 to 9, so 1
    """
    last = weekly.groupby(queue).cumcount(ascending=False) < RECENT
    new, old = (weekly[rows].groupby(queue)["length"].agg(["min", "max", "size"]) for rows in (last, ~last))
    old = old.reindex(new.index)
    run = (new["min"] > old["max"]).astype("int64") - (new["max"] < old["min"]).astype("int64")
    return run.where(old["size"] >= RECENT, 0)


def _trend(net: Any) -> pd.DataFrame:
    """Give the mean of each queue's weeks, grouped, with its interval."""
    from scipy.special import stdtrit  # noqa: PLC0415 - a third of a second of import that few need

    weeks, mean = net.size(), net.mean()
    reach = stdtrit((weeks - 1).clip(lower=1), 1 - _LEVEL / 2) * net.std() / np.sqrt(weeks)
    ends: pd.DataFrame = pd.concat([mean, mean - reach, mean + reach], axis=1)
    return ends
