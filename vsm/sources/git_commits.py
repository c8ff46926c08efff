"""What does a Git repository's history say? Commits, branches and tags, read by one hardened ``git log``.

Commits never change, so each is read once: a later pull asks only for what its branches and tags reach since.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from vsm.errors import SourceError
from vsm.sources.archive import Document, Page
from vsm.sources.git_process import run_git, stream_git

Json = Mapping[str, Any]

FIELDS: Final = {
    "commit": "%H",
    "parents": "%P",
    "author": "%aN",
    "author_mail": "%aE",
    "authored": "%aI",
    "committer": "%cN",
    "committer_mail": "%cE",
    "committed": "%cI",
    "message": "%B",
}
LASTING: Final = "commits "
"""How ids of documents begin that hold what cannot change."""
STATE: Final = "repository"
REFS: Final = ("refs/heads", "refs/remotes", "refs/tags")
_REF: Final = "%(refname)%00%(symref)%00%(taggerdate:iso-strict)"


def repository_name(repository: Path) -> str:
    """What is this repository called? Its folder's name, without ``.git``.

    Examples
    --------
    >>> repository_name(Path("work/shop.git")), repository_name(Path("work/shop/.git"))
    ('shop', 'shop')
    """
    folder = repository.resolve()
    return folder.parent.name if folder.name == ".git" else folder.name.removesuffix(".git")


def commit_pages(
    repository: Path, *, known: Json | None = None, allow_shallow: bool = False, page_size: int = 1000
) -> Iterator[Page]:
    """Which commits, branches and tags does this repository hold?

    Everything that a branch, a remote branch or a tag reaches, parents before children; HEAD may point
    nowhere. All is read, and git's exit code checked, before the first page. Commits that were read before
    are not read again, unless the mailmap has changed, which renames people.

    Parameters
    ----------
    repository
        Folder of the repository, bare or not, or a worktree.
    known
        The document ``repository`` of the last whole pull, with the commits of which the new ones stand
        together; None reads all.
    allow_shallow
        Take a shallow clone, whose history is cut; it is marked as such.
    page_size
        Commits a page.

    Yields
    ------
    Page
        Documents of ``type`` commits (id ``commits 000001000``, by the number of commits before): a list
        for each of ``FIELDS``, and ``undecodable``, the hashes of those that are no UTF-8. Instants are ISO
        8601 with the zone as Git has it, may be odd, and are empty where Git cannot read them. Names and
        addresses are those of the mailmap. Last of all the document of ``type`` repository:
        ``shallow``, ``partial``, ``head`` (the branch that HEAD names, there or not; None while detached),
        ``main`` (the full name of the branch that others branch off; None without any), ``branches`` (name,
        commit), ``tags`` (name, commit, when it was made or None), ``count`` of commits, ``mailmap``.

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
    known = known if known and all(known[word] == state[word] for word in ("mailmap", "shallow")) else None
    tips = _present(repository, known) if known else []
    batches = list(_batches(_log(repository, tips, partial=state["partial"]), page_size))
    count = known["count"] if known else 0
    for batch in batches:
        yield Page((Document(f"{LASTING}{count:09}", batch),), cursor=str(count))
        count += len(batch["commit"])
    yield Page((Document(STATE, state | {"count": count}),), cursor=str(count))


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
    about = {"type": STATE, "shallow": shallow, "partial": partial, "head": head.strip() or None}
    return about | _refs(repository, about["head"]) | {"mailmap": _mailmap(repository, partial=partial)}


def _refs(repository: Path, head: object) -> dict[str, Any]:
    """Read branches and tags that name a commit, each peeled to it, through tags of tags."""
    listed = run_git(repository, "for-each-ref", f"--format={_REF}", *REFS).splitlines()
    refs = [line.split(b"\0") for line in listed]
    asked = b"".join(ref + b"^{commit}\n" for ref, *_ in refs)
    peeled = run_git(repository, "cat-file", "--batch-check=%(objecttype) %(objectname)", stdin=asked)
    branches, tags, points = list[list[str]](), list[list[str | None]](), dict[str, str]()
    for (ref, symbolic, tagged), answer in zip(refs, peeled.splitlines(), strict=True):
        kind, _, commit = answer.decode("utf-8", "replace").partition(" ")
        name = ref.decode("utf-8", "replace")
        if kind != "commit":
            continue
        if symbolic:
            points[name] = symbolic.decode("utf-8", "replace")
        elif name.startswith("refs/tags/"):
            tags.append([name.removeprefix("refs/tags/"), commit, tagged.decode() or None])
        else:
            branches.append([name, commit])
    return {"main": _main(dict(branches), points, head), "branches": branches, "tags": tags}


