"""Visits leave as event logs that other tools read, and come back the same."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from defusedxml.ElementTree import fromstring
from jsonschema import Draft202012Validator, FormatChecker

from tests.streams import stream_of
from vsm.config import Workflow, parse_workflow
from vsm.errors import ParameterError
from vsm.eventlog.from_tables import log_from_table
from vsm.from_log import stream_from_log
from vsm.reports.event_logs import export_event_log
from vsm.sources.table_file import row_pages
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow

LIVES = (
    [("Ready", 1.5), ("Build", 2), ("Ready", 1), ("Build", 0.25), ("Done", 0)],
    [("Ready", 1), ("Build", 0)],
    [("Build", 3), ("Done", 1), ("Build", 1), ("Done", 0)],
    [("Ready", 2), ("Build", 0)],
)
COLUMNS = ["ticket", "n", "stage", "kind", "holder", "team", "entered", "left", "elapsed", "revisit"]


def plain(stream: ValueStream) -> pd.DataFrame:
    """The visits by keys and names, which a log keeps; ids are the source's own."""
    keys = dict(zip(stream.tickets["ticket"].astype("str"), stream.tickets["key"], strict=True))
    visits = stream.visits.astype(dict.fromkeys(("ticket", "stage", "kind", "holder", "team"), "str"))
    visits["ticket"] = visits["ticket"].map(keys)
    return visits.sort_values(["ticket", "n"], ignore_index=True)[COLUMNS]


def read_back(path: Path, *, workflow: Workflow, as_of: pd.Timestamp) -> ValueStream:
    pages = row_pages(path, columns={}, timezone=None)
    bodies = [document.body for page in pages for document in page.documents]
    return stream_from_log(log_from_table(bodies, source="table:x"), workflow=workflow, as_of=as_of)


@pytest.mark.parametrize("name", ["log.xes", "log.xes.gz"])
def test_a_written_log_is_read_back_with_equal_visits(tmp_path: Path, name: str) -> None:
    """Kinds of stages, returns, open and lost tickets; twice the same bytes."""
    stream = stream_of(*LIVES, gone={4: 9}, resolutions={3: "Won't Do"})
    export_event_log(stream.visits, tickets=stream.tickets, to=tmp_path / name)
    again = read_back(tmp_path / name, workflow=Workflow(), as_of=stream.as_of)
    pd.testing.assert_frame_equal(plain(again), plain(stream))
    outcomes = [one.lifecycles["outcome"].astype("str").fillna("-").tolist() for one in (stream, again)]
    assert outcomes == [["delivered", "-", "discarded", "-"]] * 2
    assert again.quality["check"].tolist().count("overlapping activities") == 0
    first = (tmp_path / name).read_bytes()
    export_event_log(stream.visits, tickets=stream.tickets, to=tmp_path / name)
    assert (tmp_path / name).read_bytes() == first


KINDS = "\n".join(
    f'[[stage]]\nname = "{name}"\nkind = "{kind}"\nstatuses = ["{name}"]'
    for name, kind in (
        ("A", "work"),
        ("For x", "queue"),
        ("B", "work"),
        ("In Progress", "work"),
        ("Done", "done"),
    )
)
STAGES = """
[[stage]]
name = "Äußere <Prüfung> & \\"Co\\""
kind = "external"
statuses = ["a"]
[[stage]]
name = "Work"
kind = "work"
statuses = ["b"]
"""


def step(
    line: int, day: int, status: str, holder: str | None = None, team: str | None = None
) -> dict[str, Any]:
    at = f"2026-01-{day:02}T09:00:00.000001+00:00"
    return {"line": line, "at": at, "status": status, "holder": holder, "team": team, "actor": None}


def test_odd_names_external_stages_and_teams_come_back(tmp_path: Path) -> None:
    """Text that XML would read as its own; what no XML may hold becomes a mark."""
    rows = [
        step(2, 5, "a"),
        step(3, 6, "b", "<dev> & \x01Co", "Team 'A'"),
        step(4, 8, "a"),
        step(5, 9, "b", "dev", "B"),
    ]
    log = log_from_table([{"ticket": "7", "summary": "]]>", "rows": rows}], source="table:x")
    stream = stream_from_log(log, workflow=parse_workflow(STAGES), as_of=pd.Timestamp("2026-02-01", tz="UTC"))
    export_event_log(stream.visits, tickets=stream.tickets, to=tmp_path / "x.xes")
    back = plain(read_back(tmp_path / "x.xes", workflow=Workflow(), as_of=stream.as_of))
    whole = plain(stream)
    whole["holder"] = whole["holder"].str.replace("\x01", "\ufffd")
    pd.testing.assert_frame_equal(back, whole)


