"""Are the notebooks found, installed or in a checkout?"""

from pathlib import Path

import pytest

from vsm.errors import RunError
from vsm.reports.notebooks import notebooks_folder


def _put(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "01-where.ipynb").write_text("{}")
    return folder


def test_an_installed_package_carries_its_notebooks(tmp_path: Path) -> None:
    """Those inside the package come first."""
    _put(tmp_path / "notebooks")
    inside = _put(tmp_path / "vsm" / "notebooks")
    assert notebooks_folder(package=tmp_path / "vsm") == inside


def test_a_checkout_has_them_beside_the_package(tmp_path: Path) -> None:
    """An empty folder inside the package does not count."""
    (tmp_path / "vsm" / "notebooks").mkdir(parents=True)
    beside = _put(tmp_path / "notebooks")
    assert notebooks_folder(package=tmp_path / "vsm") == beside


def test_without_notebooks_both_places_are_named(tmp_path: Path) -> None:
    """The message says where was looked and what to do."""
    with pytest.raises(RunError, match=r"no notebooks in .*vsm.notebooks or .*notebooks; install vsm again"):
        notebooks_folder(package=tmp_path / "vsm")
