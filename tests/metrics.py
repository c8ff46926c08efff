"""How does the code read, in numbers? Counts that anyone can repeat, of any checkout.

``python -m tests.metrics`` counts the package beside it, ``python -m tests.metrics FOLDER`` another checkout's. Code
lines are those that are neither blank, nor comment, nor docstring. A private function is *called once* where its
name stands once in its module besides its definition. Every import counts towards a circle, those for types alone and
those inside functions as well; that of a package by itself (``vsm`` names what it offers) is left out.
"""

import ast
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import networkx as nx

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"^\| `(?P<file>[\w/]+\.py)`(?:: (?P<names>[\w, ]+?))? \|", flags=re.MULTILINE)
"""A file of the reading path, and its functions where only they are to be read."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file of the package: its dotted name, text and tree."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """What relative imports start from."""
        return self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]


def main(arguments: list[str]) -> int:
    """Print the counts of a checkout, and of each room of it."""
    root = Path(arguments[0]) if arguments else ROOT
    modules = modules_of(root / "vsm")
    for name, value in metrics(modules, root).items():
        print(f"{name:<44} {value}")
    print(
        f"\n{'room':<16}{'modules':>9}{'lines':>9}{'code':>9}{'docstring':>11}{'comment':>9}{'functions':>11}{'private':>9}"
    )
    rooms: dict[str, list[Module]] = {}
    for module in modules:
        rooms.setdefault(_room(module), []).append(module)
    for room, its in [*sorted(rooms.items()), ("all", modules)]:
        lines, functions = line_counts(its), [one for each in its for one in functions_of(each)]
        private = [one for one in functions if is_private(one)]
        print(
            f"{room:<16}{len(its):>9}{lines['all']:>9}{lines['code']:>9}{lines['docstring']:>11}"
            f"{lines['comment']:>9}{len(functions):>11}{len(private):>9}"
        )
    return 0


def metrics(modules: list[Module], root: Path) -> dict[str, str]:
    """Give the counts of the whole package, by what is counted."""
    lines = line_counts(modules)
    functions = [(module, one) for module in modules for one in functions_of(module)]
    private = [one for _, one in functions if is_private(one)]
    once = [one for module in modules for one in _called_once(module)]
    length, where = max((body_lines(one), f"{module.name}.{one.name}") for module, one in functions)
    circles = import_circles(modules)
    path = reading_path(root)
    tests = [p.read_text(encoding="utf-8") for p in sorted((root / "tests").rglob("*.py"))]
    return {
        "modules": f"{len(modules)}",
        "lines": f"{lines['all']}",
        "code lines": f"{lines['code']}",
        "docstring lines": f"{lines['docstring']}",
        "comment lines": f"{lines['comment']} ({1000 * lines['comment'] / lines['code']:.1f} per 1,000 code lines)",
        "blank lines": f"{lines['blank']}",
        "functions": f"{len(functions)}",
        "private functions": f"{len(private)} ({1000 * len(private) / lines['code']:.1f} per 1,000 code lines)",
        "private functions called once": f"{len(once)}",
        "longest body": f"{length} lines, {where}",
        "longest module": "{} lines, {}".format(*max((len(m.text.splitlines()), m.name) for m in modules)),
        "import circles": "; ".join([f"{len(circles)}", *(" ⇄ ".join(sorted(circle)) for circle in circles)]),
        "reading path": f"{sum(path.values())} lines in {len(path)} files"
        if path
        else "no list in vsm/README.md",
        "test files": f"{len(tests)}",
        "test lines": f"{sum(len(text.splitlines()) for text in tests)}",
    }


def modules_of(folder: Path) -> list[Module]:
    """Read every module of a package, by name."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        text = path.read_text(encoding="utf-8")
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(Module(name, path, text, ast.parse(text)))
    return found


