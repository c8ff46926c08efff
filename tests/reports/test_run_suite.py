"""Are several notebooks run at the same time, and ended together?"""

import json
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest

from tests.reports.pages import code, parameters
from tests.stream.work import done, filled
from vsm import read_stream
from vsm.reports import forks
from vsm.reports.forks import FORKS
from vsm.reports.publish import attempt_suite

pytestmark = pytest.mark.slow

MEET = """
import pathlib, time
pathlib.Path("{mine}").write_text("")
end = time.monotonic() + 240
while not pathlib.Path("{other}").exists() and time.monotonic() < end:
    time.sleep(0.05)
assert pathlib.Path("{other}").exists()
"""


def test_two_notebooks_run_at_the_same_time(tmp_path: Path, write_notebook: Callable[..., Path]) -> None:
    """Each waits for the other's mark, which it would never see if they ran one after the other."""
    pairs = [("one", "two"), ("two", "one")]
    notebooks = [
        write_notebook(
            tmp_path / f"{mine}.ipynb", parameters(), code(MEET.format(mine=mine, other=other), name="meet")
        )
        for mine, other in pairs
    ]
    into = tmp_path / "out"
    into.mkdir()
    assert attempt_suite({path: {} for path in notebooks}, into=into, timeout=300, workers=2) is None
    assert sorted(path.name for path in into.iterdir()) == ["one.ipynb", "two.ipynb"]


def test_a_fault_ends_the_others_and_is_told(tmp_path: Path, write_notebook: Callable[..., Path]) -> None:
    """A notebook that would sleep for ten minutes is not waited for; what stopped it is not the fault."""
    slow = write_notebook(tmp_path / "slow.ipynb", code("import time; time.sleep(600)", name="sleep"))
    bad = write_notebook(tmp_path / "bad.ipynb", code("1 / 0", name="divide"))
    into = tmp_path / "out"
    into.mkdir()
    begun = monotonic()
    fault = attempt_suite({slow: {}, bad: {}}, into=into, timeout=900, workers=2)
    assert monotonic() - begun < 300
    assert fault is not None
    assert (fault.notebook, fault.cell) == ("bad.ipynb", "divide")


def test_one_at_a_time_is_possible(tmp_path: Path, write_notebook: Callable[..., Path]) -> None:
    """With one worker the first fault is the first notebook's, and the second is never begun."""
    notebooks = [
        write_notebook(tmp_path / f"{name}.ipynb", code("1 / 0", name="divide"))
        for name in ("first", "second")
    ]
    into = tmp_path / "out"
    into.mkdir()
    fault = attempt_suite({path: {} for path in notebooks}, into=into, timeout=300, workers=1)
    assert fault is not None
    assert fault.notebook == "first.ipynb"
    assert not (into / "second.ipynb").exists()


@pytest.mark.skipif(not FORKS, reason="forks run notebooks on Linux alone")
def test_notebooks_begin_with_what_was_read_and_with_the_environment_of_now(
    tmp_path: Path, write_notebook: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stream is in the kernel's memory; variables and time zone are those of the moment of the run."""
    monkeypatch.setattr("vsm.recent._kept", {})
    read_stream(filled(tmp_path / "work", done(1, 8)))
    for zone in ("Asia/Tokyo", "America/Lima"):
        monkeypatch.setenv("TZ", zone)
        look = "import os, time, vsm.recent\nprint(len(vsm.recent._kept), os.environ['TZ'], -time.timezone // 3600)"
        into = tmp_path / zone.rpartition("/")[2]
        into.mkdir()
        notebook = write_notebook(tmp_path / "look.ipynb", code(look, name="look"))
        assert attempt_suite({notebook: {}}, into=into, timeout=300) is None
    cells = [
        json.loads((tmp_path / city / "look.ipynb").read_text())["cells"][0] for city in ("Tokyo", "Lima")
    ]
    assert [cell["outputs"][0]["text"] for cell in cells] == [["1 Asia/Tokyo 9\n"], ["1 America/Lima -5\n"]]


@pytest.mark.skipif(not FORKS, reason="forks run notebooks on Linux alone")
def test_a_server_that_was_killed_is_replaced(tmp_path: Path, write_notebook: Callable[..., Path]) -> None:
    """As by a system that is short of memory, between two reports of one process."""
    notebook = write_notebook(tmp_path / "one.ipynb", code("1 + 1", name="add"))
    for number in range(2):
        into = tmp_path / str(number)
        into.mkdir()
        assert attempt_suite({notebook: {}}, into=into, timeout=300) is None
        forks._servers[0][0].kill()
        forks._servers[0][0].wait()
