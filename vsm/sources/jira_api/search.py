"""Searching issues: every match once, in order of creation, however the server pages, stumbles or repeats.

Cloud pages by token, Data Center by offset. Offsets shift when an issue vanishes, and tokens have been seen
to repeat, so neither is trusted for long: a fresh query from the last creation on takes over.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from vsm.bodies import CREATED, IDS, text_of
from vsm.errors import ParameterError, RunError
from vsm.sources.jira_api.fields import Json

if TYPE_CHECKING:
    from vsm.sources.jira_api.session import JiraSession

CLOUD: Final = "/rest/api/3"
DATA_CENTER: Final = "/rest/api/2"
EMPTY_PAGES: Final = 5
UNREAD: Final = "unread/"
"""How the names of documents begin that have no id of their own."""
_ORDER: Final = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\border\s+by\b""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scope:
    """The issues that are asked for: projects, a query, a filter, a board; several narrow each other down.

    Raises
    ------
    ParameterError
        Nothing bounds it, or a filter or board is no number.

    Examples
    --------
    >>> Scope("https://example.atlassian.net", projects=("SHOP",)).jql_of_board(None)
    'project in ("SHOP")'
    """

    url: str
    projects: tuple[str, ...] = ()
    jql: str = ""
    filter: str = ""
    board: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be asked."""
        if not (self.projects or self.jql.strip() or self.filter or self.board):
            raise ParameterError(
                "which issues? name --project ABC (as often as you like), --jql, --filter or --board"
            )
        for name, number in (("--filter", self.filter), ("--board", self.board)):
            if number and not number.isdecimal():
                raise ParameterError(
                    f"{name} {number}: give its number, as its address in the browser shows it"
                )

    def jql_of_board(self, board_filter: str | None) -> str:
        """Give the one query. ``board_filter`` is the number of the filter behind the board."""
        parts = []
        if self.projects:
            quoted = [json.dumps(project, ensure_ascii=False) for project in self.projects]
            parts.append(f"project in ({', '.join(quoted)})")
        if self.jql.strip():
            parts.append(f"({without_order(self.jql)})")
        parts += [f"filter = {number}" for number in (self.filter, board_filter) if number]
        return " AND ".join(parts)


def without_order(jql: str) -> str:
    """Give a query without its own order: ours is needed for not missing anything.

    Examples
    --------
    >>> without_order('summary ~ "order by mail" ORDER BY rank')
    'summary ~ "order by mail"'
    """
    for match in _ORDER.finditer(jql):
        if match.group()[0] not in "\"'":
            return jql[: match.start()].strip()
    return jql.strip()


def narrowed(jql: str, *, updated: int | None = None, created: int | None = None) -> str:
    """Give a query for those changed, or created, since; in order of creation, which never changes.

    Parameters
    ----------
    updated, created
        Epoch milliseconds: bare numbers are the only dates in JQL that no user's time zone bends.

    Examples
    --------
    >>> narrowed("project = A", updated=1700000000000)
    '(project = A) AND updated >= 1700000000000 ORDER BY created ASC, key ASC'
    """
    bounds = [f" AND {word} >= {at}" for word, at in (("updated", updated), ("created", created)) if at]
    return f"({jql}){''.join(bounds)} ORDER BY created ASC, key ASC"


def epoch_ms(instant: Any) -> int:
    """Give an instant of Jira's, text or number, in epoch milliseconds."""
    if isinstance(instant, int | float):
        return int(instant)
    return int(datetime.fromisoformat(str(instant)).timestamp() * 1000)


def count_issues(session: "JiraSession", jql: str, *, cloud: bool) -> int:
    """Give about how many issues match; Cloud only estimates."""
    if cloud:
        return int(session.post(f"{CLOUD}/search/approximate-count", {"jql": jql}).get("count") or 0)
    return int(session.post(f"{DATA_CENTER}/search", {"jql": jql, "maxResults": 0}).get("total") or 0)


