"""How long blocks of days are: two weeks, or from release to release, by what was known then."""

import pandas as pd

from vsm.intervals.codes import micros_at
from vsm.model.forecast import release_blocks

FIRST = pd.Timestamp("2024-01-04T14:00", tz="UTC")


def releases(every: int, times: int, *, first: pd.Timestamp = FIRST) -> pd.DataFrame:
    """Stays in a queue that eight tickets leave together, every so many days."""
    left = [first + pd.Timedelta(days=every * release) for release in range(times) for _ in range(8)]
    at = pd.Series(left).astype("datetime64[us, UTC]")
    return pd.DataFrame(
        {
            "ticket": [f"t{number}" for number in range(len(at))], "stage": "Release", "kind": "queue",
            "entered": at - pd.Timedelta(days=3), "left": at, "elapsed": pd.Timedelta(days=3), "bulk": False,
            "gone": False,
        }
    )  # fmt: skip


def days(blocks: tuple[tuple[int, int], ...]) -> list[int]:
    """How long blocks are, from first to last."""
    return [length for _, length in blocks]


def test_without_releases_in_batches_blocks_stay_two_weeks() -> None:
    """There is nothing to say."""
    empty = releases(21, 1).iloc[:0]
    assert release_blocks(empty, as_of=FIRST) == ()


def test_blocks_reach_from_release_to_release_where_these_are_further_apart_than_two_weeks() -> None:
    """Every six weeks: 42 days; every fortnight, or every week, two weeks hold whole releases anyway."""
    as_of = FIRST + pd.Timedelta(days=400)
    assert days(release_blocks(releases(42, 9), as_of=as_of)) == [42]
    assert release_blocks(releases(14, 20), as_of=as_of) == ()
    assert release_blocks(releases(7, 40), as_of=as_of) == ()


def test_a_cadence_counts_from_when_it_was_known() -> None:
    """Releases every six weeks are seen at the first look after the third one."""
    (since, _), *_ = release_blocks(releases(42, 9), as_of=FIRST + pd.Timedelta(days=400))
    third = micros_at(FIRST + pd.Timedelta(days=84))
    assert third < since <= third + micros_at(pd.Timestamp("1970-04-02", tz="UTC"))
