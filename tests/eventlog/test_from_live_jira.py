"""What a live pull tells beside issues: parts of custom fields, names of statuses, and what is gone."""

from typing import Any

import pandas as pd
import pytest

from tests.jira_bodies import history, issue, log_from_jira, moved
from vsm.eventlog.fields import amount
from vsm.eventlog.jira_site import custom_value
from vsm.eventlog.log import Log, merge_logs
from vsm.tables import EVENTS, NAMES, QUALITY, TICKETS, check

SPRINT = "com.atlassian.greenhopper.service.sprint.Sprint@1f"
LATER = "2026-01-06T09:00:00.000+0000"


def site(**roles: str) -> dict[str, Any]:
    """What the pull learned: custom field → part."""
    return {"type": "site", "cloud": True, "base": "https://jira.example.org", "jql": "", "roles": roles}


def status(number: str, name: str, category: str) -> dict[str, str]:
    return {"type": "status", "id": number, "name": name, "category": category}


def gone(number: int, how: str = "deleted", noticed: str = "2026-03-02T08:00:00+00:00") -> dict[str, str]:
    return {"type": "gone", "issue": str(1000 + number), "how": how, "noticed": noticed}


def told(log: Log, *kinds: str) -> list[list[Any]]:
    """Events of these kinds as [kind, day-hour, before, after, actor, ref]."""
    rows = log.events[log.events["kind"].isin(kinds)].to_dict("records")
    words = ("before", "after", "actor", "ref")
    return [
        [row["kind"], f"{row['at']:%d.%H}", *(None if pd.isna(row[w]) else row[w] for w in words)]
        for row in rows
    ]


@pytest.mark.slow
def test_custom_fields_are_known_by_id_whatever_they_are_called() -> None:
    """Their names are translated; ids of teams and epics, and texts of flags, are taken as ever."""
    changes: list[dict[str, Any]] = [
        {"field": "Vlajka", "fieldId": "cf_1", "from": "", "to": "9", "toString": "Impediment"},
        {"field": "Etapa", "fieldId": "cf_2", "from": "38", "to": "38, 40", "toString": "One, Two"},
        {"field": "Parta", "fieldId": "cf_3", "from": "t1", "to": "t2", "toString": "Web"},
        {"field": "Epos", "fieldId": "cf_4", "from": None, "to": "1002", "toString": "AB-2"},
        {"field": "Body", "fieldId": "cf_5", "from": None, "to": None, "toString": "8"},
    ]
    body = issue(1, history(5, LATER, *changes))
    roles = site(cf_1="flag", cf_2="sprint", cf_3="team", cf_4="parent", cf_5="points")
    kinds = ("flag", "sprint", "team", "parent")
    assert told(log_from_jira([body, roles]), *kinds) == [
        ["sprint", "05.09", None, "38", "jira:person-09", "jira:1001/created"],
        ["team", "05.09", None, "jira:t1", "jira:person-09", "jira:1001/created"],
        ["flag", "06.09", None, "Impediment", "jira:person-01", "5"],
        ["sprint", "06.09", "38", "38, 40", "jira:person-01", "5"],
        ["team", "06.09", "jira:t1", "jira:t2", "jira:person-01", "5"],
        ["parent", "06.09", None, "jira:1002", "jira:person-01", "5"],
    ]
    assert told(log_from_jira([body]), *kinds) == []


@pytest.mark.slow
def test_a_field_with_another_part_is_not_known_by_its_name() -> None:
    """A field called Team that holds the objective moves no ticket to a team."""
    item = {"field": "Team", "fieldId": "cf_1", "from": "1", "fromString": "A", "to": "2", "toString": "B"}
    body = issue(1, history(5, LATER, item))
    assert told(log_from_jira([body, site(cf_1="objective")]), "team") == []
    assert len(told(log_from_jira([body]), "team")) == 2
    assert len(told(log_from_jira([body, site(cf_2="objective")]), "team")) == 2


def test_first_states_that_no_change_tells_are_todays() -> None:
    """Sprint, team, flag and epic lay on the ticket from the beginning, as far as anybody knows."""
    roles = site(cf_1="flag", cf_2="sprint", cf_3="team", cf_4="parent")
    custom: dict[str, Any] = {"cf_1": [{"id": "9", "value": "Impediment"}], "cf_2": [{"id": 38}, {"id": 40}]}
    custom |= {"cf_3": {"id": "t1", "name": "Web"}, "cf_4": "AB-2"}
    log = log_from_jira([issue(1, **custom), issue(2), roles])
    first = ["05.09", None]
    made = ["jira:person-09", "jira:1001/created"]
    assert told(log, "flag", "sprint", "team", "parent") == [
        ["sprint", *first, "38, 40", *made],
        ["parent", *first, "jira:1002", *made],
        ["team", *first, "jira:t1", *made],
        ["flag", *first, "Impediment", *made],
    ]
    assert log.tickets["parent"].astype("object").where(log.tickets["parent"].notna(), None).tolist() == [
        "jira:1002",
        None,
    ]


