"""Small inputs that once gave wrong numbers by default, with what is right; each stands for a kind."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.jira_bodies import assigned, history, issue, log_from_jira, moved
from vsm.archive_log import parts_from_archive
from vsm.config import Workflow, parse_workflow
from vsm.cuts import Window
from vsm.eventlog.as_of import last_recorded
from vsm.eventlog.from_tables import log_from_table
from vsm.eventlog.log import sorted_events
from vsm.from_log import stream_from_log
from vsm.model.lifecycle import completed, was_discarded
from vsm.sources.archive import open_archive
from vsm.sources.jira_file import issue_pages
from vsm.sources.table_file import parse_columns, row_pages
from vsm.stream import ValueStream
from vsm.tables import EVENTS, conform

pytestmark = pytest.mark.slow


CASES = Path(__file__).parents[1] / "cases"
FIVE_STAGES = parse_workflow(
    "\n".join(
        f'[[stage]]\nname = "{name}"\nkind = "{kind}"\nstatuses = ["{name}"]'
        for name, kind in (("Open", "queue"), ("In Progress", "work"), ("Waiting for QA", "queue"),
                           ("In QA", "work"), ("Done", "done"))
    )
)  # fmt: skip


def read(case: str, folder: Path, workflow: Workflow | None = None) -> ValueStream:
    """The stream of a case's Jira bodies, under the workflow that nobody wrote."""
    with open_archive(folder / f"{case}.sqlite") as archive:
        pages = issue_pages(CASES / f"{case}.jsonl.gz")
        archive.store(pages, source="jira", scope=case, at=datetime(2026, 11, 26, tzinfo=UTC))
        log = parts_from_archive(archive).log()
    as_of = last_recorded(log)
    assert as_of is not None
    return stream_from_log(log, workflow=workflow or Workflow(), as_of=as_of)


def read_table(case: str, workflow: str) -> ValueStream:
    """The stream of a case's table, under these stages: ``name kind`` by line; a stage takes its status."""
    columns = parse_columns(
        "ticket=ticket,at=at,status=status,holder=holder" + ",team=team" * ("team" in case)
    )
    pages = row_pages(CASES / f"{case}.csv", columns=columns, timezone=None)
    log = log_from_table(
        (document.body for page in pages for document in page.documents), source="table:desk"
    )
    as_of = last_recorded(log)
    assert as_of is not None
    return stream_from_log(log, workflow=stages(workflow), as_of=as_of)


def stages(lines: str) -> Workflow:
    """A workflow of lines such as ``In Progress work``."""
    named = [line.strip().rpartition(" ") for line in lines.splitlines() if line.strip()]
    return parse_workflow(
        "\n".join(f'[[stage]]\nname = "{n}"\nkind = "{k}"\nstatuses = ["{n}"]' for n, _, k in named)
    )


def test_a_change_of_team_alone_is_a_team_handoff() -> None:
    """Line 1 hands off to Line 2 at 11:00, in the same status and with the same holder."""
    stream = read_table("team-changes-alone", "In Progress work\nDone done")
    work = stream.visits[stream.visits["kind"] == "work"]
    assert work[["team", "entered"]].astype("str").to_numpy().tolist() == [
        ["Line 1", "2026-01-05 09:00:00+00:00"],
        ["Line 2", "2026-01-05 11:00:00+00:00"],
    ]
    passed = stream.handoffs[["from_team", "to_team", "given", "person", "team"]].astype("str")
    assert passed.to_numpy().tolist() == [["Line 1", "Line 2", "2026-01-05 11:00:00+00:00", "False", "True"]]


def test_work_of_no_length_takes_part_in_handoffs_and_ping_pong() -> None:
    """Person 1 in A, person 2 in B at one instant, person 1 in A again: two handoffs, once there and back."""
    stream = read_table("work-of-no-length", "A work\nFor x queue\nB work\nDone done")
    passed = stream.handoffs[["from_holder", "to_holder", "back"]].astype("str").to_numpy().tolist()
    assert passed == [["person-1", "person-2", "False"], ["person-2", "person-1", "True"]]
    back_and_forth = stream.ping_pong[stream.ping_pong["level"] == "stage"]
    assert back_and_forth[["a", "b", "tickets", "rounds"]].to_numpy().tolist() == [["A", "B", 1, 1]]


