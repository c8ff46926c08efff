"""WAITS in fewer rows: nights make hundreds of pieces of one wait, and what sums them needs none of these."""

from collections.abc import Callable
from functools import cache, partial

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from tests.streams import stream_of
from vsm.model.wait_sums import blocks_of_waits, unbroken_waits, waits_by_cause, waits_within
from vsm.stream import ValueStream

YEAR = (("Ready", 365), ("Build", 30), ("Ready", 10), ("Build", 1), ("Done", 1))
TIMES = ["elapsed", "working"]
BY_CAUSE = ["ticket", "n", "cause", "receiver"]


@cache
def stream() -> ValueStream:
    """Two tickets that waited for a year, and one that still waits."""
    return stream_of(YEAR, YEAR, (("Ready", 100),), as_of_day=500)


@pytest.fixture
def in_blocks_of_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if there were so many waits that few of them are looked at together."""
    monkeypatch.setattr("vsm.model.wait_sums.blocks_of_waits", partial(blocks_of_waits, most=10))


def test_a_year_has_a_row_a_cause_instead_of_one_a_night() -> None:
    """Of each of the waits of both tickets: some in working hours, some outside of them."""
    waits = stream().waits
    found = waits_by_cause(waits, stream().lifecycles)
    assert len(waits) > 500
    assert len(found) == len(found.drop_duplicates(BY_CAUSE))
    assert len(found) < 20


def test_nothing_is_lost_or_counted_twice() -> None:
    """To the microsecond, of each visit, cause and receiver."""
    waits, lifecycles = stream().waits, stream().lifecycles
    one, other = (
        rows.groupby(BY_CAUSE, dropna=False, observed=True)[TIMES].sum()
        for rows in (waits, waits_by_cause(waits, lifecycles))
    )
    assert_frame_equal(one, other)


def test_pieces_without_a_gap_are_one() -> None:
    """A visit waits once, whatever the causes."""
    waits = stream().waits
    found = unbroken_waits(waits)
    assert len(found) == len(waits.drop_duplicates(["ticket", "n"]))
    assert found["elapsed"].sum() == waits["elapsed"].sum()
    assert (found["end"] - found["start"]).equals(found["elapsed"])


def test_a_gap_parts_a_wait() -> None:
    """Somebody worked on a part of the ticket meanwhile."""
    waits = stream().waits
    assert len(unbroken_waits(waits.drop(index=5).reset_index(drop=True))) == len(unbroken_waits(waits)) + 1


def test_what_was_before_the_first_work_stays_apart() -> None:
    """Work on a part of the ticket, a minute in the middle of a wait, begins its life at work."""
    waits, lifecycles = stream().waits, stream().lifecycles
    ticket = str(waits["ticket"].iloc[0])
    middle = waits["start"].iloc[100]
    begun = lifecycles.assign(started=lifecycles["started"].mask(lifecycles["ticket"] == ticket, middle))
    found = waits_by_cause(waits, begun)
    first = found[(found["ticket"] == ticket) & (found["n"] == 0)]
    assert (first.groupby("cause", observed=True).size() == 2).all()
    assert set(first["start"] >= middle) == {True, False}


@pytest.mark.slow
@pytest.mark.usefixtures("in_blocks_of_ten")
@pytest.mark.parametrize(
    "made",
    [
        lambda one: waits_by_cause(one.waits, one.lifecycles),
        lambda one: waits_within(
            one.waits, [one.summary.period], of=one.lifecycles["ticket"], clock=one.clock
        ),
    ],
    ids=["by cause", "within a period"],
)
def test_blocks_give_the_same_as_the_whole(
    made: Callable[[ValueStream], pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No wait is cut where a block ends."""
    in_blocks = made(stream())
    monkeypatch.setattr("vsm.model.wait_sums.blocks_of_waits", blocks_of_waits)
    assert_frame_equal(in_blocks, made(stream()))


def test_a_visit_with_more_than_a_block_is_a_block() -> None:
    """There is none in between where it could be cut."""
    waits = stream().waits
    sizes = [rows.stop - rows.start for rows in blocks_of_waits(waits, most=10)]
    assert sum(sizes) == len(waits)
    assert max(sizes) > 10
    assert all(waits.iloc[rows.start - 1 : rows.start + 1][["ticket", "n"]].drop_duplicates().shape[0] == 2
               for rows in list(blocks_of_waits(waits, most=10))[1:])  # fmt: skip


def test_no_waits_are_no_rows() -> None:
    """Of an empty stream."""
    empty = stream_of()
    assert waits_by_cause(empty.waits, empty.lifecycles).empty
    assert unbroken_waits(empty.waits).empty
    assert list(blocks_of_waits(empty.waits)) == []
