"""Whether a change helped: times that began before it against times that began after it, open ones counted.

What began before the change is followed up to the change and no further: what happened later, happened under
the new way of working, so a spell that spans the change is censored there. What began after it is followed
until now. Both sides are Kaplan–Meier curves. Whether they differ, and by which factor, is tested with weeks
as units (``vsm.stats.week_test``), because tickets of one week share luck, releases and reviewers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.clock import micros_of
from vsm.config import Experiment
from vsm.errors import ParameterError
from vsm.model.lifecycle import units_of_work, was_discarded
from vsm.model.window import seen_since
from vsm.stats.survival import Floats, quantile_times, survival_steps
from vsm.stats.week_test import (
    ERROR_RATE,
    FEWEST_WEEKS,
    Placebo,
    Spells,
    WeekTest,
    change_test,
    placebo_test,
    times_as_long,
    trend,
)
from vsm.tables import DURATION, INSTANT

LEAD: Final = "lead time"
SECOND: Final = 1_000_000
SHORTER, LONGER, NO_CHANGE, TOO_FEW = "shorter", "longer", "no clear change", "too few to say"
CANNOT_SAY: Final = "cannot be said from these data"
_WEEK: Final = 7 * 86_400 * SECOND


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between before and after: seconds; NaN where a curve does not reach.

    Attributes
    ----------
    before, after
        The two sides.
    medians, ends
        Kaplan–Meier medians, before and after; and the ends of the 95 % interval of the one before.
    factor
        How many times as long the times after are, and the ends of its 95 % interval, by weeks: every factor
        that the test does not reject.
    test
        The log-rank test by weeks; None where too few weeks are known.
    past
        The same on earlier days: decides where weeks are so alike that ``test`` cannot; else None.
    trend
        By how many standard errors times got shorter from week to week before the change.
    verdict
        ``shorter``, ``longer``, ``no clear change``, ``cannot be said from these data`` or ``too few to
        say``.
    """

    before: Spells
    after: Spells
    medians: tuple[float, float] = (np.nan, np.nan)
    ends: tuple[float, float] = (np.nan, np.nan)
    factor: tuple[float, float, float] = (np.nan, np.nan, np.nan)
    test: WeekTest | None = None
    past: Placebo | None = None
    trend: float = 0.0
    verdict: str = TOO_FEW

    @property
    def difference(self) -> float:
        """Of the medians, after less before."""
        return self.medians[1] - self.medians[0]

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95 % interval: what ``factor`` makes of the median before, which is not known exactly either.

        Both errors are joined as G. Y. Zou and A. Donner do (2008), except where that would reach beyond 0
        while the test does not: there the end is that of the factor alone, so that both agree.
        """
        median, (factor, *ends) = self.medians[0], self.factor
        found = []
        for end, side in zip(ends, (-1, 1), strict=True):
            bound = self.ends[int((factor < 1) != (side > 0))]
            other = 0.0 if np.isnan(bound) else (factor - 1) * (bound - median)
            joined = median * (factor - 1) + side * np.hypot(median * (end - factor), other)
            plain = median * (end - 1)
            found.append(float(plain if np.sign(joined) != np.sign(plain) else joined))
        return found[0], found[1]

    @property
    def baseline(self) -> str:
        """Whether times were getting ``shorter`` or ``longer`` before anything was changed; else empty."""
        if abs(self.trend) < NormalDist().inv_cdf(1 - ERROR_RATE / 2):
            return ""
        return _direction(self.trend)


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


def day_in_utc(day: date) -> pd.Timestamp:
    """Give the beginning of a day in UTC."""
    return pd.Timestamp(day, tz="UTC")


def chosen_change(
    changed: str, stage: str, *, experiments: Sequence[Experiment]
) -> tuple[pd.Timestamp | None, str]:
    """Give the day and stage of the change to examine: those named, else those of the latest experiment."""
    day = change_day(changed)
    if day is not None or not experiments:
        return day, stage
    latest = max(experiments, key=lambda experiment: experiment.since)
    return day_in_utc(latest.since), stage or latest.stage or ""


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
        found gone, or was ended by a bulk edit, which shows when somebody cleaned up, and ``seen``: when it
        came into view, its beginning or that of the window. What ended before that is left out.

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
        seen = seen_since(lifecycles).reindex(rows["ticket"].astype("str")).set_axis(rows.index)
    else:
        rows = units_of_work(lifecycles)
        rows = rows[rows[begins[measure]].notna() & ~was_discarded(rows)]
        ended = rows["finished"].notna() & ~rows["bulk"].astype(bool)
        begin, end = rows[begins[measure]], rows["finished"].fillna(rows["gone"])
        seen = rows.get("seen_since", begin)
    spells = pd.DataFrame(
        {
            "ticket": rows["ticket"].astype("str"),
            "begin": begin,
            "end": end,
            "ended": ended,
            "seen": seen.where(seen > begin, begin),
        }
    )
    return spells[~((end <= spells["seen"]) & (begin < spells["seen"]))].reset_index(drop=True)


def compared(
    spells: pd.DataFrame,
    *,
    changed: pd.Timestamp,
    as_of: pd.Timestamp,
    until: pd.Timestamp | None = None,
    minimum: int,
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
    return judged(*sides_of(spells, changed=changed, as_of=as_of, until=until), minimum=minimum)


def judged(before: Spells, after: Spells, *, minimum: int, follows: bool = True) -> Comparison:
    """Test whether the second are shorter or longer than the first, as ``compared`` does.

    Without ``follows`` they are two kinds of work in one time, of which the past says nothing. Tickets and
    weeks that both have make the test more cautious, not less: they are taken for independent.
    """
    if min(before.finished, after.finished) < max(minimum, 1):
        return Comparison(before, after)
    (first, low, high), (second, _, _) = _median(before), _median(after)
    found = Comparison(before, after, (first, second), (low, high), trend=trend(before), verdict=CANNOT_SAY)
    if min(before.weeks, after.weeks) < FEWEST_WEEKS:
        return found
    test = change_test(before, after)
    if test.alike:
        past = placebo_test(before, after) if follows else None
        verdict = _direction(past.statistic) if past is not None and past.significant else CANNOT_SAY
        return replace(found, test=test, past=past, verdict=verdict)
    verdict = _direction(test.statistic) if test.significant else NO_CHANGE
    return replace(found, test=test, factor=times_as_long(before, after), verdict=verdict)


def _direction(statistic: float) -> str:
    return SHORTER if statistic > 0 else LONGER


def sides_of(
    spells: pd.DataFrame, *, changed: pd.Timestamp, as_of: pd.Timestamp, until: pd.Timestamp | None = None
) -> tuple[Spells, Spells]:
    """Give what began before a change, followed up to it, and what began after it, as ``compared`` does."""
    horizon = as_of if until is None else min(until, as_of)
    early = spells["begin"] < changed
    after = ~early & (spells["begin"] < horizon)
    return side_of(spells[early], changed, horizon=changed), side_of(spells[after], changed, horizon=horizon)


def side_of(spells: pd.DataFrame, changed: pd.Timestamp, *, horizon: pd.Timestamp) -> Spells:
    """Follow these spells up to an instant: what ended later, or never, is open there.

    Weeks are counted from ``changed`` on.
    """
    spells = spells[spells["seen"] < horizon] if "seen" in spells else spells.assign(seen=spells["begin"])
    end = spells["end"].astype(INSTANT)
    reached = end.notna() & (end <= horizon)
    begin, seen, until = (
        micros_of(at.astype(INSTANT)) for at in (spells["begin"], spells["seen"], end.where(reached, horizon))
    )
    return Spells(
        seconds=(until - begin) / SECOND,
        ended=(reached & spells["ended"].astype(bool)).to_numpy(dtype=bool),
        entry=(seen - begin) / SECOND,
        week=(begin - pd.Timestamp(changed).value // 1_000) // _WEEK,
    )


def median_of(side: Spells) -> float:
    """Give the Kaplan–Meier median of one side, in seconds; NaN where the curve does not reach it."""
    return _median(side)[0]


def _median(side: Spells) -> tuple[float, float, float]:
    """Give the median and the ends of its 95 % interval."""
    median, low, high = quantile_times(side.seconds, side.ended, [0.5], entry=side.entry)[:, 0].tolist()
    return median, low, high


def still_going(side: Spells) -> tuple[Floats, Floats]:
    """Give the share of a side that is still going on after how many seconds: Kaplan–Meier, from 1 at 0."""
    times, at_risk, ended = survival_steps(side.seconds, side.ended, entry=side.entry)
    return np.append(0.0, times), np.append(1.0, np.cumprod(1 - ended / at_risk))


UNKNOWN = "no such stage"


def experiments_judged(
    experiments: Sequence[Experiment],
    stage_visits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    minimum: int,
) -> pd.DataFrame:
    """Test whether experiments did what was expected of them.

    Each is tested by itself, at an error rate of 5 %: of twenty that do nothing, one seems to.

    Returns
    -------
    DataFrame
        A row for each, in their order: ``name, change, since, until, of`` (the stage, or lead time),
        ``expect, n_before, n_after`` (seen to end), ``open_after, before, after`` (medians), ``difference,
        low, high`` (of medians; timedeltas, missing where unknown), ``p``, ``verdict`` (of ``Comparison``, or
        ``no such stage``), ``answer``: ``yes``, ``yes, but times were
        already getting shorter`` (or longer), ``no, the opposite``, ``not yet seen``, ``too few to say``,
        ``cannot be said from these data`` or ``no such stage``, and ``found``: the ``Comparison``, or None.
    """
    rows = [
        _judged(experiment, stage_visits, lifecycles, as_of=as_of, minimum=minimum)
        for experiment in experiments
    ]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    times = {name: pd.Series(pd.to_timedelta(table[name].tolist())).astype(DURATION) for name in _TIMES}
    return table.assign(**times)


_TIMES = ("before", "after", "difference", "low", "high")
_COLUMNS = ["name", "change", "since", "until", "of", "expect", "n_before", "n_after", "open_after", *_TIMES,
            "p", "verdict", "answer", "found"]  # fmt: skip


def _judged(
    experiment: Experiment,
    stage_visits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    minimum: int,
) -> dict[str, Any]:
    about = {
        "name": experiment.name, "change": experiment.change, "since": experiment.since,
        "until": experiment.until, "of": experiment.stage or LEAD, "expect": experiment.expect,
    }  # fmt: skip
    if experiment.stage and experiment.stage not in set(stage_visits["stage"] if len(stage_visits) else ()):
        nothing = {"n_before": 0, "n_after": 0, "open_after": 0, **dict.fromkeys(_TIMES, pd.NaT), "p": np.nan}
        return about | nothing | {"verdict": UNKNOWN, "answer": UNKNOWN, "found": None}
    found = compared(
        spells_of(stage_visits, lifecycles, stage=experiment.stage or ""),
        changed=day_in_utc(experiment.since),
        until=None if experiment.until is None else day_in_utc(experiment.until),
        as_of=as_of,
        minimum=minimum,
    )
    times = zip(_TIMES, (*found.medians, found.difference, *found.interval), strict=True)
    return about | {
        "n_before": found.before.finished,
        "n_after": found.after.finished,
        "open_after": found.after.open,
        **{name: pd.Timedelta(seconds=value) if np.isfinite(value) else pd.NaT for name, value in times},
        "p": found.test.p if found.test and not found.test.alike else np.nan,
        "verdict": found.verdict,
        "answer": _answer(found, experiment.expect),
        "found": found,
    }


def _answer(found: Comparison, expect: str) -> str:
    if found.verdict in (TOO_FEW, CANNOT_SAY):
        return found.verdict
    if found.verdict == NO_CHANGE:
        return "not yet seen"
    if found.verdict != expect:
        return "no, the opposite"
    return f"yes, but times were already getting {expect}" if found.baseline == expect else "yes"
