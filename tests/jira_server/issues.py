"""One issue, a hundred at once, and what was said and logged on it."""

from tests.jira_server.calls import Call, Refused
from tests.jira_server.cards import Body
from tests.jira_server.desk import Desk, embedded

A_MINUTE = 60_000


def issue(desk: Desk, call: Call) -> Body:
    """GET issue/{id or key}, current whatever search says; Cloud shows at most 100 histories."""
    found = desk.issue(
        desk.wanted(call.parts["issue"]), call.words("fields") or ["*all"], call.words("expand")
    )
    if "changelog" in found:
        cap = 100 if desk.cloud else None
        newest_first = desk.cloud or desk.traps.descending
        found["changelog"] = embedded(found["changelog"], cap=cap, newest_first=newest_first)
    return found


def bulk_issues(desk: Desk, call: Call) -> Body:
    """POST issue/bulkfetch: at most 100, moved ones found by their old keys, the rest passed over."""
    if not desk.cloud:
        raise Refused(404, "null for uri: " + call.path)
    names = call.words("issueIdsOrKeys")
    if not 1 <= len(names) <= 100:
        raise Refused(400, "You may only fetch a maximum of 100 issues by ID or key at a time.")
    hits = [desk.site.find(name) for name in names]
    cards = {card.id: card for card in hits if card is not None}
    fields, expand = call.words("fields") or ["*navigable"], call.words("expand")
    shown = [desk.issue(cards[number], fields, expand) for number in sorted(cards, key=int)]
    for one in shown:
        if "changelog" in one:
            cap = desk.traps.embedded_changelog_cap
            one["changelog"] = embedded(one["changelog"], cap=cap, newest_first=True)
    # By its document the errors are of what may be tried again: who is not found is simply not there.
    return {"expand": "names,schema", "issues": shown, "issueErrors": []}


def comments(desk: Desk, call: Call) -> Body:
    """GET issue/{id}/comment."""
    return _notes(desk, call, "comment", "comments")


def worklogs(desk: Desk, call: Call) -> Body:
    """GET issue/{id}/worklog."""
    return _notes(desk, call, "worklog", "worklogs")


def _notes(desk: Desk, call: Call, field: str, part: str) -> Body:
    body = desk.site.body(desk.wanted(call.parts["issue"]))
    notes = (body["fields"].get(field) or {}).get(part) or []
    start, size = call.number("startAt", 0), min(call.number("maxResults", 50), 5000)
    return {"startAt": start, "maxResults": size, "total": len(notes), part: notes[start : start + size]}


def updated_worklogs(desk: Desk, call: Call) -> Body:
    """GET worklog/updated?since=ms: a thousand a page, without the last minute."""
    return _since(desk, call, {note: at for note, (_, at) in desk.site.worklogs.items()})


def deleted_worklogs(desk: Desk, call: Call) -> Body:
    """GET worklog/deleted?since=ms."""
    return _since(desk, call, desk.site.deleted_worklogs)


def _since(desk: Desk, call: Call, changed: dict[str, int]) -> Body:
    since, last = call.number("since", 0), desk.site.now() - A_MINUTE
    rows = sorted((at, int(note)) for note, at in changed.items() if since <= at <= last)
    part = rows[:1000]
    # Those of one instant stay together, or the next page would begin before its own end.
    part += [row for row in rows[1000:] if row[0] == part[-1][0]]
    until = part[-1][0] if part else since
    link = f"{desk.url}{call.path}?since="
    page: Body = {
        "values": [{"worklogId": note, "updatedTime": at, "properties": []} for at, note in part],
        "since": since, "until": until, "self": f"{link}{since}", "lastPage": len(part) == len(rows),
    }  # fmt: skip
    return page if page["lastPage"] else page | {"nextPage": f"{link}{until}"}


def listed_worklogs(desk: Desk, call: Call) -> list[Body]:
    """POST worklog/list: up to a thousand worklogs by id, those of visible issues."""
    ids = set(call.words("ids"))
    if len(ids) > 1000:
        raise Refused(400, "The number of worklog ids must be at most 1000.")
    owners = {desk.site.worklogs[note][0] for note in ids if note in desk.site.worklogs}
    cards = [card for card in map(desk.site.find, sorted(owners)) if card is not None]
    bodies = [desk.site.body(card) for card in cards]
    found = [note | {"issueId": b["id"]} for b in bodies for note in b["fields"]["worklog"]["worklogs"]]
    return [note for note in found if note["id"] in ids]
