"""The kind of Jira, its fields, statuses and board: asked seldom, and kept in the archive."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from vsm.sources.archive import Archive, Document
from vsm.sources.host_answers import Json, answer_of
from vsm.sources.jira_api.answers import Board, Fields, Server, Statuses
from vsm.sources.jira_api.fields import FIELDS, roles_from_fields
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
    path = f"{DATA_CENTER}/serverInfo"
    server = answer_of(Server, session.get(path), where=session.url + path)
    cloud = server.kind == "Cloud"
    api = CLOUD if cloud else DATA_CENTER
    path = f"{api}/field"
    fields = answer_of(Fields, {"fields": session.get(path)}, where=session.url + path).fields
    roles = roles_from_fields(fields, custom=custom)
    documents = list[Document]()
    path = f"{api}/status"
    for status in answer_of(Statuses, {"statuses": session.get(path)}, where=session.url + path).statuses:
        category = status.category.key if status.category else None
        named = {"type": "status", "id": status.id, "name": status.name, "category": category}
        documents.append(Document(f"status/{status.id}/{status.name}", named))
    board = None
    if scope.board:
        path = f"{AGILE}/board/{scope.board}/configuration"
        board = answer_of(Board, session.get(path), where=session.url + path)
        documents.append(Document("board", {"type": "board"} | _board(board)))
    jql = scope.jql_of_board(board.filter.id if board else None)
    site = Site(cloud, (server.base or session.url).rstrip("/"), jql, roles)
    body = {"type": SITE, "cloud": cloud, "base": site.base, "jql": jql, "roles": roles}
    return site, [Document(_name(scope, custom), body), *documents]


def _name(scope: Scope, custom: Mapping[str, str]) -> str:
    """Give the document's id for a scope; with other fields in vsm.toml it has to be learned anew."""
    words = json.dumps([asdict(scope), dict(custom)], sort_keys=True)
    return f"{SITE}/{hashlib.sha256(words.encode()).hexdigest()[:12]}"


def _board(board: Board) -> Json:
    return {
        "name": board.name,
        "constraint": board.config.constraint,
        "columns": [
            {"name": column.name, "statuses": [status.id for status in column.statuses], "wip": column.wip}
            for column in board.config.columns
        ],
    }
