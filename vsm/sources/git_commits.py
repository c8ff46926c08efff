"""A Git repository's commits, branches and tags, read by one hardened ``git log``; and sizes of commits.

Commits never change, so each is read once: a later pull asks only for what its branches and tags reach since.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
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
HEAD: Final = "HEAD"
USUAL: Final = ("main", "master", "trunk", "mainline", "default", "develop", "development")
"""What a main line is called as a rule, the most usual name first."""
READ_BY_GIT: Final = (".mailmap", ".gitattributes")
"""Files of a checkout that git reads with the history."""
_REF: Final = "%(refname)%00%(symref)%00%(taggerdate:iso-strict)"


def repository_name(repository: Path) -> str:
    """Give the repository's name: its folder's, without ``.git``.

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
    """Give a repository's commits, branches and tags.

    Everything that a branch, a remote branch or a tag reaches, parents before children; without any branch
    what a detached HEAD does. All is read, and git's exit code checked, before the first page. Commits that
    were read before are not read again, unless the mailmap has changed, which renames people.

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
        ``main`` (the full name of the branch that work is merged to; None where nothing says which one),
        ``branches`` (name, commit), ``tags`` (name, commit, when it was made or None), ``count`` of commits,
        ``mailmap``.

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
    batches = list(_batches(_log(repository, tips, state), page_size))
    count = known["count"] if known else 0
    for batch in batches:
        yield Page((Document(f"{LASTING}{count:09}", batch),), cursor=str(count))
        count += len(batch["commit"])
    yield Page((Document(STATE, state | {"count": count}),), cursor=str(count))


def _state(repository: Path, *, allow_shallow: bool) -> dict[str, Any]:
    if not repository.is_dir():
        raise SourceError(f"{repository}: no such folder")
    for name in READ_BY_GIT:
        file = repository / name
        if file.exists() and not (file.is_file() or file.is_dir()):
            raise SourceError(f"{file} is no ordinary file, and git might wait for it; remove it")
    try:
        answers = run_git(repository, "rev-parse", "--is-shallow-repository", "--show-prefix").split(b"\n")
    except SourceError as error:
        raise SourceError(f"{repository}: not a Git repository; name its folder ({error})") from error
    if answers[1]:
        raise SourceError(f"{repository}: not a Git repository; name its folder (it lies inside one)")
    shallow = answers[0] == b"true"
    if shallow and not allow_shallow:
        raise SourceError(
            f"{repository} is a shallow clone: its history is cut; fetch --unshallow, or pass --allow-shallow"
        )
    settings = run_git(repository, "config", "--local", "--name-only", "--list").decode("utf-8", "replace")
    partial = any(name.startswith("remote.") and name.endswith(".promisor") for name in settings.splitlines())
    head = run_git(repository, "symbolic-ref", "--quiet", "HEAD", accepted=(0, 1)).decode("utf-8", "replace")
    state = {"type": STATE, "shallow": shallow, "partial": partial, "head": head.strip() or None}
    return state | _refs(repository, state["head"]) | {"mailmap": _mailmap(repository, partial=partial)}


def _refs(repository: Path, head: object) -> dict[str, Any]:
    """Give branches and tags that name a commit, each peeled to it, through tags of tags.

    Where there is no branch at all, as in some checkouts of CI, the detached HEAD stands for one.
    """
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
    if not head and not branches:
        there = run_git(repository, "rev-parse", "--quiet", "--verify", "HEAD^{commit}", accepted=(0, 1, 128))
        branches += [[HEAD, there.decode().strip()]] if there.strip() else []
    return {"main": _main(dict(branches), points, head), "branches": branches, "tags": tags}


def _main(branches: Mapping[str, str], points: Mapping[str, str], head: object) -> str | None:
    """Choose the branch that work is merged to; None where nothing says which one it is.

    That is the remote's own branch, if the clone knows it, else one that is called so, since a checkout of CI
    may be on any branch, or on none. Without remote branches HEAD names it, or it is the only one.
    """
    remotes = sorted({name.split("/")[2] for name in branches if name.startswith("refs/remotes/")})
    remotes.sort(key=lambda remote: remote != "origin")
    own = [points.get(f"refs/remotes/{remote}/HEAD") for remote in remotes]
    places = [*(f"refs/remotes/{remote}" for remote in remotes), "refs/heads"]
    usual = [f"{place}/{name}" for name in USUAL for place in places]
    alone = list(branches) if len(branches) == 1 and not remotes and HEAD not in branches else []
    named = [*own, *usual] if remotes else [head, *usual, *alone]
    return next((str(name) for name in named if name in branches), None)


def _mailmap(repository: Path, *, partial: bool) -> str | None:
    """Give what tells mailmaps apart: a digest of the checkout's file, or the blob's name; None for none."""
    file = repository / ".mailmap"
    if file.is_file():
        return hashlib.sha256(file.read_bytes()).hexdigest()
    if partial:
        return None
    found = run_git(repository, "rev-parse", "--quiet", "--verify", "HEAD:.mailmap", accepted=(0, 1, 128))
    return found.decode().strip() or None


def _present(repository: Path, known: Json) -> list[str]:
    """Give commits from which all that was read can be reached, as far as the repository still has them."""
    tips = sorted({commit for _, commit, *_ in (*known["branches"], *known["tags"])})
    answers = run_git(repository, "cat-file", "--batch-check", stdin="".join(f"{t}\n" for t in tips).encode())
    return [
        tip for tip, line in zip(tips, answers.splitlines(), strict=True) if not line.endswith(b"missing")
    ]


def _log(repository: Path, tips: list[str], state: Json) -> Iterator[bytes]:
    """Read commits that the refs reach and the tips do not; each field ends in NUL, which no message holds.

    A bare repository keeps its mailmap in a file's content, which a partial clone need not hold.
    """
    layout = "%x00".join(FIELDS.values())
    detached = [name for name, _ in state["branches"] if name == HEAD]
    return stream_git(
        repository, "log", "-z", "--topo-order", "--reverse", "--no-color", "--no-ext-diff", "--no-textconv",
        "--no-notes", "--no-decorate", "--encoding=UTF-8", f"--format=tformat:{layout}",
        "--branches", "--tags", "--remotes", "--stdin",
        stdin="".join(f"{name}\n" for name in [*(f"^{tip}" for tip in tips), *detached]).encode(),
        settings=["mailmap.blob="] if state["partial"] else [],
    )  # fmt: skip


def _batches(blocks: Iterable[bytes], size: int) -> Iterator[dict[str, Any]]:
    """Cut git's answer into batches of ``size`` commits; whole fields are decoded a block at a time.

    Fields of all commits follow one another: with three fields a commit, ``h1 p1 m1 h2 p2 m2 h3 …``. ``odd``
    are the numbers of those that are no UTF-8.
    """
    fields, odd, rest, step = list[str](), list[int](), b"", size * len(FIELDS)
    for block in blocks:
        whole, _, rest = (rest + block).rpartition(b"\0")
        if whole:
            texts, replaced = _texts(whole)
            odd += [len(fields) + number for number in replaced]
            fields += texts
        while len(fields) >= step:
            yield _batch(fields[:step], odd)
            odd = [number - step for number in odd if number >= step]
            del fields[:step]
    if rest or len(fields) % len(FIELDS):
        raise SourceError(f"git log answered in {len(fields)} fields, not a multiple of {len(FIELDS)}")
    if fields:
        yield _batch(fields, odd)


def _texts(raw: bytes) -> tuple[list[str], list[int]]:
    """Read fields as UTF-8; give the numbers of those in which bytes had to be replaced."""
    try:
        return raw.decode("utf-8").split("\0"), []
    except UnicodeDecodeError:
        texts = raw.decode("utf-8", "replace").split("\0")
        parts = zip(texts, raw.split(b"\0"), strict=True)
        return texts, [number for number, (text, part) in enumerate(parts) if text.encode() != part]


def _batch(fields: list[str], odd: Iterable[int]) -> dict[str, Any]:
    step = len(FIELDS)
    columns = {name: fields[first::step] for first, name in enumerate(FIELDS)}
    for name, placeholder in FIELDS.items():
        # Git answers a placeholder with itself where the commit's header is damaged.
        if name != "message" and placeholder in columns[name]:
            columns[name] = ["" if text == placeholder else text for text in columns[name]]
    columns["message"] = [message.rstrip("\n") for message in columns["message"]]
    undecodable = sorted({number // step for number in odd if number < len(fields)})
    return {"type": "commits", **columns, "undecodable": [columns["commit"][row] for row in undecodable]}


def change_pages(
    repository: Path, documents: Iterable[dict[str, Any]], *, page_size: int = 500
) -> Iterator[Page]:
    """Give how many files and lines each commit changed, of those that were not counted before.

    A hash never changes its content, so each is counted once. It costs twenty to eighty times as much as
    reading the history, needs the files' contents, and nothing about flow rests on it.

    Parameters
    ----------
    documents
        What is stored of the repository: commits, and what was counted.
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
    """
    rest = commits_without(documents, has=lambda body: body["type"] == "changes")
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


def commits_without(
    documents: Iterable[dict[str, Any]], *, has: Callable[[dict[str, Any]], bool]
) -> list[str]:
    """Give the commits, but merges, that none of the documents names of which ``has`` is true."""
    wanted: dict[str, None] = {}
    known = set[str]()
    for body in documents:
        if body["type"] == "commits":
            rows = zip(body["commit"], body["parents"], strict=True)
            wanted |= dict.fromkeys(commit for commit, parents in rows if " " not in parents)
        elif has(body):
            known |= set(body["commit"])
    return [commit for commit in wanted if commit not in known]
