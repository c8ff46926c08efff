"""What a replay is made of: steps of tickets, people and their hours, gates; in numbers and flat arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
LINE, WORK, PAUSE, GATE = range(4)
"""Kinds of a step: waits for people, is worked on, takes its time without people, leaves at an opening."""
ALWAYS: Final = 1e15


class Step(NamedTuple):
    """One step of a route.

    ``line`` is the line of people that a LINE leads to and that does a WORK. ``seconds`` are working seconds
    of a WORK, seconds of the clock of a PAUSE. ``again``: by whom did the ticket's work there before.
    """

    stage: int
    kind: int
    seconds: float = 0.0
    line: int = -1
    again: bool = False


class StepArrays(NamedTuple):
    """Many steps, as arrays: one after the other."""

    stage: Ints
    kind: Ints
    seconds: Floats
    line: Ints
    again: Flags

    def of(self, rows: Ints) -> "StepArrays":
        """Give those of these numbers."""
        return StepArrays._make(part[rows] for part in self)

    def then(self, others: "StepArrays") -> "StepArrays":
        """Give these, and others after them."""
        return StepArrays._make(map(np.concatenate, zip(self, others, strict=True)))


def step_arrays(steps: Sequence[Step]) -> StepArrays:
    """Give steps as arrays.

    Examples
    --------
    >>> step_arrays([Step(0, LINE, line=1), Step(1, WORK, 5.0, line=1)]).seconds.tolist()
    [0.0, 5.0]
    """
    stage, kind, seconds, line, again = zip(*steps, strict=True) if steps else ((),) * 5
    return StepArrays(
        np.array(stage, np.int64), np.array(kind, np.int64), np.array(seconds, np.float64),
        np.array(line, np.int64), np.array(again, np.bool_),
    )  # fmt: skip


class Hours(NamedTuple):
    """When somebody works: spans, in seconds of the epoch, sorted. New work is pulled until ``takes``.

    ``before`` is the working time before each span, and after the last.
    """

    opens: Sequence[float]
    takes: Sequence[float]
    closes: Sequence[float]
    before: Sequence[float]


def hours_of(opens: Floats, takes: Floats, closes: Floats) -> Hours:
    """Give the hours of these spans.

    Examples
    --------
    >>> hours_of(np.array([9.0, 33]), np.array([16.0, 40]), np.array([17.0, 41])).before
    [0.0, 8.0, 16.0]
    """
    before = np.concatenate([[0.0], np.cumsum(closes - opens)])
    return Hours(opens.tolist(), takes.tolist(), closes.tolist(), before.tolist())


ROUND_THE_CLOCK: Final = Hours([-ALWAYS], [ALWAYS], [ALWAYS], [0.0, 2 * ALWAYS])


@dataclass(frozen=True, slots=True)
class Server:
    """Somebody who works: on which lines, on how many tickets at a time, and when."""

    lines: tuple[int, ...]
    slots: int
    hours: Hours


class Tickets(NamedTuple):
    """Tickets that come in, or are there at the beginning.

    Attributes
    ----------
    came
        When each entered its first step; before the beginning for open tickets.
    length
        How many of ``steps`` are its own.
    server
        Who works on an open ticket, or -1; the seconds of its first step are then those that are left.
    steps
        Of all tickets, one after the other.
    """

    came: Floats
    length: Ints
    server: Ints
    steps: StepArrays

    def then(self, others: "Tickets") -> "Tickets":
        """Give these, and others after them."""
        numbers = map(np.concatenate, zip(self[:3], others[:3], strict=True))
        return Tickets._make([*numbers, self.steps.then(others.steps)])


def tickets_of(arrivals: Sequence[tuple[float, Sequence[Step], int]]) -> Tickets:
    """Give tickets of when each entered, its steps, and who works on it."""
    return Tickets(
        np.array([came for came, _, _ in arrivals], np.float64),
        np.array([len(steps) for _, steps, _ in arrivals], np.int64),
        np.array([server for _, _, server in arrivals], np.int64),
        step_arrays([step for _, steps, _ in arrivals for step in steps]),
    )


@dataclass(frozen=True, slots=True)
class Shop:
    """Who works, when gates open, and how often each line pulls another ticket than the oldest."""

    servers: tuple[Server, ...]
    gates: Mapping[int, Sequence[float]] = field(default_factory=dict)
    overtaking: Mapping[int, float] = field(default_factory=dict)
