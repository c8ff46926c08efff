"""An odd body among a server's good ones is stored as it is, named, and stops nothing."""

from copy import deepcopy
from typing import Any, cast

import pytest

from tests.jira_bodies import history, issue, log_from_jira, moved
from tests.sources.jira_api.lab import MODES, Mode
from vsm.errors import RunError
from vsm.sources.archive import Archive
from vsm.sources.jira_api import JiraSession, LiveJira, Scope
from vsm.sources.jira_api.changelog import with_changelogs, with_notes
from vsm.sources.jira_api.pages import _documents
from vsm.sources.jira_api.search import found_issues
from vsm.sources.jira_api.site import Site

MOVE = history(5, "2026-01-06T09:00:00.000+0000", moved("1", "3"))
GOOD = issue(1, MOVE, now="3")


class Answers:
    """A server that answers each search with these issues, and each changelog with theirs."""

    url = "https://jira.example.org"

    def __init__(self, *issues: Any) -> None:
        self.issues = issues

    def post(self, path: str, body: Any) -> Any:
        if path.endswith("changelog/bulkfetch"):
            known = [
                one for one in self.issues if isinstance(one, dict) and "changelog" in one and "id" in one
            ]
            logs = [
                {"issueId": one["id"], "changeHistories": one["changelog"].get("histories")} for one in known
            ]
            return {"issueChangeLogs": logs}
        return {"issues": deepcopy(list(self.issues)), "total": len(self.issues)}

    def get(self, path: str, **about: Any) -> Any:
        return None

    def now_ms(self) -> int:
        return 1_800_000_000_000


class Nothing:
    """An archive that holds nothing."""

    def document(self, source: str, id_: str) -> None:
        return None


def pulled(mode: Mode, *issues: Any) -> list[Any]:
    """The bodies that a pull of these issues would store."""
    session, site = (
        cast("JiraSession", Answers(*issues)),
        Site(mode == "cloud", "https://jira.example.org", "x", {}),
    )
    (found,) = found_issues(session, "x", cloud=site.cloud, fields=site.fields)
    jira = LiveJira(session, Scope(site.base, jql="x"), cast("Archive", Nothing()), at=None)  # type: ignore[arg-type]
    return [
        document.body
        for document in _documents(jira, site, [with_notes(session, site, one) for one in found])
    ]


def with_history(**about: Any) -> Any:
    return issue(2, cast("Any", MOVE | about), now="3")


ODD = {
    "null": (None, "document 2: id is null"),
    "a list": ([], "document 2: id is null"),
    "no id": ({word: GOOD[word] for word in ("key", "fields", "changelog")}, "AB-1: id is null"),
    "no key": ({word: GOOD[word] for word in ("fields", "changelog")} | {"id": "9"}, "9: key is null"),
    "created null": (with_history(created=None), "AB-2: changelog.histories[0].created is null"),
    "year 10000": (with_history(created="10000-01-01T00:00:00.000+0000"), "AB-2: changelog.histories[0].created is '10000"),
    "items null": (with_history(items=[None]), "AB-2: changelog.histories[0].items[0] is null"),
    "status": (issue(2, status="Open"), "AB-2: fields.status is a text"),
    "comments null": (issue(2, comment={"comments": [None]}), "AB-2: fields.comment.comments[0] is null"),
    "worklogs null": (issue(2, worklog={"worklogs": [None]}), "AB-2: fields.worklog.worklogs[0] is null"),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_an_odd_body_is_stored_and_named(name: str) -> None:
    """The good issue beside it is whole, and QUALITY says what is wrong with the other; so in both modes."""
    odd, reason = ODD[name]
    stored = [pulled(mode, GOOD, odd) for mode in MODES]
    for bodies in stored[:1] if stored[0] == stored[1] else stored:
        log = log_from_jira(bodies)
        assert "AB-1" in log.tickets["key"].tolist()
        assert (log.events["ticket"] == "jira:1001").sum() == 3
        assert log.quality["detail"].iloc[0].startswith(reason)


def test_numbers_as_ids_keep_their_histories() -> None:
    """Cloud's histories are found by the id of their issue."""
    log = log_from_jira(pulled("cloud", GOOD | {"id": 1001}))
    assert log.events.equals(log_from_jira([GOOD]).events)


def test_an_odd_body_is_stored_without_texts_and_addresses() -> None:
    """What is not kept of a good one is not kept of an odd one either."""
    note = {"id": "8", "body": "private", "author": {"name": "x", "emailAddress": "x@example.org"}}
    (body,) = pulled("datacenter", issue(2, status="Open", comment={"comments": [note, None]}))
    assert body["fields"]["comment"] == {
        "comments": [{"id": "8", "created": None, "author": {"name": "x"}}, None]
    }


class Paging(Answers):
    """A server that gives comments and histories in pages, in which a text and a null stand."""

    def get(self, path: str, **about: Any) -> Any:
        note = {"id": "8", "created": "2026-01-06T09:00:00.000+0000", "author": {"name": "x"}}
        pages: dict[str, Any] = {
            "comment": {"comments": [note, None, "text"], "isLast": True},
            "changelog": {"values": [MOVE, None], "isLast": True},
        }
        return pages.get(path.rpartition("/")[2])


@pytest.mark.parametrize("mode", MODES)
def test_an_odd_entry_of_a_page_is_named(mode: Mode) -> None:
    """It is not left out without a word: an issue's comments are read, and the others are named."""
    session = cast("JiraSession", Paging())
    site = Site(mode == "cloud", "https://jira.example.org", "x", {})
    log = log_from_jira([with_notes(session, site, issue(2, comment={"comments": [], "total": 3}))])
    assert (log.events["kind"] == "comment").sum() == 1
    (detail,) = log.quality["detail"]
    assert "AB-2: fields.comment.comments[1] is null" in detail
    assert "fields.comment.comments[2] is null" in detail


def test_an_odd_entry_of_a_paged_changelog_is_named() -> None:
    """A history that is null may have been any change: the issue is left out, and the reason is told."""
    cut = issue(2, MOVE, now="6")
    session = cast("JiraSession", Paging(cut))
    site = Site(True, "https://jira.example.org", "x", {})
    (body,) = with_changelogs(session, site, [cut])
    log = log_from_jira([GOOD, body])
    assert log.tickets["key"].tolist() == ["AB-1"]
    assert log.quality["detail"].iloc[0].startswith("AB-2: changelog.histories[1] is null")


class Circling(Answers):
    """A server that gives the same page of comments whatever is asked for."""

    def get(self, path: str, **about: Any) -> Any:
        return {"comments": [{"id": "8", "created": "2026-01-06T09:00:00.000+0000"}]}


def test_a_page_that_comes_again_and_again_is_no_endless_list() -> None:
    """Without a total nothing else would end it."""
    cut = issue(2, comment={"comments": [], "total": 3})
    site = Site(False, "https://jira.example.org", "x", {})
    with pytest.raises(RunError, match=r"/issue/1002/comment gives the same page again and again"):
        with_notes(cast("JiraSession", Circling()), site, cut)
