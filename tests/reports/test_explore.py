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
