"""Tickets that queue for people: a discrete-event simulation of given work that is known.

What comes in is known beforehand: when each ticket arrives, through which stages it goes, and how much
working time each of them takes. People pull what waits for them in their hours; a gate lets everything go
at once::

    ticket 1   arrives 9:00   [line for QA] [QA: 2 h]  [gate on Thursday]  done
    ticket 2   arrives 9:30   [line for QA ................] [QA: 1 h] [gate]  done

So the only random numbers are those by which people overtake, drawn by the caller.

A replay of many tickets is run thousands of times. So steps lie in flat lists, one ticket's after the
other's, and tickets, people and lines are numbers; only ends of work, and arrivals at a line, are events::

    ticket           0          1               first   0  4  8
    step             0 1 2 3    4 5 6 7
    kind             L W P G    L W L W         ticket 1 at step 6 waits in line for the second time
    entered          . . . .    . . . ∞         not known yet

simpy 4.1.2 takes 0.85 s of CPU for 100,000 tickets of a plain queue, and knows no working hours, no gates and
no work that is under way at the beginning; those would be the same code around it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np

from vsm.model.replay.steps import ALWAYS, LINE, PAUSE, WORK, Floats, Ints, Shop, Tickets


@dataclass(frozen=True, slots=True)
class Trace:
    """What happened: a row per stay of a ticket in a stage; and when each ticket was done, by its number.

    Rows are in the order of tickets and time. Seconds; NaN where it had not ended at the end.
    """

    ticket: Ints
    stage: Ints
    entered: Floats
    left: Floats
    done: Floats


def run(
    tickets: Tickets, *, shop: Shop, start: float, until: float, uniforms: Mapping[int, Iterator[float]]
) -> Trace:
    """Let the tickets pass through the shop.

    Of several that come at once, the first one goes first.

    Parameters
    ----------
    tickets
        Those there at the start, and those to come, in any order.
    start, until
        Seconds of the epoch. Nothing happens at or after ``until``.
    uniforms
        Line → numbers from 0 to 1, two for each time that somebody may overtake; needed where
        ``shop.overtaking`` is.

    Examples
    --------
    >>> from vsm.model.replay.steps import ROUND_THE_CLOCK, Server, Step, tickets_of
    >>> steps = [Step(0, LINE, line=1), Step(1, WORK, 5.0, line=1)]
    >>> one = Shop((Server((1,), 1, ROUND_THE_CLOCK),))
    >>> two = tickets_of([(0.0, steps, -1), (1.0, steps, -1)])
    >>> run(two, shop=one, start=0.0, until=9.0, uniforms={}).done.tolist()
    [5.0, nan]
    """
    floor = _Floor(tickets, shop, uniforms)
    floor.begin(start)
    coming = np.flatnonzero(tickets.came >= start)
    coming = coming[np.argsort(tickets.came[coming], kind="stable")]
    floor.pass_time(coming.tolist(), tickets.came[coming].tolist(), until)
    return floor.trace(until)


class _Floor:
    """Where every ticket is, who is free, and what comes next.

    ``agenda`` has pairs: when, and what. Of ticket n, ``2 n`` comes to a line, and the work on it ends at
    ``2 n + 1``; ``- 1 - n``: line n looks for somebody, since the first of its people begins.
    """

    __slots__ = (
        "_absent", "_again", "_agenda", "_closes", "_done", "_entered", "_first", "_free", "_gates",
        "_held", "_hours", "_idle", "_kind", "_known", "_line", "_lines", "_luck", "_opens",
        "_overtaking", "_place", "_quiet", "_returns", "_seconds", "_slots", "_span", "_stage", "_takes",
        "_tickets", "_waiting", "_wakes",
    )  # fmt: skip

    def __init__(self, tickets: Tickets, shop: Shop, uniforms: Mapping[int, Iterator[float]]) -> None:
        steps, count, people = tickets.steps, len(tickets.came), shop.servers
        self._tickets = tickets
        self._first: list[int] = np.concatenate([[0], np.cumsum(tickets.length)]).tolist()
        self._kind: list[int] = steps.kind.tolist()
        self._line: list[int] = steps.line.tolist()
        self._stage: list[int] = steps.stage.tolist()
        self._seconds: list[float] = steps.seconds.tolist()
        again = steps.again | ((steps.kind == LINE) & np.append(steps.again[1:], np.zeros(1, dtype=bool)))
        self._again: list[bool] = again[: len(steps.again)].tolist()
        self._returns = np.isin(np.arange(count), np.repeat(np.arange(count), tickets.length)[again]).tolist()
        self._entered = [ALWAYS] * len(steps.kind)
        self._done = [ALWAYS] * count
        self._place = self._first[:-1]
        self._held: list[int] = tickets.server.tolist()
        self._known: dict[tuple[int, int], int] = {}
        self._gates, self._overtaking, self._luck = shop.gates, shop.overtaking, uniforms
        lines = {*np.unique(steps.line).tolist(), *(line for one in people for line in one.lines)}
        self._lines = [one.lines for one in people]
        self._waiting: dict[int, list[int]] = {line: [] for line in lines}
        most = max((one.slots for one in people), default=0)
        self._idle: dict[int, list[dict[int, None]]] = {line: [{} for _ in range(most)] for line in lines}
        self._absent: dict[int, list[tuple[float, int]]] = {line: [] for line in lines}
        self._quiet = dict.fromkeys(lines, -ALWAYS)
        self._wakes = dict.fromkeys(lines, (ALWAYS, -1))
        for number, one in enumerate(people):
            for line in one.lines if one.slots > 0 else ():
                self._idle[line][0][number] = None
        self._slots = [one.slots for one in people]
        self._free = self._slots.copy()
        self._hours = [one.hours for one in people]
        self._span = [0] * len(people)
        self._opens, self._takes, self._closes = ([-ALWAYS] * len(people) for _ in range(3))
        self._agenda: list[tuple[float, int]] = []

    def begin(self, start: float) -> None:
        """Put those that are there where they are, the longest waiting first."""
        at = self._tickets.came
        there = np.flatnonzero(at < start)
        there = there[np.argsort(at[there], kind="stable")].tolist()
        for ticket in there:
            step, server = self._first[ticket], self._held[ticket]
            if server >= 0:
                self._occupy(server)
                if self._line[step] in self._lines[server]:
                    self._known[ticket, self._line[step]] = server
                heappush(self._agenda, (self._ready(server, start, self._seconds[step]), 2 * ticket + 1))
        for ticket in there:
            step = self._first[ticket]
            if self._held[ticket] < 0:
                self._go_on(ticket, step, start)
            self._entered[step] = float(at[ticket])

    def pass_time(self, coming: list[int], at: list[float], until: float) -> None:
        """Let tickets arrive in this order, and everything take its course until an instant."""
        agenda, places = self._agenda, iter([*zip(at, coming, strict=True), (ALWAYS, -1)])
        arrives, ticket = next(places)
        while True:
            if not agenda or arrives <= agenda[0][0]:
                if arrives >= until:
                    return
                self._go_on(ticket, self._first[ticket], arrives)
                arrives, ticket = next(places)
                continue
            now, what = heappop(agenda)
            if now >= until:
                return
            if what < 0:
                self._wake(-1 - what, now)
            elif what & 1:
                self._end(what >> 1, now)
            else:
                ticket_there = what >> 1
                self._go_on(ticket_there, self._place[ticket_there], now)

    def _go_on(self, ticket: int, step: int, now: float) -> None:
        """Enter a step, and go through pauses and gates up to the next line, or the end."""
        kind, at, end = self._kind, now, self._first[ticket + 1]
        while step < end:
            self._entered[step] = at
            what = kind[step]
            if what <= WORK:
                self._place[ticket] = step
                if at > now:
                    heappush(self._agenda, (at, 2 * ticket))
                    return
                line = self._line[step]
                self._waiting[line].append(ticket)
                if at >= self._quiet[line]:
                    self._dispatch(line, at)
                return
            if what == PAUSE:
                at += self._seconds[step]
            else:
                opens = self._gates[self._stage[step]]
                position = bisect_left(opens, at)
                at = opens[position] if position < len(opens) else ALWAYS
            step += 1
        self._done[ticket] = at

    def _end(self, ticket: int, at: float) -> None:
        """Let somebody be free again, who looks at all their lines: first where somebody waits longest."""
        server = self._held[ticket]
        busy = self._slots[server] - self._free[server]
        self._free[server] += 1
        for line in self._lines[server]:
            levels = self._idle[line]
            if self._free[server] > 1:
                levels[busy].pop(server, None)
            if self._free[server] > 0:
                levels[busy - 1][server] = None
            self._quiet[line] = -ALWAYS
        self._go_on(ticket, self._place[ticket] + 1, at)
        self._look(server, at)

    def _wake(self, line: int, at: float) -> None:
        """Let somebody begin their day, unless somebody else was to begin before."""
        if self._wakes[line][0] == at:
            _, server = self._wakes[line]
            self._wakes[line] = (ALWAYS, -1)
            self._look(server, at)

    def _look(self, server: int, at: float) -> None:
        lines = self._lines[server]
        if len(lines) > 1:
            lines = tuple(line for line in lines if self._waiting[line])
            lines = tuple(sorted(lines, key=lambda line: self._entered[self._place[self._waiting[line][0]]]))
        for line in lines:
            if self._waiting[line]:
                self._dispatch(line, at)

    def _dispatch(self, line: int, at: float) -> None:
        """Give what waits in a line to those who are free and at work, the least busy first.

        Where nobody is, the line is quiet until the first of them begins, unless somebody gets free before.
        """
        waiting, share = self._waiting[line], self._overtaking.get(line, 0.0)
        while waiting:
            server = self._least_busy(line, at)
            if server < 0:
                absent = self._absent[line]
                first, who = absent[0] if absent else (ALWAYS, -1)
                self._quiet[line] = first
                self._call(line, first, who)
                return
            position = 0
            if share and len(waiting) > 1 and next(self._luck[line]) < share:
                position = 1 + int(next(self._luck[line]) * (len(waiting) - 1))
            if self._again[self._place[waiting[position]]]:
                position, server = self._match(line, at, first=position, anybody=server)
                if server < 0:
                    return
            self._take_up(waiting.pop(position), server, at)

    def _least_busy(self, line: int, at: float) -> int:
        """Give who is at work and has a slot free, with the fewest tickets; -1 where nobody is.

        Those who are not at work are put aside until they begin.
        """
        absent, levels = self._absent[line], self._idle[line]
        while absent and absent[0][0] <= at:
            _, server = heappop(absent)
            if (free := self._free[server]) > 0:
                levels[self._slots[server] - free][server] = None
        opens, takes = self._opens, self._takes
        for level in levels:
            while level:
                server = next(iter(level))
                if opens[server] <= at < takes[server] or self._at_work(server, at):
                    return server
                del level[server]
                heappush(absent, (self._begins(server, at), server))
        return -1

    def _match(self, line: int, at: float, *, first: int, anybody: int) -> tuple[int, int]:
        """Give which ticket is pulled, and by whom: by whoever had it before, where that is how it goes.

        Where all wait for somebody who is not there, the line looks again when the first of these begins; who
        is busy looks by themselves.
        """
        waiting, begins, who = self._waiting[line], ALWAYS, -1
        for position in (first, *range(first), *range(first + 1, len(waiting))):
            ticket = waiting[position]
            known = self._known.get((ticket, line), -1) if self._again[self._place[ticket]] else -1
            if known < 0:
                return position, anybody
            if self._free[known] > 0:
                if self._at_work(known, at):
                    return position, known
                if (then := self._begins(known, at)) < begins:
                    begins, who = then, known
        self._call(line, begins, who)
        return -1, -1

    def _call(self, line: int, at: float, server: int) -> None:
        """Let a line look for somebody again when this one begins, unless it does so before."""
        if at < self._wakes[line][0]:
            self._wakes[line] = (at, server)
            heappush(self._agenda, (at, -1 - line))

    def _at_work(self, server: int, at: float) -> bool:
        """Say whether somebody pulls work now."""
        if at >= self._closes[server]:
            self._next_day(server, at)
        return self._opens[server] <= at < self._takes[server]

    def _begins(self, server: int, at: float) -> float:
        """Give when somebody begins again who is not at work; the hours that are open are past, or over."""
        if at < self._opens[server]:
            return self._opens[server]
        opens, span = self._hours[server].opens, self._span[server] + 1
        return opens[span] if span < len(opens) else ALWAYS

    def _occupy(self, server: int) -> None:
        """Let somebody have one ticket more."""
        busy = self._slots[server] - self._free[server]
        self._free[server] -= 1
        for line in self._lines[server] if busy < self._slots[server] else ():
            levels = self._idle[line]
            levels[busy].pop(server, None)
            if self._free[server] > 0:
                levels[busy + 1][server] = None

    def _take_up(self, ticket: int, server: int, at: float) -> None:
        step = self._place[ticket]
        if self._kind[step] == LINE:
            step += 1
            self._place[ticket] = step
            self._entered[step] = at
        self._held[ticket] = server
        if self._returns[ticket]:
            self._known[ticket, self._line[step]] = server
        free = self._free[server] - 1
        busy = self._slots[server] - free
        self._free[server] = free
        for line in self._lines[server]:
            levels = self._idle[line]
            levels[busy - 1].pop(server, None)
            if free > 0:
                levels[busy][server] = None
        seconds = self._seconds[step]
        ends = at + seconds if at + seconds <= self._closes[server] else self._ready(server, at, seconds)
        heappush(self._agenda, (ends, 2 * ticket + 1))

    def _next_day(self, server: int, at: float) -> None:
        """Find the span that is open, or opens next; time only goes on, so the search begins at the last."""
        hours = self._hours[server]
        span = bisect_right(hours.closes, at, lo=self._span[server])
        later = span == len(hours.closes)
        self._span[server] = span
        self._opens[server] = ALWAYS if later else hours.opens[span]
        self._takes[server] = ALWAYS if later else hours.takes[span]
        self._closes[server] = ALWAYS if later else hours.closes[span]

    def _ready(self, server: int, at: float, seconds: float) -> float:
        """Give when so much work is done that begins now."""
        if at >= self._closes[server]:
            self._next_day(server, at)
        opens = self._opens[server]
        end = (opens if at < opens else at) + seconds
        if end <= self._closes[server]:
            return end
        hours, span = self._hours[server], self._span[server]
        if span == len(hours.opens):
            return ALWAYS
        spent = hours.before[span] + max(at - opens, 0.0) + seconds
        last = bisect_left(hours.before, spent, lo=span + 1) - 1
        if last == len(hours.opens):
            return ALWAYS
        return max(hours.opens[last] + spent - hours.before[last], at)

    def trace(self, until: float) -> Trace:
        """Give what happened; what is still there is open."""
        length, entered, done = self._tickets.length, np.array(self._entered), np.array(self._done)
        # step       0 1 2 3 | 4 5        when the next step was entered; of the last, when it was done
        # left       1 2 3 d | 5 d
        left = np.append(entered[1:], ALWAYS)
        left[np.array(self._first[1:]) - 1] = done
        there = entered < until
        left[left >= until] = np.nan
        done[done >= until] = np.nan
        ticket = np.repeat(np.arange(len(length)), length)
        return Trace(ticket[there], self._tickets.steps.stage[there], entered[there], left[there], done)
