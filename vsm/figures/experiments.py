"""What the team tried, whether it helped, and where the wait went."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.config import Experiment
from vsm.figures.change import UNNAMED
from vsm.figures.change_words import HOW_SURE, remarks, signed, where_it_went
from vsm.figures.labels import TOO_FEW
from vsm.figures.tables import Columns, table_of
from vsm.findings.durations import as_shown, short_duration
from vsm.model.change import LEAD, SHORTER, chosen_change, day_in_utc, experiments_judged
from vsm.model.moved_waits import most_grown, waits_before_and_after

NOTHING: Final = "No experiment is written down; put one into experiments.toml in the work folder."


def experiments_table(
    experiments: Sequence[Experiment],
    stage_visits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    minimum: int,
) -> Styler:
    """What the team tried, and whether it helped, as ``experiments_judged`` says; the latest first.

    Under ``minimum`` seen to end on either side nothing is claimed.
    """
    found = experiments_judged(experiments, stage_visits, lifecycles, as_of=as_of, minimum=minimum)
    latest_first = found.sort_values("since", ascending=False, kind="stable")

    def beside(row: Mapping[Any, Any]) -> str:
        if row["found"] is None:
            return "–"
        said = remarks(row["found"])
        if row["verdict"] == SHORTER:
            waits = waits_before_and_after(
                stage_visits,
                lifecycles,
                changed=day_in_utc(row["since"]),
                until=day_in_utc(row["until"]) if row["until"] else None,
                as_of=as_of,
                minimum=minimum,
            )
            moved = where_it_went(most_grown(waits, stage="" if row["of"] == LEAD else row["of"]))
            said.append(moved[0].upper() + moved[1:])
        return " ".join(said) or "–"

    columns: Columns = {
        "Experiment": _tried,
        "Did it help?": "answer",
        "Median before": lambda row: short_duration(row["before"]),
        "Median after": lambda row: short_duration(row["after"]),
        "Difference": _difference,
        "n": lambda row: f"{row['n_before']:,} / {row['n_after']:,}",
        "Caveat": beside,
    }
    if predictions := {each.name: each for each in experiments if each.predicted_days is not None}:
        columns["Predicted"] = lambda row: _predicted(predictions.get(row["name"]), row["after"])
    caption = (
        "Kaplan–Meier medians of what began before and after; open ones count. Difference: of the medians, "
        "with the 95 % interval of the test. That it helped is claimed only where the log-rank test by "
        "weeks, or, where weeks are too alike for it, the comparison with all earlier days of this stream, "
        f"is significant at 5 %. {HOW_SURE} Each experiment is tested on its own. n: completed before and "
        "after."
    )
    return table_of(latest_first, columns, caption, nothing=NOTHING)


def _predicted(experiment: Experiment | None, after: pd.Timedelta) -> str:
    """Say what was predicted, and by how much the outcome missed it.

    Examples
    --------
    >>> tried = Experiment(name="QA", since="2026-01-05", predicted_days=0.9, predicted_between=(0.8, 2.9))
    >>> _predicted(tried, pd.Timedelta(days=1.5))
    '0.9 d (0.8 to 2.9); missed by 0.6 d, inside of the range'
    """
    if experiment is None or experiment.predicted_days is None:
        return "–"
    said = f"{experiment.predicted_days:.1f} d"
    between = experiment.predicted_between
    if between is not None:
        said += f" ({between[0]:.1f} to {between[1]:.1f})"
    if pd.isna(after):
        return f"{said}; outcome not known yet"
    days = after / pd.Timedelta(days=1)
    said += f"; missed by {abs(days - experiment.predicted_days):.1f} d"
    if between is None:
        return said
    return f"{said}, {'inside' if between[0] <= days <= between[1] else 'outside'} of the range"


def _tried(row: Mapping[Any, Any]) -> str:
    """Say what was tried, since when, and what was expected of it."""
    until = f" to {row['until']}" if row["until"] else ""
    measure = row["of"] if row["of"] == LEAD else f"time in {row['of']}"
    return f"{row['name']} (since {row['since']}{until}; expected: {measure} {row['expect']})"


def moved_waits_table(
    stage_visits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    changed: str = "",
    experiments: Sequence[Experiment] = (),
    minimum: int,
) -> Styler:
    """Where the wait went: how long tickets stayed in each stage before a change and after, and how many.

    Parameters
    ----------
    changed
        Day of the change, ``YYYY-MM-DD`` (UTC); empty: that of the latest experiment, if there is one.
    """
    day, _ = chosen_change(changed, "", experiments=experiments)
    waits = waits_before_and_after(
        stage_visits, lifecycles, changed=as_of if day is None else day, as_of=as_of, minimum=minimum
    )
    columns: Columns = {
        "Stage": "stage",
        "Kind": "kind",
        "Median before": lambda row: _median_stay(row, "before", minimum),
        "Median after": lambda row: _median_stay(row, "after", minimum),
        "Tickets before": ("held_before", _one_digit),
        "Tickets after": ("held_after", _one_digit),
        "Change": lambda row: (
            "unknown"
            if pd.isna(row["growth"])
            else _signed(round(row["held_after"], 1) - round(row["held_before"], 1))
        ),
        "n": lambda row: f"{row['n_before']:,} / {row['n_after']:,}",
    }
    caption = (
        "Median: elapsed time of one stay in the stage, open ones counted (Kaplan–Meier). Tickets: in the "
        "stage at a time, on average of as many days before the change as after it, open ones and those "
        "tidied up later included. A count, not a test. n: stays seen to end before / after."
    )
    return table_of(waits if day is not None else waits.iloc[:0], columns, caption, nothing=UNNAMED)


def _median_stay(row: Mapping[Any, Any], side: str, minimum: int) -> str:
    if row[f"n_{side}"] < minimum:
        return TOO_FEW
    return short_duration(row[side]) if pd.notna(row[side]) else "not reached"


def _one_digit(count: float) -> str:
    return "unknown" if pd.isna(count) else f"{count:,.1f}"


def _difference(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["difference"]):
        return "–"
    difference = as_shown(row["after"]) - as_shown(row["before"])
    ends = [signed(time) for time in (difference, row["low"], row["high"])]
    if pd.isna(row["low"]) and pd.isna(row["high"]):
        return ends[0]
    return f"{ends[0]} ({ends[1]} to {ends[2]})"


def _signed(growth: float) -> str:
    rounded = round(growth, 1)
    return f"{rounded:+.1f}".replace("-", "−") if rounded else "0"
