"""Asking a stand-in with nothing between: for its own tests, which have to see what really comes."""

import base64
import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from tests.jira_server import EMAIL, PASSWORD, TOKEN, USER, Running


class Reply(NamedTuple):
    """What came back: status, headers, and the body as text."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow nothing."""


def header(jira: Running) -> dict[str, str]:
    """The Authorization header that this stand-in accepts."""
    right = f"{EMAIL}:{TOKEN}" if jira.site.mode == "cloud" else f"{USER}:{PASSWORD}"
    return {"Authorization": f"Basic {base64.b64encode(right.encode()).decode()}"}


def ask(
    jira: Running, path: str, body: Any = None, *, auth: dict[str, str] | None = None, timeout: float = 10,
    **query: Any,
) -> Reply:  # fmt: skip
    """GET a path below ``/rest``, or POST where there is a body."""
    url = f"{jira.url}/rest/{path}" + (f"?{urlencode(query)}" if query else "")
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **(header(jira) if auth is None else auth)}
    try:
        with build_opener(_Stay).open(Request(url, data, headers), timeout=timeout) as answer:
            return Reply(answer.status, dict(answer.headers), answer.read().decode())
    except HTTPError as error:
        with error:
            return Reply(error.code, dict(error.headers), error.read().decode())


def token_pages(jira: Running, jql: str, **more: Any) -> Iterator[dict[str, Any]]:
    """The pages of a Cloud search, as an unsuspecting client fetches them."""
    body: dict[str, Any] = {"jql": jql, **more}
    while True:
        page = ask(jira, "api/3/search/jql", body).json
        yield page
        if "nextPageToken" not in page:
            return
        body["nextPageToken"] = page["nextPageToken"]


def placed_pages(jira: Running, jql: str, **more: Any) -> Iterator[dict[str, Any]]:
    """The pages of a Data Center search."""
    start = 0
    while True:
        page = ask(jira, "api/2/search", {"jql": jql, "startAt": start, **more}).json
        yield page
        start += len(page["issues"])
        if start >= page["total"]:
            return


def ids_of(pages: Iterator[dict[str, Any]]) -> list[str]:
    """The ids of all issues on these pages."""
    return [issue["id"] for page in pages for issue in page["issues"]]
