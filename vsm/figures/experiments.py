"""Did the last tries help? The experiments of the work folder as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.config.experiments import Experiment
from vsm.figures.tables import published
from vsm.findings.durations import short_duration
from vsm.model.change import experiments_judged

NOTHING = "No experiment is written down; put one into experiments.toml in the work folder."


def experiments_table(
    experiments: Sequence[Experiment],
    stays: pd.DataFrame,
    lives: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    minimum: int,
) -> Styler:
    """Did what was tried help, as far as the data show? ``experiments_judged`` as a table, the latest first.

    Parameters
    ----------
    experiments
        As ``parse_experiments`` gives them.
    stays, lives
        As ``stage_visits_from_visits`` and ``lifecycles_from_visits`` give them.
    as_of
        The instant that counts as now.
    minimum
        Under so many on either side nothing is claimed.
    """
    found = experiments_judged(experiments, stays, lives, as_of=as_of, minimum=minimum, seed=0)
    told = found.sort_values("since", ascending=False, kind="stable").to_dict("records")
    rows = pd.DataFrame(
        {
            "Experiment": [row["name"] for row in told],
            "Since": [_span(row) for row in told],
            "Measure": [row["of"] if row["of"] == "lead time" else f"time in {row['of']}" for row in told],
            "Expected": [row["expect"] for row in told],
            "Median before": [short_duration(row["before"]) for row in told],
            "Median after": [short_duration(row["after"]) for row in told],
            "Difference": [_difference(row) for row in told],
            "n": [f"{row['n_before']:,} / {row['n_after']:,}" for row in told],
            "Did it help?": [row["answer"] for row in told],
        }
    )
    caption = (
        "Kaplan–Meier medians of what began before and after; open ones count. Difference: of the medians, "
        "with its "
        "95 % interval. It is told that it helped only where the log-rank test says so at an error rate of 5 "
        "%; each is "
        "tested by itself, so of twenty that do nothing one seems to. n: seen to end before / after."
    )
    return published(rows, caption, nothing=NOTHING)


def _span(row: Mapping[Any, Any]) -> str:
    return f"{row['since']}" + (f" to {row['until']}" if row["until"] else "")


def _difference(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["difference"]):
        return "–"
    ends = [_signed(row[name]) for name in ("difference", "low", "high")]
    return f"{ends[0]} ({ends[1]} to {ends[2]})"


def _signed(time: pd.Timedelta) -> str:
    if pd.isna(time):
        return "unknown"
    return ("−" if time < pd.Timedelta(0) else "+") + short_duration(abs(time))
