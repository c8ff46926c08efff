"""The house's conventions, held by tests: exports, docstrings, sizes, names, notebooks."""

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest

import vsm

ROOT = Path(__file__).parents[1]
MODULES = sorted(name for _, name, _ in pkgutil.walk_packages(vsm.__path__, "vsm."))
SOURCES = sorted((ROOT / "vsm").rglob("*.py"))
READ: Any = nbformat.read
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PARAMETER = re.compile(r"^[a-z_]+: (str|int|float|bool) = .+  # \S.+$")
COMMON = {
    "data_dir": "../data", "since": "", "until": "", "where": "",
}  # fmt: skip


def public(module: ModuleType) -> list[tuple[str, Any]]:
    """What a module itself defines for others to use."""
    return [
        (name, thing)
        for name, thing in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(thing) or inspect.isclass(thing))
        and thing.__module__ == module.__name__
    ]


def test_every_export_is_there_and_is_listed() -> None:
    """``vsm.__all__`` can be used, and tab completion shows it."""
    for name in vsm.__all__:
        assert getattr(vsm, name) is not None
    assert set(vsm.__all__) <= set(dir(vsm))
    with pytest.raises(AttributeError, match="has no attribute 'utils'; it has Finding"):
        getattr(vsm, "utils")  # noqa: B009 - the point is the missing name


def test_public_things_have_a_docstring() -> None:
    """Modules, functions and classes say what they are for; an example stands where it teaches something."""
    modules = list(map(importlib.import_module, MODULES))
    assert [module.__name__ for module in modules if not module.__doc__] == []
    named = [(module.__name__, label, thing) for module in modules for label, thing in public(module)]
    assert [f"{name}.{label}" for name, label, thing in named if not thing.__doc__] == []


def test_files_are_of_a_readable_size() -> None:
    """At most 400 lines; no grab bags."""
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert [path for path, count in lines.items() if count > 400] == []
    assert [path for path in SOURCES if path.stem in {"utils", "helpers", "core", "base", "common"}] == []


def test_functions_are_of_a_readable_size() -> None:
    """A body of at most 80 lines, its docstring apart."""
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
                found.append((path, node.name, (body[-1].end_lineno or 0) - body[0].lineno))
    assert [(path, name) for path, name, lines in found if lines >= 80] == []


def test_what_is_defined_is_used_by_more_than_tests() -> None:
    """Each function, class and constant of a module is read or exported somewhere in vsm.

    The reference in ``definitions`` is read by tests; what is decorated is found by its decorator.
    """
    defined, used = dict[str, Path](), set[str]()
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if path.parent.name != "definitions":
            defined |= dict.fromkeys(map(_defined, tree.body), path)
        for node in ast.walk(tree):
            match node:
                case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name):
                    used.add(name)
                case ast.Constant(value=str(text)):
                    used |= {text.rpartition(":")[2]}
    unused = {name: path for name, path in defined.items() if name not in used}
    assert not {name for name in unused if not name.startswith("__")}, unused


def _defined(node: ast.stmt) -> str:
    """The name that a statement of a module defines; of others one that Python calls by itself."""
    match node:
        case ast.FunctionDef(name=name, decorator_list=[]) | ast.ClassDef(name=name):
            return name
        case ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return "__dir__"


def test_measures_draw_random_numbers_in_one_place() -> None:
    """Only ``vsm.stats`` makes a generator, from a seed that it was given; the sample has its own seed."""
    asked = {
        str(path.relative_to(ROOT / "vsm").parent)
        for path in SOURCES
        if "random" in path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"default_rng", "random", "RandomState"}
    }
    assert asked - {"sample"} == {"stats"}


@pytest.mark.slow
def test_only_the_right_wall_knows_what_time_it_is() -> None:
    """Instants are arguments everywhere left of reports and cli, so that a run can be repeated."""
    inner = [path for path in SOURCES if path.relative_to(ROOT / "vsm").parts[0] not in {"cli", "reports"}]
    asked = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in inner
        if re.search(r"\b(now|today|utcnow)\b", path.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"now", "today", "utcnow"}
    ]
    assert asked == []


def test_the_changelog_knows_the_version() -> None:
    """What is packaged is described."""
    assert f"## {vsm.__version__} – " in (ROOT / "CHANGELOG.md").read_text()


def test_commands_in_the_texts_exist() -> None:
    """Every ``vsm WORD`` that README and CONTRIBUTING show is a command."""
    from typer.main import get_command  # noqa: PLC0415 - only here

    from vsm.cli.app import app  # noqa: PLC0415 - only here

    commands = set(getattr(get_command(app), "commands"))  # noqa: B009 - click's group
    for name in ("README.md", "CONTRIBUTING.md"):
        shown = re.findall(r"^(?:    |\$ )?vsm ([a-z]+)", (ROOT / name).read_text(), flags=re.MULTILINE)
        assert set(shown) <= commands
    assert re.search(r"^    vsm pull", (ROOT / "README.md").read_text(), flags=re.MULTILINE)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_in_shape(path: Path) -> None:
    """A question, parameters, thin cells, no outputs, readable ids, and what it does not show."""
    notebook = READ(path, as_version=4)
    cells = notebook.cells
    assert len(cells) <= 30
    assert re.fullmatch(r"# .+\?", cells[0].source.splitlines()[0])
    assert "## What this does not show" in cells[-1].source
    for cell in cells:
        assert re.fullmatch(r"[a-z][a-z-]+", cell.id), f"id {cell.id}"
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None
    (parameters,) = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    lines = parameters.source.splitlines()
    assert len(lines) <= 8
    assert all(PARAMETER.match(line) for line in lines)
    values = {line.split(":")[0]: ast.literal_eval(line.split(" = ")[1].split("  #")[0]) for line in lines}
    assert {name: values[name] for name in COMMON} == COMMON


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_cells_call_select_and_show(path: Path) -> None:
    """No cell defines, loops, branches, writes, or imports beyond vsm and pandas."""
    refused = (
        ast.FunctionDef,
        ast.ClassDef,
        ast.Lambda,
        ast.For,
        ast.While,
        ast.If,
        ast.With,
        ast.Try,
        ast.ListComp,
    )
    for cell in READ(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, refused), f"{cell.id}: {type(node).__name__}"
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
                assert set(names) <= {"vsm", "pandas"}
