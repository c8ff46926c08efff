"""The stand-in's answers have the shapes that Atlassian publishes, as far as real answers do."""

from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.jira_server import Running, Site, serve
from tests.jira_server.cards import Mode
from tests.jira_server.raw import ask
from tests.jira_server.shapes import SHAPES

JQL = {"jql": "project = ABC", "fields": ["*all"], "expand": "changelog", "maxResults": 3}
BOTH: dict[str, tuple[str, Any]] = {
    "serverInfo": ("api/2/serverInfo", None),
    "myself": ("api/2/myself", None),
    "mypermissions": ("api/2/mypermissions?permissions=BROWSE_PROJECTS", None),
    "field": ("api/2/field", None),
    "status": ("api/2/status", None),
    "project": ("api/2/project/ABC", None),
    "projects": ("api/2/project", None),
    "filter": ("api/2/filter/10000", None),
    "issue": ("api/2/issue/ABC-1?expand=changelog", None),
    "comment": ("api/2/issue/ABC-1/comment", None),
    "worklog": ("api/2/issue/ABC-1/worklog", None),
    "worklog/updated": ("api/2/worklog/updated?since=0", None),
    "worklog/list": ("api/2/worklog/list", {"ids": [9000003]}),
    "board": ("agile/1.0/board/1", None),
    "boards": ("agile/1.0/board", None),
    "board/configuration": ("agile/1.0/board/1/configuration", None),
    "error": ("api/2/issue/ABC-99", None),
}
CLOUD: dict[str, tuple[str, Any]] = {
    "project/search": ("api/3/project/search", None),
    "search/jql": ("api/3/search/jql", JQL),
    "approximate-count": ("api/3/search/approximate-count", JQL),
    "changelog": ("api/3/issue/ABC-1/changelog", None),
    "changelog/bulkfetch": ("api/3/changelog/bulkfetch", {"issueIdsOrKeys": ["ABC-1", "ABC-2"]}),
    "issue/bulkfetch": ("api/3/issue/bulkfetch", {"issueIdsOrKeys": ["ABC-1", "ABC-9"]}),
}
DATA_CENTER: dict[str, tuple[str, Any]] = {"search": ("api/2/search", JQL)}


def answers(jira: Running, calls: dict[str, tuple[str, Any]]) -> None:
    """Hold each answer against its shape."""
    for name, (path, body) in calls.items():
        reply = ask(jira, path, body)
        assert reply.status == (404 if name == "error" else 200), f"{name}: {reply.text}"
        jsonschema.validate(reply.json, SHAPES[name])


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "more"), [("cloud", CLOUD), ("datacenter", DATA_CENTER)])
def test_answers_have_the_published_shapes(mode: Mode, more: dict[str, tuple[str, Any]]) -> None:
    """Every endpoint of either Jira, with a comment and a worklog."""
    site = Site.seeded(5, mode=mode)
    site.comment("ABC-1")
    site.worklog("ABC-1", at="2026-02-03T10:00:00.000+0000")
    with serve(site) as jira:
        answers(jira, BOTH | more)


def test_no_shape_is_left_untried() -> None:
    """Each schema belongs to an answer."""
    assert set(SHAPES) == set(BOTH | CLOUD | DATA_CENTER)


@pytest.mark.parametrize("mode", ["cloud", "datacenter"])
def test_real_bodies_have_the_shape_of_an_issue(real_data: Path, mode: Mode) -> None:
    """The lenient form holds for what a real server said, also with its users as Cloud shows them."""
    shape = jsonschema.Draft202012Validator(SHAPES["issue"])
    bodies = Site.from_file(real_data / "duracloud" / "issues.jsonl.gz", mode=mode).bodies()
    for body in islice(bodies, 0, None, 20):
        shape.validate(body)


def test_users_are_told_as_the_mode_has_it() -> None:
    """Cloud shows account ids, and neither keys, names nor e-mail addresses."""
    with serve(Site.seeded(1)) as jira:
        assert set(ask(jira, "api/3/issue/ABC-1").json["fields"]["creator"]) == {
            "accountId", "accountType", "displayName", "active",
        }  # fmt: skip
    with serve(Site.seeded(1, mode="datacenter")) as jira:
        assert ask(jira, "api/2/issue/ABC-1").json["fields"]["creator"]["key"] == "person-01"
