"""Where waiting has become lastingly longer or shorter, and since which week.

The value of a week is the mean logarithm of how long what left a stage in it had been there, one hour added,
so that no single ticket outweighs the others and a wait of minutes counts as none. The error rate is divided
among the queues. False steps a year over all queues of a stream together, and a wait that is four times as
long reported within five weeks, measured by ``tests/model/test_steps_simulated.py``:

==========================  =============  =============
stream of five queues       false a year   found
==========================  =============  =============
independent, 24 a week      0.2            99 %
independent, 5 a week       0.8            85 %
a week's luck, one queue    0.3            99 %
a week's luck, all queues   0.6            65 %
==========================  =============  =============

Where a level drifts for weeks, as in a long crisis, there are more: each is a change, if no lasting one.
"""

from itertools import zip_longest
from typing import Final

import numpy as np
import pandas as pd

from vsm.model.weekly import MONDAY, week_numbers
from vsm.stats.steps import lasting_steps
from vsm.tables import DURATION

ERROR: Final = 0.004
"""Error rate of the tests of one week, over all queues together."""
LEAST_RATIO: Final = 1.5
WEEK: Final = pd.Timedelta(weeks=1)


def waiting_steps(stage_visits: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Give the lasting steps in how long tickets stay in each queue or external stage.

    Whole weeks before ``as_of`` count; stays of bulk edits and of what was found gone do not. A week in which
    nothing left says nothing. At least four weeks are needed before, and two after.

    Returns
    -------
    DataFrame
        One row per step, in order of time: ``stage``, ``since`` (Monday of its first week, UTC), ``seen``
        (end of the week that showed it), ``up``, ``before`` and ``after`` (timedelta, geometric mean until
        then, and from then until the next step), ``n`` (departures since).
    """
    end = MONDAY + WEEK * int(week_numbers(pd.Series([as_of]))[0])
    ended = stage_visits[
        stage_visits["kind"].isin(["queue", "external"])
        & (stage_visits["left"] < end)
        & ~stage_visits["bulk"].astype(bool)
        & ~stage_visits["gone"].astype(bool)
    ]
    hours = ended["elapsed"].astype(DURATION).dt.total_seconds() / 3600
    logs = pd.Series(np.log1p(hours), index=hours.index)
    by_week = logs.groupby([ended["stage"].astype("str"), week_numbers(ended["left"])])
    weekly, rows = by_week.agg(["mean", "size"]), []
    queues = weekly.index.get_level_values(0).unique()
    for stage in queues:
        here = weekly.loc[stage]
        steps = lasting_steps(here["mean"].to_numpy(), error=ERROR / len(queues), least=np.log(LEAST_RATIO))
        for step, following in zip_longest(steps, steps[1:]):
            before = here.iloc[step.start : step.first]
            after = here.iloc[step.first : following.first if following else None]
            since, seen = (MONDAY + WEEK * int(week) for week in here.index[[step.first, step.seen]])
            levels = [pd.Timedelta(hours=np.expm1(weeks["mean"].mean())) for weeks in (before, after)]
            rows.append((stage, since, seen + WEEK, step.up, *levels, after["size"].sum()))
    table = pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)
    return table.sort_values(["since", "stage"], ignore_index=True)


_TYPES: Final = {
    "stage": "str", "since": "datetime64[us, UTC]", "seen": "datetime64[us, UTC]", "up": "bool",
    "before": DURATION, "after": DURATION, "n": "int64",
}  # fmt: skip
