"""What reports forecast, kept from run to run, and scored in public when its day has come."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from vsm.findings.forecasts import usual_answer
from vsm.intervals.codes import micros_at
from vsm.model.forecast import Finishes

KEPT: Final = pd.Timedelta(days=400)
"""A forecast is counted among the past ones for so long after it was made."""


def kept_forecasts(
    before: Sequence[Mapping[str, Any]], answers: pd.DataFrame, *, finishes: Finishes, as_of: pd.Timestamp
) -> tuple[dict[str, Any], ...]:
    """Give what has to be kept of forecasts so that later reports can score them: plain JSON.

    Parameters
    ----------
    before
        What the last report kept; of other kinds nothing is taken.
    answers
        FORECASTS of this report: that of four weeks, else of two, is kept with those before it.

    Returns
    -------
    tuple of dict
        ``forecast`` (days ahead), ``made, due`` (instants), ``level, answer`` and, once the day has come,
        ``actual`` and ``held``: by what was known on that day, whatever was reopened later. One a day, the
        first.
    """
    kept = {
        str(old["made"])[:10]: dict(old)
        for old in before
        if "forecast" in old and as_of - pd.Timestamp(old["made"]) <= KEPT
    }
    for old in kept.values():
        if "held" not in old and pd.Timestamp(old["due"]) <= as_of:
            after = finishes.after(micros_at(pd.Timestamp(old["made"])), days=old["forecast"])
            old |= {"actual": int(after[-1]), "held": bool(after[-1] >= old["answer"])}
    row = usual_answer(answers)
    if row is not None and row["answer"]:
        made = {
            "forecast": int(row["amount"]), "made": as_of.isoformat(), "due": row["due"].isoformat(),
            "level": float(row["level"]), "answer": int(row["answer"]),
        }  # fmt: skip
        kept.setdefault(made["made"][:10], made)
    return tuple(kept.values())


def scored(kept: Sequence[Mapping[str, Any]]) -> str:
    """Say how many of the forecasts in past reports held, and what became of the latest; empty of none.

    Examples
    --------
    >>> old = {"forecast": 28, "made": "2026-01-05", "due": "2026-02-02", "level": 0.85, "answer": 12}
    >>> print(scored([old | {"held": True, "actual": 15}]))
    1 of 1 forecast in past reports held (85 of 100 are meant to). The latest: 12 or more tickets by
    2026-02-02, and 15 were finished.
    """
    known = sorted((old for old in kept if "held" in old), key=lambda old: str(old["made"]))
    if not known:
        return ""
    held, last = sum(bool(old["held"]) for old in known), known[-1]
    noun = "forecast" if len(known) == 1 else "forecasts"
    return (
        f"{held} of {len(known)} {noun} in past reports held ({100 * last['level']:.0f} of 100 are meant "
        f"to). The latest: {last['answer']:,} or more tickets by {str(last['due'])[:10]}, and "
        f"{last['actual']:,} were finished."
    )
