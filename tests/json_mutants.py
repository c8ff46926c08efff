"""JSON that is almost right: real bodies and answers with a few values dropped, nulled, retyped, nested or swapped."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

from hypothesis import strategies as st

Path = tuple[str | int, ...]

OPERATIONS: Final = ("drop", "null", "retype", "nest", "swap")
STRANGERS: Final[tuple[Any, ...]] = (
    "", "text", "\x1b[31m", "0001-01-01T00:00:00.000+0000", "9999-12-31T23:59:59.999-1400", 0, -1, 7, 10**30, 0.5,
    True, False, [], {}, [None], {"id": None}, ["a"], [[]], {"a": {"b": []}},
)  # fmt: skip
"""Values of every type, some at the edge of what a date or a number may be."""


def mutants(body: Any, *, most: int = 3) -> st.SearchStrategy[Any]:
    """Draw the body with one to ``most`` places changed; the body itself stays as it is.

    A place is any value in it, the body included. It is dropped, set to null, replaced by a value of another
    type, wrapped into a list or an object, or exchanged with another place.
    """

    @st.composite
    def mutated(draw: st.DrawFn) -> Any:
        changed = deepcopy(body)
        for _ in range(draw(st.integers(1, most))):
            paths = list(paths_of(changed))
            path = draw(st.sampled_from(paths))
            operation = draw(st.sampled_from(OPERATIONS))
            if operation == "drop" and path:
                _drop(changed, path)
            elif operation == "retype":
                changed = _put(changed, path, deepcopy(draw(st.sampled_from(STRANGERS))))
            elif operation == "nest":
                value = _at(changed, path)
                changed = _put(changed, path, [value] if draw(st.booleans()) else {"value": value})
            elif operation == "swap":
                other = draw(st.sampled_from(paths))
                mine, theirs = deepcopy(_at(changed, path)), deepcopy(_at(changed, other))
                apart = path[: len(other)] != other and other[: len(path)] != path
                changed = _put(changed, path, theirs)
                changed = _put(changed, other, mine) if apart else changed
            else:
                changed = _put(changed, path, None)
        return changed

    return mutated()


def paths_of(body: Any, *, before: Path = ()) -> Iterator[Path]:
    """Give the path to each value of a body, that of the whole first.

    Examples
    --------
    >>> list(paths_of({"a": [1]}))
    [(), ('a',), ('a', 0)]
    """
    yield before
    steps = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for step, value in steps:
        yield from paths_of(value, before=(*before, step))


def _at(body: Any, path: Path) -> Any:
    for step in path:
        body = body[step]
    return body


def _put(body: Any, path: Path, value: Any) -> Any:
    """Give the body with this value there; with an empty path that is the value."""
    if not path:
        return value
    _at(body, path[:-1])[path[-1]] = value
    return body


def _drop(body: Any, path: Path) -> None:
    del _at(body, path[:-1])[path[-1]]
