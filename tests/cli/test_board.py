"""``vsm init --infer`` proposes the stages of the board that was pulled."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.jira_bodies import history, issue, moved
from vsm.sources.archive import Document, Page, open_archive
from vsm.sources.work_folder import WorkFolder, read_workflow

BOARD = {
    "type": "board",
    "name": "Shop",
    "constraint": "issueCount",
    "columns": [
        {"name": "Next", "statuses": ["1"], "wip": None},
        {"name": "Dev", "statuses": ["3"], "wip": 2},
        {"name": "Out", "statuses": ["6"], "wip": None},
    ],
}


@pytest.mark.slow
def test_infer_writes_the_boards_columns_and_limits(vsm: Shell, tmp_path: Path) -> None:
    """In their order, with kinds and reasons; the file can be read, and a second time adds nothing."""
    folder = WorkFolder(tmp_path)
    begun = history(10, "2026-01-06T10:00:00.000+0000", moved("1", "3"))
    body = issue(1, begun, history(11, "2026-01-07T10:00:00.000+0000", moved("3", "6")), now="6")
    with open_archive(folder.archive) as archive:
        pages = [Page((Document("1001", body), Document("board", BOARD)))]
        archive.store(pages, source="jira", scope="test", at=datetime(2026, 2, 1, tzinfo=UTC))
    assert vsm("init", "--dir", tmp_path, "--infer") == 0
    text = folder.workflow.read_text()
    assert (
        'name = "Dev"\nkind = "work" # guessed by its name\nstatuses = ["jira:3"]\nwip = 2\nassumed = "name"'
        in text
    )
    stages = [(stage.name, stage.kind, stage.wip) for stage in read_workflow(folder).stages]
    assert stages == [("Next", "queue", None), ("Dev", "work", 2), ("Out", "done", None)]
    assert vsm("init", "--dir", tmp_path, "--infer") == 0
    assert folder.workflow.read_text() == text
