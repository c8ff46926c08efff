"""What of an issue's body spoils all of it, what only a piece, and how it is named."""

import json
from copy import deepcopy
from typing import Any

from tests.jira_bodies import history, issue, log_from_jira, moved
from vsm.bodies import ISSUES, STATUSES

WHOLE = issue(1, history(5, "2026-01-06T09:00:00.000+0000", moved("1", "3")), now="3")
OTHER = issue(2)
DATE = "no instant with a zone from 1970 to 2199"
Path = tuple[str | int, ...]
HISTORY: Path = ("changelog", "histories", 0)
ABSENT = "(absent)"


def changed(path: Path, value: Any) -> Any:
    body: Any = deepcopy(WHOLE)
    inner = body
    for step in path[:-1]:
        inner = inner[step]
    if value == ABSENT:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return body


SPOILT: list[tuple[Path, Any, str]] = [
    (("id",), ABSENT, "id is missing"),
    (("id",), True, "id is true, not a text or whole number"),
    (("id",), 7.5, "id is a number, not a text or whole number"),
    (("key",), None, "key is null, not a text"),
    (("fields", "created"), ABSENT, "fields.created is missing"),
    (("fields", "created"), "0001-01-01T00:00:00.000+0000", f"fields.created is '0001-01-01T00:00:00.000+0000', {DATE}"),
    (("fields", "status"), "Open", "fields.status is a text, not an object"),
    (("fields", "issuetype"), "Bug", "fields.issuetype is a text, not an object"),
    (("fields", "parent"), "AB-9", "fields.parent is a text, not an object"),
    (("fields", "assignee"), "person-01", "fields.assignee is a text, not an object"),
    ((*HISTORY, "created"), None, f"changelog.histories[0].created is null, {DATE}"),
    ((*HISTORY, "created"), ABSENT, "changelog.histories[0].created is missing"),
    ((*HISTORY, "created"), "", f"changelog.histories[0].created is empty, {DATE}"),
    ((*HISTORY, "created"), "0000-01-01T00:00:00.000+0000", f"changelog.histories[0].created is '0000-01-01T00:00:00.000+0000', {DATE}"),
    ((*HISTORY, "created"), "10000-01-01T00:00:00.000+0000", f"changelog.histories[0].created is '10000-01-01T00:00:00.000+0000', {DATE}"),
    ((*HISTORY, "created"), "2026-02-30T09:00:00Z", f"changelog.histories[0].created is '2026-02-30T09:00:00Z', {DATE}"),
    ((*HISTORY, "items"), [None], "changelog.histories[0].items[0] is null, not an object"),
    ((*HISTORY, "items", 0, "to"), {"id": "3"}, "changelog.histories[0].items[0].to is an object, not a text or whole number"),
    (("changelog", "histories"), [WHOLE["changelog"]["histories"][0], history(5, "2026-01-07T09:00:00.000+0000")], "changelog.histories: two different entries have the id 5"),
    (("changelog",), ABSENT, "changelog is missing; fetch issues with expand=changelog"),
]  # fmt: skip


def test_what_defines_a_ticket_spoils_its_body() -> None:
    """Each is left out and named with the reason; the other ticket is there as ever."""
    log = log_from_jira([*(changed(path, value) for path, value, _ in SPOILT), OTHER])
    names = ["1001" if path == ("key",) else "AB-1" for path, *_ in SPOILT]
    end = "it is left out of every number; correct it at its source and pull again"
    assert log.quality[["check", "level", "detail"]].astype("str").to_numpy().tolist() == [
        ["unreadable document", "fault", f"{name}: {reason}; {end}"]
        for name, (*_, reason) in zip(names, SPOILT, strict=True)
    ]
    assert log.tickets["key"].tolist() == ["AB-2"]


