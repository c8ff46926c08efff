"""The door for documents from outside: typed models, and what is wrong with a body in plain words.

One model for each sort of body describes what is read of it; keys that the model does not name are ignored,
and stay in the archive. A body passes whole, without some of its pieces, or not at all. It is read from its
text, so that parsing and checking are one step.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, TypeAlias, TypeVar

from pydantic import AfterValidator, Field, Strict, StringConstraints, TypeAdapter, ValidationError

Body = TypeVar("Body")
Path = tuple[str | int, ...]

YEARS: Final = "from 1970 to 2199"
LATEST_MS: Final = 7_258_118_400_000
"""The year 2200 in epoch milliseconds; until then 64 bits hold every instant, in nanoseconds too."""
ISO: Final = r"^(19[7-9]\d|2[01]\d\d)-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):?[0-5]\d)$"
ANY: Final = "*"
"""In the path of a piece: every element of a list."""
ROUNDS: Final = 3
LONGEST: Final = 255
_DATE_LIKE: Final = re.compile(r"[0-9T:+., Z/-]{1,40}")


def _whole(number: float) -> str:
    if not number.is_integer():
        raise ValueError("no whole number")
    return str(int(number))


def _on_the_calendar(text: str) -> str:
    datetime.fromisoformat(text)
    return text


Word = Annotated[str, Strict()]
"""A text."""
Key = Annotated[str, Strict(), StringConstraints(max_length=LONGEST, pattern=r"^\S+$")]
"""A text without blanks."""
if TYPE_CHECKING:
    Text: TypeAlias = str  # what comes of them
    Id: TypeAlias = str
else:
    _Number = (
        Annotated[int, Strict(), AfterValidator(str)] | Annotated[float, Strict(), AfterValidator(_whole)]
    )
    Text = Annotated[Word | _Number, Field(union_mode="left_to_right")]
    """A text, or a whole number, which becomes one; true and false are neither."""
    Id = Annotated[Key | _Number, Field(union_mode="left_to_right")]
    """A text without blanks, or a whole number, which becomes one."""
Instant = Annotated[
    Annotated[str, Strict(), StringConstraints(pattern=ISO), AfterValidator(_on_the_calendar)]
    | Annotated[float, Strict(), Field(ge=0, lt=LATEST_MS)],
    Field(union_mode="left_to_right"),
]
"""ISO 8601 with seconds and zone, or epoch milliseconds, in ``YEARS``. It stays as it was written."""


@dataclass(frozen=True, slots=True)
class Read(Generic[Body]):
    """What passed, and what did not: ``body`` is None where ``faults`` spoil it, else they are left out.

    ``name`` is what people know a faulty body by, such as its key; empty where it has none.
    """

    body: Body | None
    faults: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Door(Generic[Body]):
    """The door for one sort of body.

    Parameters
    ----------
    adapter
        Of its model, made once.
    pieces
        Paths of what may be left out alone, where something in it is wrong: it adds to a body and defines
        nothing. An element leaves its list, anything else becomes null.
    names
        Keys by which people know it, the best first.
    instants
        Keys that hold instants.
    hints
        What to do about a key that is missing.

    Examples
    --------
    >>> from typing_extensions import TypedDict
    >>> Card = TypedDict("Card", {"id": Id, "labels": list[Text]})
    >>> door = Door(TypeAdapter(Card), pieces=(("labels", ANY),), names=("id",))
    >>> door.read(b'{"id": 7, "labels": ["slow", null], "more": 1}')
    Read(body={'id': '7', 'labels': ['slow']}, faults=('labels[1] is null, not a text or whole number',),
         name='7')
    >>> door.read({"id": True, "labels": []}).faults
    ('id is true, not a text or whole number',)
    """

    adapter: TypeAdapter[Body]
    pieces: tuple[Path, ...] = ()
    names: tuple[str, ...] = ()
    instants: frozenset[str] = frozenset()
    hints: Mapping[str, str] = field(default_factory=dict)

    def read(self, raw: object) -> Read[Body]:
        """Read a body: its text in UTF-8, or what was parsed from it."""
        try:
            text = raw if isinstance(raw, bytes) else text_of(raw)
            return Read(self.adapter.validate_json(text))
        except ValidationError:
            return self._without_faults(text)
        except RecursionError:
            return self._without_faults(b"null")

    def _without_faults(self, text: bytes) -> Read[Body]:
        """Leave out pieces until the rest passes; by itself JSON may be nested deeper than pydantic reads."""
        parsed = parsed_of(text)
        name, left_out = self.name(parsed), list[str]()
        for _ in range(ROUNDS):
            try:
                return Read(self.adapter.validate_python(parsed), tuple(left_out), name)
            except ValidationError as error:
                faults = self._faults(parsed, error)
            pieces = {path: self._piece(path) for path in faults}
            if None in pieces.values():
                return Read(None, tuple(faults[path] for path in faults if pieces[path] is None), name)
            left_out += faults.values()
            # From the end, so that what is still to be removed keeps its place.
            for piece in sorted({piece for piece in pieces.values() if piece is not None}, reverse=True):
                _remove(parsed, piece)
        return Read(None, tuple(left_out), name)

    def passes(self, parsed: object) -> bool:
        """Whether all of this may pass as it is."""
        try:
            self.adapter.validate_python(parsed)
        except ValidationError:
            return False
        return True

    def name(self, parsed: object) -> str:
        """Give what people know this body by; empty where it has no such thing."""
        found = (parsed.get(word) for word in self.names) if isinstance(parsed, dict) else ()
        known = (str(word) for word in found if isinstance(word, str | int | float) and word is not True)
        return next((word[:LONGEST] for word in known if word), "")

    def _faults(self, parsed: object, error: ValidationError) -> dict[Path, str]:
        """Give what is wrong, by where it is."""
        kinds: dict[Path, dict[str, str]] = {}
        for fault in error.errors(include_url=False):
            path = tuple(_resolved(parsed, fault["loc"], missing=fault["type"] == "missing"))
            kinds.setdefault(path, {})[fault["type"]] = fault["msg"]
        return {path: self._sentence(parsed, path, kinds[path]) for path in kinds}

    def _sentence(self, parsed: object, path: Path, kinds: Mapping[str, str]) -> str:
        where, last = _dotted(path), path[-1] if path else ""
        if "missing" in kinds:
            hint = self.hints.get(str(last))
            return f"{where} is missing" + (f"; {hint}" if hint else "")
        value = parsed
        for step in path:
            value = value[step]  # type: ignore[index]
        if not path and value is None:
            return "it is null, or nested too deeply"
        if last in self.instants:
            return f"{where} is {_shown(value)}, no instant with a zone {YEARS}"
        if set(kinds) == {"value_error"}:
            return f"{where}: {kinds['value_error'].removeprefix('Value error, ')}"
        return f"{where} is {_shown(value)}, not {_wanted(kinds)}"

    def _piece(self, path: Path) -> Path | None:
        """Give the smallest piece that this path is part of; None where it is part of none."""
        within = [
            len(piece)
            for piece in self.pieces
            if len(piece) <= len(path)
            and all(
                step == wanted or (wanted == ANY and isinstance(step, int))
                for step, wanted in zip(path, piece, strict=False)
            )
        ]
        return path[: max(within)] if within else None


def text_of(parsed: object) -> bytes:
    """Give a body as text; half a surrogate pair, as in a cut emoji, becomes '?', as in the archive."""
    return json.dumps(parsed, ensure_ascii=False, default=dict).encode("utf-8", errors="replace")


def storable_number(text: str) -> int | float | str:
    """Give a number of JSON; its text where it is beyond what can be stored as one.

    Examples
    --------
    >>> storable_number("7"), storable_number("0.5"), storable_number("1e999")
    (7, 0.5, '1e999')
    """
    try:
        return int(text)
    except ValueError:
        number = float(text)
    return number if math.isfinite(number) else text


def parsed_of(raw: object) -> Any:
    """Give what was parsed from a body's text, or was already; None where it is nested too deeply."""
    try:
        return json.loads(raw) if isinstance(raw, bytes) else raw
    except RecursionError:
        return None


