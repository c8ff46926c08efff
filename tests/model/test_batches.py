"""Batches are claimed where departures chain more than at random in working time, and nowhere else."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from tests.share import share
from vsm.model.batches import batches_from_stage_visits, chained_by_chance

MONDAY = pd.Timestamp("2026-01-05", tz="UTC")
RUNS = share(12, of=2000)
Hours = npt.NDArray[np.float64]


def left_at(hours: Sequence[float] | Hours, stage: str = "Release", kind: str = "queue") -> pd.DataFrame:
    """Stays in a stage that end so many hours after midnight of a Monday."""
    about: dict[str, Any] = {"stage": stage, "kind": kind, "elapsed": pd.Timedelta(days=1)}
    left = MONDAY + pd.to_timedelta(np.asarray(hours, dtype=np.float64), unit="h")
    tickets = [f"t{number}" for number in range(len(hours))]
    return pd.DataFrame({"ticket": tickets, "left": left}).assign(**about, bulk=False, gone=False)


def workdays(days: int) -> Hours:
    """Midnights of the first working days, Monday to Friday, in hours."""
    return np.array([24.0 * (7 * (n // 5) + n % 5) for n in range(days)])


def at_random(a_day: int, rng: np.random.Generator, *, kind: str = "even") -> Hours:
    """Departures on sixty working days, a Poisson number each day."""
    day: Hours = np.repeat(workdays(60), rng.poisson(a_day, 60))
    n = len(day)
    times: dict[str, Hours] = {
        "even": rng.uniform(9, 17, n),
        "six hours": rng.uniform(10, 16, n),
        "lunch": rng.choice([9.0, 13.0], n) + rng.uniform(0, 3.5, n),
        "peaks": np.clip(rng.choice([11.0, 15.5], n) + rng.normal(0, 1, n), 8.5, 17.5),
    }
    return np.add(day, times[kind])


def claimed(departures: Hours, *, hours: float = 8.0) -> bool:
    found = batches_from_stage_visits(left_at(departures), hours={"Release": hours})
    return bool(found["beyond_chance"].any())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["even", "six hours", "lunch", "peaks"])
@pytest.mark.parametrize("a_day", [1, 2, 5, 8, 12, 20, 30, 40])
def test_random_departures_are_no_batches(a_day: int, kind: str) -> None:
    """In five of a hundred streams at most, whatever the day looks like."""
    rng = np.random.default_rng([a_day, len(kind)])
    false = sum(claimed(at_random(a_day, rng, kind=kind)) for _ in range(RUNS))
    assert false <= 0.05 * RUNS


def planted(kind: str, rng: np.random.Generator) -> Hours:
    """Half a year of releases, with a straggler a day here and there."""
    if kind == "every two weeks a dozen":
        starts, size, minutes = 24.0 * 14 * np.arange(13) + 72 + 15, 12, 30.0
    elif kind == "every day at 17:00":
        starts, size, minutes = workdays(130) + 17, 7, 10.0
    elif kind == "every day at 17:00, forty":
        starts, size, minutes = workdays(130) + 17, 40, 15.0
    elif kind == "weekly on Friday":
        starts, size, minutes = 24.0 * 7 * np.arange(26) + 96 + 16, 9, 45.0
    else:
        starts, size, minutes = 24.0 * 30 * np.arange(6) + 26, 60, 20.0
    sizes = np.maximum(rng.poisson(size, len(starts)), 5)
    released = np.repeat(starts, sizes) + rng.uniform(0, minutes / 60, sizes.sum())
    stray = rng.choice(workdays(130), 15) + rng.uniform(9, 17, 15)
    return np.concatenate([released, stray])


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [
        "every two weeks a dozen", "every day at 17:00", "every day at 17:00, forty", "weekly on Friday",
        "monthly at night, sixty",
    ],
)  # fmt: skip
def test_planted_releases_are_found(kind: str) -> None:
    """In 95 of a hundred streams at least."""
    rng = np.random.default_rng(len(kind))
    found = sum(claimed(planted(kind, rng)) for _ in range(RUNS))
    assert found >= 0.95 * RUNS


def test_a_fortnights_release_is_described() -> None:
    """Twelve within half an hour, every two weeks: batches of twelve, a pause of 15 minutes, hardly by chance."""
    hours = [24 * 14 * release + 15 + number / 24 for release in range(6) for number in range(12)]
    (row,) = batches_from_stage_visits(left_at(hours)).to_dict("records")
    assert (row["departures"], row["batched"], row["batches"], row["size"]) == (72, 72, 6, 12)
    assert (row["every"], row["pause"]) == (pd.Timedelta(days=14), pd.Timedelta(minutes=15))
    assert row["by_chance"] == pytest.approx(chained_by_chance(12, 15 / 480, 5))
    assert row["by_chance"] < 0.02
    assert row["beyond_chance"]


def test_runs_without_a_pause_are_batches() -> None:
    """Five within minutes and five a fortnight later are two batches; three stragglers are none."""
    hours = (0, 0.1, 0.2, 0.3, 1.2, 100, 101.5, 103, 336, 336, 336, 336.5, 337.4)
    (row,) = batches_from_stage_visits(left_at(hours)).to_dict("records")
    assert (row["departures"], row["batched"], row["batches"], row["size"]) == (13, 10, 2, 5)
    assert (row["every"], row["wait"]) == (pd.Timedelta(days=14), pd.Timedelta(days=10))
    assert not row["beyond_chance"], "two are too few"


def test_a_ticket_that_leaves_twice_departs_twice() -> None:
    """Six departures of five tickets within the hour: all six are batched, in one batch of five tickets."""
    table = batches_from_stage_visits(left_at([0] * 6).assign(ticket=list("abcdea")))
    (row,) = table.to_dict("records")
    assert (row["departures"], row["batched"], row["batches"], row["size"]) == (6, 6, 1, 5)


def test_work_stages_open_stays_and_bulk_edits_make_no_batches() -> None:
    """Only departures from where tickets wait, on purpose."""
    rows = left_at([0] * 6)
    assert batches_from_stage_visits(rows.assign(kind="work")).empty
    assert batches_from_stage_visits(rows.assign(bulk=True)).empty
    assert batches_from_stage_visits(rows.assign(gone=True)).empty
    assert batches_from_stage_visits(rows.assign(left=rows["left"].where(rows["kind"] == "done"))).empty


def test_pairs_among_many_are_no_batches() -> None:
    """Ten times a day somebody moves two tickets at once: within an hour all chain, and nothing is a batch."""
    rng = np.random.default_rng(4)
    hours = np.repeat(workdays(60), 10) + rng.uniform(9, 17, 600)
    assert not claimed(np.concatenate([hours, hours]))


def test_a_calendar_that_is_always_open_makes_no_batches() -> None:
    """People work eight hours of it: twelve departures in those are as random as ever."""
    rng = np.random.default_rng(5)
    assert not claimed(at_random(12, rng), hours=24.0)


def test_a_short_working_day_chains_more_by_chance() -> None:
    """Twelve departures within the four hours of a half-day team lie 20 minutes apart, and are no batches."""
    hours = np.repeat(workdays(60), 12) + np.random.default_rng(6).uniform(9, 13, 720)
    assert not claimed(hours, hours=4.0)


@pytest.mark.parametrize(("n", "pause", "expected"), [(4, 1.0, 0.0), (5, 1.0, 1.0), (5, 0.0, 0.0)])
def test_the_ends_of_chance(n: int, pause: float, expected: float) -> None:
    """Too few are no chain; with a pause as long as the day all are, with none nobody is."""
    assert chained_by_chance(n, pause, 5) == pytest.approx(expected)


def test_chance_is_what_random_draws_give() -> None:
    """Of 20,000 random days with eight departures: the same share in chains of five, with gaps under an hour."""
    gaps = np.diff(np.sort(np.random.default_rng(7).random((20_000, 8)), axis=1)) <= 1 / 8
    chained = 0
    for day in gaps:
        ends = np.flatnonzero(np.concatenate([[True], ~day, [True]]))
        sizes = np.diff(ends)
        chained += int(sizes[sizes >= 5].sum())
    assert chained / 160_000 == pytest.approx(chained_by_chance(8, 1 / 8, 5), abs=0.005)
