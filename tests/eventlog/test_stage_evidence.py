"""The order of stages, and whether people work there, by what happened."""

import pandas as pd
import pytest

from vsm.eventlog.log import sorted_events
from vsm.eventlog.stage_evidence import order_by_majorities, worked_in
from vsm.tables import EVENTS, conform

START = pd.Timestamp("2026-01-05", tz="UTC")


def walked(*walks: str) -> pd.DataFrame:
    """EVENTS of one ticket per walk: each letter a status, "!" a comment there, an hour each."""
    rows = [
        {
            "ticket": f"jira:{ticket:03}", "at": START + pd.Timedelta(hours=hour),
            "kind": "comment" if letter == "!" else "status", "after": None if letter == "!" else letter,
            "source": "jira", "ref": f"{ticket}/{hour}", "seq": 0, "bulk": False,
        }
        for ticket, walk in enumerate(walks)
        for hour, letter in enumerate(walk)
    ]  # fmt: skip
    return sorted_events(conform(pd.DataFrame(rows), EVENTS))


def order(*walks: str, names: str = "ABCDEFG") -> str:
    """The order of the letters, with each called by the letter at its place in ``names``."""
    called = dict(zip("ABCDEFG", names, strict=True))
    return "".join(order_by_majorities([walked(*walks)], stage_of=called))


@pytest.mark.parametrize("names", ["ABCDEFG", "GFEDCBA", "ÄЖΩ中あ가z", "dagcfbe"])
def test_most_moves_decide_whatever_stages_are_called(names: str) -> None:
    """Twice from review back to work, and once around: the majority goes A C B D."""
    walks = ("ACBD", "ACBD", "ACBCBD", "ABCD", "AD")
    assert order(*walks, names=names) == "".join(dict(zip("ABCDEFG", names, strict=True))[c] for c in "ACBD")


def test_a_stage_that_most_tickets_skip_stands_where_others_pass_it() -> None:
    """Only one of six went through X, which was drawn between B and C."""
    assert order(*["ABCD"] * 5, "ABECD") == "ABECD"


def test_what_follows_the_end_comes_last() -> None:
    """A reopened ticket goes back to work: that makes its stage no earlier one."""
    assert order(*["ABC"] * 5, "ABCDBC", "ABCDC") == "ABCD"


def test_majorities_in_a_circle_go_by_the_stronger_ones() -> None:
    """A before B six times, B before C five times, C before A once: the weakest is given up."""
    assert order(*["AB"] * 6, *["BC"] * 5, "CA") == "ABC"


def test_even_stages_go_by_the_step_at_which_they_are_reached() -> None:
    """Two paths that never meet but at their ends."""
    assert order("ABD", "ACCD") == "ABCD"
    assert order("AGD", "AFED") == "AFGED"


def test_work_shows_in_traces() -> None:
    """Two of three stays in B have a comment, one of three in C; nobody ever was in D."""
    found = worked_in([walked("AB!C!", "AB!C", "ABC")])
    assert found.to_dict() == {"A": False, "B": True, "C": False}


def test_a_trace_before_a_tickets_first_status_is_of_no_stay() -> None:
    """It is not of the stay of the ticket before it in the log either."""
    assert worked_in([walked("A", "!B")]).to_dict() == {"A": False, "B": False}


def test_groups_of_tickets_say_together_what_the_log_says() -> None:
    """Neither order nor traces depend on where the log is cut between two tickets."""
    walks = ("ACB!D", "ACBD!", "ACBC!BD", "A!BCD", "AD")
    events = walked(*walks)
    ticket = events["ticket"].cat.codes
    groups = [events[ticket < 2], events[ticket == 2], events[ticket > 2]]
    assert order_by_majorities(groups, stage_of={letter: letter for letter in "ABCD"}) == list("ACBD")
    assert worked_in(groups).to_dict() == {"A": False, "B": False, "C": False, "D": False}
    assert worked_in(groups[1:2]).to_dict() == {"A": False, "B": False, "C": True, "D": False}


def test_where_no_traces_are_recorded_nothing_is_said() -> None:
    """No comments at all say nothing about who works where."""
    assert worked_in([walked("AB", "AB")]).empty
