"""Which issues are asked for, in Jira's own query language."""

import pytest

from vsm.errors import ParameterError
from vsm.sources.jira_api.search import Scope, narrowed, without_order

SITE = "https://jira.example.com"


def test_projects_filter_and_query_narrow_each_other_down() -> None:
    """Keys are quoted, since AND, OR and the like may be keys; the query keeps to itself in brackets."""
    scope = Scope(SITE, projects=("SHOP", "AND"), jql="type = Bug OR type = Task", filter="77")
    assert scope.jql_of_board(None) == (
        'project in ("SHOP", "AND") AND (type = Bug OR type = Task) AND filter = 77'
    )


def test_a_board_asks_for_the_filter_behind_it() -> None:
    """Its own sub-query hides what was released, which is just what we want to see."""
    assert Scope(SITE, board="5").jql_of_board("10100") == "filter = 10100"


@pytest.mark.parametrize(
    ("jql", "selection"),
    [
        ("project = A ORDER BY rank", "project = A"),
        ("project = A order   by created DESC, key", "project = A"),
        ('summary ~ "order by" AND project = A', 'summary ~ "order by" AND project = A'),
        ("summary ~ 'it\\'s order by x' Order By key", "summary ~ 'it\\'s order by x'"),
    ],
)
def test_only_the_order_is_taken_off_a_query(jql: str, selection: str) -> None:
    """Words in quotes are no order."""
    assert without_order(jql) == selection


def test_instants_are_bare_numbers() -> None:
    """A text would be read in the time zone of whoever asks."""
    assert narrowed("a = b OR c = d", updated=5, created=7) == (
        "(a = b OR c = d) AND updated >= 5 AND created >= 7 ORDER BY created ASC, key ASC"
    )


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, "which issues"),
        ({"jql": "  "}, "which issues"),
        ({"board": "mine"}, "--board mine: give its number"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked: dict[str, str], sentence: str) -> None:
    """Nothing that bounds the query, or a name where a number belongs."""
    with pytest.raises(ParameterError, match=sentence):
        Scope(SITE, **asked)  # type: ignore[arg-type]
