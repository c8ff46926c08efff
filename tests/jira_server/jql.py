"""A small honest part of JQL; what it does not know it refuses, as Jira does."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from tests.jira_server.calls import Refused
from tests.jira_server.cards import Card
from tests.jira_server.state import State

Test = Callable[[Card], bool]

TOKEN: Final = re.compile(
    r"""\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(<=|>=|!=|=|<|>|!~|~)|([(),])|([^\s()=<>!~,"']+))"""
)
FIELDS: Final = {"project", "key", "issuekey", "issue", "id", "updated", "created", "status", "filter"}
TIMES: Final = {
    "updated": "updated",
    "updateddate": "updated",
    "created": "created",
    "createddate": "created",
}
ORDER: Final = {"key", "issuekey", "id", "rank", *TIMES}
UNITS: Final = {"w": 10_080, "d": 1440, "h": 60, "m": 1}
COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, ">=": lambda a, b: a >= b, ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b, "<": lambda a, b: a < b,
}  # fmt: skip


class Query(NamedTuple):
    """What is asked for: a test, None where nothing restricts it, and the order."""

    test: Test | None
    order: list[tuple[str, bool]]

    def among(self, cards: Iterable[Card]) -> list[Card]:
        """Those that pass, in order; the newest first where no order is told, as Jira has it."""
        found = [card for card in cards if self.test is None or self.test(card)]
        for name, down in reversed(self.order or [("created", True)]):
            found.sort(key=_sorter(name), reverse=down)
        return found


def parse(text: str, state: State, *, zone: str) -> Query:
    """Read a query; dates are of the user's zone, numbers epoch milliseconds."""
    parser = _Parser(_tokens(text), state, ZoneInfo(zone))
    return parser.query()


def _sorter(name: str) -> Callable[[Card], Any]:
    if name in TIMES:
        return lambda card: getattr(card, TIMES[name])
    if name in {"id", "rank"}:
        return lambda card: int(card.id)
    return lambda card: (card.project, int(card.key.rpartition("-")[2]))


class _Token(NamedTuple):
    text: str
    quoted: bool


def _tokens(text: str) -> list[_Token]:
    found, position, text = list[_Token](), 0, text.strip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            raise _error(f"unexpected character at {position + 1}")
        kind = match.lastindex or 0
        value = match.group(kind)
        found.append(_Token(re.sub(r"\\(.)", r"\1", value) if kind < 3 else value, kind < 3))
        position = match.end()
    return found


def _error(why: str) -> Refused:
    return Refused(400, f"Error in the JQL Query: {why}.")


class _Parser:
    def __init__(self, tokens: list[_Token], state: State, zone: ZoneInfo) -> None:
        self.tokens, self.state, self.zone = tokens, state, zone
        self.position = 0

    def query(self) -> Query:
        test = None if self._is("order") or self.position == len(self.tokens) else self._either()
        order = self._order() if self._take("order") else []
        if self.position < len(self.tokens):
            raise _error(f"expecting operator before the end but got '{self._next().text}'")
        return Query(test, order)

    def _is(self, word: str) -> bool:
        here = self.tokens[self.position] if self.position < len(self.tokens) else None
        return here is not None and not here.quoted and here.text.lower() == word

    def _take(self, word: str) -> bool:
        taken = self._is(word)
        self.position += taken
        return taken

    def _next(self) -> _Token:
        if self.position >= len(self.tokens):
            raise _error("the query ended too early")
        self.position += 1
        return self.tokens[self.position - 1]

    def _must(self, word: str) -> None:
        if not self._take(word):
            raise _error(f"expecting '{word}'")

    def _either(self) -> Test:
        parts = [self._both()]
        while self._take("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda card: any(part(card) for part in parts)

    def _both(self) -> Test:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda card: all(part(card) for part in parts)

    def _one(self) -> Test:
        if self._take("("):
            inner = self._either()
            self._must(")")
            return inner
        if self._take("not"):
            refused = self._one()
            return lambda card: not refused(card)
        field = self._next().text.lower()
        if field not in FIELDS | set(TIMES):
            raise Refused(400, f"Field '{field}' does not exist or you do not have permission to view it.")
        negative = self._take("not")
        operator = "in" if self._take("in") else self._next().text
        if operator == "in":
            self._must("(")
            values = [self._next()]
            while self._take(","):
                values.append(self._next())
            self._must(")")
            return self._member(field, values, negative=negative)
        return self._compared(field, operator)

    def _compared(self, field: str, operator: str) -> Test:
        if operator not in COMPARE or (field not in TIMES and operator not in {"=", "!="}):
            raise Refused(400, f"The operator '{operator}' is not supported by the '{field}' field.")
        value = self._next()
        if field not in TIMES:
            return self._member(field, [value], negative=operator == "!=")
        name, compare, limit = TIMES[field], COMPARE[operator], self._instant(value, field)
        return lambda card: compare(getattr(card, name), limit)

    def _member(self, field: str, values: list[_Token], *, negative: bool) -> Test:
        if field == "filter":
            tests = [self._filter(value.text) for value in values]
            return lambda card: any(test(card) for test in tests) is not negative
        if field in TIMES:
            raise Refused(400, f"The operator 'in' is not supported by the '{field}' field.")
        name = field if field in {"project", "status"} else "id"
        wanted = {self._known(field, name, value.text) for value in values}
        return lambda card: (getattr(card, name) in wanted) is not negative

    def _known(self, field: str, name: str, value: str) -> str:
        """The project's key, the status's or the issue's id; Jira refuses a value that it does not know."""
        found: str | None = None
        if name == "id":
            card = self.state.find(value)
            found = card.id if card else None
        else:
            about = self.state.projects if name == "project" else self.state.statuses
            hits = [key for key, body in about.items() if _names(key, body, value)]
            found = next((key for key in hits if key not in self.state.hidden), None)
        if found is None and name == "id" and field != "id":
            raise Refused(400, f"An issue with key '{value}' does not exist for field '{field}'.")
        if found is None:
            raise Refused(400, f"The value '{value}' does not exist for the field '{field}'.")
        return found

    def _filter(self, number: str) -> Test:
        if number not in self.state.filters:
            raise Refused(400, f"The value '{number}' does not exist for the field 'filter'.")
        inner = _Parser(_tokens(self.state.filters[number]), self.state, self.zone).query().test
        return inner or (lambda _: True)

    def _instant(self, value: _Token, field: str) -> float:
        text = value.text
        if not value.quoted and re.fullmatch(r"\d+", text):
            return int(text)
        if relative := re.fullmatch(r"([+-]?\d+)([wdhm])", text):
            minutes = int(relative[1]) * UNITS[relative[2]]
            return self.state.now() + timedelta(minutes=minutes).total_seconds() * 1000
        for form in ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d"):
            try:
                local = datetime.strptime(text, form).replace(tzinfo=self.zone)
            except ValueError:
                continue
            return local.astimezone(UTC).timestamp() * 1000
        raise Refused(
            400,
            f"Date value '{text}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
            "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
        )

    def _order(self) -> list[tuple[str, bool]]:
        self._must("by")
        order = list[tuple[str, bool]]()
        while not order or self._take(","):
            name = self._next().text.lower()
            if name not in ORDER:
                raise Refused(400, f"Not able to sort using field '{name}'.")
            down = self._take("desc")
            if not down:
                self._take("asc")
            order.append((name, down))
        if len(order) > 7:
            raise _error("at most 7 fields can be ordered by")
        return order


def _names(key: str, body: dict[str, Any], value: str) -> bool:
    return value.lower() in {key.lower(), str(body.get("id")).lower(), str(body.get("name")).lower()}
