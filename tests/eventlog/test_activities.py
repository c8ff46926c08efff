"""Activities with a start and an end: work, waiting between, and what overlaps."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from vsm.eventlog.activities import Activities, steps_of
from vsm.eventlog.from_tables import log_from_table
from vsm.tables import EVENTS, NAMES, check


def row(line: int, status: str, at: str, end: str | None, holder: str | None = None) -> dict[str, Any]:
    times = {"at": f"2026-01-05T{at}:00+00:00", "end": end and f"2026-01-05T{end}:00+00:00"}
    return {"line": line, "status": status, "holder": holder, "team": None, "actor": None, **times}


def steps(*rows: dict[str, Any]) -> list[tuple[str, str]]:
    return [(step["at"][11:16], step["status"]) for step in steps_of(rows, Activities())]


def test_between_activities_a_ticket_waits_for_the_next() -> None:
    """And after the last it has ended; whoever ended the former moved it there."""
    rows = [row(2, "Check", "09:00", "10:00", "anna"), row(3, "Ship", "12:00", "13:00", "bob")]
    assert steps(*rows) == [
        ("09:00", "Check"), ("10:00", "Waiting for Ship"), ("12:00", "Ship"), ("13:00", "Ended with Ship"),
    ]  # fmt: skip
    assert [step["actor"] for step in steps_of(rows, Activities())] == [None, "anna", None, "bob"]


def test_what_overlaps_counts_once_for_the_activity_that_began_last() -> None:
    """A ticket returns to the one that lasts longer."""
    assert steps(row(2, "A", "09:00", "12:00"), row(3, "B", "11:00", "13:00")) == [
        ("09:00", "A"), ("11:00", "B"), ("13:00", "Ended with B"),
    ]  # fmt: skip
    assert steps(row(2, "A", "09:00", "17:00"), row(3, "B", "11:00", "12:00")) == [
        ("09:00", "A"), ("11:00", "B"), ("12:00", "A"), ("17:00", "Ended with A"),
    ]  # fmt: skip
    assert steps(row(2, "A", "09:00", "17:00"), row(3, "B", "10:00", "12:00"), row(4, "C", "14:00", "15:00")) == [
        ("09:00", "A"), ("10:00", "B"), ("12:00", "A"), ("14:00", "C"), ("15:00", "A"), ("17:00", "Ended with A"),
    ]  # fmt: skip


def test_activities_of_no_length_and_without_an_end_stay() -> None:
    """An open one lasts until the next begins, the last for good."""
    assert steps(row(2, "A", "09:00", "09:00"), row(3, "B", "09:00", None), row(4, "C", "11:00", None)) == [
        ("09:00", "A"), ("09:00", "B"), ("11:00", "C"),
    ]  # fmt: skip


def test_rows_that_follow_each_other_within_a_second_leave_no_gap() -> None:
    """Exports cut fractions of seconds."""
    last = row(2, "A", "09:00", None) | {"end": "2026-01-05T09:59:59+00:00"}
    assert steps(last, row(3, "B", "10:00", None)) == [("09:00", "A"), ("10:00", "B")]


def test_activities_are_work_and_stays_in_a_status_are_not_known() -> None:
    """With gaps between them, rows are activities; rows that tile a life may be queues as well."""
    apart = [row(2, "Check", "09:00", "10:00"), row(3, "Ship", "12:00", "13:00")]
    tiled = [row(2, "Open", "09:00", "10:00"), row(3, "Doing", "10:00", None)]
    kinds = []
    for rows in (apart, tiled):
        log = log_from_table([{"ticket": "7", "rows": rows}], source="table:x")
        check(log.events, EVENTS), check(log.names, NAMES)
        kinds.append(
            dict(zip(log.names["name"], log.names["category"].astype("object").fillna("-"), strict=True))
        )
    assert kinds == [
        {"Check": "work", "Waiting for Ship": "queue", "Ship": "work", "Ended with Ship": "done"},
        {"Open": "-", "Doing": "-"},
    ]


def test_overlaps_open_ends_and_the_end_of_cases_are_reported() -> None:
    """Each with its size."""
    rows = [row(2, "A", "09:00", "12:00"), row(3, "B", "11:00", None), row(4, "C", "13:00", "14:00")]
    log = log_from_table([{"ticket": "7", "rows": rows}, {"ticket": "8", "rows": rows[:1]}], source="table:x")
    details = dict(zip(log.quality["check"], log.quality["detail"], strict=True))
    assert details["overlapping activities"].startswith(
        "1 of 2 tickets have activities that overlap, for 1.0 h in total"
    )
    assert details["activity without an end"].startswith("1 activity has no end")
    assert details["end of activities"].startswith(
        "2 tickets count as done from the end of the last activity on: A (1), C (1);"
    )


def test_a_ticket_that_was_lost_is_not_done() -> None:
    """Its case was aborted."""
    log = log_from_table(
        [{"ticket": "7", "rows": [row(2, "A", "09:00", "12:00") | {"gone": True}]}], source="table:x"
    )
    assert log.events["kind"].astype("str").tolist() == ["created", "status", "delete"]


SPANS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 8)), min_size=1, max_size=8)


@given(SPANS)
@settings(max_examples=60, deadline=None)
def test_time_in_activities_is_the_time_that_any_of_them_lasted(spans: list[tuple[int, int]]) -> None:
    """Whatever overlaps: steps in order, and each hour of work counted once."""
    rows = [
        row(number, f"A{number}", f"{0:02}:00", "00:00")
        | {"at": f"2026-01-{5 + begin // 24:02}T{begin % 24:02}:00:00+00:00", "end": f"2026-01-{5 + (begin + long) // 24:02}T{(begin + long) % 24:02}:00:00+00:00"}
        for number, (begin, long) in enumerate(sorted(spans))
    ]  # fmt: skip
    hours = {hour for begin, long in spans for hour in range(begin, begin + long)}
    found = steps_of(rows, Activities())
    times = [(int(step["at"][8:10]) - 5) * 24 + int(step["at"][11:13]) for step in found]
    assert times == sorted(times)
    worked = sum(
        after - before
        for before, after, step in zip(times, times[1:], found, strict=False)
        if not step["status"].startswith("Waiting")
    )
    assert worked == len(hours)
    assert found[-1]["status"].startswith("Ended with")


def test_who_does_an_activity_is_not_assigned_while_a_ticket_waits() -> None:
    """They moved it there; only a change of hands within an activity is an assignment."""
    rows = [
        row(2, "A", "09:00", "10:00", "anna"),
        row(3, "A", "10:00", "11:00", "bob"),
        row(4, "B", "12:00", None, "carl"),
    ]
    log = log_from_table([{"ticket": "7", "rows": rows}], source="table:x")
    events = (
        log.events[["kind", "after", "actor"]]
        .astype("object")
        .fillna("-")
        .replace("table:x:", "", regex=True)
    )
    assert events.to_numpy().tolist() == [
        ["created", "-", "anna"],
        ["status", "A", "anna"],
        ["assignee", "bob", "bob"],
        ["status", "Waiting for B", "bob"],
        ["assignee", "-", "bob"],
        ["status", "B", "carl"],
    ]
