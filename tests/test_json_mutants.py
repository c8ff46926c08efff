"""Are mutants of JSON what they claim to be?"""

import json
from functools import partial
from operator import eq
from typing import Any

from hypothesis import find, given

from tests.json_mutants import mutants

BODY: dict[str, Any] = {"id": "7", "fields": {"labels": ["a", "b"]}}


@given(mutants(BODY))
def test_the_original_stays_and_a_mutant_is_json(mutant: Any) -> None:
    """Whatever was changed, it can be sent, and the next mutant begins with the same body."""
    assert json.loads(json.dumps(mutant)) == mutant
    assert BODY == {"id": "7", "fields": {"labels": ["a", "b"]}}


def test_each_kind_of_change_is_drawn() -> None:
    """Dropped, null, of another type, nested, swapped."""
    wanted: list[Any] = [
        {"fields": {"labels": ["a", "b"]}},
        {"id": None, "fields": {"labels": ["a", "b"]}},
        {"id": 7, "fields": {"labels": ["a", "b"]}},
        {"id": "7", "fields": [{"labels": ["a", "b"]}]},
        {"id": "7", "fields": {"labels": ["b", "a"]}},
    ]
    for body in wanted:
        assert find(mutants(BODY, most=1), partial(eq, body)) == body
