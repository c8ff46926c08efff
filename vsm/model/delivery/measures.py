"""DORA's five measures of this stream, in all and by week, and what is missing where one is unknown."""

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.model.weekly import WEEK
from vsm.stats.bootstrap import cluster_bootstrap, interval
from vsm.stats.proportions import poisson_interval, share_of
from vsm.stats.survival import survival_quantiles

DRAWS: Final = 400
DAY: Final = pd.Timedelta(days=1)
SOURCE: Final = "DORA, the five software delivery performance metrics (2025), dora.dev/guides/dora-metrics"


class Definition(NamedTuple):
    """What a measure means; ``unit`` is days, per week or share."""

    unit: str
    meaning: str


MEASURES: Final[Mapping[str, Definition]] = {
    "change lead time": Definition(
        "days",
        "from a commit's author timestamp to the first production deployment that contains it; median over "
        "commits, without merges and without what the first known deployment brought",
    ),
    "deployment frequency": Definition(
        "per week", "production deployments a week, from the first one to the end of the period"
    ),
    "failed deployment recovery time": Definition(
        "days",
        "from the failure of a deployment until service was restored; median, in which failures that are not "
        "restored yet count as open (Kaplan–Meier)",
    ),
    "change fail rate": Definition(
        "share",
        "deployments that failed: by their outcome, by an incident reported before the next one, or because "
        "a later one reverted a change",
    ),
    "deployment rework rate": Definition(
        "share",
        "deployments made to fix something in production: they brought a revert, or a commit of an incident",
    ),
}


def delivery_measures(
    deployments: pd.DataFrame,
    brought: pd.DataFrame,
    failures: pd.DataFrame,
    *,
    configured: bool,
    until: pd.Timestamp,
    since: pd.Timestamp | None = None,
    minimum: int,
    seed: int,
) -> pd.DataFrame:
    """Give DORA's five measures: how fast, how often and how safely work reaches customers.

    Parameters
    ----------
    deployments, brought, failures
        As ``production_deployments``, ``brought_by_deployments`` and ``failures_of_deployments`` give them.
    configured
        Whether vsm.toml says which tickets are incidents; then what nobody reported was no failure.
    until
        The end of the time looked at.
    since
        The beginning of the window of tickets: what failed before it is at risk only from then on.

    Returns
    -------
    DataFrame
        One row per measure, in DORA's order: ``measure``, ``unit``, ``value`` (median, rate or share), ``low,
        high`` (95 %: bootstrap by deployment, exact Poisson, Wilson, or log-log; NaN where there is none),
        ``p85`` (of durations), ``n``, ``of`` (what n counts), ``note``, ``missing`` (what would have to be
        known; empty where it is), ``meaning``, ``source``. A value that is NaN with nothing missing is too
        few to say; 0 is 0.
    """
    rates = {} if deployments.empty else _untold(deployments, failures, configured=configured)
    values = {
        "change lead time": _lead(deployments, brought, minimum, seed),
        "deployment frequency": _frequency(deployments, until, minimum),
        "failed deployment recovery time": rates or _recovery(deployments, failures, until, since, minimum),
        "change fail rate": rates or _rate(deployments, failures["failed"], minimum),
        "deployment rework rate": rates or _rate(deployments, failures["rework"], minimum),
    }
    nothing = dict.fromkeys(("value", "low", "high", "p85"), math.nan) | {"note": "", "missing": ""}
    rows = [
        {"measure": name, "unit": about.unit, **nothing, **values[name], "meaning": about.meaning}
        for name, about in MEASURES.items()
    ]
    columns = ["measure", "unit", "value", "low", "high", "p85", "n", "of", "note", "missing", "meaning"]
    return pd.DataFrame(rows)[columns].assign(source=SOURCE)


def _none(of: str) -> dict[str, Any]:
    missing = (
        "no production deployment and no release tag is known: vsm pull deployments, name their environment "
        "in [delivery] of vsm.toml, or tag releases"
    )
    return {"n": 0, "of": of, "missing": missing}


def _lead(deployments: pd.DataFrame, brought: pd.DataFrame, minimum: int, seed: int) -> dict[str, Any]:
    merge, opening = brought["merge"].astype(bool), brought["opening"].astype(bool)
    changes = brought[~merge & ~opening]
    if deployments.empty:
        return _none("commits")
    if changes.empty:
        missing = (
            "no deployment but the first names a known commit: pull its repository, or add commits to the "
            "deployments"
        )
        return {"n": 0, "of": "commits", "missing": missing}
    taken = changes["deployed"] - changes["authored"]
    days = taken.dt.total_seconds().to_numpy() / DAY.total_seconds()
    early = int((days < 0).sum())
    note = f"{early} counted as zero: skewed clocks" if early else ""
    about = {"n": len(days), "of": "commits", "note": note}
    if len(days) < minimum:
        return about
    clipped = np.maximum(days, 0.0)
    low, high = _bootstrap(clipped, changes["number"].to_numpy(), minimum, seed)
    p85 = float(np.quantile(clipped, 0.85))
    return about | {"value": float(np.median(clipped)), "low": low, "high": high, "p85": p85}


