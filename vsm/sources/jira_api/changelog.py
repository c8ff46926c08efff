"""Whole changelogs, comments and worklogs of issues, completed where an answer cut them.

Cloud gives histories a thousand issues at a time; both products cut what is embedded in a search. What
contradicts itself is asked for again, one issue at a time, and then taken as it is.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from vsm.bodies import ISSUES
from vsm.errors import RunError
from vsm.sources.jira_api.fields import Json, trimmed_history, trimmed_issue, trimmed_odd
from vsm.sources.jira_api.search import CLOUD, epoch_ms
from vsm.sources.jira_api.site import Site

if TYPE_CHECKING:
    from vsm.sources.jira_api.session import JiraSession

HISTORIES: Final = 10_000
PAGE: Final = 100


def with_notes(session: "JiraSession", site: Site, issue: Json) -> Json:
    """Give the issue, trimmed, with all instants of comments and worklogs.

    A search embeds but the first twenty or so; the rest is asked for. An odd one stays as it is, trimmed.
    """
    if _is_odd(issue | {"changelog": {"histories": []}}):
        return trimmed_odd(issue)
    fields = issue["fields"]
    for name, part in (("comment", "comments"), ("worklog", "worklogs")):
        field = fields.get(name)
        if isinstance(field, dict) and int(field.get("total") or 0) > len(field.get(part) or ()):
            notes = list(_paged(session, f"{site.api}/issue/{issue['id']}/{name}", part))
            fields = fields | {name: {part: notes}}
    return trimmed_issue(issue | {"fields": fields}, site=site.base)


def with_changelogs(session: "JiraSession", site: Site, issues: Sequence[Json]) -> Iterator[Json]:
    """Give issues with whole changelogs, in order.

    They are at most 1,000 bodies, as ``with_notes`` gives them; on Data Center with what is embedded.

    Raises
    ------
    SourceError, RunError
        As ``JiraSession.get`` does.
    """
    ids = [issue["id"] for issue in issues]
    histories = _bulk_histories(session, ids) if site.cloud and ids else {}
    for issue in issues:
        log = {"histories": histories.get(issue["id"], [])} if site.cloud else issue.get("changelog") or {}
        whole = issue | {"changelog": log}
        if _is_odd(whole):
            yield trimmed_odd(whole)
            continue
        if is_doubtful(whole):
            whole = _asked_again(session, site, issue)
            if _is_odd(whole):
                yield trimmed_odd(whole)
                continue
        yield whole | {"changelog": {"histories": _in_order(whole["changelog"].get("histories") or [])}}


def _is_odd(issue: Json) -> bool:
    """Whether anything in this body would be left out; then nothing is asked for to complete it."""
    read = ISSUES.read(issue)
    return read.body is None or bool(read.faults)


def _bulk_histories(session: "JiraSession", ids: list[str]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    token, tokens = None, set[str]()
    while True:
        body = {"issueIdsOrKeys": ids, "maxResults": HISTORIES}
        answer = session.post(
            f"{CLOUD}/changelog/bulkfetch", body | ({"nextPageToken": token} if token else {})
        )
        for log in answer.get("issueChangeLogs") or ():
            histories = [
                trimmed_history(history) if isinstance(history, dict) else history
                for history in log.get("changeHistories") or ()
            ]
            found.setdefault(str(log["issueId"]), []).extend(histories)
        token = answer.get("nextPageToken")
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
    histories = log.get("histories") or []
    if int(log.get("total") or 0) > len(histories):
        return True
    moves = [
        (item.get("from"), item.get("to"))
        for history in _in_order(histories)
        for item in history["items"]
        if str(item.get("fieldId") or item.get("field")).lower() == "status"
    ]
    now = (issue["fields"].get("status") or {}).get("id")
    left = [before for before, _ in moves]
    entered = [after for _, after in moves]
    return bool(moves) and (not all(left) or left[1:] != entered[:-1] or entered[-1] != now)


def _asked_again(session: "JiraSession", site: Site, issue: Json) -> Json:
    """Give one issue asked for by itself: not from the search index, and with nothing cut."""
    path = f"{site.api}/issue/{issue['id']}"
    expand = {} if site.cloud else {"expand": "changelog"}
    fresh = session.get(path, absent=True, fields=",".join(site.fields), **expand)
    fresh = with_notes(session, site, fresh | {"id": issue["id"]}) if isinstance(fresh, dict) else issue
    if site.cloud:
        whole = fresh | {"changelog": {"histories": list(_paged(session, f"{path}/changelog", "values"))}}
        return whole if _is_odd(whole) else trimmed_issue(whole, site=site.base)
    return fresh | {"changelog": fresh.get("changelog") or {}}


def _paged(session: "JiraSession", path: str, part: str) -> Iterator[Json]:
    """Read a list that is paged by offset; one that vanished meanwhile is empty."""
    start = 0
    while True:
        answer = session.get(path, absent=True, startAt=start, maxResults=PAGE) or {}
        values = answer.get(part) or []
        yield from values
        start += len(values)
        if not values or answer.get("isLast") is True or start >= int(answer.get("total") or 0):
            return


def _in_order(histories: list[Json]) -> list[Json]:
    """Sort histories, each once, by instant and id, whatever order they came in."""
    known: dict[str, Json] = {}
    for position, history in enumerate(histories):
        in_utc = history | {"created": _instant(history["created"])}
        known.setdefault(str(history.get("id") or f"at {position}"), in_utc)

    def order(history: Json) -> tuple[str, int]:
        number = str(history.get("id"))
        return history["created"], int(number) if number.isdigit() else 0

    return sorted(known.values(), key=order)


def _instant(value: Any) -> str:
    """Give an instant in UTC to the millisecond: the bulk changelog has numbers, others local times."""
    at = datetime.fromtimestamp(epoch_ms(value) // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{epoch_ms(value) % 1000:03}+0000"
