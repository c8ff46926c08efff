"""For how long tickets are blocked: overlaps count once, minute for minute as the plain reference counts."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tests.blocks import AS_OF, START, at, blocks_of, events_of, flagged, said, visits_of
from vsm.intervals.blocks import blocked_spans, blocked_time, records_blocks
from vsm.tables import BLOCKS, VISITS, conform, empty

MICRO = pd.Timedelta(microseconds=1)


def minutes_blocked(spans: list[tuple[datetime, datetime]], start: datetime, end: datetime) -> timedelta:
    """Count the minutes in [start, end) that lie in any of the spans, one by one."""
    minute, count = timedelta(minutes=1), 0
    at = start
    while at < end:
        count += any(first <= at < last for first, last in spans)
        at += minute
    return count * minute


def blocks(*spans: tuple[int, float, float | None]) -> pd.DataFrame:
    """BLOCKS of (ticket, hours of start and end)."""
    rows = [
        {
            "ticket": f"jira:{ticket}", "start": at(start), "end": None if end is None else at(end), "how": "flag",
            "detail": str(number),
        }
        for number, (ticket, start, end) in enumerate(spans)
    ]  # fmt: skip
    return conform(pd.DataFrame(rows, columns=BLOCKS.names), BLOCKS)


def spans_of(made: pd.DataFrame) -> list[tuple[str, float, float]]:
    spans = blocked_spans(made, as_of=at(AS_OF))
    first, last = ((spans[side] - START).dt.total_seconds() / 3600 for side in ("start", "end"))
    return list(zip(spans["ticket"], first, last, strict=True))


def in_hours(made: pd.DataFrame, visits: pd.DataFrame, *, as_of: float = AS_OF) -> list[float]:
    return list(blocked_time(made, visits, as_of=at(as_of)).dt.total_seconds() / 3600)


def test_spans_that_overlap_or_touch_are_one() -> None:
    """One lies within another, one begins where that ends; a later one stands alone, each ticket for itself."""
    made = blocks((1, 2, 9), (1, 3, 4), (1, 9, 12), (2, 11, 14), (1, 13, None))
    assert spans_of(made) == [("jira:1", 2, 12), ("jira:1", 13, AS_OF), ("jira:2", 11, 14)]


def test_spans_of_no_length_and_later_ones_are_none() -> None:
    """One ends where it begins, one begins after now."""
    assert spans_of(blocks((1, 5, 5), (1, AS_OF + 1, None))) == []


def test_a_visit_is_blocked_for_what_it_shares_with_the_spans() -> None:
    """A flag from hour 5 to 20 and a link within it: three hours, ten, two; the other ticket none."""
    made = blocks((1, 5, 20), (1, 6, 9))
    visits = visits_of((1, 0, 8), (1, 8, 18), (1, 18, 30), (2, 0, 30))
    assert in_hours(made, visits) == [3, 10, 2, 0]


def test_open_blocks_and_open_visits_last_until_now() -> None:
    """Blocked since hour 5, entered in hour 8, as of hour 11."""
    assert in_hours(blocks((1, 5, None)), visits_of((1, 8, None)), as_of=11) == [3]


def test_without_any_block_the_time_is_nought() -> None:
    """That it could have been told is for the caller to know; the index is that of the visits."""
    visits = visits_of((1, 0, 8), (2, 0, None)).set_axis([7, 9])
    time = blocked_time(empty(BLOCKS), visits, as_of=at(AS_OF))
    assert time.to_dict() == {7: pd.Timedelta(0), 9: pd.Timedelta(0)}
    assert str(time.dtype) == "timedelta64[us]"
    assert blocked_time(blocks((1, 2, 3)), empty(VISITS), as_of=at(AS_OF)).empty


def test_only_a_log_with_flags_or_links_can_tell() -> None:
    """A link of any sort shows that links are recorded."""
    assert not records_blocks(events_of(said(1, 3, new="high", kind="priority")))
    assert records_blocks(events_of(said(1, 3, new="This issue is related to AB-2")))
    assert records_blocks(events_of(flagged(1, 3, new="Impediment")))
    assert records_blocks(events_of(), stages=pd.DataFrame({"blocked": [False, True]}))
    assert not records_blocks(events_of(), stages=pd.DataFrame({"blocked": [False]}))


_MINUTES = st.integers(0, 240)
_ENDS = st.one_of(st.none(), _MINUTES)


@st.composite
def _spans(draw: st.DrawFn, most: int) -> list[tuple[int, int, int | None]]:
    found = []
    for _ in range(draw(st.integers(0, most))):
        start, end = draw(_MINUTES), draw(_ENDS)
        found.append(
            (draw(st.integers(1, 3)), min(start, end or start), None if end is None else max(start, end))
        )
    return found


@given(_spans(8), _spans(6), _MINUTES)
def test_blocked_time_is_counted_minute_by_minute(
    held: list[tuple[int, int, int | None]], stage_visits: list[tuple[int, int, int | None]], now: int
) -> None:
    """Any blocks, any visits, as of any minute."""
    made = blocks(*((n, start / 60, None if end is None else end / 60) for n, start, end in held))
    visits = visits_of(
        *((n, start / 60, None if end is None else end / 60) for n, start, end in stage_visits)
    )
    as_of = at(now / 60)
    expected = []
    for ticket, start, end in stage_visits:
        own: list[tuple[datetime, datetime]] = [
            (at(s / 60), as_of if e is None else min(at(e / 60), as_of)) for n, s, e in held if n == ticket
        ]
        until = as_of if end is None else min(at(end / 60), as_of)
        expected.append(minutes_blocked(list(own), at(start / 60), until))
    assert blocked_time(made, visits, as_of=as_of).tolist() == expected


@given(_spans(8), st.integers(1, 3), st.lists(_MINUTES, min_size=2, max_size=6, unique=True))
def test_cutting_a_visit_changes_no_sum(
    held: list[tuple[int, int, int | None]], ticket: int, cuts: list[int]
) -> None:
    """Spans are in odd microseconds; the parts sum to the whole to the microsecond."""
    made: Any = blocks(*((n, start / 60, None if end is None else end / 60) for n, start, end in held))
    made = made.assign(start=made["start"] + 3 * MICRO, end=made["end"] + 4 * MICRO)
    cut = sorted(cuts)
    parts = visits_of(*((ticket, a / 60, b / 60) for a, b in pairwise(cut)))
    whole = visits_of((ticket, cut[0] / 60, cut[-1] / 60))
    times = [blocked_time(made, visits, as_of=at(AS_OF)) for visits in (parts, whole)]
    assert times[0].sum() == times[1].sum()


def test_flags_and_links_of_a_log_count_once() -> None:
    """Flagged from hour 5 to 9 and held up from hour 8 to 12: seven hours."""
    made = blocks_of(
        flagged(1, 5, new="x"), flagged(1, 9, old="x"), said(1, 8, new="This issue is blocked by AB-2"),
        finished={2: 12},
    )  # fmt: skip
    assert in_hours(made, visits_of((1, 0, None))) == [7]
