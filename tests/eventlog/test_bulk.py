"""Clean-up is told from flow by the number, the actor, the move and the minutes."""

from time import process_time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsm.eventlog.bulk import bulk_rows, mark_bulk
from vsm.eventlog.log import sorted_events
from vsm.quality.tracker import check_bulk
from vsm.tables import EVENTS, conform

START = pd.Timestamp("2026-01-05T09:00", tz="UTC")


def moves(*rows: tuple[int, float, str | None, str]) -> pd.DataFrame:
    """Status events from (ticket, minute, actor, after); all leave ``A``."""
    frame = pd.DataFrame(
        {
            "ticket": [f"jira:{ticket}" for ticket, *_ in rows],
            "at": [START + pd.Timedelta(minutes=minute) for _, minute, *_ in rows],
            "kind": "status",
            "before": "A",
            "after": [after for *_, after in rows],
            "actor": pd.Series([actor for _, _, actor, _ in rows], dtype="str"),
            "source": "jira",
            "ref": [str(number) for number in range(len(rows))],
            "seq": 0,
            "bulk": False,
        }
    )
    return sorted_events(conform(frame, EVENTS))


def test_five_equal_moves_by_one_actor_in_ten_minutes_are_bulk() -> None:
    """Exactly five tickets within exactly ten minutes are marked."""
    assert mark_bulk(moves(*[(n, n * 2.5, "x", "B") for n in range(5)]))["bulk"].all()


def test_a_burst_may_be_of_tickets_of_several_groups() -> None:
    """Five equal moves, of which two are in the first group and three in the second, after another one."""
    first = moves((0, 0, "x", "B"), (1, 1, "x", "B"))
    second = moves((2, 500, "x", "C"), (3, 2, "x", "B"), (4, 3, "x", "B"), (5, 4, "x", "B"))
    assert [rows.tolist() for rows in bulk_rows([first, second], rows=6)] == [[0, 1], [1, 2, 3]]


def test_a_migration_of_very_many_tickets_is_marked_at_once() -> None:
    """Every window holds all of forty thousand tickets; each is looked at once."""
    events = moves(*[(n, 0, "x", "B") for n in range(4)], *[(n, 5, "x", "B") for n in range(4, 40_000)])
    begun = process_time()
    assert mark_bulk(events)["bulk"].all()
    assert process_time() - begun < 2  # fifty, if each window is looked through


def test_four_moves_are_flow() -> None:
    """One ticket fewer is nothing special."""
    assert not mark_bulk(moves(*[(n, n, "x", "B") for n in range(4)]))["bulk"].any()


def test_the_same_ticket_five_times_is_flow() -> None:
    """Tickets are counted, not moves."""
    assert not mark_bulk(moves(*[(1, n, "x", "B") for n in range(5)]))["bulk"].any()


def test_other_actors_other_moves_and_slow_moves_are_flow() -> None:
    """Five different people, two different targets, or eleven minutes make no burst."""
    assert not mark_bulk(moves(*[(n, n, f"x{n}", "B") for n in range(5)]))["bulk"].any()
    assert not mark_bulk(moves(*[(n, n, "x", "BC"[n % 2]) for n in range(6)]))["bulk"].any()
    assert not mark_bulk(moves(*[(n, n * 2.75, "x", "B") for n in range(5)]))["bulk"].any()


def test_nobody_is_not_one_actor() -> None:
    """Moves without an author are nobody's burst."""
    assert not mark_bulk(moves(*[(n, n, None, "B") for n in range(6)]))["bulk"].any()


def test_a_burst_is_told_once_with_its_move_and_span() -> None:
    """QUALITY names the move by its statuses' names, the number and the time; never the person."""
    rows = check_bulk(
        mark_bulk(moves(*[(n, n, "x", "B") for n in range(6)])), names={"A": "Open", "B": "Closed"}
    )
    assert rows["detail"][0].startswith(
        "6 of 6 status changes (100 %) are bulk edits; visits they begin or end"
    )
    assert rows["detail"].tolist()[1:] == [
        "6 tickets moved Open → Closed by one account, 2026-01-05 09:00 to 09:05 UTC"
    ]


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(st.integers(0, 7), st.integers(0, 40), st.sampled_from("xy"), st.sampled_from("BC")),
        max_size=30,
    )
)
def test_marks_equal_the_plain_definition(rows: list[tuple[int, int, str, str]]) -> None:
    """A move is bulk if and only if some ten minutes hold it and five tickets of the same move and actor."""
    events = moves(*rows)
    marked = mark_bulk(events)
    for number, event in enumerate(events.itertuples()):
        alike = events[(events["actor"] == event.actor) & (events["after"] == event.after)]
        windows = [
            alike[(alike["at"] >= s) & (alike["at"] <= s + pd.Timedelta(minutes=10))] for s in alike["at"]
        ]
        expected = any(window["ticket"].nunique() >= 5 and number in window.index for window in windows)
        assert marked["bulk"][number] == expected
