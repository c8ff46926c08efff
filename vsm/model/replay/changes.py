"""Changes that can be tried on a replay: somebody more, other releases, a stage less, another order, …

Each is a frozen description; ``applied`` gives the replay as it would be, and ``about`` the lines of people
and gates that it is about, by the code of their stage.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from vsm.config.calendars import hours_of_day
from vsm.errors import ParameterError
from vsm.model.replay.fitted import Replay, Steps
from vsm.model.replay.past import DAY
from vsm.model.replay.stations import Shift
from vsm.model.replay.steps import ROUND_THE_CLOCK, WORK, Server

Rewrite = Callable[[Steps, int], Steps]
_GROUPS: Final = 1_000_000
"""Lines of a second, third … team after a split have numbers beyond those of stages."""


@dataclass(frozen=True, slots=True)
class Change(ABC):
    """What all changes have; ``everywhere`` says that it is about the whole stream."""

    everywhere: ClassVar[bool] = False

    @property
    @abstractmethod
    def scenario(self) -> str:
        """What it is called in tables and sentences."""

    @abstractmethod
    def about(self, replay: Replay) -> tuple[int, ...]:
        """Give the lines and gates that it is about.

        Raises
        ------
        ParameterError
            The stage is unknown, or nobody is known to work there, or nothing leaves it in batches.
        """

    @abstractmethod
    def applied(self, replay: Replay) -> Replay:
        """Give the replay with this change."""


def line_of(replay: Replay, stage: str) -> int:
    """Give the line of people of a stage where work is done, or of the queue before it.

    Raises
    ------
    ParameterError
        Nobody is known to work there; lists where somebody is.
    """
    staffed = {line for server in replay.servers for line in server.lines}
    code = replay.stages.index(stage) if stage in replay.stages else -1
    code = code if code in staffed else replay.lines.get(code, -1)
    if code not in staffed:
        known = ", ".join(repr(replay.stages[line]) for line in sorted(staffed)) or "none"
        raise ParameterError(
            f"nobody is known to have worked on tickets in '{stage}' lately, in visits of known length; "
            f"stages where somebody is: {known}"
        )
    return code


def gate_of(replay: Replay, stage: str) -> int:
    """Give the gate of a stage that tickets leave in batches; without a name, the last one.

    Raises
    ------
    ParameterError
        There is none, or not there; lists those that are known.
    """
    known = {replay.stages[gate]: gate for gate in sorted(replay.gates)}
    if stage in known or (known and not stage):
        return known[stage] if stage else max(known.values())
    raise ParameterError(
        f"tickets do not leave {repr(stage) if stage else 'any stage'} in batches at a known pace; "
        f"stages that they do: {', '.join(map(repr, known)) or 'none'}"
    )


def _whole(number: object) -> bool:
    return isinstance(number, int) and number >= 1


@dataclass(frozen=True, slots=True)
class OneMore(Change):
    """One more person at a stage, on one ticket at a time, as fast as those who are there.

    ``hours`` are by the local clock, such as ``09:00-13:00``; without, those that are usual there.
    """

    stage: str
    hours: str = ""

    @property
    def scenario(self) -> str:
        """What it is called."""
        return f"one more person on '{self.stage}'{f' ({self.hours})' if self.hours else ''}"

    def about(self, replay: Replay) -> tuple[int, ...]:
        """Give the line."""
        return (line_of(replay, self.stage),)

    def applied(self, replay: Replay) -> Replay:
        """Let somebody join, who takes new work up until as long before the end of the day as the others.

        But in the first half of the day at least.
        """
        line = line_of(replay, self.stage)
        shift = replay.shifts[line]
        if self.hours:
            try:
                opens, closes = hours_of_day(self.hours)
            except ValueError as fault:
                raise ParameterError(str(fault)) from None
            shift = Shift(opens, max(closes - (shift.closes - shift.takes), (opens + closes) / 2), closes)
        hours = replay.rota.hours(shift, replay.teams[line], first=replay.at - 3 * DAY, last=replay.until)
        return replace(replay, servers=(*replay.servers, Server((line,), 1, hours)))


@dataclass(frozen=True, slots=True)
class Released(Change):
    """What leaves a stage in batches does so every so many days; without a stage, the last that does."""

    every: int
    stage: str = ""

    @property
    def scenario(self) -> str:
        """What it is called."""
        days = "day" if self.every == 1 else f"{self.every} days"
        return f"releases every {days}{f' from {self.stage!r}' if self.stage else ''}"

    def about(self, replay: Replay) -> tuple[int, ...]:
        """Give the gate."""
        return (gate_of(replay, self.stage),)

    def applied(self, replay: Replay) -> Replay:
        """Let the gate open so often, counted from its last opening."""
        gate = gate_of(replay, self.stage)
        if not _whole(self.every):
            raise ParameterError(f"every is {self.every}; name a whole number of days from 1 on")
        last, _ = replay.gates[gate]
        return replace(replay, gates={**replay.gates, gate: (last, self.every * DAY)})


@dataclass(frozen=True, slots=True)
class Arriving(Change):
    """So many times as many tickets as in the past weeks."""

    factor: float
    everywhere: ClassVar[bool] = True

    @property
    def scenario(self) -> str:
        """What it is called."""
        return f"{self.factor:g} times as many tickets" if self.factor else "no new tickets"

    def about(self, replay: Replay) -> tuple[int, ...]:
        """Give all lines."""
        return tuple(sorted({*replay.lines.values()}))

    def applied(self, replay: Replay) -> Replay:
        """Multiply the arrivals."""
        if not 0 <= self.factor <= 10:
            raise ParameterError(f"factor is {self.factor:g}; name a number from 0 to 10")
        return replace(replay, factor=replay.factor * self.factor)


@dataclass(frozen=True, slots=True)
class FirstInFirstOut(Change):
    """What waits longest before a stage is pulled first, always."""

    stage: str

    @property
    def scenario(self) -> str:
        """What it is called."""
        return f"the oldest first on '{self.stage}'"

    def about(self, replay: Replay) -> tuple[int, ...]:
        """Give the line."""
        return (line_of(replay, self.stage),)

    def applied(self, replay: Replay) -> Replay:
        """Let nobody overtake."""
        return replace(replay, overtaking={**replay.overtaking, line_of(replay, self.stage): 0.0})


@dataclass(frozen=True, slots=True)
class Merged(Change):
    """Those who work at two stages work at both; they are as many as before."""

    stage: str
    other: str

    @property
    def scenario(self) -> str:
        """What it is called."""
        return f"'{self.stage}' and '{self.other}' by one team"

    def about(self, replay: Replay) -> tuple[int, ...]:
        """Give both lines."""
        lines = line_of(replay, self.stage), line_of(replay, self.other)
        if lines[0] == lines[1]:
            raise ParameterError(f"'{self.stage}' and '{self.other}' have the same people; name two stages")
        return lines

    def applied(self, replay: Replay) -> Replay:
        """Let everybody of either serve both lines."""
        both = set(self.about(replay))
        servers = tuple(
            replace(one, lines=tuple(sorted(both | set(one.lines)))) if both & set(one.lines) else one
            for one in replay.servers
        )
        return replace(replay, servers=servers)


@dataclass(frozen=True, slots=True)
class Split(Change):
    """Those who work at a stage become several teams with tickets of their own, as many people as before."""

    stage: str
    into: int = 2

    @property
    def scenario(self) -> str:
        """What it is called."""
        return f"'{self.stage}' split into {self.into} teams"

    def about(self, replay: Replay) -> tuple[int, ...]:
        """Give the line."""
        return (line_of(replay, self.stage),)

    def applied(self, replay: Replay) -> Replay:
        """Deal people and tickets out, each ticket to one team for good.

        Raises
        ------
        ParameterError
            There are fewer people than teams.
        """
        line = line_of(replay, self.stage)
        people = [number for number, one in enumerate(replay.servers) if line in one.lines]
        if not (_whole(self.into) and 2 <= self.into <= len(people)):
            raise ParameterError(
                f"'{self.stage}' has {len(people)} people, who cannot be split into {self.into} teams; "
                "name from 2 to as many as there are people"
            )
        servers = list(replay.servers)
        for place, number in enumerate(people):
            own = _group(line, place % self.into)
            lines = tuple(own if each == line else each for each in servers[number].lines)
            servers[number] = replace(servers[number], lines=lines)
        into = self.into

        def dealt(steps: Steps, number: int) -> Steps:
            own = _group(line, number % into)
            return tuple(step._replace(line=own) if step.line == line else step for step in steps)

        share = replay.overtaking.get(line, 0.0)
        orders = {**replay.overtaking, **{_group(line, group): share for group in range(into)}}
        return replace(
            replay,
            servers=tuple(servers),
            overtaking=orders,
            rewrite=(*replay.rewrite, dealt),
            variants=replay.variants * into,
        )


def _group(line: int, group: int) -> int:
    return line + _GROUPS * group


@dataclass(frozen=True, slots=True)
class AgentTakesOver(Change):
    """An AI agent does a stage's work instead of people: round the clock, on so many tickets at a time.

    ``pace``: how many times as fast as people work, in hours of work; that of 1 is an assumption, not a
    measurement.
    """

    stage: str
    at_once: int = 1
    pace: float = 1.0

    @property
    def scenario(self) -> str:
        """What it is called, with what is assumed."""
        tickets = "1 ticket" if self.at_once == 1 else f"{self.at_once} tickets"
        pace = "as fast as people" if self.pace == 1 else f"{self.pace:g} times as fast as people"
        return f"an AI agent takes over '{self.stage}' ({tickets} at a time, {pace}, round the clock)"

    def about(self, replay: Replay) -> tuple[int, ...]:
        """Give the line."""
        return (line_of(replay, self.stage),)

    def applied(self, replay: Replay) -> Replay:
        """Let the agent serve the line, and nobody else; who worked only there has nothing to do."""
        if not (_whole(self.at_once) and self.pace > 0):
            raise ParameterError("an agent needs at_once, a whole number from 1 on, and a pace above 0")
        line, pace = line_of(replay, self.stage), self.pace
        people = tuple(
            replace(one, lines=tuple(own for own in one.lines if own != line)) for one in replay.servers
        )

        def paced(steps: Steps, number: int) -> Steps:  # noqa: ARG001 - every ticket is treated alike
            return tuple(
                step._replace(seconds=step.seconds / pace, again=False)
                if step.kind == WORK and step.line == line
                else step
                for step in steps
            )

        agent = Server((line,), self.at_once, ROUND_THE_CLOCK)
        return replace(replay, servers=(*people, agent), rewrite=(*replay.rewrite, paced))


CHANGES: Final[dict[str, type[Change]]] = {
    "one_more": OneMore, "released": Released, "arriving": Arriving, "first_in_first_out": FirstInFirstOut,
    "merged": Merged, "split": Split, "agent_takes_over": AgentTakesOver,
}  # fmt: skip
