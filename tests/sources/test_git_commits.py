"""Git is read the same whatever a repository is like, and nothing in it is executed."""

import gzip
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from vsm.errors import RunError, SourceError
from vsm.sources.git_commits import FIELDS, commit_pages, repository_name
from vsm.sources.git_process import ENVIRONMENT, create_repository, run_git

WHO = b"dev-1 <dev-1@example.org>"
AS_DEV = ("-c", "user.name=dev-1", "-c", "user.email=dev-1@example.org")


def commit(
    mark: int, message: bytes, *, parents: tuple[int, ...] = (), at: bytes = b"1767600000 +0100"
) -> bytes:
    """One commit of a fast-import stream."""
    lines = [
        b"commit refs/heads/main",
        b"mark :%d" % mark,
        b"author %s %s" % (WHO, at),
        b"committer %s %s" % (WHO, at),
    ]
    lines += [b"data %d" % len(message), message]
    lines += [
        b"%s :%d" % (b"merge" if position else b"from", parent) for position, parent in enumerate(parents)
    ]
    return b"\n".join(lines) + b"\n\n"


def made(path: Path, *parts: bytes) -> Path:
    create_repository(path, fast_import=b"".join(parts))
    return path


def read(path: Path, **options: Any) -> list[dict[str, Any]]:
    return [dict(document.body) for page in commit_pages(path, **options) for document in page.documents]


def commits(path: Path, **options: Any) -> list[dict[str, Any]]:
    """Each commit by its fields, the last one first."""
    found = []
    for body in read(path, **options):
        if body["type"] == "commits":
            rows = zip(*(body[name] for name in FIELDS), strict=True)
            found += [dict(zip(FIELDS, row, strict=True)) for row in rows]
            for row in found:
                row["undecodable"] = row.get("undecodable", False) or row["commit"] in body["undecodable"]
    return found[::-1]


def state(path: Path) -> dict[str, Any]:
    """What stands in the document of the repository."""
    return read(path)[-1]


def git(path: Path, *arguments: str) -> None:
    """Git as a user would call it, to prepare a repository."""
    subprocess.run(["git", "-C", str(path), *arguments], check=True, capture_output=True)


def test_a_commit_comes_with_people_zones_parents_and_message(tmp_path: Path) -> None:
    """All fields as Git has them."""
    path = made(tmp_path / "r.git", commit(1, b"AB-1 begin\n\nbody\n"), commit(2, b"AB-1 end", parents=(1,)))
    last, first = commits(path)
    assert first["message"] == "AB-1 begin\n\nbody"
    assert (first["author"], first["author_mail"]) == ("dev-1", "dev-1@example.org")
    assert first["authored"] == "2026-01-05T09:00:00+01:00"
    assert last["parents"] == first["commit"]


def test_an_octopus_has_all_its_parents(tmp_path: Path) -> None:
    """A merge of three lines has three parents, in order."""
    parts = [commit(n, b"line %d" % n) for n in (1, 2, 3)]
    parts = [part.replace(b"refs/heads/main", b"refs/heads/b%d" % n) for n, part in enumerate(parts)]
    path = made(tmp_path / "r.git", *parts, commit(4, b"merge", parents=(1, 2, 3)))
    by_message = {body["message"]: body for body in commits(path)}
    assert by_message["merge"]["parents"].split() == [by_message[f"line {n}"]["commit"] for n in (1, 2, 3)]


def test_tags_are_peeled_to_their_commit(tmp_path: Path) -> None:
    """Annotated, lightweight and nested tags name a commit; a tag of a tree is no release."""
    path = made(tmp_path / "r.git", commit(1, b"one"), b"tag v1\nfrom :1\ntagger %s 1767700000 +0000\ndata 2\nok\n" % WHO,
                b"reset refs/tags/v2\nfrom :1\n\n")  # fmt: skip
    git(path, "tag", "tree", "main^{tree}")
    git(path, *AS_DEV, "tag", "-a", "-m", "again", "v3", "v1")
    tags = {name: (commit, tagged) for name, commit, tagged in state(path)["tags"]}
    assert set(tags) == {"v1", "v2", "v3"}
    assert tags["v1"][1] == "2026-01-06T11:46:40+00:00"
    assert tags["v2"][1] is None
    assert {commit for commit, _ in tags.values()} == {commits(path)[0]["commit"]}


