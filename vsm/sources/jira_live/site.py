"""What kind of Jira is it, and what does it call things? Asked seldom, and kept in the archive."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from vsm.sources.archive import Archive, Document
from vsm.sources.jira_live.fields import FIELDS, Json, roles_from_fields
from vsm.sources.jira_live.scope import Scope
from vsm.sources.jira_live.search import CLOUD, DATA_CENTER

if TYPE_CHECKING:
    from vsm.sources.jira_live.session import JiraSession

SITE: Final = "site"
AGILE: Final = "/rest/agile/1.0"


@dataclass(frozen=True, slots=True)
class Site:
    """What is asked, and how? ``roles`` tell which custom field plays which part, by field id."""

    cloud: bool
    base: str
    jql: str
    roles: Mapping[str, str]

    @property
    def fields(self) -> list[str]:
        """Which fields are asked for?"""
        return sorted({*FIELDS, *self.roles})


def known_site(archive: Archive, source: str, scope: Scope, *, custom: Mapping[str, str]) -> Site | None:
    """What did an earlier pull of the same scope learn? None where there was none."""
    body = archive.document(source, SITE)
    if body is None or body["scope"] != _words(scope, custom):
        return None
    return Site(body["cloud"], body["base"], body["jql"], body["roles"])


def learn_site(
    session: "JiraSession", scope: Scope, *, custom: Mapping[str, str]
) -> tuple[Site, list[Document]]:
    """What kind of Jira is it? Asks for server, fields, statuses and the board; 3 or 4 requests.

    Parameters
    ----------
    session
        Whom to ask.
    scope
        Its board names the filter behind it.
    custom
        Our word → field, as ``[jira.fields]`` of vsm.toml says.

    Returns
    -------
    tuple
        The site, and documents for the archive: ``site``, one for each status and name
        (``status/ID/NAME``, so that a renamed status keeps its old names), and ``board``.

    Raises
    ------
    SourceError, RunError
        As ``JiraSession.get`` does.
    """
    about = session.get(f"{DATA_CENTER}/serverInfo")
    cloud = about.get("deploymentType") == "Cloud"
    api = CLOUD if cloud else DATA_CENTER
    roles = roles_from_fields(session.get(f"{api}/field"), custom=custom)
    documents = list(_statuses(session.get(f"{api}/status")))
    board = session.get(f"{AGILE}/board/{scope.board}/configuration") if scope.board else None
    if board:
        documents.append(Document("board", {"type": "board"} | _board(board)))
    jql = scope.jql_of_board(str(board["filter"]["id"]) if board else None)
    site = Site(cloud, str(about.get("baseUrl") or session.url).rstrip("/"), jql, roles)
    known = {"type": SITE, "cloud": cloud, "base": site.base, "jql": jql, "roles": roles}
    return site, [Document(SITE, known | {"scope": _words(scope, custom)}), *documents]


def _words(scope: Scope, custom: Mapping[str, str]) -> list[Any]:
    return [scope.url, list(scope.projects), scope.jql, scope.filter, scope.board, dict(custom)]


def _statuses(statuses: list[Json]) -> Iterator[Document]:
    for status in statuses:
        category = (status.get("statusCategory") or {}).get("key")
        body = {"type": "status", "id": str(status["id"]), "name": status["name"], "category": category}
        yield Document(f"status/{status['id']}/{status['name']}", body)


def _board(board: Json) -> Json:
    columns = (board.get("columnConfig") or {}).get("columns") or []
    return {
        "name": board.get("name"),
        "constraint": (board.get("columnConfig") or {}).get("constraintType"),
        "columns": [
            {
                "name": column["name"],
                "statuses": [str(status["id"]) for status in column.get("statuses") or ()],
                "wip": column.get("max"),
            }
            for column in columns
        ],
    }
