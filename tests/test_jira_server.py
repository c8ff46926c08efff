"""The stand-in Jira: who may ask it, what it finds, and what happens to its issues."""

from pathlib import Path
from typing import Any

import pytest

from tests.jira_server import PASSWORD, TOKEN, Site, Traps, serve
from tests.jira_server.cards import Mode, instant
from tests.jira_server.process import serve_apart
from tests.jira_server.raw import ask, ids_of, placed_pages, token_pages
from tests.jira_server.traps import Mischief

MODES: tuple[Mode, ...] = ("cloud", "datacenter")


def found(site: Site, jql: str, **more: Any) -> list[str]:
    """The keys that a search of Data Center finds."""
    with serve(site, Traps(**more)) as jira:
        reply = ask(jira, "api/2/search", {"jql": jql, "fields": ["key"], "maxResults": 1000})
        assert reply.status == 200, reply.text
        return [issue["key"] for issue in reply.json["issues"]]


def at_seven() -> Site:
    """Data Center with two issues, of 07:00 and 07:01 UTC on a Monday."""
    site = Site.seeded(0, mode="datacenter")
    for minute in (0, 1):
        site.create("ABC", at=f"2026-01-05T07:0{minute}:30.000+0000")
    return site


@pytest.mark.parametrize("mode", MODES)
def test_only_the_right_credentials_are_answered(mode: Mode) -> None:
    """Without a header or with a wrong one 401; serverInfo is open; a Bearer token is Data Center's."""
    with serve(Site.seeded(1, mode=mode)) as jira:
        assert ask(jira, "api/2/myself").status == 200
        assert ask(jira, "api/2/myself", auth={}).status == 401
        assert ask(jira, "api/2/myself", auth={"Authorization": "Basic d3Jvbmc6d3Jvbmc="}).status == 401
        assert ask(jira, "api/2/serverInfo", auth={}).status == 200
        bearer = ask(jira, "api/2/myself", auth={"Authorization": f"Bearer {TOKEN}"})
        assert bearer.status == (401 if mode == "cloud" else 200)
        assert [(r.path[12:], r.had_auth, r.status) for r in jira.requests][:2] == [
            ("myself", True, 200),
            ("myself", False, 401),
        ]
        assert PASSWORD not in repr(jira.requests)


def test_cloud_pages_visit_every_issue_once() -> None:
    """Tokens lead through all issues; 100 a page with fields, 5,000 with ids alone; no total."""
    with serve(Site.seeded(250)) as jira:
        pages = list(token_pages(jira, "project = ABC ORDER BY created", fields=["summary"], maxResults=5000))
        assert [len(page["issues"]) for page in pages] == [100, 100, 50]
        assert [page["isLast"] for page in pages] == [False, False, True]
        assert len(set(ids_of(iter(pages)))) == 250
        (page,) = token_pages(jira, "project = ABC", maxResults=5000)
        assert page["issues"][0] == {"id": "20250"}
        assert set(page) == {"issues", "isLast"}


def test_data_center_pages_visit_every_issue_once() -> None:
    """startAt leads through all issues; what the server makes of maxResults is told."""
    with serve(Site.seeded(120, mode="datacenter"), Traps(page_cap=50)) as jira:
        pages = list(placed_pages(jira, "project = ABC ORDER BY key", maxResults=100))
        assert [(page["maxResults"], page["total"]) for page in pages] == [(50, 120)] * 3
        assert ids_of(iter(pages)) == [str(20_000 + number) for number in range(1, 121)]


@pytest.mark.parametrize("mode", MODES)
def test_real_issues_come_whole(real_data: Path, mode: Mode) -> None:
    """Every issue of DuraCloud is found once, and its changelog is that of the file."""
    site = Site.from_file(real_data / "duracloud" / "issues.jsonl.gz", mode=mode)
    logs = {body["id"]: [h["id"] for h in body["changelog"]["histories"]] for body in site.bodies()}
    more = {"fields": ["status"], "expand": "changelog", "maxResults": 100}
    with serve(site) as jira:
        walk = token_pages if mode == "cloud" else placed_pages
        issues = [issue for page in walk(jira, "project = DURACLOUD", **more) for issue in page["issues"]]
    step = -1 if mode == "cloud" else 1
    seen = {one["id"]: [h["id"] for h in one["changelog"]["histories"]][::step] for one in issues}
    assert len(issues) == len(seen) == 739
    assert seen == logs


