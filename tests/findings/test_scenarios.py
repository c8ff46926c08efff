"""The line of a summary about what could be tried: the best of the changes that surely help."""

import pandas as pd

from vsm.findings.scenarios import best_of, line_of
from vsm.model.replay.scenarios import LEAD, SCENARIO_COLUMNS

SAID = ("With releases …", "Replayed on 6 past months the model missed lead times by 7 %.")


def tried(*rows: tuple[str, float, float, float]) -> pd.DataFrame:
    """Changes of a lead time of 15 days: name, with the change, and the ends of the difference."""
    made = [(name, LEAD, None, 15.0, 14.0, 20.0, then, then - 1, then + 1, then - 15.0, low, high)
            for name, then, low, high in rows]  # fmt: skip
    return pd.DataFrame(made, columns=list(SCENARIO_COLUMNS))


def test_the_best_is_the_one_that_saves_most_of_those_that_surely_do() -> None:
    """Saving five days more or less by chance is not saving."""
    rows = tried(("weekly", 13.0, -3.0, -1.0), ("a tester", 10.0, -9.0, 1.0), ("daily", 12.0, -4.0, -2.0))
    assert (best_of(rows) or {})["scenario"] == "daily"
    assert line_of(rows, SAID) == (
        "Daily: half of the tickets would be finished within 12 d (11 to 13) of their creation instead of "
        f"15 d (14 to 20). {SAID[-1]}"
    )


def test_where_none_helps_or_none_could_be_tried_the_line_says_so() -> None:
    """The refusal is the line then."""
    rows = tried(("a tester", 10.0, -9.0, 1.0))
    assert best_of(rows) is None
    assert line_of(rows, SAID) == f"None of the changes that were tried would shorten lead time. {SAID[-1]}"
    assert line_of(rows.iloc[:0], ("No what-if: 8 %.",)) == "No what-if: 8 %."
