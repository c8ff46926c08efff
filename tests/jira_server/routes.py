"""Which function answers which request."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from tests.jira_server import about, histories, issues, searching
from tests.jira_server.calls import Call, Refused
from tests.jira_server.desk import Desk

Answer = Callable[[Desk, Call], Any]

BASE: Final = re.compile(r"(?:/jira|/ex/jira/[^/]+)?/rest/(?:api/(?P<version>2|3|latest)|agile/1\.0)")
"""Also below a context path, as Data Center may be, and through the API gateway of Cloud."""

ROUTES: Final[tuple[tuple[str, str, Answer], ...]] = (
    ("GET", "/serverInfo", about.server_info),
    ("GET", "/myself", about.myself),
    ("GET", "/mypermissions", about.my_permissions),
    ("GET", "/field", about.fields),
    ("GET", "/status", about.statuses),
    ("GET", "/project/search", about.project_search),
    ("GET", "/project/(?P<project>[^/]+)", about.project),
    ("GET", "/project", about.projects),
    ("GET", "/filter/(?P<filter>[^/]+)", about.saved_filter),
    ("GET", "/board/(?P<board>[^/]+)/configuration", about.board_configuration),
    ("GET", "/board/(?P<board>[^/]+)", about.board),
    ("GET", "/board", about.boards),
    ("GET POST", "/search/jql", searching.search_by_token),
    ("POST", "/search/approximate-count", searching.approximate_count),
    ("GET POST", "/search", searching.search_by_place),
    ("POST", "/changelog/bulkfetch", histories.bulk_changelogs),
    ("POST", "/issue/bulkfetch", issues.bulk_issues),
    ("GET", "/issue/(?P<issue>[^/]+)/changelog", histories.changelog),
    ("GET", "/issue/(?P<issue>[^/]+)/comment", issues.comments),
    ("GET", "/issue/(?P<issue>[^/]+)/worklog", issues.worklogs),
    ("GET", "/issue/(?P<issue>[^/]+)", issues.issue),
    ("GET", "/worklog/updated", issues.updated_worklogs),
    ("GET", "/worklog/deleted", issues.deleted_worklogs),
    ("POST", "/worklog/list", issues.listed_worklogs),
)
CLOUD_ONLY: Final = {searching.search_by_token, searching.approximate_count}


def answer(desk: Desk, call: Call) -> Any:
    """Answer a request, or raise ``Refused`` with what Jira would say."""
    base = BASE.match(call.path)
    if base is None or (base["version"] == "3" and not desk.cloud):
        raise Refused(404, f"null for uri: {call.path}")
    wrong_method = False
    for methods, pattern, function in ROUTES:
        match = re.fullmatch(pattern + "/?", call.path[base.end() :])
        if match is None or (function in CLOUD_ONLY and not desk.cloud):
            continue
        if call.method in methods.split():
            parts, version = match.groupdict(), base["version"] or "2"
            with desk.site.lock:
                return function(desk, replace(call, parts=parts, version=version))
        wrong_method = True
    raise Refused(405 if wrong_method else 404, f"null for uri: {call.path}")