def _main(branches: Mapping[str, str], points: Mapping[str, str], head: object) -> str | None:
    """Choose the branch that work lands on: the remote's own, else HEAD's, else one that is called so."""
    usual = (f"refs/heads/{name}" for name in ("main", "master", "trunk"))
    named = [points.get("refs/remotes/origin/HEAD"), head, *usual, *branches]
    return next((str(name) for name in named if name in branches), None)


def _mailmap(repository: Path, *, partial: bool) -> str | None:
    """Which mailmap renames people? A digest of the checkout's file, or the blob's name; None for none."""
    file = repository / ".mailmap"
    if file.is_file():
        return hashlib.sha256(file.read_bytes()).hexdigest()
    if partial:
        return None
    found = run_git(repository, "rev-parse", "--quiet", "--verify", "HEAD:.mailmap", accepted=(0, 1, 128))
    return found.decode().strip() or None


def _present(repository: Path, known: Json) -> list[str]:
    """Say which commits everything known can be reached from, as far as the repository still has them."""
    tips = sorted({commit for _, commit, *_ in (*known["branches"], *known["tags"])})
    answers = run_git(repository, "cat-file", "--batch-check", stdin="".join(f"{t}\n" for t in tips).encode())
    return [
        tip for tip, said in zip(tips, answers.splitlines(), strict=True) if not said.endswith(b"missing")
    ]


def _log(repository: Path, tips: list[str], *, partial: bool) -> Iterator[bytes]:
    """Read commits that the refs reach and the tips do not; each field ends in NUL, which no message holds.

    A bare repository keeps its mailmap in a file's content, which a partial clone need not hold.
    """
    layout = "%x00".join(FIELDS.values())
    return stream_git(
        repository, "log", "-z", "--topo-order", "--reverse", "--no-color", "--no-ext-diff", "--no-textconv",
        "--no-notes", "--no-decorate", "--encoding=UTF-8", f"--format=tformat:{layout}",
        "--branches", "--tags", "--remotes", "--stdin",
        stdin="".join(f"^{tip}\n" for tip in tips).encode(), settings=["mailmap.blob="] if partial else [],
    )  # fmt: skip


def _batches(blocks: Iterable[bytes], size: int) -> Iterator[dict[str, Any]]:
    """Cut what git says into so many commits each; whole fields are decoded a block at a time."""
    fields, odd, rest, step = list[str](), list[int](), b"", size * len(FIELDS)
    for block in blocks:
        whole, _, rest = (rest + block).rpartition(b"\0")
        if whole:
            texts, replaced = _texts(whole)
            odd += [len(fields) + place for place in replaced]
            fields += texts
        while len(fields) >= step:
            yield _batch(fields[:step], odd)
            odd = [place - step for place in odd if place >= step]
            del fields[:step]
    if rest or len(fields) % len(FIELDS):
        raise SourceError(f"git log answered in {len(fields)} fields, not a multiple of {len(FIELDS)}")
    if fields:
        yield _batch(fields, odd)


def _texts(raw: bytes) -> tuple[list[str], list[int]]:
    """Read fields as UTF-8; tell the places of those in which bytes had to be replaced."""
    try:
        return raw.decode("utf-8").split("\0"), []
    except UnicodeDecodeError:
        texts = raw.decode("utf-8", "replace").split("\0")
        parts = zip(texts, raw.split(b"\0"), strict=True)
        return texts, [place for place, (text, part) in enumerate(parts) if text.encode() != part]


def _batch(fields: list[str], odd: Iterable[int]) -> dict[str, Any]:
    step = len(FIELDS)
    columns = {name: fields[place::step] for place, name in enumerate(FIELDS)}
    for name, asked in FIELDS.items():
        # Git answers a placeholder with itself where the commit's header is damaged.
        if name != "message" and asked in columns[name]:
            columns[name] = ["" if text == asked else text for text in columns[name]]
    columns["message"] = [message.rstrip("\n") for message in columns["message"]]
    commits = sorted({place // step for place in odd if place < len(fields)})
    return {"type": "commits", **columns, "undecodable": [columns["commit"][place] for place in commits]}
