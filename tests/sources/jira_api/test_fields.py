"""What is taken of an issue, and what never is."""

import json

import pytest

from vsm.sources.jira_api.fields import roles_from_fields, trimmed_history, trimmed_issue

ADDRESS = "person-07@example.com"
AUTHOR = {
    "accountId": "a7",
    "displayName": "Person 07",
    "emailAddress": ADDRESS,
    "avatarUrls": {"16x16": "u"},
}


def field(id_: str, name: str, kind: str = "com.atlassian.x:textfield") -> dict[str, object]:
    """Make one entry of ``/field``."""
    return {"id": id_, "name": name, "custom": True, "schema": {"custom": kind}}


def test_custom_fields_are_known_by_type_then_by_name() -> None:
    """Names are translated and changed, types are not; a system field is no custom one."""
    fields = [
        field("customfield_1", "Vlag", "com.pyxis.greenhopper.jira:gh-sprint"),
        field("customfield_2", "flagged"),
        field("customfield_3", "Anything"),
        {"id": "team", "name": "Team", "custom": False},
    ]
    assert roles_from_fields(fields, custom={}) == {"customfield_1": "sprint", "customfield_2": "flag"}


def test_the_workflow_file_names_fields_by_id_or_name() -> None:
    """What a person says wins."""
    fields = [field("customfield_1", "Sprint"), field("customfield_2", "Business aim")]
    custom = {"objective": "business AIM", "value": "customfield_1"}
    assert roles_from_fields(fields, custom=custom) == {
        "customfield_1": "value",
        "customfield_2": "objective",
    }


CHECKBOXES = "com.atlassian.jira.plugin.system.customfieldtypes:multicheckboxes"


@pytest.mark.parametrize("name", ["Markiert", "Sinalizado", "フラグ付き", "Oflagowane"])
def test_types_win_over_names_in_any_language(name: str) -> None:
    """A field that is only called Sprint, Team or Flagged is none where another one is of that type."""
    fields = [
        field("customfield_1", "Sprint"),
        field("customfield_2", "Iteration", "com.pyxis.greenhopper.jira:gh-sprint"),
        field("customfield_3", "Team"),
        field("customfield_4", "Squad", "com.atlassian.jira.plugin.system.customfieldtypes:atlassian-team"),
        field("customfield_5", "Flagged"),
        field("customfield_6", name, CHECKBOXES),
        field("customfield_7", "Platforms", CHECKBOXES),
    ]
    assert roles_from_fields(fields, custom={}) == {
        "customfield_2": "sprint",
        "customfield_4": "team",
        "customfield_6": "flag",
    }


def test_what_the_workflow_file_names_excludes_other_fields() -> None:
    """Also one of the right type."""
    fields = [
        field("customfield_1", "Iteration", "com.pyxis.greenhopper.jira:gh-sprint"),
        field("customfield_2", "Cadence"),
    ]
    assert roles_from_fields(fields, custom={"sprint": "cadence"}) == {"customfield_2": "sprint"}


def test_no_text_and_no_address_is_kept() -> None:
    """Comments and worklogs keep who and when; descriptions are not even there."""
    note = {"id": "8", "author": AUTHOR, "created": "c", "updated": "u", "body": "secret words"}
    log = {"id": "9", "author": AUTHOR, "created": "c", "started": "s", "comment": "secret words"}
    fields = {
        "summary": "Kept",
        "description": "secret words",
        "assignee": AUTHOR,
        "comment": {"comments": [note], "total": 1},
        "worklog": {"worklogs": [log], "total": 1},
    }
    kept = trimmed_issue({"id": "7", "key": "AB-1", "fields": fields}, site="https://jira.example.com")
    assert "secret" not in json.dumps(kept)
    assert ADDRESS not in json.dumps(kept)
    assert kept["fields"]["assignee"] == {"accountId": "a7", "displayName": "Person 07"}
    assert kept["fields"]["worklog"]["worklogs"][0]["started"] == "s"
    assert kept["self"] == "https://jira.example.com/rest/api/2/issue/7"


def test_histories_keep_moves_and_lose_long_texts() -> None:
    """A description's old and new text stand in the changelog too."""
    items = [
        {"field": "status", "from": "1", "fromString": "Open", "to": "3", "toString": "Doing"},
        {"field": "Comment", "from": "8", "fromString": "secret words"},
        {"field": "Acceptance", "fieldId": "customfield_5", "toString": "x" * 256},
    ]
    kept = trimmed_history({"id": "1", "created": "c", "author": AUTHOR, "items": items})
    assert kept["items"] == [
        items[0],
        {"field": "Comment"},
        {"field": "Acceptance", "fieldId": "customfield_5"},
    ]


def test_trimming_twice_is_trimming_once() -> None:
    """Issues that are asked for again pass through it twice."""
    body = {"id": "7", "key": "AB-1", "fields": {"assignee": AUTHOR, "comment": {"comments": [{"id": "1"}]}}}
    once = trimmed_issue(body, site="https://jira.example.com")
    assert trimmed_issue(once, site="https://jira.example.com") == once
