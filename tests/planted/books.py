"""Why did each ticket truly wait? The company's own books: read from what happened, not from the log.

The causes are looked for in the order of the design; where several hold, the first one counts.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from tests.planted.office import CLOSED_SHARE, Office
from tests.planted.simulation import Company, Job, Wait


class Piece(NamedTuple):
    """A stretch of waiting with one true cause; seconds."""

    ticket: int
    start: int
    end: int
    cause: str
    working: int


class Lapse(NamedTuple):
    """How long did one cause last? Hours that passed, and those of them in which the office was open."""

    elapsed: float = 0.0
    working: float = 0.0


def true_pieces(company: Company) -> list[Piece]:
    """Cut every wait where anything changed, and say of each piece what was true."""
    jobs: dict[str, list[Job]] = defaultdict(list)
    for job in company.jobs:
        jobs[job.person].append(job)
    return [
        piece
        for wait in company.waits
        for piece in _cut(wait, jobs[wait.receiver] if wait.receiver else [], company.office)
    ]


def _cut(wait: Wait, jobs: list[Job], office: Office) -> Iterator[Piece]:
    near = [job for job in jobs if job.start < wait.end and wait.start < job.end]
    edges = {wait.blocked_until, wait.batch_ready, *(edge for job in near for edge in (job.start, job.end))}
    edges |= set(office.edges(wait.start, wait.end))
    cuts = sorted({wait.start, wait.end} | {edge for edge in edges if wait.start < edge < wait.end})
    for start, end in pairwise(cuts):
        working = end - start if office.is_open(start) else 0
        yield Piece(wait.ticket, start, end, _cause(wait, start, near, office), working)


def _cause(wait: Wait, at: int, jobs: list[Job], office: Office) -> str:
    at_work = [job for job in jobs if job.start <= at < job.end]
    truths = (
        ("blocked", at < wait.blocked_until),
        ("external", wait.position == "Customer"),
        ("non-working time", not office.is_open(at)),
        ("unassigned", wait.receiver is None),
        ("batched", at < wait.batch_ready),
        ("at capacity", any(job.ready < wait.start for job in at_work)),
        ("overtaken", bool(at_work)),
    )
    return next((cause for cause, holds in truths if holds), "unexplained")


def lapses(pieces: list[Piece]) -> dict[str, Lapse]:
    """Sum the pieces of each cause."""
    sums: dict[str, Lapse] = defaultdict(Lapse)
    for piece in pieces:
        had = sums[piece.cause]
        passed, open_ = (piece.end - piece.start) / 3600, piece.working / 3600
        sums[piece.cause] = Lapse(had.elapsed + passed, had.working + open_)
    return dict(sums)


def scores(sums: Mapping[str, Lapse]) -> dict[str, float]:
    """How much did each cause cost? Hours of working time; of ``non-working time``, what chance does not explain.

    In every stream nights and weekends are most of what passes. So ``non-working time`` counts only as far as more of
    the waiting lay there than the calendar alone would bring: what passed while the office was closed, less
    the closed share of a week of all waiting that could have fallen there. Waits that were blocked or outside
    could not: those come first, by night too.
    """
    competing = sum(sums[cause].elapsed for cause in sums if cause not in ("blocked", "external"))
    costs = {cause: lapse.working for cause, lapse in sums.items()}
    if "non-working time" in sums:
        costs["non-working time"] = sums["non-working time"].elapsed - CLOSED_SHARE * competing
    return costs


def share(cause: str, costs: Mapping[str, float]) -> float:
    """Which part of all that waiting cost is this cause's?"""
    return max(costs.get(cause, 0.0), 0.0) / (sum(cost for cost in costs.values() if cost > 0) or 1.0)


def first(costs: Mapping[str, float]) -> str:
    """Which cause ranks first? The costliest."""
    return max(costs, key=lambda cause: costs[cause])
