"""What only one person knows, and whether disciplines work together: counted by hand."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hands import DAY, START, Hands, Life, commit, commits, events, stages, went
from tests.share import share
from vsm.model.responsibility import knowledge_at_risk, multi_discipline_work, ticket_disciplines
from vsm.tables import COMMITS, empty

BUILD = went("Build dev-1 web 3", "Done")
OTHER = went("Build dev-2 web 3", "Done")
TESTED = went("Build dev-1 web 3", "Test qa-1 qa 2", "Done")
NOW = START + 10 * DAY


def at_risk(hands: Hands, **more: Any) -> pd.DataFrame:
    asked: dict[str, Any] = {"as_of": NOW, "minimum": 2} | more
    return knowledge_at_risk(hands.visits, tickets=hands.tickets, commits=hands.commits, **asked)


def told(rows: pd.DataFrame, *columns: str) -> list[list[Any]]:
    plain = rows[list(columns)].astype("object")
    return plain.where(plain.notna(), None).to_numpy().tolist()


def test_a_stage_that_one_person_handles_is_at_risk() -> None:
    """Three builds by two people, two tests by one: testing stands first."""
    rows = at_risk(Hands([TESTED, TESTED, OTHER]))
    assert told(rows, "what", "area", "unit", "n", "people", "only", "teams") == [
        ["stage", "Test", "tickets", 2, 1, True, "qa"],
        ["stage", "Build", "tickets", 3, 2, False, "web"],
    ]
    assert rows["share_of_top"].tolist() == pytest.approx([1.0, 2 / 3])
    assert not rows.astype("str").isin(["dev-1", "dev-2", "qa-1"]).any(axis=None)


def test_few_tickets_claim_nothing() -> None:
    """The area is there, with how often it was handled."""
    assert told(at_risk(Hands([TESTED]), minimum=3), "area", "n", "people", "only", "share_of_top") == [
        ["Build", 1, None, None, None],
        ["Test", 1, None, None, None],
    ]


def test_components_are_handled_by_whoever_worked_on_their_tickets() -> None:
    """A ticket of two components counts in both; one that was worked on by nobody known in none."""
    about = [{"components": "Search; Pay"}, {"components": "Search"}, {"components": "Pay"}]
    rows = at_risk(Hands([BUILD, BUILD, went("Build - - 1", "Done")], about=about))
    assert told(rows, "what", "area", "n", "only") == [
        ["stage", "Build", 2, True],
        ["component", "Search", 2, True],
        ["component", "Pay", 1, None],
    ]


def test_only_what_happened_lately_counts() -> None:
    """Begun before and ended in the last two days: it counts. What lies open since long: it does not."""
    lifecycles = [BUILD, BUILD, OTHER, went("Build dev-2 web 30", "Done")]
    assert told(at_risk(Hands(lifecycles), as_of=START + 4 * DAY, days=2), "n", "people") == [[3, 2]]
    assert at_risk(Hands(lifecycles), as_of=START + 20 * DAY, days=2).empty


def test_repositories_are_handled_by_authors() -> None:
    """Two accounts of one person, a bot and a merge aside: one person alone; the team is the person's."""
    made = commits(
        commit("c1", day=1), commit("c2", day=2, author="git:Dev One"), commit("c3", day=2, author="git:robot"),
        commit("c4", day=3, parents="c1 c2", author="git:dev-2"), commit("c5", day=-400, author="git:dev-2"),
    )  # fmt: skip
    people = {"git:dev-1": "dev-1", "git:Dev One": "dev-1"}
    rows = at_risk(
        Hands([], commits=made), person_of=people, team_of={"dev-1": "web"}, bots=frozenset({"git:robot"})
    )
    assert told(rows, "what", "area", "unit", "n", "people", "only", "teams") == [
        ["repository", "shop", "commits", 2, 1, True, "web"]
    ]
    assert told(at_risk(Hands([], commits=made)), "n", "people", "only") == [[3, 3, False]]


STEP = st.tuples(
    st.sampled_from(["Build", "Test", "Done"]),
    st.sampled_from(["dev-1", "qa-1", None]),
    st.sampled_from(["web", None]),
    st.sampled_from([1.0, 2.0]),
)


