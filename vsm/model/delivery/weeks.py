"""How did delivery go, week by week?"""

import pandas as pd


def delivery_weeks(
    deployments: pd.DataFrame, brought: pd.DataFrame, failures: pd.DataFrame, *, until: pd.Timestamp
) -> pd.DataFrame:
    """How many deployments and changes did each week see, and how long had the changes taken?

    Returns
    -------
    DataFrame
        One row per week, Monday 00:00 UTC, from the first deployment's to that of ``until``, those without
        any too: ``week``, ``deployments``, ``changes`` (commits that are no merges), ``lead_median``
        (timedelta from authored to deployed, never negative; missing where nothing came, and of the
        first deployment known), ``failed``,
        ``rework`` (counts; whether they can be told at all stands in ``delivery_measures``).
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
    }
    rows = pd.DataFrame({name: of.reindex(weeks, fill_value=0) for name, of in counts.items()}, index=weeks)
    rows.insert(2, "lead_median", by_week.median().reindex(weeks))
    return rows.astype(dict.fromkeys(counts, "int64")).rename_axis("week").reset_index()


def _monday(instants: "pd.Series[pd.Timestamp]") -> "pd.Series[pd.Timestamp]":
    """Say on which Monday each week began."""
    days = instants.dt.floor("D")
    return days - pd.to_timedelta(days.dt.day_of_week, unit="D")
