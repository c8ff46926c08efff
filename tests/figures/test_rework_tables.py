"""The tables of rework: counts in words, unknown and few told as such, names escaped."""

import pandas as pd

from tests.figures.small_stream import DAY, HOSTILE
from tests.figures.test_tables import shown
from vsm.figures import accuracy_table, backward_table, referral_table, rework_table

HOUR = pd.Timedelta(hours=1)
NAN = float("nan")
AGAIN = {
    "stage": "Build", "n": 20, "tickets": 5, "share": 0.25, "low": 0.11, "high": 0.47, "loop_repeat": 1,
    "loop_redo": 2, "loop_unknown": 3, "repetition_repeat": 10, "repetition_redo": 20,
    "repetition_unknown": 30, "again": 1500 * DAY,
}  # fmt: skip
BACK = {
    "from_stage": "Test", "to_stage": "Build", "count": 14, "tickets": 9, "n": 12, "median": 2 * HOUR,
}  # fmt: skip


def test_returns_are_summed_by_way_and_by_person() -> None:
    """6 straight back and 60 later; 11 by the same person, 22 by another, 33 not known."""
    assert shown(rework_table(pd.DataFrame([AGAIN]))) == [
        ["Build", "20", "25 % (11 – 47)", "6", "60", "11", "22", "33", "1,500 d"]
    ]


def test_a_share_of_few_tickets_is_told_in_words() -> None:
    """The counts stay."""
    few = pd.DataFrame([AGAIN | {"n": 3, "share": NAN, "low": NAN, "high": NAN}])
    assert shown(rework_table(few))[0][:3] == ["Build", "3", "too few to say"]


def test_redone_work_is_told_from_team_to_team() -> None:
    """The most frequent first; a team that is not known is told as that."""
    rows = [("web", "web", 1, 1, HOUR), (None, "qa", 4, 3, 9 * DAY)]
    table = pd.DataFrame(rows, columns=["from_team", "to_team", "count", "tickets", "again"])
    assert shown(referral_table(table)) == [
        ["unknown", "qa", "4", "3", "9 d"],
        ["web", "web", "1", "1", "<1 d"],
    ]


def test_moves_back_have_a_median_where_enough_were_made_good() -> None:
    """Twelve of fourteen were; of eleven it is too few to say."""
    table = backward_table(pd.DataFrame([BACK, BACK | {"n": 11}]), minimum=12)
    assert shown(table) == [
        ["Test", "Build", "14", "9", "12", "2 h"],
        ["Test", "Build", "14", "9", "11", "too few to say"],
    ]


def test_the_last_row_of_accuracy_is_the_product() -> None:
    """Of two stages; a third one passed on too little, which the caption tells."""
    stages = [("Build", 1600, 0.75, 0.7, 0.8), ("Test", 4, NAN, NAN, NAN)]
    accuracy = pd.DataFrame(stages, columns=["stage", "n", "share", "low", "high"])
    rolled = pd.DataFrame([{"tickets": 12, "stages": 2, "few": 1, "share": 0.56, "low": 0.5, "high": 0.62}])
    table = accuracy_table(accuracy, rolled=rolled)
    assert shown(table) == [
        ["Build", "1,600 moves", "75 % (70 – 80)"],
        ["Test", "4 moves", "too few to say"],
        ["Rolled over 2 work stages", "12 tickets", "56 % (50 – 62)"],
    ]
    assert "Too few moves to be included: 1 work stage." in table.to_html()


def test_names_are_escaped() -> None:
    """Stages and teams come from the data."""
    for name in HOSTILE:
        table = backward_table(pd.DataFrame([BACK | {"from_stage": name}]), minimum=12)
        assert "<script" not in table.to_html()
        assert shown(table)[0][1] == "Build"


def test_nothing_is_told_kindly() -> None:
    """No row, one sentence."""
    assert "has been worked on so far." in rework_table(pd.DataFrame([AGAIN]).iloc[:0]).to_html()
    assert "has moved back so far." in backward_table(pd.DataFrame([BACK]).iloc[:0], minimum=12).to_html()
