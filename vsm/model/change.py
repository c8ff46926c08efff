"""Whether a change helped: times that began before it against times that began after it, open ones counted.

What began before the change is followed up to the change and no further: what happened later, happened under
the new way of working, so a spell that spans the change is censored there. What began after it is followed
until now. Both sides are Kaplan–Meier curves; the log-rank test (Mantel 1966, as in ``scipy.stats.logrank``)
says whether they differ at all, and bootstrap intervals by ticket say by how much.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import micros_of
from vsm.config import Experiment
from vsm.errors import ParameterError
from vsm.model.lifecycle import units_of_work, was_discarded
from vsm.stats.bootstrap import drawn_counts
from vsm.stats.survival import log_rank, median_and_restricted_mean, survival_curve
from vsm.tables import DURATION, INSTANT

LEAD: Final = "lead time"
ERROR_RATE: Final = 0.05
SECOND: Final = 1_000_000
SHORTER, LONGER, NO_CHANGE, TOO_FEW = "shorter", "longer", "no change seen", "too few to say"
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: seconds, whether each was seen to end, and the number of its ticket."""

    seconds: Floats
    ended: Flags
    ticket: npt.NDArray[np.int64]

    @property
    def finished(self) -> int:
        """How many were seen to end."""
        return int(self.ended.sum())

    @property
    def open(self) -> int:
        """How many were still going on at the last look."""
        return len(self.ended) - self.finished


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between before and after: seconds; NaN where a curve does not reach.

    Attributes
    ----------
    before, after
        The two sides.
    medians
        Kaplan–Meier medians, before and after.
    difference, low, high
        Of the medians, after less before, with its 95 % interval.
    mean_difference, mean_low, mean_high
        Of the means up to ``horizon``: the longest time up to which both curves are known.
    p
        Of the log-rank test.
    verdict
        ``shorter``, ``longer``, ``no change seen`` or ``too few to say``.
    """

    before: Side
    after: Side
    medians: tuple[float, float]
    difference: float
    low: float
    high: float
    mean_difference: float
    mean_low: float
    mean_high: float
    horizon: float
    p: float
    verdict: str


def change_day(text: str) -> pd.Timestamp | None:
    """Read the day of a change: its beginning in UTC; None for an empty text.

    Raises
    ------
    ParameterError
        The text is no day.
    """
    if not text:
        return None
    day = pd.to_datetime(text, format="%Y-%m-%d", utc=True, errors="coerce")
    if pd.isna(day):
        raise ParameterError(f"changed is '{text}'; write a day as YYYY-MM-DD, or nothing")
    return pd.Timestamp(day)


def chosen_change(
    changed: str, stage: str, *, experiments: Sequence[Experiment]
) -> tuple[pd.Timestamp | None, str]:
    """Give the day and stage of the change to examine: those named, else those of the latest experiment."""
    day = change_day(changed)
    if day is not None or not experiments:
        return day, stage
    latest = max(experiments, key=lambda experiment: experiment.since)
    return pd.Timestamp(latest.since, tz="UTC"), stage or latest.stage or ""


def spells_of(
    stage_visits: pd.DataFrame, lifecycles: pd.DataFrame, *, stage: str = "", measure: str = "lead time"
) -> pd.DataFrame:
    """Give the times to compare: those in one stage where it is named, else those of whole tickets.

    Parameters
    ----------
    measure
        Of whole tickets, discarded ones left out: ``lead time`` or ``cycle time``.

    Returns
    -------
    DataFrame
        ``ticket``, ``begin``, ``end`` (missing while open), ``ended``: False where it is still open, was
        found gone, or was ended by a bulk edit, which shows when somebody cleaned up.

    Raises
    ------
    ParameterError
        No ticket was ever in a stage of that name, or the measure is unknown.
    """
    begins = {"lead time": "created", "cycle time": "started"}
    if measure not in begins:
        raise ParameterError(f"measure is '{measure}'; known: {', '.join(begins)}")
    if stage:
        known = sorted(stage_visits["stage"].astype("str").unique()) if len(stage_visits) else []
        if stage not in known:
            raise ParameterError(
                f"stage is '{stage}', which no ticket was in; known: {', '.join(known) or 'none'}"
            )
        rows = stage_visits[stage_visits["stage"] == stage]
        ended = rows["left"].notna() & ~rows["bulk"].astype(bool) & ~rows["gone"].astype(bool)
        begin, end = rows["entered"], rows["left"]
    else:
        rows = units_of_work(lifecycles)
        rows = rows[rows[begins[measure]].notna() & ~was_discarded(rows)]
        ended = rows["finished"].notna() & ~rows["bulk"].astype(bool)
        begin, end = rows[begins[measure]], rows["finished"].fillna(rows["gone"])
    spells = {"ticket": rows["ticket"].astype("str"), "begin": begin, "end": end, "ended": ended}
    return pd.DataFrame(spells).reset_index(drop=True)


def compared(
    spells: pd.DataFrame,
    *,
    changed: pd.Timestamp,
    as_of: pd.Timestamp,
    until: pd.Timestamp | None = None,
    minimum: int,
    seed: int,
) -> Comparison:
    """Test whether times changed, at an error rate of 5 %.

    Parameters
    ----------
    spells
        As ``spells_of`` gives them.
    changed
        When the change was made; what began before it is followed up to it.
    until
        When the change was undone: what began then or later is left out, and the rest followed up to it.
    minimum
        Of spells seen to end, on either side; under it nothing is claimed.
    """
    horizon = as_of if until is None else min(until, as_of)
    early = spells["begin"] < changed
    before = _side(spells[early], horizon=changed)
    after = _side(spells[~early & (spells["begin"] < horizon)], horizon=horizon)
    enough = min(before.finished, after.finished) >= max(minimum, 1)
    if not enough:
        nan = float("nan")
        return Comparison(before, after, (nan, nan), nan, nan, nan, nan, nan, nan, nan, nan, TOO_FEW)
    tau = _horizon(before, after)
    one, other = (_measures(side, np.ones((1, len(side.ended))), tau) for side in (before, after))
    # How often is each ticket in each draw, and so each of its spells?
    sizes = [np.ones(int(side.ticket.max()) + 1, dtype=np.int64) for side in (before, after)]
    counts = drawn_counts(*sizes, seed=seed)
    drawn = [
        _measures(side, count[:, side.ticket].astype(np.float64), tau)
        for side, count in zip((before, after), counts, strict=True)
    ]
    difference, spread = other - one, drawn[1] - drawn[0]
    low, high = np.nanpercentile(np.where(np.isinf(spread), np.nan, spread), [2.5, 97.5], axis=0)
    p = log_rank((before.seconds, before.ended), (after.seconds, after.ended))
    verdict = NO_CHANGE if p >= ERROR_RATE else SHORTER if difference[0, 1] < 0 else LONGER
    return Comparison(
        before, after, (float(one[0, 0]), float(other[0, 0])), float(difference[0, 0]), float(low[0]),
        float(high[0]), float(difference[0, 1]), float(low[1]), float(high[1]), tau, p, verdict,
    )  # fmt: skip


def _side(spells: pd.DataFrame, *, horizon: pd.Timestamp) -> Side:
    """Follow these spells up to an instant: what ended later, or never, is open there."""
    end = spells["end"].astype(INSTANT)
    seen = end.notna() & (end <= horizon)
    until = end.where(seen, horizon)
    seconds = (micros_of(until) - micros_of(spells["begin"].astype(INSTANT))) / SECOND
    ended = (seen & spells["ended"].astype(bool)).to_numpy(dtype=bool)
    order = np.lexsort((~ended, seconds))  # of equal times, ends come before what is open
    return Side(seconds[order], ended[order], pd.factorize(spells["ticket"])[0][order])


def _horizon(before: Side, after: Side) -> float:
    """Give up to when both curves are known: one that falls to nothing stays there, however late."""
    known = [side.seconds[-1] for side in (before, after) if not side.ended[-1]]
    return float(min(known, default=max(before.seconds[-1], after.seconds[-1])))


def _measures(side: Side, weights: Floats, tau: float) -> Floats:
    """Find median and mean up to ``tau`` of each draw's curve: two columns."""
    return np.column_stack(median_and_restricted_mean(side.seconds, side.ended, weights=weights, horizon=tau))


