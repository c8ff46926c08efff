"""What replications say: lead times, waits and finished tickets, as it is and after a change."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

import numpy as np
import pandas as pd

from vsm.model.replay.fitted import WEEK, Replay
from vsm.model.replay.past import ACTIVE, DAY, FINISHED
from vsm.model.replay.runs import Run, prepared, replication
from vsm.model.replay.steps import Floats
from vsm.stats.survival import quantile_times

REPLICATIONS: Final = 200
REFITS: Final = 40
BOUNDS: Final = (5.0, 95.0)
"""Percentiles between which 90 of 100 replications lie, each refit on tickets drawn anew."""
LEAD, LEAD_85, FINISHED_TICKETS, WAIT = (
    "lead time, median", "lead time, 85th percentile", "finished tickets", "wait, median"
)  # fmt: skip


class Each(Protocol):
    """What does a piece of work for each of many numbers, in their order; ``map`` does."""

    def __call__(self, work: Callable[[int], "Measured"], numbers: Sequence[int], /) -> "Iterable[Measured]":
        """Give what it made of each."""


class Measured(NamedTuple):
    """What one replication gave: a number per measure; the lead times, in days, if they were asked for."""

    numbers: Floats
    leads: Floats


@dataclass(frozen=True, slots=True)
class Outcome:
    """What replications gave: one number per measure and stage (none for whole tickets), and replication.

    ``leads`` are the lead times of the finished tickets of all replications, in days, if they were asked for.
    """

    measures: dict[tuple[str, str | None], Floats]
    leads: Floats


def outcome_of(
    replay: Replay,
    *,
    weeks: int,
    seed: int,
    replications: int = REPLICATIONS,
    refits: int = REFITS,
    leads: bool = False,
    each: Each = map,
) -> Outcome:
    """Run a replay many times, and measure each run: days, and numbers of tickets.

    Lead times are of the tickets that are finished meanwhile; waits, by Kaplan–Meier, of those that enter a
    queue meanwhile. Each replication has random numbers of its own, so that it does not matter where, or
    beside which others, it is run.

    Parameters
    ----------
    leads
        Keep the lead times of all tickets.
    each
        Does the replications: one after the other, or several at a time.
    """
    ready = prepared(replay)
    queues = [code for code, kind in enumerate(replay.kinds) if kind not in (ACTIVE, FINISHED)]

    def measured(number: int) -> Measured:
        refit = 1 + number * refits // replications
        one = replication(ready, weeks=weeks, seed=seed, number=number, refit=refit)
        lead = leads_of(one, since=replay.at, until=replay.at + weeks * WEEK)
        middle, late = np.percentile(lead, (50, 85)) if len(lead) else (np.nan, np.nan)
        waits = _waits(one, queues, since=replay.at, until=replay.at + weeks * WEEK)
        return Measured(np.array([middle, late, len(lead), *waits]), lead if leads else lead[:0])

    done = list(each(measured, range(replications)))
    values = np.array([one.numbers for one in done]).reshape(len(done), -1).T
    names: list[tuple[str, str | None]] = [(LEAD, None), (LEAD_85, None), (FINISHED_TICKETS, None)]
    names += [(WAIT, replay.stages[stage]) for stage in queues]
    kept = np.concatenate([one.leads for one in done]) if done else np.zeros(0)
    return Outcome(dict(zip(names, values, strict=False)), kept)


def leads_of(one: Run, *, since: float, until: float) -> Floats:
    """Give the lead times, in days, of the tickets that count and are done in a time."""
    done = one.trace.done
    known = one.counts & (done >= since) & (done < until)
    found: Floats = (done - one.created)[known] / DAY
    return found


def _waits(one: Run, queues: Sequence[int], *, since: float, until: float) -> list[float]:
    """Give how long half of those wait that enter each stage, in days; NaN where the curve ends before."""
    rows = np.flatnonzero(one.trace.entered >= since)
    stage, left = one.trace.stage[rows], one.trace.left[rows]
    observed = ~np.isnan(left)
    waited = np.where(observed, left, until) - one.trace.entered[rows]
    found = []
    for queue in queues:
        mine = stage == queue
        found.append(float(quantile_times(waited[mine], observed[mine], [0.5])[0][0]) / DAY)
    return found


def compared_scenarios(as_is: Outcome, then: Outcome, *, scenario: str) -> pd.DataFrame:
    """Give a row per measure: its median over replications with and without a change, and their difference.

    The difference is that of the two medians; its interval is of the differences within each pair of
    replications, which have the same weeks, routes and tickets, and always holds it. Where more than one in
    ten replications does not reach a median, it is missing.

    Returns
    -------
    DataFrame
        ``scenario, measure, stage`` (missing for whole tickets), ``as_is, low, high, then, then_low,
        then_high, difference, difference_low, difference_high``: days, or tickets; 90 % intervals.
    """
    rows = []
    for (measure, stage), before in as_is.measures.items():
        after = then.measures[measure, stage]
        if np.isnan(before).mean() > 0.1 and np.isnan(after).mean() > 0.1:
            continue
        sides = [*_middle(before), *_middle(after)]
        difference, (_, low, high) = sides[3] - sides[0], _middle(after - before)
        ends = [min(low, difference), max(high, difference)]
        rows.append([scenario, measure, stage, *sides, difference, *ends])
    return pd.DataFrame(rows, columns=list(SCENARIO_COLUMNS))


SCENARIO_COLUMNS: Final = (
    "scenario", "measure", "stage", "as_is", "low", "high", "then", "then_low", "then_high", "difference",
    "difference_low", "difference_high",
)  # fmt: skip


def _middle(values: Floats) -> Sequence[float]:
    """Give the median, and the bounds between which 90 of 100 lie."""
    if np.isnan(values).mean() > 0.1:
        return (np.nan, np.nan, np.nan)
    middle, low, high = np.nanpercentile(values, (50.0, *BOUNDS))
    return float(middle), float(low), float(high)
