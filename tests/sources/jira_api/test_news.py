"""What is new since the last pull, and what is no longer there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.jira_server import Running, Site, Traps, serve
from tests.sources.jira_api.lab import MODES, Mode, issues, pull
from vsm.sources.archive import Archive, open_archive


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> Mode:
    """Both products."""
    chosen: Mode = request.param
    return chosen


@pytest.fixture
def run(mode: Mode) -> Iterator[Running]:
    """Thirty tickets of project ABC, in a server that is well."""
    with serve(Site.seeded(30, 3, mode=mode, seed=5)) as running:
        yield running


@pytest.fixture
def archive(run: Running, mode: Mode, tmp_path: Path) -> Iterator[Archive]:
    """What the first pull stored."""
    with open_archive(tmp_path / "a.sqlite") as opened:
        pull(run, opened, mode)
        yield opened


def body(archive: Archive, key: str) -> dict[str, Any]:
    """The stored issue of that key."""
    return next(issue for issue in issues(archive) if issue["key"] == key)


def gone(archive: Archive) -> dict[str, str]:
    """Which issues are known to be gone, or back?"""
    documents = archive.documents("jira")
    return {d["issue"]: d["how"] for d in documents if d.get("type") == "gone"}


def test_changed_and_new_tickets_come_and_others_stay(run: Running, archive: Archive, mode: Mode) -> None:
    """A comment is news too, though it leaves no history; its text is not stored."""
    before = body(archive, "ABC-9")
    run.site.touch("ABC-3", "10000")
    run.site.comment("ABC-4")
    run.site.worklog("ABC-5")
    key = run.site.create("ABC")
    pull(run, archive, mode)
    assert len(body(archive, "ABC-3")["changelog"]["histories"]) == 4
    comment = body(archive, "ABC-4")["fields"]["comment"]["comments"][0]
    assert set(comment) == {"id", "created", "author"}
    assert set(body(archive, "ABC-5")["fields"]["worklog"]["worklogs"][0]) == {
        "id", "created", "started", "author",
    }  # fmt: skip
    assert body(archive, key)["changelog"]["histories"] == []
    assert body(archive, "ABC-9") == before
    assert len(issues(archive)) == 31


def test_more_comments_than_a_search_embeds_are_all_there(run: Running, archive: Archive, mode: Mode) -> None:
    """Cloud embeds twenty."""
    for _ in range(45):
        run.site.comment("ABC-4")
    pull(run, archive, mode)
    assert len(body(archive, "ABC-4")["fields"]["comment"]["comments"]) == 45


def test_a_change_that_the_index_shows_late_is_not_missed(mode: Mode, tmp_path: Path) -> None:
    """The next pull looks back over minutes in which the search may have lagged."""
    site = Site.seeded(30, 3, mode=mode, seed=5)
    with serve(site, Traps(stale_search=1)) as run, open_archive(tmp_path / "a.sqlite") as archive:
        run.site.touch("ABC-3", "10000")
        pull(run, archive, mode)
        pull(run, archive, mode)
        assert len(body(archive, "ABC-3")["changelog"]["histories"]) == 4


def test_deleted_moved_and_hidden_tickets_are_told_apart(run: Running, archive: Archive, mode: Mode) -> None:
    """A sweep asks after those that the query no longer finds; nothing that is stored is lost."""
    deleted, moved, hidden = (body(archive, f"ABC-{n}")["id"] for n in (7, 8, 9))
    other = run.site.create("XYZ")
    pull(run, archive, mode)
    run.site.delete("ABC-7")
    run.site.move("ABC-8", "NEW")
    run.site.hide("XYZ")
    pull(run, archive, mode, jql="project = ABC", sweep=True)
    lost = body(archive, other)["id"]
    assert gone(archive) == {deleted: "deleted", lost: "no longer visible"}
    assert body(archive, "NEW-1")["id"] == moved
    fields = [item["field"] for h in body(archive, "NEW-1")["changelog"]["histories"] for item in h["items"]]
    assert "Key" in fields
    assert hidden in {issue["id"] for issue in issues(archive)}
    assert len(issues(archive)) == 31


def test_what_comes_back_is_back(run: Running, archive: Archive, mode: Mode) -> None:
    """A permission given back: the next change that is seen, or the next sweep, says so."""
    identity = body(archive, "ABC-9")["id"]
    run.site.hide("ABC-9")
    pull(run, archive, mode, sweep=True)
    assert gone(archive) == {identity: "deleted"}
    run.site.show("ABC-9")
    run.site.touch("ABC-9", "3")
    pull(run, archive, mode)
    assert gone(archive) == {identity: "back"}


def test_a_renamed_status_keeps_its_old_name(run: Running, archive: Archive, mode: Mode) -> None:
    """Statuses are learned anew with another question, and weekly; no name is forgotten."""
    run.site.rename_status("3", "Doing")
    pull(run, archive, mode, jql="created >= 1")
    names = [d["name"] for d in archive.documents("jira") if d.get("type") == "status" and d["id"] == "3"]
    assert sorted(names) == ["Doing", "In Progress"]


def test_another_question_is_read_from_the_beginning(run: Running, archive: Archive, mode: Mode) -> None:
    """What an earlier question brought stays."""
    run.site.create("XYZ", at="2026-01-05T09:00:00.000+0000")
    pull(run, archive, mode, jql="project = XYZ")
    assert [issue["key"] for issue in issues(archive) if issue["key"].startswith("XYZ")] == ["XYZ-1"]
    assert len(issues(archive)) == 31
