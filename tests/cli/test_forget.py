"""Who is forgotten is in no byte of the work folder, comes back with no pull, and tickets stay measurable."""

import json
import shutil
import sqlite3
import zlib
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.jira_bodies import history, issue, moved
from tests.reports.pages import run_vsm
from tests.stream.work import TOML
from vsm.people.forgetting import Refusals, forgotten_person
from vsm.read import read_stream
from vsm.sources.git_process import create_repository
from vsm.sources.work_folder import WorkFolder

pytestmark = pytest.mark.slow

ANN = {"accountId": "5b10ac8d82e05b22cc7d4ef5", "displayName": "Ann Löwenhaupt", "emailAddress": "ann.l@example.org",
       "avatarUrls": {"48x48": "https://example.org/avatar/0bc83cb571cd1c50ba6f3e8a78ef1346"}}  # fmt: skip
BO = {"accountId": "5b10ac8d82e05b22cc7d4bbb", "displayName": "Bo Lee"}
SPELLINGS = (
    "5b10ac8d82e05b22cc7d4ef5",
    "löwenhaupt",
    "lo\u0308wenhaupt",
    "loewenhaupt",
    "ann.l@",
    "0bc83cb571cd1c50",
)


def export(path: Path, *, title: str = "Ask Löwenhaupt, Ann or ann.l@example.org") -> Path:
    """Two issues of Ann's and one of Bo's."""
    bodies = []
    for number, who in ((1, ANN), (2, ANN), (3, BO)):
        begun = history(number * 10, "2026-01-06T09:00:00.000+0000", moved("1", "3")) | {"author": who}
        ended = history(number * 10 + 1, "2026-01-09T09:00:00.000+0000", moved("3", "6")) | {"author": who}
        summary = title if number < 3 else "Bo's own"
        bodies.append(issue(number, begun, ended, now="6", summary=summary, assignee=who,
                            updated=f"2026-01-{8 + number:02}T09:00:00.000+0000"))  # fmt: skip
    path.write_text("\n".join(json.dumps(body) for body in bodies))
    return path


def everything_in(root: Path) -> str:
    """Every byte of every file, and what packed documents hold, in small letters."""
    texts = [
        path.read_bytes().decode("utf-8", "replace") for path in sorted(root.rglob("*")) if path.is_file()
    ]
    with sqlite3.connect(WorkFolder(root).archive) as database:
        texts += [
            zlib.decompress(body).decode() for (body,) in database.execute("SELECT body FROM documents")
        ]
    database.close()
    return "\n".join(texts).casefold()


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work folder that knows Ann by Jira, by vsm.toml and by its stored log; to be copied with its export."""
    folder = tmp_path_factory.mktemp("pulled")
    (folder / "work").mkdir()
    (folder / "work" / "vsm.toml").write_text(
        TOML + '[[team]]\nname = "web"\nmembers = ["Ann Löwenhaupt"] # Ann L. leads\n'
    )
    run_vsm("pull", "--dir", folder / "work", "jira", "--file", export(folder / "issues.jsonl"))
    read_stream(folder / "work")
    return folder


@pytest.fixture
def work(tmp_path: Path, pulled: Path) -> Path:
    """Such a work folder of the test's own; a pull asks for the export beside the one that it is a copy of."""
    return Path(shutil.copytree(pulled / "work", tmp_path / "work"))


@pytest.mark.parametrize("asked", ["Ann Löwenhaupt", "jira:5b10ac8d82e05b22cc7d4ef5", "ann.l@example.org"])
def test_no_byte_names_who_is_forgotten(vsm: Shell, work: Path, asked: str) -> None:
    """By name, account or address: archive with its free pages, stored log and vsm.toml; two tickets stay."""
    before = read_stream(work).lifecycles[["lead", "wait", "work"]]
    assert all(spelling in everything_in(work) for spelling in SPELLINGS[:2])
    assert vsm("forget", asked, "--dir", work) == 0
    assert "replaced by a random word: 2" in vsm.out
    assert "Out of reach: published reports and exports" in vsm.out
    assert [spelling for spelling in SPELLINGS if spelling in everything_in(work)] == []
    stream = read_stream(work, names=True)
    assert (stream.lifecycles[["lead", "wait", "work"]] == before).all(axis=None)
    (nobody,) = {name for name in stream.events["actor"].dropna() if name.startswith("forgotten-")}
    assert stream.workflow.teams[0].members == (nobody,)


