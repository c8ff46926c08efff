"""Any tracker's export tells a log, step by step."""

from typing import Any

from vsm.eventlog.from_tables import log_from_table
from vsm.tables import EVENTS, NAMES, TICKETS, check


def row(
    line: int, at: str, status: str, holder: str | None = None, team: str | None = None
) -> dict[str, Any]:
    return {"line": line, "at": at, "status": status, "holder": holder, "team": team, "actor": None}


CASE = {
    "ticket": "7", "type": "Claim", "summary": None,
    "rows": [
        row(2, "2026-01-05T08:00:00+00:00", "New"),
        row(3, "2026-01-06T08:00:00+00:00", "Review", "dev-1", "web"),
        row(4, "2026-01-06T09:00:00+00:00", "Review", "dev-2", "web"),
    ],
}  # fmt: skip


def test_rows_become_changes_of_status_holder_and_team() -> None:
    """Only what changes is an event; the holder of a step is the one who did it."""
    log = log_from_table([CASE], source="table:desk")
    rows = log.events[["kind", "after", "actor"]].astype("str").fillna("-").to_numpy().tolist()
    assert rows == [
        ["created", "-", "-"],
        ["status", "table:desk:New", "-"],
        ["status", "table:desk:Review", "table:desk:dev-1"],
        ["assignee", "table:desk:dev-1", "table:desk:dev-1"],
        ["team", "web", "table:desk:dev-1"],
        ["assignee", "table:desk:dev-2", "table:desk:dev-2"],
    ]


def test_tables_keep_their_promises() -> None:
    """Tickets, events and names pass their schema; names are those of the export."""
    log = log_from_table([CASE], source="table:desk")
    check(log.tickets, TICKETS), check(log.events, EVENTS), check(log.names, NAMES)
    assert sorted(log.names["name"]) == ["New", "Review", "dev-1", "dev-2"]


def test_bad_rows_are_told_by_line() -> None:
    """What was left out on request is in QUALITY, with its line."""
    log = log_from_table([{"bad_rows": [{"line": 9, "reason": "no time"}]}], source="table:desk")
    assert log.quality["detail"].tolist() == ["line 9 left out: no time"]


def test_components_labels_and_amounts_are_read_where_they_are_mapped() -> None:
    """Semicolons separate; an amount that is no number is missing and told."""
    about = {"components": "Web;Search ; Web", "labels": None, "value": "12.5", "cost_of_delay": "a lot"}
    log = log_from_table([CASE | about, CASE | {"ticket": "8"}], source="table:desk")
    (row, plain) = check(log.tickets, TICKETS).astype({"components": "object"}).to_dict("records")
    assert (row["components"], row["value"]) == ("Web; Search", 12.5)
    assert log.tickets[["labels", "cost_of_delay"]].isna().all(axis=None)
    assert log.tickets["components"].isna().tolist() == [False, True]
    assert plain["key"] == "8"
    assert log.quality["detail"].tolist() == ["7: its cost of delay is 'a lot', no number; taken as missing"]


def test_a_resolution_is_an_event_of_the_last_row() -> None:
    """So that a ticket that was closed as a duplicate counts as discarded."""
    log = log_from_table([CASE | {"resolution": "Duplicate"}], source="table:desk")
    rows = log.events[["kind", "at", "after"]].astype("str").to_numpy().tolist()
    assert rows[-1] == ["resolution", "2026-01-06 09:00:00+00:00", "Duplicate"]
    check(log.events, EVENTS)
