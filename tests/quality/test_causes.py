"""Doubts about causes, each with its effect, on a few waits laid out by hand."""

from typing import Any

import pandas as pd

from tests.model.test_causes import HOUR, MONDAY, PIECES, lifecycles, waits
from vsm.quality.causes import check_causes, check_skipping
from vsm.tables import DURATION, EVENTS, VISITS, conform, empty


def told(pieces: pd.DataFrame, **tables: pd.DataFrame) -> dict[str, tuple[str, str]]:
    events, visits = tables.get("events", empty(EVENTS)), tables.get("visits", empty(VISITS))
    doubts = check_causes(pieces, visits, tables.get("lifecycles", lifecycles()), events, minimum=2)
    return {doubt.check: (doubt.level, doubt.detail) for doubt in doubts}


def acted(*hours: float, actor: str = "tester") -> pd.DataFrame:
    rows = [
        {"ticket": "a", "at": MONDAY + hour * HOUR, "kind": "comment", "actor": actor, "source": "jira",
         "ref": str(number), "seq": 0, "bulk": False}
        for number, hour in enumerate(hours)
    ]  # fmt: skip
    return conform(pd.DataFrame(rows), EVENTS)


def worked(touches: list[bool]) -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        {"ticket": "a", "n": n, "stage": "Build", "kind": "work", "entered": MONDAY, "left": MONDAY + HOUR,
         "elapsed": HOUR, "first_touch": MONDAY if touched else None, "revisit": False, "bulk": False}
        for n, touched in enumerate(touches)
    ]  # fmt: skip
    return conform(pd.DataFrame(rows).astype({"first_touch": "datetime64[us, UTC]"}), VISITS)


def test_idle_is_unknown_where_nobody_left_a_trace() -> None:
    """Two of 15 working hours; the tester is nowhere in the log."""
    level, detail = told(waits().assign(team=pd.Series(None, index=range(7), dtype="category")))[
        "unexplained waiting"
    ]
    assert level == "note"
    assert "explains 13 % of waiting" in detail
    assert "of which 100 % was for nobody known, or for persons who left no trace" in detail


def test_a_receiver_who_left_traces_is_known() -> None:
    """One comment suffices."""
    pieces = waits().assign(team=pd.Series(None, index=range(7), dtype="category"))
    assert "of which 0 % was for nobody known" in told(pieces, events=acted(1))["unexplained waiting"][1]


def test_much_that_is_idle_is_a_warning() -> None:
    """All of it."""
    assert told(waits(PIECES[:1]))["unexplained waiting"][0] == "warning"


def test_work_without_a_trace_is_counted() -> None:
    """One of four visits."""
    level, detail = told(waits(), visits=worked([True, True, True, False]))["work without a trace"]
    assert level == "warning"
    assert detail.startswith("1 of 4 visits")


def test_what_never_was_in_work_is_all_waiting() -> None:
    """b's 14 of 42 hours of lead time."""
    rows = lifecycles()
    rows.loc[1, "started"] = pd.NaT
    assert "1 of 2 delivered tickets" in told(waits(), lifecycles=rows)["straight to done"][1]
    assert "33 % of the total" in told(waits(), lifecycles=rows)["straight to done"][1]


def test_clean_up_is_left_out_and_counted() -> None:
    """a's first two hours of 34."""
    pieces = waits()
    pieces.loc[0, "bulk"] = True
    assert told(pieces)["clean-up in waits"][1].startswith("6 % of the waiting")


def test_days_without_times_are_seen() -> None:
    """Midnight is fifteen hours after nine."""
    assert "days without times" in told(waits(), events=acted(15, 39, 3))
    assert "days without times" not in told(waits(), events=acted(1, 2, 3))


def test_under_the_minimum_nothing_is_told() -> None:
    """Two delivered tickets are too few by default."""
    assert check_causes(waits(), empty(VISITS), lifecycles(), empty(EVENTS)) == []


def test_a_stage_that_most_skip_tells_of_few() -> None:
    """Of eleven delivered tickets one went through Review, for one hour of all; Build saw them all.

    Time in Done, until now, is no part of it, nor is that in Build, which leaves 64 bits in all.
    """
    tickets = [f"t{number:02}" for number in range(11)]
    stayed = [(ticket, "Build") for ticket in tickets] + [("t00", "Review")]
    long = pd.Timedelta(days=90_000_000)
    visits = pd.DataFrame(
        {"ticket": [t for t, _ in stayed], "stage": [s for _, s in stayed], "kind": "work", "elapsed": long}
    ).astype({"elapsed": DURATION})
    visits["elapsed"] = visits["elapsed"].mask(visits["stage"] == "Review", HOUR)
    ages = {"ticket": tickets, "stage": "Done", "kind": "done", "elapsed": long}
    visits = pd.concat([visits, pd.DataFrame(ages).astype({"elapsed": DURATION})]).astype(
        {"elapsed": DURATION}
    )
    done = pd.DataFrame({"ticket": tickets, "finished": MONDAY, "bulk": False, "lead": 2 * HOUR})
    stages = pd.DataFrame(
        {"stage": ["Build", "Review", "Nowhere", "Done"], "kind": ["work", "work", "work", "done"]}
    )
    (doubt,) = check_skipping(visits, done, stages=stages, minimum=2)
    assert (doubt.check, doubt.ref) == ("stage skipped by most", "Review")
    assert doubt.detail.startswith(
        "few delivered tickets were ever in 'Review': 1 of 11, with 5 % of all lead time"
    )
