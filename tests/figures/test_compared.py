"""``vsm.compare``: what is beside what, in tables, in a slope chart, and in one line."""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import vsm
from tests.streams import sample_stream, stream_of
from vsm.compared import Compared
from vsm.config import Workflow
from vsm.eventlog.log import Log
from vsm.from_log import stream_from_log

pytestmark = pytest.mark.slow


@cache
def periods(folder: Path) -> Compared:
    """The current period of the sample, and what came before it."""
    return vsm.compare(sample_stream(folder))


def test_one_stream_is_its_current_period_beside_the_one_before(sample_folder: Path) -> None:
    """A second tester has come: QA takes less, so release takes more; times of weeks so alike are not judged."""
    found = periods(sample_folder)
    assert found.names == ("2025-01-06 to 2025-12-06", "since 2025-12-06")
    verdicts = found.stages.set_index("stage")["verdict"]
    assert verdicts[["Waiting for QA", "Waiting for release"]].tolist() == ["less", "more"]
    assert found.handoffs.iloc[0][["from", "to"]].tolist() == ["development", "quality"]
    assert repr(found).startswith("Compared(2025-01-06 to 2025-12-06 with since 2025-12-06: Delivered")


def test_what_nobody_asks_for_is_not_measured() -> None:
    """Lead times and throughput need neither networks, which take a tenth of a second to import, nor shares of stages."""
    stream = stream_of([("Ready", 1), ("Build", 2), ("Done", 1)])
    assert len(vsm.compare(stream, stream).measures) == 5
    assert not {"network", "team_network", "stage_visits", "stage_shares"} & vars(stream).keys()


def test_the_table_shows_intervals_and_verdicts(sample_folder: Path) -> None:
    """With the rule by which they are judged."""
    found = periods(sample_folder)
    table = found.table().data  # type: ignore[attr-defined]
    assert table.columns.tolist() == ["Measure", *found.names, "Verdict", "n"]
    waiting = table.set_index("Measure").loc["Share of lead time spent waiting"]
    assert waiting.tolist() == ["83 % (80 to 84)", "61 % (57 to 64)", "less", "410 and 103"]
    assert "log-rank test with weeks as units" in found._repr_html_()
    handoffs = found.handoffs_table(most=2).data  # type: ignore[attr-defined]
    assert handoffs.iloc[0].tolist() == [
        "development",
        "quality",
        "94 % (median 22 d, n 415)",
        "57 % (median 18 h 20 min, n 114)",
    ]


def test_the_slope_chart_has_a_line_for_every_stage_worth_it(sample_folder: Path) -> None:
    """From its share before to its share now; those that differ for sure are bold."""
    figure = periods(sample_folder).plot()
    lines = [trace for trace in figure.data if trace.mode == "lines+markers"]
    assert len(lines) == 6
    assert max(lines[3].y) == pytest.approx(57.3, abs=0.1)
    said = [note.text for note in figure.layout.annotations]
    assert "<b>Waiting for QA 57 %</b>" in said
    assert "Waiting for approval 2.3 %" in said
    assert "Waiting for QA differs most: 57 % and 6.4 %." in figure.layout.meta["alt"]
    narrow = [note["text"] for note in figure.layout.meta["narrow"]["layout"]["annotations"]]
    assert {"<b>57 %</b>", "<b>Waiting for QA 6.4 %</b>"} <= set(narrow)


def test_kinds_of_work_are_called_what_they_differ_by(sample_folder: Path) -> None:
    """And those that stand on both sides are counted."""
    stream = sample_stream(sample_folder)
    kinds = vsm.compare(stream.where(type="Bug"), stream.where(type="Story"))
    assert kinds.names == ("type Bug", "type Story")
    teams = vsm.compare(stream.where(team="quality"), stream.where(team="development"))
    assert " tickets count on both sides." in teams.table().to_html()
    assert vsm.compare(stream, stream).names == ("first", "second")


@pytest.mark.parametrize("tickets", [0, 1])
def test_nothing_and_next_to_nothing_are_compared_kindly(tickets: int) -> None:
    """No traceback, and no verdict."""
    nothing = stream_from_log(Log(), workflow=Workflow(), as_of=pd.Timestamp("2026-01-05", tz="UTC"))
    found = vsm.compare(stream_of([("Ready", 3), ("Build", 4), ("Done", 9)]) if tickets else nothing)
    assert set(found.measures["verdict"]) <= {"too few to say", "cannot be said from these data"}
    assert found.plot().layout.meta["alt"]
    assert "No handoff has been seen." in found.handoffs_table().to_html() or tickets


def test_handoffs_beside_each_other_are_shares_medians_and_counts(sample_folder: Path) -> None:
    """All of the sample's, the largest difference first; each leads to its tickets. No test is claimed."""
    found = periods(sample_folder)
    table = found.handoffs_table()
    rows = table.data  # type: ignore[attr-defined]
    assert rows.columns.tolist() == ["From", "To", *found.names]
    assert (rows["From"] + " " + rows["To"]).tolist()[:2] == [
        "development quality",
        "development development",
    ]
    html = table.to_html()
    assert '<span data-tickets="tickets.html#handoff-development-quality">development</span>' in html
    assert "the largest difference first; median wait and count. Whole waits" in html
    assert len(found.handoffs_table(most=1).data) == 1  # type: ignore[attr-defined]


def test_without_teams_moves_between_stages_stand_beside_each_other() -> None:
    """Twelve tickets that passed from Ready through Build; one side has none of that."""
    stream = stream_of(*[[("Ready", 3), ("Build", 4), ("Done", 9)]] * 12)
    found = vsm.compare(stream, stream.where(until="2026-01-07"))
    rows = found.handoffs_table()
    assert rows.data.to_numpy().tolist() == [  # type: ignore[attr-defined]
        ["Ready", "Build", "100 % (median 3 d, n 12)", "none"],
    ]
    assert "moves between stages, as no teams are known" in rows.to_html()
    assert 'data-tickets="tickets.html#move-ready-build"' in rows.to_html()


def test_names_beside_the_slope_chart_have_the_pages_ink(sample_folder: Path) -> None:
    """A colour of their own would be dark on a dark page."""
    figure = periods(sample_folder).plot()
    assert {note.font.color for note in figure.layout.annotations if "%" in str(note.text)} == {None}