def still_going(side: Side) -> tuple[Floats, Floats]:
    """Give the share of a side that is still going on after how many seconds: Kaplan–Meier, from 1 at 0."""
    every = np.ones((1, len(side.ended)))
    curve = survival_curve(side.seconds, side.ended, weights=every)[0] if len(side.ended) else np.empty(0)
    return np.append(0.0, side.seconds), np.append(1.0, curve)


UNKNOWN = "no such stage"


def experiments_judged(
    experiments: Sequence[Experiment],
    stage_visits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    minimum: int,
    seed: int,
) -> pd.DataFrame:
    """Test whether experiments did what was expected of them.

    Each is tested by itself, at an error rate of 5 %: of twenty that do nothing, one seems to.

    Returns
    -------
    DataFrame
        A row for each, in their order: ``name, change, since, until, of`` (the stage, or lead time),
        ``expect, n_before, n_after`` (seen to end), ``open_after, before, after`` (medians), ``difference,
        low, high`` (of medians; timedeltas, missing where unknown), ``p``, ``verdict`` (of ``Comparison``, or
        ``no such stage``), and ``answer``: ``yes``, ``no, the opposite``, ``not yet seen``, ``too few to
        say`` or ``no such stage``.
    """
    rows = [
        _judged(experiment, stage_visits, lifecycles, as_of=as_of, minimum=minimum, seed=seed)
        for experiment in experiments
    ]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    times = {name: pd.Series(pd.to_timedelta(table[name].tolist())).astype(DURATION) for name in _TIMES}
    return table.assign(**times)


