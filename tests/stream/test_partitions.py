"""Intervals made in partitions of whole tickets are those of the serial way, whoever does the steps."""

import pickle
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.logs import Case, cases
from tests.real_streams import TRACKERS, real_log, real_workflow
from tests.share import share
from tests.streams import reviewed_stream, sample_stream
from vsm.context import Context, Intervals, intervals_of
from vsm.eventlog.log import Log, sorted_events
from vsm.from_log import stream_from_log
from vsm.partitions import Here, intervals_in_partitions
from vsm.tables import NAMES, conform


class AnyOrder(Here):
    """Nobody may rest on the order in which partitions are done: promises are kept in any, when asked for."""

    def __init__(self, seed: int = 0) -> None:
        self.random, self.waiting = Random(seed), list["Promise"]()

    def submit(self, work: Callable[..., Any], *args: Any) -> Any:
        self.waiting.append(Promise(work, args))
        return self.waiting[-1]

    def gather(self, promises: list[Any]) -> list[Any]:
        self.random.shuffle(self.waiting)
        for promise in self.waiting:
            promise.kept()
        return [pickle.loads(pickle.dumps(promise.kept())) for promise in promises]


class Promise:
    """Work to be done once, with others' promises among its arguments."""

    def __init__(self, work: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.work, self.args, self.made = work, args, list[Any]()

    def kept(self) -> Any:
        if not self.made:
            self.made.append(self.work(*map(_resolved, self.args)))
        return self.made[0]


def _resolved(arg: Any) -> Any:
    if isinstance(arg, Promise):
        return arg.kept()
    return [_resolved(one) for one in arg] if isinstance(arg, list) else arg


def same_bytes(one: Intervals, other: Intervals) -> None:
    """Each column has the same type, words and bytes."""
    for mine, theirs in zip(one, other, strict=True):
        assert list(mine.columns) == list(theirs.columns)
        for name in mine.columns:
            left, right = mine[name], theirs[name]
            assert left.dtype == right.dtype, name
            if isinstance(left.dtype, pd.CategoricalDtype):
                assert left.cat.categories.tolist() == right.cat.categories.tolist(), name
                left, right = left.cat.codes, right.cat.codes
            pd.testing.assert_series_equal(left, right, check_exact=True)
            assert _bytes(left) == _bytes(right), name


def _bytes(values: Any) -> bytes:
    if str(values.dtype) == "str":
        return pickle.dumps(values.tolist())
    if hasattr(values.dt if str(values.dtype)[0] in "dt" else None, "as_unit"):
        return bytes(pd.Index(values).asi8.tobytes())
    missing = values.isna().to_numpy()
    plain = values.array._data if hasattr(values.array, "_mask") else values.to_numpy()
    return bytes(missing.tobytes() + np.asarray(plain)[~missing].tobytes())


def all_ways(context: Context, *, seed: int = 0) -> None:
    """With 1, 3 and 8 partitions that are done in any order."""
    serial, tickets = intervals_of(context), len(context.moves["ticket"].cat.categories)
    for number in (1, 3, 8):
        anywhere = np.random.default_rng(seed).integers(0, number, tickets)
        same_bytes(intervals_in_partitions(context, workers=AnyOrder(seed), partition=anywhere), serial)


def context_of_case(case: Case) -> Context:
    rows = [{"kind": "status", "id": status, "name": status} for status in case.workflow.mapping]
    log = Log(events=sorted_events(case.events), names=conform(pd.DataFrame(rows), NAMES))
    stream = stream_from_log(log, workflow=case.workflow, as_of=pd.Timestamp(case.as_of))
    return stream._context


@pytest.mark.slow
@settings(max_examples=share(10, of=500))
@given(cases(), st.integers(0, 99))
def test_random_logs_have_the_same_intervals(case: Case, seed: int) -> None:
    """Tickets without moves, of one instant, found gone, or moved in bulk."""
    all_ways(context_of_case(case), seed=seed)


@pytest.mark.slow
@pytest.mark.parametrize("tracker", TRACKERS)
def test_real_trackers_have_the_same_intervals(real_data: Path, tracker: str) -> None:
    """With links between tickets, parts of others and assignees."""
    log = real_log(real_data, tracker)
    stream = stream_from_log(log, workflow=real_workflow(), as_of=log.events["at"].max())
    assert stream.waits["cause"].nunique() > 4
    all_ways(stream._context)


@pytest.mark.slow
def test_the_sample_has_the_same_intervals(sample_folder: Path) -> None:
    """With flags, releases, milestones of Git and sprints."""
    context = sample_stream(sample_folder)._context
    all_ways(context)


@pytest.mark.slow
def test_reviews_and_agents_have_the_same_intervals() -> None:
    """With phases of reviews and pipelines, and calendars of agents."""
    all_ways(reviewed_stream()._context)
