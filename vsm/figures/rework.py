"""The tables of rework: by stage, by who passes it to whom, by moves back, and %C&A."""

from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.figures.labels import number, pluralize
from vsm.figures.tables import Columns, in_days, styled_table, table_of, with_interval
from vsm.findings.durations import short_duration
from vsm.model.rework import DOERS, WAYS


def rework_table(stages: pd.DataFrame) -> Styler:
    """In which stages is work done again, and by whom? ``rework_by_stage`` as a table.

    Parameters
    ----------
    stages
        As ``vsm.model.rework.rework_by_stage`` gives it.
    """
    ways = {way: _sum(stages, [f"{way}_{doer}" for doer in DOERS]) for way in WAYS}
    doers = {doer: _sum(stages, [f"{way}_{doer}" for way in WAYS]) for doer in DOERS}
    rows = pd.DataFrame(
        {
            "Stage": stages["stage"],
            "Tickets": stages["n"],
            "Tickets that came back": [with_interval(row) for row in stages.to_dict("records")],
            "Straight back": ways["loop"],
            "After other work": ways["repetition"],
            "Same person": doers["repeat"],
            "Another person": doers["redo"],
            "Not known who": doers["unknown"],
            "In all": [in_days(again) for again in stages["again"]],
        }
    )
    caption = (
        "Returns of finished tickets to a stage of work, elapsed time. Straight back: no other work lay "
        "between, only waiting or an outsider. Both ways together count every return "
        "once, so do the three columns of persons."
    )
    return styled_table(rows, caption, nothing="No finished ticket has been worked on so far.")


def _sum(stages: pd.DataFrame, names: list[str]) -> "pd.Series[Any]":
    return stages[names].sum(axis=1).astype("int64")


def referral_table(referrals: pd.DataFrame) -> Styler:
    """Whose work is done again by somebody else, and in which team? ``referral_matrix`` as a table.

    Parameters
    ----------
    referrals
        As ``vsm.model.rework.referral_matrix`` gives it.
    """
    found = referrals.sort_values("count", ascending=False, kind="stable")
    columns: Columns = {
        "From": found["from_team"].fillna("not known"),
        "To": found["to_team"].fillna("not known"),
        "Done again": "count",
        "Tickets": "tickets",
        "In all": ("again", in_days),
    }
    caption = (
        "Returns of finished tickets to a stage of work where another person takes up what somebody held "
        "there before; the same team twice: a colleague does it again. Elapsed time."
    )
    return table_of(found, columns, caption, nothing="No finished ticket came back to another person.")


def backward_table(back: pd.DataFrame, *, minimum: int) -> Styler:
    """From where to where does work move back? ``backward_moves`` as a table, the most frequent first.

    Parameters
    ----------
    back
        As ``vsm.model.rework.backward_moves`` gives it.
    minimum
        Under so many moves that were made good again there is no median: too few to say.
    """
    medians = [
        short_duration(median) if n >= max(minimum, 1) else "too few to say"
        for n, median in zip(back["n"], back["median"], strict=True)
    ]
    columns: Columns = {
        "From": "from_stage",
        "To": "to_stage",
        "Moves back": "count",
        "Tickets": "tickets",
        "Got there again": "n",
        "Median until then": medians,
    }
    caption = (
        "Moves of finished tickets to an earlier stage, bulk edits left out. The median runs from the move "
        "back until the ticket is where it was, or further on; elapsed time."
    )
    return table_of(back, columns, caption, nothing="No finished ticket has moved back so far.")


def accuracy_table(accuracy: pd.DataFrame, *, rolled: pd.DataFrame) -> Styler:
    """Which share of what each stage passed on never came back? %C&A by stage, and rolled in the last row.

    Parameters
    ----------
    accuracy, rolled
        As ``vsm.model.rework.accuracy_of`` and ``vsm.model.rework.rolled_accuracy`` give them.
    """
    parts = [
        {"stage": row["stage"], "of": f"{number(row['n'])} moves", "share": with_interval(row)}
        for row in accuracy.to_dict("records")
    ]
    parts += [
        {
            "stage": f"{pluralize(row['stages'], 'work stage')} in a row",
            "of": pluralize(row["tickets"], "ticket"),
            "share": with_interval(row),
        }
        for row in rolled.to_dict("records")
    ]
    rows = pd.DataFrame(parts, columns=["stage", "of", "share"])
    few = int(rolled["few"].sum()) if len(rolled) else 0
    caption = (
        "Complete and accurate: moves forward of finished tickets after which the ticket never came back to "
        "that stage or an earlier one. The last row multiplies the shares of the stages of work. "
        "Intervals: 95 %, Wilson by move; in the last row a bootstrap by ticket."
        + (f" Too few moves to be in it: {pluralize(few, 'work stage')}." if few else "")
    )
    names = {"stage": "Stage", "of": "Of", "share": "Never came back"}
    return styled_table(
        rows.rename(columns=names), caption, nothing="No finished ticket has moved on so far."
    )
