"""What a stream costs does not grow with its stages or teams: calls of functions are counted, not seconds.

A filter of a whole frame takes pandas some hundred calls, so one in a loop over stages or teams shows itself in
the calls that each more of them brings, on any machine and as often as one counts.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

import pandas as pd
import pytest

from tests.bench.growth import shaped_log, shaped_workflow
from tests.share import THOROUGH
from tests.streams import stream_of
from vsm.from_log import stream_from_log
from vsm.measure import measure
from vsm.stream import ValueStream

FEW, MANY = (64, 128) if THOROUGH else (24, 48)
TICKETS, STEPS = 64, 6
MOST: Final = {"read": 2500, "measures": 800, "plot": 200, "table": 800}
"""Calls that one more stage or team may bring: its persons get pseudonyms, its share an interval, its row of a
table is written; figures draw so many and no more. Findings once took 7,000, a chart of ages 54,000."""


@dataclass
class Calls:
    """Count the calls of functions, of Python's and of C's, while it is entered."""

    count: int = 0

    def __enter__(self) -> "Calls":
        sys.setprofile(self._seen)
        return self

    def __exit__(self, *error: object) -> None:
        sys.setprofile(None)

    def _seen(self, frame: FrameType, event: str, argument: Any) -> None:
        self.count += event in ("call", "c_call")


def asked(stream: ValueStream) -> Iterator[tuple[str, str, Callable[[], Any]]]:
    """Every measure of a stream, in `make thorough` also figures and tables: section, name, and how."""
    for name, value in vars(ValueStream).items():
        if isinstance(value, measure) and name != "_facts":
            yield "measures", name, lambda name=name: getattr(stream, name)  # type: ignore[misc]
    for section in ("plot", "table") if THOROUGH else ():
        for name in dir(getattr(stream, section)):
            yield section, name, getattr(getattr(stream, section), name)


def calls(*, tickets: int = TICKETS, stages: int = 4, teams: int = 4) -> dict[tuple[str, str], int]:
    """Count the calls for everything that can be asked of a stream of this shape."""
    log, workflow = (
        shaped_log(tickets=tickets, stages=stages, teams=teams, steps=STEPS),
        shaped_workflow(stages),
    )
    as_of = pd.Timestamp("2026-06-01", tz="UTC")
    with Calls() as reading:
        stream = stream_from_log(log, workflow=workflow, as_of=as_of, key=b"k" * 32)
    found = {("read", "stream"): reading.count}
    for section, name, ask in asked(stream):
        with Calls() as counted:
            ask()
        found[section, name] = counted.count
    return found


@pytest.mark.slow
@pytest.mark.parametrize("many", ["stages", "teams"])
def test_one_more_brings_few_calls(many: str) -> None:
    """A stream of as many tickets and moves, in twice as many stages or teams."""
    calls(tickets=3)  # what is loaded or compiled once is not counted
    before, after = (calls(**{many: number}) for number in (FEW, MANY))
    brought = {what: (after[what] - before[what]) / (MANY - FEW) for what in before}
    assert {what: round(each) for what, each in brought.items() if each > MOST[what[0]]} == {}


PIECES: Final = {
    "__init__", "_visit_starts", "_waited", "_waited_in_all", "_waits", "blocks_of_waits", "explained_waiting",
    "lifecycles_from_visits", "stage_visits_from_visits", "stuck_table", "ticket_life", "unbroken_waits",
    "waiting_now", "waits_by_cause", "waits_within",
}  # fmt: skip
"""Functions that see each night of a wait: they join pieces, sum one column, or look at open tickets alone."""


@dataclass
class Given:
    """Note the functions that are given more waits than there can be without nights, while it is entered."""

    most: int
    names: set[str]

    def __enter__(self) -> "Given":
        sys.setprofile(self._seen)
        return self

    def __exit__(self, *error: object) -> None:
        sys.setprofile(None)

    def _seen(self, frame: FrameType, event: str, argument: Any) -> None:
        waits = frame.f_locals.get("waits") if event == "call" else None
        if isinstance(waits, pd.DataFrame) and len(waits) > self.most:
            self.names.add(frame.f_code.co_name)


@pytest.mark.slow
def test_few_look_at_each_night() -> None:
    """Of every measure, figure and table: all others get the pieces of each visit and cause as one."""
    stream = stream_of(
        *[(("Ready", 365 + day), ("Build", 3), ("Done", 1)) for day in range(14)], as_of_day=500
    )
    assert len(stream.waits) > 3000
    with Given(300, set()) as given:
        for name, value in vars(ValueStream).items():
            if isinstance(value, measure) and name != "_facts":
                getattr(stream, name)
        for section in (stream.plot, stream.table):
            for name in dir(section):
                getattr(section, name)()
    assert given.names <= PIECES
