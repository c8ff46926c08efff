"""Do parameters fit, and does a misfit say what would?"""

import json
from datetime import date
from pathlib import Path

import pytest

from vsm.errors import ParameterError, SourceError
from vsm.reports.parameters import check_parameters, read_parameters


def _notebook(folder: Path, source: str) -> Path:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "# Where?"},
        {
            "cell_type": "code",
            "metadata": {"tags": ["parameters"]},
            "source": source.splitlines(keepends=True),
        },
    ]
    path = folder / "flow.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}))
    return path


def test_parameters_have_name_type_default_and_help_in_the_cells_order(tmp_path: Path) -> None:
    """A union and a default that holds a # are read as Python reads them."""
    source = 'dir_: str = "a # b"  # where\nteam: str | None = None\nshare: float = -0.5  # of one'
    known = read_parameters(_notebook(tmp_path, source))
    assert [(one.name, one.type, one.default, one.help) for one in known] == [
        ("dir_", "str", "a # b", "where"),
        ("team", "str | None", None, ""),
        ("share", "float", -0.5, "of one"),
    ]


def test_a_notebook_without_parameters_cell_knows_none(tmp_path: Path) -> None:
    """An untagged notebook has no parameters and says so."""
    path = tmp_path / "bare.ipynb"
    path.write_text('{"cells": []}')
    assert read_parameters(path) == []
    with pytest.raises(ParameterError, match="unknown parameter 'weeks'; known: none"):
        check_parameters(path, {"weeks": 1})


def test_a_type_left_out_is_that_of_the_default(tmp_path: Path) -> None:
    """``weeks = 12`` takes an int."""
    assert check_parameters(_notebook(tmp_path, "weeks = 12"), {"weeks": 3}) == {"weeks": 3}


def test_an_unknown_name_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    """A typing slip is told with what was probably meant."""
    path = _notebook(tmp_path, "n_issues: int = 5\nteam: str | None = None")
    message = r"flow.ipynb: unknown parameter 'n_isues', perhaps 'n_issues'; known: n_issues, team"
    with pytest.raises(ParameterError, match=message):
        check_parameters(path, {"n_isues": 3})


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Two misfits make one error that names both."""
    path = _notebook(tmp_path, "weeks: int = 5")
    with pytest.raises(
        ParameterError, match=r"unknown parameter 'x'.*; 'weeks' is 'many', expected int such as 5"
    ):
        check_parameters(path, {"x": 1, "weeks": "many"})


@pytest.mark.parametrize(
    ("source", "given", "value"),
    [
        ("p: int = 1", "12", 12),
        ("p: float = 1.0", "0.5", 0.5),
        ("p: float = 1.0", 2, 2.0),
        ("p: bool = True", "false", False),
        ("p: str | None = 'x'", "None", None),
        ("p: int | None = 1", "", None),
        ("p: int | None = 1", "7", 7),
        ("p: str | None = None", "12", "12"),
        ("p: str = 'x'", "none", "none"),
        ("p: str = 'x'", Path("data/sample"), str(Path("data/sample"))),
        ("p: str = 'x'", date(2026, 11, 23), "2026-11-23"),
    ],
)
def test_a_text_is_read_as_the_parameters_type(
    tmp_path: Path, source: str, given: object, value: object
) -> None:
    """What a command line gives as text arrives as the notebook's own type."""
    fitted = check_parameters(_notebook(tmp_path, source), {"p": given})["p"]
    assert (fitted, type(fitted)) == (value, type(value))


@pytest.mark.parametrize(
    ("source", "given"),
    [
        ("p: int = 1", True),
        ("p: int = 1", 1.5),
        ("p: int = 1", "1.5"),
        ("p: int = 1", None),
        ("p: bool = True", 1),
        ("p: str = 'x'", 12),
        ("p: float = 1.0", float("nan")),
        ("p: float = 1.0", "inf"),
        ("p: str | None = None", ["a"]),
    ],
)
def test_a_value_of_another_type_is_refused(tmp_path: Path, source: str, given: object) -> None:
    """Nothing is bent to fit."""
    with pytest.raises(ParameterError, match=r"'p' is .*, expected"):
        check_parameters(_notebook(tmp_path, source), {"p": given})


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("p: list[str] = []", r"'p' has type list\[str\]; known are str, int, float, bool, None"),
        ("p: int = weeks()", r"the default of 'p' is weeks\(\); write a plain value"),
        ("import os", "cannot read the parameter 'import os'"),
        ("%matplotlib inline", "the parameters cell is no plain Python: .*line 1"),
        ("x: int = (1", "the parameters cell is no plain Python"),
    ],
)
def test_a_cell_that_is_no_list_of_plain_parameters_is_refused(
    tmp_path: Path, source: str, message: str
) -> None:
    """The notebook's author learns which line is meant."""
    with pytest.raises(ParameterError, match=message):
        read_parameters(_notebook(tmp_path, source))


@pytest.mark.parametrize("text", ["no json", "[]", '{"cells": [3]}', "{}"])
def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path, text: str) -> None:
    """Its path is named."""
    path = tmp_path / "odd.ipynb"
    path.write_text(text)
    with pytest.raises(SourceError, match=r"odd\.ipynb is no Jupyter notebook"):
        read_parameters(path)