@pytest.mark.slow
@settings(max_examples=share(6, of=200))
@given(st.lists(st.lists(STEP, min_size=1, max_size=4), max_size=5), st.randoms(use_true_random=False))
def test_shuffling_and_renaming_change_no_risk(lifecycles: list[Life], rng: Any) -> None:
    """Persons are counted, so their names tell nothing; a top share of one is one person or the same on all."""
    rows = at_risk(Hands(lifecycles))
    renamed = Hands([[(s, h and f"x {h}", t, d) for s, h, t, d in life] for life in lifecycles])
    order = list(range(len(renamed.visits)))
    rng.shuffle(order)
    again = knowledge_at_risk(
        renamed.visits.iloc[order], tickets=renamed.tickets, commits=empty(COMMITS), as_of=NOW, minimum=2
    )
    pd.testing.assert_frame_equal(again, rows)
    known = rows[rows["only"].notna()]
    assert (known.loc[known["only"].astype("bool"), "share_of_top"] == 1).all()
    assert known["share_of_top"].between(0, 1, inclusive="right").all()


def together(hands: Hands, **more: Any) -> pd.DataFrame:
    return ticket_disciplines(
        hands.visits, lifecycles=hands.lifecycles, events=hands.events, stages=stages(), **more
    )


def test_disciplines_worked_together_where_one_touched_the_others_visit() -> None:
    """The tester comments while it is built, the coder commits while it is tested; the third was passed on."""
    seen = events(
        ("jira:1", 1, "comment", None, None, "qa-1"),
        ("jira:2", 4, "commit", None, "c1", "dev-1"),
        ("jira:3", 1, "comment", None, None, "dev-1"),
        ("jira:3", 4, "comment", None, None, "qa-1"),
        ("jira:3", 4, "comment", None, None, "guest"),
        ("jira:3", 4, "assignee", None, "qa-1", "dev-1"),
        ("jira:3", 90, "comment", None, None, "dev-1"),
        ("jira:4", 1, "comment", None, None, "qa-1"),
    )
    rows = together(Hands([TESTED, TESTED, TESTED, BUILD], events=seen))
    assert told(rows, "ticket", "disciplines", "names", "together") == [
        ["jira:1", 2, "coding; testing", True],
        ["jira:2", 2, "coding; testing", True],
        ["jira:3", 2, "coding; testing", False],
        ["jira:4", 1, "coding", False],
    ]
    summary = multi_discipline_work(rows, stages=stages(), minimum=3)
    assert told(summary, "measure", "part", "n", "missing") == [
        ["several disciplines", 3, 4, None],
        ["worked together", 2, 3, None],
    ]
    assert summary["share"].tolist() == pytest.approx([0.75, 2 / 3])


def test_a_visit_ends_before_its_last_instant() -> None:
    """A touch at the very handover belongs to the next visit; the mover's own is no help."""
    seen = events(("jira:1", 3, "comment", None, None, "qa-1"))
    assert together(Hands([TESTED], events=seen))["together"].tolist() == [False]


@pytest.mark.slow
def test_who_works_in_both_disciplines_alike_belongs_to_none() -> None:
    """A tie tells nothing, and neither does a bot."""
    both = went("Build dev-1 web 3", "Test dev-1 web 2", "Done")
    seen = events(("jira:1", 4, "commit", None, "c1", "dev-1"))
    assert together(Hands([both], events=seen))["together"].tolist() == [False]
    seen = events(("jira:1", 4, "commit", None, "c1", "robot"))
    hands = Hands([TESTED, went("Build robot - 1", "Done")], events=seen)
    assert together(hands, bots=frozenset({"robot"}))["together"].tolist() == [False]
    assert together(hands)["together"].tolist() == [True, False]


def test_without_disciplines_it_is_said_what_is_missing() -> None:
    """No discipline in vsm.toml, or no finished work: two answers."""
    none = together(Hands([went("Ideas 2", "Done")]))
    plain = stages().assign(discipline=pd.Series(None, index=range(5), dtype="str"))
    assert (
        multi_discipline_work(none, stages=plain, minimum=12)["missing"]
        .str.startswith("no discipline is known")
        .all()
    )
    assert (
        multi_discipline_work(none, stages=stages(), minimum=12)["missing"]
        .str.startswith("no delivered ticket")
        .all()
    )
