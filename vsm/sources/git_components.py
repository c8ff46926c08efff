"""Which components of a repository each commit changed, by the files it touched; their names are not kept."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from vsm.config import Component
from vsm.sources.archive import Document, Page
from vsm.sources.git_commits import LASTING, commits_without
from vsm.sources.git_process import run_git

PATTERNS: Final = "patterns"
"""Id and type of the document that says which documents of components are of today's patterns."""


def component_pages(
    repository: Path,
    documents: Iterable[dict[str, Any]],
    *,
    components: Sequence[Component],
    page_size: int = 5000,
) -> Iterator[Page]:
    """Give the components of each commit of which they are not known yet; none where vsm.toml names none.

    It costs three to six times as much as reading the history, once: a hash never changes its files. After a
    change of the patterns in vsm.toml all is read anew.

    Parameters
    ----------
    documents
        What is stored of the repository: commits, and what was found before.
    page_size
        Commits a page; each is stored before the next is read, so that it can be broken off.

    Yields
    ------
    Page
        Documents of ``type`` components: lists ``commit`` and ``components`` (names, joined by ``; ``; empty
        for none), and ``patterns``, a digest of those by which they were found; the last one has the ``type``
        patterns and that digest. Merges are left out: what they bring is in the commits that they merge.

    Raises
    ------
    SourceError
        Git stopped, such as where a partial clone lacks folders.
    """
    if not components:
        return
    said = repr([(component.name, component.paths) for component in components])
    digest = hashlib.sha256(said.encode()).hexdigest()[:12]
    rest = commits_without(
        documents, has=lambda body: body["type"] == "components" and body["patterns"] == digest
    )
    for first in range(0, len(rest), page_size):
        found = _found(repository, rest[first : first + page_size], components)
        about = {"type": "components", "patterns": digest, "commit": list(found)}
        body = about | {"components": list(found.values())}
        yield Page((Document(f"{LASTING}components {digest} {rest[first]}", body),))
    yield Page((Document(PATTERNS, {"type": PATTERNS, "patterns": digest}),))


def _found(repository: Path, commits: Collection[str], components: Sequence[Component]) -> dict[str, str]:
    raw = run_git(
        repository, "log", "-z", "--no-walk=unsorted", "--stdin", "--name-only", "--no-renames", "--no-color",
        "--no-ext-diff", "--no-textconv", "--no-notes", "--no-decorate", "--root", "--format=tformat:%x01%H",
        stdin="".join(f"{commit}\n" for commit in commits).encode(),
    )  # fmt: skip

    @cache
    def owners(path: str) -> frozenset[str]:
        return frozenset(component.name for component in components if component.holds(path))

    touched: dict[str, set[str]] = {commit: set() for commit in commits}
    commit = ""
    for part in raw.split(b"\0"):
        text = part.decode("utf-8", "replace").lstrip("\n")
        if text.startswith("\x01"):
            commit = text[1:]
        elif text:
            touched[commit] |= owners(text)
    return {commit: "; ".join(sorted(names)) for commit, names in touched.items()}
