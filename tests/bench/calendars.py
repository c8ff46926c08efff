"""How long does working time take, beside PM4Py's business hours and ``business-duration``? For ``make bench``.

All answer the same intervals in the same run: whole seconds within five years, an hour to thirty days long,
Monday to Friday from nine to five in Berlin with its public holidays. The others are given the local clock's
readings, made before the time is taken, and fewer intervals, as they take one at a time; what counts is the
time of one interval. Ratios are to our slower way, through columns of a table.
"""

import contextlib
import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as of_day

import holidays
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from vsm.clock import Calendar, Clock, Week, calendar_from_week

INTERVALS, FEWER, FEWEST, ROUNDS = 1_000_000, 20_000, 300, 5
SINCE, UNTIL, ZONE = date(2020, 12, 1), date(2026, 2, 1), "Europe/Berlin"
OPENS, CLOSES = 9 * 3600, 17 * 3600
WEEK = Week("office", ZONE, (((OPENS // 60, CLOSES // 60),),) * 5 + ((), ()), "DE", "BE")
FREE = frozenset(holidays.country_holidays("DE", subdiv="BE", years=range(2020, 2027)))


@dataclass(frozen=True)
class WorkDays:
    """What PM4Py asks of a calendar: whether a day is worked, as far as weekdays do not say so."""

    free: frozenset[date] = FREE

    def is_working_day(self, day: date) -> bool:
        """Is it no holiday?"""
        return day not in self.free


Pairs = Sequence[tuple[datetime, datetime]]
Way = Callable[[], Sequence[float]]


def intervals() -> pd.DataFrame:
    """Draw starts and ends, in UTC."""
    draw = np.random.default_rng(7)
    start = draw.integers(1_609_459_200, 1_767_225_600, INTERVALS)
    length = np.exp(draw.uniform(np.log(3600), np.log(30 * 86_400), INTERVALS)).astype(np.int64)
    sides = {"start": start, "end": np.minimum(start + length, 1_767_225_600)}
    return pd.DataFrame({side: pd.to_datetime(at, unit="s", utc=True) for side, at in sides.items()}).astype(
        "datetime64[us, UTC]"
    )


def local(drawn: pd.DataFrame, count: int) -> list[tuple[datetime, datetime]]:
    """Read the clock on Berlin's wall at the first intervals' starts and ends."""
    walls = [
        drawn[side].head(count).dt.tz_convert(ZONE).dt.tz_localize(None).dt.to_pydatetime()
        for side in ("start", "end")
    ]
    return list(zip(*walls, strict=True))


def pm4py(pairs: Pairs) -> Way:
    """PM4Py's own function, on slots of seconds since Monday."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        from pm4py.util.business_hours import soj_time_business_hours_diff as ask  # noqa: PLC0415 - greets

    slots = [(day * 86_400 + OPENS, day * 86_400 + CLOSES) for day in range(5)]
    days = WorkDays()
    return lambda: [ask(start, end, slots, days) for start, end in pairs]


def business_duration(pairs: Pairs) -> Way:
    """The package's only function."""
    from business_duration import businessDuration  # noqa: PLC0415 - only here

    about = {"starttime": of_day(9), "endtime": of_day(17), "holidaylist": FREE, "unit": "sec"}
    return lambda: [businessDuration(start, end, **about) for start, end in pairs]


def seconds_of(way: Callable[[], object]) -> float:
    """Take the best of some rounds."""
    took = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        way()
        took.append(time.perf_counter() - begun)
    return min(took)


def laid_out() -> Calendar:
    """Lay the office's five years out."""
    return calendar_from_week(WEEK, since=SINCE, until=UNTIL)


def measure() -> Table:
    """Ask everybody for the same intervals."""
    drawn, calendar = intervals(), laid_out()
    start, end = (drawn[side].astype("int64").to_numpy() for side in ("start", "end"))
    clock, team = Clock(calendar), pd.Series("web", index=drawn.index, dtype="category")
    ours = calendar.working(start, end) / 1e6
    ways: list[tuple[str, int, Callable[[], object]]] = [
        ("vsm: columns, by team", INTERVALS, lambda: clock.working(drawn["start"], drawn["end"], team=team)),
        ("vsm: arrays", INTERVALS, lambda: calendar.working(start, end)),
        ("PM4Py, business hours", FEWER, pm4py(local(drawn, FEWER))),
        ("business-duration", FEWEST, business_duration(local(drawn, FEWEST))),
    ]
    title = f"Working time of {INTERVALS:,} intervals, best of {ROUNDS}; the calendar is laid out in "
    table = Table(title=f"{title}{seconds_of(laid_out):.2f} s")
    for column in ("way", "intervals", "seconds", "of a million", "ratio", "as ours"):
        table.add_column(column, justify="left" if column == "way" else "right")
    base = 0.0
    for name, count, way in ways:
        took, found = seconds_of(way), way()
        whole = took * INTERVALS / count
        base = base or whole
        theirs = found.dt.total_seconds() if isinstance(found, pd.Series) else found
        scale = 1e6 if isinstance(found, np.ndarray) else 1.0
        same = int(np.isclose(np.asarray(theirs, dtype=np.float64) / scale, ours[:count], atol=1e-6).sum())
        row = (f"{took:.3f}", f"{whole:,.3f}", f"{whole / base:,.1f}", f"{same:,} of {count:,}")
        table.add_row(name, f"{count:,}", *row)
    return table


if __name__ == "__main__":
    Console(width=110).print(measure())
