"""What was given up, where it was until then, and what that had cost; all other measures do without it."""

import pandas as pd
import pytest

from tests.streams import stream_of
from vsm.model.change import spells_of
from vsm.model.lifecycle import completed, cycle_time_quantiles, cycle_times, lead_time_quantiles
from vsm.model.weekly import weekly_flow
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow


DELIVERED = [("Ready", 2), ("Build", 8), ("Done", 0)]
SOON = [("Ready", 1), ("Done", 0)]
LATE = [("Ready", 2), ("Build", 4), ("Done", 0)]


def stream(**more: object) -> ValueStream:
    """Three delivered in 10 days, two discarded from the queue after a day, one from work after six."""
    resolutions = {4: "Won't Do", 5: "Duplicate", 6: "Wird nicht behoben"}
    return stream_of(*[DELIVERED] * 3, SOON, SOON, LATE, resolutions=resolutions, **more)  # type: ignore[arg-type]


def test_discarded_work_is_listed_by_the_stage_it_was_in() -> None:
    """2 and 1 of 6 finished tickets; 2 and 6 of their 38 days; 4 days of work for nothing."""
    found = stream().discarded
    assert found[["stage", "kind", "tickets"]].to_numpy().tolist() == [
        ["Ready", "queue", 2],
        ["Build", "work", 1],
    ]
    assert found["lead_total"].dt.days.tolist() == [2, 6]
    assert found["work"].dt.days.tolist() == [0, 4]
    assert found["share"].round(3).tolist() == [0.333, 0.167]
    assert found["lead_share"].round(3).tolist() == [0.053, 0.158]
    assert found["lead"].isna().all()


def test_without_discarded_tickets_there_are_no_rows() -> None:
    """Nor a fault, with no ticket at all."""
    assert stream_of(DELIVERED).discarded.empty
    assert stream_of().discarded.empty


def test_what_completes_is_delivered() -> None:
    """Lead and cycle time, shares, handoffs, findings and comparisons are of the three; none of these ends early."""
    one = stream()
    assert completed(one.lifecycles)["lead"].dt.days.tolist() == [10, 10, 10]
    lead = lead_time_quantiles(one.lifecycles, minimum=3)
    assert lead["lead"].dt.days.tolist() == [10, 10]
    assert lead[["delivered", "open", "gone", "discarded"]].iloc[0].tolist() == [3, 0, 0, 3]
    times = cycle_times(one.lifecycles, visits=one.visits, clock=one.clock)
    assert times["state"].value_counts().to_dict() == {"delivered": 3, "discarded": 1}
    assert cycle_time_quantiles(times, minimum=3)["cycle"].dt.days.tolist() == [8, 8, 8]
    assert one.stage_shares["tickets"].tolist() == [3, 3]
    assert len(spells_of(one.stage_visits, one.lifecycles)) == 3


def test_what_is_present_counts_every_ticket() -> None:
    """All six arrive in the first week; the discarded leave work in progress like the delivered."""
    flow = weekly_flow(stream().lifecycles, as_of=pd.Timestamp("2026-01-20", tz="UTC"))
    assert flow[["arrived", "delivered", "discarded", "wip"]].to_numpy().tolist() == [
        [6, 0, 3, 3], [0, 3, 0, 0], [0, 0, 0, 0]
    ]  # fmt: skip
    assert len(stream().visits["ticket"].unique()) == 6


def test_the_file_says_what_was_delivered_after_all() -> None:
    """ "Duplicate" counts as delivered where this team calls something else so."""
    assert len(completed(stream(outcome='delivered = ["duplicate"]').lifecycles)) == 4
