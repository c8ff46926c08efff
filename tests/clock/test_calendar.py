"""Open spans and the time in them."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsm.clock import Calendar
from vsm.errors import ParameterError

HOUR = 3_600_000_000
TWO = Calendar("two", np.array([9, 33]) * HOUR, np.array([17, 41]) * HOUR)
EDGES = st.lists(st.integers(-(10**6), 10**6) | st.integers(-(10**15), 10**15), unique=True, max_size=24).map(
    lambda found: sorted(found)[: len(found) // 2 * 2]
)
INSTANTS = st.integers(-(2 * 10**6), 2 * 10**6) | st.integers(-(2 * 10**15), 2 * 10**15)


def calendar_of(edges: list[int]) -> Calendar:
    """Edges in turn open and close."""
    return Calendar("drawn", np.array(edges[::2], dtype=np.int64), np.array(edges[1::2], dtype=np.int64))


def one(edges: list[int], start: int, end: int) -> int:
    """Brute force: what each span shares with the interval."""
    spans = zip(edges[::2], edges[1::2], strict=True)
    return sum(max(0, min(end, closes) - max(start, opens)) for opens, closes in spans)


@given(EDGES, st.lists(INSTANTS, min_size=2, max_size=30))
def test_working_time_is_what_the_spans_share_with_the_interval(edges: list[int], drawn: list[int]) -> None:
    """Also at, and one microsecond beside, every edge."""
    instants = sorted({*drawn, *(edge + near for edge in edges for near in (-1, 0, 1))})
    pairs = [(start, end) for position, start in enumerate(instants) for end in instants[position::3]]
    start, end = np.array(pairs).T
    assert calendar_of(edges).working(start, end).tolist() == [one(edges, *pair) for pair in pairs]


@given(EDGES, INSTANTS, INSTANTS, INSTANTS)
def test_working_time_adds_up_and_never_exceeds_elapsed_time(
    edges: list[int], a: int, b: int, c: int
) -> None:
    """working(a, b) + working(b, c) = working(a, c); 0 <= working <= elapsed; longer is never less."""
    a, b, c = sorted((a, b, c))
    first, second, whole = calendar_of(edges).working([a, b, a], [b, c, c]).tolist()
    assert first + second == whole
    assert 0 <= first <= min(whole, b - a)


@given(EDGES, INSTANTS, st.integers(0, 10**15))
def test_after_is_the_first_instant_by_which_the_time_has_passed(
    edges: list[int], start: int, working: int
) -> None:
    """There and back; one microsecond earlier it has not."""
    calendar = calendar_of(edges)
    left = int(calendar.working(start, 10**16))
    if working > left:
        with pytest.raises(
            ParameterError, match="'drawn' ends before so much working time has passed, 1 times"
        ):
            calendar.after(start, working)
        return
    found = int(calendar.after(start, working))
    assert int(calendar.working(start, found)) == working
    assert found == start if working == 0 else int(calendar.working(start, found - 1)) == working - 1


@given(EDGES, st.lists(INSTANTS, max_size=20))
def test_instants_are_open_inside_of_a_span(edges: list[int], drawn: list[int]) -> None:
    """A span holds its first microsecond and not its end."""
    instants = [*drawn, *edges]
    spans = list(zip(edges[::2], edges[1::2], strict=True))
    expected = [any(opens <= at < closes for opens, closes in spans) for at in instants]
    assert calendar_of(edges).is_open(np.array(instants, dtype=np.int64)).tolist() == expected


def test_more_intervals_than_one_chunk_are_answered_alike() -> None:
    """A hundred thousand intervals, each as if it were alone."""
    start = np.arange(100_000) * 1_600_000
    assert TWO.working(start, start + HOUR)[[0, 40_000, 99_999]].tolist() == [
        int(TWO.working(at, at + HOUR)) for at in start[[0, 40_000, 99_999]]
    ]
    assert int(TWO.working(start, start + HOUR).sum()) > 0


def test_shapes_are_kept() -> None:
    """A number, a list, a table, nothing."""
    assert TWO.working(16 * HOUR, 34 * HOUR).shape == ()
    assert TWO.working([[0], [0]], [[1], [2]]).shape == (2, 1)
    assert TWO.working([], []).tolist() == []
    assert TWO.after([], []).tolist() == []


def test_a_calendar_without_spans_is_closed() -> None:
    """No working time anywhere."""
    assert Calendar("never", np.array([]), np.array([])).working([-5, 0], [0, 10**15]).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        ([5, 9], [6, 8], "1 intervals end before they start"),
        (
            [99],
            [150],
            r"'known' begins only at 1970-01-01T00:00:00.000100 UTC, and .*000099 UTC was asked for",
        ),
        ([150], [501], "'known' ends at 1970-01-01T00:00:00.000500 UTC, .* lay it out for a longer time"),
        ([1, 2], [3], "2 starts and 1 ends"),
    ],
)
def test_what_cannot_be_answered_is_refused(start: list[int], end: list[int], sentence: str) -> None:
    """Beyond what is known, "closed" would be an invention."""
    known = Calendar("known", np.array([200]), np.array([300]), since=100, until=500)
    with pytest.raises(ParameterError, match=sentence):
        known.working(start, end)


def test_questions_about_unknown_instants_are_refused_in_every_way_of_asking() -> None:
    """Not only for intervals."""
    known = Calendar("known", np.array([200]), np.array([300]), since=100, until=500)
    with pytest.raises(ParameterError, match="begins only at"):
        known.is_open([99])
    with pytest.raises(ParameterError, match="'known' ends at"):
        known.after([501], [0])
    with pytest.raises(ParameterError, match="working time is negative, 1 times"):
        known.after([150], [-1])


@pytest.mark.parametrize(
    ("opens", "closes", "sentence"),
    [
        ([100], [100], "must alternate"),
        ([100, 200], [200, 300], "must alternate"),
        ([300, 100], [400, 200], "must alternate"),
        ([100], [200, 300], "must alternate"),
        ([10], [200], "is outside of since and until"),
    ],
)
def test_spans_that_are_none_are_refused(opens: list[int], closes: list[int], sentence: str) -> None:
    """Empty, touching, unsorted, half told, or beyond what is known."""
    with pytest.raises(ParameterError, match=sentence):
        Calendar("bad", np.array(opens), np.array(closes), since=50)


def test_a_calendar_stays_as_it_is() -> None:
    """Neither its name nor its spans can be changed, and what it was made of is not held on to."""
    opens = np.array([100])
    calendar = Calendar("fixed", opens, np.array([200]))
    opens[0] = 0
    assert calendar.opens.tolist() == [100]
    with pytest.raises(ValueError, match="read-only"):
        calendar.opens[0] = 0
    with pytest.raises(FrozenInstanceError, match="name"):
        calendar.name = "other"  # type: ignore[misc]
