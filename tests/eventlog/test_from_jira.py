"""Every trap of Jira's changelogs, one at a time."""

from typing import Any

import pandas as pd
import pytest

from tests.jira_bodies import assigned, history, issue, log_from_jira, moved, status, user
from vsm.eventlog.jira_fields import kind_of_item
from vsm.eventlog.log import Log, merge_logs
from vsm.tables import EVENTS, NAMES, QUALITY, TICKETS, check


def told(log: Log, kind: str) -> list[list[Any]]:
    """The events of one kind as [day-hour, before, after, actor]."""
    rows = log.events[log.events["kind"] == kind].to_dict("records")
    sides = ("before", "after", "actor")
    return [[f"{row['at']:%d.%H}", *(None if pd.isna(row[s]) else row[s] for s in sides)] for row in rows]


def doubts(log: Log) -> list[tuple[str, str]]:
    return list(zip(log.quality["check"].astype("str"), log.quality["level"].astype("str"), strict=True))


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        ({"field": "Stav", "fieldId": "status"}, "status"),
        ({"field": "status", "fieldtype": "jira"}, "status"),
        ({"field": "Status"}, "status"),
        ({"field": "Status", "fieldtype": "custom"}, None),
        ({"field": "Status", "fieldId": "customfield_10500"}, None),
        ({"field": "Priority", "fieldId": "customfield_7", "fieldtype": "custom"}, None),
        ({"field": "Resolution", "fieldtype": "custom"}, None),
        ({"field": "Link", "fieldId": "customfield_8"}, None),
        ({"field": "Key", "fieldtype": "custom"}, None),
        ({"field": "Assignee", "fieldtype": "custom"}, None),
        ({"field": "Parent", "fieldtype": "custom"}, None),
        ({"field": "Schlüssel", "fieldId": "issuekey", "fieldtype": "jira"}, "move"),
        ({"field": "Key", "fieldtype": "jira"}, "move"),
        ({"field": "Link", "fieldtype": "jira"}, "link"),
        ({"field": "Sprint", "fieldtype": "custom", "fieldId": "customfield_1"}, "sprint"),
        ({"field": "labels", "fieldtype": "jira", "fieldId": "labels"}, None),
    ],
)
def test_the_id_of_a_field_goes_before_its_name(item: dict[str, str], kind: str | None) -> None:
    """A custom field of a system field's name is not that field; bodies with neither id nor type go by name."""
    assert kind_of_item(item) == kind


CHECKED = {"fieldtype": "custom", "fieldId": "customfield_10021", "to": "[10019]", "from": None}


@pytest.mark.parametrize(
    ("field", "option"),
    [
        ("Markiert", "Hindernis"), ("Sinalizado", "Impedimento"), ("Marqué", "Entrave"), ("フラグ付き", "障害"),
        ("Oflagowane", "Przeszkoda"), ("Отмечено", "Препятствие"), ("Blocker?", "Překážka"), ("Stopp", "Hinder"),
    ],
)  # fmt: skip
def test_the_flag_is_known_in_any_language(field: str, option: str) -> None:
    """By its name, or by the option that is checked in it."""
    flagged = history(5, "2026-01-06T09:00:00.000+0000", CHECKED | {"field": field, "toString": option})
    assert told(log_from_jira([issue(1, flagged)]), "flag") == [["06.09", None, option, "jira:person-01"]]


@pytest.mark.parametrize(
    "item",
    [
        {"field": "Reason", "to": "10019", "toString": "Impediment", "fieldtype": "custom"},
        CHECKED | {"field": "Platforms", "toString": "Web, Mobile"},
        {"field": "Hindernis", "to": None, "toString": "Regen", "fieldtype": "custom"},
    ],
)
def test_other_fields_are_no_flag(item: dict[str, Any]) -> None:
    """A list with such an entry, other checkboxes, and a text field of an option's name."""
    assert kind_of_item(item) is None


def test_the_workflow_file_names_fields_on_flow() -> None:
    """By id or by name, in any case; no other field is taken for them, whatever a live Jira said."""
    changes = [
        CHECKED | {"field": "Sperre", "fieldId": "customfield_1", "toString": "ja"},
        CHECKED | {"field": "Flagged", "fieldId": "customfield_2", "toString": "Impediment"},
        {"field": "Squad", "fieldId": "customfield_3", "from": None, "to": "7", "toString": "Web"},
    ]
    site = {"type": "site", "roles": {"customfield_2": "flag"}}
    body = issue(1, history(5, "2026-01-06T09:00:00.000+0000", *changes))
    for fields in ({"flag": "customfield_1", "team": "squad"}, {"flag": "SPERRE", "team": "customfield_3"}):
        log = log_from_jira([site, body], fields=fields)
        assert [row[2] for row in told(log, "flag")] == ["ja"]
        assert [row[2] for row in told(log, "team")] == ["jira:7"]