def test_hostile_settings_change_nothing_and_run_nothing(tmp_path: Path) -> None:
    """Signatures, encodings, pagers, monitors, hooks, aliases, formats and external diffs have no say."""
    path = made(tmp_path / "r.git", commit(1, "Grüße AB-1".encode()))
    before = commits(path)
    trace = tmp_path / "executed"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {trace}\n")
    script.chmod(0o755)
    settings = {
        "log.showSignature": "true", "i18n.logOutputEncoding": "ISO-8859-1", "i18n.commitEncoding": "ISO-8859-1",
        "core.pager": str(script), "core.fsmonitor": str(script), "core.hooksPath": str(tmp_path), "pager.log": str(script),
        "alias.log": f"!{script}", "log.date": "relative", "format.pretty": "oneline", "log.decorate": "full",
        "diff.external": str(script), "gpg.program": str(script), "color.ui": "always", "core.quotePath": "true",
        "log.follow": "true", "format.notes": "*", "tag.sort": "-taggerdate", "column.ui": "always",
    }  # fmt: skip
    for name, value in settings.items():
        git(path, "config", name, value)
    assert commits(path) == before
    assert not trace.exists()


def test_a_missing_object_is_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A partial clone's remote may be any command: it is not run, by versions of git that fetch either."""
    monkeypatch.delitem(ENVIRONMENT, "GIT_NO_LAZY_FETCH")
    path = made(tmp_path / "r.git", commit(1, b"one"), commit(2, b"two", parents=(1,)))
    first, trace = commits(path)[1]["commit"], tmp_path / "executed"
    settings = {
        "core.repositoryformatversion": "1",
        "extensions.partialClone": "evil",
        "remote.evil.promisor": "true",
        "remote.evil.url": f"ext::sh -c touch% {trace}",
        "protocol.ext.allow": "always",
    }
    for name, value in settings.items():
        git(path, "config", name, value)
    (path / "objects" / first[:2] / first[2:]).unlink()
    with pytest.raises(SourceError, match=r"git log: "):
        read(path)
    assert not trace.exists()


def test_a_partial_clone_is_read_and_marked(tmp_path: Path) -> None:
    """File contents are not needed; where the mailmap is among them, names are as in the commits."""
    git(tmp_path, "init", "--quiet", "full")
    (tmp_path / "full" / ".mailmap").write_text("person-07 <dev-1@example.org>\n")
    git(tmp_path / "full", "add", ".mailmap")
    git(tmp_path / "full", *AS_DEV, "commit", "--quiet", "-m", "one")
    git(tmp_path / "full", "config", "uploadpack.allowFilter", "true")
    origin = f"file://{tmp_path / 'full'}"
    git(tmp_path, "clone", "--quiet", "--bare", "--filter=blob:none", origin, "bare.git")
    assert commits(tmp_path / "full")[0]["author"] == "person-07"
    assert state(tmp_path / "bare.git")["partial"]
    assert commits(tmp_path / "bare.git")[0]["author"] == "dev-1"


def test_grafts_do_not_change_history(tmp_path: Path) -> None:
    """A grafts file that cuts a parent off has no say."""
    path = made(tmp_path / "r.git", commit(1, b"one"), commit(2, b"two", parents=(1,)))
    (path / "info").mkdir(exist_ok=True)
    (path / "info" / "grafts").write_text(commits(path)[0]["commit"] + "\n")
    assert [body["message"] for body in commits(path)] == ["two", "one"]


