"""A board's columns become the stages that are proposed."""

from typing import Any

import pandas as pd

from tests.eventlog.test_stages import entered, mapped, named
from vsm.config import Workflow
from vsm.eventlog.infer import Board, BoardColumn, board_from_jira, propose_stages
from vsm.eventlog.stages import stages_from_names

NAMES = named(
    ("jira:1", "Open", "queue"),
    ("jira:2", "Selected", "queue"),
    ("jira:3", "Doing", "work"),
    ("jira:4", "Reopened", "work"),
    ("jira:5", "Testing", "queue"),
    ("jira:6", "Live", "work"),
    ("jira:7", "On hold", "queue"),
)
USED = entered("jira:1", "jira:3", "jira:7", "jira:5", "jira:6")


def board(*columns: tuple[str, list[str]]) -> Board:
    return Board(tuple(BoardColumn(name, tuple(f"jira:{n}" for n in ids)) for name, ids in columns))


def proposed(
    known: Board, *, names: pd.DataFrame = NAMES, workflow: Workflow | None = None
) -> list[list[str]]:
    stages = stages_from_names(names, workflow=workflow or Workflow())
    return [
        [stage.name, stage.kind, " ".join(stage.statuses), stage.reason]
        for stage in propose_stages(stages, events=USED, board=known)
    ]


def test_one_stage_for_each_column_in_its_order() -> None:
    """First waits, last is done, those between go by name, then category; the rest comes after."""
    columns = ("To do", ["2", "1"]), ("Dev", ["3", "4"]), ("QA", ["5"]), ("Out", ["6"])
    assert proposed(board(*columns)) == [
        ["To do", "queue", "jira:2 jira:1", "as the board's first column"],
        ["Dev", "work", "jira:3 jira:4", "by its name"],
        ["QA", "work", "jira:5", "by its name"],
        ["Out", "done", "jira:6", "as the board's last column"],
        ["On hold", "queue", "jira:7", "on no column of the board"],
    ]


def test_the_name_of_a_column_says_more_than_its_statuses() -> None:
    """Also of the first; but what is last is done, whatever it is called."""
    columns = ("In Progress", ["1"]), ("Waiting for customer", ["3"]), ("Testing", ["6"])
    assert [row[1] for row in proposed(board(*columns))][:3] == ["work", "external", "done"]


def test_a_first_column_in_which_people_work_is_no_queue() -> None:
    """Its name says so, or that of its statuses."""
    (kind, _, reason) = proposed(board(("Dev", ["3"]), ("Out", ["6"])))[0][1:]
    assert (kind, reason) == ("work", "by its name")
    (kind, _, reason) = proposed(board(("Crew", ["4"]), ("Crew 2", ["3"]), ("Out", ["6"])))[1][1:]
    assert (kind, reason) == ("work", "by its statuses' names")


def test_most_statuses_of_a_column_decide() -> None:
    """Two wait, one works."""
    kinds = [row[1] for row in proposed(board(("Any", ["7"]), ("Mixed", ["3", "1", "2"]), ("Out", ["6"])))]
    assert kinds[:3] == ["queue", "queue", "done"]


def test_statuses_that_nobody_knows_or_that_are_mapped_are_not_proposed() -> None:
    """A column without any other is no stage; one that no ticket has entered is."""
    columns = ("To do", ["1"]), ("Ghost", ["99"]), ("Dev", ["3", "99"]), ("Next", ["2"]), ("Out", ["6"])
    rows = proposed(board(*columns), workflow=mapped("jira:1"))
    assert [row[0] for row in rows] == ["Dev", "Next", "Out", "On hold", "Testing"]
    assert [row[2] for row in rows][:3] == ["jira:3", "jira:2", "jira:6"]


def test_stages_are_never_called_alike() -> None:
    """A status beside the board may bear the name of a column, and two columns the same one."""
    columns = ("On hold", ["1"]), ("Dev", ["3"]), ("Dev", ["5"]), ("Out", ["6"])
    assert [row[0] for row in proposed(board(*columns))] == [
        "On hold", "Dev", "Dev (2)", "Out", "On hold (not on the board)",
    ]  # fmt: skip


def test_a_boards_document() -> None:
    """Columns without statuses are none, and limits hold only where the board counts."""
    column = {"name": " Dev ", "statuses": ["3", "4"], "wip": 3}
    empty: dict[str, Any] = {"name": "Later", "statuses": [], "wip": None}
    body = {"type": "board", "name": "B", "constraint": "issueCount", "columns": [column, empty]}
    (read,) = board_from_jira(body, source="jira:shop").columns
    assert (read.name, read.statuses, read.wip) == ("Dev", ("jira:shop:3", "jira:shop:4"), 3)
    assert board_from_jira(body | {"constraint": "none"}).columns[0].wip is None
    assert board_from_jira(body | {"columns": [column | {"wip": None}]}).columns[0].wip is None
