"""What was delivered for which objective, and what kind of work it was: counted by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.share import share
from vsm.model.objectives import flow_by_period, flow_distribution, objective_costs, planned_share
from vsm.stats.proportions import wilson_interval
from vsm.tables import TICKETS, conform

DAY = pd.Timedelta(days=1)
END = pd.Timestamp("2026-01-15T12:00", tz="UTC")  # a Thursday


def lived(*rows: dict[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Lives, alignment and tickets of these; finished on ``END`` after 14 days, 7 of them waiting."""
    life = {"finished": END, "bulk": False, "lead": 14 * DAY, "wait": 7 * DAY, "gone": pd.NaT}
    told = [{"ticket": f"jira:{number}"} | life | row for number, row in enumerate(rows, start=1)]
    names = ["ticket", *life, "objective", "flow", "flow_by", "planned", "value", "cost_of_delay"]
    frame = pd.DataFrame(told, columns=names)
    words = ["ticket", "objective", "flow", "flow_by"]
    frame = frame.astype(dict.fromkeys(words, "str") | {"planned": "boolean", "bulk": "bool"})
    times = {name: pd.to_timedelta(frame[name]) for name in ("lead", "wait")}
    ends = {name: pd.to_datetime(frame[name], utc=True) for name in ("finished", "gone")}
    frame = frame.assign(**times, **ends)
    described = frame[["ticket", "value", "cost_of_delay"]].assign(key=frame["ticket"], created=END)
    return frame[["ticket", *life]], frame[[*words, "planned"]], conform(described, TICKETS)


def costs(*rows: dict[str, Any], minimum: int = 1) -> pd.DataFrame:
    lifecycles, alignment, tickets = lived(*rows)
    return objective_costs(lifecycles, alignment=alignment, tickets=tickets, minimum=minimum)


GROW = {"objective": "Grow"}
KEEP = {"objective": "Keep"}
OPEN = {"finished": pd.NaT}


def test_an_objective_tells_what_was_delivered_and_how_long_it_waited() -> None:
    """Two of 14 and 28 days, waiting 7 and 21; one open, one closed in bulk, one gone: they cost nothing."""
    rows = costs(
        GROW, GROW | {"lead": 28 * DAY, "wait": 21 * DAY}, GROW | OPEN, GROW | {"bulk": True},
        GROW | OPEN | {"gone": END}, KEEP,
    ).set_index("objective")  # fmt: skip
    grow = rows.loc["Grow"]
    assert (grow["delivered"], grow["open"], grow["lead"]) == (2, 1, 21 * DAY)
    assert (grow["lead_total"], grow["wait"], grow["waiting"]) == (42 * DAY, 28 * DAY, pytest.approx(2 / 3))
    assert rows["wait_share"].to_dict() == {"Grow": 0.8, "Keep": 0.2}


def test_many_long_tickets_together_are_centuries() -> None:
    """Forty of ten years: 400 years, where a sum in nanoseconds ends at 292."""
    (row,) = costs(*[GROW | {"lead": 3650 * DAY, "wait": 3650 * DAY}] * 40).to_dict("records")
    assert row["wait"] / DAY == 146_000
    assert row["lead_total"] / DAY == 146_000


def test_value_and_cost_of_delay_are_summed_where_known() -> None:
    """100 a week for two weeks and 10 for four; the third tells neither; none known is unknown, not 0."""
    rows = costs(
        GROW | {"cost_of_delay": 100.0, "value": 5.0},
        GROW | {"cost_of_delay": 10.0, "lead": 28 * DAY},
        GROW, KEEP, KEEP | OPEN | {"value": 9.0, "cost_of_delay": 9.0},
    ).set_index("objective")  # fmt: skip
    assert rows.loc[["Grow"], ["value", "valued", "cost", "costed"]].to_numpy().tolist()[0] == [
        5.0,
        1,
        240.0,
        2,
    ]
    assert rows.loc[["Keep"], ["valued", "costed"]].to_numpy().tolist()[0] == [0, 0]
    assert rows.loc["Keep", ["value", "cost"]].isna().all()


def test_few_tickets_tell_no_median() -> None:
    """Counts and sums stay."""
    (row,) = costs(GROW, GROW, minimum=3).to_dict("records")
    assert pd.isna(row["lead"])
    assert (row["delivered"], row["wait"]) == (2, 14 * DAY)


def test_open_work_alone_is_an_objective_too() -> None:
    """Nothing delivered: no share of nothing. What only ever was gone is none."""
    rows = costs(GROW | OPEN, KEEP | OPEN | {"gone": END})
    assert rows[["objective", "delivered", "open"]].to_numpy().tolist() == [["Grow", 0, 1]]
    assert rows[["waiting", "wait_share", "lead"]].isna().all(axis=None)
    assert costs().empty


def test_the_flow_is_shared_out_among_delivered_tickets() -> None:
    """Of twenty: twelve, seven and one, no risk; the open and the bulk-closed do not count."""
    feature, defect = {"flow": "feature", "flow_by": "vsm.toml"}, {"flow": "defect", "flow_by": "types"}
    lifecycles, alignment, _ = lived(
        *[feature] * 12, *[defect] * 7, {"flow": "debt"}, feature | OPEN, feature | {"bulk": True}
    )
    rows = flow_distribution(lifecycles, alignment=alignment, minimum=12).set_index("flow")
    assert rows["tickets"].to_dict() == {"feature": 12, "defect": 7, "risk": 0, "debt": 1}
    assert rows["share"].to_dict() == {"feature": 0.6, "defect": 0.35, "risk": 0.0, "debt": 0.05}
    assert rows.loc[["defect"], ["low", "high"]].to_numpy().tolist()[0] == pytest.approx(
        [0.1812, 0.5671], abs=1e-4
    )
    assert set(rows["by"]) == {"types and vsm.toml"}
    assert set(rows["n"]) == {20}


