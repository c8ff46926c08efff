"""The parts that the sweep over causes is made of, each against the plainest way to say the same."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vsm.intervals._kernels.algebra import GroupedIntervals, Intervals, subtract, union
from vsm.intervals._kernels.arrays import NEVER
from vsm.intervals._kernels.grouped_search import GroupedSearch
from vsm.intervals._kernels.range_query import SegmentTree, range_minimum
from vsm.intervals.causes.batches import batched_until

ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(-20, 20)), max_size=12)
SPANS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30), st.integers(1, 9)), max_size=12)


def column(rows: Sequence[tuple[int, ...]], position: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.array([row[position] for row in rows], dtype=np.int64)


@given(ROWS, ROWS, st.booleans())
def test_instants_count_the_rows_before(
    rows: list[tuple[int, int]], queries: list[tuple[int, int]], huge: bool
) -> None:
    """Also where groups are so many that ranks must stand for instants."""
    rows = sorted((group * (1 << 56 if huge else 1), at * (1 << 40)) for group, at in rows)
    queries = [(group * (1 << 56 if huge else 1), at * (1 << 40)) for group, at in queries]
    lines = GroupedSearch(column(rows, 0), column(rows, 1))
    groups, at = column(queries, 0), column(queries, 1)
    assert lines.searchsorted(groups, at, side="left").tolist() == [
        sum(row < query for row in rows) for query in queries
    ]
    assert lines.searchsorted(groups, at, side="right").tolist() == [
        sum(row <= query for row in rows) for query in queries
    ]


@given(st.lists(st.integers(-5, 5), max_size=20), st.integers(0, 20), st.integers(-6, 6))
def test_a_line_is_searched_as_if_step_by_step(values: list[int], start: int, bound: int) -> None:
    """The first place over the bound, and the first not over it."""
    line, ask = SegmentTree(np.array(values, dtype=np.int64)), (np.array([start]), np.array([bound]))
    above = [position for position in range(start, len(values)) if values[position] > bound]
    below = [position for position in range(start, len(values)) if values[position] <= bound]
    assert line.next_above(*ask).tolist() == [above[0] if above else len(values)]
    assert line.next_not_above(*ask).tolist() == [below[0] if below else len(values)]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.integers(-5, 5)), max_size=12))
def test_the_least_of_all_that_cover_a_segment(rows: list[tuple[int, int, int]]) -> None:
    """As if every segment were asked of every range."""
    first, last = column(rows, 0), column(rows, 0) + column(rows, 1)
    told = range_minimum(first, last, column(rows, 2), segments=18).tolist()
    expected = [
        min((value for begin, length, value in rows if begin <= segment < begin + length), default=NEVER)
        for segment in range(18)
    ]
    assert told == expected


@given(SPANS)
def test_united_spans_cover_the_same_minutes(rows: list[tuple[int, int, int]]) -> None:
    """No minute more or less, and no two spans touch."""
    group, start = column(rows, 0), column(rows, 1)
    spans = list(zip(*(part.tolist() for part in union(group, start, start + column(rows, 2))), strict=True))
    covered = {(g, minute) for g, a, n in rows for minute in range(a, a + n)}
    assert {(g, minute) for g, a, b in spans for minute in range(a, b)} == covered
    assert spans == sorted(spans)
    assert all(g != h or end < begin for (g, _, end), (h, begin, _) in pairwise(spans))


@given(SPANS, st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30), st.integers(1, 20)), max_size=6))
def test_what_is_taken_and_what_is_left_are_the_whole(
    rows: list[tuple[int, int, int]], wholes: list[tuple[int, int, int]]
) -> None:
    """Every minute of every piece lies in exactly one of the two."""
    group, start, end = union(column(rows, 0), column(rows, 1), column(rows, 1) + column(rows, 2))
    whole = Intervals(np.arange(len(wholes)), column(wholes, 1), column(wholes, 1) + column(wholes, 2))
    taken = GroupedIntervals(group, start, end).intersect(whole, column(wholes, 0))
    left = subtract(whole, taken)
    covered = {(g, m) for g, a, b in zip(group, start, end, strict=True) for m in range(a, b)}
    for number, (g, a, n) in enumerate(wholes):
        minutes = {
            side: [
                m
                for source, x, y in zip(part.parent, part.start, part.end, strict=True)
                if source == number
                for m in range(x, y)
            ]
            for side, part in (("taken", taken), ("left", left))
        }
        assert sorted(minutes["taken"] + minutes["left"]) == list(range(a, a + n))
        assert minutes["taken"] == [m for m in range(a, a + n) if (g, m) in covered]


def test_a_batch_waits_for_its_last_member() -> None:
    """Four leave within minutes; the fourth is no member, for it left an hour later."""
    minute = 60_000_000
    ready, left = np.array([1, 5, 9, 2]) * minute, np.array([20, 21, 29, 90]) * minute
    same = np.zeros(4, dtype=np.int64)
    until = batched_until(same, ready, left, ticket=np.arange(4), minutes=10, least=3)
    assert (until // minute).tolist() == [9, 9, 9, 2]


def test_two_visits_of_one_ticket_are_no_batch() -> None:
    """A batch is of different tickets."""
    same, ready, left = np.zeros(3, dtype=np.int64), np.array([1, 2, 3]), np.array([9, 9, 9])
    until = batched_until(same, ready, left, ticket=np.array([0, 0, 1]), minutes=10, least=3)
    assert until.tolist() == [1, 2, 3]
