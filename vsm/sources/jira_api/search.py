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

from vsm.errors import ParameterError, RunError
from vsm.sources.host_answers import Json, answer_of
from vsm.sources.jira_api.answers import Counted, Found, Total

if TYPE_CHECKING:
    from vsm.sources.jira_api.session import JiraSession

CLOUD: Final = "/rest/api/3"
DATA_CENTER: Final = "/rest/api/2"
EMPTY_PAGES: Final = 5
LAST_MS: Final = 253_402_300_799_999
"""The last instant that a date can hold, of the year 9999."""
FIRST_MS: Final = -30_610_224_000_000
"""The first instant with four digits for its year wherever it is written, of the year 1000."""
ODD: Final = "odd/"
"""How the id begins of an issue that has none."""
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


def epoch_ms(instant: Any) -> int | None:
    """Give an instant of Jira's, text or number, in epoch milliseconds; None where it is none.

    Examples
    --------
    >>> epoch_ms("2026-01-05T09:00:00.000+0100"), epoch_ms([]), epoch_ms("0000-00-00")
    (1767600000000, None, None)
    """
    if isinstance(instant, int) and not isinstance(instant, bool):
        return instant if abs(instant) <= LAST_MS else None
    try:
        at = datetime.fromisoformat(instant) if isinstance(instant, str) else None
        return int(at.timestamp() * 1000) if at else None
    except (ValueError, OverflowError):
        return None


def count_issues(session: "JiraSession", jql: str, *, cloud: bool) -> int:
    """Give how many issues match: exactly on Data Center; Cloud only estimates."""
    path = f"{CLOUD}/search/approximate-count" if cloud else f"{DATA_CENTER}/search"
    body = session.post(path, {"jql": jql} if cloud else {"jql": jql, "maxResults": 0})
    where = session.url + path
    return answer_of(Counted, body, where=where).count if cloud else answer_of(Total, body, where=where).total


def instants_of(issues: Iterable[Json], field: str, *, until: int) -> list[int]:
    """Give when issues were created or updated, in epoch milliseconds.

    Those without a value are passed over, and so is whatever comes after ``until``: no search would get past
    it.
    """
    fields = (issue.get("fields") for issue in issues)
    instants = [epoch_ms(known.get(field)) for known in fields if isinstance(known, dict)]
    return [at for at in instants if at is not None and at <= until]


def found_issues(
    session: "JiraSession",
    jql: str,
    *,
    cloud: bool,
    fields: list[str],
    updated: int | None = None,
    created: int | None = None,
    page_size: int = 100,
) -> Iterator[list[Json]]:
    """Give the issues that match: lists of bodies, each issue once, its id a text.

    On Data Center with histories; Cloud's search truncates them, so they are fetched apart. One without an id
    gets one that begins with ``odd/``, so that it can be stored.

    Parameters
    ----------
    jql
        A bounded query without order.
    fields
        Ids of fields; ``created`` is added where a chain of pages breaks off.
    updated, created
        Epoch milliseconds from which on an issue must have been changed, or created.
    page_size
        Issues wanted a page; a server may give fewer.

    Raises
    ------
    SourceError, RunError
        As ``JiraSession.get`` does; RunError too where an answer has no list of issues, or the server goes in
        a circle.
    """
    body: Json = {"fields": fields, "maxResults": page_size}
    if not cloud:
        body["expand"] = ["changelog"]
    chain = _cloud_chain if cloud else _data_center_chain
    seen: set[str] = set()
    edge, total, by_offset = created, 0, False
    while True:
        before, last = (len(seen), edge), False
        query = body | {"jql": narrowed(jql, updated=updated, created=created if by_offset else edge)}
        for page in _data_center_chain(session, query, whole=True) if by_offset else chain(session, query):
            last, total = page.last, max(total, page.total or 0)
            new = list({issue["id"]: issue for issue in page.issues if issue["id"] not in seen}.values())
            seen |= {issue["id"] for issue in new}
            if new:
                yield new
            edge = max([edge or 0, *instants_of(page.issues, "created", until=session.now_ms())])
        if by_offset or (last and len(seen) >= total):
            return
        in_all = narrowed(jql, updated=updated, created=created)
        if last and len(seen) >= count_issues(session, in_all, cloud=cloud):
            return
        if cloud and (len(seen), edge) == before:
            raise RunError(
                f"{session.url} goes in a circle while paging; what was pulled is stored: pull again later"
            )
        # Data Center: an odd instant of creation, or an issue that vanished; offsets need neither.
        by_offset = not cloud and (last or (len(seen), edge) == before)
        body["fields"] = sorted({*fields, "created"})


