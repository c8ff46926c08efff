"""Waits hidden inside work, on visits laid out by hand."""

from typing import Any

import pandas as pd
import pytest

from vsm.model.handoffs import hidden_waits
from vsm.tables import VISITS, conform

MONDAY = pd.Timestamp("2026-01-05T00:00", tz="UTC")
HOUR = pd.Timedelta(hours=1)

# kind, stage, entered, left, first touch, last touch: hours after midnight on Monday
LIFE: list[tuple[str, str, int, int, int | None, int | None]] = [
    ("queue", "Ready", 0, 10, None, None),
    ("work", "Build", 10, 40, 12, 16),
    ("work", "Test", 40, 50, 41, 41),
    ("work", "Test", 50, 60, None, None),
    ("queue", "Release", 60, 100, None, None),
    ("done", "Done", 100, 101, None, None),
]


def laid_out(tickets: int = 12) -> tuple[pd.DataFrame, pd.DataFrame]:
    """So many tickets that lived the same life, and what is known of their lifecycles."""
    rows: list[dict[str, Any]] = []
    for number in range(tickets):
        for n, (kind, stage, *hours) in enumerate(LIFE):
            at: list[Any] = [pd.NaT if hour is None else MONDAY + hour * HOUR for hour in hours]
            told = dict(zip(("entered", "left", "first_touch", "last_touch"), at, strict=True))
            more = {"elapsed": told["left"] - told["entered"], "revisit": False, "bulk": False}
            rows.append({"ticket": f"t{number:02}", "n": n, "stage": stage, "kind": kind} | told | more)
    finish = [MONDAY + 100 * HOUR] * tickets
    lifecycles = pd.DataFrame({"ticket": [f"t{number:02}" for number in range(tickets)], "finished": finish})
    return conform(pd.DataFrame(rows), VISITS), lifecycles.assign(bulk=False)


def test_waits_hide_before_the_first_and_after_the_last_touch() -> None:
    """Build: 2 hours before and 24 after of 30; Test: 1 before, 9 after of 10, 10 more without any touch."""
    found = hidden_waits(*laid_out(), minimum=12).set_index("stage")
    assert [found[name]["Build"] for name in ("before", "after", "unknown")] == [
        24 * HOUR,
        288 * HOUR,
        0 * HOUR,
    ]
    assert [found[name]["Test"] for name in ("visits", "untouched")] == [24, 12]
    assert found.loc["Test", "unknown"] == 120 * HOUR
    assert found["before_share"].tolist() == pytest.approx([2 / 30, 0.1])
    assert found["after_share"].tolist() == pytest.approx([24 / 30, 0.9])


def test_few_touched_visits_tell_no_share() -> None:
    """Sums stay, shares are missing."""
    found = hidden_waits(*laid_out(2), minimum=12)
    assert found[["before_share", "after_share"]].isna().all(axis=None)
