"""What a value stream map says beside its stages: totals, people, limits, demand, releases."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from vsm.config import Workflow
from vsm.model.lifecycle import completed
from vsm.model.period import Period
from vsm.tables import among

_WEEK = pd.Timedelta(days=7)
_FEW = 5
"""With fewer releases no cadence is claimed."""


class MapFacts(NamedTuple):
    """Numbers of a stream for its map; None, or no entry, where a number is not known.

    Attributes
    ----------
    lead, process
        Mean lead time of ``delivered`` tickets, and the mean of it that was in stages of work: means, since
        only they divide as the sums do.
    rolled
        Rolled %C&A, 0 to 1.
    people, limits
        By stage of work, how many held work in it; by stage, the agreed WIP limit.
    arrivals, deliveries
        Tickets a week in the current period of so many ``days``.
    release_every
        Median time from one release to the next.
    stays
        By stage, median and 85th percentile of a stay in seconds; NaN where a percentile is not known.
    """

    lead: pd.Timedelta | None = None
    process: pd.Timedelta | None = None
    delivered: int = 0
    rolled: float | None = None
    people: Mapping[str, int] = {}
    limits: Mapping[str, int] = {}
    arrivals: float | None = None
    deliveries: float | None = None
    days: int = 0
    release_every: pd.Timedelta | None = None
    stays: Mapping[str, tuple[float, float]] | None = None


def map_facts(
    lifecycles: pd.DataFrame,
    *,
    visits: pd.DataFrame,
    stage_visits: pd.DataFrame,
    rolled: pd.DataFrame,
    deployments: pd.DataFrame,
    stays: pd.DataFrame,
    workflow: Workflow,
    period: Period,
    minimum: int,
    fewest_people: int,
) -> MapFacts:
    """Give the numbers of a value stream map; ``rolled`` is as ``rolled_accuracy`` gives it.

    ``stays`` has ``p50`` and ``p85`` by stage, as ``usual_pace`` gives them.

    Lead time and process time need ``minimum`` delivered tickets; of fewer people than ``fewest_people`` in a
    stage no number is given.
    """
    done = completed(lifecycles)
    work = stage_visits[stage_visits["kind"] == "work"].astype({"ticket": "str"})
    process = work[among(work["ticket"], done["ticket"])].groupby("ticket")["elapsed"].sum()
    held = visits[visits["kind"] == "work"].dropna(subset=["holder"])
    people = held.groupby(held["stage"].astype("str"))["holder"].nunique()
    weeks = (period.end - period.begin) / _WEEK
    inside = [(at >= period.begin) & (at <= period.end) for at in (lifecycles["created"], done["finished"])]
    releases = deployments["at"].drop_duplicates().sort_values()
    usual = stays[["p50", "p85"]].apply(lambda times: times.dt.total_seconds())
    share = rolled["share"].iloc[0] if len(rolled) else float("nan")
    return MapFacts(
        lead=_mean(done["lead"], least=minimum),
        process=_mean(process.reindex(done["ticket"], fill_value=pd.Timedelta(0)), least=minimum),
        delivered=len(done),
        rolled=None if pd.isna(share) else float(share),
        people={str(stage): int(n) for stage, n in people.items() if n >= fewest_people},
        limits={stage.name: stage.wip for stage in workflow.stages if stage.wip is not None},
        arrivals=float(inside[0].sum()) / weeks if weeks else None,
        deliveries=float(inside[1].sum()) / weeks if weeks else None,
        days=period.days,
        release_every=_median(releases.diff().dropna(), least=_FEW),
        stays={str(stage): (p50, p85) for stage, p50, p85 in usual.itertuples()},
    )


def _mean(times: "pd.Series[Any]", *, least: int) -> pd.Timedelta | None:
    return pd.Timedelta(times.mean()) if len(times) >= least else None


def _median(times: "pd.Series[Any]", *, least: int) -> pd.Timedelta | None:
    return pd.Timedelta(times.median()) if len(times) >= least else None