def created_ms(issues: Iterable[Json]) -> list[int]:
    """Give when issues were created, in epoch milliseconds; those that do not say are passed over."""
    read = (CREATED.read(issue).body for issue in issues)
    return [epoch_ms(body["fields"]["created"]) for body in read if body]


def with_id(issue: Any) -> Json:
    """Give the issue with its id as a text; what has none is wrapped, and named by its content.

    Examples
    --------
    >>> with_id({"id": 7, "key": "AB-1"})
    {'id': '7', 'key': 'AB-1'}
    >>> with_id(None)
    {'id': 'unread/74234e98afe7', 'unread': None}
    """
    read = IDS.read({"id": issue.get("id")}).body if isinstance(issue, dict) else None
    if read:
        return {**issue, "id": read["id"]}
    return {"id": f"{UNREAD}{hashlib.sha256(text_of(issue)).hexdigest()[:12]}", "unread": issue}


def found_issues(
    session: "JiraSession",
    jql: str,
    *,
    cloud: bool,
    fields: list[str],
    updated: int | None = None,
    created: int | None = None,
    page_size: int = 100,
    changelogs: bool = True,
) -> Iterator[list[Json]]:
    """Give the issues that match: lists of bodies, each issue once.

    Parameters
    ----------
    jql
        A bounded query without order.
    fields
        Ids of fields; without ``created`` a chain of pages that breaks off cannot be resumed.
    updated, created
        Epoch milliseconds from which on an issue must have been changed, or created.
    page_size
        Issues wanted a page; a server may give fewer.
    changelogs
        Whether Data Center gives histories along; Cloud's search truncates them, so they are fetched apart.

    Raises
    ------
    SourceError, RunError
        As ``JiraSession.get`` does; RunError too where the server goes in a circle.
    """
    chain = _cloud_chain if cloud else _data_center_chain
    body: Json = {"fields": fields, "maxResults": page_size}
    if changelogs and not cloud:
        body["expand"] = ["changelog"]
    seen: set[str] = set()
    edge = created
    while True:
        before, last = len(seen), False
        query = {"jql": narrowed(jql, updated=updated, created=edge)}
        for issues, is_last in chain(session, body | query):
            last = is_last
            numbered = {issue["id"]: issue for issue in map(with_id, issues)}
            new = [issue for name, issue in numbered.items() if name not in seen]
            seen |= {issue["id"] for issue in new}
            if new:
                yield new
                edge = max([edge or 0, *created_ms(new)])
        if last:
            return
        if len(seen) == before:
            raise RunError(
                f"{session.url} goes in a circle while paging; what was pulled is stored: pull again later"
            )


def _cloud_chain(session: "JiraSession", body: Json) -> Iterator[tuple[list[Json], bool]]:
    """Follow tokens to the end, or to where they repeat or lead nowhere; each page says if it is last."""
    token, tokens, empty = None, set[str](), 0
    while True:
        answer = session.post(f"{CLOUD}/search/jql", body | ({"nextPageToken": token} if token else {}))
        issues = answer.get("issues") or []
        token = answer.get("nextPageToken")
        last = not token or answer.get("isLast") is True
        yield issues, last
        empty = 0 if issues else empty + 1
        if last or token in tokens or empty == EMPTY_PAGES:
            return
        tokens.add(token)


def _data_center_chain(session: "JiraSession", body: Json) -> Iterator[tuple[list[Json], bool]]:
    """Ask one page from the start; further ones only while all on it were created in one second.

    A second, since the server's index may be no finer than that.
    """
    start = 0
    while True:
        answer = session.post(f"{DATA_CENTER}/search", body | {"startAt": start})
        issues = answer.get("issues") or []
        start += len(issues)
        last = not issues or start >= int(answer.get("total") or 0)
        yield issues, last
        seconds = {at // 1000 for at in created_ms(issues)}
        if last or len(seconds) > 1:
            return
