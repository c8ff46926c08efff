"""Statuses find their stage by id, then by name; what is unmapped is kept and told."""

import pandas as pd

from vsm.config import Workflow, parse_workflow
from vsm.eventlog.infer import propose_people, propose_stages
from vsm.eventlog.log import sorted_events
from vsm.eventlog.stages import stages_from_names
from vsm.people import People
from vsm.quality.tracker import check_done, check_stages
from vsm.tables import EVENTS, NAMES, conform

DAYS = pd.date_range("2026-01-05", periods=9, tz="UTC")


def named(*rows: tuple[str, str, str | None]) -> pd.DataFrame:
    """NAMES of statuses from (id, name, category), each seen a day after the one before."""
    frame = pd.DataFrame(rows, columns=["id", "name", "category"]).assign(
        kind="status", last=DAYS[: len(rows)]
    )
    return conform(frame, NAMES)


def entered(*statuses: str) -> pd.DataFrame:
    """One ticket that goes through these statuses, a day each."""
    frame = pd.DataFrame(
        {
            "ticket": "jira:1", "at": DAYS[: len(statuses)], "kind": "status", "after": statuses,
            "source": "jira", "ref": [str(n) for n in range(len(statuses))], "seq": 0, "bulk": False,
        }
    )  # fmt: skip
    return sorted_events(conform(frame, EVENTS))


def mapped(*statuses: str) -> Workflow:
    listed = ", ".join(f'"{status}"' for status in statuses)
    return parse_workflow(f'[[stage]]\nname = "Test"\nkind = "work"\nteam = "qa"\nstatuses = [{listed}]')


def test_a_status_is_found_by_any_name_it_bore() -> None:
    """A renamed status stays in its stage, whichever of its names the file lists."""
    names = named(("jira:7", "QA", None), ("jira:7", "Testing", None))
    for word in ("QA", "Testing", "jira:7"):
        row = stages_from_names(names, workflow=mapped(word)).to_dict("records")[0]
        assert (row["stage"], row["kind"], row["team"], row["name"], row["mapped"]) == (
            "Test",
            "work",
            "qa",
            "Testing",
            True,
        )


def test_a_status_called_like_a_stage_belongs_to_it() -> None:
    """Else two stages of one name, of different kinds, would be taken for one."""
    names = named(("jira:1", "Test", "queue"), ("jira:7", "QA", None))
    stages = stages_from_names(names, workflow=mapped("QA"))
    assert stages[["stage", "kind", "mapped"]].to_numpy().tolist() == [["Test", "work", True]] * 2


def test_an_unmapped_status_keeps_its_name_and_the_trackers_kind() -> None:
    """It is placed before what is done, counted by tickets, and is a fault."""
    names = named(("jira:7", "QA", "work"), ("jira:9", "Old", None), ("jira:10", "Closed", "done"))
    workflow = parse_workflow('[[stage]]\nname = "Done"\nkind = "done"\nstatuses = ["Closed"]')
    stages = stages_from_names(names, workflow=workflow)
    assert stages.sort_values("position")[["stage", "kind"]].to_numpy().tolist() == [
        ["Old", "queue"],
        ["QA", "work"],
        ["Done", "done"],
    ]
    doubts = check_stages(stages, names=names, events=entered("jira:7", "jira:10"), workflow=workflow)
    assert doubts["level"].astype("str").tolist() == ["fault"]
    assert (
        doubts["detail"]
        .str.contains(r"status 'QA' \(jira:7\) of 1 ticket belongs to no stage and counts as work")
        .all()
    )


def test_one_id_in_two_stages_is_a_fault_until_the_id_is_listed() -> None:
    """Imports give one id two names; where these mean two stages, somebody has to say which."""
    two = parse_workflow(
        '[[stage]]\nname = "A"\nkind = "queue"\nstatuses = ["Received"]\n'
        '[[stage]]\nname = "B"\nkind = "work"\nstatuses = ["In Review"]'
    )
    names = named(("jira:1", "Received", None), ("jira:1", "In Review", None))
    found = check_stages(
        stages_from_names(names, workflow=two), names=names, events=entered("jira:1"), workflow=two
    )
    assert found["check"].astype("str").tolist() == ["status of two stages"]
    assert "list its id in the right one" in found["detail"][0]


def test_a_status_that_occurs_nowhere_is_noted() -> None:
    """A misspelt status in the file is told, and falsifies nothing."""
    names = named(("jira:7", "QA", None))
    workflow = mapped("QA", "Q A")
    found = check_stages(
        stages_from_names(names, workflow=workflow), names=names, events=entered("jira:7"), workflow=workflow
    )
    assert found[["check", "level"]].astype("str").to_numpy().tolist() == [["status never seen", "note"]]