def test_what_a_change_tells_wins_over_todays_value() -> None:
    """Flagged since the 6th means not flagged before."""
    item = {"field": "Flagged", "fieldId": "cf_1", "from": "", "to": "9", "toString": "Impediment"}
    body = issue(1, history(5, LATER, item), cf_1=[{"value": "Impediment"}])
    assert [row[:2] for row in told(log_from_jira([body, site(cf_1="flag")]), "flag")] == [["flag", "06.09"]]


@pytest.mark.parametrize(
    ("role", "value", "meant"),
    [
        ("sprint", [f"{SPRINT}[id=12,rapidViewId=3,state=CLOSED,name=Sprint 1,id=7]"], "12"),
        ("sprint", [f"{SPRINT}[rapidViewId=3,name=Sprint 1,id=12]", f"{SPRINT}[id=13,name=Two]"], "12, 13"),
        ("sprint", {"id": 12, "name": "Sprint 1"}, "12"),
        ("sprint", [], None),
        ("flag", [{"value": "Impediment", "id": "9"}, {"value": "Held"}], "Impediment, Held"),
        ("flag", None, None),
        ("team", "17", "jira:17"),
        ("team", {"id": "t1", "name": "Web"}, "jira:t1"),
        ("team", {"value": "Web"}, "jira:Web"),
        ("team", "", None),
        ("parent", "AB-2", "AB-2"),
        ("objective", {"value": "Grow", "id": "3"}, "Grow"),
        ("objective", {"name": "Grow"}, "Grow"),
        ("objective", " Grow ", "Grow"),
        ("objective", 2026.0, "2026.0"),
    ],
)
def test_values_of_custom_fields(role: str, value: object, meant: str | None) -> None:
    """Both products' ways to write sprints, options, teams and texts; nothing stays nothing."""
    assert custom_value({"cf_1": value}, role, roles={"cf_1": role, "cf_0": "points"}, source="jira") == meant


def test_of_two_fields_with_one_part_the_one_that_holds_something_counts() -> None:
    """Sites have left-over fields of the same type."""
    roles = {"cf_1": "team", "cf_2": "team"}
    assert custom_value({"cf_1": None, "cf_2": "17"}, "team", roles=roles, source="jira") == "jira:17"


def test_an_epic_is_found_by_a_key_that_it_had() -> None:
    """It moved on after its ticket was stored; an epic that was not pulled is not known."""
    move = {"field": "Key", "fromString": "OLD-7", "toString": "AB-2"}
    bodies = [issue(1, cf_4="OLD-7"), issue(2, history(5, LATER, move)), issue(3, cf_4="XY-1")]
    log = log_from_jira([*bodies, site(cf_4="parent")])
    assert [row[3] for row in told(log, "parent")] == ["jira:1002"]


def test_the_objective_is_what_the_workflow_file_names() -> None:
    """Only where a field has that part."""
    bodies = [issue(1, cf_1={"value": "Grow"}), issue(2)]
    objective = log_from_jira([*bodies, site(cf_1="objective")]).tickets["objective"]
    assert objective.astype("str").tolist()[0] == "Grow"
    assert objective.isna().tolist() == [False, True]
    assert log_from_jira(bodies).tickets["objective"].isna().all()


def test_components_and_labels_stand_in_one_cell() -> None:
    """Each once, in the tracker's order; a ticket without them lacks them."""
    parts = [{"name": "Search"}, {"name": "Index; cold"}]
    bodies = [issue(1, components=parts, labels=["slow", "slow", "ui"]), issue(2, components=[], labels=None)]
    tickets = log_from_jira(bodies).tickets
    assert tickets[["components", "labels"]].iloc[0].tolist() == ["Search; Index, cold", "slow; ui"]
    assert tickets[["components", "labels"]].iloc[1].isna().all()


def test_value_and_cost_of_delay_are_numbers() -> None:
    """A text that is a number counts; one that is none is missing, and a note says so."""
    bodies = [issue(1, cf_1=1200.5, cf_2="300"), issue(2, cf_1={"value": "high"}), issue(3)]
    log = log_from_jira([*bodies, site(cf_1="value", cf_2="cost_of_delay")])
    assert log.tickets["value"].isna().tolist() == [False, True, True]
    assert log.tickets[["value", "cost_of_delay"]].iloc[0].tolist() == [1200.5, 300.0]
    assert log.quality[["level", "ticket", "detail"]].astype("str").to_numpy().tolist() == [
        ["note", "jira:1002", "AB-2: its value is 'high', no number; taken as missing"]
    ]
    check(log.tickets, TICKETS)


