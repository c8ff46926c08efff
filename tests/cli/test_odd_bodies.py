"""One odd body, or one source that cannot be read, costs nobody anything else."""

import json
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.jira_bodies import history, issue, moved
from tests.reports.without_kernel import run_without_kernels
from vsm.schedule.history import open_history
from vsm.sources.work_folder import WorkFolder

MOVE = history(5, "2026-01-06T09:00:00.000+0000", moved("1", "3"))
ODD = {"id": "1007", "key": "AB-7", "fields": {"status": "Open"}, "changelog": {"histories": []}}


pytestmark = pytest.mark.slow


@pytest.fixture
def work(vsm: Shell, tmp_path: Path) -> Path:
    """A work folder in which an export with two odd bodies was pulled."""
    lines = [issue(1, MOVE, now="3"), ODD, issue(2), None]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)))
    vsm("init", "--dir", tmp_path / "w")
    assert vsm("pull", "--dir", tmp_path / "w", "jira", "--file", tmp_path / "a.jsonl") == 0
    return tmp_path / "w"


def test_odd_bodies_are_named_and_the_rest_is_read(vsm: Shell, work: Path) -> None:
    """Check finds two tickets and says which bodies are missing, and why."""
    assert vsm("check", "--dir", work) == 1  # a fault, no crash
    assert "2 tickets" in vsm.out
    assert "AB-7: fields.created is missing; fields.status is a text, not an object; " in vsm.out
    assert "a.jsonl, line 4: it is null, or nested too deeply; it is left out" in vsm.out


def test_a_source_that_fails_for_whatever_reason_stops_no_other(
    vsm: Shell, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its failure names it; the next one is pulled, and the exit code says that something failed."""
    (tmp_path / "t.csv").write_text("ID,When,State\n7,2026-01-05 08:00,New\n")
    about = ["--map", "ticket=ID,at=When,status=State", "--timezone", "UTC"]
    assert vsm("pull", "--dir", work, "table", "--file", tmp_path / "t.csv", *about) == 0
    (tmp_path / "t.csv").write_text("ID,When,State\n7,2026-01-05 08:00,New\n8,2026-01-05 08:00,New\n")

    def odd(*words: object, **more: object) -> None:
        raise AttributeError("'NoneType' object has no attribute 'get'")

    monkeypatch.setattr("vsm.cli.source_options.issue_pages", odd)
    assert vsm("pull", "--dir", work) == 1
    assert vsm.out.startswith("jira: failed; its data stay as they were")
    assert (
        "jira: its data could not be read (AttributeError 'NoneType' object has no attribute 'get')"
        in vsm.err
    )
    assert "please report" not in vsm.err
    vsm("check", "--dir", work)
    assert "4 tickets" in vsm.out


def test_a_source_whose_documents_defeat_us_costs_no_other_its_numbers(
    vsm: Shell, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report is made of what can be read, and a fault names the rest."""
    (tmp_path / "t.csv").write_text("ID,When,State\n7,2026-01-05 08:00,New\n")
    about = ["--map", "ticket=ID,at=When,status=State", "--timezone", "UTC"]
    assert vsm("pull", "--dir", work, "table", "--file", tmp_path / "t.csv", *about) == 0

    def odd(*words: object, **more: object) -> None:
        raise KeyError("id")

    monkeypatch.setattr("vsm.archive_log.log_from_table", odd)
    assert vsm("check", "--dir", work) == 1
    assert "2 tickets" in vsm.out
    assert "fault: unreadable source (1)" in vsm.out


def test_a_run_makes_a_report_of_what_can_be_read(
    vsm: Shell, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two odd bodies, and a second source whose file is gone: its last data count, and the pages name both."""
    run_without_kernels(monkeypatch)
    (tmp_path / "t.csv").write_text("ID,When,State\n7,2026-01-05 08:00,New\n")
    about = ["--map", "ticket=ID,at=When,status=State", "--timezone", "UTC"]
    assert vsm("pull", "--dir", work, "table", "--file", tmp_path / "t.csv", *about) == 0
    (tmp_path / "t.csv").unlink()
    report = '\n[[report]]\nname = "weekly"\nnotebooks = ["05_what_is_stuck_now"]\n'
    (work / "vsm.toml").write_text((work / "vsm.toml").read_text() + report)
    assert vsm("run", "--dir", work) == 3
    (page,) = (work / "site" / "weekly").glob("2*/05_what_is_stuck_now.html")
    for html in (page.read_text(), (work / "site" / "weekly" / "index.html").read_text()):
        assert "The pull of table:t failed; its data are as of" in html
        assert "unreadable document (2): " in html
        assert "AB-7: fields.created is missing" in html
    with open_history(WorkFolder(work).history) as history:
        (run,) = history.runs("weekly")
    assert (run.outcome, run.tickets) == ("stale", 3)
