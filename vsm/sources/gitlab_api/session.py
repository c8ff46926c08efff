"""Asking a GitLab, the company's or gitlab.com: GraphQL for lists, REST for the events of one issue."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Final
from urllib.parse import quote

import requests

from vsm.errors import RunError, SourceError
from vsm.sources.credentials import Login
from vsm.sources.gitlab_api.answers import Rows
from vsm.sources.host_address import Host
from vsm.sources.host_answers import Json, answer_of, said_by
from vsm.sources.host_session import FEW, Bearer, HostSession, Passing, messages_of

HOST: Final = Host(
    "https://gitlab.com", variable="VSM_GITLAB_TOKEN", narrow="--project", remaining="RateLimit-Remaining",
    reset="RateLimit-Reset",
)  # fmt: skip
GRAPHQL: Final = "/api/graphql"
REST: Final = "/api/v4"
PER_PAGE: Final = 100
MISSING_FIELD: Final = re.compile(r"Field '(\w+)' doesn't exist on type '\w+'")
HEAVY: Final = re.compile(r"complexity|too complex|timed? ?out|timeout|statement timeout", re.IGNORECASE)
TRIES: Final = 2
"""How often in a row a gateway may fail before we ask for less at once."""


class TooHeavyError(Exception):
    """The server could not answer so large a question; it never leaves this package."""


class GitLabSession(HostSession):
    """One GitLab; nothing is kept of a login.

    Parameters
    ----------
    url
        The site, such as ``https://gitlab.com``.
    login
        Whose token asks; it needs the scope ``read_api``.
    ca_bundle
        File of certificates to trust, where a company signs its own; empty for the machine's.
    about
        As for ``HostSession``.
    """

    host: ClassVar[Host] = HOST

    def __init__(self, url: str, login: Login, *, ca_bundle: str = "", **about: Any) -> None:
        connection = requests.Session()
        connection.auth = Bearer(login)
        connection.verify = ca_bundle or True
        super().__init__(url, connection, **about)
        self._gateways = 0

    def passing(self, answer: requests.Response, content: bytes) -> Passing | None:
        """Give the trouble that passes; raise ``TooHeavyError`` where asking for less may help."""
        of_graphql = answer.request.path_url.endswith(GRAPHQL)
        failed = answer.status_code in {502, 504}
        self._gateways = self._gateways + 1 if of_graphql and failed else 0
        if self._gateways > TRIES:
            self._gateways = 0
            raise TooHeavyError(f"its gateway failed ({answer.status_code})")
        passing = super().passing(answer, content)
        if passing or not of_graphql or answer.status_code != 200:
            return passing
        messages = _errors(content)
        if messages and not any(MISSING_FIELD.search(one) or HEAVY.search(one) for one in messages):
            return Passing(f"its GraphQL answered with an error ({'; '.join(messages)[:200]})", tries=FEW)
        return None

    def refusal(self, answer: requests.Response, content: bytes, path: str) -> str:
        """Give the sentence on an answer of 400 and more."""
        code = answer.status_code
        sentence = {
            401: "does not know this token (401): check VSM_GITLAB_TOKEN, and whether it has expired",
            403: f"forbids {path} (403): the token needs the scope read_api, and its owner the role Reporter",
            404: f"has no {path} (404): check --url and --project, and whether the token's owner may see it",
        }.get(code, f"refuses {path} ({code})")
        return f"{sentence}{messages_of(content)}"

    def graphql(self, query: Callable[[set[str]], str], lacking: set[str], *, path: str) -> Json:
        """Give the ``project`` of an answer.

        Parameters
        ----------
        query
            Makes the query without the fields that this GitLab lacks.
        lacking
            Their names; what an answer says is lacking is added, and asked for no more.
        path
            The project, which is ``$path`` in the query.

        Raises
        ------
        TooHeavyError
            The question is too large for this server.
        SourceError, RunError
            As ``get`` does; SourceError too where the project cannot be seen, or a field is lacking without
            which nothing can be read.
        """
        while True:
            asked = query(lacking)
            answer = self.post(GRAPHQL, {"query": asked, "variables": {"path": path}})
            messages = [said_by({"errors": [one]}) for one in _listed(answer, "errors")]
            if lacks := {match[1] for one in messages if (match := MISSING_FIELD.search(one))}:
                if query(lacking | lacks) == asked:
                    raise SourceError(
                        f"{self.url}: this GitLab is too old to be pulled: its GraphQL knows no "
                        f"{', '.join(sorted(lacks))}"
                    )
                lacking |= lacks
                continue
            if messages:
                raise TooHeavyError("; ".join(messages)[:200])
            data = answer.get("data") if isinstance(answer, dict) else None
            if not isinstance(data, dict) or "project" not in data:
                raise RunError(f"{self.url}{GRAPHQL} did not answer as GitLab does; pull again later")
            if not isinstance(data["project"], dict):
                raise SourceError(
                    f"{self.url}: there is no project {path}, or the token's owner may not see it; write "
                    "--project group/name as the address in the browser has it"
                )
            return data["project"]

    def listed(self, path: str, *, absent: bool = False, **query: str) -> Iterator[list[Json]]:
        """Give the pages of a REST list; none where it is not there, or not for us, and ``absent`` says so.

        Entries that are no objects are left out; a page that comes twice in a row is an error.
        """
        page, before = "1", list[Json]()
        while page:
            answer = self.fetch(f"{REST}{path}", absent=absent, per_page=PER_PAGE, page=page, **query)
            if answer.body is None:
                return
            rows = answer_of(Rows, {"rows": answer.body}, where=f"{self.url}{path}").rows
            if rows and rows == before:
                raise RunError(f"{self.url}{path} gives the same page again and again; pull again later")
            before = rows
            yield rows
            following = str(int(page) + 1) if len(answer.body) == PER_PAGE else ""
            page = answer.headers.get("X-Next-Page", following)


def project_path(project: str) -> str:
    """Give the path of a project in REST.

    Examples
    --------
    >>> project_path("group/sub/name")
    '/projects/group%2Fsub%2Fname'
    """
    return f"/projects/{quote(project, safe='')}"


def _errors(content: bytes) -> list[str]:
    """Give what a GraphQL answer complains of; nothing where it has data, or is none."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return []
    return [said_by({"errors": [one]}) for one in _listed(body, "errors")]


def _listed(body: object, part: str) -> list[Any]:
    values = body.get(part) if isinstance(body, Mapping) else None
    return values if isinstance(values, list) else []