def test_two_histories_of_one_instant_are_two_moves() -> None:
    """A rule of Jira's moves a ticket through QA, assigned to its tester, and on to Done within a second."""
    noon = "2026-01-05T12:00:00.000+0000"
    through = [
        history(1, "2026-01-05T10:00:00.000+0000", moved("1", "3"), assigned(None, "person-01")),
        history(2, noon, assigned("person-01", "person-02"), moved("3", "5")),
        history(3, noon, moved("5", "6"), assigned("person-02", "person-01")),
    ]
    log = log_from_jira([issue(1, *through, now="6")])
    as_of = pd.Timestamp("2026-01-05T13:00", tz="UTC")
    stream = stream_from_log(
        log, workflow=stages("Open queue\nIn Progress work\nIn QA work\nClosed done"), as_of=as_of
    )
    assert stream.visits[["stage", "holder"]].astype("object").fillna("-").to_numpy().tolist() == [
        ["Open", "person-01"],
        ["In Progress", "person-01"],
        ["In QA", "person-02"],
        ["Closed", "-"],
    ]
    assert stream.handoffs["to_holder"].astype("str").tolist() == ["person-02"]


def test_what_was_discarded_within_hours_makes_no_lead_time_short(tmp_path: Path) -> None:
    """Twelve delivered in 20 days each; twelve closed as Won't Do stand apart, with their 51 hours."""
    lifecycles = read("discarded", tmp_path).lifecycles
    delivered, discarded = completed(lifecycles), lifecycles[was_discarded(lifecycles)]
    assert len(delivered) == len(discarded) == 12
    assert delivered["lead"].median() == pd.Timedelta(days=20)
    assert discarded["lead"].sum() == pd.Timedelta(hours=51)


def test_a_custom_field_called_status_moves_no_ticket(tmp_path: Path) -> None:
    """Three days In Progress and an hour before, whatever the field of that name says meanwhile."""
    lifecycles = read("custom-field-named-status", tmp_path, FIVE_STAGES).lifecycles
    assert set(lifecycles["work"]) == {pd.Timedelta(days=3)}
    assert set(lifecycles["wait"]) == {pd.Timedelta(hours=1)}


def test_an_apps_account_holds_nothing(tmp_path: Path) -> None:
    """It moves each ticket to QA, and comments: nobody's work, and no handoff to a program."""
    stream = read("app-account", tmp_path, FIVE_STAGES)
    assert set(stream.visits["holder"].dropna()) == {"dev-1"}
    assert stream.handoffs.empty


def test_a_move_between_projects_is_no_migration(tmp_path: Path) -> None:
    """Seven of ten days wait for QA after it, and count."""
    stream = read("moved-between-projects", tmp_path, FIVE_STAGES)
    assert not stream.events["bulk"].any()
    shares = stream.stage_shares.set_index("stage")["share"]
    assert round(shares["Waiting for QA"], 2) == 0.7


def test_a_resolution_in_a_status_that_is_not_done_is_reported_or_the_finish(tmp_path: Path) -> None:
    """13 are resolved In Progress, 14 are done without a resolution."""
    stream = read("resolved-but-not-done", tmp_path)
    checks = stream.quality.set_index("check")["detail"]
    assert checks["resolved but not done"].startswith(
        "13 tickets have a resolution in a status that is not done"
    )
    assert checks["done without resolution"].startswith(
        "14 of 14 tickets in a done status have no resolution"
    )
    assert len(completed(stream.lifecycles)) == 14
    finish = parse_workflow('[outcome]\nfinish = "resolution"')
    assert len(completed(read("resolved-but-not-done", tmp_path, finish).lifecycles)) == 27


def test_a_statuss_category_is_the_latest_word(tmp_path: Path) -> None:
    """One body of eleven says "new" of a status that is done by now: all are finished, and it is reported."""
    stream = read("status-category-changed", tmp_path)
    assert stream.lifecycles["finished"].notna().sum() == 11
    checks = stream.quality.set_index("check")["detail"]
    assert "10 say done, 1 say queue" in checks["status category changed"]


def test_epics_and_sub_tasks_are_not_counted_beside_stories(tmp_path: Path) -> None:
    """13 stories of 5 days are units of work; the epic of 100 days and the 13 sub-tasks stand apart."""
    stream = read("epics-and-subtasks", tmp_path)
    assert stream.tickets["unit"].astype("str").value_counts().to_dict() == {
        "unit": 13,
        "part": 13,
        "container": 1,
    }
    done = completed(stream.lifecycles)
    assert len(done) == 13
    assert set(done["lead"]) == {pd.Timedelta(days=5)}
    stories = stream.tickets[stream.tickets["unit"] == "unit"]
    epic = stream.tickets.loc[stream.tickets["unit"] == "container", "ticket"].astype("str")
    assert set(stories["parent"].astype("str")) == set(epic)
    reported = stream.quality.set_index("check")["detail"]["not counted as units of work"]
    assert reported.startswith(
        "not counted beside the units of work: 13 parts and 1 container among 27 tickets"
    )


