"""One pull of a source at a time: whoever comes second is refused, and nothing is lost, whatever ends the first."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.reports.pages import run_vsm
from tests.share import share
from vsm.errors import BusyError
from vsm.sources.archive import open_archive
from vsm.sources.lock import one_at_a_time
from vsm.sources.work_folder import WorkFolder

TICKETS = 3000
SOURCE = "table:steps"
EXPORT = ("table", "--map", "ticket=id,at=when,status=state", "--file")
AT = datetime(2026, 1, 5, tzinfo=UTC)
HOLD = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from vsm.sources.lock import one_at_a_time
with one_at_a_time(Path(sys.argv[1]), what="pull", at=datetime(2026, 1, 5, tzinfo=UTC)):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A work folder, and an export beside it."""
    run_vsm("init", "--dir", tmp_path / "work")
    rows = [f"T-{number},2026-01-05T08:00:00Z,Open" for number in range(TICKETS)]
    (tmp_path / "steps.csv").write_text("\n".join(["id,when,state", *rows]))
    return tmp_path / "work"


def stored(work: Path) -> int:
    """How many tickets the archive holds."""
    with open_archive(WorkFolder(work).archive) as archive:
        return sum(1 for _ in archive.documents(SOURCE))


def begun(work: Path) -> "subprocess.Popen[str]":
    """A pull of the export in a process of its own."""
    command = ["-m", "vsm.cli", "pull", "--dir", work, *EXPORT, work.parent / "steps.csv"]
    return subprocess.Popen(
        [sys.executable, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.slow
@pytest.mark.parametrize("trial", range(share(1, of=20)))
def test_two_pulls_at_once_lose_nothing(work: Path, trial: int) -> None:
    """Each ends well or says who was first; every ticket is there. A table is whole: what it lacks is dropped."""
    both = [begun(work), begun(work)]
    errors = [process.communicate(timeout=120)[1] for process in both]
    for process, error in zip(both, errors, strict=True):
        assert process.returncode == 0 or "another pull of table:steps is under way" in error, trial
    assert stored(work) == TICKETS
    run_vsm("pull", "--dir", work)
    assert stored(work) == TICKETS


@pytest.mark.slow
def test_a_second_pull_is_refused_until_the_first_is_killed(work: Path) -> None:
    """It names the process, and writes nothing; a kill leaves no lock that holds."""
    lock = WorkFolder(work).pull_lock(SOURCE)
    lock.parent.mkdir(exist_ok=True)
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(lock)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    second = begun(work)
    _, error = second.communicate(timeout=120)
    assert second.returncode == 1
    assert f"another pull of table:steps is under way (process {holder.pid}, since 2026-01-05" in error
    assert stored(work) == 0
    holder.kill()
    holder.communicate()
    run_vsm("pull", "--dir", work, *EXPORT, work.parent / "steps.csv")
    assert stored(work) == TICKETS


def test_other_sources_have_locks_of_their_own(tmp_path: Path) -> None:
    """Whatever their names hold; the same source is busy."""
    folder = WorkFolder(tmp_path)
    with one_at_a_time(folder.pull_lock("git:a/../b"), what="pull of git:a/../b", at=AT):
        with one_at_a_time(folder.pull_lock("jira"), what="pull of jira", at=AT):
            pass
        with (
            pytest.raises(BusyError, match=r"another pull of git:a/\.\./b is under way"),
            one_at_a_time(folder.pull_lock("git:a/../b"), what="pull of git:a/../b", at=AT),
        ):
            pass
