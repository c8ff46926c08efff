"""Does the comparison with a frame see every difference, and only differences?"""

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from tests.definitions.same_rows import assert_same
from tests.stories import at


def test_assert_same_takes_missing_for_missing() -> None:
    """NaT, NaN and None are one; instants and durations match to the microsecond."""
    frame = pd.DataFrame(
        {
            "left": pd.Series([pd.NaT, at("09:00")], dtype="datetime64[us, UTC]"),
            "elapsed": pd.Series([timedelta(0), timedelta(microseconds=1)], dtype="timedelta64[us]"),
            "holder": pd.Categorical([None, "dev-1"]),
            "handoff": pd.array([pd.NA, 3], dtype="Int64"),
        }
    )
    rows = [
        {"left": None, "elapsed": timedelta(0), "holder": None, "handoff": None},
        {"left": at("09:00"), "elapsed": timedelta(microseconds=1), "holder": "dev-1", "handoff": 3},
    ]
    assert_same(frame, rows, ["left", "elapsed", "holder", "handoff"])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"n": 0}, {"n": 2}], "row 1: n is 1, expected 2"),
        ([{"n": 0}], "2 rows, expected 1"),
        ([{"n": 0}, {"n": None}], "row 1: n is 1, expected None"),
    ],
)
def test_assert_same_tells_what_differs(rows: list[dict[str, Any]], message: str) -> None:
    """The first row that differs is named, and so is a row too many."""
    with pytest.raises(AssertionError, match=message):
        assert_same(pd.DataFrame({"n": [0, 1]}), rows, ["n"])
