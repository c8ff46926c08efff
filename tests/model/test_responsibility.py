"""Who carried a ticket, and where it was let go: counted by hand."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hands import DAY, START, Hands, Life, commit, commits, events, stages, went
from tests.share import share
from vsm.model.responsibility import end_to_end_by_team, end_to_end_share, first_handovers, ticket_owners

ALONE = went("Ideas 2", "Build dev-1 web 3", "Test dev-2 web 1", "Done")
PASSED = went("Ideas 2", "Build dev-1 web 3", "Ideas 4", "Test qa-1 qa 1", "Ship dev-1 web 1", "Done")
STRANGE = went("Build dev-1 web 3", "Test guest - 1", "Done")
UNWORKED = went("Ideas 2", "Done")
OPEN = went("Build dev-1 web 3")


def told(frame: pd.DataFrame, *columns: str) -> list[list[Any]]:
    """The rows' values, missing ones as None."""
    plain = frame[list(columns)].astype("object")
    return plain.where(plain.notna(), None).to_numpy().tolist()


def test_a_ticket_is_carried_where_one_team_held_all_work() -> None:
    """By two people of one team: carried. Through another team: not. An unknown team or no work: not said."""
    owners = Hands([ALONE, PASSED, STRANGE, UNWORKED, OPEN]).owners()
    assert told(owners, "ticket", "carried", "visits", "teams", "team_names", "people", "handoffs") == [
        ["jira:1", True, 2, 1, "web", 2, 0],
        ["jira:2", False, 3, 2, "web; qa", 2, 2],
        ["jira:3", None, 2, 1, "web", 2, 0],
        ["jira:4", None, 0, 0, None, 0, 0],
    ]


def test_disciplines_are_those_of_the_stages() -> None:
    """Coding and testing; shipping has none."""
    assert Hands([ALONE, PASSED, UNWORKED]).owners()["disciplines"].tolist() == [2, 2, 0]


def test_two_known_teams_suffice_to_say_that_none_carried() -> None:
    """Whoever the third was; nor is it known from whom the second took it up, and after which wait."""
    life = went("Build dev-1 web 3", "Test - - 1", "Ship ops-1 ops 1", "Done")
    (row,) = Hands([life]).owners().to_dict("records")
    assert (row["carried"], row["handed_over_in"], row["handed_over_to"]) == (False, "Ship", "ops")
    assert pd.isna(row["handed_over_after"])


def test_it_is_let_go_where_another_team_first_holds_it() -> None:
    """Four days of queue between building and testing; the later way back is not counted again."""
    owners = Hands([PASSED]).owners()
    assert told(owners, "first_team", "handed_over_in", "handed_over_to", "handed_over_after") == [
        ["web", "Test", "qa", 4 * DAY]
    ]


@pytest.mark.slow
def test_bots_carry_nothing() -> None:
    """A bot's visit between two of the team's makes no second team and no person, and is no handoff."""
    life = went("Build dev-1 web 3", "Ship robot machines 1", "Done")
    (row,) = Hands([life]).owners(bots=frozenset({"robot"})).to_dict("records")
    assert (row["carried"], row["people"], row["handoffs"], row["visits"]) == (True, 1, 0, 1)
    (row,) = Hands([life]).owners().to_dict("records")
    assert (row["carried"], row["people"], row["handoffs"], row["visits"]) == (False, 2, 1, 2)


@pytest.mark.slow
def test_production_is_the_release_where_git_tells_it() -> None:
    """Done on day 6; released on day 4: what another team did after the release is another story."""
    life = went("Build dev-1 web 3", "Build dev-1 web 2", "Test qa-1 qa 1", "Done")
    named = events(("jira:1", 2, "commit", None, "c1", "dev-1"))
    (row,) = (
        Hands([life], events=named, commits=commits(commit("c1", released=4))).owners().to_dict("records")
    )
    assert (row["production_by"], row["production"], row["carried"]) == ("released", START + 4 * DAY, True)
    (row,) = Hands([life]).owners().to_dict("records")
    assert (row["production_by"], row["production"], row["carried"]) == ("done", START + 6 * DAY, False)


def test_the_last_of_its_commits_brings_a_ticket_to_production() -> None:
    """One released on day 9, one never merged; another ticket still waits with one of its two."""
    named = events(
        ("jira:1", 1, "commit", None, "c1", "dev-1"),
        ("jira:1", 1, "commit", None, "c2", "dev-1"),
        ("jira:1", 1, "merge", None, "c3", "dev-1"),
        ("jira:2", 1, "commit", None, "c1", "dev-1"),
        ("jira:2", 1, "commit", None, "c4", "dev-1"),
    )
    made = commits(
        commit("c1", released=8), commit("c2", released=9), commit("c3", merged_at=pd.NaT), commit("c4")
    )
    owners = Hands([ALONE, ALONE, ALONE], events=named, commits=made).owners()
    assert told(owners, "production_by", "production", "carried") == [
        ["released", START + 9 * DAY, True],
        ["waits for a release", None, None],
        ["done", START + 6 * DAY, True],
    ]


def test_a_repository_without_releases_tells_nothing_of_production() -> None:
    """No tag there: done is all that is known."""
    named = events(("jira:1", 1, "commit", None, "c1", "dev-1"))
    owners = Hands([ALONE], events=named, commits=commits(commit("c1"))).owners()
    assert told(owners, "production_by", "carried") == [["done", True]]


