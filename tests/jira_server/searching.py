"""Search: by token on Cloud, by startAt on Data Center."""

import zlib
from collections.abc import Set
from typing import Any

from tests.jira_server import jql
from tests.jira_server.calls import Call, Refused
from tests.jira_server.cards import Body
from tests.jira_server.desk import INLINE, Desk, embedded, first, state_of, token_of, without_from

REMEMBERED = 16


def search_by_token(desk: Desk, call: Call) -> Body:
    """POST or GET search/jql: bounded queries only, ``id`` alone unless fields are asked for, no total."""
    query = _bounded(desk, call)
    fields = call.words("fields") or ["id"]
    expand = call.words("expand")
    few = 5000 if set(fields) <= {"id", "key"} and not expand else 100
    size = _size(desk, call, default=50, most=few)
    token = str(call.value("nextPageToken") or "")
    mark = zlib.crc32(str(call.value("jql")).encode())
    number, start, said, hop = state_of(token) if token else (desk.site.version, 0, mark, 0)
    if said != mark:
        raise Refused(400, "The next page token belongs to another query.")
    fresh = set(call.words("reconcileIssues"))
    ids = _order_of(desk, query, (number, mark), restart=not token, fresh=fresh)
    if token and desk.mischief.strikes("empty_page"):
        return {"issues": [], "nextPageToken": token_of(number, start, mark, hop + 1), "isLast": False}
    part = ids[start : start + desk.mischief.short(size)]
    end = start + len(part)
    page: Body = {"issues": _page(desk, part, fields, expand, fresh), "isLast": end >= len(ids)}
    if end < len(ids):
        repeat = token and desk.mischief.strikes("repeated_token")
        page["nextPageToken"] = token if repeat else token_of(number, end, mark, hop + 1)
    return page


def approximate_count(desk: Desk, call: Call) -> Body:
    """POST search/approximate-count."""
    query = _bounded(desk, call)
    return {"count": len(query.among(desk.site.indexed(desk.traps.stale_search)))}


def search_by_place(desk: Desk, call: Call) -> Body:
    """GET or POST /rest/api/2/search of Data Center; on Cloud it is gone."""
    if desk.cloud:
        message = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."
        raise Refused(410, message)
    query = jql.parse(str(call.value("jql") or ""), desk.site, zone=desk.traps.user_timezone)
    size = _size(desk, call, default=50, most=1000)
    start = call.number("startAt", 0)
    mark = zlib.crc32(str(call.value("jql")).encode())
    ids = _order_of(desk, query, (desk.site.version, mark), restart=start == 0)
    part = ids[start : start + desk.mischief.short(size)] if size else []
    fields = call.words("fields") or ["*navigable"]
    issues = _page(desk, part, fields, call.words("expand"))
    return {
        "expand": "schema,names", "startAt": start, "maxResults": size, "total": len(ids), "issues": issues,
    }  # fmt: skip


def _bounded(desk: Desk, call: Call) -> jql.Query:
    query = jql.parse(str(call.value("jql") or ""), desk.site, zone=desk.traps.user_timezone)
    if query.test is None:
        raise Refused(
            400,
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
        )
    return query


def _size(desk: Desk, call: Call, *, default: int, most: int) -> int:
    asked = call.number("maxResults", default)
    if asked < 0 or (desk.cloud and (asked == 0 or asked > 5000)):
        raise Refused(400, f"maxResults has to lie between 1 and 5000, not {asked}.")
    return min(asked, most, desk.traps.page_cap or most)


def _order_of(
    desk: Desk, query: jql.Query, key: tuple[Any, ...], *, restart: bool, fresh: Set[str] = frozenset()
) -> list[str]:
    """The ids that a query finds, kept while its pages are fetched; on Data Center until something changes."""
    stale = desk.traps.stale_search
    if (restart and stale) or key not in desk.orders:
        found = [card.id for card in query.among(desk.site.indexed(stale, fresh))]
        desk.orders[key] = _with_duplicates(found) if desk.traps.duplicates else found
        while len(desk.orders) > REMEMBERED:
            del desk.orders[next(iter(desk.orders))]
    return desk.orders[key]


def _with_duplicates(ids: list[str]) -> list[str]:
    again = {position + 10: ids[position] for position in range(0, len(ids) - 10, 10)}
    return [
        part
        for position, one in enumerate(ids)
        for part in ([again[position]] if position in again else []) + [one]
    ]


def _page(
    desk: Desk, ids: list[str], fields: list[str], expand: list[str], fresh: Set[str] = frozenset()
) -> list[Body]:
    """The issues of a page; what was deleted or hidden since the search began is left out."""
    site, stale = desk.site, desk.traps.stale_search
    shown = list[Body]()
    for number in ids:
        card = site.find(number)
        if card is None:
            continue
        seen = site.believed(card, stale, fresh)
        shown.append(_found(desk, desk.issue(card, fields, expand, seen=seen)))
    site.searches += 1
    return shown


def _found(desk: Desk, issue: Body) -> Body:
    """An issue as search shows it: changelog capped and, on Cloud, newest first; few comments."""
    traps = desk.traps
    if "changelog" in issue:
        log = issue["changelog"]
        if traps.missing_from and int(issue["id"]) % traps.missing_from == 0:
            log = without_from(log)
        newest_first = desk.cloud or traps.descending
        issue["changelog"] = embedded(log, cap=traps.embedded_changelog_cap, newest_first=newest_first)
    comments = issue.get("fields", {}).get("comment")
    if desk.cloud and comments:
        issue["fields"]["comment"] = first(comments, "comments", INLINE)
    return issue
