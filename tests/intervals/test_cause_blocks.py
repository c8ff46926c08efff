"""Causes are found block by block of waits, so that few pieces are in memory: a block is not seen in them."""

import pytest
from pandas.testing import assert_frame_equal

from tests.streams import stream_of
from vsm.intervals.causes import occupancy, sweep

LIVES = [
    [("Ready", 3 + number), ("Build", 2), ("Ready", 4), ("Build", 1 + number % 3), ("Done", 1)]
    for number in range(12)
]


@pytest.mark.slow
def test_small_blocks_give_the_same_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of tickets that wait for each other: a receiver's time is known to all blocks."""
    whole = stream_of(*LIVES, by="ann", settings='[[team]]\nname = "web"\nmembers = ["ann"]').waits
    monkeypatch.setattr(sweep, "ROOM", 5)
    monkeypatch.setattr(occupancy, "BLOCK", 3)
    parts = stream_of(*LIVES, by="ann", settings='[[team]]\nname = "web"\nmembers = ["ann"]').waits
    assert whole["cause"].nunique() > 2
    assert_frame_equal(parts, whole)


def test_no_more_pieces_are_cut_together_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A night is a piece: a hundred thousand tickets have millions of them, and each takes some hundred bytes."""
    sizes = list[int]()

    def seen(parts, causes, *, rows, order):  # type: ignore[no-untyped-def]
        pieces, cause = found(parts, causes, rows=rows, order=order)
        sizes.append(len(pieces))
        return pieces, cause

    found = sweep._first_that_holds
    monkeypatch.setattr(sweep, "_first_that_holds", seen)
    monkeypatch.setattr(sweep, "ROOM", 20)
    waits = stream_of(*LIVES, by="ann").waits
    assert len(sizes) > 5
    assert max(sizes) < len(waits) / 4
