"""The bracket of flow efficiency, on two lifecycles laid out by hand."""

import numpy as np
import pandas as pd
import pytest

from vsm.clock import Calendar, Clock
from vsm.intervals import waits_from_visits
from vsm.model.efficiency import efficiency_bracket
from vsm.tables import HANDOFFS, VISITS, conform, empty

HOUR = pd.Timedelta(hours=1)
START = pd.Timestamp("2026-01-05", tz="UTC")
BEGIN = int(START.value // 1000)


def clock() -> Clock:
    """Open from hour 0 to 8, and from hour 24 to 32."""
    opens, closes = (np.array([first, 24 + first]) * 3_600_000_000 + BEGIN for first in (0, 8))
    return Clock(Calendar("office", opens, closes))


def visits(*rows: tuple[str, str, int, int, int | None, int | None]) -> pd.DataFrame:
    """Ticket, kind, first and last hour, first and last trace."""
    times = ("entered", "left", "first_touch", "last_touch")
    frame = pd.DataFrame(
        [
            {"ticket": ticket, "n": n, "stage": kind, "kind": kind, "revisit": False, "bulk": False}
            | {name: None if hour is None else START + hour * HOUR for name, hour in zip(times, hours, strict=True)}
            for n, (ticket, kind, *hours) in enumerate(rows)
        ]
    )  # fmt: skip
    typed = frame.astype(dict.fromkeys(times, "datetime64[us, UTC]"))
    typed["elapsed"] = typed["left"] - typed["entered"]
    typed["working"] = clock().working(
        typed["entered"], typed["left"], team=pd.Series(None, index=typed.index, dtype="str")
    )
    return conform(typed, VISITS)


def lifecycles(*leads: int, bulk: bool = False) -> pd.DataFrame:
    rows = [
        {"ticket": ticket, "finished": START + lead * HOUR, "lead": lead * HOUR, "bulk": bulk}
        for ticket, lead in zip("ab", leads, strict=False)
    ]
    return pd.DataFrame(rows, columns=["ticket", "finished", "lead", "bulk"])


def bracket(visits: pd.DataFrame, lifecycles: pd.DataFrame, *, minimum: int) -> pd.DataFrame:
    """The bracket of these visits, and of the waits before done that they mean."""
    waits = waits_from_visits(visits[visits["kind"] != "done"], empty(HANDOFFS), as_of=START + 40 * HOUR)
    return efficiency_bracket(visits, waits, lifecycles, clock=clock(), minimum=minimum)


def test_statuses_and_traces_are_the_two_ends() -> None:
    """a: 20 of 30 hours by status, 12 by traces; b: 10 hours, all by status, none by traces. Working: 16 and 8."""
    told = bracket(
        visits(
            ("a", "queue", 0, 8, None, None), ("a", "work", 8, 30, 10, 22), ("a", "done", 30, 40, None, None),
            ("b", "work", 0, 10, None, None),
        ),
        lifecycles(30, 10), minimum=2,
    )  # fmt: skip
    shares = told.set_index(["measure", "time"])["share"]
    assert shares["statuses", "elapsed"] == pytest.approx((20 + 10) / 40)
    assert shares["traces", "elapsed"] == pytest.approx(12 / 40)
    # a: 8 working hours before hour 8 and 6 from hour 24 on; b: 8. Work by status: 6 of a, 8 of b.
    assert shares["statuses", "working"] == pytest.approx((6 + 8) / (14 + 8))
    assert shares["traces", "working"] == 0.0
    assert told[["low", "high"]].isna().all(axis=None), "both were completed in one week"


def test_open_tickets_and_bulk_finishes_do_not_count() -> None:
    """Without counted tickets there is no share: no data is not 0 %."""
    rows = visits(("a", "work", 0, 8, None, None))
    nothing = lifecycles(8)
    nothing["finished"] = pd.Series([None], dtype="datetime64[us, UTC]")
    for some in (lifecycles(8, bulk=True), nothing):
        told = bracket(rows, some, minimum=12)
        assert told["share"].isna().all()
        assert told["tickets"].tolist() == [0] * 4


def test_too_few_tickets_have_no_interval() -> None:
    """One is under the minimum."""
    told = bracket(visits(("a", "work", 0, 8, None, None)), lifecycles(8), minimum=12)
    assert told["low"].isna().all()
