"""Which queues grow, week by week."""

from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.model.weekly import WEEK
from vsm.stats.bootstrap import cluster_bootstrap, interval
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
    tables = [_weeks_of_queue(part, as_of, weeks) for _, part in queued.groupby(["position", "stage"])]
    return pd.concat([pd.DataFrame(columns=list(_WEEKLY)).astype(_WEEKLY), *tables], ignore_index=True)


def _weeks_of_queue(stage_visits: pd.DataFrame, as_of: pd.Timestamp, weeks: int) -> pd.DataFrame:
    lived = min(weeks, (as_of - stage_visits["entered"].min()) // WEEK)
    edges = pd.DatetimeIndex([as_of - WEEK * n for n in range(lived, -1, -1)])
    bulk = stage_visits["bulk"].astype("bool")
    arrived, left = _until(stage_visits["entered"], edges), _until(stage_visits["left"], edges)
    marked = _until(stage_visits.loc[bulk, "entered"], edges) + _until(stage_visits.loc[bulk, "left"], edges)
    return pd.DataFrame(
        {
            "stage": str(stage_visits["stage"].iloc[0]),
            "position": int(stage_visits["position"].iloc[0]),
            "until": edges[1:],
            "arrivals": np.diff(arrived),
            "departures": np.diff(left),
            "bulk": np.diff(marked),
            "length": (arrived - left)[1:],
        }
    ).astype(_WEEKLY)


def _until(instants: "pd.Series[Any]", edges: pd.DatetimeIndex) -> Any:
    """Count the instants up to each edge, the edge included."""
    known = pd.to_datetime(instants.dropna(), utc=True).sort_values()
    return np.asarray(known.searchsorted(edges, side="right"), dtype=np.int64)


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
    unknown = dict.fromkeys(("growth", "low", "high"), UNKNOWN) | {"verdict": "too few to say"}
    rows = []
    for (position, stage), part in queued.groupby(["position", "stage"]):
        own = weekly[(weekly["stage"] == stage) & (weekly["position"] == position)]
        counts = {name: int(own[name].sum()) for name in ("arrivals", "departures", "bulk")}
        length = int((part["left"].isna() | (part["left"] > as_of)).sum())
        enough = min(len(own), counts["arrivals"] + counts["departures"]) >= max(minimum, 1)
        trend = _trend(own, seed=seed) if enough else unknown
        rows.append({"stage": stage, "weeks": len(own), **counts, "length": length, **trend})
    return pd.DataFrame(rows, columns=list(_GROWTH)).astype(_GROWTH)


def _trend(weekly: pd.DataFrame, *, seed: int) -> dict[str, Any]:
    net = (weekly["arrivals"] - weekly["departures"]).to_numpy()
    means = cluster_bootstrap(lambda drawn: net[drawn].mean(), len(net), seed=seed)
    low, high = (float(bound) for bound in interval(means))
    verdict = "grows" if low > 0 else "shrinks" if high < 0 else "no clear change"
    return {"growth": float(net.mean()), "low": low, "high": high, "verdict": verdict}
