"""How much did each commit change? Counted once: a hash never changes its content.

It is twenty to eighty times dearer than reading the history, needs the files' contents, and nothing about
flow rests on it; so it is only counted when asked for.
"""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from vsm.sources.archive import Document, Page
from vsm.sources.git_commits import LASTING
from vsm.sources.git_process import run_git


def change_pages(
    repository: Path, documents: Iterable[dict[str, Any]], *, page_size: int = 500
) -> Iterator[Page]:
    """How many files and lines did each commit change, of those that were not counted before?

    Parameters
    ----------
    repository
        Its folder.
    documents
        What is stored of it: commits, and what was counted.
    page_size
        Commits a page; each is stored before the next is counted, so that a long count can be broken off.

    Yields
    ------
    Page
        One document of ``type`` changes: lists ``commit``, ``files``, ``added``, ``removed``. Merges are not
        counted: what they bring is in the commits that they merge. A binary file counts as a file.

    Raises
    ------
    SourceError
        Git stopped, such as where a partial clone lacks the contents.

    Examples
    --------
    >>> list(change_pages(Path("."), []))
    []
    """
    wanted: dict[str, None] = {}
    counted = set[str]()
    for body in documents:
        if body["type"] == "commits":
            rows = zip(body["commit"], body["parents"], strict=True)
            wanted |= dict.fromkeys(commit for commit, parents in rows if " " not in parents)
        elif body["type"] == "changes":
            counted |= set(body["commit"])
    rest = [commit for commit in wanted if commit not in counted]
    for first in range(0, len(rest), page_size):
        body = _counted(repository, rest[first : first + page_size])
        yield Page((Document(f"{LASTING}changed {rest[first]}", body),))


def _counted(repository: Path, commits: Collection[str]) -> dict[str, Any]:
    raw = run_git(
        repository, "log", "-z", "--no-walk=unsorted", "--stdin", "--numstat", "--no-renames", "--no-color",
        "--no-ext-diff", "--no-textconv", "--no-notes", "--no-decorate", "--root", "--format=tformat:%x01%H",
        stdin="".join(f"{commit}\n" for commit in commits).encode(),
    )  # fmt: skip
    files, added, removed = (dict.fromkeys(commits, 0) for _ in range(3))
    commit = ""
    for part in raw.split(b"\0"):
        text = part.decode("utf-8", "replace").lstrip("\n")
        if text.startswith("\x01"):
            commit = text[1:]
        elif text:
            plus, minus, _ = text.split("\t", 2)
            files[commit] += 1
            added[commit] += int(plus) if plus != "-" else 0
            removed[commit] += int(minus) if minus != "-" else 0
    counts = {"files": files, "added": added, "removed": removed}
    return {"type": "changes", "commit": list(commits)} | {n: list(of.values()) for n, of in counts.items()}
