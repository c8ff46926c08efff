"""For whom open tickets wait now, on waits laid out by hand, and in which order they are looked at."""

from typing import Any

import pandas as pd

from tests.model.test_causes import HOUR, MONDAY, Piece, waits
from vsm.model.ageing import (
    AS_USUAL,
    IN_THE_WAY,
    NEVER_BEGUN,
    SILENT,
    TRY,
    swarm_order,
    waiting_now,
    what_to_try,
)
from vsm.tables import BLOCKS, EVENTS, TICKETS, conform, empty

NOW = MONDAY + 26 * HOUR
PIECES: list[Piece] = [
    # ticket, visit, handoff, stage, cause, first hour, last hour, working hours
    ("a", 0, None, "Ready", "at capacity", 0, 2, 2),
    ("a", 1, None, "Queue", "at capacity", 4, 6, 2),
    ("a", 1, None, "Queue", "unexplained", 6, 8, 2),
    ("a", 1, None, "Queue", "non-working time", 8, 24, 0),
    ("a", 2, None, "Queue", "unexplained", 24, 25, 1),
    ("a", 2, None, "Queue", "non-working time", 25, 26, 0),
    ("b", 0, None, "Ready", "unexplained", 0, 8, 8),
    ("c", 0, None, "Ready", "non-working time", 25, 26, 0),
    ("d", 0, None, "Ready", "unexplained", 0, 26, 9),
]


def now(**tables: Any) -> pd.DataFrame:
    """What is told of a, b and c, which are open; d is finished."""
    finished = pd.Series([None, None, None, MONDAY + 26 * HOUR], dtype="datetime64[us, UTC]")
    known: dict[str, Any] = {
        "lifecycles": pd.DataFrame({"ticket": list("abcd"), "finished": finished}),
        "blocks": empty(BLOCKS),
        "tickets": tickets(),
        "events": empty(EVENTS),
    }
    return waiting_now(waits(PIECES), as_of=NOW, **(known | tables)).set_index("ticket")


def tickets() -> pd.DataFrame:
    rows = [{"ticket": ticket, "key": f"KEY-{ticket}", "created": MONDAY} for ticket in "abcd"]
    return conform(pd.DataFrame(rows), TICKETS)


def blocks(*rows: tuple[str, str | None, int, int | None]) -> pd.DataFrame:
    told = [
        {
            "ticket": ticket, "by": by, "start": MONDAY + start * HOUR, "how": "link" if by else "flag",
            "end": MONDAY + end * HOUR if end is not None else pd.NaT, "detail": None if by else "Impediment",
        }
        for ticket, by, start, end in rows
    ]  # fmt: skip
    return conform(pd.DataFrame(told), BLOCKS)


def test_a_wait_goes_back_to_where_work_stopped() -> None:
    """a waits since hour 4, over a change of visit and a night; unexplained since hour 6."""
    row = now().loc["a"]
    assert row["waits"]
    assert row["since"] == MONDAY + 4 * HOUR
    assert (row["cause"], row["cause_since"]) == ("unexplained", MONDAY + 6 * HOUR)
    assert (row["receiver"], row["team"]) == ("tester", "qa")


def test_what_is_worked_on_waits_for_nobody() -> None:
    """b's wait ended hours ago."""
    row = now().loc["b"]
    assert not row["waits"]
    assert row[["since", "cause", "team"]].isna().all()


def test_what_waited_only_at_night_says_so() -> None:
    """c has not waited in any working hour."""
    assert now().loc["c", "cause"] == "non-working time"


def test_finished_tickets_are_not_in_it() -> None:
    """d is done."""
    assert now().index.tolist() == ["a", "b", "c"]


def test_blocks_are_told_from_both_ends() -> None:
    """a is blocked by b and by a flag, c by b; what ended is no block, and d, which is done, is held up by nobody."""
    told = now(blocks=blocks(("a", "b", 1, None), ("a", None, 2, None), ("c", "b", 3, None), ("d", "b", 3, None),
                             ("a", "c", 1, 5)))  # fmt: skip
    assert told["blockers"].tolist() == [("KEY-b", "Impediment"), (), ("KEY-b",)]
    assert told["blocks"].tolist() == [0, 2, 0]


def test_the_last_trace_is_of_somebody_and_no_bulk_edit() -> None:
    """A comment at hour 3; the assignment, the bulk move and the move of nobody known do not count."""
    kinds = [
        ("comment", 3, "p", False),
        ("assignee", 5, "p", False),
        ("status", 6, "p", True),
        ("status", 7, None, False),
    ]
    rows = [
        {"ticket": "a", "at": MONDAY + hour * HOUR, "kind": kind, "actor": actor, "bulk": bulk, "source": "jira",
         "ref": str(hour), "seq": 0}
        for kind, hour, actor, bulk in kinds
    ]  # fmt: skip
    told = now(events=conform(pd.DataFrame(rows), EVENTS))
    assert told.loc["a", "traced"] == MONDAY + 3 * HOUR
    assert told[["traced"]].isna().loc["b"].all()


def test_the_order_follows_its_rule() -> None:
    """Late ones first; of these who holds up others, then what is begun, then what is nearest to done, then longest."""
    columns = ["ticket", "stay_beyond", "age_beyond", "blocks", "cycle", "position", "stay"]
    rows: list[tuple[Any, ...]] = [
        ("usual, blocks many", 0.5, 0.5, 9, 5, 3, 50),
        ("late, near", 0.85, 0.0, 0, 5, 3, 1),
        ("late, far, long", 0.85, 0.0, 0, 5, 1, 30),
        ("late, far, short", 0.85, 0.0, 0, 5, 1, 20),
        ("late, not begun", 0.95, 0.0, 0, None, 4, 90),
        ("late by age, blocks", 0.0, 0.85, 1, None, 0, 1),
        ("too few to say", None, None, 0, 5, 9, 99),
    ]
    table = pd.DataFrame(rows, columns=columns)
    durations = {name: pd.to_timedelta(table[name], unit="D") for name in ("cycle", "stay")}
    table = table.assign(**durations).sample(frac=1, random_state=3)
    joined = swarm_order(table.drop(columns="blocks"), table[["ticket", "blocks"]])
    assert joined["ticket"].tolist() == [
        "late by age, blocks",
        "late, near",
        "late, far, long",
        "late, far, short",
        "late, not begun",
        "usual, blocks many",
        "too few to say",
    ]
    assert joined["late"].tolist() == [True] * 5 + [False] * 2


def test_what_to_try_fits_what_is_known() -> None:
    """By cause; begun or not; within what is usual; silent in work."""
    row: dict[str, Any] = {"late": True, "waits": True, "cause": "at capacity", "cycle": HOUR, "stay_p85": HOUR,
                           "blocks": 0, "traced": pd.NaT}  # fmt: skip
    said = [
        what_to_try(row | change, as_of=NOW)
        for change in (
            {}, {"cycle": pd.NaT}, {"late": False}, {"waits": False}, {"blocks": 1},
            {"late": False, "stay_p85": pd.NaT}, {"cause": "blocked", "blocks": 1},
        )
    ]  # fmt: skip
    assert said == [
        TRY["at capacity"],
        NEVER_BEGUN,
        AS_USUAL,
        SILENT,
        IN_THE_WAY,
        TRY["at capacity"],
        TRY["blocked"],
    ]
