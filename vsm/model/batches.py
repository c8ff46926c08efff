"""Queues that tickets leave in batches, beyond what departures at random in working time would chain.

Twelve tickets that leave one by one within eight hours are 40 minutes apart on average, so most follow one
another within an hour: a working day, and no batch. How many are chained by chance is known exactly, since n
random instants cut a day's working time into n + 1 exchangeable spacings (W. Feller, "An introduction to
probability theory and its applications", volume 2, 1971, §I.7)::

    working day    |----x--x-x-x-x------------x---x--|      n = 7; two gaps longer than the pause
    batches               5 of 7 chained      2 are none, with least = 5

So the pause that still makes a batch is the longest of ``PAUSES`` at which at most ``CHANCE`` of the
departures would be batched by chance, as many a day as there were. Measured by
``tests/model/test_batches.py``: claimed of no stream of random departures at 1 to 40 a working day, nor with
lunch breaks, peaks, or two hours less than the calendar has; found in all streams with releases every two
weeks, on Fridays, or every day at 17:00.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from vsm.clock import Clock, micros_of
from vsm.intervals.codes import Ints
from vsm.tables import DURATION

PAUSES: Final = (60.0, 30.0, 15.0, 10.0, 5.0, 2.0, 1.0)
"""Minutes between two departures of a batch at most: the first that chance allows."""
CHANCE: Final = 0.1
LEAST_BATCHES: Final = 3
USUAL_HOURS: Final = 8.0
_HOUR: Final = 3_600_000_000
_DAY: Final = 24 * _HOUR


def batches_from_stage_visits(
    stage_visits: pd.DataFrame, *, least: int = 5, hours: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Give the queues that tickets leave together, how often, and how many at once.

    Departures from a queue or external stage follow one another in a batch as long as no longer pause
    is between two; it is a batch with at least ``least`` tickets. Stays of bulk edits are left out, and
    tickets that were found gone did not depart.

    Parameters
    ----------
    hours
        Stage → working hours of a day; eight where not given.

    Returns
    -------
    DataFrame
        One row per stage with a batch: ``stage``, ``departures``, ``batched`` (departures in batches),
        ``batches`` (counts), ``size`` (median tickets of a batch), ``every`` (median time from batch to
        batch, missing with one), ``wait`` (timedelta, waited in all by the batched), ``pause`` (the longest
        within a batch), ``by_chance`` (the share of departures that would be batched at random) and
        ``beyond_chance``: three batches or more, with at least half of the departures.

    Examples
    --------
    >>> at = pd.to_datetime(["2026-01-08T09:00"] * 5 + ["2026-01-22T09:00"] * 5, utc=True)
    >>> rows = {"ticket": list("abcdefghij"), "stage": "Release", "kind": "queue", "left": at}
    >>> stage_visits = pd.DataFrame(rows | {"elapsed": pd.Timedelta(days=3), "bulk": False, "gone": False})
    >>> batches_from_stage_visits(stage_visits)[["batches", "size", "every"]].values.tolist()
    [[2, 5.0, Timedelta('14 days 00:00:00')]]
    """
    rows = departures_from_stage_visits(stage_visits).batches(least=least, hours=hours)
    return pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)


class Departures(NamedTuple):
    """Departures from queues: arrays of one length, but for the names of ``stages``.

    ``stage`` and ``ticket`` are numbers, ``at`` and ``waited`` microseconds.
    """

    stages: list[str]
    stage: Ints
    at: Ints
    ticket: Ints
    waited: Ints

    def batches(
        self, *, least: int = 5, hours: Mapping[str, float] | None = None, until: int | None = None
    ) -> list[dict[str, Any]]:
        """Give the rows of ``batches_from_stage_visits``, as known at an instant (microseconds) or now."""
        found = []
        for number, stage in enumerate(self.stages):
            rows = self.stage == number
            if until is not None:
                rows &= self.at <= until
            if not rows.any():
                continue
            day = (hours or {}).get(stage, USUAL_HOURS)
            row = _batches_of(self.at[rows], self.ticket[rows], self.waited[rows], least=least, hours=day)
            found += [{"stage": stage} | each for each in row]
        return found


def departures_from_stage_visits(stage_visits: pd.DataFrame) -> Departures:
    """Give the departures from queues and external stages, but for bulk edits and tickets found gone."""
    left = (
        stage_visits["left"].notna() & ~stage_visits["bulk"].astype(bool) & ~stage_visits["gone"].astype(bool)
    )
    ended = stage_visits[stage_visits["kind"].isin(["queue", "external"]) & left]
    stage, stages = pd.factorize(ended["stage"].astype("str"), sort=True)
    return Departures(
        stages.tolist(),
        stage,
        at=micros_of(ended["left"]),
        ticket=pd.factorize(ended["ticket"])[0],
        waited=ended["elapsed"].astype(DURATION).to_numpy().view(np.int64),
    )


