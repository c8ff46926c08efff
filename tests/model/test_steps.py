"""Lasting steps of waiting: in which queue, since which week, from what to what."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from vsm.model.steps import waiting_steps

MONDAY = pd.Timestamp("2026-01-05", tz="UTC")
WEEK = pd.Timedelta(weeks=1)


def stays(*weeks: float, stage: str = "QA", **about: Any) -> pd.DataFrame:
    """Five stays a week that end on its Wednesday, about so many hours long."""
    rows = [
        {"stage": stage, "left": MONDAY + week * WEEK + pd.Timedelta(days=2.5), "hours": hours * spread}
        for week, hours in enumerate(weeks)
        for spread in (0.5, 0.8, 1.0, 1.25 + 0.1 * (week % 3), 2.0)
    ]
    table = pd.DataFrame(rows)
    fixed: dict[str, Any] = {"kind": "queue", "bulk": False, "gone": False} | about
    return table.assign(elapsed=pd.to_timedelta(table["hours"], unit="h"), **fixed)


SLOWER = [24.0] * 12 + [96.0] * 4


def test_a_queue_that_takes_four_times_as_long() -> None:
    """Twelve weeks of a day, four of four days: since the thirteenth week, seen at the end of the fourteenth."""
    (step,) = waiting_steps(stays(*SLOWER), as_of=MONDAY + 16 * WEEK).to_dict("records")
    assert (step["stage"], step["up"], step["n"]) == ("QA", True, 20)
    assert (step["since"], step["seen"]) == (MONDAY + 12 * WEEK, MONDAY + 14 * WEEK)
    assert step["before"] / pd.Timedelta(days=1) == pytest.approx(1.0, rel=0.1)
    assert step["after"] / pd.Timedelta(days=4) == pytest.approx(1.0, rel=0.1)


def test_the_week_that_is_not_over_does_not_count() -> None:
    """On the Sunday of the second slow week one is known; on the Monday after both are."""
    table = stays(*SLOWER)
    assert waiting_steps(table, as_of=MONDAY + 14 * WEEK - pd.Timedelta(hours=1)).empty
    assert len(waiting_steps(table, as_of=MONDAY + 14 * WEEK)) == 1


def test_only_waiting_counts_and_no_clean_up() -> None:
    """Not work, not stays of bulk edits or of what was found gone; an external stage waits as well."""
    for about in ({"kind": "work"}, {"bulk": True}, {"gone": True}):
        assert waiting_steps(stays(*SLOWER, **about), as_of=MONDAY + 16 * WEEK).empty
    assert len(waiting_steps(stays(*SLOWER, kind="external"), as_of=MONDAY + 16 * WEEK)) == 1


def test_minutes_are_no_waiting() -> None:
    """From one minute to four: four times as long, and nobody would act on it."""
    minutes = [hours / 24 / 60 for hours in SLOWER]
    assert waiting_steps(stays(*minutes), as_of=MONDAY + 16 * WEEK).empty


@pytest.mark.slow
def test_steps_are_the_same_whenever_they_are_looked_for() -> None:
    """Every week up to now gives a beginning of what is found now."""
    table = pd.concat([stays(*SLOWER, *[12.0] * 12), stays(*[50.0] * 28, stage="Desk")])
    now = waiting_steps(table, as_of=MONDAY + 28 * WEEK)
    assert now["up"].tolist() == [True, False]
    for weeks in range(2, 28):
        known = waiting_steps(table, as_of=MONDAY + weeks * WEEK)
        assert known["since"].tolist() == now["since"].tolist()[: len(known)]


def test_nothing_gives_nothing() -> None:
    """A stream without departures has no steps."""
    table = stays(24.0).iloc[:0]
    assert waiting_steps(table, as_of=MONDAY).empty
    assert np.array_equal(waiting_steps(table, as_of=MONDAY).columns[:2], ["stage", "since"])