@pytest.mark.parametrize("text", ["1,200", "1 200", "nan", "inf", "1e999", "1_000", "0x10", "€5", "", "--1"])
def test_what_is_no_plain_number_is_missing(text: str) -> None:
    """Marks between thousands differ by country: they are not guessed at."""
    assert amount(text) is None


def test_the_sites_own_names_join_those_of_issues() -> None:
    """A renamed status keeps its old name; one that no ticket has entered is known too."""
    statuses = [status("1", "Open", "new"), status("1", "To Do", "new"), status("8", "QA", "indeterminate")]
    names = log_from_jira([issue(1), *statuses]).names
    rows = names[names["kind"] == "status"].astype({"category": "str"})
    assert rows[["id", "name", "category"]].to_numpy().tolist() == [
        ["jira:1", "Open", "queue"],
        ["jira:1", "To Do", "queue"],
        ["jira:8", "QA", "work"],
    ]
    assert rows["last"].isna().tolist() == [False, True, True]


def test_a_site_without_issues_has_names_only() -> None:
    """An empty project still tells its statuses."""
    log = log_from_jira([site(), status("8", "QA", "done")])
    assert (len(log.tickets), len(log.events), log.names["name"].tolist()) == (0, 0, ["QA"])


def test_a_gone_ticket_ends_with_a_deletion_and_a_note() -> None:
    """When it was noticed; who did it is not known. It keeps all else."""
    log = log_from_jira([issue(1), issue(2), gone(1), gone(3)])
    assert told(log, "delete") == [["delete", "02.08", None, "deleted", None, "gone 1001"]]
    assert len(log.tickets) == 2
    (doubt,) = log.quality.to_dict("records")
    assert (doubt["check"], doubt["level"], doubt["ticket"]) == ("ticket is gone", "note", "jira:1001")
    assert doubt["detail"].startswith("AB-1: deleted, noticed on 2026-03-02")


@pytest.mark.slow
def test_a_deletion_is_the_last_event_of_its_ticket() -> None:
    """The server's clock tells whole seconds: what is known to have happened came before."""
    begun = history(5, "2026-03-02T08:00:00.000+0000", moved("1", "3"))
    for noticed in ("2026-03-02T08:00:00+00:00", "2026-01-01T08:00:00+00:00"):
        log = log_from_jira([issue(1, begun, now="3"), gone(1, "no longer visible", noticed)])
        last = log.events.iloc[-1]
        assert (last["kind"], last["after"], last["seq"]) == ("delete", "no longer visible", 1)
        assert last["at"] == pd.Timestamp("2026-03-02T08:00", tz="UTC")


def test_what_is_back_is_not_gone() -> None:
    """As if it had never been away."""
    assert told(log_from_jira([issue(1), gone(1, "back")]), "delete") == []


@pytest.mark.slow
def test_tables_of_a_live_pull_keep_their_promises() -> None:
    """All pass their schema, and merging the log with itself changes nothing."""
    log = log_from_jira([issue(1), site(cf_1="team"), status("8", "QA", "done"), gone(1)])
    tables = {"tickets": TICKETS, "events": EVENTS, "names": NAMES, "quality": QUALITY}
    for name, table in tables.items():
        check(getattr(log, name), table)
        pd.testing.assert_frame_equal(getattr(merge_logs(log, log), name), getattr(merge_logs(log), name))


@pytest.mark.parametrize(
    ("site", "updated", "kind"),
    [(None, "2026-03-01", "done"), (None, "2025-03-01", "queue"), ("indeterminate", "2026-03-01", "work")],
)
def test_the_category_of_a_status_is_the_sites_else_that_of_the_issue_updated_last(
    site: str | None, updated: str, kind: str
) -> None:
    """The first issue, updated in February 2026, says "new", the second one "done"."""
    other = {"id": "1", "name": "Open", "statusCategory": {"key": "done"}}
    bodies: list[dict[str, Any]] = [issue(1), issue(2, status=other, updated=f"{updated}T09:00:00.000+0000")]
    if site:
        bodies.append({"type": "status", "id": "1", "name": "Open", "category": site})
    log = log_from_jira(bodies)
    names = log.names[log.names["kind"] == "status"]
    assert names["category"].astype("str").tolist() == [kind]
    assert log.quality["check"].tolist() == ["status category changed"]
