"""JSON with something wrong in it: one or more values dropped, null, of another type, nested or swapped."""

import copy
from collections.abc import Iterator
from typing import Any, Final

from hypothesis import strategies as st

ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 5, 2.5, 1e300, 10**30, float("nan"), float("inf"), "", " ", "x", "\ud800", "a\nb",
    "0000-01-01T00:00:00.000+0000", "0001-01-01T00:00:00.000+0000", "10000-01-01T00:00:00.000+0000",
    "2026-02-30T09:00:00.000+0000", "2026-01-05T09:00:00", "http://[", [], {}, [None], [[]], {"x": None},
    {"id": {}, "name": [], "key": None}, "9" * 400,
)  # fmt: skip
"""What stands where something else is expected."""
DEEP: Final = 900

Path = tuple[str | int, ...]


def mutants(body: Any, *, changes: int = 2) -> st.SearchStrategy[Any]:
    """Give copies of a body of JSON with one to ``changes`` things wrong."""
    return st.integers(1, changes).flatmap(lambda times: _changed(st.just(body), times))


def _changed(bodies: st.SearchStrategy[Any], times: int) -> st.SearchStrategy[Any]:
    return _changed(bodies.flatmap(_mutant), times - 1) if times else bodies


@st.composite
def _mutant(draw: st.DrawFn, body: Any) -> Any:
    places = list(_places(body))
    path, other = draw(st.sampled_from(places)), draw(st.sampled_from(places))
    how = draw(st.sampled_from(("odd", "odd", "odd", "drop", "nest", "deep", "swap", "text", "twice")))
    value = _at(body, path)
    if how == "drop":
        return _without(body, path)
    if how == "twice":
        return _twice(body, path)
    swapped = _at(body, other)
    new = {"swap": swapped, "nest": [{"x": value}], "deep": _deep(value), "text": str(value)[:100]}
    return _put(body, path, draw(st.sampled_from(ODD)) if how == "odd" else new[how])


def _places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Give where anything is, the whole first."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in parts:
        yield from _places(inner, (*path, step)) if len(path) < 20 else ()


def _deep(value: Any) -> Any:
    for _ in range(DEEP):
        value = [value]
    return value


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _put(body: Any, path: Path, new: Any) -> Any:
    """Give a copy with something else in one place; the rest is shared and never changed."""
    if not path:
        return new
    made = copy.copy(body)
    made[path[0]] = _put(body[path[0]], path[1:], new)
    return made


def _without(body: Any, path: Path) -> Any:
    if not path:
        return None
    around = copy.copy(_at(body, path[:-1]))
    del around[path[-1]]
    return _put(body, path[:-1], around)


def _twice(body: Any, path: Path) -> Any:
    """Repeat an element of a list; anything else stays."""
    around = _at(body, path[:-1])
    if not (path and isinstance(around, list)):
        return body
    return _put(body, path[:-1], [*around, _at(body, path)])