def test_a_field_that_is_only_called_so_is_none_where_the_site_names_another() -> None:
    """The site's list says which one is the sprint; a changelog without ids goes by the name."""
    site = {"type": "site", "roles": {"customfield_1": "sprint"}}
    mine = {"field": "Iteration", "fieldId": "customfield_1", "to": "8", "toString": "Sprint 8"}
    other = {"field": "Sprint", "fieldId": "customfield_2", "to": "9", "toString": "Next"}
    old = {"field": "Sprint", "fieldtype": "custom", "to": "10", "toString": "Sprint 10"}
    changes = [
        history(n, f"2026-01-0{n}T09:00:00.000+0000", item) for n, item in ((5, mine), (6, other), (7, old))
    ]
    log = log_from_jira([site, issue(1, *changes)])
    assert [row[2] for row in told(log, "sprint")] == ["8", "10"]


def test_first_status_is_the_first_changes_from() -> None:
    """The changelog lacks the first state: it is what the first change left."""
    log = log_from_jira([issue(1, history(5, "2026-01-06T09:00:00.000+0000", moved("1", "3")), now="3")])
    assert told(log, "status") == [
        ["05.09", None, "jira:1", "jira:person-09"],
        ["06.09", "jira:1", "jira:3", "jira:person-01"],
    ]


def test_first_status_without_changes_is_the_current_one() -> None:
    """A ticket whose status never changed has been in it since creation."""
    assert told(log_from_jira([issue(1)]), "status") == [["05.09", None, "jira:1", "jira:person-09"]]


def test_first_assignee_is_todays_where_none_changed() -> None:
    """An assignee without a change was there from the beginning."""
    log = log_from_jira([issue(1, assignee=user("person-02"))])
    assert told(log, "assignee") == [["05.09", None, "jira:person-02", "jira:person-09"]]


def test_nobody_assigned_first_where_the_first_change_comes_from_nobody() -> None:
    """A first assignment from nobody means that nobody was assigned at creation."""
    log = log_from_jira([issue(1, history(5, "2026-01-06T09:00:00.000+0000", assigned(None, "person-02")))])
    assert told(log, "assignee") == [["06.09", None, "jira:person-02", "jira:person-01"]]


def test_order_follows_time_then_history_then_place() -> None:
    """Cloud embeds newest first, imports number histories against time: both come out in order."""
    late = history(4, "2026-01-08T09:00:00.000+0000", moved("3", "6"))
    early = history(9, "2026-01-06T09:00:00.000+0000", moved("1", "3"))
    log = log_from_jira([issue(1, late, early, now="6")])
    assert [row[2] for row in told(log, "status")] == ["jira:1", "jira:3", "jira:6"]
    assert doubts(log) == []


def test_equal_instants_are_ranked_by_history_number_and_place() -> None:
    """Two histories of one instant keep the order of their numbers; seq counts from 0."""
    one = history(10, "2026-01-06T09:00:00.000+0000", moved("3", "6"))
    two = history(9, "2026-01-06T09:00:00.000+0000", assigned(None, "person-02"), moved("1", "3"))
    rows = log_from_jira([issue(1, one, two, now="6")]).events.query("at.dt.day == 6")
    assert list(zip(rows["ref"], rows["seq"], strict=True)) == [("9", 0), ("9", 1), ("10", 2)]


def test_zones_and_epoch_milliseconds_become_utc() -> None:
    """Offsets are the user's, the bulk changelog counts milliseconds; all become UTC."""
    zoned = history(5, "2026-01-06T09:00:00.000+0800", moved("1", "3"))
    counted = history(6, "", moved("3", "6"))
    log = log_from_jira([issue(1, zoned, counted | {"created": 1767776400000}, now="6")])
    assert [row[0] for row in told(log, "status")] == ["05.09", "06.01", "07.09"]


def test_names_are_kept_for_each_id() -> None:
    """A renamed status keeps every name it had, the latest last, with the tracker's category."""
    old = moved("1", "3") | {"fromString": "New"}
    log = log_from_jira([issue(1, history(5, "2026-01-06T09:00:00.000+0000", old)), issue(2)])
    rows = log.names[(log.names["id"] == "jira:1")].sort_values("last")
    assert rows["name"].tolist() == ["New", "Open"]
    assert rows["category"].astype("str").tolist()[1] == "queue"