def test_a_later_pull_does_not_bring_them_back(vsm: Shell, work: Path, tmp_path: Path) -> None:
    """Neither the same export nor one with another title."""
    assert vsm("forget", "Ann Löwenhaupt", "--dir", work) == 0
    news = export(tmp_path / "news.jsonl", title="News: J Doe met ANN LO\u0308WENHAUPT and ann.löwenhaupt")
    for later in ((), ("jira", "--file", news)):
        assert vsm("pull", "--dir", work, *later) == 0
    read_stream(work)
    assert [spelling for spelling in SPELLINGS if spelling in everything_in(work)] == []
    assert "News: J Doe met forgotten-" in read_stream(work, names=True).tickets["summary"].iloc[0]
    assert "Bo Lee" in set(read_stream(work, names=True).events["actor"])


def test_a_dry_run_changes_nothing(vsm: Shell, work: Path) -> None:
    """It says how many documents there would be."""
    before = {
        path: path.read_bytes() for path in work.rglob("*") if path.suffix in (".sqlite", ".toml", ".parquet")
    }
    assert vsm("forget", "Ann Löwenhaupt", "--dir", work, "--dry-run") == 0
    assert "would be replaced by a random word: 2" in vsm.out
    assert {path: path.read_bytes() for path in before} == before
    assert not WorkFolder(work).forgotten.exists()


def test_a_report_that_names_them_is_named(vsm: Shell, work: Path) -> None:
    """What was published is not changed, and said so."""
    page = work / "runs" / "2026" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>Ann Löwenhaupt</p>")
    assert vsm("forget", "Ann Löwenhaupt", "--dir", work) == 0
    assert f"Not changed: {page} still names somebody who is forgotten" in vsm.out


def test_old_raw_tickets_go_and_stay_away_until_they_change(vsm: Shell, work: Path, tmp_path: Path) -> None:
    """By --older-than or by keep; the same bodies are refused, a changed one is news."""
    toml = (work / "vsm.toml").read_text()
    (work / "vsm.toml").write_text(toml + "[privacy]\nkeep = 1\n")
    assert vsm("forget", "--dir", work) == 0
    assert "removed: 3" in vsm.out
    assert vsm("pull", "--dir", work) == 0
    assert len(read_stream(work).tickets) == 0
    changed = export(tmp_path / "changed.jsonl", title="Changed since")
    assert vsm("pull", "--dir", work, "jira", "--file", changed) == 0
    assert len(read_stream(work).tickets) == 2


@pytest.mark.parametrize("ages_first", [False, True])
def test_what_went_for_its_age_stays_away_whenever_its_person_was_forgotten(
    vsm: Shell, work: Path, ages_first: bool
) -> None:
    """Its content was stored without Ann, or with her; the source still gives it with her, and Bo was forgotten since."""
    person, age = ("Ann Löwenhaupt",), ("--older-than", 1)
    for asked in (age, person) if ages_first else (person, age):
        assert vsm("forget", *asked, "--dir", work) == (2 if ages_first and asked is person else 0)
    assert vsm("forget", "Bo Lee", "--dir", work) == 2  # nobody knows him any more
    assert vsm("pull", "--dir", work) == 0
    assert len(read_stream(work).tickets) == 0


def repository(path: Path, *, commits: int) -> None:
    """Commits by Bo with Ann's help, then by Ann, and a tag of hers."""
    ann, parts = f"{ANN['displayName']} <{ANN['emailAddress']}>", list[str]()
    for number in range(1, commits + 1):
        who = f"{ann if number > 1 else 'Bo Lee <bo@example.org>'} {1767600000 + 1000 * number} +0000"
        message = (
            f"AB-{number} for Ann\n\nCo-authored-by: {ann}\nReviewed-by: Ann Loewenhaupt <x@example.org>\n"
        )
        parts.append(f"commit refs/heads/main\nmark :{number}\nauthor {who}\ncommitter {who}\n")
        parts.append(f"data {len(message.encode())}\n{message}")
        parts.append(f"from :{number - 1}\n\n" if number > 1 else "\n")
    parts.append(f"tag v1\nfrom :1\ntagger {ann} 1767700000 +0000\ndata 0\n\n")
    create_repository(path, fast_import="".join(parts).encode())


