"""How pipelines fare: queued, running, held, failing without a cause."""

from typing import Any

import pandas as pd
import pytest

from tests.pull_rows import instant, pipelines
from vsm.model.reviews import pipelines_by_name


def named(*rows: dict[str, Any], minimum: int = 1) -> dict[str, Any]:
    """Give how the pipeline "test" fared in January."""
    table = pipelines(*({"name": "test", "created": "05 09:00", "commit": "c"} | row for row in rows))
    since, as_of = instant("01 00:00"), instant("31 00:00")
    found = pipelines_by_name(table, since=since, as_of=as_of, minimum=minimum)
    return dict(next(found.iterrows())[1])


def run(start: str, end: str, outcome: str, **more: Any) -> dict[str, Any]:
    return {
        "created": f"05 {start}",
        "started": f"05 {start}",
        "finished": f"05 {end}",
        "outcome": outcome,
    } | more


def test_a_failure_that_a_rerun_on_the_same_commit_cures_is_flaky() -> None:
    """It failed at 9:10 and 9:40, and passed at 10:10: two flakes, 60 and 30 minutes lost."""
    found = named(
        run("09:00", "09:10", "failure"), run("09:30", "09:40", "failure"), run("10:00", "10:10", "success")
    )
    assert (found["attempts"], found["flakes"], found["lost"]) == (3, 2, pd.Timedelta(minutes=90))
    assert found["flaky"] == pytest.approx(2 / 3)


def test_a_failure_that_another_commit_cures_is_not() -> None:
    """Something has changed: the failure had a cause."""
    found = named(run("09:00", "09:10", "failure"), run("09:30", "09:40", "success", commit="d"))
    assert (found["failed"], found["flakes"]) == (0.5, 0)


def test_nor_is_one_of_another_pipeline_or_of_no_commit() -> None:
    """The same commit in another pipeline says nothing; without a commit nobody can tell."""
    assert (
        named(run("09:00", "09:10", "failure"), run("09:30", "09:40", "success", name="lint"))["flakes"] == 0
    )
    bare = {"commit": None}
    assert (
        named(run("09:00", "09:10", "failure", **bare), run("09:30", "09:40", "success", **bare))["flakes"]
        == 0
    )


def test_waiting_for_a_runner_and_for_an_approval_are_apart() -> None:
    """Queued five minutes, ran ten, and somebody approved it after two hours."""
    found = named(
        {"started": "05 09:05", "finished": "05 09:15", "held_from": "05 09:15", "held_until": "05 11:15",
         "outcome": "success"}
    )  # fmt: skip
    spans = [found[step] for step in ("queued", "running", "held")]
    assert spans == [pd.Timedelta(minutes=minutes) for minutes in (5, 10, 120)]


def test_what_was_cancelled_or_runs_still_has_no_outcome() -> None:
    """Of four attempts, two count."""
    found = named(
        run("09:00", "09:10", "cancelled"), {"started": "05 09:00"}, run("09:00", "09:10", "failure"),
        run("09:00", "09:05", "success"),
    )  # fmt: skip
    assert (found["attempts"], found["failed"]) == (2, 0.5)


def test_of_too_few_there_are_counts_alone() -> None:
    """Two attempts are not twelve: no share, no median."""
    found = named(run("09:00", "09:10", "failure"), run("09:30", "09:40", "success"), minimum=12)
    assert pd.isna([found["failed"], found["flaky"], found["running"]]).all()
    assert found["flakes"] == 1
