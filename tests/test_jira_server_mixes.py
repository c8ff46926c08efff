"""No random mix of traps of the stand-in Jira is hopeless: patience brings everything home."""

from http.client import HTTPException
from typing import Any

import pytest

from tests.jira_server import Running, Site, Traps, serve
from tests.jira_server.raw import ask

TICKETS = 60


def patiently(jira: Running, path: str, body: Any = None, **query: Any) -> Any:
    """Repeat a request until it is answered with JSON, four times at most."""
    for _ in range(4):
        try:
            reply = ask(jira, path, body, timeout=2, **query)
            if reply.status == 200:
                return reply.json
        except (OSError, HTTPException, ValueError):
            continue
    raise AssertionError(f"no answer to {path}: {[r.fault for r in jira.requests[-4:]]}")


def cloud_pull(jira: Running) -> dict[str, tuple[str, set[str]]]:
    """Status and histories of all issues, with every page asked again whose token came twice."""
    statuses: dict[str, str] = {}
    search: dict[str, Any] = {"jql": "project = ABC ORDER BY id", "fields": ["status"], "maxResults": 20}
    while True:
        page = patiently(jira, "api/3/search/jql", search)
        statuses |= {issue["id"]: issue["fields"]["status"]["id"] for issue in page["issues"]}
        if page["isLast"]:
            break
        search["nextPageToken"] = page["nextPageToken"]
    logs: dict[str, set[str]] = {number: set() for number in statuses}
    bulk: dict[str, Any] = {"issueIdsOrKeys": list(statuses)}
    while True:
        page = patiently(jira, "api/3/changelog/bulkfetch", bulk)
        for log in page["issueChangeLogs"]:
            logs[log["issueId"]] |= {history["id"] for history in log["changeHistories"]}
        if "nextPageToken" not in page:
            return {number: (status, logs[number]) for number, status in statuses.items()}
        bulk["nextPageToken"] = page["nextPageToken"]


def data_center_pull(jira: Running) -> dict[str, tuple[str, set[str]]]:
    """Status and histories of all issues, asked for one by one where search cut them short."""
    found: dict[str, tuple[str, set[str]]] = {}
    start, total = 0, 1
    while start < total:
        search = {
            "jql": "project = ABC ORDER BY id",
            "startAt": start,
            "maxResults": 20,
            "expand": ["changelog"],
        }
        page = patiently(jira, "api/2/search", search)
        start, total = start + len(page["issues"]), page["total"]
        for issue in page["issues"]:
            log = issue["changelog"]
            if log["total"] > len(log["histories"]):
                log = patiently(jira, f"api/2/issue/{issue['id']}", expand="changelog")["changelog"]
            status = issue["fields"]["status"]["id"]
            found[issue["id"]] = (status, {history["id"] for history in log["histories"]})
    return found


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["cloud", "datacenter"])
@pytest.mark.parametrize("seed", range(3))
def test_a_patient_client_gets_everything(seed: int, mode: Any) -> None:
    """All issues with all histories; only a status may be of before, where search is stale."""
    site, traps = Site.seeded(TICKETS, 22, mode=mode), Traps.random(seed)
    truth = {
        body["id"]: (body["fields"]["status"]["id"], {h["id"] for h in body["changelog"]["histories"]})
        for body in site.bodies()
    }
    with serve(site, traps) as jira:
        found = cloud_pull(jira) if mode == "cloud" else data_center_pull(jira)
    assert {number: logs for number, (_, logs) in found.items()} == {
        n: logs for n, (_, logs) in truth.items()
    }
    other = {number for number in truth if found[number][0] != truth[number][0]}
    assert all(traps.stale_search and int(number) % 9 == 0 for number in other)
