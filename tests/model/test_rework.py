"""What is done again: small lifecycles with values written out by hand."""

import pandas as pd

from vsm.model.rework import accuracy_of, backward_moves, referral_matrix, returns_of, rework_by_stage
from vsm.tables import VISITS, empty

START = pd.Timestamp("2026-01-05", tz="UTC")
HOUR = pd.Timedelta(hours=1)
PLACES = {"Build": 0, "Ready": 1, "Test": 2}


def visits_of(*steps: tuple[str, str | None], ticket: str = "a", bulk: bool = False) -> pd.DataFrame:
    """Visits of one hour each, of (stage, holder); a holder's team is the first letter."""
    rows = [
        {
            "ticket": ticket, "n": n, "stage": stage, "kind": "queue" if stage == "Ready" else "work",
            "holder": holder, "team": holder and holder[0], "entered": START + n * HOUR, "elapsed": HOUR,
            "bulk": bulk,
        }
        for n, (stage, holder) in enumerate(steps)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def stays_of(*stages: str) -> pd.DataFrame:
    """Stays of one hour each."""
    visits = visits_of(*((stage, "x") for stage in stages))
    return visits.assign(position=visits["stage"].map(PLACES))


def test_a_return_through_a_queue_is_a_loop() -> None:
    """Only a queue lies between: nothing else was worked on."""
    found = returns_of(visits_of(("Build", "w1"), ("Ready", None), ("Build", "w1")))
    assert found[["way", "doer"]].to_numpy().tolist() == [["loop", "repeat"]]


def test_a_return_after_other_work_by_another_person_is_redone() -> None:
    """It goes from w1 of team w to q1 of team q, who keeps it for two visits of an hour."""
    found = returns_of(visits_of(("Build", "w1"), ("Test", "t1"), ("Build", "q1"), ("Build", "q2")))
    assert found[["way", "doer", "again"]].to_numpy().tolist() == [["repetition", "redo", 2 * HOUR]]


def test_a_new_holder_in_an_unbroken_stay_is_no_return() -> None:
    """That is a handoff."""
    assert returns_of(visits_of(("Build", "w1"), ("Build", "w2"))).empty


def test_an_unknown_holder_is_told_as_unknown() -> None:
    """Nobody can say whether the same person took it."""
    found = returns_of(visits_of(("Build", None), ("Test", "t1"), ("Build", "w1")))
    assert found["doer"].tolist() == ["unknown"]


def test_returns_of_bulk_edits_are_left_out() -> None:
    """They tell when somebody tidied up."""
    assert returns_of(visits_of(("Build", "w1"), ("Test", "t1"), ("Build", "w1"), bulk=True)).empty


def test_shares_of_few_tickets_are_missing() -> None:
    """One ticket came back of one: too few to say, but counted."""
    table = rework_by_stage(
        visits_of(("Build", "w1"), ("Test", "t1"), ("Build", "w1")), minimum=12
    ).set_index("stage")
    assert table[["n", "tickets", "repetition_repeat"]].to_numpy().tolist() == [[1, 1, 1], [1, 0, 0]]
    assert table["share"].isna().all()


def test_the_referral_matrix_goes_by_team() -> None:
    """Work of team w in Build is done again by team q, once."""
    table = referral_matrix(visits_of(("Build", "w1"), ("Test", "t1"), ("Build", "q1")))
    assert table[["from_team", "to_team", "count"]].to_numpy().tolist() == [["w", "q", 1]]


def test_a_move_back_ends_where_the_ticket_was() -> None:
    """Back to Build at hour 2, in Test again at hour 4."""
    table = backward_moves(stays_of("Build", "Test", "Build", "Ready", "Test"))
    expected = [["Test", "Build", 1, 1, 1, 2 * HOUR]]
    assert table.to_numpy().tolist() == expected


def test_a_move_back_that_never_recovers_has_no_time() -> None:
    """The ticket stayed behind."""
    table = backward_moves(stays_of("Build", "Test", "Build"))
    assert table["n"].tolist() == [0]
    assert table["median"].isna().all()


def test_accuracy_counts_moves_forward() -> None:
    """Build passed on twice, of which one came back; Ready passed on nothing that did."""
    table = accuracy_of(stays_of("Build", "Test", "Build", "Ready", "Test"), minimum=1).set_index("stage")
    assert table[["n", "share"]].to_numpy().tolist() == [[2, 0.5], [1, 1.0]]


def test_nothing_at_all_is_an_empty_table() -> None:
    """Empty in, empty out."""
    assert returns_of(empty(VISITS)).empty
    assert referral_matrix(empty(VISITS)).empty
    assert accuracy_of(stays_of("Build").iloc[:0], minimum=12).empty
    assert backward_moves(stays_of("Build").iloc[:0]).empty
