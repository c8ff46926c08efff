"""The XmR chart, which shows whether a process is stable: individual values and their moving range.

Limits and rules as Donald Wheeler gives them ("Understanding Variation", 1993): the mean of a baseline, plus
and minus 2.66 times its mean moving range; a value beyond a limit, or eight in a row on one side of the mean,
is a signal. The limits do not assume that values are normal, and are no promise.
"""

from typing import Any, Final

import numpy as np
import pandas as pd

SCALE: Final = 2.66
RUN: Final = 8
LEAST: Final = 6
"""Fewer values than these give no limits worth drawing."""


def xmr_limits(values: "pd.Series[Any]", *, baseline: "pd.Series[bool]") -> dict[str, float]:
    """Give the limits of a steady process: ``mean``, ``low`` (not under 0) and ``high``.

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
    """Mark the values beyond a limit, or in a run of eight on one side of the mean.

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