def test_end_to_end_counts_what_is_known_and_says_what_is_not() -> None:
    """Of 12 carried, 4 passed on: 75 %. One of an unknown team and one never worked on are left out."""
    owners = Hands([ALONE] * 12 + [PASSED] * 4 + [STRANGE, UNWORKED, OPEN]).owners()
    (row,) = end_to_end_share(owners, minimum=12).to_dict("records")
    assert (row["n"], row["carried"], row["share"]) == (16, 12, 0.75)
    assert (row["low"], row["high"]) == pytest.approx((0.5050, 0.8982), abs=1e-4)
    assert (row["unknown"], row["unworked"], row["waiting"], row["by_release"]) == (1, 1, 0, 0)
    assert pd.isna(row["missing"])
    (few,) = end_to_end_share(owners, minimum=17).to_dict("records")
    assert (few["n"], few["carried"]) == (16, 12)
    assert pd.isna([few["share"], few["low"], few["high"]]).all()


@pytest.mark.parametrize(
    ("lifecycles", "missing"),
    [
        ([], "no ticket has been delivered so far"),
        ([OPEN], "no ticket has been delivered so far"),
        ([UNWORKED], "no delivered ticket was in a work stage"),
        ([went("Build dev-1 - 3", "Done")], r"no team is known for any work: declare [[team]]"),
    ],
)
def test_what_is_missing_is_named(lifecycles: list[Life], missing: str) -> None:
    """Unknown is no zero: the one piece that lacks is told."""
    (row,) = end_to_end_share(Hands(lifecycles).owners(), minimum=12).to_dict("records")
    assert row["missing"].startswith(missing)
    assert pd.isna(row["share"])


def test_without_a_release_of_anything_production_is_missing() -> None:
    """Everything that is done waits for a release of its repository."""
    named = events(("jira:1", 1, "commit", None, "c1", "dev-1"))
    made = commits(commit("c1"), commit("c2", released=2))
    (row,) = end_to_end_share(Hands([ALONE], events=named, commits=made).owners(), minimum=12).to_dict(
        "records"
    )
    assert (row["missing"], row["waiting"]) == ("no delivered ticket has been released so far", 1)


def test_each_team_is_told_of_what_it_started() -> None:
    """Web started four and carried three; qa started one and carried it; teams stand by name."""
    mine = went("Test qa-1 qa 1", "Done")
    teams = end_to_end_by_team(Hands([ALONE] * 3 + [PASSED, mine, STRANGE]).owners(), minimum=4)
    assert told(teams, "team", "n", "carried", "share") == [["qa", 1, 1, None], ["web", 4, 3, 0.75]]


def test_places_of_letting_go_name_the_tickets_that_waited_longest() -> None:
    """Three at testing with 4 + 4 + 9 days of queue, one at shipping without a wait."""
    late = went("Build dev-1 web 3", "Ideas 9", "Test qa-1 qa 1", "Done")
    at_once = went("Build dev-1 web 3", "Ship ops-1 ops 1", "Done")
    hands = Hands([PASSED, late, at_once, PASSED])
    places = first_handovers(hands.owners(), tickets=hands.tickets, evidence=2)
    assert told(places, "from_team", "stage", "to_team", "tickets", "wait", "waits", "evidence") == [
        ["web", "Test", "qa", 3, 17 * DAY, 3, "AB-2, AB-1"],
        ["web", "Ship", "ops", 1, 0 * DAY, 1, "AB-3"],
    ]


@pytest.mark.slow
def test_empty_streams_have_no_places_and_no_teams() -> None:
    """No rows, the same columns."""
    hands = Hands([])
    assert first_handovers(hands.owners(), tickets=hands.tickets).empty
    assert end_to_end_by_team(hands.owners(), minimum=12).empty


STEP = st.tuples(
    st.sampled_from(["Ideas", "Build", "Test", "Ship", "Done"]),
    st.sampled_from(["dev-1", "dev-2", "qa-1", None]),
    st.sampled_from(["web", "qa", None]),
    st.sampled_from([1.0, 2.0, 5.0]),
)
LIVES = st.lists(st.lists(STEP, min_size=1, max_size=6), max_size=6)


@pytest.mark.slow
@settings(max_examples=share(6, of=200))
@given(LIVES)
def test_every_finished_ticket_is_carried_let_go_or_unknown(lifecycles: list[Life]) -> None:
    """Let go exactly where two teams are known; counts of the summary are those of the rows."""
    owners = Hands(lifecycles).owners()
    assert owners["carried"].eq(other=False).fillna(value=False).tolist() == (owners["teams"] > 1).tolist()
    assert owners["handed_over_in"].notna().tolist() == (owners["teams"] > 1).tolist()
    assert (owners.loc[owners["carried"].fillna(value=False), "handoffs"] == 0).all()
    (row,) = end_to_end_share(owners, minimum=1).to_dict("records")
    assert row["n"] + row["unknown"] + row["unworked"] + row["waiting"] == len(owners)
    assert end_to_end_by_team(owners, minimum=12)["n"].sum() == row["n"]


@pytest.mark.slow
@settings(max_examples=share(6, of=200))
@given(LIVES, st.randoms(use_true_random=False))
def test_order_of_rows_and_names_of_people_change_nothing(lifecycles: list[Life], rng: Any) -> None:
    """Shuffled visits and handoffs, and every person renamed."""
    plain = Hands(lifecycles)
    renamed = Hands([[(s, h and f"x {h}", t, d) for s, h, t, d in life] for life in lifecycles])
    pd.testing.assert_frame_equal(renamed.owners(), plain.owners())
    order = list(range(len(plain.visits)))
    rng.shuffle(order)
    shuffled = plain.visits.iloc[order].reset_index(drop=True)
    again = ticket_owners(
        shuffled, handoffs=plain.handoffs.iloc[::-1], lifecycles=plain.lifecycles, events=plain.events,
        commits=plain.commits, stages=stages(),
    )  # fmt: skip
    pd.testing.assert_frame_equal(again, plain.owners())