def test_moved_ticket_keeps_its_id_and_old_key() -> None:
    """A move between projects changes the key, never the ticket; it is an event and a note."""
    move = {"field": "Key", "from": None, "fromString": "XY-4", "to": None, "toString": "AB-1"}
    log = log_from_jira([issue(1, history(5, "2026-01-06T09:00:00.000+0000", move))])
    assert told(log, "move") == [["06.09", "XY-4", "AB-1", "jira:person-01"]]
    assert doubts(log) == [("moved ticket", "note")]


def test_self_transition_stays_an_event_and_is_noted() -> None:
    """A move onto itself is kept, and changes no state."""
    log = log_from_jira([issue(1, history(5, "2026-01-06T09:00:00.000+0000", moved("1", "1")))])
    assert len(told(log, "status")) == 2
    assert doubts(log) == [("self transition", "note")]


def test_missing_author_names_nobody() -> None:
    """A history without author has no actor."""
    log = log_from_jira(
        [issue(1, history(5, "2026-01-06T09:00:00.000+0000", moved("1", "3"), by=None), now="3")]
    )
    assert told(log, "status")[1][3] is None
    assert doubts(log) == [("missing author", "note")]


def test_null_ends_of_a_status_change_are_told() -> None:
    """A status change from nothing is told; the ticket is taken to have been there from the start."""
    log = log_from_jira([issue(1, history(5, "2026-01-06T09:00:00.000+0000", moved(None, "3")), now="3")])
    assert ("status from or to nothing", "warning") in doubts(log)
    assert [row[2] for row in told(log, "status")] == ["jira:3", "jira:3"]


def test_truncated_changelog_is_a_fault() -> None:
    """Fewer histories than ``total`` says lose the oldest changes, so the first state would be wrong."""
    body = issue(1, history(5, "2026-01-06T09:00:00.000+0000", moved("1", "3")), now="3")
    body["changelog"]["total"] = 40
    assert doubts(log_from_jira([body])) == [("truncated changelog", "fault")]


def test_broken_chain_and_wrong_end_are_told() -> None:
    """Left what was never entered: a warning; ended where it is not: a fault."""
    first = history(5, "2026-01-06T09:00:00.000+0000", moved("1", "3"))
    second = history(6, "2026-01-07T09:00:00.000+0000", moved("1", "3"))
    log = log_from_jira([issue(1, first, second, now="6")])
    assert doubts(log) == [("broken chain of statuses", "warning"), ("history ends elsewhere", "fault")]


def test_events_before_creation_start_the_life_earlier() -> None:
    """Imports are created later than their first change: the life begins with the first."""
    log = log_from_jira([issue(1, history(5, "2026-01-02T09:00:00.000+0000", moved("1", "3")), now="3")])
    assert log.tickets["created"].tolist() == [pd.Timestamp("2026-01-02T09:00", tz="UTC")]
    assert doubts(log) == [("events before creation", "warning")]


def test_a_history_without_an_instant_costs_the_ticket() -> None:
    """Without the change its life would be wrong; missing and named is better."""
    log = log_from_jira([issue(1, history(5, "soon", moved("1", "3")), now="3"), issue(2)])
    assert doubts(log) == [("unreadable document", "fault")]
    assert log.tickets["key"].tolist() == ["AB-2"]


def test_workflow_migration_marks_its_status_change() -> None:
    """A status change that shares its history with Workflow is clean-up, not flow."""
    workflow = {"field": "Workflow", "from": "1", "fromString": "old", "to": "2", "toString": "new"}
    log = log_from_jira(
        [issue(1, history(5, "2026-01-06T09:00:00.000+0000", workflow, moved("1", "3")), now="3")]
    )
    assert log.events.loc[log.events["kind"] == "status", "bulk"].tolist() == [False, True]


WORKFLOW = {"field": "Workflow", "from": "1", "fromString": "old", "to": "2", "toString": "new"}
KEY = {"field": "Key", "from": None, "fromString": "OLD-1", "to": None, "toString": "AB-1"}


