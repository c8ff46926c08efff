"""When is a ticket blocked? Told again, as plainly as can be: one look at every instant of interest."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple


class Sentence(NamedTuple):
    """Somebody's changelog says that a link appeared (``there``) or went; ``number`` is the order of lines."""

    teller: str
    blocked: str
    by: str
    at: datetime
    number: int
    there: bool


class Flag(NamedTuple):
    """A ticket's flag field holds something from here on, or nothing."""

    ticket: str
    at: datetime
    number: int
    there: bool


Spans = set[tuple[datetime, datetime | None]]


def flag_spans(flags: list[Flag]) -> dict[str, Spans]:
    """Spans of each ticket in which the last line about its flag said that something was there."""
    tickets = {flag.ticket for flag in flags}
    return {ticket: _of_ticket([flag for flag in flags if flag.ticket == ticket]) for ticket in tickets}


def _of_ticket(flags: list[Flag]) -> Spans:
    return _spans({flag.at for flag in flags}, lambda at: _flagged(flags, at))


def _flagged(flags: list[Flag], at: datetime) -> bool:
    lines = [flag for flag in flags if flag.at <= at]
    return max(lines, key=lambda flag: (flag.at, flag.number)).there


def link_spans(told: list[Sentence], created: dict[str, datetime]) -> dict[tuple[str, str], Spans]:
    """Spans of each pair: the latest instant at which anybody said anything decides; one "there" is enough."""
    pairs = {(one.blocked, one.by) for one in told}
    return {pair: _of_pair([one for one in told if (one.blocked, one.by) == pair], created) for pair in pairs}


def _of_pair(told: list[Sentence], created: dict[str, datetime]) -> Spans:
    first = min(one.at for one in told)
    instants = {one.at for one in told}
    known = [created[ticket] for ticket in (told[0].blocked, told[0].by) if ticket in created]
    before = not _said(told, first)
    if before:
        since = min(max(known), first)
        instants |= {since}
    return _spans(instants, lambda at: before if at < first else _said(told, at))


def _said(told: list[Sentence], at: datetime) -> bool:
    latest = max(one.at for one in told if one.at <= at)
    lines = [one for one in told if one.at == latest]
    tellers = {one.teller for one in lines}
    return any(
        max((o for o in lines if o.teller == teller), key=lambda o: o.number).there for teller in tellers
    )


def _spans(instants: set[datetime], holds: Callable[[datetime], bool]) -> Spans:
    spans: Spans = set()
    start: datetime | None = None
    for at in sorted(instants):
        if holds(at) and start is None:
            start = at
        elif not holds(at) and start is not None:
            spans.add((start, at))
            start = None
    return spans | ({(start, None)} if start is not None else set())


def minutes_blocked(spans: list[tuple[datetime, datetime]], start: datetime, end: datetime) -> timedelta:
    """Count the minutes in [start, end) that lie in any of the spans, one by one."""
    minute, count = timedelta(minutes=1), 0
    at = start
    while at < end:
        count += any(first <= at < last for first, last in spans)
        at += minute
    return count * minute
