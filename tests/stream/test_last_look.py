"""Now is the last look at the trackers, where anything says when that was; else the last event recorded."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.jira_bodies import issue
from tests.stream.work import TOML, done
from vsm import read_stream
from vsm.cli.app import app
from vsm.config import Report, parse_workflow
from vsm.errors import EmptyWindowError, VsmError
from vsm.schedule.plan import plan_run
from vsm.sources.archive import Document, Page, open_archive
from vsm.sources.work_folder import WorkFolder

LIVE = {"url": "https://jira.example.org"}
MONDAY = datetime(2026, 3, 2, 6, tzinfo=UTC)
RECORDED = "2026-02-01 09:00"

Pull = tuple[str, dict[str, str], datetime]


def pulled(root: Path, pulls: Sequence[Pull]) -> Path:
    """A work folder into which each of these was pulled: (source, options, when); ticket 1 is done, 2 open."""
    folder = WorkFolder(root)
    folder.workflow.write_text(TOML)
    page = Page(tuple(Document(str(body["id"]), body) for body in (done(1, 8), issue(2))))
    with open_archive(folder.archive) as archive:
        for source, asked, at in pulls:
            pages = [page] if source.startswith("jira") else []
            archive.store(pages, source=source, scope=json.dumps(asked), at=at)
    return root


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pulls", "now"),
    [
        ([("jira", LIVE, MONDAY)], "2026-03-02 06:00"),
        ([("jira", LIVE, MONDAY), ("jira", LIVE, MONDAY + timedelta(days=7))], "2026-03-09 06:00"),
        ([("jira", LIVE, MONDAY), ("jira:b", LIVE, MONDAY + timedelta(days=7))], "2026-03-02 06:00"),
        ([("jira", LIVE, MONDAY), ("git:shop", {"repo": "."}, MONDAY + timedelta(days=7))], "2026-03-02 06:00"),
        ([("jira", {"file": "a"}, MONDAY)], RECORDED),
        ([("jira", {"file": "a", "taken": "2026-02-20T00:00:00+00:00"}, MONDAY)], "2026-02-20 00:00"),
        ([("jira", {"file": "a", "taken": "2026-02-20T00:00:00+00:00"}, MONDAY),
          ("jira", {"file": "a"}, MONDAY + timedelta(days=1))], RECORDED),
    ],
)  # fmt: skip
def test_now_is_the_last_look(tmp_path: Path, pulls: Sequence[Pull], now: str) -> None:
    """Of several trackers the earliest; a repository says nothing; a later export without a date takes it back."""
    stream = read_stream(pulled(tmp_path, pulls))
    assert f"{stream.as_of:%Y-%m-%d %H:%M}" == now
    (age,) = set(stream.lifecycles.loc[stream.lifecycles["finished"].isna(), "lead"])
    assert age == stream.as_of - pd.Timestamp("2026-01-05T09:00", tz="UTC")


@pytest.mark.slow
def test_a_window_counts_from_the_last_look(tmp_path: Path) -> None:
    """Nothing was recorded since the first of February, and it was seen in March that nothing was."""
    root = pulled(tmp_path, [("jira", LIVE, MONDAY)])
    assert len(read_stream(root, since="2026-02-20").tickets) == 1
    with pytest.raises(EmptyWindowError, match="the last look at the tracker is of 2026-03-02 06:00 UTC"):
        read_stream(root, since="2026-03-05")


@pytest.mark.slow
@pytest.mark.parametrize(("asked", "since"), [(LIVE, "2026-02-23"), ({"file": "a"}, "2026-03-03")])
def test_relative_windows_of_a_report_end_with_the_last_look(
    tmp_path: Path, asked: dict[str, str], since: str
) -> None:
    """The pull before the run failed for a week; where nothing says when that was, they end with the run."""
    folder = WorkFolder(pulled(tmp_path, [("jira", asked, MONDAY)]))
    report = Report(
        name="weekly", notebooks=("00_can_we_trust_the_data",), parameters={"since": "last 7 days"}
    )
    run = MONDAY + timedelta(days=8)
    plan = plan_run(folder, report, workflow=parse_workflow(TOML), at=run)
    assert plan.parameters["since"] == since


@pytest.mark.slow
def test_an_export_says_when_it_was_taken(tmp_path: Path) -> None:
    """Open work is as old as at the end of that day; another file in its place says nothing of itself."""
    file, run = tmp_path / "issues.jsonl", CliRunner()
    file.write_text("\n".join(json.dumps(body) for body in (done(1, 8), issue(2))))
    work = str(tmp_path / "work")
    assert run.invoke(app, ["init", "--dir", work]).exit_code == 0
    options = ["pull", "--dir", work, "jira", "--file", str(file), "--taken"]
    assert run.invoke(app, [*options, "2026-02-20"]).exit_code == 0
    assert read_stream(work).as_of == pd.Timestamp("2026-02-21", tz="UTC")
    assert run.invoke(app, ["pull", "--dir", work]).exit_code == 0
    assert read_stream(work).as_of == pd.Timestamp("2026-02-21", tz="UTC")
    later = datetime.now(UTC).timestamp() + 60
    os.utime(file, (later, later))
    assert run.invoke(app, ["pull", "--dir", work]).exit_code == 0
    assert read_stream(work).as_of == pd.Timestamp(RECORDED, tz="UTC")


@pytest.mark.slow
def test_an_export_that_is_gone_stops_no_other_source(tmp_path: Path) -> None:
    """Its pull fails with a sentence of its own; the other export is pulled again."""
    run, work = CliRunner(), str(tmp_path / "work")
    assert run.invoke(app, ["init", "--dir", work]).exit_code == 0
    for name, body in (("a", done(1, 8)), ("b", issue(2))):
        file = tmp_path / f"{name}.jsonl"
        file.write_text(json.dumps(body))
        options = ["--file", str(file), "--name", name, "--taken", "2026-02-20"]
        assert run.invoke(app, ["pull", "--dir", work, "jira", *options]).exit_code == 0
    (tmp_path / "a.jsonl").unlink()
    (tmp_path / "b.jsonl").write_text(json.dumps(issue(3)))
    found = run.invoke(app, ["pull", "--dir", work])
    assert isinstance(found.exception, VsmError)
    assert "a.jsonl" in str(found.exception)
    assert "AB-3" in set(read_stream(work).tickets["key"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--file", "a.jsonl", "--taken", "20.2.2026"], "--taken is '20.2.2026'; write the day"),
        (["--file", "a.jsonl", "--taken", "2999-01-01"], "which is still to come"),
        (
            ["--url", "https://jira.example.org", "--taken", "2026-02-20"],
            "a live Jira is seen when it is pulled",
        ),
    ],
)
def test_a_day_that_cannot_be_is_refused(tmp_path: Path, options: list[str], message: str) -> None:
    """One clear sentence, before anything is pulled."""
    found = CliRunner().invoke(app, ["pull", "--dir", str(tmp_path), "jira", *options])
    assert found.exit_code != 0
    assert message in " ".join(str(found.exception).split())
