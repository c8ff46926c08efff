"""What a value stream map says beside its stages, of hand-made tickets."""

from typing import Any

import pandas as pd
import pytest

from vsm.config import parse_workflow
from vsm.model.map_facts import MapFacts, map_facts
from vsm.model.period import Period

START = pd.Timestamp("2026-01-05", tz="UTC")
DAY = pd.Timedelta(days=1)
LIMITED = parse_workflow('[[stage]]\nname = "Build"\nkind = "work"\nstatuses = ["jira:1"]\nwip = 3')


def facts(
    leads: list[float], *, releases: tuple[float, ...] = (), holders: str = "abc", **more: Any
) -> MapFacts:
    """Of tickets delivered after so many days, the first of two of them worked on for half of that."""
    tickets = [f"t{n}" for n in range(len(leads))]
    lead = pd.Series(leads, dtype="float64") * DAY
    lives = pd.DataFrame(
        {"ticket": tickets, "created": START, "finished": START + lead, "lead": lead, "bulk": False}
    )
    stays = pd.DataFrame(
        [
            {"ticket": ticket, "kind": "work", "elapsed": days / 2 * DAY}
            for ticket, days in zip(tickets, leads, strict=True)
        ][::2],
        columns=["ticket", "kind", "elapsed"],
    )
    visits = pd.DataFrame({"stage": "Build", "kind": "work", "holder": [*holders, *holders, None]})
    given: dict[str, Any] = {
        "rolled": pd.DataFrame({"share": [0.8]}), "workflow": LIMITED, "period": Period(START, START + 14 * DAY),
        "minimum": 2, "fewest_people": 3, "stays": pd.DataFrame({"p50": [DAY], "p85": [pd.NaT]}, index=["Build"], dtype="timedelta64[us]"),
    }  # fmt: skip
    deployments = pd.DataFrame({"at": [START + day * DAY for day in releases]}).astype(
        {"at": lives["created"].dtype}
    )
    return map_facts(lives, visits=visits, stage_visits=stays, deployments=deployments, **given | more)


def test_lead_time_and_process_time_are_means() -> None:
    """Of 2, 4 and 9 days, of which 1, none and 4.5 were in work stages: they divide as their sums do."""
    found = facts([2, 4, 9])
    assert (found.lead, found.delivered) == (5 * DAY, 3)
    assert found.process == pd.Timedelta(days=5.5) / 3


def test_of_too_few_delivered_tickets_nothing_is_claimed() -> None:
    """One, where two are needed."""
    assert facts([2])[:3] == (None, None, 1)


def test_rates_are_of_the_current_period() -> None:
    """Three arrived and two were delivered within two weeks; the third was delivered later."""
    found = facts([2, 4, 20])
    assert (found.arrivals, found.deliveries, found.days) == (1.5, 1.0, 14)


@pytest.mark.parametrize(("holders", "people"), [("abc", {"Build": 3}), ("ab", {})])
def test_fewer_people_than_may_be_shown_are_not_counted(holders: str, people: dict[str, int]) -> None:
    """Each once, however often they held work."""
    assert facts([2, 4], holders=holders).people == people


def test_releases_have_a_cadence_where_there_are_enough() -> None:
    """Six of them, mostly a week apart; two at one instant are one release."""
    assert facts([2, 4], releases=(0, 7, 14, 14, 21, 28, 90)).release_every == 7 * DAY
    assert facts([2, 4], releases=(0, 7, 14)).release_every is None


def test_rolled_accuracy_is_missing_where_it_is_not_known() -> None:
    """Without a row, or without a share in it."""
    assert facts([2, 4]).rolled == 0.8
    for unknown in ([], [float("nan")]):
        assert (
            facts([2, 4], rolled=pd.DataFrame({"share": pd.Series(unknown, dtype="float64")})).rolled is None
        )