def worked_on_in_parts(window: Window | None = None) -> ValueStream:
    """A story waits for five days while two of its sub-tasks are worked on for a day and a half, overlapping."""
    done = history(9, "2026-01-10T09:00:00.000+0000", moved("1", "6"))
    story = issue(1, done, now="6", issuetype={"name": "Story", "subtask": False})
    parts = [
        issue(
            number,
            history(number, f"2026-01-06T{begun}:00:00.000+0000", moved("1", "3")),
            history(number + 10, f"2026-01-07T{ended}:00:00.000+0000", moved("3", "6")),
            now="6",
            issuetype={"name": "Unteraufgabe", "subtask": True},
            parent={"id": "1001", "key": "AB-1"},
        )
        for number, begun, ended in ((2, "09", "12"), (3, "10", "21"))
    ]
    return stream_from_log(
        log_from_jira([story, *parts]),
        workflow=stages("Open queue\nIn Progress work\nClosed done"),
        as_of=pd.Timestamp("2026-01-11", tz="UTC"),
        window=window,
    )


def test_work_on_parts_counts_for_the_unit_that_has_none_of_its_own() -> None:
    """It began with the first part."""
    stream = worked_on_in_parts()
    life = stream.lifecycles.set_index("ticket").loc["jira:1001"]
    assert (life["lead"], life["work"], life["wait"]) == (
        pd.Timedelta(days=5),
        pd.Timedelta(days=1, hours=12),
        pd.Timedelta(days=3, hours=12),
    )
    assert life["started"] == pd.Timestamp("2026-01-06T09:00", tz="UTC")
    assert stream.stage_shares.set_index("stage").loc["Open", "waited"] == pd.Timedelta(days=3, hours=12)
    told = stream.explain("AB-1")
    assert (told.waited, told.worked) == (life["wait"], life["work"])
    assert "Somebody worked on AB-2, AB-3 meanwhile, which counts for this ticket." in str(told)
    assert "Wait: 2026-01-05 09:00 to 2026-01-10 09:00, 3 d 12:00:00" in str(told)
    assert (
        "Nobody worked on the ticket itself; time in which its parts were worked on is not counted."
        in str(told)
    )
    assert "Nobody works on a ticket in a queue." not in str(told)


@pytest.mark.parametrize(
    "copy",
    [replace, lambda stream: replace(stream, seed=7), lambda stream: pickle.loads(pickle.dumps(stream))],
)
def test_a_copy_of_a_window_without_the_parts_knows_when_they_were_worked_on(
    copy: Callable[[ValueStream], ValueStream],
) -> None:
    """A window of stories keeps no sub-task."""
    life = copy(worked_on_in_parts(Window(words=(("type", "Story"),)))).lifecycles
    assert life["ticket"].tolist() == ["jira:1001"]
    assert life["started"].tolist() == [pd.Timestamp("2026-01-06T09:00", tz="UTC")]
    assert life["cycle"].tolist() == [pd.Timedelta(days=4)]


def test_what_was_never_recorded_is_unknown_and_no_cause() -> None:
    """A table without a column of holders has no unassigned work; a note says so. One with holders has."""
    rows = [
        {"line": 2, "at": "2026-01-05T09:00:00Z", "status": "Open", "holder": None},
        {"line": 3, "at": "2026-01-06T09:00:00Z", "status": "Build", "holder": None},
        {"line": 4, "at": "2026-01-07T09:00:00Z", "status": "Done", "holder": None},
    ]
    unknown = {"team": None, "actor": None}
    tickets: list[dict[str, Any]] = [
        {"ticket": str(n), "rows": [row | unknown for row in rows]} for n in range(12)
    ]
    for holder, causes in ((None, False), ("person-1", True)):
        tickets[0]["rows"][1]["holder"] = holder
        stream = stream_from_log(
            log_from_table(tickets, source="table:desk"),
            workflow=stages("Open queue\nBuild work\nDone done"),
            as_of=pd.Timestamp("2026-01-08", tz="UTC"),
        )
        assert ("unassigned" in set(stream.waits["cause"])) is causes
        assert ("assignees not recorded" in set(stream.quality["check"])) is not causes


