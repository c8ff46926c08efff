"""The tables of responsibility and alignment: shares with intervals, in words where unknown; bars of kinds."""

from typing import Any

import pandas as pd
import pytest

from tests.figures.small_stream import HOSTILE, kinds_of_work, notes, traces
from tests.figures.test_tables import shown
from vsm.figures import (
    defects_table,
    disciplines_table,
    end_to_end_table,
    first_handoffs_table,
    flow_distribution_bars,
    knowledge_table,
    objective_table,
    planned_table,
)

NAN = float("nan")
DAY = pd.Timedelta(days=1)
SHARE = {"share": 0.75, "low": 0.505, "high": 0.898, "missing": None}
FEW: dict[str, Any] = {"share": NAN, "low": NAN, "high": NAN, "missing": None}
WHOLE = {"n": 16, "carried": 12, "unknown": 3, "unworked": 4, "waiting": 5, "by_release": 6}


def caption(table: Any) -> str:
    return str(table.caption)


def test_end_to_end_is_told_of_all_and_of_each_team() -> None:
    """A team of few tickets has no share; what was left out stands below."""
    teams = pd.DataFrame([{"team": "web", "n": 3, "carried": 3} | FEW]).drop(columns="missing")
    table = end_to_end_table(pd.DataFrame([WHOLE | SHARE]), teams=teams)
    assert shown(table) == [["all", "75 % (50 – 90)", "12", "16"], ["web", "too few to say", "3", "3"]]
    assert "(6 tickets)" in caption(table)
    assert "3 whose teams are not known, 4 never seen in a work stage, 5 not yet released" in caption(table)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (lambda frame: end_to_end_table(frame, teams=frame.iloc[:0].assign(team="")), WHOLE),
        (defects_table, {"defects": 4, "with_cause": 0, "n": 0, "home": 0}),
        (disciplines_table, {"measure": "worked together", "part": 0, "n": 0}),
        (planned_table, {"planned": 0, "unplanned": 0, "unknown": 4, "n": 0}),
    ],
)
def test_what_is_missing_is_told_below(table: Any, row: dict[str, Any]) -> None:
    """The cell says unknown, the caption what to do; neither says 0 %."""
    page = table(pd.DataFrame([row | FEW | {"missing": "declare a team"}]))
    assert "unknown" in shown(page)[0]
    assert caption(page).endswith(" Unknown: declare a team.")
    assert "0 %" not in page.to_html()


def test_places_of_letting_go_are_told_with_evidence() -> None:
    """A wait that is known of some tickets only says so; names are escaped."""
    position = {
        "from_team": HOSTILE[0],
        "stage": "QA",
        "to_team": "qa",
        "tickets": 3,
        "wait": 17 * DAY,
        "waits": 3,
    }
    rows = pd.DataFrame([position, position | {"waits": 2}]).assign(evidence="AB-1, AB-2")
    page = first_handoffs_table(rows)
    assert [row[3:] for row in shown(page)] == [
        ["3", "17 d", "AB-1, AB-2"],
        ["3", "17 d (known of 2)", "AB-1, AB-2"],
    ]
    assert "<script" not in page.to_html()
    assert "No delivered ticket is known" in caption(first_handoffs_table(rows.iloc[:0]))


def test_knowledge_at_risk_names_areas_and_nobody() -> None:
    """Areas of too few tickets are only counted."""
    area = {"what": "component", "area": "Pay", "unit": "tickets", "n": 14, "people": 1, "only": True,
            "share_of_top": 1.0, "teams": None}  # fmt: skip
    few = area | {"people": pd.NA, "only": pd.NA, "share_of_top": NAN, "n": 2}
    rows = pd.DataFrame([area, area | {"people": 3, "only": False, "share_of_top": 0.5}, few])
    page = knowledge_table(rows, most=1)
    assert shown(page) == [["component Pay", "–", "14 tickets", "1", "100 %", "one person alone"]]
    assert caption(page).endswith("Too few to say in 1 other areas. 1 more areas.")
    assert "nothing was handled often in 180 days" in caption(knowledge_table(rows.iloc[2:]))


def test_objectives_tell_what_they_cost() -> None:
    """Unknown value and cost are unknown, not 0; too few tickets have no median."""
    row = {"objective": "Grow", "delivered": 2, "open": 1, "lead": 21 * DAY, "lead_total": 42 * DAY,
           "wait": 28 * DAY, "waiting": 0.67, "wait_share": 0.8, "value": 1234.5, "valued": 1, "cost": 240.0,
           "costed": 2}  # fmt: skip
    few = row | {"lead": pd.NaT, "value": NAN, "valued": 0, "cost": NAN, "costed": 0, "wait_share": NAN}
    page = objective_table(pd.DataFrame([row, few, few]), most=2)
    assert shown(page) == [
        ["Grow", "2", "1", "21 d", "28 d", "80 %", "1,234 (n 1)", "240 (n 2)"],
        ["Grow", "2", "1", "too few to say", "28 d", "–", "unknown", "unknown"],
    ]
    assert caption(page).endswith("The first 2 of 3 objectives.")


def test_bars_tell_kinds_of_work_with_their_intervals() -> None:
    """Twelve, seven and one of twenty; every kind has a bar, a pattern of its own, and its numbers beside it."""
    figure = flow_distribution_bars(kinds_of_work(feature=12, defect=7, debt=1))
    bars = [bar for bar in figure.data if bar.type == "bar"]
    assert [(bar.name, bar.x[0]) for bar in bars] == [
        ("feature", 60), ("defect", 35), ("risk", 0), ("debt", 5),
    ]  # fmt: skip
    assert len({bar.marker.pattern.shape for bar in bars}) == len({bar.marker.color for bar in bars}) == 4
    (whiskers,) = traces(figure, "95 % interval")
    assert len(whiskers.x) == 4
    assert notes(figure, "numbers") == ["60 % · n 12", "35 % · n 7", "0 % · n 0", "5.0 % · n 1"]
    assert "20 in total" in notes(figure, "caption")[0]
    assert "Kinds come from vsm.toml." in notes(figure, "caption")[0]


def test_few_tickets_have_counts_and_no_bars() -> None:
    """Too few to say, without axis and whiskers."""
    figure = flow_distribution_bars(kinds_of_work(feature=2, unknown=1))
    assert notes(figure, "numbers")[0] == "too few to say · n 2"
    assert figure.layout.xaxis.visible is False
    assert "Whiskers" not in notes(figure, "caption")[0]
    assert figure.layout.meta["alt"].endswith("n = 3: feature 2, unknown 1.")
