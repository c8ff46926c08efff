"""A field of the tracker names who holds tickets in a stage: Tester, Reviewer, QA Owner."""

from typing import Any

import pandas as pd
import pytest

from tests.jira_bodies import assigned, history, issue, log_from_jira, moved, user
from tests.stream.test_front_door import texts_in
from vsm.config import parse_workflow
from vsm.errors import ConfigError
from vsm.eventlog.log import Log
from vsm.from_log import stream_from_log
from vsm.sources.jira_api.fields import roles_from_fields
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow

NOON = pd.Timestamp("2026-01-08T12:00", tz="UTC")
TOML = """
[[stage]]
name = "Open"
kind = "queue"
statuses = ["1"]
[[stage]]
name = "Build"
kind = "work"
statuses = ["In Progress"]
[[stage]]
name = "Test"
kind = "work"
statuses = ["In QA"]
holder_field = "{field}"
[[stage]]
name = "Done"
kind = "done"
statuses = ["Closed"]
"""


def at(day: int, hour: int = 9) -> str:
    return f"2026-01-{day:02}T{hour:02}:00:00.000+0000"


def entered(before: str | None, after: str | None, **about: Any) -> dict[str, Any]:
    """A change of a field of people."""
    named = {f"{side}String": who and who.title() for side, who in (("from", before), ("to", after))}
    return {"field": "Tester", "fieldtype": "custom", "from": before, "to": after} | named | about


