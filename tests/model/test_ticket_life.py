"""Spans and marks of one ticket's life, laid out by hand."""

import pandas as pd
import pytest

from tests.model.test_causes import HOUR, MONDAY, Piece, waits
from vsm.errors import ParameterError
from vsm.model.ticket_life import life_marks, life_spans, ticket_of_key
from vsm.tables import COMMITS, EVENTS, HANDOFFS, TICKETS, VISITS, conform, empty

PIECES: list[Piece] = [
    # ticket, visit, handoff, stage, cause, first hour, last hour, working hours
    ("a", 0, None, "Ready", "non-working time", 0, 1, 0),
    ("a", 0, None, "Ready", "unexplained", 1, 3, 2),
    ("a", 0, None, "Ready", "non-working time", 3, 5, 0),
    ("a", 0, None, "Ready", "unexplained", 5, 6, 1),
    ("a", 0, None, "Ready", "non-working time", 6, 8, 0),
    ("a", 1, None, "Ready", "at capacity", 8, 10, 2),
    ("a", 2, None, "Queue", "non-working time", 20, 24, 0),
    ("b", 0, None, "Ready", "unexplained", 0, 90, 30),
]


def visits() -> pd.DataFrame:
    """Ten hours in Ready with two to take it up, ten in work with two people of one team, then a queue."""
    lived = [
        ("Ready", "queue", "dev-1", 0, 8), ("Ready", "queue", "dev-2", 8, 10), ("Build", "work", "dev-1", 10, 14),
        ("Build", "work", "dev-2", 14, 20), ("Queue", "queue", "dev-2", 20, None),
    ]  # fmt: skip
    rows = [
        {
            "ticket": "a", "n": n, "stage": stage, "kind": kind, "holder": holder, "team": "web",
            "entered": MONDAY + first * HOUR, "left": MONDAY + last * HOUR if last else pd.NaT,
            "elapsed": ((last or 24) - first) * HOUR, "working": HOUR, "revisit": False, "bulk": False,
        }
        for n, (stage, kind, holder, first, last) in enumerate(lived)
    ]  # fmt: skip
    return conform(pd.DataFrame(rows), VISITS)


def tickets() -> pd.DataFrame:
    rows = [
        {"ticket": ticket, "key": key, "created": MONDAY, "summary": "Mend <it>"}
        for ticket, key in (("a", "KEY-1"), ("b", "KEY-2"), ("c", "OTHER-77"))
    ]
    return conform(pd.DataFrame(rows), TICKETS)


def events() -> pd.DataFrame:
    told = [
        ("created", 0, "p", False, "a/created"), ("status", 0, "p", False, "a/created"),
        ("comment", 3, "dev-1", False, "1"), ("status", 10, "dev-1", False, "2"), ("assignee", 11, "dev-1", False, "3"),
        ("commit", 12, "dev-1", False, "abc"), ("status", 20, "p", True, "4"),
    ]  # fmt: skip
    rows = [
        {
            "ticket": "a", "at": MONDAY + hour * HOUR, "kind": kind, "actor": actor, "bulk": bulk, "source": "x",
            "ref": ref, "seq": n,
        }
        for n, (kind, hour, actor, bulk, ref) in enumerate(told)
    ]  # fmt: skip
    return conform(pd.DataFrame(rows), EVENTS)


def commits() -> pd.DataFrame:
    about = dict.fromkeys(("repository", "author", "committer"), "x") | {
        "authored": MONDAY,
        "committed": MONDAY,
    }
    row = {"commit": "abc", "subject": "KEY-1 mend <it>", "parents": ""}
    return conform(pd.DataFrame([about | row]), COMMITS)


def handoffs() -> pd.DataFrame:
    row = {
        "handoff": 0, "ticket": "a", "given": MONDAY + 14 * HOUR, "taken": MONDAY + 15 * HOUR, "from_stage": "Build",
        "to_stage": "Build", "from_holder": "dev-1", "to_holder": "dev-2", "to_team": "web", "person": True,
        "team": False, "discipline": False, "back": False, "wait": HOUR,
    }  # fmt: skip
    return conform(pd.DataFrame([row]), HANDOFFS)


