"""What came of each experiment? Before against after, one test for each."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from vsm.config.experiments import Experiment
from vsm.model.change import LEAD, NO_CHANGE, TOO_FEW, compared, spells_of
from vsm.tables import DURATION

UNKNOWN = "no such stage"


def experiments_judged(
    experiments: Sequence[Experiment],
    stays: pd.DataFrame,
    lives: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    minimum: int = 12,
    seed: int = 0,
) -> pd.DataFrame:
    """Do the data show that these experiments did what they were to do?

    Each is tested by itself, at an error rate of 5 %: of twenty that do nothing, one seems to.

    Parameters
    ----------
    experiments
        As ``parse_experiments`` gives them.
    stays, lives
        As ``stays_from_visits`` and ``lives_from_visits`` give them.
    as_of
        The instant that counts as now.
    minimum, seed
        Of ``vsm.model.change.compared``.

    Returns
    -------
    DataFrame
        A row for each, in their order: ``name, change, since, until, of`` (the stage, or lead time),
        ``expect, n_before, n_after`` (seen to end), ``open_after, before, after`` (medians), ``difference,
        low, high`` (of medians; timedeltas, missing where unknown), ``p``, ``verdict`` (of ``Comparison``, or
        ``no such stage``), and ``answer``: ``yes``, ``no, the opposite``, ``not yet seen``, ``too few to
        say`` or ``no such stage``.

    Examples
    --------
    >>> now = pd.Timestamp("2026-01-05", tz="UTC")
    >>> len(experiments_judged([], pd.DataFrame(), pd.DataFrame(), as_of=now))
    0
    """
    rows = [
        _judged(experiment, stays, lives, as_of=as_of, minimum=minimum, seed=seed)
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
    stays: pd.DataFrame,
    lives: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    minimum: int,
    seed: int,
) -> dict[str, Any]:
    about = {
        "name": experiment.name, "change": experiment.change, "since": experiment.since,
        "until": experiment.until, "of": experiment.stage or LEAD, "expect": experiment.expect,
    }  # fmt: skip
    if experiment.stage and experiment.stage not in set(stays["stage"] if len(stays) else ()):
        nothing = {"n_before": 0, "n_after": 0, "open_after": 0, **dict.fromkeys(_TIMES, pd.NaT), "p": np.nan}
        return about | nothing | {"verdict": UNKNOWN, "answer": UNKNOWN}
    found = compared(
        spells_of(stays, lives, stage=experiment.stage or ""),
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
