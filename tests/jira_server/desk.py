"""What the answering functions share: the site, the traps at work, and issues as asked for."""

import base64
import binascii
import json
from typing import Any, Final

from tests.jira_server.calls import Refused
from tests.jira_server.cards import Body, Card
from tests.jira_server.site import Site
from tests.jira_server.traps import Mischief, Traps

NOT_NAVIGABLE: Final = {"comment", "worklog", "attachment"}
INLINE: Final = 20
"""Worklogs in an issue body, and comments in a Cloud search."""


class Desk:
    """A site, its traps, and the searches that are under way."""

    def __init__(self, site: Site, traps: Traps) -> None:
        self.site, self.traps, self.mischief = site, traps, Mischief(traps)
        self.url = ""
        self.orders: dict[tuple[Any, ...], list[str]] = {}
        self.histories: tuple[Any, list[tuple[int, str, Body]]] = (None, [])

    @property
    def cloud(self) -> bool:
        """Which of the two Jiras this is."""
        return self.site.mode == "cloud"

    def wanted(self, name: str) -> Card:
        """The issue with this id or key; 404 where it is not, or may not be seen."""
        card = self.site.find(name)
        if card is None:
            raise Refused(404, "Issue does not exist or you do not have permission to see it.")
        return card

    def issue(self, card: Card, fields: list[str], expand: list[str], *, seen: Card | None = None) -> Body:
        """An issue with the fields asked for; ``seen`` is the card that a stale search believes in."""
        shown = self.site.body(seen or card)
        if self.cloud and fields == ["id"] and not expand:
            return {"id": card.id}
        link = f"{self.url}/rest/api/2/issue/{card.id}"
        issue: Body = {"expand": "changelog", "id": card.id, "self": link, "key": (seen or card).key}
        chosen = self._fields(shown["fields"], fields)
        if set(fields) - {"id", "key"}:
            issue["fields"] = chosen
        if "changelog" in expand:
            issue["changelog"] = self.site.body(card)["changelog"]
        return issue

    def _fields(self, there: Body, asked: list[str]) -> Body:
        less = {name[1:] for name in asked if name.startswith("-")}
        more = {name for name in asked if not name.startswith("-")}
        names = more - {"*all", "*navigable"}
        if "*all" in more:
            names |= set(there)
        if "*navigable" in more or not more:
            names |= set(there) - NOT_NAVIGABLE
        empty: dict[str, Body] = {
            "comment": {"comments": [], "maxResults": 0, "total": 0, "startAt": 0},
            "worklog": {"worklogs": [], "maxResults": INLINE, "total": 0, "startAt": 0},
        }
        known = set(there) | set(self.site.field_names) | set(empty)
        chosen = {name: there.get(name, empty.get(name)) for name in sorted(names - less) if name in known}
        if worklog := chosen.get("worklog"):
            chosen["worklog"] = first(worklog, "worklogs", INLINE)
        return chosen


def first(notes: Body, part: str, size: int) -> Body:
    """The first few comments or worklogs, with the total told."""
    return notes | {part: notes[part][:size], "maxResults": size, "total": len(notes[part])}


def embedded(log: Body, *, cap: int | None, newest_first: bool) -> Body:
    """A changelog as it comes inside an issue: the newest ones where it is capped."""
    histories = log["histories"]
    kept = histories[-cap:] if cap else histories
    ordered = kept[::-1] if newest_first else kept
    return {"startAt": 0, "maxResults": len(ordered), "total": len(histories), "histories": ordered}


def without_from(log: Body) -> Body:
    """The same changelog, its oldest status item short of ``from``."""
    for position, history in enumerate(log["histories"]):
        if any(item.get("field") == "status" for item in history["items"]):
            items = [
                {k: v for k, v in item.items() if k != "from"} if item.get("field") == "status" else item
                for item in history["items"]
            ]
            changed = [*log["histories"]]
            changed[position] = history | {"items": items}
            return log | {"histories": changed}
    return log


def token_of(*state: Any) -> str:
    """An opaque token that says where to go on."""
    return base64.urlsafe_b64encode(json.dumps(state).encode()).decode()


def state_of(token: Any) -> list[Any]:
    """What a token says; 400 for one that is not ours."""
    try:
        state = json.loads(base64.urlsafe_b64decode(str(token)))
    except (ValueError, binascii.Error):
        state = None
    if not isinstance(state, list):
        raise Refused(400, "The provided next page token is invalid or expired.")
    return state
