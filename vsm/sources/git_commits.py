"""What does a Git repository's history say? Commits and tags, read by one hardened ``git log``."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from vsm.errors import SourceError
from vsm.sources.archive import Document, Page
from vsm.sources.git_process import run_git

FIELDS: Final = ("%H", "%P", "%aN", "%aE", "%aI", "%cN", "%cE", "%cI", "%B")
REFS: Final = ("--branches", "--tags", "--remotes")
_TAG: Final = (
    "%(refname)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)%00%(taggerdate:iso-strict)"
)


def repository_name(repository: Path) -> str:
    """What is this repository called? Its folder's name, without ``.git``.

    Examples
    --------
    >>> repository_name(Path("work/shop.git")), repository_name(Path("work/shop/.git"))
    ('shop', 'shop')
    """
    folder = repository.resolve()
    return folder.parent.name if folder.name == ".git" else folder.name.removesuffix(".git")


def commit_pages(repository: Path, *, allow_shallow: bool = False, page_size: int = 1000) -> Iterator[Page]:
    """Which commits and tags does this repository hold?

    Everything that a branch, a remote branch or a tag reaches, parents after children; HEAD may point
    nowhere. All is read, and git's exit code checked, before the first page.

    Parameters
    ----------
    repository
        Folder of the repository, bare or not, or a worktree.
    allow_shallow
        Take a shallow clone, whose history is cut; it is marked as such.
    page_size
        Documents a page.

    Yields
    ------
    Page
        Documents of ``type`` repository (id ``repository``; ``shallow``, ``partial``, ``head``), tag (id
        the full ref; ``tag, commit, committed, tagged``) and commit (id the hash; ``commit, parents,
        author, committer, message, undecodable``). ``at`` of author and committer is ISO 8601 with the
        zone as Git has it, and may be odd. Names and addresses are those of the mailmap.

    Raises
    ------
    SourceError
        No repository, a shallow clone that was not allowed, or git stopped with a fault.

    Examples
    --------
    >>> next(commit_pages(Path("nowhere")))
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: nowhere: no such folder
    """
    state = _state(repository, allow_shallow=allow_shallow)
    commits = _commits(repository)
    when = {commit["commit"]: commit["committer"]["at"] for commit in commits}
    tags = [tag for tag in _tags(repository) if tag["commit"] in when]
    documents = [
        Document("repository", state),
        *(Document(tag.pop("ref"), tag | {"committed": when[tag["commit"]]}) for tag in tags),
        *(Document(commit["commit"], commit) for commit in commits),
    ]
    rest, done = iter(documents), 0
    while page := tuple(islice(rest, page_size)):
        done += len(page)
        yield Page(page, cursor=str(done))


def _state(repository: Path, *, allow_shallow: bool) -> dict[str, Any]:
    if not repository.is_dir():
        raise SourceError(f"{repository}: no such folder")
    try:
        shallow = run_git(repository, "rev-parse", "--is-shallow-repository").strip() == b"true"
    except SourceError as error:
        raise SourceError(f"{repository}: not a Git repository; name its folder ({error})") from error
    if shallow and not allow_shallow:
        raise SourceError(
            f"{repository} is a shallow clone: its history is cut; fetch --unshallow, or pass --allow-shallow"
        )
    settings = run_git(repository, "config", "--local", "--name-only", "--list").decode("utf-8", "replace")
    partial = any(name.startswith("remote.") and name.endswith(".promisor") for name in settings.splitlines())
    return {"type": "repository", "shallow": shallow, "partial": partial}


def _commits(repository: Path) -> list[dict[str, Any]]:
    """Read all commits; fields end in NUL, which no message can hold."""
    layout = "%x00".join(FIELDS)
    raw = run_git(
        repository, "log", "-z", "--topo-order", "--no-color", "--no-ext-diff", "--no-textconv", "--no-notes",
        "--no-decorate", "--encoding=UTF-8", f"--format=tformat:{layout}", *REFS, "--",
    )  # fmt: skip
    parts = raw.split(b"\0")[:-1]
    if len(parts) % len(FIELDS):
        raise SourceError(
            f"{repository}: git log answered in {len(parts)} fields, not a multiple of {len(FIELDS)}"
        )
    step = len(FIELDS)
    return [_commit(parts[first : first + step]) for first in range(0, len(parts), step)]


def _commit(fields: list[bytes]) -> dict[str, Any]:
    texts = [field.decode("utf-8", "replace") for field in fields]
    hash_, parents, author, author_mail, authored, committer, committer_mail, committed, message = texts
    return {
        "type": "commit",
        "commit": hash_,
        "parents": parents.split(),
        "author": {"name": author, "email": author_mail, "at": authored},
        "committer": {"name": committer, "email": committer_mail, "at": committed},
        "message": message.rstrip("\n"),
        "undecodable": any(text.encode() != field for text, field in zip(texts, fields, strict=True)),
    }


def _tags(repository: Path) -> Iterator[dict[str, Any]]:
    """Read tags that name a commit, each peeled to it; tags of other things are no releases."""
    listed = run_git(repository, "for-each-ref", f"--format={_TAG}", "refs/tags").decode("utf-8", "replace")
    for line in listed.splitlines():
        ref, kind, own, peeled_kind, peeled, tagged = line.split("\0")
        commit = own if kind == "commit" else peeled if peeled_kind == "commit" else None
        if commit:
            about = {"type": "tag", "tag": ref.removeprefix("refs/tags/"), "tagged": tagged or None}
            yield about | {"ref": ref, "commit": commit}