def test_work_that_only_commits_show_is_reported() -> None:
    """Commits made while a ticket is in a queue: QUALITY counts them, and so does the bracket's caption."""
    lives = [
        [
            history(2 * n, f"2026-01-10T{n:02}:00:00.000+0000", moved("1", "3")),
            history(2 * n + 1, f"2026-01-11T{n:02}:00:00.000+0000", moved("3", "6")),
        ]
        for n in range(1, 13)
    ]
    log = log_from_jira([issue(n, *life, now="6") for n, life in enumerate(lives)])
    commit = log.events[log.events["kind"] == "created"].assign(
        at=pd.Timestamp("2026-01-07T09:00", tz="UTC"), source="git:shop", ref="c1", seq=0, kind="commit"
    )
    events = sorted_events(conform(pd.concat([log.events, commit]).astype({"ticket": "str"}), EVENTS))
    stream = stream_from_log(
        replace(log, events=events),
        workflow=stages("Open queue\nIn Progress work\nClosed done"),
        as_of=pd.Timestamp("2026-01-12", tz="UTC"),
    )
    told = stream.quality.set_index("check")["detail"]["work in queues"]
    assert told.startswith(
        "12 of 12 commits (100 %) on delivered tickets were made while these were in a queue"
    )
    caption = str(stream.plot.efficiency_bars().to_dict()["layout"]).replace("<br>", " ")
    assert "(not work in queues, where 100 % of commits were made)" in caption


def kinds(stream: ValueStream) -> dict[str, tuple[str, bool, str | None]]:
    """Kind, whether tickets are held up there, and what the kind was guessed from, in the stages' order."""
    rows = stream.stages.sort_values("position").to_dict("records")
    return {
        row["stage"]: (row["kind"], row["blocked"], None if pd.isna(row["assumed"]) else row["assumed"])
        for row in rows
    }


def test_german_statuses_mean_what_they_say(tmp_path: Path) -> None:
    """All tickets are finished, so no category of the middle ones is in the export; names say it."""
    stream = read("german-export", tmp_path)
    assert kinds(stream) == {
        "Offen": ("queue", False, "name"),
        "Bereit": ("queue", False, "name"),
        "In Arbeit": ("work", False, "name"),
        "Warten auf QS": ("queue", False, "name"),
        "In Prüfung": ("work", False, "name"),
        "Fertig": ("done", False, None),
    }
    assert not any("In Arbeit" in finding.claim for finding in stream.findings)
    assert len(stream.blocks) == 15
    assert set(stream.blocks["detail"]) == {"Hindernis"}
    assert set(stream.blocks["end"] - stream.blocks["start"]) == {pd.Timedelta(days=2)}


def test_waiting_that_is_filed_as_in_progress_waits(tmp_path: Path) -> None:
    """Six of the eight stages in progress are queues, two of them held up."""
    stream = read("waiting-filed-in-progress", tmp_path)
    read_as = kinds(stream)
    assert list(read_as) == [
        "To Do", "In Progress", "Ready for review", "Waiting for QA", "On Hold", "Blocked", "Ready for Test",
        "Pending approval", "QA", "Done",
    ]  # fmt: skip
    work = {"In Progress": ("work", False, "name"), "QA": ("work", False, "name")}
    held_up = dict.fromkeys(("On Hold", "Blocked"), ("queue", True, "name"))
    queues = dict.fromkeys(read_as, ("queue", False, "name"))
    assert read_as == queues | work | held_up | {"Done": ("done", False, None)}
    waits = stream.waits.astype({"stage": "str", "cause": "str"})
    in_working_hours = waits[waits["working"] > pd.Timedelta(0)].groupby("stage")["cause"].agg(set)
    assert in_working_hours["On Hold"] == in_working_hours["Blocked"] == {"blocked"}
    assert "blocked" not in in_working_hours["Ready for Test"]


@pytest.mark.parametrize(
    "called",
    [
        {},
        {
            "In Progress": "Zubereitung",
            "In Code Review": "Abschmecken",
            "To Do": "Wunsch",
            "Closed": "Fertig",
        },
        {"In Progress": "Ωμέγα", "In Code Review": "Άλφα", "To Do": "Ψι", "Closed": "Hecho"},
        {"In Progress": "开发", "In Code Review": "乙", "To Do": "待办", "Closed": "已完成"},
    ],
)
def test_stages_stand_in_the_order_that_most_moves_follow(called: dict[str, str], tmp_path: Path) -> None:
    """Whatever they are called, in any alphabet: a forward move is no return."""
    rows = pd.read_csv(CASES / "stage-order.csv").replace({"status": called})
    file = tmp_path / "export.csv"
    rows.to_csv(file, index=False)
    columns = {"ticket": "ticket", "at": "at", "status": "status", "holder": "who"}
    pages = row_pages(file, columns=columns, timezone="UTC")
    log = log_from_table(
        (document.body for page in pages for document in page.documents), source="table:desk"
    )
    as_of = last_recorded(log)
    assert as_of is not None
    stream = stream_from_log(log, workflow=Workflow(), as_of=as_of)
    order = ["To Do", "In Progress", "In Code Review", "Closed"]
    assert stream.stages.sort_values("position")["stage"].tolist() == [called.get(s, s) for s in order]
    forward = stream.handoffs[stream.handoffs["from_stage"] == called.get("In Progress", "In Progress")]
    assert not forward["back"].any()


