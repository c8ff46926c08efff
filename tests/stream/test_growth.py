"""What a stream costs does not grow with its stages or teams: calls of functions are counted, not seconds.

A filter of a whole frame takes pandas some hundred calls, so one in a loop over stages or teams shows itself in
the calls that each more of them brings, on any machine and as often as one counts.
"""

import cProfile
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

FEW, MANY = (64, 192) if THOROUGH else (12, 36)
TICKETS, STEPS = 64, 6
MOST: Final = {"read": 2500, "measures": 800, "plot": 200, "table": 800}
"""Calls that one more stage and team may bring: its persons get pseudonyms, its share an interval, its row of a
table is written; figures draw so many and no more. Findings once took 7,000, a chart of ages 54,000."""


def called(ask: Callable[[], Any]) -> int:
    """How many functions are called for it, Python's and C's; counted in C, which takes little itself."""
    profile = cProfile.Profile()
    profile.runcall(ask)
    return sum(entry.callcount for entry in profile.getstats())


def asked(stream: ValueStream) -> Iterator[tuple[str, str, Callable[[], Any]]]:
    """Every measure of a stream, in `make thorough` also figures and tables: section, name, and how."""
    for name, value in vars(ValueStream).items():
        if isinstance(value, measure) and name != "_facts":
            yield "measures", name, lambda name=name: getattr(stream, name)  # type: ignore[misc]
    for section in ("plot", "table") if THOROUGH else ():
        for name in dir(getattr(stream, section)):
            yield section, name, getattr(getattr(stream, section), name)


def shaped(*, stages: int, teams: int, tickets: int = TICKETS) -> ValueStream:
    """Read a stream of this shape."""
    log = shaped_log(tickets=tickets, stages=stages, teams=teams, steps=STEPS)
    workflow, as_of = shaped_workflow(stages), pd.Timestamp("2026-06-01", tz="UTC")
    return stream_from_log(log, workflow=workflow, as_of=as_of, key=b"k" * 32)


def calls(*, stages: int, teams: int) -> dict[tuple[str, str], int]:
    """Count the calls for everything that can be asked of a stream of this shape."""
    streams: list[ValueStream] = []
    reading = called(lambda: streams.append(shaped(stages=stages, teams=teams)))
    return {("read", "stream"): reading} | {
        (section, name): called(ask) for section, name, ask in asked(streams[0])
    }


@pytest.mark.slow
def test_one_more_brings_few_calls() -> None:
    """A stream of as many tickets and moves, in three times as many stages and three times as many teams."""
    for _, _, ask in asked(shaped(tickets=3, stages=4, teams=4)):
        ask()  # what is loaded or compiled once is not counted
    few, many = calls(stages=FEW, teams=FEW), calls(stages=MANY, teams=MANY)
    brought = {what: round((many[what] - few[what]) / (MANY - FEW)) for what in few}
    assert {what: each for what, each in brought.items() if each > MOST[what[0]]} == {}


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
        sys.settrace(
            self._seen
        )  # of Python's calls alone: sys.setprofile would also tell of those of C, and of returns
        return self

    def __exit__(self, *error: object) -> None:
        sys.settrace(None)

    def _seen(self, frame: FrameType, event: str, argument: Any) -> None:
        if "waits" not in frame.f_code.co_varnames + frame.f_code.co_freevars:
            return
        waits = frame.f_locals.get("waits")
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
