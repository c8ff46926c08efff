"""The counts of tests/metrics.py, on a package of a few lines."""

from pathlib import Path

from tests.metrics import import_circles, metrics, modules_of

ONE = '''"""A module.

With a docstring of three lines.
"""

from toy.two import shown

# why
KNOWN = {  # a comment behind code is code
    "a": 1,
}


def _once() -> int:
    """Say one."""
    return 1


def _twice() -> int:
    return _once()


first, second = _twice(), _twice()
'''
TWO = "def shown() -> None:\n    from toy.one import first\n\n    print(first)\n"


def test_lines_functions_and_circles_are_counted(tmp_path: Path) -> None:
    """Each line is of one sort; a function that is named once more is called once; late imports make circles."""
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "__init__.py").write_text("")
    (tmp_path / "toy" / "one.py").write_text(ONE)
    (tmp_path / "toy" / "two.py").write_text(TWO)
    (tmp_path / "vsm").mkdir()
    (tmp_path / "vsm" / "README.md").write_text(
        "# Toy\n## Reading path\n| `toy.py` | all |\n| `two.py`: shown | one |\n\n## More\n| `no.py` | no |"
    )
    (tmp_path / "vsm" / "toy.py").write_text("one\ntwo\n")
    (tmp_path / "vsm" / "two.py").write_text(TWO)
    modules = modules_of(tmp_path / "toy")
    found = metrics(modules, tmp_path)
    assert import_circles(modules) == [{"toy.one", "toy.two"}]
    assert found == {
        "modules": "3",
        "lines": "27",
        "code lines": "12",
        "docstring lines": "5",
        "comment lines": "1 (83.3 per 1,000 code lines)",
        "blank lines": "9",
        "functions": "3",
        "private functions": "2 (166.7 per 1,000 code lines)",
        "private functions called once": "1",
        "longest body": "3 lines, toy.two.shown",
        "longest module": "23 lines, toy.one",
        "import circles": "1; toy.one ⇄ toy.two",
        "reading path": "6 lines in 2 files",
        "test files": "0",
        "test lines": "0",
    }
