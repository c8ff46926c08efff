"""The components of each commit are read once, by the files that it touched, and no file's name is kept."""

import json
from pathlib import Path
from typing import Any

import pytest

from vsm.config import Component
from vsm.sources.git_commits import commit_pages
from vsm.sources.git_components import component_pages
from vsm.sources.git_process import create_repository

API = Component(name="api", paths=("services/api", "*.proto"))
WEB = Component(name="web", paths=("web",))
LINE: tuple[tuple[str, dict[str, str | None]], ...] = (
    ("one", {"services/api/a.py": "1"}), ("two", {"web/ä b.html": "1", "shared/x.proto": "1"}),
    ("three", {"README.md": "1"}), ("four", {"web/ä b.html": None, "old/page.html": "1"}),
)  # fmt: skip


def made(path: Path) -> Path:
    """Four commits, of which the last takes a file out of the web's folder."""
    parts = []
    for number, (message, files) in enumerate(LINE, start=1):
        who = f"dev-1 <dev-1@example.org> {1767600000 + number} +0000"
        parts.append(f"commit refs/heads/main\nmark :{number}\nauthor {who}\ncommitter {who}\n")
        parts.append(f"data {len(message)}\n{message}\n" + (f"from :{number - 1}\n" if number > 1 else ""))
        parts += [
            f"D {name}\n" if text is None else f"M 100644 inline {name}\ndata {len(text)}\n{text}\n"
            for name, text in files.items()
        ]
    create_repository(path, fast_import="".join(parts).encode())
    return path


def stored(
    path: Path, *, known: list[dict[str, Any]], components: tuple[Component, ...]
) -> list[dict[str, Any]]:
    pages = component_pages(path, known, components=components, page_size=3)
    return [dict(document.body) for page in pages for document in page.documents]


@pytest.fixture
def shop(tmp_path: Path) -> tuple[Path, list[dict[str, Any]]]:
    path = made(tmp_path / "shop.git")
    return path, [dict(document.body) for page in commit_pages(path) for document in page.documents]


def test_commits_belong_to_the_components_whose_files_they_touch(
    shop: tuple[Path, list[dict[str, Any]]],
) -> None:
    """One may touch several or none; a file that is moved away is touched; names of files are not kept."""
    path, known = shop
    *found, last = stored(path, known=known, components=(API, WEB))
    assert [name for body in found for name in body["components"]] == ["api", "api; web", "", "web"]
    assert last == {"type": "patterns", "patterns": found[0]["patterns"]}
    assert "html" not in json.dumps(found)


def test_what_is_known_is_not_read_again_until_the_patterns_change(
    shop: tuple[Path, list[dict[str, Any]]],
) -> None:
    """The second pull finds nothing new; with another folder all four are read anew."""
    path, known = shop
    known += stored(path, known=known, components=(API, WEB))
    assert [body["type"] for body in stored(path, known=known, components=(API, WEB))] == ["patterns"]
    other = Component(name="web", paths=("web", "old"))
    again = stored(path, known=known, components=(API, other))
    assert sum(len(body["commit"]) for body in again[:-1]) == 4
    assert again[-1]["patterns"] != known[-1]["patterns"]


def test_without_components_nothing_is_read(shop: tuple[Path, list[dict[str, Any]]]) -> None:
    """It costs more than the history itself."""
    path, known = shop
    assert stored(path, known=known, components=()) == []
