"""Runs with the real renderer are killed at any moment: a whole report stands, and no stranger's file is gone."""

import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.jira_bodies import issue
from tests.reports.pages import run_vsm
from tests.reports.without_kernel import run_without_kernels
from tests.schedule.world import PLAN
from tests.share import THOROUGH, share
from vsm.schedule.history import open_history
from vsm.sources.work_folder import WorkFolder

KILLS = share(2, of=50)
KEEP = 2
DELAYS = {"pull": 0.5, "check": 3.0, "render": 12.0, "publish": 0.2, "done": 0.05}
"""Seconds within which a run is killed after it says that it enters a phase."""


def export(work: Path, tickets: int) -> None:
    """Write the tracker's export anew, with so many tickets."""
    bodies = [issue(number, created="2026-01-02T09:00:00.000+0000") for number in range(1, tickets + 1)]
    (work.parent / "issues.jsonl").write_text("\n".join(map(json.dumps, bodies)))


def begun(work: Path) -> "subprocess.Popen[str]":
    """Begin a run in a process of its own, whose temporary files lie beside the folder."""
    environment = os.environ | {"TMPDIR": str(work.parent / "tmp")}
    command = [sys.executable, "-m", "vsm.cli", "run", "--dir", str(work)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )


def kill(work: Path, *, phase: str, delay: float) -> str:
    """Kill a run some time after it enters this phase, or whenever it ends before; returns the last one it said."""
    process, said = begun(work), "nothing"
    assert process.stdout is not None
    for line in process.stdout:
        said = next((word for word in DELAYS if re.search(rf" {word}( \(|$)", line.rstrip())), said)
        if said == phase:
            time.sleep(delay)
            break
    process.kill()
    process.wait()
    process.stdout.close()
    return said


def put_strangers(work: Path, run: str) -> dict[Path, str]:
    """Put files of somebody else into every place of runs, and into this run; returns them with their content."""
    outside = work.parent / "outside"
    (outside / "2026-01-01T070000Z").mkdir(parents=True, exist_ok=True)
    theirs = {
        outside / name: "outside" for name in ("index.html", "notes.txt", "2026-01-01T070000Z/index.html")
    }
    places = ("site", "site/weekly", f"site/weekly/{run}", "runs", "runs/weekly", "runs/weekly/failed",
              "www", "www/weekly", f"www/weekly/{run}")  # fmt: skip
    for place in (work / name for name in places):
        (place / "mine").mkdir(parents=True, exist_ok=True)
        (place / "2026-01-01T070000Z").mkdir(exist_ok=True)
        (place / "elsewhere").symlink_to(outside)
        names = (".htaccess", "CNAME", "notes.txt", "mine/page.html", "2026-01-01T070000Z/index.html")
        theirs |= {place / name: "theirs" for name in (*names, "2026-01-01T070000Z.tar.xz")}
        theirs[place / "elsewhere"] = str(outside)
    for path in theirs:
        if not path.is_symlink():
            path.write_text(theirs[path])
    return theirs


def as_they_are(theirs: dict[Path, str]) -> dict[Path, str]:
    """What these files hold now, and where links lead."""
    return {
        path: str(path.readlink()) if path.is_symlink() else path.read_text() if path.exists() else "gone"
        for path in theirs
    }


def check_pages(work: Path, theirs: dict[Path, str]) -> None:
    """Whatever is published is whole, and first pages lead to what is there."""
    for base in (work / "site" / "weekly", work / "www" / "weekly"):
        for page in base.rglob("*.html"):
            if page not in theirs:
                assert page.read_text().endswith("</html>"), page
        if (base / "index.html").exists():
            links = re.findall(r'href="(\d[^"#]*)"', (base / "index.html").read_text())
            assert [link for link in links if not (base / link).exists()] == []


def check_history(work: Path, *, tickets: int, killed: int) -> None:
    """After a run that was not killed, the history tells the truth, and nothing unfinished lies about."""
    with open_history(WorkFolder(work).history) as history:
        assert history.under_way() == []
        runs = history.runs("weekly")
    assert [run.number for run in runs] == list(range(len(runs), 0, -1))
    assert runs[0].tickets == tickets
    already = runs[1].good and runs[1].tickets == tickets
    assert runs[0].outcome == ("unchanged" if already else "done")
    assert {run.outcome for run in runs} <= {"done", "unchanged", "broken off"}
    assert sum(run.outcome == "broken off" for run in runs) <= killed
    made = [run.folder for run in runs if run.outcome == "done"]
    assert len(made) == len(set(made))
    for base in (work / "site" / "weekly", work / "www" / "weekly"):
        whole = {page.parent.name for page in base.glob("2*/index.html")} - {"2026-01-01T070000Z"}
        assert whole == set(made[:KEEP])
        assert not [path for path in base.rglob(".*") if path.name != ".htaccess"]
    assert {path.name for path in (work / "runs" / "weekly").iterdir()} <= {
        ".htaccess", "CNAME", "notes.txt", "mine", "elsewhere", "2026-01-01T070000Z", "failed",
        "2026-01-01T070000Z.tar.xz",
    }  # fmt: skip


@pytest.mark.slow
def test_killed_runs_lose_and_double_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After each kill, what is published is whole; the next run makes the report, and strangers' files are there.

    Each report is killed one to three times before it is left to end. Runs that are left to end are run here, and
    without a kernel but where thorough: what kills leave behind is of those that have one.
    """
    if not THOROUGH:
        run_without_kernels(monkeypatch)
    work = tmp_path / "work"
    (tmp_path / "tmp").mkdir()
    work.mkdir()
    (work / "vsm.toml").write_text(PLAN.replace("keep = 6", f'keep = {KEEP}\npublish = "www"'))
    export(work, 1)
    run_vsm("pull", "--dir", work, "jira", "--file", tmp_path / "issues.jsonl")
    run_vsm("run", "--dir", work)
    with open_history(WorkFolder(work).history) as history:
        (first,) = history.runs("weekly")
    theirs = put_strangers(work, first.folder)
    rng, reached, tickets = random.Random(17), Counter[str](), 1
    while reached.total() < KILLS:
        for _ in range(min(rng.randint(1, 3), KILLS - reached.total())):
            tickets += 1
            export(work, tickets)
            phase = rng.choice(list(DELAYS))
            reached[kill(work, phase=phase, delay=rng.uniform(0, DELAYS[phase]))] += 1
            assert as_they_are(theirs) == theirs
            check_pages(work, theirs)
        run_vsm("run", "--dir", work)
        assert as_they_are(theirs) == theirs
        check_pages(work, theirs)
        check_history(work, tickets=tickets, killed=reached.total())
    assert len(reached) > 1, reached
    wait_until_empty(tmp_path / "tmp")


def wait_until_empty(folder: Path) -> None:
    """Killed runs leave no process behind, which would hold its temporary folder."""
    end = time.monotonic() + 30
    while (left := list(folder.glob("vsm-*"))) and time.monotonic() < end:
        time.sleep(0.5)
    assert left == []
