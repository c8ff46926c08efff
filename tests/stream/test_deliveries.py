"""Renamed projects, years between tracker and repository, and monorepos, from a work folder to its numbers."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.git_bodies import batch, commit, repository
from tests.jira_bodies import issue
from tests.stream.work import TOML, done
from vsm import read_stream
from vsm.cli.app import app
from vsm.sources.archive import Document, Page, open_archive
from vsm.sources.git_process import create_repository
from vsm.sources.work_folder import WorkFolder

pytestmark = pytest.mark.slow

GIT_STAGES = """
[[stage]]
name = "Waiting to be merged"
kind = "queue"
git = "landing"
[[stage]]
name = "Waiting for release"
kind = "queue"
git = "releasing"
"""


def folder_of(
    root: Path, *commits: tuple[str, str, str], toml: str = TOML, at: datetime, asked: dict[str, str]
) -> Path:
    """A work folder with AB-1 to AB-12, done in January, AB-99 open, and a line of commits (hash, message, when)."""
    folder = WorkFolder(root)
    folder.workflow.write_text(toml)
    bodies = [*(done(n, 8 + n) for n in range(1, 13)), issue(99)]
    line = [
        commit(name, message, at=when, parents=[commits[n - 1][0]] if n else [])
        for n, (name, message, when) in enumerate(commits)
    ]
    documents = (
        Document("commits 000000000", batch(*line)), Document("repository", repository(commits[-1][0])),
    )  # fmt: skip
    with open_archive(folder.archive) as archive:
        page = Page(tuple(Document(str(body["id"]), body) for body in bodies))
        archive.store([page], source="jira", scope=json.dumps(asked), at=at)
        archive.store([Page(documents)], source="git:shop", scope="{}", at=at)
    return root


def test_commits_that_name_a_renamed_project_are_linked(tmp_path: Path) -> None:
    """OLD-3 is AB-3 today, also where it was renamed twice; without the alias it is nobody's."""
    commits = ("c1", "OLD-3: pay", "2026-01-07T09:00:00Z"), ("c2", "old-4 too", "2026-01-07T10:00:00Z")
    root = folder_of(tmp_path, *commits, at=datetime(2026, 2, 1, tzinfo=UTC), asked={"file": "x"})
    assert "commit" not in set(read_stream(root).events["kind"])
    toml = (root / "vsm.toml").read_text()
    for aliases in ('OLD = "AB"', 'old = "ab"', 'OLD = "MID", MID = "AB"', 'X = "AB", OLD = "X"'):
        (root / "vsm.toml").write_text(f"{toml}\n[jira]\naliases = {{ {aliases} }}\n")
        events = read_stream(root).events
        linked = events.loc[events["kind"] == "commit", "ticket"].tolist()
        assert linked == ["jira:1003", "jira:1004"], aliases


@pytest.mark.parametrize(
    ("when", "toml"),
    [
        ("2029-01-07T09:00:00Z", TOML),
        ("2035-12-31T23:59:59Z", TOML + GIT_STAGES),
        ("2199-01-01T00:00:00Z", TOML + GIT_STAGES),
    ],
)
def test_a_commit_years_after_the_trackers_end_is_not_shown(tmp_path: Path, when: str, toml: str) -> None:
    """An export ends in January; what a repository says of later years is in no table, and said."""
    commits = ("c1", "AB-1", "2026-01-07T09:00:00Z"), ("c2", "AB-99", when)
    root = folder_of(
        tmp_path, *commits, toml=toml, at=datetime(2036, 1, 1, tzinfo=UTC), asked={"file": "export.json"}
    )
    stream = read_stream(root)
    assert stream.as_of == pd.Timestamp("2026-02-01T09:00", tz="UTC")
    assert stream.commits["commit"].tolist() == ["c1"]
    assert stream.events["at"].max() < stream.as_of
    assert stream.waits["cause"].notna().any()
    expected = "events in the future" if when.startswith("2199") else "later than the tracker"
    assert expected in set(stream.quality["check"])


@pytest.mark.parametrize("toml", [TOML, TOML + GIT_STAGES])
def test_a_last_look_years_after_the_last_ticket_is_now(tmp_path: Path, toml: str) -> None:
    """Ten years of nothing: open work is that old, and a commit of the third year counts."""
    commits = ("c1", "AB-1", "2026-01-07T09:00:00Z"), ("c2", "AB-99", "2029-01-07T09:00:00Z")
    root = folder_of(
        tmp_path, *commits, toml=toml, at=datetime(2036, 2, 1, tzinfo=UTC),
        asked={"url": "https://jira.example.org"},
    )  # fmt: skip
    stream = read_stream(root)
    assert len(stream.commits) == 2
    (age,) = set(stream.lifecycles.loc[stream.lifecycles["finished"].isna(), "lead"]) - {pd.NaT}
    assert age == pd.Timestamp("2036-02-01", tz="UTC") - pd.Timestamp("2026-01-05T09:00", tz="UTC")
    assert not stream.waits.empty
    assert len(stream.load.queue_weeks) == 26 * stream.load.queues["stage"].nunique()


def monorepo(path: Path) -> Path:
    """A commit of api, one of the web, and the tags api-1.0 and latest on the second."""
    parts = []
    for number, folder in enumerate(("api", "web"), start=1):
        who = f"dev-1 <dev-1@example.org> {1767600000 + number} +0000"
        parts += [
            f"commit refs/heads/main\nmark :{number}\nauthor {who}\ncommitter {who}\ndata 3\n{folder}\n",
            "from :1\n" if number > 1 else "", f"M 100644 inline {folder}/a.py\ndata 1\n1\n\n",
        ]  # fmt: skip
    parts += [f"reset refs/tags/{tag}\nfrom :2\n\n" for tag in ("api-1.0", "latest")]
    create_repository(path, fast_import="".join(parts).encode())
    return path


def test_a_monorepo_is_pulled_with_its_components(tmp_path: Path) -> None:
    """A release of api is none of the web; another folder for the web is read with the next pull."""
    root, shop = tmp_path / "work", monorepo(tmp_path / "shop.git")
    root.mkdir()
    text = '[[repository]]\nname = "shop"\ncomponents = [{{name = "api", paths = "api"}}, {{name = "web", paths = "{}"}}]'
    found = []
    for folder in ("web", "site"):
        (root / "vsm.toml").write_text(text.format(folder))
        done = CliRunner().invoke(app, ["pull", "--dir", str(root), "git", "--repo", str(shop)])
        assert done.exit_code == 0, done.output
        commits = read_stream(root).commits
        found.append(
            commits[["subject", "components", "release"]].astype("str").fillna("-").to_numpy().tolist()
        )
    assert found == [
        [["api", "api", "api-1.0"], ["web", "web", "-"]],
        [["api", "api", "api-1.0"], ["web", "-", "api-1.0"]],
    ]