def test_each_kind_has_endpoints_that_the_other_has_not() -> None:
    """The old search is gone from Cloud; Data Center knows neither search/jql nor changelogs apart."""
    with serve(Site.seeded(1)) as jira:
        assert ask(jira, "api/2/search", jql="project = ABC").status == 410
        assert ask(jira, "api/3/search/jql", {"jql": "ORDER BY created"}).status == 400
    with serve(Site.seeded(1, mode="datacenter")) as jira:
        for path in ("api/2/issue/ABC-1/changelog", "api/3/myself", "api/2/project/search"):
            assert ask(jira, path).status == 404
        for path in ("search/jql", "changelog/bulkfetch", "issue/bulkfetch"):
            assert ask(jira, f"api/2/{path}", {"jql": "project = ABC"}).status == 404


def test_bulk_changelogs_have_limits_and_come_by_date() -> None:
    """At most 1,000 issues, 10 fields, 10,000 histories; `created` in epoch milliseconds, oldest first."""
    with serve(Site.seeded(20)) as jira:
        ids = [str(20_000 + number) for number in range(1, 21)]
        page = ask(jira, "api/3/changelog/bulkfetch", {"issueIdsOrKeys": ids}).json
        made = [h["created"] for log in page["issueChangeLogs"] for h in log["changeHistories"]]
        assert len(made) == 100
        assert all(isinstance(at, int) for at in made)
        for wrong in (
            {"issueIdsOrKeys": ids * 51},
            {"issueIdsOrKeys": ids, "fieldIds": list("abcdefghijk")},
            {"issueIdsOrKeys": ids, "maxResults": 10_001},
        ):
            assert ask(jira, "api/3/changelog/bulkfetch", wrong).status == 400
        first = ask(jira, "api/3/changelog/bulkfetch", {"issueIdsOrKeys": ids, "maxResults": 30}).json
        early = [h["created"] for log in first["issueChangeLogs"] for h in log["changeHistories"]]
        assert sorted(early) == sorted(made)[:30]


@pytest.mark.parametrize(
    ("jql", "keys"),
    [
        ("project = abc", ["ABC-2", "ABC-1"]),
        ("project in (ABC) ORDER BY created ASC", ["ABC-1", "ABC-2"]),
        ("(key in (ABC-1, 'abc-2') AND NOT key = ABC-2)", ["ABC-1"]),
        ("id not in (9000001)", ["ABC-2"]),
        ('status = "To Do" AND filter = 10000 ORDER BY key', ["ABC-1", "ABC-2"]),
        ("updated >= 1767596490000", ["ABC-2"]),
        ('created > "2026-01-05 07:01"', ["ABC-2"]),
        ('created < "2026-01-05 07:01" OR issuekey = ABC-2 ORDER BY key DESC', ["ABC-2", "ABC-1"]),
        ("updated >= 2026/01/05 AND updated < '2026-01-06'", ["ABC-2", "ABC-1"]),
    ],
)
def test_jql_finds(jql: str, keys: list[str]) -> None:
    """The small part of JQL that is known is read as Jira reads it."""
    assert found(at_seven(), jql) == keys


@pytest.mark.parametrize(
    ("jql", "why"),
    [
        ("project = NONE", "does not exist for the field 'project'"),
        ("key = ABC-9", "An issue with key 'ABC-9' does not exist"),
        ("assignee = currentUser()", "Field 'assignee' does not exist"),
        ("status changed", "operator 'changed' is not supported"),
        ("updated >= soon", "Date value 'soon'"),
        ("project = ABC ORDER BY summary", "Not able to sort"),
        ("project = ABC project = ABC", "expecting operator"),
        ("(project = ABC", "expecting '\\)'"),
        ("project =", "ended too early"),
    ],
)
def test_jql_refuses(jql: str, why: str) -> None:
    """What is not known, or names what is not there, is a 400 with words."""
    with serve(at_seven()) as jira:
        reply = ask(jira, "api/2/search", jql=jql)
    assert reply.status == 400
    assert why.replace("\\", "") in reply.json["errorMessages"][0]


