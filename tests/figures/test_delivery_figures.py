"""What the figures of delivery say of deployments whose outcome nobody recorded."""

import pandas as pd
import pytest

from tests.figures.test_every_figure import WEEKS
from tests.figures.test_tables import shown
from vsm.figures import delivery_table, deployment_weeks, deployments_table


def test_deployments_without_an_outcome_are_not_called_successful() -> None:
    """Three deployments, one failed, of two nobody knows: no bar is named successful."""
    figure = deployment_weeks(WEEKS.assign(succeeded=0))
    bars = {bar.name: list(bar.y) for bar in figure.data if bar.type == "bar" and bar.showlegend}
    assert bars == {"failed": [1, 0, 0], "outcome unknown": [1, 0, 1]}
    assert "Outcome unknown: nothing says how they went." in str(figure.to_dict()).replace("<br>", " ")


@pytest.mark.parametrize(
    ("failed", "succeeded", "said"),
    [(0, 0, "outcome unknown"), (0, 2, "0 of them failed"),
     (1, 0, "1 of them failed, outcome of 1 unknown")],
)  # fmt: skip
def test_none_failed_is_said_only_where_outcomes_are_known(failed: int, succeeded: int, said: str) -> None:
    """Two deployments in one week: in the sentence for those who cannot see, and beside the pointer."""
    weeks = WEEKS.head(1).assign(deployments=2, failed=failed, succeeded=succeeded, changes=5)
    figure = deployment_weeks(weeks)
    assert (
        figure.layout.meta["alt"] == f"Deployments to production by week, n = 2 in 1 week, {said}; 5 changes."
    )
    assert f"outcome: {said}" in figure.data[0].hovertext[0]


def test_a_deployment_of_unknown_outcome_has_no_dash_for_its_failure() -> None:
    """A dash would say that it went well."""
    row = {"deployment": "v1", "repository": "shop", "component": None, "at": pd.Timestamp("2026-01-05", tz="UTC"),
           "commits": 1, "tickets": 1, "by": "", "failed": False, "restored": pd.NaT, "rework": False,
           "evidence": "", "outcome": "unknown"}  # fmt: skip
    (cells,) = shown(deployments_table(pd.DataFrame([row])))
    assert cells[5:7] == ["outcome unknown", "outcome unknown"]


def test_doras_measures_are_in_plain_words_with_the_last_year_beside_them() -> None:
    """Half a deployment a week is one every 14 days; of a year, the last stretch has twice as many."""
    row = {
        "measure": "deployment frequency", "unit": "per week", "value": 0.5, "low": 0.35, "high": 0.7, "n": 30,
        "p85": float("nan"), "of": "deployments", "note": "", "missing": "", "meaning": "m", "source": "DORA",
    }  # fmt: skip
    days = pd.date_range("2025-01-06", periods=52, freq="7D", tz="UTC")
    weeks = pd.DataFrame({"week": days, "deployments": [1] * 48 + [2] * 4})
    shown = delivery_table(pd.DataFrame([row]), weeks).data.iloc[0]  # type: ignore[attr-defined]
    assert shown["Value"] == "every 14 days"
    assert shown["95 % interval"] == "every 10 – 20 days"
    assert shown["Last year"] == "▁▁▁▁▁▁▁▁▁▁▁▁█"


def test_of_a_measure_that_is_unknown_no_trend_is_drawn() -> None:
    """Zero failures in every week may be weeks of which nobody knows."""
    row = {
        "measure": "change fail rate", "unit": "share", "value": float("nan"), "low": float("nan"), "n": 0,
        "high": float("nan"), "p85": float("nan"), "of": "deployments", "note": "", "missing": "outcomes",
        "meaning": "m", "source": "DORA",
    }  # fmt: skip
    shown = delivery_table(pd.DataFrame([row]), pd.DataFrame({"failed": [0] * 20})).data.iloc[0]  # type: ignore[attr-defined]
    assert (shown["Value"], shown["Last year"]) == ("unknown", "–")


@pytest.mark.parametrize(
    ("measure", "place"),
    [
        ("change lead time", "deployed"),
        ("deployment frequency", "deployed"),
        ("change fail rate", "deployed-failed"),
        ("failed deployment recovery time", "deployed-failed"),
        ("deployment rework rate", "deployed-fixes"),
    ],
)
def test_a_measure_leads_to_the_tickets_of_its_deployments(measure: str, place: str) -> None:
    """All of them, those that failed, or the fixes; without scripts."""
    row = {
        "measure": measure, "unit": "share", "value": 0.2, "low": 0.1, "high": 0.4, "n": 30, "p85": float("nan"),
        "of": "deployments", "note": "", "missing": "", "meaning": "m", "source": "DORA",
    }  # fmt: skip
    html = delivery_table(pd.DataFrame([row]), pd.DataFrame()).to_html()
    assert f'<span data-tickets="tickets.html#{place}">30 deployments</span>' in html


def test_deployments_and_their_weeks_lead_to_their_tickets() -> None:
    """A row of the table by repository and name, a bar and a point by its Monday."""
    row = {"deployment": "v1", "repository": "shop", "component": None, "at": pd.Timestamp("2026-01-05", tz="UTC"),
           "commits": 4, "tickets": 3, "by": "", "failed": False, "restored": pd.NaT, "rework": False,
           "evidence": "", "outcome": "unknown"}  # fmt: skip
    html = deployments_table(pd.DataFrame([row])).to_html()
    assert '<span data-tickets="tickets.html#deployment-shop-v1">3</span>' in html
    for trace in deployment_weeks(WEEKS).data:
        assert [place for (place,) in trace.customdata] == [
            f"tickets.html#deployed-week-{monday}" for monday in trace.x
        ]


def test_what_every_measure_lacks_is_said_once_below_the_table() -> None:
    """Five rows with one reason; a reason of one row stays in it."""
    row = {
        "unit": "share", "value": float("nan"), "low": float("nan"), "high": float("nan"), "n": 0,
        "p85": float("nan"), "of": "deployments", "note": "", "missing": "no deployment", "meaning": "m",
        "source": "DORA",
    }  # fmt: skip
    rows = [row | {"measure": name} for name in ("change fail rate", "deployment frequency")]
    table = delivery_table(pd.DataFrame(rows), pd.DataFrame())
    assert [row[-1] for row in shown(table)] == ["m", "m"]
    assert "Unknown: no deployment.</caption>" in table.to_html()
    rows[1]["missing"] = ""
    table = delivery_table(pd.DataFrame(rows), pd.DataFrame())
    assert [row[-1] for row in shown(table)] == ["m; no deployment", "m"]