PIECES: list[tuple[Path, Any, str]] = [
    (("fields", "issuelinks"), [None], "fields.issuelinks[0] is null, not an object"),
    (("fields", "components"), ["a"], "fields.components[0] is a text, not an object"),
    (("fields", "labels"), "slow", "fields.labels is a text, not a list"),
    (("fields", "comment"), {"comments": [None]}, "fields.comment.comments[0] is null, not an object"),
    (("fields", "worklog"), {"worklogs": [None]}, "fields.worklog.worklogs[0] is null, not an object"),
    (("fields", "worklog"), {"worklogs": [{"started": 1e300}]}, f"fields.worklog.worklogs[0].started is a number, {DATE}"),
    (("fields", "comment"), [1], "fields.comment is a list, not an object"),
    (("fields", "project"), "AB", "fields.project is a text, not an object"),
    (("fields", "summary"), float("nan"), "fields.summary is a number, not a text"),
    ((*HISTORY, "author"), "person-01", "changelog.histories[0].author is a text, not an object"),
]  # fmt: skip


def test_what_only_adds_to_a_ticket_is_left_out_alone() -> None:
    """Each ticket keeps its life, and a warning names the piece."""
    bodies = [changed(path, value) for path, value, _ in PIECES]
    numbered = [body | {"id": str(n), "key": f"AB-{n}"} for n, body in enumerate(bodies, start=101)]
    log = log_from_jira(numbered)
    kinds = log.events.astype("str").groupby("ticket")["kind"].agg(list)
    assert kinds.to_list() == [["created", "status", "status"]] * len(PIECES)
    pieces = log.quality[log.quality["check"] == "unreadable part"]
    assert pieces[["level", "detail"]].astype("str").to_numpy().tolist() == [
        ["warning", f"AB-{n}: {reason}; only that is left out of the ticket"]
        for n, (*_, reason) in enumerate(PIECES, start=101)
    ]


def test_what_is_no_issue_is_named_by_its_number() -> None:
    """It has no key and no id."""
    log = log_from_jira([OTHER, None, [], 5, "text", {"errorMessages": 5}])
    assert log.quality["detail"].str.partition(": ")[0].tolist() == [f"document {n}" for n in range(2, 7)]
    assert log.tickets["key"].tolist() == ["AB-2"]


def test_numbers_serve_as_ids() -> None:
    """A histories' whole life was lost where an export wrote ids as numbers, or as 1001.0."""
    numbered = json.loads(json.dumps(WHOLE))
    numbered |= {"id": 1001.0, "fields": WHOLE["fields"] | {"status": {"id": 3, "name": "In Progress"}}}
    numbered["changelog"]["histories"][0] |= {"id": 5}
    numbered["changelog"]["histories"][0]["items"][0] |= {"from": 1, "to": 3}
    assert log_from_jira([numbered]).events.equals(log_from_jira([WHOLE]).events)


def test_depth_where_nobody_reads_does_no_harm() -> None:
    """A description may be nested deeper than the door reads by itself."""
    deep: list[Any] = []
    for _ in range(300):
        deep = [deep]
    assert ISSUES.read(changed(("fields", "description"), deep)).faults == ()
    assert ISSUES.read(b"[" * 5000 + b"]" * 5000).faults == ("it is null, or nested too deeply",)


def test_an_odd_value_of_a_sites_own_field_is_missing_and_named() -> None:
    """Else a text made of it would say that the ticket is flagged."""
    site = {"type": "site", "roles": {"cf_1": "flag"}}
    log = log_from_jira([changed(("fields", "cf_1"), [[{}]]), site])
    assert "flag" not in log.events["kind"].astype("str").tolist()
    assert log.quality["detail"].tolist() == [
        "AB-1: its flag (cf_1) is no text, number, option or list of these; taken as missing"
    ]


def test_of_differing_bodies_with_one_id_the_later_one_is_taken() -> None:
    """Whatever order they come in, and it is said."""
    late = issue(1, summary="New", updated="2026-03-01T09:00:00.000+0000")
    for bodies in ([late, WHOLE], [WHOLE, late]):
        log = log_from_jira(bodies)
        assert log.tickets["summary"].tolist() == ["New"]
        assert log.quality["check"].tolist() == ["id of several bodies"]


def test_other_documents_pass_a_door_too() -> None:
    """An odd status is named; the tickets are there."""
    log = log_from_jira([OTHER, {"type": "status", "id": "1", "name": {}}])
    assert log.quality["detail"].tolist() == [
        "1: name is an object, not a text; it is left out of every number; correct it at its source and pull again"
    ]
    assert STATUSES.read({"id": 1, "name": "Open"}).body == {"id": "1", "name": "Open"}