@pytest.mark.parametrize(
    ("header", "at"),
    [
        (b"-5 +0000", ""),
        (b"junk", ""),
        (b"253402300800 +0000", "10000-01-01T00:00:00+00:00"),
        (b"1234567890 +9999", "2009-02-18T04:10:30+99:99"),
    ],
)
def test_odd_dates_are_kept_as_git_gives_them(tmp_path: Path, header: bytes, at: str) -> None:
    """Before 1970, after 9999, no number, no zone on Earth: text as given, empty where git has none."""
    path = made(tmp_path / "r.git", commit(1, b"one"))
    tree = run_git(path, "rev-parse", "main^{tree}").strip()
    text = b"tree %s\nauthor %s %s\ncommitter %s %s\n\nodd\n" % (tree, WHO, header, WHO, header)
    odd = run_git(path, "hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=text).decode()
    (path / "refs" / "heads" / "odd").write_text(odd)
    (body,) = (body for body in commits(path) if body["message"] == "odd")
    assert body["authored"] == at


def test_a_nul_in_a_message_breaks_no_field(tmp_path: Path) -> None:
    """Git ends such a message at the NUL; the commits after it are read as they are."""
    path = made(tmp_path / "r.git", commit(1, b"one"))
    tree, parent = (run_git(path, "rev-parse", name).strip() for name in ("main^{tree}", "main"))
    who = b"%s 1767600000 +0100" % WHO
    text = b"tree %s\nparent %s\nauthor %s\ncommitter %s\n\nbe\0fore\n" % (tree, parent, who, who)
    odd = run_git(path, "hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=text).decode()
    (path / "refs" / "heads" / "odd").write_text(odd)
    assert [body["message"] for body in commits(path)] == ["be", "one"]


def test_messages_may_hold_anything(tmp_path: Path) -> None:
    """20 kB, bytes that are no UTF-8 and control characters stay one message; what was replaced is marked."""
    long = b"AB-1 " + b"x" * 20_000
    odd = b"caf\xe9 \x1e \x1f %x00 \x1b[31m"
    path = made(tmp_path / "r.git", commit(1, long), commit(2, odd, parents=(1,)))
    last, first = commits(path)
    assert (len(first["message"]), first["undecodable"]) == (20_005, False)
    assert (last["message"], last["undecodable"]) == ("caf� \x1e \x1f %x00 \x1b[31m", True)


def test_a_path_that_begins_with_a_dash_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing named by a user is taken for an option."""
    monkeypatch.chdir(tmp_path)
    made(Path("--upload-pack=x"), commit(1, b"one"))
    assert [body["message"] for body in commits(Path("--upload-pack=x"))] == ["one"]


def test_head_may_point_nowhere(tmp_path: Path) -> None:
    """Branches count, not HEAD."""
    path = made(tmp_path / "r.git", commit(1, b"one"))
    (path / "HEAD").write_text("ref: refs/heads/gone\n")
    (last,) = commits(path)
    assert (state(path)["head"], state(path)["main"], last["message"]) == (
        "refs/heads/gone", "refs/heads/main", "one",
    )  # fmt: skip
    (path / "HEAD").write_text(last["commit"] + "\n")
    assert state(path)["head"] is None


def test_an_empty_repository_has_no_commits(tmp_path: Path) -> None:
    """It is a repository all the same."""
    assert [body["type"] for body in read(made(tmp_path / "r.git", b""))] == ["repository"]


def test_worktrees_and_names(tmp_path: Path) -> None:
    """A checkout is read like a bare repository, and is called like its folder."""
    bare = made(tmp_path / "shop.git", commit(1, b"one"))
    git(tmp_path, "clone", "--quiet", str(bare), "checkout")
    assert commits(tmp_path / "checkout") == commits(bare)
    assert [repository_name(tmp_path / name) for name in ("shop.git", "checkout", "checkout/.git")] == [
        "shop",
        "checkout",
        "checkout",
    ]


def test_another_owners_repository_is_read(tmp_path: Path) -> None:
    """Git calls that dubious, and would not, as in containers and in continuous integration."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a repository away")
    path = made(tmp_path / "r.git", commit(1, b"one"))
    for file in (path, *path.rglob("*")):
        os.chown(file, 12345, 12345)
    assert [body["message"] for body in commits(path)] == ["one"]


def test_a_linked_worktree_is_read_like_its_repository(tmp_path: Path) -> None:
    """Its .git is a file that points elsewhere."""
    bare = made(tmp_path / "shop.git", commit(1, b"one"))
    git(bare, "worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"), "main")
    assert commits(tmp_path / "tree") == commits(bare)


