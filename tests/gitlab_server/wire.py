"""HTTP of GitLab: the token, GraphQL and REST, its limits, and what befalls any server."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote

from tests.gitlab_server.graph import Graph
from tests.gitlab_server.site import Json, Site, zulu
from tests.gitlab_server.traps import Traps
from tests.jira_server.calls import Request
from tests.jira_server.traps import Mischief
from tests.jira_server.wire import Handler, Server

TOKEN: Final = "gitlab-token-for-tests"
NOT_FOUND: Final = (404, {"message": "404 Project Not Found"})
ONE: Final = re.compile(r"(?P<sort>issues|merge_requests)/(?P<iid>\d+)(?:/(?P<part>\w+))?")


class Desk:
    """A site with its traps, as the server asks for them."""

    def __init__(self, site: Site, traps: Traps) -> None:
        self.site, self.traps, self.url = site, traps, ""
        self.mischief = Mischief(traps)  # type: ignore[arg-type] # has the switches that are asked for
        self.graph = Graph(site, traps, self.mischief)


class GitLabHandler(Handler):
    """Answers as GitLab does."""

    def _answer(self, request: Request) -> tuple[int, Any]:
        desk: Any = self.server.desk
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"message": "401 Unauthorized"}
        with desk.site.lock:
            if request.path == "/api/graphql":
                answer: tuple[int, Any] = desk.graph.answer(request.body)
                return answer
            status, body = _rest(desk, request)
        return status, self._paged(request, body) if isinstance(body, list) else body

    def _paged(self, request: Request, rows: list[Json]) -> list[Json]:
        """A page of a list; what follows stands in the head of the answer."""
        size, page = int(request.query.get("per_page", 20)), int(request.query.get("page", 1))
        more = len(rows) > page * size
        self._head = {
            "X-Next-Page": str(page + 1) if more else "",
            "X-Page": str(page),
            "X-Total": str(len(rows)),
        }
        return rows[(page - 1) * size : page * size]

    def _stumble(self, request: Request) -> bool:
        if request.fault != "rate_limit":
            return super()._stumble(request)
        traps: Any = self.server.desk.traps
        again = str(int(self.server.desk.site.now() / 1000) + traps.retry_after)
        headers = {
            "seconds": {"Retry-After": str(traps.retry_after), "RateLimit-Remaining": "0"},
            "reset": {"RateLimit-Remaining": "0", "RateLimit-Reset": again},
            "missing": {},
        }[traps.rate_limit]
        self._send(request, 429, b"Retry later\n", headers=headers)
        return True

    def _send(self, request: Request, status: int, content: bytes, **about: Any) -> None:
        head = self.__dict__.pop("_head", {})
        if status == 200 and not self.server.desk.traps.no_next_page:  # type: ignore[attr-defined]
            about["headers"] = head | (about.get("headers") or {})
        super()._send(request, status, content, **about)


def _rest(desk: Any, request: Request) -> tuple[int, Any]:
    site, traps = desk.site, desk.traps
    match = re.fullmatch(r"/api/v4/projects/([^/]+)(?:/(.+))?", request.path)
    if match is None or unquote(match[1]) != site.path:
        return NOT_FOUND
    rest = match[2] or ""
    if not rest:
        return 200, {
            "id": 1,
            "path_with_namespace": site.path,
            "web_url": f"https://gitlab.example.com/{site.path}",
        }
    if rest == "boards":
        lists = [
            {"id": place, "label": {"id": place, "name": name}, "position": place, "max_issue_count": 0}
            for place, name in enumerate(site.lists)
        ]
        return 200, [{"id": 1, "name": "Development", "lists": lists}]
    if rest == "deployments":
        return (
            (404, {"message": "404 Not Found"})
            if traps.no_deployments
            else (200, _deployments(desk, request))
        )
    return _of_one(site, traps, rest)


def _of_one(site: Site, traps: Traps, rest: str) -> tuple[int, Any]:
    """One issue or merge request, and its events."""
    one = ONE.fullmatch(rest)
    body = (site.issues if one["sort"] == "issues" else site.pulls).get(int(one["iid"])) if one else None
    if one is None or body is None:
        return 404, {"message": "404 Not found"}
    part = one["part"] or ""
    absent = {
        "resource_state_events": traps.no_state_events,
        "resource_iteration_events": traps.no_iterations,
    }
    if absent.get(part):
        return 404, {"error": "404 Not Found"}
    return 200, body[part.removeprefix("resource_")] if part else {"iid": int(one["iid"])}


def _deployments(desk: Any, request: Request) -> list[Json]:
    """By their last change; where they shift, the first changes once it was seen."""
    since = request.query.get("updated_after", "")
    rows = sorted(desk.site.deployments, key=lambda row: (row["updated_at"], row["id"]))
    if since:
        bound = datetime.fromisoformat(since.replace(" ", "+")).astimezone(UTC)
        rows = [row for row in rows if datetime.fromisoformat(row["updated_at"]) >= bound]
    if desk.traps.shifting and rows and request.query.get("page") == "1" and not since:
        shifted = desk.site.deployments[0]
        later = datetime.fromisoformat(rows[-1]["updated_at"]) + timedelta(seconds=1)
        shifted["updated_at"] = zulu(later, ms=True)
    return rows


class GitLabServer(Server):
    """A stand-in that listens on loopback."""

    def __init__(self, desk: Desk, *, port: int = 0, latency: float = 0.0) -> None:
        super().__init__(desk, port=port, latency=latency)  # type: ignore[arg-type] # has what is asked for
        self.RequestHandlerClass = GitLabHandler
