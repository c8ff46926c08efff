"""Which stages let tickets go in batches?"""

import pandas as pd


def batches_from_stays(stays: pd.DataFrame, *, least: int = 5, pause_minutes: float = 60.0) -> pd.DataFrame:
    """Which queues do tickets leave together, how often, and how many at once?

    Departures from a queue or outside stage follow one another in a batch as long as no longer pause
    lies between two; it is a batch with at least ``least`` tickets. Stays of bulk edits are left out, and
    tickets that were found gone did not depart.

    Returns
    -------
    DataFrame
        One row per stage with a batch: ``stage``, ``departures``, ``batched`` (departures in batches),
        ``batches`` (counts), ``size`` (median tickets of a batch), ``every`` (median time from batch to
        batch, missing with one), ``wait`` (timedelta, waited in all by the batched).

    Examples
    --------
    >>> at = pd.to_datetime(["2026-01-08T09:00"] * 5 + ["2026-01-22T09:00"] * 5, utc=True)
    >>> stays = pd.DataFrame({"ticket": list("abcdefghij"), "stage": "Release", "kind": "queue", "left": at,
    ...     "elapsed": pd.Timedelta(days=3), "bulk": False, "gone": False})
    >>> batches_from_stays(stays)[["batches", "size", "every"]].values.tolist()
    [[2, 5.0, Timedelta('14 days 00:00:00')]]
    """
    left = stays["left"].notna() & ~stays["bulk"].astype(bool) & ~stays["gone"].astype(bool)
    ended = stays[stays["kind"].isin(["queue", "outside"]) & left].sort_values(["stage", "left", "ticket"])
    apart = (ended["stage"] != ended["stage"].shift()) | (
        ended["left"].diff() > pd.Timedelta(minutes=pause_minutes)
    )
    runs = ended.groupby(["stage", apart.cumsum().rename("run")]).agg(
        size=("ticket", "nunique"), leaving=("ticket", "size"), first=("left", "min"), wait=("elapsed", "sum")
    )
    batch = runs[runs["size"] >= least].reset_index()
    every = batch.groupby("stage")["first"].diff()
    rows = (
        batch.assign(every=every)
        .groupby("stage")
        .agg(
            batched=("leaving", "sum"),
            batches=("size", "size"),
            size=("size", "median"),
            every=("every", "median"),
            wait=("wait", "sum"),
        )
    )
    departures = ended.groupby("stage").size().reindex(rows.index).rename("departures")
    return pd.concat([departures, rows], axis=1).reset_index()
