"""Is a run of numbers steady? The XmR chart: individual values and the moving range between them.

Limits and rules as Donald Wheeler gives them ("Understanding Variation", 1993): the mean of a baseline, plus
and minus 2.66 times its mean moving range; a value beyond a limit, or eight in a row on one side of the mean,
is a signal. The limits do not assume that values are normal, and are no promise.
"""

from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.model.by_week import WEEK, weeks_until

SCALE: Final = 2.66
RUN: Final = 8
LEAST: Final = 6
"""Fewer values than these give no limits worth drawing."""


def weekly_medians(spells: pd.DataFrame, *, as_of: pd.Timestamp, least: int = 3) -> pd.DataFrame:
    """How long did it take what ended in each whole week, at the median?

    Parameters
    ----------
    spells
        As ``vsm.model.change.spells_of`` gives them.
    as_of
        The instant that counts as now: the week it lies in is not over, and left out.
    least
        Weeks in which fewer ended have no value.

    Returns
    -------
    DataFrame
        ``week`` (Monday, UTC), ``value`` (days of 24 hours; missing for a week of too few), ``n``.

    Examples
    --------
    >>> none = pd.to_datetime([], utc=True)
    >>> spells = pd.DataFrame({"ticket": [], "begin": none, "end": none, "ended": []})
    >>> len(weekly_medians(spells, as_of=pd.Timestamp("2026-01-05", tz="UTC")))
    0
    """
    done = spells[spells["ended"].astype(bool)]
    if done.empty:
        return pd.DataFrame({"week": pd.to_datetime([], utc=True), "value": [], "n": []})
    weeks = weeks_until(done["end"].min(), as_of)
    weeks = weeks[weeks + WEEK <= as_of]
    place = weeks.searchsorted(done["end"], side="right") - 1
    days = (done["end"] - done["begin"]).dt.total_seconds().to_numpy() / 86400
    inside = done["end"].to_numpy() < (weeks[-1] + WEEK) if len(weeks) else np.zeros(len(done), dtype=bool)
    found = pd.Series(days[inside]).groupby(place[inside]).agg(["median", "size"])
    found = found.reindex(range(len(weeks)))
    n = found["size"].fillna(0).astype("int64")
    return pd.DataFrame(
        {"week": weeks, "value": found["median"].where(n >= least).to_numpy(), "n": n.to_numpy()}
    )


def xmr_limits(values: "pd.Series[Any]", *, baseline: "pd.Series[bool]") -> dict[str, float]:
    """Within which limits would a steady process stay? ``mean``, ``low`` (not under 0) and ``high``.

    Parameters
    ----------
    values
        In order; missing ones are passed over, so a moving range may lie between two weeks apart.
    baseline
        Which of them set the limits: those before a change.

    Returns
    -------
    dict
        Empty where the baseline has fewer than six values.

    Examples
    --------
    >>> values = pd.Series([10.0, 12, 10, 12, 10, 12])
    >>> xmr_limits(values, baseline=values > 0)["high"]
    16.32
    """
    known = values[baseline & values.notna()]
    if len(known) < LEAST:
        return {}
    mean, reach = float(known.mean()), SCALE * float(known.diff().abs().mean())
    return {"mean": mean, "low": max(mean - reach, 0.0), "high": mean + reach}


def xmr_signals(values: "pd.Series[Any]", *, limits: dict[str, float]) -> "pd.Series[bool]":
    """Which values say that something is not as it was? Beyond a limit, or in a run of eight on one side.

    Examples
    --------
    >>> xmr_signals(pd.Series([10.0, 30.0]), limits={"mean": 11.0, "low": 5.0, "high": 17.0}).tolist()
    [False, True]
    """
    found = pd.Series(data=False, index=values.index)
    if not limits:
        return found
    known = values[values.notna()]
    side = np.sign(known - limits["mean"])
    run = side.groupby((side != side.shift()).cumsum()).transform("size")
    beyond = (known < limits["low"]) | (known > limits["high"])
    found[known.index] = beyond | ((run >= RUN) & (side != 0))
    return found
