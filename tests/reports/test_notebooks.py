"""The notebooks of a report, and the analyst's own copies: parameters set, edits never lost."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.reports.pages import Cell, code, parameters, prose
from vsm.errors import ParameterError, RunError
from vsm.reports import chosen_notebooks, copy_notebooks, with_data
from vsm.reports.notebooks import RECORD
from vsm.reports.parameters import read_parameters


@pytest.fixture
def shipped(tmp_path: Path, write_notebook: Callable[..., Path]) -> Path:
    (tmp_path / "suite").mkdir()
    return write_notebook(tmp_path / "suite" / "flow.ipynb", parameters(), prose("# Flow?", name="q"))


def cells(path: Path) -> list[Cell]:
    found: list[Cell] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def edit(path: Path, position: int, **changes: object) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][position] |= changes
    path.write_text(json.dumps(notebook), encoding="utf-8")


def test_a_copy_has_its_parameters_set(shipped: Path, tmp_path: Path) -> None:
    """What was given stands in its cell, as written there by hand; the rest keeps its default and its help."""
    bench = copy_notebooks([shipped], folder=tmp_path / "own", parameters={"team": 'Web "core"'})
    assert bench.copied == ("flow.ipynb",)
    values = {
        parameter.name: (parameter.default, parameter.help)
        for parameter in read_parameters(tmp_path / "own" / "flow.ipynb")
    }
    assert values["team"] == ('Web "core"', "one team only, such as # 7")
    assert values["weeks"] == (12, "how far back")


def test_an_edited_copy_is_kept(shipped: Path, tmp_path: Path) -> None:
    """Whatever else is asked for: the analyst's own cells stay."""
    own = tmp_path / "own"
    copy_notebooks([shipped], folder=own, parameters={})
    edit(own / "flow.ipynb", 1, source="# My own question?")
    bench = copy_notebooks([shipped], folder=own, parameters={"weeks": 4})
    assert (bench.copied, bench.kept) == ((), ("flow.ipynb",))
    assert cells(own / "flow.ipynb")[1]["source"] == "# My own question?"


def test_running_a_copy_is_no_edit(shipped: Path, tmp_path: Path) -> None:
    """Outputs and numbers of execution come and go; a newer notebook reaches it."""
    own = tmp_path / "own"
    copy_notebooks([shipped], folder=own, parameters={})
    edit(
        own / "flow.ipynb",
        0,
        execution_count=3,
        outputs=[{"output_type": "stream", "name": "stdout", "text": "x"}],
    )
    edit(shipped, 1, source="# A newer question?")
    assert copy_notebooks([shipped], folder=own, parameters={}).copied == ("flow.ipynb",)
    assert cells(own / "flow.ipynb")[1]["source"] == "# A newer question?"


def test_a_file_that_was_there_before_is_not_ours(shipped: Path, tmp_path: Path) -> None:
    """Nor is one that is no notebook; and a lost record makes every copy the analyst's."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "flow.ipynb").write_text("mine", encoding="utf-8")
    assert copy_notebooks([shipped], folder=own, parameters={}).kept == ("flow.ipynb",)
    assert (own / "flow.ipynb").read_text(encoding="utf-8") == "mine"
    (own / "flow.ipynb").unlink()
    copy_notebooks([shipped], folder=own, parameters={})
    (own / RECORD).write_text("nonsense", encoding="utf-8")
    assert copy_notebooks([shipped], folder=own, parameters={}).kept == ("flow.ipynb",)


def test_an_unknown_parameter_is_refused_before_anything_is_written(shipped: Path, tmp_path: Path) -> None:
    """With the known ones named."""
    with pytest.raises(ParameterError, match="unknown parameter 'week', perhaps 'weeks'"):
        copy_notebooks([shipped], folder=tmp_path / "own", parameters={"week": 1})
    assert not (tmp_path / "own").exists()


def test_a_folder_that_cannot_be_made_is_told(shipped: Path, tmp_path: Path) -> None:
    """In one sentence."""
    (tmp_path / "own").write_text("in the way", encoding="utf-8")
    with pytest.raises(RunError, match="cannot copy notebooks to "):
        copy_notebooks([shipped], folder=tmp_path / "own", parameters={})


def test_other_cells_are_copied_as_they_are(tmp_path: Path, write_notebook: Callable[..., Path]) -> None:
    """A notebook without parameters is only copied."""
    plain = write_notebook(tmp_path / "plain.ipynb", code("1 + 1", name="sum"))
    copy_notebooks([plain], folder=tmp_path / "own", parameters={})
    assert cells(tmp_path / "own" / "plain.ipynb") == cells(plain)


def test_reports_are_made_of_numbered_notebooks_unless_some_are_named() -> None:
    """The stand-up only where it is named; slides have a command of their own."""
    every = [path.stem for path in chosen_notebooks((), of="vsm report")]
    assert every[0] == "00_can_we_trust_the_data"
    assert "standup" not in every
    assert [path.name for path in chosen_notebooks(["standup"], of="vsm report")] == ["standup.ipynb"]
    with pytest.raises(ParameterError, match=r"vsm report names the notebook 'retro'; known: 00_can_we_"):
        chosen_notebooks(["standup", "retro"], of="vsm report")


def test_a_page_on_reviews_needs_pull_requests() -> None:
    """It is left out where none is known; the other pages stay."""
    every = chosen_notebooks((), of="a test")
    names = {
        len(pulls): [one.stem for one in with_data(every, SimpleNamespace(pulls=pulls))]
        for pulls in ("", "x")
    }
    assert names[1] == [one.stem for one in every]
    assert set(names[1]) - set(names[0]) == {"08_where_do_reviews_wait"}
