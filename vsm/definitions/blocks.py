"""Blocks (optional branch): when a ticket was flagged, in a blocked stage, or blocked by another one."""

from collections.abc import Callable, Container, Iterable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from vsm.definitions.visits import Visit


class Sentence(NamedTuple):
    """One line of a changelog: a link appeared (``there``) or went; ``number`` is the order of lines."""

    teller: str
    blocked: str
    by: str
    at: datetime
    number: int
    there: bool


class Flag(NamedTuple):
    """A ticket's flag field is set from here on (``there``), or empty."""

    ticket: str
    at: datetime
    number: int
    there: bool


Spans = set[tuple[datetime, datetime | None]]


def flag_spans(flags: list[Flag]) -> dict[str, Spans]:
    """Spans of each ticket in which the last line about its flag set it."""
    by_ticket: dict[str, list[Flag]] = {}
    for flag in flags:
        by_ticket.setdefault(flag.ticket, []).append(flag)

    def flagged(lines: list[Flag], at: datetime) -> bool:
        return max((f for f in lines if f.at <= at), key=lambda flag: (flag.at, flag.number)).there

    return {
        ticket: _spans({flag.at for flag in lines}, partial(flagged, lines))
        for ticket, lines in by_ticket.items()
    }


def stage_spans(visits: Iterable[Visit], held_up: Container[str]) -> dict[tuple[str, str], Spans]:
    """Spans of each ticket in each stage where tickets are held up, whoever held it there."""
    spans: dict[tuple[str, str], Spans] = {}
    before: Visit | None = None
    start = None
    for visit in visits:
        unbroken = before is not None and (before.ticket, before.stage) == (visit.ticket, visit.stage)
        if not unbroken:
            start = visit.entered
        if visit.stage in held_up and start is not None and visit.left != start:
            stays = spans.setdefault((visit.ticket, visit.stage), set())
            stays.discard((start, visit.entered))
            stays.add((start, visit.left))
        before = visit
    return spans


def link_spans(sentences: list[Sentence], created: dict[str, datetime]) -> dict[tuple[str, str], Spans]:
    """Spans of each pair: the lines of the latest instant decide, and one that says "there" is enough."""
    by_pair: dict[tuple[str, str], list[Sentence]] = {}
    for one in sentences:
        by_pair.setdefault((one.blocked, one.by), []).append(one)
    return {pair: _of_pair(lines, created) for pair, lines in by_pair.items()}


def _of_pair(sentences: list[Sentence], created: dict[str, datetime]) -> Spans:
    """Spans of one pair. Where its first line says that the link went, it was there since both existed."""
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
