"""Which queues grow, week by week."""

from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.model.weekly import WEEK
from vsm.stats.bootstrap import cluster_bootstrap, interval
from vsm.stats.proportions import UNKNOWN

VERDICTS: Final = ("grows", "shrinks", "no clear change", "too few to say")
_WEEKLY: Final = {
    "stage": "str", "place": "int64", "until": "datetime64[us, UTC]", "arrivals": "int64",
    "departures": "int64", "bulk": "int64", "length": "int64",
}  # fmt: skip
_GROWTH: Final = (
    {"stage": "str"}
    | dict.fromkeys(("weeks", "arrivals", "departures", "bulk", "length"), "int64")
    | dict.fromkeys(("growth", "low", "high"), "float64")
    | {"verdict": "str"}
)


def queue_weeks(stays: pd.DataFrame, *, as_of: pd.Timestamp, weeks: int = 26) -> pd.DataFrame:
    """How many tickets arrived in each queue, how many left it, and how many lay there, week by week?

    Weeks are spans of seven days that end at ``as_of``, so that none is cut; a queue younger than ``weeks``
    has those that it has lived whole. A ticket that comes back arrives again. One that a bulk edit took
    away, or that was found gone, has left as well: the queue is shorter.

    Parameters
    ----------
    stays
        As ``stage_visits_from_visits`` gives them.
    as_of
        The instant that counts as now; nothing later is looked at.
    weeks
        How many weeks to look back.

    Returns
    -------
    DataFrame
        One row per queue and week, in stream order: ``stage, place, until`` (end of the week, included),
        ``arrivals, departures``, ``bulk`` (of both together, those of stays that a bulk edit began or
        ended), ``length`` (at ``until``). A length less the one before is arrivals less departures.

    Examples
    --------
    >>> now = pd.Timestamp("2026-01-19", tz="UTC")
    >>> days = now - pd.to_timedelta([14, 3], unit="D")
    >>> stays = pd.DataFrame({"stage": "Ready", "kind": "queue", "place": 0, "entered": days, "bulk": False})
    >>> queue_weeks(stays.assign(left=[now, pd.NaT]), as_of=now)[["arrivals", "departures"]].values.tolist()
    [[0, 0], [1, 1]]
    """
    queued = stays[(stays["kind"] == "queue") & (stays["entered"] <= as_of)]
    tables = [_weeks_of_queue(part, as_of, weeks) for _, part in queued.groupby(["place", "stage"])]
    return pd.concat([pd.DataFrame(columns=list(_WEEKLY)).astype(_WEEKLY), *tables], ignore_index=True)


def _weeks_of_queue(stays: pd.DataFrame, as_of: pd.Timestamp, weeks: int) -> pd.DataFrame:
    lived = min(weeks, (as_of - stays["entered"].min()) // WEEK)
    edges = pd.DatetimeIndex([as_of - WEEK * n for n in range(lived, -1, -1)])
    bulk = stays["bulk"].astype("bool")
    arrived, left = _until(stays["entered"], edges), _until(stays["left"], edges)
    marked = _until(stays.loc[bulk, "entered"], edges) + _until(stays.loc[bulk, "left"], edges)
    return pd.DataFrame(
        {
            "stage": str(stays["stage"].iloc[0]),
            "place": int(stays["place"].iloc[0]),
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
    stays: pd.DataFrame, *, as_of: pd.Timestamp, minimum: int, weeks: int = 26, seed: int
) -> pd.DataFrame:
    """Which queues grow, by how many tickets a week, and is that sure?

    ``growth`` is arrivals less departures in a week, on average. Its 95 % interval is a percentile bootstrap
    over weeks (1,000 draws), as if one week told nothing of the next: with seasons it is too narrow. One
    large clean-up in a single week makes the interval wide, not the verdict. What lay there before the first
    week looked at is in ``length`` only.

    Parameters
    ----------
    stays, as_of, weeks
        As for ``queue_weeks``.
    minimum
        Under so many whole weeks, or so many arrivals and departures together, it is too few to say.
    seed
        Of the bootstrap.

    Returns
    -------
    DataFrame
        One row per queue in stream order: ``stage, weeks`` (looked at), ``arrivals, departures, bulk``
        (counts in these weeks), ``length`` (now), ``growth, low, high`` (tickets a week; missing where too
        few) and ``verdict``: ``grows`` or ``shrinks`` where the interval lies on one side of 0, else
        ``no clear change``, or ``too few to say``.

    Examples
    --------
    >>> now = pd.Timestamp("2026-05-04", tz="UTC")
    >>> days = now - pd.to_timedelta(range(1, 105, 7), unit="D")
    >>> stays = pd.DataFrame({"stage": "Ready", "kind": "queue", "place": 0, "entered": days, "bulk": False})
    >>> stays["left"] = pd.to_datetime([None] * 15, utc=True)
    >>> table = queue_growth(stays, as_of=now, minimum=12, seed=0)
    >>> table[["length", "growth", "verdict"]].values.tolist()
    [[15, 1.0, 'grows']]
    """
    weekly = queue_weeks(stays, as_of=as_of, weeks=weeks)
    queued = stays[(stays["kind"] == "queue") & (stays["entered"] <= as_of)]
    rows = []
    for (place, stage), part in queued.groupby(["place", "stage"]):
        mine = weekly[(weekly["stage"] == stage) & (weekly["place"] == place)]
        counts = {name: int(mine[name].sum()) for name in ("arrivals", "departures", "bulk")}
        length = int((part["left"].isna() | (part["left"] > as_of)).sum())
        enough = min(len(mine), counts["arrivals"] + counts["departures"]) >= max(minimum, 1)
        trend = _trend(mine, seed=seed) if enough else _unknown()
        rows.append({"stage": stage, "weeks": len(mine), **counts, "length": length, **trend})
    return pd.DataFrame(rows, columns=list(_GROWTH)).astype(_GROWTH)


def _unknown() -> dict[str, Any]:
    return dict.fromkeys(("growth", "low", "high"), UNKNOWN) | {"verdict": "too few to say"}


def _trend(weekly: pd.DataFrame, *, seed: int) -> dict[str, Any]:
    net = (weekly["arrivals"] - weekly["departures"]).to_numpy()
    means = cluster_bootstrap(lambda drawn: net[drawn].mean(), len(net), seed=seed)
    low, high = (float(bound) for bound in interval(means))
    verdict = "grows" if low > 0 else "shrinks" if high < 0 else "no clear change"
    return {"growth": float(net.mean()), "low": low, "high": high, "verdict": verdict}
