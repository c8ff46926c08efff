"""What the stand-in knows, and how it is read: cards, names, what is hidden, what search still believes."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Set
from typing import Any

from tests.jira_server.cards import Body, Card, Mode, card_of, millis, status_body


class State:
    """Issues and names of one Jira; bodies are never changed in place, changing means replacing a card."""

    def __init__(self, mode: Mode, cards: Iterable[Card], *, clock: Callable[[], float] = time.time) -> None:
        self.mode: Mode = mode
        self.clock = clock
        self.lock = threading.RLock()
        self.cards = {card.id: card for card in cards}
        self.ids = {card.key.upper(): card.id for card in self.cards.values()}
        self.before: dict[str, tuple[Card | None, int]] = {}
        self.searches = self.version = 0
        self.hidden: set[str] = set()
        self.renamed: dict[str, str] = {}
        self.authorless = 0
        self.statuses: dict[str, Body] = {}
        self.projects: dict[str, Body] = {}
        self.field_names: dict[str, str] = {}
        self.filters: dict[str, str] = {}
        self.boards: dict[str, Body] = {}
        self.worklogs: dict[str, tuple[str, int]] = {}
        self.deleted_worklogs: dict[str, int] = {}

    def now(self) -> int:
        """Epoch milliseconds by the site's own clock."""
        return int(self.clock() * 1000)

    def is_hidden(self, card: Card) -> bool:
        """Whether the user may not see it."""
        return bool(self.hidden) and (card.id in self.hidden or card.project in self.hidden)

    def visible(self) -> Iterator[Card]:
        """What the user may see, as it is."""
        return (card for card in self.cards.values() if not self.is_hidden(card))

    def indexed(self, stale_for: int, fresh: Set[str] = frozenset()) -> Iterator[Card]:
        """What search believes of all issues, but for those that are to be looked up afresh."""
        believed = (self.believed(card, stale_for, fresh) for card in self.visible())
        return (card for card in believed if card is not None)

    def believed(self, card: Card, stale_for: int, fresh: Set[str] = frozenset()) -> Card | None:
        """How search sees an issue: as before its change for so many searches, None if not yet at all."""
        old, since = self.before.get(card.id, (card, -1))
        stale = stale_for and since >= 0 and self.searches - since < stale_for and card.id not in fresh
        return old if stale else card

    def find(self, name: str) -> Card | None:
        """The visible issue with this id or key, whatever its case, also by a key it had before a move."""
        card = self.cards.get(self.ids.get(name.upper(), name))
        return None if card is None or self.is_hidden(card) else card

    def body(self, card: Card) -> Body:
        """The whole body: statuses by the names of today, authors forgotten as told."""
        body = card.make()
        name = self.renamed.get(card.status)
        if name is not None:
            status = body["fields"]["status"] | {"name": name}
            body = body | {"fields": body["fields"] | {"status": status}}
        if self.authorless:
            log = body["changelog"]
            kept = [self._history(history) for history in log["histories"]]
            body = body | {"changelog": log | {"histories": kept}}
        return body

    def _history(self, history: Body) -> Body:
        if int(history["id"]) % self.authorless:
            return history
        return {name: value for name, value in history.items() if name != "author"}

    def bodies(self) -> Iterator[Body]:
        """Every visible issue as a file of REST bodies would hold it, to compare a pull with."""
        return (self.body(card) for card in list(self.visible()))

    def replace(self, card: Card, *, indexed: bool = True) -> None:
        """Put a card in the place of its former self, which a stale search goes on to show."""
        with self.lock:
            old = self.cards.get(card.id)
            if indexed:
                self.before[card.id] = (old, self.searches)
            self.cards[card.id] = card
            self.ids[card.key.upper()] = card.id
            self.version += 1

    def age(self, every: int) -> None:
        """Let search believe that every nth issue has not yet made its last change of status."""
        for card in [c for c in self.cards.values() if int(c.id) % every == 0]:
            older = _before_last_move(card, self.statuses)
            if older is not None:
                self.before[card.id] = (older, self.searches)


def _before_last_move(card: Card, statuses: dict[str, Body]) -> Card | None:
    body = card.make()
    for history in reversed(body["changelog"]["histories"]):
        for item in history["items"]:
            status = statuses.get(str(item.get("from")))
            if item["field"] == "status" and status is not None:
                at = max(millis(history["created"]) - 1000, card.created)
                fields: dict[str, Any] = body["fields"] | {"status": status}
                older = card_of(body | {"fields": fields})
                return Card(card.id, card.key, card.project, card.created, at, older.status, older.make)
    return None


def statuses_in(bodies: Iterable[Body]) -> dict[str, Body]:
    """Every status that bodies or their histories name; those of histories alone count as being worked on."""
    found: dict[str, Body] = {}
    past: dict[str, str] = {}
    for body in bodies:
        status = body["fields"]["status"]
        found.setdefault(str(status.get("id") or status["name"]), status)
        for history in body["changelog"]["histories"]:
            for item in history["items"]:
                if item.get("field") == "status":
                    past |= {
                        str(item[s]): item.get(f"{s}String") or "" for s in ("from", "to") if item.get(s)
                    }
    for number, name in past.items():
        found.setdefault(number, status_body(number, name, "indeterminate"))
    return dict(sorted(found.items()))