def test_refs_that_look_like_options_are_refs(tmp_path: Path) -> None:
    """Git itself makes none, but a hostile repository may hold them."""
    path = made(tmp_path / "r.git", commit(1, b"one"))
    only = commits(path)[0]["commit"]
    for name in ("refs/heads/--output=x", "refs/tags/-v1", "refs/tags/a;id"):
        (path / name).write_text(only + "\n")
    assert [body["message"] for body in commits(path)] == ["one"]
    assert {name for name, *_ in state(path)["tags"]} >= {"-v1", "a;id"}
    assert not (tmp_path / "x").exists()


def test_the_main_line_is_the_remotes_own(tmp_path: Path) -> None:
    """In a clone on a feature branch, origin/HEAD tells where work lands; else HEAD, else a usual name."""
    bare = made(tmp_path / "shop.git", commit(1, b"one"))
    git(tmp_path, "clone", "--quiet", str(bare), "checkout")
    git(tmp_path / "checkout", "checkout", "--quiet", "-b", "feature")
    assert state(tmp_path / "checkout")["main"] == "refs/remotes/origin/main"
    git(tmp_path / "checkout", "remote", "remove", "origin")
    assert state(tmp_path / "checkout")["main"] == "refs/heads/feature"
    (tmp_path / "checkout" / ".git" / "HEAD").write_text("ref: refs/heads/unborn\n")
    assert state(tmp_path / "checkout")["main"] == "refs/heads/main"


def test_a_shallow_clone_is_refused_unless_allowed(tmp_path: Path) -> None:
    """Where history is cut the user has to know; allowed, it is marked."""
    bare = made(tmp_path / "r.git", commit(1, b"one"), commit(2, b"two", parents=(1,)))
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{bare}", "shallow")
    with pytest.raises(SourceError, match="is a shallow clone: its history is cut; fetch --unshallow"):
        read(tmp_path / "shallow")
    bodies = read(tmp_path / "shallow", allow_shallow=True)
    assert bodies[-1]["shallow"] is True
    assert len(bodies) == 2


def test_what_is_no_repository_is_refused(tmp_path: Path) -> None:
    """No folder, a plain folder, and a folder inside somebody else's repository."""
    with pytest.raises(SourceError, match="no such folder"):
        read(tmp_path / "none")
    git(tmp_path, "init", "--quiet", "around")
    (tmp_path / "around" / "inside").mkdir()
    for name in (".", "around/inside"):
        with pytest.raises(SourceError, match="not a Git repository; name its folder"):
            read(tmp_path / name)


def test_missing_objects_stop_the_pull(tmp_path: Path) -> None:
    """A damaged repository gives a fault, never a plausible beginning."""
    path = made(tmp_path / "r.git", commit(1, b"one"), commit(2, b"two", parents=(1,)))
    first = commits(path)[1]["commit"]
    (path / "objects" / first[:2] / first[2:]).unlink()
    with pytest.raises(SourceError, match=r"git log: "):
        read(path)


