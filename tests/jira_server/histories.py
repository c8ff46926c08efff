"""Changelogs: of one issue a page, and of a thousand issues at once; both are Cloud's alone."""

from typing import Any

from tests.jira_server.calls import Call, Refused
from tests.jira_server.cards import Body, millis
from tests.jira_server.desk import Desk, state_of, token_of, without_from


def changelog(desk: Desk, call: Call) -> Body:
    """GET issue/{id}/changelog: at most 100 a page, oldest first; Data Center has none."""
    if not desk.cloud:
        raise Refused(404, "null for uri: " + call.path)
    log = desk.site.body(desk.wanted(call.parts["issue"]))["changelog"]
    histories = log["histories"][::-1] if desk.traps.descending else log["histories"]
    start, size = call.number("startAt", 0), min(call.number("maxResults", 100), 100)
    part = histories[start : start + desk.mischief.short(size)]
    link = f"{desk.url}{call.path}"
    page = {"self": link, "startAt": start, "maxResults": size, "total": len(histories), "values": part}
    return page | {"isLast": start + len(part) >= len(histories)}


def bulk_changelogs(desk: Desk, call: Call) -> Body:
    """POST changelog/bulkfetch: histories of all issues by date; issues without any are not named."""
    if not desk.cloud:
        raise Refused(404, "null for uri: " + call.path)
    names, wanted = call.words("issueIdsOrKeys"), set(call.words("fieldIds"))
    size = call.number("maxResults", 1000)
    if not 1 <= len(names) <= 1000:
        raise Refused(
            400, "You may only load changelogs for a maximum of 1,000 issues by ID or key at a time."
        )
    if len(wanted) > 10:
        raise Refused(400, "You may only filter by a maximum of 10 fields.")
    if not 1 <= size <= 10_000:
        raise Refused(400, "maxResults must be between 1 and 10000.")
    rows = _by_date(desk, names, wanted)
    token = call.value("nextPageToken")
    (start,) = state_of(token) if token else (0,)
    end = start + min(size, desk.traps.bulk_page_cap or size)
    logs: dict[str, list[Body]] = {}
    for created, issue, history in rows[start:end]:
        at = history["created"] if desk.traps.iso_created else created
        logs.setdefault(issue, []).append(history | {"created": at})
    page: Body = {"issueChangeLogs": [_log(desk, *log) for log in logs.items()]}
    if end < len(rows):
        page["nextPageToken"] = token_of(end)
    return page


def _log(desk: Desk, issue: str, histories: list[Body]) -> Body:
    return {"issueId": issue, "changeHistories": histories[::-1] if desk.traps.descending else histories}


def _by_date(desk: Desk, names: list[str], wanted: set[str]) -> list[tuple[int, str, Body]]:
    """All histories asked for, kept for the next page of the same request while nothing changes."""
    key = (desk.site.version, tuple(names), frozenset(wanted))
    if desk.histories[0] != key:
        desk.histories = (key, _rows(desk, names, wanted))
    return desk.histories[1]


def _rows(desk: Desk, names: list[str], wanted: set[str]) -> list[tuple[int, str, Body]]:
    cards = {card.id: card for card in map(desk.site.find, names) if card is not None}
    every = desk.traps.missing_from
    rows = list[tuple[int, str, Body]]()
    for card in cards.values():
        log = desk.site.body(card)["changelog"]
        if every and int(card.id) % every == 0:
            log = without_from(log)
        for history in log["histories"]:
            kept = _filtered(history, wanted)
            if kept["items"]:
                rows.append((millis(history["created"]), card.id, kept))
    return sorted(rows, key=_date_and_issue)


def _date_and_issue(row: tuple[int, str, Any]) -> tuple[int, int]:
    return row[0], int(row[1])


def _filtered(history: Body, wanted: set[str]) -> Body:
    """Only items of these fields: what has no ``fieldId``, such as Key or Link, is lost by it."""
    if not wanted:
        return history
    return history | {"items": [item for item in history["items"] if item.get("fieldId") in wanted]}
