"""Working time by team."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from vsm.clock import Calendar, Clock
from vsm.errors import ParameterError

HOUR = 3_600_000_000
WEB = Calendar("web", np.array([9 * HOUR]), np.array([17 * HOUR]))
OTHERS = Calendar("others", np.array([0]), np.array([24 * HOUR]))
CLOCK = Clock(OTHERS, {"web": WEB, "shop": WEB})


def at(*hours: float | None) -> "pd.Series[Any]":
    """Hours of the epoch's first day as instants."""
    day = pd.Timestamp("1970-01-01", tz="UTC")
    since = pd.to_timedelta(pd.Series(hours, dtype="float64"), unit="h")
    return (day + since).astype("datetime64[us, UTC]")


def micros(column: "pd.Series[Any]") -> list[int]:
    """Instants or durations as whole microseconds."""
    return column.astype("int64").tolist()


@pytest.mark.parametrize("dtype", ["str", "category", "object"])
def test_each_row_goes_by_its_teams_calendar(dtype: str) -> None:
    """A missing or unnamed team goes by the default; the index stays."""
    team = pd.Series(["web", None, "quality", "shop"], dtype=dtype)
    found = CLOCK.working(at(8, 8, 8, 10), at(10, 10, 10, 20), team=team)
    assert micros(found) == [HOUR, 2 * HOUR, 2 * HOUR, 7 * HOUR]
    assert found.dtype == "timedelta64[us]"
    moved = CLOCK.working(
        *(at(*hours).set_axis([7, 7]) for hours in ((8, 8), (10, 10))),
        team=pd.Series(["web", "x"], index=[7, 7]),
    )
    assert moved.index.tolist() == [7, 7]


def test_a_missing_end_has_no_working_time() -> None:
    """Missing, not zero; its neighbours are answered."""
    found = CLOCK.working(at(8, None, 8), at(None, 9, 10), team=pd.Series(["web", "web", None]))
    assert found.isna().tolist() == [True, True, False]


def test_other_units_and_zones_are_the_same_instants() -> None:
    """Seconds in Berlin or microseconds in UTC."""
    start, end, team = at(8, 16), at(10, 18), pd.Series(["web", "web"])
    berlin = [side.dt.tz_convert("Europe/Berlin").dt.as_unit("s") for side in (start, end)]
    expected = CLOCK.working(start, end, team=team)
    pd.testing.assert_series_equal(CLOCK.working(berlin[0], berlin[1], team=team), expected)


def test_empty_columns_have_an_empty_answer() -> None:
    """Of the right type."""
    found = CLOCK.working(at(), at(), team=pd.Series([], dtype="str"))
    assert (len(found), str(found.dtype)) == (0, "timedelta64[us]")


def test_instants_are_open_by_their_teams_calendar() -> None:
    """A missing instant is not open."""
    found = CLOCK.is_open(at(8, 8, None), team=pd.Series(["web", None, None]))
    assert found.tolist() == [False, True, False]


def test_an_interval_that_ends_before_it_starts_is_refused() -> None:
    """As by the calendar itself."""
    with pytest.raises(ParameterError, match="1 intervals end before they start"):
        CLOCK.working(at(10), at(8), team=pd.Series(["web"]))


def test_many_rows_equal_their_calendars_one_by_one() -> None:
    """Grouping by calendar changes no answer."""
    draw = np.random.default_rng(1)
    hours = np.sort(draw.uniform(0, 24, (500, 2)), axis=1)
    team = pd.Series(draw.choice(["web", "shop", "ops"], 500))
    start, end = at(*hours[:, 0]), at(*hours[:, 1])
    found = micros(CLOCK.working(start, end, team=team))
    alone = [
        int(CLOCK.calendar(name).working(begin, finish))
        for name, begin, finish in zip(team, micros(start), micros(end), strict=True)
    ]
    assert found == alone