def line_counts(modules: list[Module]) -> Counter[str]:
    """Count all lines, and those of code, docstring, comment and nothing; each line is one of the four."""
    counts: Counter[str] = Counter()
    for module in modules:
        total = len(module.text.splitlines())
        docstrings = {line for start, end in _docstrings(module.tree) for line in range(start, end + 1)}
        coded, commented = _tokens(module.text)
        comments = commented - coded - docstrings
        code = coded - docstrings
        counts += Counter(
            {
                "all": total,
                "code": len(code),
                "docstring": len(docstrings),
                "comment": len(comments),
                "blank": total - len(code) - len(docstrings) - len(comments),
            }
        )
    return counts


def _tokens(text: str) -> tuple[set[int], set[int]]:
    """Give the lines that hold code, and those that hold a comment."""
    nothing = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    code: set[int] = set()
    comments: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            comments.add(token.start[0])
        elif token.type not in nothing:
            code |= set(range(token.start[0], token.end[0] + 1))
    return code, comments


def _docstrings(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """Give first and last line of each: of modules, classes and functions, and the texts below attributes."""
    for node in ast.walk(tree):
        for statement in getattr(node, "body", []) if not isinstance(node, ast.Lambda | ast.IfExp) else []:
            value = statement.value if isinstance(statement, ast.Expr) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield statement.lineno, statement.end_lineno or statement.lineno


def functions_of(module: Module) -> list[Function]:
    """List all functions and methods, nested ones as well."""
    return [node for node in ast.walk(module.tree) if isinstance(node, Function)]


def is_private(function: Function) -> bool:
    """Tell whether a name begins with one underscore; ``__init__`` and its like are Python's own."""
    return function.name.startswith("_") and not function.name.startswith("__")


def body_lines(function: Function) -> int:
    """Count the lines of a body, its docstring apart."""
    body = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


def _called_once(module: Module) -> Iterator[Function]:
    used = Counter(
        node.id if isinstance(node, ast.Name) else node.attr
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Name | ast.Attribute)
    )
    yield from (one for one in functions_of(module) if is_private(one) and used[one.name] == 1)


def import_circles(modules: list[Module]) -> list[set[str]]:
    """List the groups of modules that import each other, directly or by others."""
    names = {module.name for module in modules}
    graph: nx.DiGraph[str] = nx.DiGraph()
    for module in modules:
        for target in _imports(module) if module.name != "vsm" else ():
            known = target if target in names else target.rpartition(".")[0]
            if known in names and known != module.name:
                graph.add_edge(module.name, known)
    return [circle for circle in nx.strongly_connected_components(graph) if len(circle) > 1]


def _imports(module: Module) -> Iterator[str]:
    """Give dotted names: ``a.b`` of ``import a.b``, ``a.b.c`` of ``from a.b import c``."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = module.package.split(".") if node.level else []
            start = ".".join([*base[: len(base) + 1 - node.level], *([node.module] if node.module else [])])
            yield from (f"{start}.{alias.name}" for alias in node.names)


def reading_path(root: Path) -> dict[str, int]:
    """Give the lines of each file that vsm/README.md lists in its table "Reading path".

    Of a file whose functions are named, only theirs count, with their docstrings.
    """
    readme = root / "vsm" / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.exists() else ""
    section = text.partition("## Reading path\n")[2].partition("\n## ")[0]
    return {row["file"]: _lines_of(root / "vsm" / row["file"], row["names"]) for row in ROW.finditer(section)}


def _lines_of(file: Path, names: str | None) -> int:
    text = file.read_text(encoding="utf-8")
    if names is None:
        return len(text.splitlines())
    functions = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    wanted = [functions[name] for name in names.split(", ")]
    return sum((node.end_lineno or node.lineno) - node.lineno + 1 for node in wanted)


def _room(module: Module) -> str:
    parts = module.name.split(".")
    return parts[1] if len(parts) > 2 or (len(parts) == 2 and module.path.name == "__init__.py") else "(top)"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