def told(lane: str) -> list[tuple[str, float, float]]:
    spans = life_spans(visits(), tickets=["a"], waits=waits(PIECES))
    mine = spans[spans["lane"] == lane]
    hours = [(mine[side] - MONDAY) / HOUR for side in ("start", "end")]
    return list(zip(mine["label"], *hours, strict=True))


def test_stages_run_on_over_changes_of_holder() -> None:
    """Ready, Build and the queue in which it lies until now."""
    assert told("stage") == [("Ready", 0, 10), ("Build", 10, 20), ("Queue", 20, 24)]


def test_hands_change_with_the_person_and_queues_are_in_nobodys() -> None:
    """Two people of one team."""
    assert told("hands") == [("web", 10, 14), ("web", 14, 20)]


def test_nights_between_one_cause_make_no_gap() -> None:
    """The night before unexplained is its own; the one before at capacity, too; a wait of night alone is non-working time."""
    assert told("wait") == [("unexplained", 0, 6), ("at capacity", 6, 10), ("non-working time", 20, 24)]


def test_spans_keep_every_hour_of_the_wait() -> None:
    """10 + 4 hours elapsed, 5 of them in working time."""
    spans = life_spans(visits(), tickets=["a"], waits=waits(PIECES))
    mine = spans[spans["lane"] == "wait"]
    assert mine["elapsed"].sum() == 14 * HOUR
    assert mine["working"].sum() == 5 * HOUR


def test_marks_are_what_people_and_git_did() -> None:
    """Being created and assigned is no trace; a bulk move is called so; a commit brings its subject."""
    marks = life_marks(events(), tickets=["a"], handoffs=handoffs(), commits=commits())
    hours = (marks["at"] - MONDAY) / HOUR
    assert list(zip(marks["lane"], marks["what"], marks["who"], hours, strict=True)) == [
        ("hands", "handoff", "dev-1 → web", 15),
        ("trace", "comment", "dev-1", 3),
        ("trace", "move", "dev-1", 10),
        ("trace", "bulk edit", "p", 20),
        ("code", "commit", "dev-1", 12),
    ]
    assert marks["detail"].tolist()[-1] == "KEY-1 mend <it>"


def test_another_ticket_has_its_own_life() -> None:
    """Nothing of a's is b's."""
    assert life_spans(visits(), tickets=["b"], waits=waits(PIECES))["lane"].tolist() == ["wait"]
    assert life_marks(events(), tickets=["b"], handoffs=handoffs(), commits=empty(COMMITS)).empty


def test_a_key_is_found_however_it_is_written() -> None:
    """Small letters, and spaces around."""
    assert ticket_of_key(tickets(), key=" key-2 ", events=empty(EVENTS)) == "b"


def test_an_unknown_key_names_near_ones() -> None:
    """A digit too many."""
    with pytest.raises(ParameterError, match=r"no ticket has the key 'KEY-12'; near: KEY-[12], KEY-[12]"):
        ticket_of_key(tickets(), key="KEY-12", events=empty(EVENTS))


def test_a_key_like_none_says_how_many_there_are() -> None:
    """Another project's, perhaps."""
    with pytest.raises(ParameterError, match="'ZZZ-9'; 3 tickets are known, none is near"):
        ticket_of_key(tickets(), key="ZZZ-9", events=empty(EVENTS))


def test_lives_of_many_are_the_lives_of_each() -> None:
    """Two tickets whose waits touch in time: nothing of one is joined to the other."""
    both = life_spans(visits(), tickets=["a", "b"], waits=waits(PIECES))
    for ticket in "ab":
        alone = life_spans(visits(), tickets=[ticket], waits=waits(PIECES))
        mine = both[both["ticket"] == ticket].reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, alone)