def test_that_no_stage_is_done_is_reported() -> None:
    """Nothing would ever be finished; without tickets there is nothing to say."""
    stages = stages_from_names(named(("jira:7", "QA", None)), workflow=mapped("QA"))
    (note,) = check_done(stages, workflow=Workflow(), tickets=3)
    assert note.detail.startswith("no stage is done, so no ticket ever counts as finished")
    assert list(check_done(stages, workflow=Workflow(), tickets=0)) == []
    assert list(check_done(stages.assign(kind="done"), workflow=Workflow(), tickets=3)) == []
    unreached = parse_workflow('[[stage]]\nname = "Done"\nkind = "done"\nstatuses = ["Never reached"]')
    assert list(check_done(stages, workflow=unreached, tickets=3)) == []


def test_proposals_follow_the_order_of_lives_and_say_why() -> None:
    """Queue, work, done as tickets reach them; a well-known name wins over the tracker's category."""
    names = named(
        ("jira:6", "Closed", "done"),
        ("jira:3", "In Review", "queue"),
        ("jira:1", "Open", "queue"),
        ("jira:8", "Idle", None),
    )
    proposed = propose_stages(
        stages_from_names(names, workflow=Workflow()), events=entered("jira:1", "jira:3", "jira:6")
    )
    assert [(p.name, p.kind, p.statuses) for p in proposed] == [
        ("Open", "queue", ("jira:1",)),
        ("In Review", "work", ("jira:3",)),
        ("Closed", "done", ("jira:6",)),
    ]
    assert proposed[1].reason == "by its name"


def test_an_unmapped_kind_is_assumed_from_name_then_category_then_traces() -> None:
    """Only what the tracker files as done is known; a stay held up is a queue, wherever it is filed."""
    names = named(
        ("jira:1", "Stufe 1", None), ("jira:2", "Stufe 2", None), ("jira:3", "Stufe 3", "work"),
        ("jira:4", "Warten auf QS", "work"), ("jira:5", "On Hold", "work"), ("jira:6", "Abgenommen", "done"),
    )  # fmt: skip
    walk = entered("jira:1", "jira:2", "jira:3", "jira:4", "jira:5", "jira:6")
    comment = walk[walk["after"] == "jira:2"].assign(kind="comment", after=None, ref="note", seq=1)
    events = sorted_events(conform(pd.concat([walk, comment]).astype({"kind": "str"}), EVENTS))
    columns = ["kind", "assumed", "blocked"]
    read = stages_from_names(names, workflow=Workflow(), events=[events])[columns].fillna({"assumed": ""})
    assert read.to_numpy().tolist() == [
        ["queue", "evidence", False],
        ["work", "evidence", False],
        ["work", "category", False],
        ["queue", "name", False],
        ["queue", "name", True],
        ["done", "", False],
    ]
    without = stages_from_names(names, workflow=Workflow(), events=[walk])
    assert without["assumed"].tolist()[:2] == ["nothing", "nothing"]


def test_unmapped_stages_stand_in_the_order_that_moves_follow() -> None:
    """Between the file's own and what is done, whatever they are called."""
    names = named(("jira:1", "Zeta", None), ("jira:2", "Alpha", None), ("jira:3", "End", "done"))
    stages = stages_from_names(names, workflow=Workflow(), events=[entered("jira:1", "jira:3", "jira:2")])
    assert stages.sort_values("position")["stage"].tolist() == ["Zeta", "Alpha", "End"]


def test_a_mapped_kind_is_assumed_until_it_is_confirmed() -> None:
    """The key says what it was guessed from."""
    stage = '[[stage]]\nname = "Test"\nkind = "queue"\nstatuses = ["QA"]\nassumed = "board"\nblocked = true\n'
    names = named(("jira:7", "QA", None))
    (row,) = stages_from_names(names, workflow=parse_workflow(stage)).to_dict("records")
    assert (row["assumed"], row["blocked"], row["mapped"]) == ("board", True, True)
    confirmed = parse_workflow(stage + "confirmed = true")
    assert stages_from_names(names, workflow=confirmed)["assumed"].isna().all()


def test_declared_people_are_not_proposed_again() -> None:
    """Only accounts that the file does not know are proposed."""
    people = People({"jira:a": "dev-1", "git:dev-1": "dev-1", "jira:b": "dev-2"})
    assert [p.name for p in propose_people(people, declared={"jira:a": "dev-1", "git:dev-1": "dev-1"})] == [
        "dev-2"
    ]


def test_a_status_with_control_characters_is_shown_without() -> None:
    """As a stage of its own, and where vsm.toml has a stage of that name."""
    names = conform(
        pd.DataFrame(
            {"kind": "status", "id": ["jira:1", "jira:2"], "name": ["Re\x07view", "\x1b[1mDone\x0b"]}
        ),
        NAMES,
    )
    workflow = parse_workflow('[[stage]]\nname = "Done"\nkind = "done"')
    table = stages_from_names(names, workflow=workflow)
    assert table[["name", "stage", "mapped"]].to_numpy().tolist() == [
        ["Re view", "Re view", False],
        ["Done", "Done", True],
    ]
