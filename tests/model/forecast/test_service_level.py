"""The chance of an open ticket to meet the service level: of those in its stage at its age, how many did."""

import pandas as pd
import pytest

from tests.streams import Life, stream_of
from vsm.config import ServiceLevel
from vsm.model.forecast import service_level_chances

QUICK: Life = [("Ready", 1), ("Build", 5), ("Done", 0)]
"""In Build from day 1 to day 6."""
SLOW: Life = [("Ready", 1), ("Build", 30), ("Done", 0)]
OPEN: Life = [("Ready", 1), ("Build", 0)]


def chances(*lives: Life, as_of_day: float, level: ServiceLevel, minimum: int = 4) -> pd.DataFrame:
    """The chances of the open tickets of a stream; all its tickets were created on day 0."""
    stream = stream_of(*lives, as_of_day=as_of_day)
    return service_level_chances(
        stream.stage_visits, lifecycles=stream.lifecycles, level=level, minimum=minimum
    )


@pytest.mark.parametrize(("minimum", "chance"), [(6, 4 / 6), (7, None)])
def test_a_ticket_is_compared_with_those_that_were_in_its_stage_at_its_age(
    minimum: int, chance: float | None
) -> None:
    """At day 3 six others were in Build: four of them were done by day 10; one was elsewhere, one done."""
    elsewhere: Life = [("Ready", 9), ("Build", 1), ("Done", 0)]
    early: Life = [("Build", 2), ("Done", 0)]
    stream = stream_of(*[QUICK] * 4, *[SLOW] * 2, elsewhere, early, OPEN, as_of_day=40)
    visits, lives = stream.stage_visits, stream.lifecycles
    # The open ticket was created 37 days later than the others: it is three days old.
    late = visits["left"].isna() & (visits["stage"] == "Build")
    number = visits.loc[late, "ticket"].item()
    shift = pd.Timedelta(days=37)
    mine = visits["ticket"] == number
    visits.loc[mine, "entered"] += shift
    visits.loc[mine & visits["left"].notna(), "left"] += shift
    visits.loc[late, "elapsed"] -= shift
    own = lives["ticket"] == number
    for column in ("created", "started", "seen_since"):
        lives.loc[own, column] += shift
    for column in ("lead", "cycle"):
        lives.loc[own, column] -= shift
    found = service_level_chances(
        visits, lifecycles=lives, level=ServiceLevel(days=10), minimum=minimum
    ).iloc[0]
    assert (found["stage"], found["age"], found["n"]) == ("Build", pd.Timedelta(days=3), 6)
    if chance is None:
        assert found[["chance", "low", "high"]].isna().all()
    else:
        assert found["chance"] == pytest.approx(chance)
        assert found["low"] < chance < found["high"]


def test_a_ticket_whose_time_is_over_has_no_chance() -> None:
    """It is 40 days old, of 10."""
    found = chances(OPEN, as_of_day=40, level=ServiceLevel(days=10))
    assert found[["chance", "low", "high"]].to_numpy().tolist() == [[0.0, 0.0, 0.0]]


def test_nobody_is_seen_to_reach_a_distant_day() -> None:
    """All others are as young: there is nobody who was ever older."""
    found = chances(*[OPEN] * 6, as_of_day=5, level=ServiceLevel(days=90))
    assert found["chance"].isna().all()


@pytest.mark.slow
def test_a_cycle_time_that_has_not_begun_is_left_out() -> None:
    """In Ready nobody has worked yet; without a service level there is nothing to say."""
    ready: Life = [("Ready", 0)]
    found = chances(ready, OPEN, as_of_day=5, level=ServiceLevel(days=10, of="cycle time"))
    assert found["stage"].tolist() == ["Build"]
    stream = stream_of(OPEN)
    none = service_level_chances(stream.stage_visits, lifecycles=stream.lifecycles, level=None, minimum=4)
    assert none.empty