def test_unknown_kinds_are_a_row_and_few_tickets_have_no_share() -> None:
    """A type that is not mapped is told as unknown."""
    lifecycles, alignment, _ = lived({"flow": None}, {"flow": "risk"})
    rows = flow_distribution(lifecycles, alignment=alignment, minimum=12)
    assert rows["flow"].tolist() == ["feature", "defect", "risk", "debt", "unknown"]
    assert rows["tickets"].tolist() == [0, 0, 1, 0, 1]
    assert rows[["share", "low", "high"]].isna().all(axis=None)


def test_weeks_begin_on_monday_and_idle_ones_are_there() -> None:
    """One delivered on Thursday 15 January, two on Sunday 1 February: three weeks, the middle one empty."""
    late = {"flow": "defect", "finished": pd.Timestamp("2026-02-01T23:59", tz="UTC")}
    lifecycles, alignment, _ = lived({"flow": "feature"}, late, late)
    rows = flow_by_period(lifecycles, alignment=alignment, period="week", minimum=2)
    assert rows["start"].dt.strftime("%m-%d").unique().tolist() == ["01-12", "01-19", "01-26"]
    assert rows.loc[rows["flow"] == "defect", "tickets"].tolist() == [0, 0, 2]
    assert rows[rows["share"].notna()]["share"].tolist() == [0.0, 1.0, 0.0, 0.0]
    assert rows.groupby("start")["n"].first().tolist() == [1, 0, 2]


def test_quarters_begin_with_their_first_day() -> None:
    """Of January and June: the first quarter and the second."""
    lifecycles, alignment, _ = lived({"flow": "debt"}, {"flow": "debt", "finished": END + 150 * DAY})
    rows = flow_by_period(lifecycles, alignment=alignment, minimum=12)
    assert rows.query("tickets > 0")["start"].dt.strftime("%Y-%m-%d").tolist() == ["2026-01-01", "2026-04-01"]
    assert flow_by_period(lifecycles.iloc[:0], alignment=alignment, minimum=12).empty


def test_unplanned_work_is_a_share_of_what_is_known() -> None:
    """Four of sixteen; one is not known."""
    lifecycles, alignment, _ = lived(*[{"planned": True}] * 12, *[{"planned": False}] * 4, {"planned": None})
    (row,) = planned_share(lifecycles, alignment=alignment, minimum=12).to_dict("records")
    assert (row["planned"], row["unplanned"], row["unknown"], row["n"], row["share"]) == (12, 4, 1, 16, 0.25)
    assert (row["low"], row["high"]) == pytest.approx((0.1018, 0.4950), abs=1e-4)
    assert pd.isna(row["missing"])


def test_what_is_missing_for_planning_is_named() -> None:
    """No selectors, or nothing delivered: two different answers, and neither is 0 %."""
    lifecycles, alignment, _ = lived({}, {})
    (row,) = planned_share(lifecycles, alignment=alignment, minimum=12).to_dict("records")
    assert row["missing"].startswith("vsm.toml does not define unplanned work: add unplanned")
    (none,) = planned_share(lifecycles.iloc[:0], alignment=alignment, minimum=12).to_dict("records")
    assert none["missing"] == "no ticket has been finished so far"
    assert pd.isna([row["share"], none["share"]]).all()


FLOW = st.sampled_from(["feature", "defect", "risk", "debt", None])
WAITED = st.tuples(st.sampled_from("abc"), FLOW, st.integers(0, 5), st.booleans())


@pytest.mark.slow
@settings(max_examples=share(10, of=250))
@given(st.lists(WAITED, max_size=12))
def test_shares_sum_to_one(rows: list[tuple[str, str | None, int, bool]]) -> None:
    """Of kinds of work, of waiting, and of each period; every delivered ticket stands in one row."""
    told = [
        {"objective": name, "flow": flow, "wait": days * DAY, "bulk": bulk} for name, flow, days, bulk in rows
    ]
    lifecycles, alignment, tickets = lived(*told)
    delivered = sum(not bulk for *_, bulk in rows)
    flows = flow_distribution(lifecycles, alignment=alignment, minimum=1)
    assert flows["tickets"].sum() == delivered
    assert flows["share"].sum() == pytest.approx(1.0 if delivered else 0.0)
    by = objective_costs(lifecycles, alignment=alignment, tickets=tickets, minimum=1)
    assert by["delivered"].sum() == delivered
    assert by["wait"].sum() == lifecycles.loc[~lifecycles["bulk"], "wait"].sum()
    if by["wait_share"].notna().any():
        assert by["wait_share"].sum() == pytest.approx(1.0)
    periods = flow_by_period(lifecycles, alignment=alignment, minimum=1)
    assert periods["tickets"].sum() == delivered


@given(st.integers(0, 60), st.integers(0, 60))
def test_wilson_bounds_are_those_of_scipy(part: int, more: int) -> None:
    """Against an independent implementation; of nothing, nothing is known."""
    from scipy.stats import binomtest  # noqa: PLC0415 - a second of import

    low, high = wilson_interval(part, part + more)
    if not part + more:
        assert np.isnan([low, high]).all()
    else:
        known = binomtest(part, part + more).proportion_ci(method="wilson")
        assert (low, high) == pytest.approx((known.low, known.high), abs=1e-12)
