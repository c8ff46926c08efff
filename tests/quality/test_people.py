"""What is said of who was assigned."""

import pandas as pd
import pytest

from vsm.eventlog.log import sorted_events
from vsm.quality.people import check_assignees
from vsm.tables import EVENTS, VISITS, conform

DAY = pd.date_range("2026-01-05", periods=4, tz="UTC")
STAGES = pd.DataFrame(
    {
        "stage": ["Build", "Fix", "Test"],
        "discipline": ["development", None, "testing"],
        "team": [None, "development", None],
    }
).astype({"discipline": "str", "team": "str"})


def passed(stages: tuple[str, str], assignees: list[tuple[str, ...]]) -> list[str]:
    """What is said where each ticket passes through two work stages, with these assignees in turn."""
    visits = [
        {
            "ticket": f"jira:{ticket}", "n": n, "stage": stage, "kind": "work", "entered": DAY[n],
            "left": DAY[n + 1], "elapsed": DAY[1] - DAY[0], "revisit": False, "bulk": False,
        }
        for ticket in range(len(assignees))
        for n, stage in enumerate(stages)
    ]  # fmt: skip
    events = [
        {
            "ticket": f"jira:{ticket}", "at": DAY[n], "kind": "assignee", "after": who, "source": "jira",
            "ref": f"{ticket}/{n}", "seq": n, "bulk": False,
        }
        for ticket, several in enumerate(assignees)
        for n, who in enumerate(several)
    ]  # fmt: skip
    rows = conform(pd.DataFrame(visits, columns=VISITS.names), VISITS)
    told = sorted_events(conform(pd.DataFrame(events, columns=EVENTS.names), EVENTS))
    return [note.detail for note in check_assignees(rows, told, stages=STAGES, minimum=10)]


@pytest.mark.parametrize("stages", [("Build", "Test"), ("Fix", "Test"), ("Test", "Build")])
def test_an_assignee_who_stays_through_all_disciplines_is_reported(stages: tuple[str, str]) -> None:
    """Nine of ten kept theirs; a stage without a discipline has that of its team."""
    (detail,) = passed(stages, [("ann",)] * 9 + [("ann", "bob")])
    assert detail.startswith("9 of 10 tickets that passed through several disciplines kept one assignee")


def test_assignees_who_change_are_no_doubt() -> None:
    """Two of ten are enough."""
    assert passed(("Build", "Test"), [("ann",)] * 8 + [("ann", "bob")] * 2) == []


def test_one_discipline_needs_one_assignee() -> None:
    """Nothing is handed over between development and development."""
    assert passed(("Build", "Fix"), [("ann",)] * 12) == []


def test_tickets_without_any_assignee_say_nothing() -> None:
    """Nobody is known: that is another doubt; and nine are too few to say."""
    assert passed(("Build", "Test"), [()] * 12) == []
    assert passed(("Build", "Test"), [("ann",)] * 9) == []
