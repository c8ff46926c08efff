"""The costliest handoffs and the ticket that shows each, on handoffs laid out by hand."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.share import share
from vsm.model.handoffs import handoff_stories
from vsm.tables import BLOCKS, CAUSES, HANDOFFS, TICKETS, VISITS, WAITS, conform, empty

HOUR = pd.Timedelta(hours=1)
START = pd.Timestamp("2026-01-05T09:00", tz="UTC")
NOW = START + 10_000 * HOUR


def stories(*waited: tuple[str, str, int], teams: bool = True, **words: Any) -> pd.DataFrame:
    """The stories of handoffs (sender, receiver, hours waited), each of a ticket of its own: t0, t1, …"""
    tickets = [f"t{number}" for number in range(len(waited))]
    side = "team" if teams else "stage"
    rows = [
        {
            "handoff": number, "ticket": tickets[number], "given": START, "taken": START + hours * HOUR,
            "from_stage": "Build", "to_stage": "Test", "wait": hours * HOUR, "person": True, "team": teams,
            "discipline": False, "back": False, f"from_{side}": sender, f"to_{side}": receiver,
        }
        for number, (sender, receiver, hours) in enumerate(waited)
    ]  # fmt: skip
    pieces = [
        {
            "ticket": tickets[number], "n": 1, "handoff": number, "stage": "Queue", "cause": cause,
            "receiver": "tester", "start": START + first * HOUR, "end": START + last * HOUR,
            "elapsed": (last - first) * HOUR, "working": (last - first) * HOUR, "bulk": False,
        }
        for number, (_, _, hours) in enumerate(waited)
        for cause, first, last in (("at capacity", 0, hours - 1), ("unexplained", hours - 1, hours))
        if last > first >= 0
    ]  # fmt: skip
    about = [
        {"ticket": ticket, "key": ticket.upper(), "summary": f"Do {ticket}", "created": START}
        for ticket in tickets
    ]
    lifecycles = pd.DataFrame({"ticket": tickets, "bulk": False, "lead": 1000 * HOUR})
    return handoff_stories(
        conform(pd.DataFrame(rows), HANDOFFS) if rows else empty(HANDOFFS),
        conform(pd.DataFrame(pieces), WAITS) if pieces else empty(WAITS),
        lifecycles.assign(finished=START + 1000 * HOUR),
        visits=empty(VISITS),
        blocks=empty(BLOCKS),
        tickets=conform(pd.DataFrame(about), TICKETS) if about else empty(TICKETS),
        as_of=NOW,
        **({"minimum": 1} | words),
    )


def test_the_costliest_pair_comes_first() -> None:
    """By all hours waited, not by the single longest."""
    found = stories(("web", "qa", 30), ("web", "qa", 30), ("qa", "ops", 50))
    assert found[["from", "to", "handoffs"]].to_numpy().tolist() == [["web", "qa", 2], ["qa", "ops", 1]]


def test_a_story_is_of_the_wait_at_85_percent() -> None:
    """Of ten waits of 1 to 10 hours it is the ninth; those that did not wait at all are not in it."""
    waits = [("web", "qa", hours) for hours in (3, 1, 2, 9, 4, 10, 5, 7, 6, 8, 0, 0, 0)]
    (told,) = stories(*waits).to_dict("records")
    assert told["waited"] == 9 * HOUR
    assert (told["key"], told["summary"]) == ("T3", "Do t3")
    assert (told["given"], told["taken"]) == (START, START + 9 * HOUR)
    assert (told["at capacity"], told["unexplained"], told["blocked"]) == (8 * HOUR, HOUR, 0 * HOUR)


def test_pairs_of_few_tickets_are_not_told() -> None:
    """Under the minimum nothing is said of them."""
    found = stories(("web", "qa", 3), ("web", "qa", 3), ("qa", "ops", 50), minimum=2)
    assert found["to"].tolist() == ["qa"]


def test_without_teams_stages_are_told() -> None:
    """A tracker that knows no team has stages still."""
    found = stories(("Build", "Test", 3), teams=False)
    assert found[["side", "from", "to"]].to_numpy().tolist() == [["stage", "Build", "Test"]]


def test_handoffs_that_nothing_waited_for_are_not_told() -> None:
    """They cost nothing."""
    assert stories(("web", "qa", 0)).empty
    assert stories().empty


@pytest.mark.slow
def test_no_more_than_asked() -> None:
    """Three by default."""
    pairs = [("web", team, 3) for team in ("a", "b", "c", "d")]
    assert len(stories(*pairs)) == 3
    assert len(stories(*pairs, most=1)) == 1


@pytest.mark.slow
@settings(max_examples=share(6, of=500))
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("ab"), st.integers(0, 40)), max_size=12))
def test_causes_sum_to_the_wait(waited: list[tuple[str, str, int]]) -> None:
    """Every hour of a story has one cause; and it is a wait of its own pair."""
    for told in stories(*waited).to_dict("records"):
        assert sum((told[cause] for cause in CAUSES), pd.Timedelta(0)) == told["waited"]
        mine = [
            hours for sender, receiver, hours in waited if (sender, receiver) == (told["from"], told["to"])
        ]
        assert told["waited"] / HOUR in mine