def test_tables_git_and_deployments_name_nobody_either(vsm: Shell, tmp_path: Path) -> None:
    """Holders, titles, authors, helpers and notes; nor do later pulls of the same, with a commit more."""
    work, shop = tmp_path / "work", tmp_path / "shop.git"
    assert vsm("init", "--dir", work) == 0
    steps = ["ticket,at,status,holder,summary", "AB-1,2026-01-05T09:00Z,Open,Ann Löwenhaupt,Löwenhaupt's own"]
    steps += [
        "AB-2,2026-01-05T09:00Z,Open,Bo Lee,for ann.l@example.org",
        "AB-2,2026-02-05T09:00Z,Done,Bo Lee,",
    ]
    (tmp_path / "steps.csv").write_text("\n".join(steps))
    (tmp_path / "dep.csv").write_text("at,commit,by\n2026-01-08T09:00Z,v1,Ann Löwenhaupt\n")
    repository(shop, commits=2)
    columns = "ticket=ticket,at=at,status=status,holder=holder,summary=summary"
    live = ("--repository", "shop", "--environment", "live")
    assert vsm("pull", "--dir", work, "table", "--file", tmp_path / "steps.csv", "--map", columns) == 0, (
        vsm.err
    )
    assert vsm("pull", "--dir", work, "git", "--repo", shop) == 0, vsm.err
    assert vsm("pull", "--dir", work, "deployments", "--file", tmp_path / "dep.csv", *live) == 0, vsm.err
    before = read_stream(work)
    assert vsm("forget", "Ann Löwenhaupt", "--dir", work) == 0, vsm.err
    shutil.rmtree(shop)
    repository(shop, commits=3)
    assert [spelling for spelling in SPELLINGS if spelling in everything_in(work)] == []
    assert vsm("pull", "--dir", work) == 0, vsm.err
    stream = read_stream(work, names=True)
    assert [spelling for spelling in SPELLINGS if spelling in everything_in(work)] == []
    assert (stream.lifecycles["lead"] == before.lifecycles["lead"]).all()
    assert stream.commits["author"].str.contains("forgotten-").tolist() == [False, True, True]
    assert len(set(stream.commits["author"])) == 2


def test_an_address_that_was_never_seen_goes_with_the_name_beside_it() -> None:
    """In Jira's users, in Git's columns and in a message; Bo's stays."""
    ann = forgotten_person(["Ann Lee", "jira:alee"], [], others=["Bo Ray"], key=b"k", instead="nobody-1")
    body = {
        "user": {"accountId": "alee", "emailAddress": "new@example.org"},
        "git": {"author": ["Bo Ray", "Ann Lee"], "author_mail": ["bo@example.org", "new@example.org"]},
        "message": "By Ann Lee <new@example.org> and Bo Ray <bo@example.org>",
    }
    assert Refusals(b"k", (ann,)).body(body) == {
        "user": {"accountId": "nobody-1", "emailAddress": "nobody-1@forgotten.invalid"},
        "git": {
            "author": ["Bo Ray", "nobody-1"],
            "author_mail": ["bo@example.org", "nobody-1@forgotten.invalid"],
        },
        "message": "By nobody-1 <nobody-1@forgotten.invalid> and Bo Ray <bo@example.org>",
    }


def test_who_is_unknown_or_unclear_is_a_mistake(vsm: Shell, work: Path) -> None:
    """Nothing is guessed."""
    assert vsm("forget", "Nobody Known", "--dir", work) == 2
    assert "nobody is known as 'Nobody Known'" in vsm.err
    assert vsm("forget", "--dir", work) == 2
    assert "name a person, or --older-than DAYS" in vsm.err
