"""Blocks (optional branch): when a ticket was flagged, or a link said that another one blocked it."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple


class Sentence(NamedTuple):
    """A changelog says that a link appeared (``there``) or went; ``number`` is the order of its lines."""

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


def link_spans(sentences: list[Sentence], created: dict[str, datetime]) -> dict[tuple[str, str], Spans]:
    """Spans of each pair: the latest instant at which anybody said anything decides; one is enough."""
    pairs = {(one.blocked, one.by) for one in sentences}
    return {
        pair: _of_pair([one for one in sentences if (one.blocked, one.by) == pair], created) for pair in pairs
    }


def _of_pair(sentences: list[Sentence], created: dict[str, datetime]) -> Spans:
    first = min(one.at for one in sentences)
    instants = {one.at for one in sentences}
    known = [created[ticket] for ticket in (sentences[0].blocked, sentences[0].by) if ticket in created]
    before = not _said(sentences, first)
    if before:
        since = min(max(known), first)
        instants |= {since}
    return _spans(instants, lambda at: before if at < first else _said(sentences, at))


def _said(sentences: list[Sentence], at: datetime) -> bool:
    latest = max(one.at for one in sentences if one.at <= at)
    lines = [one for one in sentences if one.at == latest]
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
