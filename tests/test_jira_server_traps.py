"""Every trap of the stand-in Jira is real: a plain call falls into it."""

from dataclasses import replace
from email.utils import parsedate_to_datetime
from http.client import IncompleteRead
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.jira_server import ALWAYS, Running, Site, Traps, When, serve
from tests.jira_server.raw import Reply, ask, header, ids_of, placed_pages, token_pages

SITE = 30


def replies(traps: Traps, count: int = 3) -> list[Reply]:
    """Ask a Cloud stand-in for the same search over and over."""
    with serve(Site.seeded(SITE), traps) as jira:
        return [ask(jira, "api/3/search/jql", {"jql": "project = ABC"}) for _ in range(count)]


def bulk(jira: Running, **more: Any) -> dict[str, Any]:
    """All changelogs in one page."""
    ids = list(jira.site.cards)
    answer: dict[str, Any] = ask(jira, "api/3/changelog/bulkfetch", {"issueIdsOrKeys": ids, **more}).json
    return answer


@pytest.mark.parametrize("form", ["seconds", "date", "missing"])
def test_rate_limits_come_in_three_forms(form: Any) -> None:
    """429 with Retry-After in seconds, as a date, or without one; here on the second request."""
    first, second, third = replies(Traps(rate_limit=form, retry_after=7))
    assert (first.status, second.status, third.status) == (200, 429, 200)
    told = second.headers.get("Retry-After")
    if form == "date":
        assert parsedate_to_datetime(str(told)).tzinfo is not None
    else:
        assert told == ("7" if form == "seconds" else None)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_errors_come_as_often_as_told(status: Any) -> None:
    """Every second request fails, at most twice."""
    traps = Traps(server_error=status, when={"server_error": When(every=2, most=2)})
    assert [reply.status for reply in replies(traps, 6)] == [200, status, 200, status, 200, 200]


@pytest.mark.parametrize("status", [401, 403])
def test_credentials_can_be_refused_midway(status: Any) -> None:
    """From some request on nothing is answered."""
    made = replies(Traps(refuse=status, often=When(nth=(2, 3))))
    assert [reply.status for reply in made] == [200, status, status]
    assert made[1].json["errorMessages"]


def test_a_login_page_and_half_of_the_json_come_with_status_200() -> None:
    """What claims to be an answer is HTML, or breaks off."""
    html = replies(Traps(html=True))[1]
    assert (html.status, html.headers["Content-Type"]) == (200, "text/html;charset=UTF-8")
    cut = replies(Traps(cut_json=True))[1]
    assert cut.status == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
        _ = cut.json


@pytest.mark.parametrize(("name", "fault"), [("truncated", IncompleteRead), ("reset", ConnectionResetError)])
def test_bodies_break_off(name: str, fault: type[Exception]) -> None:
    """A body shorter than its Content-Length; a connection reset in mid-body."""
    changed: dict[str, Any] = {name: True}
    with serve(Site.seeded(SITE), replace(Traps(often=ALWAYS), **changed)) as jira:
        with pytest.raises(fault):
            ask(jira, "api/3/search/jql", {"jql": "project = ABC", "fields": ["*all"]})
        assert [request.fault for request in jira.requests] == [name]


def test_a_silent_server_outlasts_the_patience_of_a_client() -> None:
    """However slow the client's machine is: it ends with the client."""
    with serve(Site.seeded(1), Traps(hang=600.0, often=ALWAYS)) as jira, pytest.raises(TimeoutError):
        ask(jira, "api/3/myself", timeout=0.1)


def test_a_redirect_to_another_host_notes_what_came_along() -> None:
    """The other host is localhost, the first one 127.0.0.1."""
    with serve(Site.seeded(1), Traps(redirect=True, often=ALWAYS)) as jira:
        reply = ask(jira, "api/3/serverInfo")
        assert reply.status == 302
        assert reply.headers["Location"].startswith("http://localhost:")
        assert jira.elsewhere == []
        for headers in ({}, header(jira)):
            with urlopen(Request(reply.headers["Location"], headers=headers)) as answer:
                assert answer.status == 200
        assert [request.had_auth for request in jira.elsewhere] == [False, True]


