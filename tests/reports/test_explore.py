"""Tables to be searched in a notebook: by what they hold, offline, and without running anything."""

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import vsm
from vsm.reports.export import explorable

WAITS = pd.DataFrame(
    {"ticket": ["<img src=x onerror=alert(1)>", "b"], "wait": pd.to_timedelta([90, None], unit="min"),
     "since": pd.to_datetime(pd.Series(["2026-01-05T09:30", None]), utc=True).array, "n": [1, 2]},
    index=[7, 9],
)  # fmt: skip


def test_durations_are_hours_and_instants_are_texts() -> None:
    """So both sort by what they mean; missing stays missing, and the frame is not changed."""
    before = WAITS.copy()
    frame = explorable(WAITS)
    assert frame.columns.tolist() == ["ticket", "wait (h)", "since", "n"]
    assert frame["wait (h)"].tolist()[0] == 1.5
    assert frame["since"].tolist()[0] == "2026-01-05 09:30"
    assert frame.iloc[1].isna().tolist() == [False, True, True, False]
    pd.testing.assert_frame_equal(WAITS, before)


def test_a_published_table_gives_its_rows() -> None:
    """What stands behind it, as it is to be read."""
    assert explorable(WAITS[["n"]].style)["n"].tolist() == [1, 2]


@pytest.mark.slow
def test_a_long_table_is_cut_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """50,000 tickets: the first 10,000 are kept in the notebook, some two megabytes, and where all are is told."""
    numbers = pd.RangeIndex(50_000)
    tickets = pd.DataFrame(
        {"key": [f"SHOP-{n}" for n in numbers], "summary": [f"Ticket {n}: the order form loses its address" for n in numbers],
         "created": pd.Timestamp("2026-01-05", tz="UTC") + pd.to_timedelta(numbers, unit="min"),
         "lead": pd.to_timedelta(numbers, unit="min")},
    )  # fmt: skip
    InteractiveShell.instance()
    sizes = []
    for rows in (10_000, 100):
        with capture_output() as shown:
            vsm.explore(tickets, rows=rows)
        html = "".join(output.data.get("text/html", "") for output in shown.outputs)
        assert f"The first {rows:,} of 50,000 rows" in html
        assert "vsm export TABLE --to FILE.csv" in html
        sizes.append(len(html))
    InteractiveShell.clear_instance()
    assert sizes[0] - sizes[1] < 1_500_000


def test_the_table_needs_no_network_and_shows_text_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """The script comes along; a title that would run stands in no markup."""
    InteractiveShell.instance()
    with capture_output() as shown:
        vsm.explore(WAITS)
    InteractiveShell.clear_instance()
    html = "".join(output.data.get("text/html", "") for output in shown.outputs)
    assert "<table" in html
    assert "unpkg.com" not in html
    assert "<img src=x" not in html
    assert "The first" not in html
