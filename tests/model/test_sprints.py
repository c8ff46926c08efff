"""Sprints: commitment as it stood at the start, what came in later, what was carried over; counted by hand."""

from typing import Any

import pandas as pd
import pytest

from tests.jira_bodies import history, issue, log_from_jira, moved
from tests.stream.test_cases import stages
from vsm.eventlog.sprints import sprints_in
from vsm.from_log import stream_from_log
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow

MAY, JUNE = "2026-05-04", "2026-05-18"
CLOUD = {
    "12": {"id": 12, "name": "May", "state": "closed", "boardId": 1, "startDate": f"{MAY}T08:00:00.000Z",
           "endDate": f"{JUNE}T06:00:00.000Z", "completeDate": f"{JUNE}T07:00:00.000Z"},
    "13": {"id": 13, "name": "June", "state": "active", "boardId": 1, "startDate": f"{JUNE}T08:00:00.000Z",
           "endDate": "2026-06-01T08:00:00.000Z"},
    "14": {"id": 14, "name": "July", "state": "future", "boardId": 1},
}  # fmt: skip


def hidden(sprint: dict[str, Any]) -> str:
    """The same sprint as Data Center writes it."""
    dates = {"startDate": "<null>", "endDate": "<null>", "completeDate": "<null>"}
    parts = {"id": 0, "rapidViewId": 1} | dates | sprint | {"state": sprint["state"].upper()}
    listed = ",".join(f"{word}={value}" for word, value in parts.items())
    return f"com.atlassian.greenhopper.service.sprint.Sprint@3f1c[{listed}]"


def planned(number: int, before: str, after: str, at: str) -> dict[str, Any]:
    item = {"field": "Sprint", "fieldId": "customfield_10020", "fieldtype": "custom",
            "from": before, "fromString": before, "to": after, "toString": after}  # fmt: skip
    return history(number, f"{at}.000+0000", item)


def finished(number: int, at: str) -> dict[str, Any]:
    return history(number, f"{at}.000+0000", moved("1", "6"))


def ticket(
    number: int, *histories: dict[str, Any], form: Any, now: str = "1", **fields: Any
) -> dict[str, Any]:
    described = [form(sprint) for sprint in CLOUD.values()]
    return issue(number, *histories, now=now, created=f"2026-04-0{number}T09:00:00.000+0000",
                 customfield_10020=described, **fields)  # fmt: skip


def read(form: Any) -> ValueStream:
    """Seven tickets: what becomes of each is in its line."""
    bodies = [
        ticket(1, planned(1, "", "12", "2026-05-01T09:00:00"), finished(2, "2026-05-08T09:00:00"), now="6", form=form),
        ticket(2, planned(3, "", "12", "2026-05-01T09:00:00"), planned(4, "12", "12, 13", f"{JUNE}T07:00:00"),
               finished(5, "2026-05-20T09:00:00"), now="6", form=form),
        ticket(3, planned(6, "", "12", "2026-05-06T09:00:00"), planned(7, "12", "13", f"{JUNE}T06:59:59"), form=form),
        ticket(4, planned(8, "", "12", "2026-05-02T09:00:00"), planned(9, "12", "", "2026-05-10T09:00:00"), form=form),
        ticket(5, planned(10, "", "12", "2026-05-02T09:00:00"), finished(11, "2026-05-03T09:00:00"), now="6",
               form=form),
        ticket(6, planned(12, "", "14", "2026-05-02T09:00:00"), form=form),
        ticket(7, planned(13, "", "12", "2026-05-01T09:00:00"), form=form, parent={"id": "1002", "key": "AB-2"},
               issuetype={"name": "Sub-task", "subtask": True}),
    ]  # fmt: skip
    return stream_from_log(
        log_from_jira(bodies),
        workflow=stages("Open queue\nClosed done"),
        as_of=pd.Timestamp("2026-05-25", tz="UTC"),
    )


@pytest.fixture(scope="module", params=[dict, hidden], ids=["Cloud", "Data Center"])
def stream(request: pytest.FixtureRequest) -> ValueStream:
    """Both products describe the same sprints."""
    return read(request.param)


def test_commitment_additions_and_carry_over(stream: ValueStream) -> None:
    """May took on 1, 2, 4 (5 was done before, 7 is a part); 3 came later; 4 was removed; 2 and 3 were carried over."""
    columns = ["sprint", "committed", "added", "removed", "finished", "carried_over"]
    assert stream.load.sprints[columns].to_numpy().tolist() == [
        ["May", 3, 1, 1, 1, 2],
        ["June", 2, 0, 0, 1, 0],
    ]
    assert stream.load.sprints["started"].tolist() == [
        pd.Timestamp(f"{day}T08:00", tz="UTC") for day in (MAY, JUNE)
    ]
    assert stream.load.sprints["ended"].isna().tolist() == [False, True]


def test_waits_after_a_carry_over_are_marked_beside_their_cause(stream: ValueStream) -> None:
    """Tickets 2, 3 and the part 7 waited on after May was closed; causes are as without sprints."""
    marked = stream.waits[stream.waits["carried"].fillna(value=False)]
    assert set(marked["ticket"].astype("str")) == {"jira:1002", "jira:1003", "jira:1007"}
    assert set(marked["cause"]) <= {"non-working time", "unexplained"}
    assert stream.waits["carried"].notna().all()


