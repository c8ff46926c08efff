"""Shares of causes, the calendar's effect and the longest waits, on waits laid out by hand."""

from typing import Any

import pandas as pd
import pytest

from vsm.model.causes import calendar_effect, cause_shares, with_passing
from vsm.model.handoffs import longest_waits
from vsm.tables import BLOCKS, HANDOFFS, TICKETS, VISITS, WAITS, conform, empty

HOUR = pd.Timedelta(hours=1)
MONDAY = pd.Timestamp("2026-01-05T09:00", tz="UTC")

Piece = tuple[str, int, int | None, str, str, int, int, int]
PIECES: list[Piece] = [
    # ticket, visit, handoff, stage, cause, first hour, last hour, working hours
    ("a", 0, None, "Ready", "unexplained", 0, 2, 2),
    ("a", 2, 0, "Queue", "at capacity", 4, 8, 4),
    ("a", 2, 0, "Queue", "non-working time", 8, 24, 0),
    ("a", 2, 0, "Queue", "overtaken", 24, 26, 2),
    ("b", 1, 1, "Queue", "batched", 1, 7, 6),
    ("b", 3, None, "Queue", "blocked", 9, 13, 1),
    ("c", 0, None, "Ready", "unexplained", 0, 90, 30),
]


def waits(pieces: list[Piece] = PIECES) -> pd.DataFrame:
    rows = [
        {
            "ticket": ticket, "n": n, "handoff": handoff, "stage": stage, "cause": cause, "team": "qa",
            "receiver": "tester", "start": MONDAY + first * HOUR, "end": MONDAY + last * HOUR,
            "elapsed": (last - first) * HOUR, "working": working * HOUR, "bulk": False,
        }
        for ticket, n, handoff, stage, cause, first, last, working in pieces
    ]  # fmt: skip
    return conform(pd.DataFrame(rows), WAITS)


def lifecycles() -> pd.DataFrame:
    """Two delivered tickets with four hours of work each; c is open."""
    rows: list[dict[str, Any]] = [
        {"ticket": "a", "finished": MONDAY + 28 * HOUR, "lead": 28 * HOUR, "work": 4 * HOUR},
        {"ticket": "b", "finished": MONDAY + 14 * HOUR, "lead": 14 * HOUR, "work": 4 * HOUR},
        {"ticket": "c", "finished": pd.NaT, "lead": 90 * HOUR, "work": 0 * HOUR},
    ]
    started = pd.Series([MONDAY + 2 * HOUR, MONDAY, None], dtype="datetime64[us, UTC]")
    return pd.DataFrame(rows).assign(bulk=False, started=started)


def handoffs() -> pd.DataFrame:
    known = {"given": MONDAY, "taken": MONDAY, "from_stage": "Build", "to_stage": "Test", "wait": HOUR}
    flags = {"person": True, "team": True, "discipline": False, "back": False, "ticket": "a"}
    rows = [
        known | flags | {"handoff": n, "from_team": "web", "to_team": to} for n, to in ((0, "qa"), (1, "web"))
    ]
    return conform(pd.DataFrame(rows), HANDOFFS)


def test_causes_share_the_waiting_of_finished_tickets() -> None:
    """34 hours in all, 16 of them non-working time; 15 working hours, of which the batch took six."""
    table = cause_shares(waits(), lifecycles(), minimum=2).set_index("cause")
    assert {cause: time / HOUR for cause, time in table["elapsed"].items()} == {
        "blocked": 4, "external": 0, "non-working time": 16, "unassigned": 0, "batched": 6, "at capacity": 4, "overtaken": 2, "unexplained": 2,
    }  # fmt: skip
    assert table["tickets"].to_dict()["batched"] == 1
    assert table["share"]["non-working time"] == pytest.approx(16 / 34)
    assert table["share_working"]["batched"] == pytest.approx(6 / 15)
    assert table["impact"]["non-working time"] == pytest.approx(8 / (42 - 16))


def test_shares_are_as_sure_as_weeks_are_alike() -> None:
    """The same four tickets in two weeks: no spread between weeks, so both ends are the share itself."""
    pieces: list[Piece] = [(piece[0] + week, *piece[1:]) for week in ("", "2") for piece in PIECES]
    lives = lifecycles()
    later = lives.assign(ticket=lives["ticket"] + "2", finished=lives["finished"] + pd.Timedelta(weeks=1))
    table = cause_shares(waits(pieces), pd.concat([lives, later]), minimum=2).set_index("cause")
    assert (table["low"]["non-working time"], table["high"]["non-working time"]) == pytest.approx(
        (16 / 34, 16 / 34)
    )


