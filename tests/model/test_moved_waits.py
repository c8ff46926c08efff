"""Where the wait went: how long tickets stayed in each stage before a change and after, and how many."""

import numpy as np
import pandas as pd
import pytest

from vsm.figures import moved_waits_table
from vsm.figures.change_words import where_it_went
from vsm.model.moved_waits import most_grown, waits_before_and_after

START = pd.Timestamp("2026-01-05", tz="UTC")
DAY = pd.Timedelta(days=1)
CHANGED = START + 100 * DAY
NOW = START + 200 * DAY
Stay = tuple[str, str, float, float | None]


def stays(*rows: Stay) -> pd.DataFrame:
    """Stays of (ticket, stage, day entered, day left); None is still there."""
    frame = pd.DataFrame(rows, columns=["ticket", "stage", "entered", "left"])
    for side in ("entered", "left"):
        frame[side] = START + pd.to_timedelta(frame[side].astype("float64"), unit="D")
    order = ["Triage", "QA", "Release", "Done"]
    kinds = {"Done": "done", "QA": "work"}
    return frame.assign(
        position=frame["stage"].map(order.index), kind=frame["stage"].map(lambda name: kinds.get(name, "queue")),
        bulk=False, gone=False,
    )  # fmt: skip


def lives(visits: pd.DataFrame) -> pd.DataFrame:
    return visits.groupby("ticket")["entered"].min().rename("created").reset_index()


def moved(shift: float = 0.0) -> pd.DataFrame:
    """A ticket every fifth day: QA takes 20 days and then 5; Triage 5, and then 5 and ``shift`` more."""
    rows: list[Stay] = []
    for number in range(40):
        day, late = 5.0 * number, number >= 20
        triaged = day + 5 + shift * late
        tested = triaged + (5 if late else 20)
        rows += [(f"t{number}", "Triage", day, triaged), (f"t{number}", "QA", triaged, tested)]
        rows += [(f"t{number}", "Done", tested, None)]
    kept = [
        (ticket, stage, came, left if left and left <= 200 else None) for ticket, stage, came, left in rows
    ]
    return stays(*[row for row in kept if row[2] <= 200])


def found(visits: pd.DataFrame, *, minimum: int = 3) -> pd.DataFrame:
    return waits_before_and_after(visits, lives(visits), changed=CHANGED, as_of=NOW, minimum=minimum)


def test_what_a_stage_held_before_and_after_by_hand() -> None:
    """Triage holds one ticket throughout; QA 4 before, when it is long under way, and hardly more than 1 after."""
    table = found(moved())
    assert table["stage"].tolist() == ["Triage", "QA"]
    assert table["held_before"].tolist() == [1, pytest.approx(3.5, abs=0.1)]
    assert table["held_after"].tolist() == [1, pytest.approx(1.5, abs=0.1)]
    assert table["before"].dt.days.tolist() == [5, 20]
    assert table["after"].dt.days.tolist() == [5, 5]


@pytest.mark.parametrize("shift", [15.0, 30.0])
def test_a_wait_that_only_moved_is_found_where_it_went(shift: float) -> None:
    """QA is quicker, and tickets wait before it instead."""
    grown = most_grown(found(moved(shift)), stage="QA")
    assert grown is not None
    assert grown["stage"] == "Triage"
    sentence = where_it_went(grown)
    assert sentence.startswith("meanwhile Triage holds more tickets: 1.0 → ")
    assert sentence.endswith(f"median stay 5 d → {5 + shift:.0f} d.")


def test_where_no_other_stage_holds_more_it_is_said() -> None:
    """Less than a ticket more, or a fifth more, is not more."""
    assert most_grown(found(moved()), stage="QA") is None
    assert most_grown(found(moved(4.0)), stage="QA") is None
    assert where_it_went(None) == "no other stage clearly holds more tickets than before."


def test_too_few_have_no_median() -> None:
    """Twenty stays on either side are not thirty; what was there is counted all the same."""
    table = found(moved(), minimum=30)
    assert table[["before", "after"]].isna().all(axis=None)
    assert np.isfinite(table["growth"]).all()


def test_a_change_before_all_work_compares_nothing() -> None:
    """No day before it is known, so nothing was there, and nothing can have grown."""
    visits = moved()
    table = waits_before_and_after(visits, lives(visits), changed=START - DAY, as_of=NOW, minimum=3)
    assert table["growth"].isna().all()
    assert most_grown(table) is None


def test_the_table_has_a_row_for_each_stage() -> None:
    """Without a change there is none."""
    visits = moved(15.0)
    day = f"{CHANGED:%Y-%m-%d}"
    rows: pd.DataFrame = moved_waits_table(visits, lives(visits), changed=day, as_of=NOW, minimum=3).data  # type: ignore[attr-defined]
    assert rows["Stage"].tolist() == ["Triage", "QA"]
    assert rows["Median after"].tolist() == ["20 d", "5 d"]
    assert moved_waits_table(visits, lives(visits), as_of=NOW, minimum=3).data.empty  # type: ignore[attr-defined]