_TIMES = ("before", "after", "difference", "low", "high")
_COLUMNS = ["name", "change", "since", "until", "of", "expect", "n_before", "n_after", "open_after", *_TIMES,
            "p", "verdict", "answer"]  # fmt: skip


def _judged(
    experiment: Experiment,
    stage_visits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    minimum: int,
    seed: int,
) -> dict[str, Any]:
    about = {
        "name": experiment.name, "change": experiment.change, "since": experiment.since,
        "until": experiment.until, "of": experiment.stage or LEAD, "expect": experiment.expect,
    }  # fmt: skip
    if experiment.stage and experiment.stage not in set(stage_visits["stage"] if len(stage_visits) else ()):
        nothing = {"n_before": 0, "n_after": 0, "open_after": 0, **dict.fromkeys(_TIMES, pd.NaT), "p": np.nan}
        return about | nothing | {"verdict": UNKNOWN, "answer": UNKNOWN}
    found = compared(
        spells_of(stage_visits, lifecycles, stage=experiment.stage or ""),
        changed=pd.Timestamp(experiment.since, tz="UTC"),
        until=None if experiment.until is None else pd.Timestamp(experiment.until, tz="UTC"),
        as_of=as_of,
        minimum=minimum,
        seed=seed,
    )
    times = zip(_TIMES, (*found.medians, found.difference, found.low, found.high), strict=True)
    return about | {
        "n_before": found.before.finished,
        "n_after": found.after.finished,
        "open_after": found.after.open,
        **{name: pd.Timedelta(seconds=value) if np.isfinite(value) else pd.NaT for name, value in times},
        "p": found.p,
        "verdict": found.verdict,
        "answer": _answer(found.verdict, experiment.expect),
    }


def _answer(verdict: str, expect: str) -> str:
    if verdict == TOO_FEW:
        return TOO_FEW
    if verdict == NO_CHANGE:
        return "not yet seen"
    return "yes" if verdict == expect else "no, the opposite"
