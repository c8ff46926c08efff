"""Who is forgotten is in no byte of the work folder, comes back with no pull, and tickets stay measurable."""

import json
import sqlite3
import zlib
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.jira_bodies import history, issue, moved
from tests.stream.work import TOML
from vsm.read import read_stream
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


@pytest.fixture
def work(vsm: Shell, tmp_path: Path) -> Path:
    """A work folder that knows Ann by Jira, by vsm.toml and by its stored log."""
    root = tmp_path / "work"
    root.mkdir()
    (root / "vsm.toml").write_text(
        TOML + '[[team]]\nname = "web"\nmembers = ["Ann Löwenhaupt"] # Ann L. leads\n'
    )
    assert vsm("pull", "--dir", root, "jira", "--file", export(tmp_path / "issues.jsonl")) == 0
    read_stream(root)
    return root


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
    export(tmp_path / "issues.jsonl", title="News: J Doe met ANN LO\u0308WENHAUPT and ann.löwenhaupt")
    assert vsm("pull", "--dir", work) == 0
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
    export(tmp_path / "issues.jsonl", title="Changed since")
    assert vsm("pull", "--dir", work) == 0
    assert len(read_stream(work).tickets) == 2


def test_who_is_unknown_or_unclear_is_a_mistake(vsm: Shell, work: Path) -> None:
    """Nothing is guessed."""
    assert vsm("forget", "Nobody Known", "--dir", work) == 2
    assert "nobody is known as 'Nobody Known'" in vsm.err
    assert vsm("forget", "--dir", work) == 2
    assert "name a person, or --older-than DAYS" in vsm.err