def life(*more: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Built by person-01, who stays assigned, tested from the sixth on, closed on the eighth."""
    return issue(
        1,
        history(1, at(5, 10), assigned(None, "person-01"), moved("1", "3")),
        history(2, at(6), moved("3", "5")),
        history(4, at(8), moved("5", "6"), by="person-02"),
        *more,
        now="6",
        assignee=user("person-01"),
        **fields,
    )


def read(*bodies: dict[str, Any], field: str = "Tester", key: bytes | None = None) -> ValueStream:
    workflow = parse_workflow(TOML.format(field=field))
    log = log_from_jira(bodies, fields=workflow.tracker_fields)
    return stream_from_log(log, workflow=workflow, as_of=NOON, key=key)


def holders(stream: ValueStream) -> list[tuple[str, str]]:
    """Stage and holder of each visit to Build and Test."""
    work = stream.visits[stream.visits["kind"] == "work"]
    return [(str(stage), str(who)) for stage, who in zip(work["stage"], work["holder"], strict=True)]


@pytest.mark.parametrize(
    ("field", "item"),
    [
        ("Tester", entered(None, "person-02")),  # Data Center: no id
        ("tester", entered(None, "person-02", fieldId="customfield_10300")),
        ("customfield_10300", entered(None, "person-02", fieldId="customfield_10300")),
        ("QA Owner", entered(None, "person-02", field="QA Owner", fieldId="customfield_10301")),
        ("Prüfer", entered(None, "person-02", field="Prüfer", fieldId="customfield_10302")),
        ("レビュー担当", entered(None, "person-02", field="レビュー担当")),
        ("Testers", entered(None, "[person-02, person-03]", field="Testers")),  # several people: the first
    ],
)
def test_who_is_in_the_field_holds_the_ticket_in_its_stage(field: str, item: dict[str, Any]) -> None:
    """Elsewhere the assignee does, as before."""
    stream = read(life(history(3, at(5, 12), item)), field=field)
    assert holders(stream) == [("Build", "Person 01"), ("Test", "Person 02")]
    assert stream.handoffs[["from_holder", "to_holder"]].to_numpy().tolist() == [["Person 01", "Person 02"]]


def test_before_the_field_is_filled_and_after_it_is_emptied_the_assignee_holds_the_ticket() -> None:
    """Each change begins a visit."""
    stream = read(
        life(
            history(3, at(7), entered(None, "person-02"), by="person-02"),
            history(5, at(7, 15), entered("person-02", None)),
        )
    )
    assert holders(stream) == [("Build", "Person 01"), *[("Test", f"Person 0{n}") for n in (1, 2, 1)]]
    entries = stream.visits.loc[stream.visits["stage"] == "Test", "entered"].tolist()
    assert entries == [pd.Timestamp(at(*when)) for when in ((6,), (7,), (7, 15))]


@pytest.mark.parametrize("field", ["Tester", "customfield_10300"])
def test_a_field_that_never_changed_holds_its_value_from_the_creation_on(field: str) -> None:
    """A body has fields by id; a change in another ticket shows the id of a field that is known by name."""
    other = issue(2, history(9, at(5), entered(None, "person-03", fieldId="customfield_10300")))
    stream = read(life(customfield_10300=user("person-02")), other, field=field)
    mine = stream.events[(stream.events["kind"] == "holder") & (stream.events["ticket"] == "jira:1001")]
    assert mine[["after", "field"]].to_numpy().tolist() == [["Person 02", field]]
    assert mine["at"].tolist() == [pd.Timestamp(at(5))]
    assert holders(stream)[-1] == ("Test", "Person 02")


def test_a_list_of_people_today_is_its_first() -> None:
    """Fields of several people, of Cloud."""
    people = [{"accountId": "b-2", "displayName": "Bee"}, {"accountId": "c-3", "displayName": "Cee"}]
    stream = read(life(customfield_7=people), field="customfield_7")
    assert holders(stream)[-1] == ("Test", "Bee")


def test_without_holder_field_nothing_of_it_is_read() -> None:
    """Who tests is not asked for, so not kept."""
    log = log_from_jira([life(history(3, at(5), entered(None, "person-02")))])
    assert "holder" not in set(log.events["kind"])
    assert log.events["field"].isna().all()


def test_the_wait_in_a_queue_is_for_who_is_in_its_field() -> None:
    """Not for the developer who stays assigned: the tester was at work on another ticket all the while."""
    toml = TOML.format(field="Tester").replace('["1"]', '["1"]\nholder_field = "Tester"')
    workflow = parse_workflow(toml)
    waiting = issue(
        1,
        history(1, at(5, 10), assigned(None, "person-01"), entered(None, "person-02")),
        history(2, at(7, 10), moved("1", "5")),
        now="5",
    )
    busy = issue(2, history(3, at(5, 9), assigned(None, "person-02"), moved("1", "3")), now="3")
    log = log_from_jira([waiting, busy], fields=workflow.tracker_fields)
    stream = stream_from_log(log, workflow=workflow, as_of=NOON)
    waits = stream.waits[(stream.waits["ticket"] == "jira:1001") & (stream.waits["stage"] == "Open")]
    assert set(waits.loc[waits["start"] >= pd.Timestamp(at(5, 10)), "receiver"]) == {"Person-02"}
    assert "at capacity" in set(waits["cause"])


def test_no_name_in_such_a_field_passes_the_front_door() -> None:
    """Accounts and names of who stands in no other field, in events, names and the pickle."""
    tester = entered("zoe.unterberg", "yann.le-goff", fieldId="customfield_10300")
    stream = read(life(history(3, at(7), tester)), field="Tester", key=b"k" * 32)
    words = " ".join(str(text) for text in texts_in(stream, {})).casefold()
    assert len(words) > 1000
    for name in ("unterberg", "goff", "yann", "zoe"):
        assert name not in words
    first, second = stream.visits.loc[stream.visits["stage"] == "Test", "holder"]
    assert first.startswith("P-")
    assert second.startswith("P-")
    assert first != second


def test_a_field_that_no_ticket_has_is_reported() -> None:
    """With how many visits the assignee is taken for the holder in."""
    quality = read(life(), field="Testr").quality
    assert quality.loc[quality["check"] == "holder field", "detail"].tolist() == [
        "holder_field 'Testr' of Test is empty in every ticket: in 1 visit the assignee is taken for the "
        "holder; write its name or id as the tracker does, and pull again"
    ]
    filled = read(life(history(3, at(5), entered(None, "person-02")))).quality
    assert "holder field" not in set(filled["check"])


def test_explain_names_the_field_and_who_filled_it() -> None:
    """The rule for the holder, and the event that began the visit."""
    text = str(read(life(history(3, at(7), entered(None, "person-02"), by="person-02"))).explain("AB-1"))
    assert "Began when Person 02 set Tester to Person 02." in text
    assert "Holder: Person 02, named in Tester." in text


def test_a_live_pull_fetches_the_field() -> None:
    """It is asked for by its id, which the site knows."""
    field = {"id": "customfield_10300", "name": "Tester", "custom": True, "schema": {"type": "user"}}
    custom = parse_workflow(TOML.format(field="Tester")).tracker_fields
    roles = roles_from_fields([field], custom=custom)
    assert roles == {"customfield_10300": "holder Tester"}
    site = {"type": "site", "roles": roles}
    log: Log = log_from_jira([site, life(customfield_10300=user("person-02"))], fields=custom)
    rows = log.events[log.events["kind"] == "holder"]
    assert rows[["after", "field"]].to_numpy().tolist() == [["jira:person-02", "Tester"]]
    stale = log_from_jira([site, life(customfield_10300=user("person-02"))])
    assert "holder" not in set(stale.events["kind"])


@pytest.mark.parametrize("field", ["assignee", "Assignee", "status"])
def test_the_assignee_is_no_such_field(field: str) -> None:
    """It holds work anyway."""
    with pytest.raises(ConfigError, match=f"is '{field}'; name a field of people of your own"):
        parse_workflow(TOML.format(field=field))


def test_a_field_has_one_spelling() -> None:
    """Events name it."""
    twice = TOML.format(field="Tester").replace('["1"]', '["1"]\nholder_field = "tester"')
    with pytest.raises(ConfigError, match="holder_field 'tester' is written in 2 ways; keep one"):
        parse_workflow(twice)
