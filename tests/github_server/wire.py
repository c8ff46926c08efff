"""HTTP of GitHub: the token, GraphQL and runs, limits of both sorts, and what befalls any server."""

import hashlib
import json
from typing import Any, Final

from tests.github_server.graph import Graph
from tests.github_server.site import Site
from tests.github_server.traps import Traps
from tests.jira_server.calls import Request
from tests.jira_server.traps import Mischief
from tests.jira_server.wire import Handler, Server

TOKEN: Final = "github-token-for-tests"


class Desk:
    """A site with its traps, as the server asks for them; ``refused`` counts what a limit refused."""

    def __init__(self, site: Site, traps: Traps) -> None:
        self.site, self.traps, self.url = site, traps, ""
        self.mischief = Mischief(traps)  # type: ignore[arg-type] # has the switches that are asked for
        self.graph = Graph(site, traps, self.mischief)


class GitHubHandler(Handler):
    """Answers as GitHub does."""

    def _known(self) -> bool:
        return bool(self.headers.get("Authorization") == f"Bearer {TOKEN}")

    def _answer(self, request: Request) -> tuple[int, Any]:
        desk: Any = self.server.desk
        if not self._known():
            return 401, {"message": "Bad credentials", "status": "401"}
        path = request.path.removeprefix("/api")
        if path == "/graphql":
            answer: tuple[int, Any] = desk.graph.answer(request.body)
            return answer
        return _runs(desk, path.removeprefix("/v3"), request.query)

    def _stumble(self, request: Request) -> bool:
        if request.fault != "rate_limit":
            return super()._stumble(request)
        traps: Any = self.server.desk.traps
        again = str(int(self.server.desk.site.now() / 1000) + traps.retry_after)
        used_up = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": again}
        status, message, headers = {
            "primary": (403, "API rate limit exceeded for user ID 1.", used_up),
            "primary 429": (429, "API rate limit exceeded for user ID 1.", used_up),
            "graphql": (200, "API rate limit already exceeded", used_up),
            "secondary": (
                403,
                "You have exceeded a secondary rate limit.",
                {"Retry-After": str(traps.retry_after)},
            ),
            "complaint": (
                403,
                "You have exceeded a secondary rate limit.",
                {"x-ratelimit-remaining": "4000"},
            ),
        }[
            traps.rate_limit
            if request.path.endswith("/graphql")
            else traps.rate_limit.replace("graphql", "primary")
        ]
        body: Any = {"message": message}
        if status == 200:
            body = {"errors": [{"type": "RATE_LIMITED", "message": message}]}
        self._send(request, status, json.dumps(body).encode(), headers=headers)
        return True

    def _send(self, request: Request, status: int, content: bytes, **about: Any) -> None:
        tag = f'W/"{hashlib.sha256(content).hexdigest()[:16]}"'
        if request.method == "GET" and status == 200 and "length" not in about:
            about["headers"] = {"ETag": tag} | (about.get("headers") or {})
            if self.headers.get("If-None-Match") == tag:
                status, content = 304, b""
        super()._send(request, status, content, **about)


def _runs(desk: Any, path: str, query: dict[str, str]) -> tuple[int, Any]:
    """What REST says of workflow runs, newest first."""
    site: Site = desk.site
    parts = path.strip("/").split("/")
    if parts[:5] != ["repos", site.owner, site.name, "actions", "runs"] or desk.traps.no_actions:
        return 404, {"message": "Not Found"}
    if len(parts) == 8:
        run = next((one for one in site.runs if str(one["id"]) == parts[5]), None)
        attempt = int(parts[7])
        if run is None:
            return 404, {"message": "Not Found"}
        hour = int(run["created_at"][11:13]) + attempt - 1
        began = f"{run['created_at'][:11]}{hour:02d}{run['created_at'][13:]}"
        ended = began[:14] + "25" + began[16:]
        return 200, run | {"run_attempt": attempt, "run_started_at": began, "updated_at": ended,
                           "conclusion": "failure"}  # fmt: skip
    runs = sorted(site.runs, key=lambda one: (one["created_at"], one["id"]), reverse=True)
    size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
    return 200, {"total_count": len(runs), "workflow_runs": runs[(page - 1) * size : page * size]}


class GitHubServer(Server):
    """A stand-in that listens on loopback."""

    def __init__(self, desk: Desk, *, port: int = 0, latency: float = 0.0) -> None:
        super().__init__(desk, port=port, latency=latency)  # type: ignore[arg-type] # has what is asked for
        self.RequestHandlerClass = GitHubHandler
