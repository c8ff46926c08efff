"""The kind of Jira, its fields, statuses and board: asked seldom, and kept in the archive."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from vsm.sources.archive import Archive, Document
from vsm.sources.jira_api.fields import FIELDS, Json, roles_from_fields
from vsm.sources.jira_api.search import CLOUD, DATA_CENTER, Scope

if TYPE_CHECKING:
    from vsm.sources.jira_api.session import JiraSession

SITE: Final = "site"
AGILE: Final = "/rest/agile/1.0"


@dataclass(frozen=True, slots=True)
class Site:
    """What is asked, and how; ``roles`` gives the roles of custom fields, by id."""

    cloud: bool
    base: str
    jql: str
    roles: Mapping[str, str]

    @property
    def api(self) -> str:
        """Path of its interface."""
        return CLOUD if self.cloud else DATA_CENTER

    @property
    def fields(self) -> list[str]:
        """Ids of the fields that are asked for."""
        return sorted({*FIELDS, *self.roles})


def known_site(archive: Archive, source: str, scope: Scope, *, custom: Mapping[str, str]) -> Site | None:
    """Give what an earlier pull of the same scope learned; None where there was none."""
    body = archive.document(source, _name(scope, custom))
    if body is None:
        return None
    return Site(body["cloud"], body["base"], body["jql"], body["roles"])


def learn_site(
    session: "JiraSession", scope: Scope, *, custom: Mapping[str, str]
) -> tuple[Site, list[Document]]:
    """Ask for server, fields, statuses and the board: 3 or 4 requests.

    Parameters
    ----------
    scope
        Its board names the filter behind it.
    custom
        Our word → field, as ``[jira]`` of vsm.toml says.

    Returns
    -------
    tuple
        The site, and documents for the archive: ``site/…``, one for each status and name
        (``status/ID/NAME``, so that a renamed status keeps its old names), and ``board``.

    Raises
    ------
    SourceError, RunError
        As ``JiraSession.get`` does.
    """
    server = session.get(f"{DATA_CENTER}/serverInfo")
    cloud = server.get("deploymentType") == "Cloud"
    api = CLOUD if cloud else DATA_CENTER
    roles = roles_from_fields(session.get(f"{api}/field"), custom=custom)
    documents = list[Document]()
    for status in session.get(f"{api}/status"):
        category = (status.get("statusCategory") or {}).get("key")
        named = {"type": "status", "id": str(status["id"]), "name": status["name"], "category": category}
        documents.append(Document(f"status/{status['id']}/{status['name']}", named))
    board = session.get(f"{AGILE}/board/{scope.board}/configuration") if scope.board else None
    if board:
        documents.append(Document("board", {"type": "board"} | _board(board)))
    jql = scope.jql_of_board(str(board["filter"]["id"]) if board else None)
    site = Site(cloud, str(server.get("baseUrl") or session.url).rstrip("/"), jql, roles)
    body = {"type": SITE, "cloud": cloud, "base": site.base, "jql": jql, "roles": roles}
    return site, [Document(_name(scope, custom), body), *documents]


def _name(scope: Scope, custom: Mapping[str, str]) -> str:
    """Give the document's id for a scope; with other fields in vsm.toml it has to be learned anew."""
    words = json.dumps([asdict(scope), dict(custom)], sort_keys=True)
    return f"{SITE}/{hashlib.sha256(words.encode()).hexdigest()[:12]}"


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
