"""Is a notebook run whole or refused, with what it got to?"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from papermill.engines import NBClientEngine, NotebookExecutionManager

from tests.reports.pages import code, parameters
from vsm.errors import NotebookError
from vsm.reports.forks import FORKS
from vsm.reports.papermill_process import SavingEngine
from vsm.reports.run_notebook import run_notebook

pytestmark = pytest.mark.slow

HOSTILE = '"; raise SystemExit #\n\\ {weeks} é'
SHOW = "import os, sys\nprint([sys.executable, weeks, team, os.getcwd(), 'leaked' in globals()])"


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory, write_notebook: Callable[..., Path]) -> Iterator[Path]:
    """Run one good notebook, in a folder with braces, for a user with a startup file of their own."""
    folder = tmp_path_factory.mktemp("runs") / "a {weeks} b"
    folder.mkdir()
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("leaked = True")
    path = write_notebook(
        folder / "good.ipynb", parameters(), code(SHOW, name="show"), code("", name="empty")
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        yield run_notebook(path, to=folder / "out.ipynb", parameters={"weeks": 3, "team": HOSTILE})


def test_this_very_python_runs_it_in_its_folder_with_its_parameters_and_nothing_else(executed: Path) -> None:
    """Whatever kernel the notebook names; a hostile text arrives as text; no startup file is run."""
    cell = next(cell for cell in json.loads(executed.read_text())["cells"] if cell["id"] == "show")
    printed = "".join(cell["outputs"][0]["text"]).strip()
    assert printed == str([sys.executable, 3, HOSTILE, str(executed.parent), False])


def test_a_good_run_leaves_no_partial_notebook(executed: Path) -> None:
    """Only what was asked for appears."""
    assert sorted(path.name for path in executed.parent.glob("*.ipynb")) == ["good.ipynb", "out.ipynb"]


def test_the_executed_notebook_tells_nothing_of_this_machines_folders(executed: Path) -> None:
    """papermill's own note of the paths is cut to the name; what the notebook itself prints is its own."""
    noted = json.loads(executed.read_text())["metadata"]["papermill"]
    assert (noted["input_path"], noted["output_path"]) == ("good.ipynb", "good.ipynb")


def test_a_path_among_the_parameters_is_nobodys_business(
    tmp_path: Path, write_notebook: Callable[..., Path]
) -> None:
    """It is used, and then forgotten in code, metadata and outputs; other words that hold it stay."""
    data = tmp_path / 'my "data" é'
    data.mkdir()
    path = write_notebook(
        tmp_path / "paths.ipynb",
        code('data_dir: str = "../data"  # work folder', name="parameters", tags=["parameters"]),
        code("import pathlib\nprint(pathlib.Path(data_dir).is_dir(), data_dir, data_dir + '2')", name="show"),
    )
    text = run_notebook(path, to=tmp_path / "out.ipynb", parameters={"data_dir": str(data)}).read_text()
    cells = {cell["id"]: cell for cell in json.loads(text)["cells"]}
    assert "".join(cells["show"]["outputs"][0]["text"]).strip() == f"True work folder {data}2"
    injected = next(cell for cell in cells.values() if "injected-parameters" in cell["metadata"]["tags"])
    assert "".join(injected["source"]).splitlines()[-1] == 'data_dir = "work folder"'
    assert json.loads(text)["metadata"]["papermill"]["parameters"] == {"data_dir": "work folder"}


def test_a_notebook_that_is_not_there_is_told(tmp_path: Path) -> None:
    """No process is started for it."""
    with pytest.raises(
        NotebookError, match=r"absent\.ipynb: stopped: there is no such file; no cell was run"
    ):
        run_notebook(tmp_path / "absent.ipynb", to=tmp_path / "out.ipynb", parameters={})


@pytest.mark.parametrize(
    ("source", "timeout", "message"),
    [
        (
            "raise ValueError('no such stage\\nat all')",
            60,
            "cell 'stop' stopped: ValueError: no such stage; ",
        ),
        ("import os; os._exit(3)", 60, "cell 'stop' stopped: DeadKernelError: Kernel died; "),
        ("import time; time.sleep(60)", 5, "cell 'stop' stopped: no end after 5 seconds; "),
    ],
    ids=["failing cell", "dead kernel", "too slow"],
)
def test_a_run_that_stops_says_where_and_keeps_what_it_got_to(
    tmp_path: Path, write_notebook: Callable[..., Path], source: str, timeout: float, message: str
) -> None:
    """Cell, the error's own first line and the partial notebook; the wanted file does not appear."""
    path = write_notebook(tmp_path / "bad.ipynb", code("1 + 1", name="first"), code(source, name="stop"))
    with pytest.raises(NotebookError, match=message) as caught:
        run_notebook(path, to=tmp_path / "out.ipynb", parameters={}, timeout=timeout)
    partial = tmp_path / "out.partial.ipynb"
    assert str(caught.value).endswith(f"the cells that ran are in {partial}")
    first = next(cell for cell in json.loads(partial.read_text())["cells"] if cell["id"] == "first")
    assert "".join(first["outputs"][0]["data"]["text/plain"]) == "2"
    assert not (tmp_path / "out.ipynb").exists()


@pytest.mark.parametrize(
    "forked", [pytest.param(True, marks=pytest.mark.skipif(not FORKS, reason="no forks here")), False]
)
def test_where_papermill_itself_was_ended_nothing_is_said_to_be_kept(
    tmp_path: Path, write_notebook: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, forked: bool
) -> None:
    """The notebook that it saved when it began has no outputs; who ended it is known, and why often."""
    monkeypatch.setattr("vsm.reports.forks.FORKS", forked)
    kill = "import os, signal; os.kill(os.getppid(), signal.SIGKILL)"
    path = write_notebook(tmp_path / "flow.ipynb", code("1 + 1", name="first"), code(kill, name="kill"))
    message = "flow.ipynb: stopped: the system ended it, as it does when memory runs out; no output was kept"
    with pytest.raises(NotebookError, match=f"^{message}$"):
        run_notebook(path, to=tmp_path / "out.ipynb", parameters={})


def test_a_notebook_is_saved_when_it_begins_and_when_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not with each cell; at the end also where its kernel died, so that what it got to is kept."""
    saved: list[str] = []

    def run(cells: NotebookExecutionManager, _kernel: str, **_how: object) -> None:
        cells.save()
        cells.save()
        raise RuntimeError("the kernel died")

    monkeypatch.setattr("papermill.engines.write_ipynb", lambda _notebook, path: saved.append(path))
    monkeypatch.setattr(NBClientEngine, "execute_managed_notebook", run)
    empty = nbformat.from_dict({"metadata": {"papermill": {}}, "cells": []})  # type: ignore[no-untyped-call]
    with pytest.raises(RuntimeError, match="the kernel died"):
        SavingEngine.execute_notebook(empty, "vsm", output_path="out.ipynb", progress_bar=False)
    assert saved == ["out.ipynb", "out.ipynb"]