def test_permission_is_lost_midway() -> None:
    """After the second request the project is not there for this user."""
    with serve(Site.seeded(SITE), Traps(permission_lost="ABC")) as jira:
        seen = [ask(jira, "api/3/project/ABC").status for _ in range(3)]
        assert seen == [200, 404, 404]
        asked: dict[str, Any] = {"permissions": "BROWSE_PROJECTS", "projectKey": "ABC"}
        told = ask(jira, "api/3/mypermissions", **asked).json["permissions"]["BROWSE_PROJECTS"]
        assert told["havePermission"] is False
        assert ask(jira, "api/3/search/jql", {"jql": "project = ABC"}).status == 400


@pytest.mark.parametrize("mode", ["cloud", "datacenter"])
def test_embedded_changelogs_are_capped_to_the_newest(mode: Any) -> None:
    """Search gives the newest two of five, and tells the total; asking for the one issue gives all."""
    with serve(Site.seeded(1, mode=mode), Traps(embedded_changelog_cap=2)) as jira:
        walk = token_pages if mode == "cloud" else placed_pages
        (page,) = walk(jira, "project = ABC", fields=["status"], expand="changelog")
        log = page["issues"][0]["changelog"]
        assert (log["total"], [h["id"][-1] for h in log["histories"]]) == (
            (5, ["9", "8"]) if mode == "cloud" else (5, ["8", "9"])
        )
        whole = ask(jira, "api/2/issue/ABC-1", expand="changelog").json["changelog"]
        assert len(whole["histories"]) == whole["total"] == 5


def test_bulk_pages_are_split_inside_an_issue() -> None:
    """With seven histories a page an issue stands on two pages, and all come once."""
    with serve(Site.seeded(3), Traps(bulk_page_cap=7, iso_created=True)) as jira:
        page = bulk(jira)
        seen, issues = list[str](), list[list[str]]()
        while True:
            issues.append([log["issueId"] for log in page["issueChangeLogs"]])
            seen += [h["id"] for log in page["issueChangeLogs"] for h in log["changeHistories"]]
            if "nextPageToken" not in page:
                break
            page = bulk(jira, nextPageToken=page["nextPageToken"])
    assert (len(issues), len(seen), len(set(seen))) == (3, 15, 15)
    assert set(issues[0]) & set(issues[1])
    assert isinstance(page["issueChangeLogs"][0]["changeHistories"][0]["created"], str)


def test_descending_changelogs_begin_with_the_newest() -> None:
    """Also where Jira gives the oldest first."""
    with serve(Site.seeded(1), Traps(descending=True)) as jira:
        values = ask(jira, "api/3/issue/ABC-1/changelog").json["values"]
        assert [h["id"][-1] for h in values] == ["9", "8", "7", "6", "5"]


def test_the_first_from_is_missing_but_where_one_issue_is_asked_for() -> None:
    """Search and bulkfetch lack it in every issue that the number divides."""
    with serve(Site.seeded(4), Traps(missing_from=2)) as jira:
        lacking = {
            log["issueId"] for log in bulk(jira)["issueChangeLogs"] for history in log["changeHistories"]
            for item in history["items"] if "from" not in item
        }  # fmt: skip
        assert lacking == {"20002", "20004"}
        values = ask(jira, "api/3/issue/20002/changelog").json["values"]
        assert all("from" in item for history in values for item in history["items"])


def test_authors_are_missing_everywhere() -> None:
    """Every second history is nobody's, also in the site's own bodies."""
    site = Site.seeded(2)
    with serve(site, Traps(null_author=2)) as jira:
        made = [h for log in bulk(jira)["issueChangeLogs"] for h in log["changeHistories"]]
    assert [int(h["id"]) % 2 for h in made] == [int("author" in h) for h in made]
    truth = [h for body in site.bodies() for h in body["changelog"]["histories"]]
    assert sum("author" in h for h in truth) == 5


