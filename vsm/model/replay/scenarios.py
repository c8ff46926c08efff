"""What replications say: lead times, waits and finished tickets, as it is and after a change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from vsm.model.replay.fitted import WEEK, Replay, Run, replication
from vsm.model.replay.past import ACTIVE, DAY, FINISHED
from vsm.model.replay.queueing import Floats
from vsm.stats.survival import quantile_times

REPLICATIONS: Final = 200
REFITS: Final = 40
BOUNDS: Final = (5.0, 95.0)
"""Percentiles between which 90 of 100 replications lie, each refit on tickets drawn anew."""
LEAD, LEAD_85, FINISHED_TICKETS, WAIT = (
    "lead time, median", "lead time, 85th percentile", "finished tickets", "wait, median"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What replications gave: one number per measure and stage (none for whole tickets), and replication.

    ``leads`` are the lead times of the finished tickets of all replications, in days.
    """

    measures: dict[tuple[str, str | None], Floats]
    leads: Floats


def outcome_of(
    replay: Replay, *, weeks: int, seed: int, replications: int = REPLICATIONS, refits: int = REFITS
) -> Outcome:
    """Run a replay many times, and measure each run: days, and numbers of tickets.

    Lead times are of the tickets that are finished meanwhile; waits, by Kaplan–Meier, of those that enter a
    queue meanwhile.
    """
    queues = [code for code, kind in enumerate(replay.kinds) if kind not in (ACTIVE, FINISHED)]
    rows: list[dict[tuple[str, str | None], float]] = []
    leads = []
    for number in range(replications):
        refit = 1 + number * refits // replications
        one = replication(replay, weeks=weeks, seed=seed, number=number, refit=refit)
        lead = leads_of(one, since=replay.at, until=replay.at + weeks * WEEK)
        leads.append(lead)
        middle, late = np.percentile(lead, (50, 85)) if len(lead) else (np.nan, np.nan)
        found: dict[tuple[str, str | None], float] = {
            (LEAD, None): middle, (LEAD_85, None): late, (FINISHED_TICKETS, None): len(lead)
        }  # fmt: skip
        for stage in queues:
            found[WAIT, replay.stages[stage]] = _wait(one, stage, replay.at, replay.at + weeks * WEEK)
        rows.append(found)
    measures = {key: np.array([row[key] for row in rows]) for key in (rows[0] if rows else {})}
    return Outcome(measures, np.concatenate(leads) if leads else np.zeros(0))


def leads_of(one: Run, *, since: float, until: float) -> Floats:
    """Give the lead times, in days, of the tickets that count and are done in a time."""
    done = one.trace.done
    known = one.counts & (done >= since) & (done < until)
    found: Floats = (done - one.created)[known] / DAY
    return found


def _wait(one: Run, stage: int, since: float, until: float) -> float:
    """Give how long half of those wait that enter a stage, in days; NaN where the curve does not reach it."""
    rows = (one.trace.stage == stage) & (one.trace.entered >= since)
    left = one.trace.left[rows]
    waited = np.where(np.isnan(left), until, left) - one.trace.entered[rows]
    return float(quantile_times(waited, ~np.isnan(left), [0.5])[0][0]) / DAY if rows.any() else np.nan


def compared_scenarios(as_is: Outcome, then: Outcome, *, scenario: str) -> pd.DataFrame:
    """Give a row per measure: its median over replications with and without a change, and their difference.

    The difference is taken within each pair of replications, which have the same weeks, routes and tickets.
    Where more than one in ten replications does not reach a median, it is missing.

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
        rows.append(
            {"scenario": scenario, "measure": measure, "stage": stage}
            | dict(zip(("as_is", "low", "high"), _middle(before), strict=True))
            | dict(zip(("then", "then_low", "then_high"), _middle(after), strict=True))
            | dict(
                zip(
                    ("difference", "difference_low", "difference_high"),
                    _middle(after - before),
                    strict=True,
                )
            )
        )
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