def test_dates_are_of_the_users_zone_and_numbers_are_not() -> None:
    """07:01 UTC is 02:01 in New York; epoch milliseconds are the same everywhere; -5d counts from now."""
    zone = {"user_timezone": "America/New_York"}
    assert found(at_seven(), 'updated >= "2026-01-05 07:00"', **zone) == []
    assert found(at_seven(), 'updated >= "2026-01-05 02:01"', **zone) == ["ABC-2"]
    assert found(at_seven(), "updated >= 1767596490000", **zone) == ["ABC-2"]
    assert found(at_seven(), "updated >= -5d", **zone) == []


def test_what_happens_to_issues_is_seen() -> None:
    """Moved, deleted, hidden, renamed, commented and logged: each as Jira tells it."""
    site = Site.seeded(4, mode="cloud", clock=lambda: 1_800_000_000.0)
    site.touch("ABC-1", "Done", at="2026-02-02T10:00:00.000+0000")
    assert site.move("ABC-2", "NEW") == "NEW-1"
    site.delete("ABC-3")
    site.hide("ABC-4")
    site.rename_status("10002", "Shipped")
    site.comment("ABC-1")
    site.worklog("ABC-1", at="2026-02-03T10:00:00.000+0000")
    with serve(site) as jira:
        done = ask(jira, "api/3/issue/ABC-1", fields="status,comment,worklog", expand="changelog").json
        assert done["fields"]["status"]["name"] == "Shipped"
        assert [h["items"][0]["toString"] for h in done["changelog"]["histories"][:2]] == ["3600", "Done"]
        assert done["fields"]["comment"]["total"] == done["fields"]["worklog"]["total"] == 1
        moved = ask(jira, "api/3/issue/bulkfetch", {"issueIdsOrKeys": ["abc-2", "ABC-3", "ABC-4"]}).json
        assert [issue["key"] for issue in moved["issues"]] == ["NEW-1"]
        assert ask(jira, "api/3/issue/ABC-3").status == ask(jira, "api/3/issue/ABC-4").status == 404
        last = ask(jira, "api/3/issue/20002/changelog").json["values"][-1]
        assert [(item["field"], item["toString"]) for item in last["items"]] == [
            ("Key", "NEW-1"),
            ("Project", "NEW"),
        ]
        (note,) = ask(jira, "api/3/worklog/updated", since=0).json["values"]
        assert ask(jira, "api/3/worklog/list", {"ids": [note["worklogId"]]}).json[0]["issueId"] == "20001"
        assert sorted(ids_of(token_pages(jira, "project in (ABC, NEW)"))) == ["20001", "20002"]


def test_a_stand_in_of_its_own_process_answers_and_ends() -> None:
    """The command serves made-up tickets in either mode."""
    with serve_apart("--seeded", "3", "--mode", "datacenter", "--seconds", "20") as url:
        assert url.startswith("http://127.0.0.1:")


def test_random_mixes_are_the_same_for_the_same_seed_and_give_way() -> None:
    """A mix is reproducible, holds nothing fatal, and strikes at most twice in a row."""
    for seed in range(20):
        traps = Traps.random(seed)
        assert traps == Traps.random(seed)
        assert traps.refuse is None
        assert not any((traps.redirect, traps.permission_lost, traps.null_author))
        mischief = Mischief(traps)
        struck = [bool(mischief.on_the_wire()) for _ in range(300)]
        assert (True, True, True) not in set(zip(struck, struck[1:], struck[2:], strict=False))


def test_instants_are_written_as_jira_does() -> None:
    """Milliseconds, and an offset without a colon."""
    assert instant(1_767_596_490_007) == "2026-01-05T07:01:30.007+0000"