def test_parts_of_nothing_are_reported() -> None:
    """A sub-task whose parent was not pulled is not counted, and vsm check says so; so are unknown types."""
    part = issue(2, issuetype={"name": "Sub-task", "subtask": True}, parent={"id": "999", "key": "AB-999"})
    workflow = parse_workflow('[scope]\ncontainers = ["Epoch"]')
    stream = stream_from_log(
        log_from_jira([issue(1), part]), workflow=workflow, as_of=pd.Timestamp("2026-01-11", tz="UTC")
    )
    checks = stream.quality.set_index("check")["detail"]
    assert checks["parts of no unit"].startswith("1 of 1 parts belong to no unit of work in the data")
    assert checks["unknown type"].startswith("no ticket is of the type 'Epoch' in [scope]")


def test_time_in_which_parts_are_worked_on_is_no_waiting_anywhere() -> None:
    """Ten days between two stages of a story, eight of them with a sub-task at work: two days of waiting."""
    story = issue(
        1,
        history(1, "2026-01-05T10:00:00.000+0000", moved("1", "3"), assigned(None, "person-01")),
        history(2, "2026-01-06T09:00:00.000+0000", moved("3", "1")),
        history(3, "2026-01-16T09:00:00.000+0000", moved("1", "5"), assigned("person-01", "person-02")),
        history(4, "2026-01-18T09:00:00.000+0000", moved("5", "6")),
        now="6",
    )
    part = issue(
        2,
        history(5, "2026-01-07T09:00:00.000+0000", moved("1", "3")),
        history(6, "2026-01-15T09:00:00.000+0000", moved("3", "6")),
        now="6",
        issuetype={"name": "Sub-task", "subtask": True},
        parent={"id": "1001", "key": "AB-1"},
    )
    stream = stream_from_log(
        log_from_jira([story, part]),
        workflow=stages("Open queue\nIn Progress work\nIn QA work\nClosed done"),
        as_of=pd.Timestamp("2026-01-20", tz="UTC"),
    )
    day = pd.Timedelta(days=1)
    handoff = stream.handoffs.iloc[0]
    assert handoff["taken"] - handoff["given"] == 10 * day
    assert handoff["wait"] == 2 * day
    shares = stream.stage_shares.set_index("stage")
    assert shares["total"]["Open"] == 2 * day + pd.Timedelta(hours=1)
    assert (shares["kind"]["(work on parts)"], shares["total"]["(work on parts)"]) == ("work", 8 * day)
    assert shares["share"].sum() == pytest.approx(1)


def test_closed_when_created_stops_no_check() -> None:
    """Three tickets that were closed when they were created have no lead time at all."""
    closed = [issue(n, now="6", resolution={"name": "Won't Do"}) for n in (1, 2, 3)]
    stream = stream_from_log(
        log_from_jira([*closed, issue(4)]),
        workflow=stages("Open queue\nClosed done"),
        as_of=pd.Timestamp("2026-01-11", tz="UTC"),
    )
    assert "3 of 3 finished tickets were discarded, with 0 %" in " ".join(stream.quality["detail"])


@pytest.mark.parametrize(
    ("asked", "aliases"),
    [("OLD-7", "{}"), (" old-7 ", "{}"), ("FORMER-1", '{ FORMER = "AB" }'), ("ab-1", "{}")],
)
def test_a_ticket_is_found_by_the_keys_that_it_had(asked: str, aliases: str) -> None:
    """Moved from another project, or in a project that was renamed."""
    move = {"field": "Key", "from": None, "fromString": "OLD-7", "to": None, "toString": "AB-1"}
    workflow = parse_workflow(f"[jira]\naliases = {aliases}")
    stream = stream_from_log(
        log_from_jira([issue(1, history(1, "2026-01-06T09:00:00.000+0000", move)), issue(2)]),
        workflow=workflow,
        as_of=pd.Timestamp("2026-01-11", tz="UTC"),
    )
    assert stream.explain(asked).key == "AB-1"
    assert stream.life(asked).layout.title.text.startswith("AB-1")
