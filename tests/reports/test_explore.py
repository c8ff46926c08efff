"""Tables to be searched in a notebook: by what they hold, offline, and without running anything."""

import re
from types import SimpleNamespace
from typing import Any

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


def explored(table: pd.DataFrame, **choices: Any) -> str:
    """What a notebook keeps of it."""
    InteractiveShell.instance()
    with capture_output() as shown:
        vsm.explore(table, **choices)
    InteractiveShell.clear_instance()
    return shown.stdout + "".join(output.data.get("text/html", "") for output in shown.outputs)


@pytest.mark.slow
def test_a_long_table_is_cut_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """50,000 tickets: the first 1,000 are kept in the notebook, a fifth of a megabyte, and where all are is said."""
    numbers = pd.RangeIndex(50_000)
    tickets = pd.DataFrame(
        {"key": [f"SHOP-{n}" for n in numbers], "summary": [f"Ticket {n}: the order form loses its address" for n in numbers],
         "created": pd.Timestamp("2026-01-05", tz="UTC") + pd.to_timedelta(numbers, unit="min"),
         "lead": pd.to_timedelta(numbers, unit="min")},
    )  # fmt: skip
    whole, few = explored(tickets), explored(tickets, rows=100)
    assert "The first 1,000 of 50,000 rows" in whole
    assert "The first 100 of 50,000 rows" in few
    assert "vsm export TABLE --to FILE.csv" in whole
    assert len(whole) - len(few) < 200_000


def test_rows_of_tickets_begin_with_key_and_summary_and_every_column_has_a_filter() -> None:
    """A wait is known by the ticket's id alone: the stream knows its key."""
    stream = SimpleNamespace(
        tickets=pd.DataFrame({"ticket": ["b"], "key": ["AB-2"], "summary": ["Tax table"]})
    )
    html = explored(WAITS, of=stream)
    headings = re.findall(r"<th>(.*?)</th>", html)
    assert headings[:3] == ["key", "summary", "ticket"]
    assert "AB-2" in html
    assert '"column_filters": "header"' in html


def test_the_table_needs_no_network_and_shows_text_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """The script comes along; a title that would run stands in no markup."""
    html = explored(WAITS)
    assert "<table" in html
    assert "unpkg.com" not in html
    assert "<img src=x" not in html
    assert "The first" not in html