@pytest.mark.parametrize("mode", ["cloud", "datacenter"])
def test_short_pages_hide_no_issue(mode: Any) -> None:
    """Pages hold fewer issues than asked for, though more follow."""
    with serve(Site.seeded(SITE, mode=mode), Traps(short_pages=True)) as jira:
        walk = token_pages if mode == "cloud" else placed_pages
        pages = list(walk(jira, "project = ABC", maxResults=10))
    assert len(pages) > 3
    assert len(set(ids_of(iter(pages)))) == SITE


def test_a_token_comes_twice() -> None:
    """The second page hands out the token that asked for it; who goes on sees the page again."""
    with serve(Site.seeded(SITE), Traps(repeated_token=True, often=When(nth=(1,)))) as jira:
        pages = list(token_pages(jira, "project = ABC", maxResults=10))
    assert [len(page["issues"]) for page in pages] == [10] * 4
    assert pages[0]["nextPageToken"] == pages[1]["nextPageToken"]
    assert len(set(ids_of(iter(pages)))) == SITE


def test_an_empty_page_has_a_new_token() -> None:
    """No issue does not mean no more issues."""
    with serve(Site.seeded(SITE), Traps(empty_page=True, often=When(nth=(1,)))) as jira:
        pages = list(token_pages(jira, "project = ABC", maxResults=10))
    assert [len(page["issues"]) for page in pages] == [10, 0, 10, 10]
    assert pages[0]["nextPageToken"] != pages[1]["nextPageToken"]


@pytest.mark.parametrize("mode", ["cloud", "datacenter"])
def test_issues_come_again_on_later_pages(mode: Any) -> None:
    """Ids are repeated across pages; none is left out."""
    with serve(Site.seeded(SITE, mode=mode), Traps(duplicates=True)) as jira:
        walk = token_pages if mode == "cloud" else placed_pages
        ids = ids_of(walk(jira, "project = ABC", maxResults=7))
    assert (len(ids), len(set(ids))) == (SITE + 2, SITE)


def test_a_stale_search_shows_the_status_of_before() -> None:
    """Two searches believe in the old state; changelogs, and issues asked for afresh, are of now."""
    site = Site.seeded(2)
    with serve(site, Traps(stale_search=2)) as jira:
        before = site.cards["20001"]
        site.touch(
            "ABC-1", "To Do" if before.status != "10000" else "Done", at="2026-06-01T10:00:00.000+0000"
        )
        site.create("ABC")
        body = {"jql": "project = ABC ORDER BY key", "fields": ["status", "updated"]}
        stale = ask(jira, "api/3/search/jql", body).json["issues"]
        assert [issue["key"] for issue in stale] == ["ABC-1", "ABC-2"]
        assert stale[0]["fields"]["status"]["id"] == before.status
        fresh = ask(jira, "api/3/search/jql", body | {"reconcileIssues": [20001]}).json["issues"]
        assert fresh[0]["fields"]["updated"] == "2026-06-01T10:00:00.000+0000"
        (log,) = bulk(jira, issueIdsOrKeys=["ABC-1"])["issueChangeLogs"]
        assert len(log["changeHistories"]) == 6
        assert len(ask(jira, "api/3/search/jql", body).json["issues"]) == 3


def test_every_ninth_issue_is_stale_from_the_start() -> None:
    """Also a site that nothing happens to has a search that lags behind."""
    site = Site.seeded(100)
    with serve(site, Traps(stale_search=1)) as jira:
        body = {"jql": "project = ABC", "fields": ["status"], "maxResults": 100}
        first, second = (ask(jira, "api/3/search/jql", body).json["issues"] for _ in range(2))
    now = {issue["id"]: issue["fields"]["status"]["id"] for issue in second}
    stale = [issue["id"] for issue in first if issue["fields"]["status"]["id"] != now[issue["id"]]]
    assert len(stale) > 5
    assert all(int(number) % 9 == 0 for number in stale)
