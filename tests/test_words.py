"""The reader meets the field's words: no text that a user can see holds a home-made phrase."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
INSTEAD = {
    r"idle": "unexplained, no recorded reason",
    r"off hours|free days": "non-working time; nights and weekends",
    r"jumped|jumps the queue": "overtaken",
    r"(take[ns]?|taking|took) (it |them |this |work |one )?up": "started",
    r"to and fro": "ping-pong",
    r"mend(s|ed|ing)?": "fix, restore",
    r"givers?": "upstream, from",
    r"(lies|lay|lain) (there|in|where|open|still|finished|longest|meanwhile)|what (lies|lay)": "waits, is in",
    r"beware|mind:": "caveat, note, evidence",
    r"told(?! apart)|tells? of": "shown, says, reports",
    r"on paper:": "PDF",
    r"bear(s)? (this|it|these)|borne by": "data quality, supported by",
    r"lets? go|letting go": "first handoff",
    r"of no handoff": "no handoff (same holder)",
    r"before the first work": "before work started",
    r"got there again|done again": "returned, rework",
    r"(work|much|many|tickets) in hand|in hand at once": "work in progress",
    r"rare ways?|ways? back|whose hands": "rare paths, returned, who held it",
    r"of late": "recently",
    r"lives": "timelines",
    r"longer than the data tell": "not reached",
    r"the stream of visits|was nobody's": "visits, unassigned",
}
"""A home-made phrase (as a whole word, whatever its case) → what the field says."""
BANNED = re.compile(rf"\b(?:{'|'.join(INSTEAD)})(?!\w)", flags=re.IGNORECASE)
TEXTS = ("*.md", "vsm/**/*.md", "notebooks/*.md", "data/README.md", "vsm/**/*.html", "vsm/**/*.j2", "vsm/**/*.toml", "data/sample/*.toml")  # fmt: skip
HISTORY = {ROOT / "CHANGELOG.md", ROOT / "vsm" / "config" / "rules.py"}
"""What names words of the past: the changelog, and the messages that refuse them in vsm.toml."""


def _strings(path: Path) -> Iterator[tuple[int, str]]:
    """The text constants of a module, parts of f-strings and docstrings as well, each with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def _found(name: str, line: int, text: str) -> list[str]:
    return [f"{name}:{line}: {one.group()!r}" for one in BANNED.finditer(" ".join(text.split()))]


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_speak_the_fields_words(path: Path) -> None:
    """Prose, parameters' help and notes to the speaker."""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    assert [one for cell in notebook.cells for one in _found(cell.id, 0, cell.source)] == []


@pytest.mark.slow
def test_strings_and_docstrings_speak_the_fields_words() -> None:
    """What is shown, printed, asked and completed: each text constant of the package."""
    paths = sorted(p for p in (ROOT / "vsm").rglob("*.py") if p not in HISTORY)
    assert [
        one
        for p in paths
        for line, text in _strings(p)
        for one in _found(str(p.relative_to(ROOT)), line, text)
    ] == []


def test_texts_speak_the_fields_words() -> None:
    """README and the other pages, templates, the schema's sentences, the sample's files."""
    paths = sorted({p for pattern in TEXTS for p in ROOT.glob(pattern) if p not in HISTORY})
    lines = [
        (p, n, line)
        for p in paths
        for n, line in enumerate(p.read_text(encoding="utf-8").splitlines(), start=1)
    ]
    assert [one for p, n, line in lines for one in _found(str(p.relative_to(ROOT)), n, line)] == []
