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
_TAG: Final = "%(refname)%00%(taggerdate:iso-strict)"


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
        zone as Git has it, may be odd, and is empty where Git cannot read it. Names and addresses are
        those of the mailmap. ``head`` is the branch that HEAD names, there or not; None while detached.

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
    commits = _commits(repository, partial=state["partial"])
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
        place = run_git(repository, "rev-parse", "--is-shallow-repository", "--show-prefix").split(b"\n")
    except SourceError as error:
        raise SourceError(f"{repository}: not a Git repository; name its folder ({error})") from error
    if place[1]:
        raise SourceError(f"{repository}: not a Git repository; name its folder (it lies inside one)")
    shallow = place[0] == b"true"
    if shallow and not allow_shallow:
        raise SourceError(
            f"{repository} is a shallow clone: its history is cut; fetch --unshallow, or pass --allow-shallow"
        )
    settings = run_git(repository, "config", "--local", "--name-only", "--list").decode("utf-8", "replace")
    partial = any(name.startswith("remote.") and name.endswith(".promisor") for name in settings.splitlines())
    head = run_git(repository, "symbolic-ref", "--quiet", "HEAD", accepted=(0, 1)).decode("utf-8", "replace")
    return {"type": "repository", "shallow": shallow, "partial": partial, "head": head.strip() or None}


def _commits(repository: Path, *, partial: bool) -> list[dict[str, Any]]:
    """Read all commits; fields end in NUL, which no message can hold.

    A bare repository keeps its mailmap in a file's content, which a partial clone need not hold.
    """
    layout = "%x00".join(FIELDS)
    raw = run_git(
        repository, "log", "-z", "--topo-order", "--no-color", "--no-ext-diff", "--no-textconv", "--no-notes",
        "--no-decorate", "--encoding=UTF-8", f"--format=tformat:{layout}", *REFS, "--",
        settings=["mailmap.blob="] if partial else [],
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
    odd = any(text.encode() != field for text, field in zip(texts, fields, strict=True))
    # Git answers a placeholder with itself where the commit's header is damaged.
    head = ["" if text == asked else text for text, asked in zip(texts[:-1], FIELDS, strict=False)]
    hash_, parents, author, author_mail, authored, committer, committer_mail, committed = head
    return {
        "type": "commit",
        "commit": hash_,
        "parents": parents.split(),
        "author": {"name": author, "email": author_mail, "at": authored},
        "committer": {"name": committer, "email": committer_mail, "at": committed},
        "message": texts[-1].rstrip("\n"),
        "undecodable": odd,
    }


def _tags(repository: Path) -> Iterator[dict[str, Any]]:
    """Read tags that name a commit, each peeled to it, through tags of tags; others are no releases."""
    listed = run_git(repository, "for-each-ref", f"--format={_TAG}", "refs/tags").splitlines()
    refs = [line.partition(b"\0") for line in listed]
    asked = b"".join(ref + b"^{commit}\n" for ref, _, _ in refs)
    peeled = run_git(repository, "cat-file", "--batch-check=%(objectname)", stdin=asked).splitlines()
    for (ref, _, tagged), commit in zip(refs, peeled, strict=True):
        name = ref.decode("utf-8", "replace")
        about = {"type": "tag", "tag": name.removeprefix("refs/tags/"), "tagged": tagged.decode() or None}
        yield about | {"ref": name, "commit": commit.decode("utf-8", "replace")}