@pytest.mark.parametrize("case", ["work-of-no-length", "team-changes-alone"])
def test_visits_of_no_length_and_of_one_stage_come_back(tmp_path: Path, case: str) -> None:
    """In their order, each with its holder and team."""
    columns = {word: word for word in ("ticket", "at", "status", "holder", "team")}
    table = Path(__file__).parents[1] / "cases" / f"{case}.csv"
    known = {word: word for word in columns if word in table.read_text().splitlines()[0].split(",")}
    pages = row_pages(table, columns=known, timezone=None)
    log = log_from_table([d.body for page in pages for d in page.documents], source="table:x")
    as_of, workflow = pd.Timestamp("2026-02-01", tz="UTC"), parse_workflow(KINDS)
    stream = stream_from_log(log, workflow=workflow, as_of=as_of)
    export_event_log(stream.visits, tickets=stream.tickets, to=tmp_path / "x.xes")
    back = read_back(tmp_path / "x.xes", workflow=workflow, as_of=as_of)
    pd.testing.assert_frame_equal(plain(back), plain(stream))
    assert (
        len(back.handoffs) == len(stream.handoffs) == {"work-of-no-length": 2, "team-changes-alone": 1}[case]
    )


def test_a_log_is_what_process_mining_tools_expect(tmp_path: Path) -> None:
    """The standard's keys: a trace a ticket, a start and a completion a visit; nobody works in a queue."""
    stream = stream_of([("Ready", 1), ("Build", 0)])
    export_event_log(stream.visits, tickets=stream.tickets, to=tmp_path / "x.xes")
    space = "{http://www.xes-standard.org/}"
    (trace,) = fromstring((tmp_path / "x.xes").read_text()).findall(f"{space}trace")
    assert [{one.get("key"): one.get("value") for one in event} for event in trace.findall(f"{space}event")] == [
        {"concept:name": "Ready", "kind": "queue", "lifecycle:transition": "start", "time:timestamp": "2026-01-05T09:00:00+00:00"},
        {"concept:name": "Ready", "kind": "queue", "lifecycle:transition": "complete", "time:timestamp": "2026-01-06T09:00:00+00:00"},
        {"concept:name": "Build", "kind": "work", "org:resource": "Person 01", "lifecycle:transition": "start", "time:timestamp": "2026-01-06T09:00:00+00:00"},
    ]  # fmt: skip


def _array(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "object", "required": required, "properties": properties}}


TEXT = {"type": "string"}
INSTANT = {"type": "string", "format": "date-time"}
RELATED = _array(["objectId", "qualifier"], objectId=TEXT, qualifier=TEXT)
TYPES = _array(["name", "attributes"], name=TEXT, attributes=_array(["name", "type"], name=TEXT, type=TEXT))
OCEL = {
    "type": "object",
    "required": ["eventTypes", "objectTypes", "events", "objects"],
    "properties": {
        "eventTypes": TYPES,
        "objectTypes": TYPES,
        "events": _array(
            ["id", "type", "time"], id=TEXT, type=TEXT, time=INSTANT, relationships=RELATED,
            attributes=_array(["name", "value"], name=TEXT, value=TEXT),
        ),
        "objects": _array(
            ["id", "type"], id=TEXT, type=TEXT, relationships=RELATED,
            attributes=_array(["name", "value", "time"], name=TEXT, value=TEXT, time=INSTANT),
        ),
    },
}  # fmt: skip
"""The rules of the JSON schema in the specification of OCEL 2.0 (section 8)."""


@pytest.mark.parametrize("name", ["log.json", "log.jsonocel", "log.ocel.json"])
def test_ocel_follows_the_published_schema(tmp_path: Path, name: str) -> None:
    """And what the specification asks beside it: ids that are unique and known, types and attributes declared."""
    stream = stream_of(*LIVES, gone={4: 9})
    export_event_log(stream.visits, tickets=stream.tickets, to=tmp_path / name)
    log = json.loads((tmp_path / name).read_text())
    Draft202012Validator(OCEL, format_checker=FormatChecker()).validate(log)
    ids = [thing["id"] for thing in log["objects"]]
    assert len(set(ids)) == len(ids)
    assert len({event["id"] for event in log["events"]}) == len(log["events"]) == len(stream.visits)
    for things, types in (("events", "eventTypes"), ("objects", "objectTypes")):
        declared = {kind["name"]: {one["name"] for one in kind["attributes"]} for kind in log[types]}
        assert len(declared) == len(log[types])
        for thing in log[things]:
            assert {one["name"] for one in thing["attributes"]} <= declared[thing["type"]]
            assert {one["objectId"] for one in thing["relationships"]} <= set(ids)
    assert {kind["name"] for kind in log["eventTypes"]} == {"Ready", "Build", "Done"}
    assert log["events"][0]["relationships"][0]["qualifier"] == "ticket"


def test_another_format_is_refused(tmp_path: Path) -> None:
    """With those there are."""
    stream = stream_of(LIVES[0])
    with pytest.raises(
        ParameterError,
        match=r"cannot export to 'x.csv'; use a name ending in .xes, .xes.gz, .json or .jsonocel",
    ):
        export_event_log(stream.visits, tickets=stream.tickets, to=tmp_path / "x.csv")