def test_without_git_the_message_says_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No git on the PATH is a failure of the machine, not of the input."""
    path = made(tmp_path / "r.git", b"")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RunError, match="git is not installed, or not on the PATH; install git"):
        run_git(path, "log")


def test_git_faults_are_gits_own_words(tmp_path: Path) -> None:
    """The last line that git said is the message."""
    path = made(tmp_path / "r.git", b"")
    with pytest.raises(SourceError, match=r"git nonsense: .*not a git command"):
        run_git(path, "nonsense")


def test_duracloud_is_read_whole(real_data: Path, tmp_path: Path) -> None:
    """1,552 commits and 6 tags, though its HEAD points nowhere."""
    stream = gzip.decompress((real_data / "duracloud" / "history.fast-import.gz").read_bytes())
    path = made(tmp_path / "r.git", stream)
    assert (len(commits(path)), len(state(path)["tags"])) == (1552, 6)


def ci_checkout(
    tmp_path: Path, *branches: str, depth: int = 0, fetch: str = "heads/*:refs/remotes/origin/*"
) -> Path:
    """What CI leaves: a fetch into a new repository, with a detached HEAD on the last commit."""
    bare = made(tmp_path / "r.git", commit(1, b"one"), commit(2, b"two", parents=(1,)))
    for name in branches:
        git(bare, "update-ref", f"refs/heads/{name}", "main")
    git(bare, "symbolic-ref", "HEAD", f"refs/heads/{branches[0]}")
    if "main" not in branches:
        git(bare, "branch", "-D", "main")
    git(tmp_path, "init", "--quiet", "ci")
    path = tmp_path / "ci"
    shallow = [f"--depth={depth}"] if depth else []
    git(path, "fetch", "--quiet", "--no-tags", *shallow, f"file://{bare}", f"+refs/{fetch}")
    git(path, "checkout", "--quiet", "--detach", run_git(bare, "rev-parse", branches[0]).decode().strip())
    return path


@pytest.mark.slow
@pytest.mark.parametrize("depth", [0, 1])
@pytest.mark.parametrize(
    ("branches", "main"),
    [
        (["main", "a-feature", "AB-1-pay"], "main"),
        (["master", "a-feature", "develop"], "master"),
        (["trunk", "release/1.0"], "trunk"),
        (["develop", "feature/AB-1"], "develop"),
    ],
)
def test_the_main_line_of_a_ci_checkout_is_found(
    tmp_path: Path, branches: list[str], main: str, depth: int
) -> None:
    """HEAD is detached, origin/HEAD unknown, and the first branch of the alphabet is another one."""
    found = read(ci_checkout(tmp_path, *branches, depth=depth), allow_shallow=True)[-1]
    assert (found["head"], found["main"]) == (None, f"refs/remotes/origin/{main}")


@pytest.mark.parametrize("branches", [["AB-1-pay"], ["feature/a", "release/2.0"], ["hauptzweig", "zweig"]])
def test_a_main_line_that_nothing_tells_is_none(tmp_path: Path, branches: list[str]) -> None:
    """Better none, and asked for, than the first of the alphabet, or the only branch that CI has fetched."""
    path = ci_checkout(tmp_path, *branches)
    assert state(path)["main"] is None
    git(path, "checkout", "--quiet", "-b", branches[0], f"origin/{branches[0]}")
    assert state(path)["main"] is None


def test_a_branch_that_ci_checked_out_is_not_the_main_line(tmp_path: Path) -> None:
    """The checkout is on the branch of a pull request; work is merged elsewhere."""
    path = ci_checkout(tmp_path, "master", "AB-1-pay")
    git(path, "checkout", "--quiet", "-b", "AB-1-pay", "origin/AB-1-pay")
    assert state(path)["main"] == "refs/remotes/origin/master"


def test_a_detached_head_without_any_branch_is_read(tmp_path: Path) -> None:
    """Only a pipeline's ref was fetched, which is no branch: HEAD stands for one, and no main line is known."""
    path = ci_checkout(tmp_path, "main", fetch="heads/main:refs/pipelines/7")
    found = state(path)
    assert [body["message"] for body in commits(path)] == ["two", "one"]
    assert ([name for name, _ in found["branches"]], found["main"]) == (["HEAD"], None)
