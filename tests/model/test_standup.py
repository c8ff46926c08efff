"""What moved since the last working day, and what is blocked: in groups, as a stand-up walks the board."""

import numpy as np
import pandas as pd
import pytest

from vsm.clock import Calendar, Clock
from vsm.model.standup import blocked_now, last_working_day, moved_since

DAY = pd.Timedelta(days=1)
MONDAY = pd.Timestamp("2026-03-02", tz="UTC")
STAGES = {"Ready": ("queue", 0), "Build": ("work", 1), "Test": ("work", 2), "Done": ("done", 3)}
NO_RUNS = pd.DataFrame({"status": ["1"], "stage": ["Ready"]})


def stays(**lives: list[tuple[str, float]]) -> pd.DataFrame:
    """Tickets that enter these stages, each on that day from Monday on."""
    rows = [
        {"ticket": ticket, "stage": stage, "kind": STAGES[stage][0], "position": STAGES[stage][1],
         "entered": MONDAY + day * DAY}
        for ticket, life in lives.items()
        for stage, day in life
    ]  # fmt: skip
    return pd.DataFrame(rows)


def moved(**lives: list[tuple[str, float]]) -> list[tuple[object, ...]]:
    """What moved since Tuesday."""
    found = moved_since(stays(**lives), stages=NO_RUNS, since=MONDAY + DAY)
    return [
        (row["what"], None if pd.isna(row["before"]) else row["before"], row["after"], row["tickets"])
        for row in found.to_dict("records")
    ]


def test_moves_come_in_groups_from_the_end_of_the_stream_to_its_beginning() -> None:
    """What was finished, what moved on, what went back, and what is new; the latest move first."""
    assert moved(
        a=[("Ready", 0), ("Build", 1.5)],
        b=[("Ready", 0), ("Build", 2)],
        c=[("Build", 0), ("Test", 1.2)],
        d=[("Test", 0), ("Build", 1.1)],
        e=[("Test", 0), ("Done", 1.4)],
        f=[("Ready", 1.6)],
        g=[("Build", 0.5)],
    ) == [
        ("finished", "Test", "Done", ("e",)),
        ("forward", "Build", "Test", ("c",)),
        ("forward", "Ready", "Build", ("b", "a")),
        ("back", "Test", "Build", ("d",)),
        ("new", None, "Ready", ("f",)),
    ]


def test_what_went_there_and_back_has_not_moved() -> None:
    """Build, Test, Build is where it was; two steps are one move from the first stage to the last."""
    assert moved(a=[("Build", 0), ("Test", 1.2), ("Build", 1.4)]) == []
    assert moved(a=[("Ready", 0), ("Build", 1.2), ("Test", 1.4)]) == [("forward", "Ready", "Test", ("a",))]


def test_nothing_moved_is_an_empty_table() -> None:
    """With its columns."""
    found = moved_since(stays(a=[("Build", 0)]), stages=NO_RUNS, since=MONDAY + DAY)
    assert list(found) == ["what", "before", "after", "position", "tickets"]
    assert found.empty


def office(*days: int) -> Clock:
    """Open at noon on these days from Monday on."""
    noon = np.array([int((MONDAY + (day + 0.5) * DAY).value) // 1000 for day in days])
    return Clock(Calendar("office", noon, noon + 3_600_000_000))


@pytest.mark.parametrize(("today", "last"), [(7, 4), (8, 7), (6, 4)])
def test_the_last_working_day_leaves_out_weekends(today: int, last: int) -> None:
    """On a Monday and on a Sunday it is Friday, on a Tuesday Monday."""
    clock = office(0, 1, 2, 3, 4, 7, 8)
    assert last_working_day(clock, as_of=MONDAY + today * DAY + DAY / 2) == MONDAY + last * DAY


def test_without_a_working_day_in_a_fortnight_it_is_the_day_before() -> None:
    """A company on holiday."""
    assert last_working_day(office(0), as_of=MONDAY + 30 * DAY) == MONDAY + 29 * DAY


def test_what_blocks_most_open_tickets_comes_first() -> None:
    """What is closed or no longer blocked is not in it; a flag names no blocker."""
    rows = [
        ("a", "x", 2, None),
        ("b", "x", 1, None),
        ("c", None, 0, None),
        ("d", "y", 0, 1),
        ("e", "y", 0, None),
    ]
    blocks = pd.DataFrame(
        [
            {"ticket": ticket, "by": by, "start": MONDAY + start * DAY,
             "end": pd.NaT if end is None else MONDAY + end * DAY}
            for ticket, by, start, end in rows
        ]
    )  # fmt: skip
    found = blocked_now(blocks, open_tickets=pd.Series(["a", "b", "c", "d"]))
    assert found["tickets"].tolist() == [("b", "a"), ("c",)]
    assert found["since"].tolist() == [MONDAY + DAY, MONDAY]
    assert (found["by"].iloc[0], pd.isna(found["by"].iloc[1])) == ("x", True)
