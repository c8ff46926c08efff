"""The single handoffs that waited longest, and the stages in which work lay, counted by hand."""

from typing import Any

import pandas as pd

from vsm.model.handoffs import costliest_handoffs, handoff_places
from vsm.tables import HANDOFFS, TICKETS, WAITS, conform

START = pd.Timestamp("2026-01-05", tz="UTC")
DAY = pd.Timedelta(days=1)


def handoffs_of(*days: float) -> pd.DataFrame:
    """One handoff a ticket, from web to qa, that waits so many days."""
    wait = pd.Series([day * DAY for day in days])
    tickets = [f"jira:{number}" for number in range(len(days))]
    same: dict[str, Any] = {
        "from_stage": "Build", "to_stage": "Test", "from_team": "web", "to_team": "qa",
        "from_holder": "one", "to_holder": "two", "person": True, "team": True, "discipline": False,
    }  # fmt: skip
    rows = pd.DataFrame({"handoff": range(len(days)), "ticket": tickets, "wait": wait})
    return conform(rows.assign(given=START, taken=START + wait, back=False, **same), HANDOFFS)


def lives_of(number: int, *, bulk: int = -1) -> pd.DataFrame:
    tickets = [f"jira:{n}" for n in range(number)]
    return pd.DataFrame({"ticket": tickets, "finished": START, "bulk": [n == bulk for n in range(number)]})


def tickets_of(number: int) -> pd.DataFrame:
    keys = [f"ABC-{n}" for n in range(number)]
    ids = [f"jira:{n}" for n in range(number)]
    urls = [f"https://example.org/browse/{key}" for key in keys]
    rows = pd.DataFrame({"ticket": ids, "key": keys, "url": urls}).reindex(columns=TICKETS.names)
    return conform(rows.assign(created=START, project="ABC"), TICKETS)


def test_the_longest_waits_come_first_with_key_and_address() -> None:
    """Three and five days of 1, 5, 3 and none; equal ones in their order; nobody is named."""
    found = costliest_handoffs(handoffs_of(1, 5, 3, 0, 5), lives_of(5), tickets=tickets_of(5), most=3)
    assert found["key"].tolist() == ["ABC-1", "ABC-4", "ABC-2"]
    assert found["url"][0] == "https://example.org/browse/ABC-1"
    assert found["wait"].tolist() == [5 * DAY, 5 * DAY, 3 * DAY]
    assert not [name for name in found.columns if "holder" in name]


def test_handoffs_without_a_wait_and_of_bulk_closed_tickets_are_left_out() -> None:
    """Of three, one took no time and one belongs to a ticket that a bulk edit closed."""
    found = costliest_handoffs(handoffs_of(0, 9, 2), lives_of(3, bulk=1), tickets=tickets_of(3))
    assert found["ticket"].tolist() == ["jira:2"]


def test_places_share_all_waiting_in_handoffs() -> None:
    """Three days in the queue and one hidden in Test; a wait of no handoff and an open ticket's do not count."""
    rows: list[tuple[str, int | None, str, int]] = [
        ("jira:0", 0, "Queue", 1),
        ("jira:1", 1, "Queue", 2),
        ("jira:1", 1, "Test", 1),
    ]
    rows += [("jira:0", None, "Queue", 7), ("jira:9", 2, "Test", 7)]
    frame = pd.DataFrame(rows, columns=["ticket", "handoff", "stage", "days"])
    elapsed = pd.to_timedelta(frame["days"], unit="D")
    frame["start"] = START + pd.to_timedelta(range(len(frame)), unit="D")
    times = {"end": frame["start"] + elapsed, "elapsed": elapsed}
    waits = conform(frame.assign(**times, n=0, bulk=False).reindex(columns=WAITS.names), WAITS)
    stages = pd.DataFrame({"stage": ["Test", "Queue"], "kind": ["work", "queue"], "position": [3, 2]})
    found = handoff_places(waits, lives_of(2), stages=stages)
    assert found.drop(columns="wait").to_numpy().tolist() == [
        ["Queue", "queue", 2, 2, 0.75],
        ["Test", "work", 1, 1, 0.25],
    ]
