"""Which share of work passes all stages: products written out by hand."""

from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsm.model.network import complete_and_accurate
from vsm.model.rework import rolled_accuracy

KINDS = {0: "work", 1: "queue", 2: "work", 3: "work", 4: "done"}
LIVES = st.lists(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=7), min_size=1, max_size=20)


def stays_of(*lifecycles: list[int]) -> pd.DataFrame:
    """Lives of tickets as the places of their stays."""
    rows = [
        {
            "ticket": f"t{n:03}",
            "stage": f"S{position}",
            "kind": KINDS[position],
            "position": position,
            "bulk": False,
        }
        for n, life in enumerate(lifecycles)
        for position in life
    ]
    return pd.DataFrame(rows)


def rolled(stage_visits: pd.DataFrame, *, minimum: int) -> pd.DataFrame:
    """Each fifth ticket was completed in the same week."""
    weeks = pd.Series(
        {ticket: int(ticket[1:]) % 5 for ticket in stage_visits["ticket"].unique()}, dtype="int64"
    )
    return rolled_accuracy(stage_visits, weeks=weeks, minimum=minimum)


def test_shares_of_stages_of_work_are_multiplied() -> None:
    """S0 passes on 16 times, of which 4 come back; S2 and S3 pass on 12 times for good."""
    lifecycles = [[0, 2, 0, 2, 3, 4]] * 4 + [[0, 1, 2, 3, 4]] * 8
    table = rolled(stays_of(*lifecycles), minimum=12).iloc[0]
    assert table[["tickets", "stages", "few"]].tolist() == [12, 3, 0]
    assert complete_and_accurate(stays_of(*lifecycles))["ca"].to_dict() == {
        "S0": 0.75, "S1": 1.0, "S2": 1.0, "S3": 1.0,
    }  # fmt: skip
    assert table["share"] == 0.75
    assert 0.5 < table["low"] < 0.75 < table["high"] <= 1.0


def test_stages_that_pass_on_little_are_left_out_and_counted() -> None:
    """S3 passed on once, and it came back."""
    lifecycles = [[0, 2]] * 12 + [[3, 4, 3]]
    table = rolled(stays_of(*lifecycles), minimum=12)
    assert table.to_numpy().tolist() == [[12, 1, 1, 1.0, 1.0, 1.0]]


def test_few_tickets_are_too_few_to_say() -> None:
    """One ticket that moved on twelve times."""
    table = rolled(stays_of([0, 2] * 12), minimum=12)
    assert table[["tickets", "stages"]].to_numpy().tolist() == [[1, 1]]
    assert table[["share", "low", "high"]].isna().all(axis=None)


def test_queues_are_not_in_the_product() -> None:
    """Only a queue passed anything on."""
    assert rolled(stays_of([1, 2], [1, 4]), minimum=12).empty


def test_moves_of_bulk_edits_do_not_count() -> None:
    """Nothing else moved; and nothing at all is an empty table."""
    assert rolled(stays_of([0, 2]).assign(bulk=True), minimum=12).empty
    assert rolled(stays_of([0, 2]).iloc[:0], minimum=12).empty


@given(LIVES)
def test_the_product_is_that_of_the_shares(lifecycles: list[list[int]]) -> None:
    """As ``complete_and_accurate`` gives them for the stages of work; the interval lies within 0 and 1."""
    stage_visits = stays_of(*lifecycles)
    rates = complete_and_accurate(stage_visits)["ca"].reindex(["S0", "S2", "S3"]).dropna()
    for row in rolled(stage_visits, minimum=1).to_dict("records"):
        assert row["share"] == pytest.approx(rates.prod())
        assert np.isnan(row["low"]) or 0 <= row["low"] <= row["high"] <= 1


@given(LIVES, st.randoms())
def test_the_order_of_tickets_changes_nothing(lifecycles: list[list[int]], random: Random) -> None:
    """Tickets shuffled, each with its stays in order."""
    stage_visits = stays_of(*lifecycles)
    order = random.sample(sorted(set(stage_visits["ticket"])), stage_visits["ticket"].nunique())
    mixed = pd.concat([stage_visits[stage_visits["ticket"] == ticket] for ticket in order], ignore_index=True)
    pd.testing.assert_frame_equal(rolled(mixed, minimum=1), rolled(stage_visits, minimum=1))