def listed_ids(session: "JiraSession", jql: str, *, cloud: bool) -> tuple[set[str], int]:
    """Give the ids of all issues that match, and how many the server listed: it may repeat some.

    Raises
    ------
    SourceError, RunError
        As ``found_issues`` does.
    """
    if cloud:
        pages = found_issues(session, jql, cloud=True, fields=["id"], page_size=5000)
        ids = {issue["id"] for page in pages for issue in page}
        return {name for name in ids if name.isdecimal()}, len(ids)
    body: Json = {"fields": ["created"], "maxResults": 1000, "jql": narrowed(jql)}
    found = [issue["id"] for page in _data_center_chain(session, body, whole=True) for issue in page.issues]
    return {name for name in found if name.isdecimal()}, len(found)


@dataclass(frozen=True, slots=True)
class _Page:
    """Issues, whether no more follow, and how many match in all where the server says so."""

    issues: list[Json]
    last: bool
    total: int | None = None


def _cloud_chain(session: "JiraSession", body: Json) -> Iterator[_Page]:
    """Follow tokens to the end, or to where they repeat or lead nowhere."""
    path, token, tokens, empty = f"{CLOUD}/search/jql", None, set[str](), 0
    while True:
        answer = session.post(path, body | ({"nextPageToken": token} if token else {}))
        found = answer_of(Found, answer, where=session.url + path)
        token = found.token
        last = not token or found.is_last is True
        yield _Page(_with_ids(found.issues), last)
        empty = 0 if found.issues else empty + 1
        if last or token in tokens or empty == EMPTY_PAGES:
            return
        tokens.add(str(token))


def _data_center_chain(session: "JiraSession", body: Json, *, whole: bool = False) -> Iterator[_Page]:
    """Ask one page from the start; further ones only while all on it were created in one second.

    A second, since the server's index may be no finer than that. With ``whole``, and where the server does
    not say how many there are, by offset to the end.
    """
    path, start = f"{DATA_CENTER}/search", 0
    while True:
        found = answer_of(Found, session.post(path, body | {"startAt": start}), where=session.url + path)
        start += len(found.issues)
        last = not found.issues or (found.total is not None and start >= found.total)
        yield _Page(_with_ids(found.issues), last, found.total)
        seconds = {at // 1000 for at in instants_of(_objects(found.issues), "created", until=LAST_MS)}
        if last or (len(seconds) > 1 and found.total is not None and not whole):
            return


def _objects(values: list[Any]) -> list[Json]:
    return [value for value in values if isinstance(value, dict)]


def _with_ids(issues: list[Any]) -> list[Json]:
    """Give issues whose ids are texts; what has none gets one from its content."""
    known = list[Json]()
    for issue in issues:
        body = issue if isinstance(issue, dict) else {"was": issue}
        id_ = body.get("id")
        if isinstance(id_, bool) or not isinstance(id_, int | str) or not str(id_).isdecimal():
            content = json.dumps(body, sort_keys=True).encode()
            id_ = f"{ODD}{hashlib.sha256(content).hexdigest()[:12]}"
        known.append(body | {"id": str(id_)})
    return known