def working_hours(stages: pd.DataFrame, *, clock: Clock) -> dict[str, float]:
    """Give the working hours of a day by stage, as its team's calendar has them."""
    teams = stages.drop_duplicates("stage").set_index("stage")["team"]
    return {
        str(stage): clock.calendar(None if pd.isna(team) else str(team)).hours_a_day
        for stage, team in teams.items()
    }


def _batches_of(at: Ints, ticket: Ints, waited: Ints, *, least: int, hours: float) -> list[dict[str, Any]]:
    """Give the row of one stage; none without a batch, or where any pause chains by chance. In microseconds.

    ::

        at       20  21  29  90      run  0  0  0  1      first  0  3      different tickets of each run  3  1
    """
    order = np.argsort(at, kind="stable")
    at, ticket, waited = at[order], ticket[order], waited[order]
    a_day = np.unique(at // _DAY, return_counts=True)[1]
    day = min(hours, max(_hours_seen(at), USUAL_HOURS))
    chances = ((pause, _by_chance(a_day, pause / 60 / day, least)) for pause in PAUSES)
    pause, chance = next((found for found in chances if found[1] <= CHANCE), (0.0, 1.0))
    apart = np.concatenate([[True], np.diff(at) > pause * 60e6])
    run, first = np.cumsum(apart) - 1, np.flatnonzero(apart)
    different = np.unique(np.column_stack([run, ticket]), axis=0)[:, 0]
    size, leaving = np.bincount(different), np.bincount(run)
    batch = size >= least
    if not pause or not batch.any():
        return []
    every = np.diff(at[first[batch]])
    batched = int(leaving[batch].sum())
    row = {
        "departures": len(at),
        "batched": batched,
        "batches": int(batch.sum()),
        "size": float(np.median(size[batch])),
        "every": np.timedelta64(int(np.median(every)) if len(every) else "NaT", "us"),
        "wait": pd.Timedelta(microseconds=int(np.add.reduceat(waited, first)[batch].sum())),
        "pause": pd.Timedelta(minutes=pause),
        "by_chance": chance,
        "beyond_chance": batch.sum() >= LEAST_BATCHES and batched >= len(at) / 2,
    }
    return [row]


def _hours_seen(at: Ints) -> float:
    """Give how long the shortest part of the day is in which nine of ten departures lie, and a tenth more.

    A calendar that is always open says nothing about the hours in which people work.
    """
    time = np.sort(at % _DAY)
    most = int(np.ceil(0.9 * len(time)))
    ends = np.concatenate([time, time + _DAY])
    return float((ends[most - 1 :][: len(time)] - time).min() / 0.9 / _HOUR)


def _by_chance(a_day: Ints, pause: float, least: int) -> float:
    """Give the share of departures, so many on each day, that would be batched at random.

    ``pause`` is a share of the working day.
    """
    days, times = np.unique(a_day, return_counts=True)
    shares = np.array([chained_by_chance(int(n), pause, least) for n in days])
    return float((shares * days * times).sum() / a_day.sum())


@lru_cache(maxsize=4096)
def chained_by_chance(n: int, pause: float, least: int) -> float:
    """Give the expected share of n random instants in chains of at least ``least``.

    Of the n + 1 spacings, j given ones are all at most ``pause`` and b others all longer with probability
    Σᵢ (−1)ⁱ C(j, i) (1 − (i + b) · pause)ⁿ, terms below 0 left out. A chain of s instants has s − 1 short
    spacings, and a long one on each side where it does not begin or end the day.

    Parameters
    ----------
    pause
        The longest within a chain, as a share of the day.

    Examples
    --------
    >>> [round(chained_by_chance(n, 1 / 8, 5), 3) for n in (4, 5, 8, 12, 20)]
    [0.0, 0.022, 0.238, 0.592, 0.913]
    """
    if n < least:
        return 0.0

    def likely(short: int, long: int) -> float:
        return math.fsum(
            (-1) ** i * math.comb(short, i) * max(1 - (i + long) * pause, 0.0) ** n for i in range(short + 1)
        )

    alone = sum(s * (max(n - s - 1, 0) * likely(s - 1, 2) + 2 * likely(s - 1, 1)) for s in range(1, least))
    return float(np.clip(1 - alone / n, 0.0, 1.0))


_TYPES: Final = (
    {"stage": "str"}
    | dict.fromkeys(("departures", "batched", "batches"), "int64")
    | {"size": "float64"}
    | dict.fromkeys(("every", "wait", "pause"), "timedelta64[us]")
    | {"by_chance": "float64", "beyond_chance": "bool"}
)