def _resolved(parsed: Any, loc: Sequence[str | int], *, missing: bool) -> Iterator[str | int]:
    """Give the steps of pydantic's path that lead into the body, without its branches of unions."""
    for step in loc:
        if step in parsed if isinstance(parsed, dict) else isinstance(parsed, list) and isinstance(step, int):
            parsed = parsed[step]
        elif missing and step == loc[-1]:
            parsed = None
        else:
            return
        yield step


def _dotted(path: Path) -> str:
    """Write a path as people do.

    Examples
    --------
    >>> _dotted(("fields", "labels", 1)), _dotted(())
    ('fields.labels[1]', 'it')
    """
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".") or "it"


def _shown(value: object) -> str:
    """Describe a value; of texts, which may name people, only what looks like a date is repeated."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str() if not value.strip():
            return "empty"
        case str():
            return f"'{value}'" if _DATE_LIKE.fullmatch(value) else "a text"
        case dict():
            return "an object"
    return "a list" if isinstance(value, list) else "a number"


def _wanted(kinds: Mapping[str, str]) -> str:
    """Say what should be there, by pydantic's kinds of faults."""
    if any(kind.startswith("dict") for kind in kinds):
        return "an object"
    if any(kind.startswith("list") for kind in kinds):
        return "a list"
    if "string_pattern_mismatch" in kinds or "string_too_long" in kinds:
        return f"a text without blanks of at most {LONGEST} characters"
    if any(kind.startswith("string") for kind in kinds):
        return "a text" if len(kinds) == 1 else "a text or whole number"
    return "a whole number"


def _remove(parsed: Any, piece: Path) -> None:
    for step in piece[:-1]:
        parsed = parsed[step]
    last: Any = piece[-1]
    if isinstance(parsed, list):
        del parsed[last]
    else:
        parsed[last] = None