def test_the_table_shows_the_latest_first(stream: ValueStream) -> None:
    """A sprint that is under way says so."""
    shown = stream.table.sprints().data
    assert shown[["Sprint", "Ended", "Carried over"]].to_numpy().tolist() == [
        ["June", "under way", 0],
        ["May", "2026-05-18", 2],
    ]


def test_without_sprints_nothing_is_known() -> None:
    """The mark is missing, not false."""
    stream = stream_from_log(
        log_from_jira([issue(1)]),
        workflow=stages("Open queue\nClosed done"),
        as_of=pd.Timestamp("2026-05-25", tz="UTC"),
    )
    assert stream.waits["carried"].isna().all()
    assert stream.load.sprints.empty


@pytest.mark.parametrize(
    "value",
    [None, "text", 5, ["text"], [5], [{"id": 1, "name": "Option", "value": "x"}], [{"id": 1, "state": "closed", "boardId": 1}],
     [{"name": "no id", "state": "closed", "startDate": "never"}], ["Sprint@1[id=1,state=CLOSED]"]],
)  # fmt: skip
def test_other_fields_are_no_sprints(value: object) -> None:
    """Options, texts and broken sprints are left alone."""
    assert list(sprints_in({"customfield_1": value, "labels": ["a"]}, source="jira")) == []


def test_done_in_the_sprint_and_reopened_weeks_later_was_finished_in_it() -> None:
    """What counts is how it stood when the sprint was closed; a deleted ticket is not carried over."""
    reopened = ticket(1, planned(1, "", "12", "2026-05-01T09:00:00"), finished(2, "2026-05-08T09:00:00"),
                      history(3, "2026-06-08T09:00:00.000+0000", moved("6", "1")), form=dict)  # fmt: skip
    deleted = ticket(2, planned(4, "", "12", "2026-05-01T09:00:00"), form=dict)
    gone = {"type": "gone", "issue": "1002", "how": "deleted", "noticed": "2026-05-10T09:00:00+00:00"}
    stream = stream_from_log(
        log_from_jira([reopened, deleted, gone]),
        workflow=stages("Open queue\nClosed done"),
        as_of=pd.Timestamp("2026-06-20", tz="UTC"),
    )
    columns = ["sprint", "committed", "finished", "carried_over"]
    assert stream.load.sprints[columns].to_numpy().tolist()[0] == ["May", 2, 1, 0]
    assert not stream.waits["carried"].any()


def test_created_in_the_sprint_and_planned_dates() -> None:
    """An export without a field list knows the sprint of an issue by its value; stale plans do not end a sprint."""
    stale = dict(CLOUD["13"], startDate="2026-05-17T08:00:00.000Z")
    inside = [issue(n, customfield_10020=[of], created="2026-05-16T09:00:00.000+0000")
              for n, of in ((1, CLOUD["13"]), (2, stale), (3, dict(CLOUD["14"], startDate="2026-05-01T08:00:00.000Z")))]  # fmt: skip
    stream = stream_from_log(
        log_from_jira(inside),
        workflow=stages("Open queue\nClosed done"),
        as_of=pd.Timestamp("2026-05-25", tz="UTC"),
    )
    columns = ["sprint", "started", "ended", "committed", "carried_over"]
    assert stream.load.sprints[columns].astype("object").fillna("under way").to_numpy().tolist() == [
        ["June", pd.Timestamp("2026-05-18T08:00", tz="UTC"), "under way", 2, 0]
    ]


@pytest.mark.parametrize("form", [dict, hidden], ids=["Cloud", "Data Center"])
@pytest.mark.parametrize("state", ["closed", "active"])
def test_sprints_without_dates_are_reported(form: Any, state: str) -> None:
    """One without a start, one that no issue describes any more; a planned one has no dates yet."""
    bare, july = {"id": 12, "name": "May", "state": state, "boardId": 1}, CLOUD["14"]
    bodies = [
        issue(1, planned(1, "", "12", "2026-05-01T09:00:00"), customfield_10020=[form(bare)]),
        issue(2, planned(2, "", "12, 77", "2026-05-01T09:00:00"), planned(3, "12, 77", "14", f"{JUNE}T07:00:00"),
              customfield_10020=[form(july)]),
    ]  # fmt: skip
    assert said(bodies) == [
        "2 sprints have no start date ('May', 'jira:77'), with 2 tickets: what was taken on is not known, and "
        "none of their tickets counts as carried over; pull issues with their sprint field as it is"
    ]


def test_a_closed_sprint_without_an_end_is_reported() -> None:
    """It would be under way for ever."""
    endless = {word: value for word, value in CLOUD["12"].items() if word not in ("endDate", "completeDate")}
    body = issue(1, planned(1, "", "12", "2026-05-01T09:00:00"), customfield_10020=[endless])
    assert said([body]) == [
        "1 sprint has no end date ('May'), with 1 ticket: it counts as under way, and none of their tickets "
        "counts as carried over; pull issues with their sprint field as it is"
    ]


def test_sprints_with_dates_are_no_doubt(stream: ValueStream) -> None:
    """Nor is a planned one."""
    assert "sprints without dates" not in set(stream.quality["check"])


def said(bodies: list[dict[str, Any]]) -> list[str]:
    """What QUALITY says of sprints."""
    as_of = pd.Timestamp("2026-05-25", tz="UTC")
    quality = stream_from_log(
        log_from_jira(bodies), workflow=stages("Open queue\nClosed done"), as_of=as_of
    ).quality
    return quality.loc[quality["check"] == "sprints without dates", "detail"].tolist()