def test_too_few_tickets_have_no_interval() -> None:
    """Two are under the usual minimum."""
    assert cause_shares(waits(), lifecycles(), minimum=12)[["low", "high"]].isna().all(axis=None)


def test_clean_up_is_no_cause() -> None:
    """Pieces of a bulk edit are left out."""
    table = cause_shares(waits().assign(bulk=True), lifecycles(), minimum=12)
    assert table["elapsed"].sum() == 0 * HOUR


def test_waits_lie_between_teams_before_the_first_work_or_elsewhere() -> None:
    """Within a team where the team stays; before the first work where nobody had begun."""
    told = with_passing(waits(), handoffs(), lifecycles())["passing"].tolist()
    before, within = "before work started", "within a team"
    assert told == [before, "web → qa", "web → qa", "web → qa", within, "no handoff", before]


def test_groups_come_with_the_longest_first() -> None:
    """By working time: Queue 13 hours, Ready 2."""
    table = cause_shares(waits(), lifecycles(), by=["stage"], minimum=12)
    assert list(dict.fromkeys(table["stage"])) == ["Queue", "Ready"]
    ready = table[table["stage"] == "Ready"].set_index("cause")
    assert ready["share_working"]["unexplained"] == 1.0


def test_the_calendar_takes_nights_out() -> None:
    """In Queue a waited 22 hours, 6 of them working; b 10 and 7."""
    stages = pd.DataFrame({"stage": ["Ready", "Queue"], "position": [0, 1]})
    table = calendar_effect(waits(), lifecycles(), stages=stages).set_index("stage")
    assert table.index.tolist() == ["Ready", "Queue"]
    assert table["elapsed"]["Queue"] == 32 * HOUR
    assert table["share"]["Queue"] == pytest.approx(1 - 13 / 32)
    assert table["median_working"]["Queue"] == pd.Timedelta(hours=6.5)


def test_the_longest_wait_is_told_with_what_was_in_hand() -> None:
    """a's six working hours in the queue come before b's five; the tester had x in work for the longest time."""
    visits = pd.DataFrame(
        [
            {"ticket": ticket, "n": 0, "stage": "Test", "kind": "work", "holder": holder, "team": "qa",
             "entered": MONDAY + first * HOUR, "left": MONDAY + last * HOUR, "elapsed": (last - first) * HOUR,
             "revisit": False, "bulk": False}
            for ticket, holder, first, last in (("y", "tester", 0, 5), ("x", "tester", 4, 40), ("z", "other", 0, 1))
        ]
    )  # fmt: skip
    keys = [(name, f"KEY-{number}") for number, name in enumerate("abxyz")]
    tickets = pd.DataFrame(keys, columns=["ticket", "key"]).assign(created=MONDAY)
    block = {"ticket": "b", "start": MONDAY + 9 * HOUR, "end": MONDAY + 13 * HOUR, "how": "link", "by": "z"}
    found = longest_waits(
        waits(), visits=conform(visits, VISITS), blocks=conform(pd.DataFrame([block]), BLOCKS),
        tickets=conform(tickets, TICKETS), lifecycles=lifecycles(), as_of=MONDAY + 90 * HOUR, most=3,
    )  # fmt: skip
    first, *others = found.to_dict("records")
    assert [(row["key"], row["n"]) for row in (first, *others)] == [("KEY-0", 2), ("KEY-1", 1), ("KEY-0", 0)]
    assert (first["at capacity"], first["overtaken"], first["non-working time"]) == (
        4 * HOUR,
        2 * HOUR,
        16 * HOUR,
    )
    assert first["meanwhile"] == ("KEY-2", "KEY-3")
    assert first["receiver"] == "tester"
    blocked = longest_waits(
        waits(PIECES[5:6]), visits=empty(VISITS), blocks=conform(pd.DataFrame([block]), BLOCKS),
        tickets=conform(tickets, TICKETS), lifecycles=lifecycles(), as_of=MONDAY + 90 * HOUR,
    )  # fmt: skip
    assert blocked["blockers"].tolist() == [("KEY-4",)]
