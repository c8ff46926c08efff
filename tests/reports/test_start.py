"""The page that ``vsm lab`` opens: its questions are answered in a line or two each, and its menus redraw."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import nbformat
import plotly.io
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from tests.reports.without_kernel import run_here
from tests.stream.work import done, filled
from tests.streams import sample_stream, stream_of
from vsm.reports import live as live_module
from vsm.reports.live import LACKING, live, panel, periods
from vsm.sample import sample_workflow

pytestmark = pytest.mark.slow

START = Path(__file__).parents[2] / "notebooks" / "start.ipynb"
OPENING = {"parameters", "read", "live"}


def recipes() -> dict[str, str]:
    """Id and source of each code cell that answers a question."""
    cells = json.loads(START.read_text(encoding="utf-8"))["cells"]
    code = {cell["id"]: "".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"}
    return {name: source for name, source in code.items() if name not in OPENING}


def test_ten_questions_and_more_take_two_lines_at_most() -> None:
    """Each under its question."""
    assert len(recipes()) >= 10
    assert {name: source for name, source in recipes().items() if len(source.splitlines()) > 2} == {}
    headings = [
        "".join(cell["source"]).splitlines()[0]
        for cell in json.loads(START.read_text(encoding="utf-8"))["cells"]
        if cell["id"].removesuffix("-text") in recipes() and cell["cell_type"] == "markdown"
    ]
    assert len(headings) == len(recipes())
    assert all(heading.startswith("## ") and heading.endswith("?") for heading in headings)


def test_every_recipe_answers_with_the_sample(tmp_path: Path, sample_folder: Path) -> None:
    """None stops, and each shows what its question asks for."""
    (tmp_path / "archive").mkdir()
    shutil.copy(sample_folder / "archive.sqlite", tmp_path / "archive")
    (tmp_path / "vsm.toml").write_text(sample_workflow(), encoding="utf-8")
    out = tmp_path / "start.ipynb"
    run_here(START, to=out, parameters={"data_dir": str(tmp_path)}, timeout=600)
    shown = {
        cell.id: json.dumps([output.data for output in cell.outputs])
        for cell in nbformat.read(out, as_version=4).cells  # type: ignore[no-untyped-call]
        if cell.cell_type == "code"
    }
    said = {
        "choices": "shop front",
        "quarter": "Share of lead time",
        "network": "of all waiting",
        "kind": "of the time",
        "compare": "since 2025-12-06",
        "types": "type Bug",
        "tickets": "SHOP-238",
        "frames": "SHOP-",
        "life": "SHOP-588",
        "explain": "SHOP-588",
        "past": "open tickets",
        "thresholds": "Share of lead time",
    }
    assert said.keys() == recipes().keys()
    assert {name: text for name, text in said.items() if text not in shown[name]} == {}


def test_every_recipe_answers_with_a_stream_of_other_words_and_no_teams(tmp_path: Path) -> None:
    """No name, key or day of the sample is asked for; of two tickets there is little to say."""
    work = filled(tmp_path / "work", done(1, 8), done(2, 20))
    out = tmp_path / "start.ipynb"
    run_here(START, to=out, parameters={"data_dir": str(work)}, timeout=600)
    cells = nbformat.read(out, as_version=4).cells  # type: ignore[no-untyped-call]
    assert [cell.id for cell in cells if cell.id in recipes() and not cell.outputs] == []


def test_periods_to_choose_from_are_all_the_current_one_and_quarters(sample_folder: Path) -> None:
    """The latest first, back to the first ticket; the current quarter has no end."""
    found = periods(sample_stream(sample_folder))
    assert list(found) == ["all", "current period", "2026 Q1", "2025 Q4", "2025 Q3", "2025 Q2", "2025 Q1"]
    assert found["2026 Q1"] == (("since", "2026-01-01"),)
    assert found["2025 Q3"] == (("since", "2025-07-01"), ("until", "2025-10-01"))


def test_without_the_extra_both_are_drawn_once_and_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing but JupyterLab needs it."""
    monkeypatch.setattr(live_module, "find_spec", lambda _: None)
    monkeypatch.setattr(plotly.io.renderers, "default", "plotly_mimetype")
    InteractiveShell.instance()
    with capture_output() as shown:
        live(stream_of([("Ready", 3), ("Build", 4), ("Done", 9)]))
    InteractiveShell.clear_instance()
    assert shown.stdout.strip() == LACKING
    assert len(shown.outputs) == 2


def test_a_choice_redraws_network_and_map(sample_folder: Path) -> None:
    """Of bugs alone, then of those of a quarter."""
    if not os.environ.get("CI"):
        pytest.importorskip("ipywidgets", reason="ipywidgets is an extra")
    box = panel(sample_stream(sample_folder))
    menus, shown = {menu.description: menu for menu in box.children[0].children}, box.children[1]

    def drawn() -> list[Any]:
        return [output["data"] for output in shown.outputs]

    whole = drawn()
    assert len(whole) == 2
    assert ("Bug (254)", "Bug") in menus["type"].options
    menus["type"].value = "Bug"
    bugs = drawn()
    assert len(bugs) == 2
    assert bugs != whole
    menus["period"].value = (("since", "2025-07-01"), ("until", "2025-10-01"))
    assert drawn() != bugs
    menus["component"].value = "back office"
    assert all("application/vnd.plotly.v1+json" in data for data in drawn())
