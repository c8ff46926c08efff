"""Whole changelogs, comments and worklogs of issues, completed where an answer cut them.

Cloud gives histories a thousand issues at a time; both products cut what is embedded in a search. What
contradicts itself is asked for again, one issue at a time, and then taken as it is.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from vsm.errors import RunError
from vsm.sources.host_answers import Json, answer_of
from vsm.sources.jira_api.answers import Changelogs, Named, Part
from vsm.sources.jira_api.fields import listed, trimmed_history, trimmed_issue
from vsm.sources.jira_api.search import CLOUD, FIRST_MS, ODD, epoch_ms
from vsm.sources.jira_api.site import Site

if TYPE_CHECKING:
    from vsm.sources.jira_api.session import JiraSession

HISTORIES: Final = 10_000
PAGE: Final = 100


def with_notes(session: "JiraSession", site: Site, issue: Json) -> Json:
    """Give the issue, trimmed, with all instants of comments and worklogs.

    A search embeds but the first twenty or so; the rest is asked for.
    """
    fields = issue.get("fields")
    for name, part in (("comment", "comments"), ("worklog", "worklogs")):
        field = fields.get(name) if isinstance(fields, dict) else None
        if isinstance(field, dict) and _total(field) > len(listed(field, part)):
            notes = list(_paged(session, f"{site.api}/issue/{issue['id']}/{name}", part))
            fields = (fields or {}) | {name: {part: notes}}
    return trimmed_issue(issue | {"fields": fields}, site=site.base)


def _total(body: Json) -> int:
    """Give how many there are, as far as the answer says so."""
    total = body.get("total")
    return total if isinstance(total, int) else 0


def with_changelogs(session: "JiraSession", site: Site, issues: Sequence[Json]) -> Iterator[Json]:
    """Give issues with whole changelogs, in order.

    They are at most 1,000 bodies, as ``with_notes`` gives them; on Data Center with what is embedded.

    Raises
    ------
    SourceError, RunError
        As ``JiraSession.get`` does.
    """
    ids = [issue["id"] for issue in issues if not issue["id"].startswith(ODD)]
    histories = _bulk_histories(session, ids) if site.cloud and ids else {}
    for issue in issues:
        log = {"histories": histories.get(issue["id"], [])} if site.cloud else issue.get("changelog")
        whole = issue | {"changelog": log if isinstance(log, dict) else {}}
        if not issue["id"].startswith(ODD) and is_doubtful(whole):
            whole = _asked_again(session, site, issue)
        yield whole | {"changelog": {"histories": _in_order(whole["changelog"].get("histories"))}}


def _bulk_histories(session: "JiraSession", ids: list[str]) -> dict[str, list[Json | None]]:
    found: dict[str, list[Json | None]] = {}
    path, token, tokens = f"{CLOUD}/changelog/bulkfetch", None, set[str]()
    while True:
        body = {"issueIdsOrKeys": ids, "maxResults": HISTORIES}
        answer = session.post(path, body | ({"nextPageToken": token} if token else {}))
        page = answer_of(Changelogs, answer, where=session.url + path)
        for log in page.logs:
            histories = (trimmed_history(one) if isinstance(one, dict) else None for one in log.histories)
            found.setdefault(log.issue, []).extend(histories)
        token = page.token
        if not token:
            return found
        if token in tokens:
            raise RunError(f"{session.url} goes in a circle while paging changelogs; pull again later")
        tokens.add(token)


def is_doubtful(issue: Json) -> bool:
    """Whether this changelog contradicts itself or the issue: it was cut, or the search index lags.

    It does where histories are missing, a status change does not say what it left, does not leave what
    the one before it entered, or the last one did not enter the current status.

    Examples
    --------
    >>> is_doubtful({"fields": {"status": {"id": "1"}}, "changelog": {"total": 3, "histories": []}})
    True
    """
    log = issue["changelog"]
    histories = log.get("histories")
    if not isinstance(histories, list) or _total(log) > len(histories):
        return True
    moves = [
        (item.get("from"), item.get("to"))
        for history in _in_order(listed(log, "histories")) or ()
        if history
        for item in listed(history, "items")
        if str(item.get("fieldId") or item.get("field")).lower() == "status"
        and (item.get("fieldId") or item.get("fieldtype") != "custom")
    ]
    status = issue["fields"].get("status") if isinstance(issue["fields"], dict) else None
    now = status.get("id") if isinstance(status, dict) else None
    left = [before for before, _ in moves]
    entered = [after for _, after in moves]
    return bool(moves) and (not all(left) or left[1:] != entered[:-1] or entered[-1] != now)


def _asked_again(session: "JiraSession", site: Site, issue: Json) -> Json:
    """Give one issue asked for by itself: not from the search index, and with nothing cut."""
    path = f"{site.api}/issue/{issue['id']}"
    expand = {} if site.cloud else {"expand": "changelog"}
    answer = session.get(path, absent=True, fields=",".join(site.fields), **expand)
    fresh = issue
    if answer is not None:
        known = answer_of(Named, answer, where=session.url + path)
        fresh = with_notes(session, site, answer | {"id": known.id})
    if site.cloud:
        log: Json = {"histories": list(_paged(session, f"{path}/changelog", "values"))}
        return trimmed_issue(fresh | {"changelog": log}, site=site.base)
    embedded = fresh.get("changelog")
    return fresh | {"changelog": embedded if isinstance(embedded, dict) else {}}


def _paged(session: "JiraSession", path: str, part: str) -> Iterator[Json | None]:
    """Read a list that is paged by offset; one that vanished meanwhile is empty.

    None stands for an entry that is no object, so that the log can report it.
    """
    start, before = 0, list[Any]()
    while (answer := session.get(path, absent=True, startAt=start, maxResults=PAGE)) is not None:
        body = answer | {"values": answer.get(part)} if isinstance(answer, dict) else answer
        page = answer_of(Part, body, where=session.url + path)
        if page.values and page.values == before:
            raise RunError(f"{session.url}{path} gives the same page again and again; pull again later")
        before = page.values
        yield from (value if isinstance(value, dict) else None for value in page.values)
        start += len(page.values)
        if not page.values or page.is_last is True or (page.total is not None and start >= page.total):
            return


def _in_order(histories: object) -> list[Json | None] | None:
    """Sort histories, each once, by instant and id, whatever order they came in.

    Entries that are no history follow as None, so that the log reports them; where there is no list, it is
    None alone.
    """
    if not isinstance(histories, list):
        return None
    known: dict[str, Json] = {}
    for position, history in enumerate(histories):
        if isinstance(history, dict):
            in_utc = history | {"created": _instant(history.get("created"))}
            known.setdefault(str(history.get("id") or f"at {position}"), in_utc)

    def order(history: Json) -> tuple[str, int]:
        number = str(history.get("id"))
        return str(history["created"]), int(number) if number.isdecimal() else 0

    odd = [None for history in histories if not isinstance(history, dict)]
    return [*sorted(known.values(), key=order), *odd]


def _instant(value: Any) -> Any:
    """Give an instant in UTC to the millisecond: the bulk changelog has numbers, others local times.

    What is no instant stays as it is: the log reports it.
    """
    ms = epoch_ms(value)
    if ms is None or ms < FIRST_MS:
        return value
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03}+0000"