@pytest.mark.parametrize(
    ("first", "second", "at", "by", "bulk"),
    [
        ([WORKFLOW], [moved("1", "3")], "09:00:00", "person-01", True),
        ([moved("1", "3")], [WORKFLOW], "09:00:00", "person-01", True),
        ([WORKFLOW], [moved("1", "3")], "09:00:01", "person-01", False),
        ([WORKFLOW], [moved("1", "3")], "09:00:00", "person-02", False),
        ([WORKFLOW, moved("1", "3")], [KEY], "09:00:00", "person-01", False),
        ([KEY], [moved("1", "3"), WORKFLOW], "09:00:00", "person-01", False),
    ],
)
def test_what_one_author_writes_in_one_instant_is_one_change(
    first: list[dict[str, Any]],
    second: list[dict[str, Any]],
    at: str,
    by: str,
    bulk: bool,
) -> None:
    """A migration of the workflow, or a move between projects, may be two histories."""
    histories = (
        history(5, "2026-01-06T09:00:00.000+0000", *first),
        history(6, f"2026-01-06T{at}.000+0000", *second, by=by),
    )
    log = log_from_jira([issue(1, *histories, now="3")])
    assert log.events.loc[log.events["kind"] == "status", "bulk"].tolist() == [False, bulk]


def test_comments_and_work_logs_are_touches_without_text() -> None:
    """Instants and authors are taken, the text never is."""
    note = {
        "id": "8",
        "created": "2026-01-06T10:00:00.000+0000",
        "author": user("person-03"),
        "body": "secret",
    }
    log = log_from_jira(
        [issue(1, comment={"comments": [note]}, worklog={"worklogs": [note | {"started": note["created"]}]})]
    )
    assert told(log, "comment") == [["06.10", None, None, "jira:person-03"]]
    assert told(log, "worklog") == [["06.10", None, None, "jira:person-03"]]
    assert "secret" not in log.events.to_csv()


def test_cloud_accounts_are_known_by_account_id() -> None:
    """On Cloud an account is its accountId; the display name is a name it bears."""
    log = log_from_jira([issue(1, creator={"accountId": "5b10", "displayName": "Person 05"})])
    assert log.events["actor"].astype("str").unique().tolist() == ["jira:5b10"]
    assert "Person 05" in log.names["name"].tolist()


def test_renamed_field_is_known_by_its_id() -> None:
    """``fieldId`` is stable where the field's name is translated."""
    item = moved("1", "3") | {"field": "Stav", "fieldId": "status"}
    log = log_from_jira([issue(1, history(5, "2026-01-06T09:00:00.000+0000", item), now="3")])
    assert len(told(log, "status")) == 2


def test_tables_keep_their_promises_and_empty_input_is_empty() -> None:
    """All tables pass their schema; nothing in gives nothing out."""
    log = log_from_jira([issue(1, history(5, "2026-01-06T09:00:00.000+0000", moved("1", "3")), now="3")])
    for frame, table in (
        (log.tickets, TICKETS),
        (log.events, EVENTS),
        (log.names, NAMES),
        (log.quality, QUALITY),
    ):
        check(frame, table)
    assert log_from_jira([]).events.empty
    assert log.tickets["url"].tolist() == ["https://jira.example.org/browse/AB-1"]


def test_status_without_id_is_known_by_name() -> None:
    """A body whose status has no id still has a state."""
    body = issue(1)
    body["fields"]["status"] = {"name": "Open"} | {"statusCategory": status("1")["statusCategory"]}
    assert told(log_from_jira([body]), "status")[0][2] == "jira:Open"


def test_a_worklog_dated_before_the_ticket_moves_no_beginning() -> None:
    """A slip of the hand by two years is told, and costs no two years of lead time."""
    note = {"id": "8", "started": "2024-01-05T09:00:00.000+0000", "author": user("person-02")}
    log = log_from_jira([issue(1, worklog={"worklogs": [note]})])
    assert log.tickets["created"].tolist() == [pd.Timestamp("2026-01-05T09:00", tz="UTC")]
    assert doubts(log) == [("touch before creation", "note")]


def test_a_status_without_a_name_is_called_by_its_id() -> None:
    """Else the time in it would be counted to the status before."""
    bare = {"field": "status", "from": "1", "to": "3"}
    log = log_from_jira([issue(1, history(5, "2026-01-06T09:00:00.000+0000", bare), now="6")])
    names = log.names[log.names["kind"] == "status"].set_index("id")["name"].to_dict()
    assert names == {"jira:1": "jira:1", "jira:3": "jira:3", "jira:6": status("6")["name"]}


def test_two_sites_histories_of_one_number_are_two() -> None:
    """Exports put together by hand may hold one history id twice; no ticket loses its own."""
    moves = history(5, "2026-01-06T09:00:00.000+0000", moved("1", "3"))
    log = merge_logs(log_from_jira([issue(1, moves, now="3"), issue(2, moves, now="3")]))
    assert len(log.events[log.events["kind"] == "status"]) == 4
