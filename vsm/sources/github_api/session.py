"""Asking GitHub, its own or a company's: GraphQL and REST, and both sorts of its limits.

The primary limit says when it is renewed (``x-ratelimit-reset``), with 403 or 429, or in GraphQL with 200 and
an error of type RATE_LIMITED. The secondary one asks for a pause (``Retry-After``), or only complains.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import requests

from vsm.errors import RunError, SourceError
from vsm.sources.credentials import Login
from vsm.sources.host_address import Host
from vsm.sources.host_answers import said_by
from vsm.sources.host_session import FEW, Bearer, HostSession, Passing, Question, messages_of

API: Final = "https://api.github.com"
HOST: Final = Host(
    API,
    variable="VSM_GITHUB_TOKEN",
    narrow="--repo, --no-issues or --no-runs",
    remaining="x-ratelimit-remaining",
    reset="x-ratelimit-reset",
)
COMPLAINT_PAUSE: Final = 60.0
"""Seconds to wait for where GitHub complains of too many requests and names no time: a minute, as it asks."""
FORBIDDEN: Final = frozenset({"FORBIDDEN", "INSUFFICIENT_SCOPES"})
ABSENT: Final = "NOT_FOUND"


class TooHeavy(Exception):  # noqa: N818 - it never leaves the package: a reason to ask for less
    """The answer would take GitHub too long: ask for less at once."""


class NotAllowedError(SourceError):
    """The token may not read this kind of things."""


@dataclass(frozen=True, slots=True)
class Graph:
    """What a GraphQL question gave: ``data``, and what could not be given, by its path."""

    data: Mapping[str, Any]
    errors: tuple[Mapping[str, Any], ...] = ()


class GitHubSession(HostSession):
    """One GitHub; nothing is kept of a login but in the connection.

    Parameters
    ----------
    url
        ``https://api.github.com``, or ``https://HOST/api`` of a GitHub Enterprise Server.
    login
        A token.
    ca_bundle
        File of certificates to trust; empty for the machine's.
    about
        As for ``HostSession``.
    """

    host: ClassVar[Host] = HOST

    def __init__(self, url: str, login: Login, *, ca_bundle: str = "", **about: Any) -> None:
        connection = requests.Session()
        connection.auth = Bearer(login)
        connection.verify = ca_bundle or True
        connection.headers.update(
            {
                "Accept": "application/vnd.github+json",
                "User-Agent": "vsm",
                "X-GitHub-Api-Version": "2022-11-28",
            }
        )
        super().__init__(url, connection, **about)
        self.rest = "/v3" if self.url.endswith("/api") else ""
        self._eager = False

    def graphql(self, query: str, *, eager: bool = False, **variables: object) -> Graph:
        """Give the answer to a GraphQL question.

        ``eager``: rather than wait where the answer takes GitHub too long, raise TooHeavy.

        Raises
        ------
        SourceError
            GitHub does not take the question, or nothing of it may be seen.
        RunError
            As ``HostSession.get`` does; or the answer holds nothing.
        """
        self._eager = eager
        try:
            answer = self.post("/graphql", {"query": query, "variables": variables})
        finally:
            self._eager = False
        errors = _errors(answer)
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, dict):
            said = said_by(answer) or "it does not say why"
            raise (SourceError if errors else RunError)(f"{self.url} does not answer the question: {said}")
        return Graph(data, errors)

    def passing(self, answer: requests.Response, content: bytes) -> Passing | None:
        """Give the trouble that passes: limits come as refusals too."""
        code = answer.status_code
        if self._eager and code in {502, 504}:
            raise TooHeavy
        if code not in {403, 429}:
            return super().passing(answer, content)
        asked = self.asked_pause(answer)
        complains = "rate limit" in messages_of(content).casefold()
        if code == 403 and asked is None and not complains:
            return None
        used_up = answer.headers.get(HOST.remaining) == "0" and not answer.headers.get("Retry-After")
        reason = "its limit of requests is used up" if used_up else "it asks us to slow down"
        return Passing(f"{reason} ({code})", retry_after=COMPLAINT_PAUSE if asked is None else asked)

    def _body(self, answer: requests.Response, content: bytes, question: Question) -> Any:
        """Give the answer's JSON; errors of GraphQL that pass come with a status of 200."""
        body = super()._body(answer, content, question)
        if question.path != "/graphql":
            return body
        errors = _errors(body)
        if any(error.get("type") == "RATE_LIMITED" for error in errors):
            raise Passing("its limit of requests is used up", retry_after=self.asked_pause(answer))
        if any(_is_heavy(error) for error in errors):
            if self._eager:
                raise TooHeavy
            raise Passing("it could not give the whole answer", tries=FEW)
        return body

    def refusal(self, answer: requests.Response, content: bytes, path: str) -> str:
        """Give the sentence on an answer of 400 and more."""
        code = answer.status_code
        sentence = {
            401: "does not know this token (401): check VSM_GITHUB_TOKEN; it may have run out",
            403: f"forbids {path} (403): the token lacks a permission; vsm verify says which",
            404: f"has no {path} (404): check --url and --repo, and what the token may see",
            410: f"no longer offers {path} (410)",
        }.get(code, f"refuses {path} ({code})")
        return f"{sentence}{messages_of(content)}"


def _errors(body: object) -> tuple[Mapping[str, Any], ...]:
    """Give the errors of a GraphQL answer."""
    errors = body.get("errors") if isinstance(body, dict) else None
    return tuple(error for error in errors if isinstance(error, dict)) if isinstance(errors, list) else ()


def _is_heavy(error: Mapping[str, Any]) -> bool:
    """Whether GitHub gave up half-way: it says so with a type of its own, or none, and status 200."""
    said = json.dumps(error).casefold()
    return error.get("type") not in FORBIDDEN | {ABSENT} and (
        "something went wrong" in said or "timed out" in said or "timedout" in said or "timeout" in said
    )