def _bootstrap(
    days: npt.NDArray[np.float64], deployment: npt.NDArray[np.int64], minimum: int, seed: int
) -> tuple[float, float]:
    """Draw deployments, with all their commits: those of one deployment are no independent facts."""
    groups = [days[deployment == number] for number in np.unique(deployment)]
    if len(groups) < minimum:
        return math.nan, math.nan
    medians = cluster_bootstrap(
        lambda drawn: np.median(np.concatenate([groups[number] for number in drawn])),
        len(groups),
        seed=seed,
        draws=DRAWS,
    )
    low, high = interval(medians)
    return float(low), float(high)


def _frequency(deployments: pd.DataFrame, until: pd.Timestamp, minimum: int) -> dict[str, Any]:
    if deployments.empty:
        return _none("deployments")
    n, first = len(deployments), deployments["at"].min()
    weeks = (max(until, deployments["at"].max()) - first) / WEEK
    about = {"n": n, "of": "deployments", "note": f"in {weeks:,.0f} weeks"}
    if n < minimum or weeks < 1:
        return about
    low, high = poisson_interval(n)
    return about | {"value": n / weeks, "low": low / weeks, "high": high / weeks}


def _rate(deployments: pd.DataFrame, marked: "pd.Series[bool]", minimum: int) -> dict[str, Any]:
    if deployments.empty:
        return _none("deployments")
    part = int(marked.sum())
    found = share_of(part, len(deployments), minimum=minimum)
    bounds = {"value": found["share"], "low": found["low"], "high": found["high"]}
    return {"n": len(deployments), "of": "deployments", "note": f"{part} of them", **bounds}


def _untold(deployments: pd.DataFrame, failures: pd.DataFrame, *, configured: bool) -> dict[str, Any]:
    """Say why failures are not known; nothing where they are."""
    if configured or (deployments["outcome"] != "unknown").any() or failures["failed"].any():
        return {}
    missing = (
        "it is not known which deployments failed: record outcomes (vsm pull deployments), or set in "
        "[delivery] of vsm.toml which tickets are incidents"
    )
    return {"n": len(deployments), "of": "deployments", "missing": missing}


def _recovery(
    deployments: pd.DataFrame,
    failures: pd.DataFrame,
    until: pd.Timestamp,
    since: pd.Timestamp | None,
    minimum: int,
) -> dict[str, Any]:
    if deployments.empty:
        return _none("failed deployments")
    failed = failures[failures["failed"].astype(bool)]
    about = {"n": len(failed), "of": "failed deployments"}
    if failed.empty:
        return about | {"note": "none failed"}
    lead = failed["restored"].fillna(max(until, failed["begun"].max())) - failed["begun"]
    restored = failed["restored"].notna().to_numpy()
    duration = lead.where(lead > pd.Timedelta(0), pd.Timedelta(0))
    entry = None if since is None else since - failed["begun"]
    quantiles = survival_quantiles(duration, restored, quantiles=(0.5, 0.85), minimum=minimum, entry=entry)
    median, late = quantiles.to_dict("records")
    sides = (("value", "time"), ("low", "low"), ("high", "high"))
    found = {name: median[side] / DAY for name, side in sides} | {"p85": late["time"] / DAY}
    return about | found | {"note": "" if restored.all() else f"{(~restored).sum()} not restored yet"}


def delivery_weeks(
    deployments: pd.DataFrame, brought: pd.DataFrame, failures: pd.DataFrame, *, until: pd.Timestamp
) -> pd.DataFrame:
    """Count the deployments and changes of each week, and give how long the changes had taken.

    Returns
    -------
    DataFrame
        One row per week, Monday 00:00 UTC, from the first deployment's to that of ``until``, those without
        any too: ``week``, ``deployments``, ``changes`` (commits that are no merges), ``lead_median``
        (timedelta from authored to deployed, never negative; missing where nothing came, and of the
        first deployment known), ``failed``, ``rework`` (counts; whether they are known at all is in
        ``delivery_measures``), ``succeeded`` (those whose outcome says so and that did not fail; of the rest
        nobody knows).
    """
    at = _monday(deployments["at"])
    end = _monday(pd.Series([max(until, deployments["at"].max()) if len(deployments) else until]))[0]
    weeks = pd.date_range(at.min(), end, freq="7D", unit="us") if len(at) else pd.DatetimeIndex([], tz="UTC")
    changes = brought[~brought["merge"].astype(bool)]
    taken = changes["deployed"] - changes["authored"]
    lead = taken.where(taken > pd.Timedelta(0), pd.Timedelta(0))
    by_week = lead.mask(changes["opening"].astype(bool)).groupby(_monday(changes["deployed"]))
    counts = {
        "deployments": at.value_counts(),
        "changes": by_week.size(),
        "failed": at[failures["failed"].to_numpy(dtype="bool")].value_counts(),
        "rework": at[failures["rework"].to_numpy(dtype="bool")].value_counts(),
        "succeeded": at[
            (deployments["outcome"] == "success").to_numpy(dtype="bool")
            & ~failures["failed"].to_numpy(dtype="bool")
        ].value_counts(),
    }
    rows = pd.DataFrame({name: of.reindex(weeks, fill_value=0) for name, of in counts.items()}, index=weeks)
    rows.insert(2, "lead_median", by_week.median().reindex(weeks))
    return rows.astype(dict.fromkeys(counts, "int64")).rename_axis("week").reset_index()


def _monday(instants: "pd.Series[pd.Timestamp]") -> "pd.Series[pd.Timestamp]":
    """Say on which Monday each week began."""
    days = instants.dt.floor("D")
    return days - pd.to_timedelta(days.dt.day_of_week, unit="D")
