"""Activities with a start and an end become steps: what a ticket was in, from each instant on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from vsm.counts import counted
from vsm.eventlog.log import QualityNote

Json = Mapping[str, Any]
CLOSE: Final = timedelta(seconds=1)
"""Rows that follow each other within it leave no gap: exports cut fractions of seconds."""
WAITING: Final = "Waiting for {}"
ENDED: Final = "Ended with {}"
LISTED: Final = 5


@dataclass(slots=True)
class Activities:
    """What was found in the rows of all tickets, for QUALITY."""

    tickets: int = 0
    overlapping: int = 0
    overlap: timedelta = timedelta(0)
    endless: int = 0
    pairs: int = 0
    gaps: int = 0
    last: dict[str, int] = field(default_factory=dict)

    @property
    def are_work(self) -> bool:
        """Whether rows are activities, between which tickets wait; else they are stays in a status."""
        return 2 * self.gaps >= self.pairs

    def notes(self, source: str) -> Iterator[QualityNote]:
        """Give what a reader should know of a log of activities."""
        if self.overlapping:
            detail = (
                f"{self.overlapping} of {self.tickets} tickets have activities that overlap, for "
                f"{self.overlap / timedelta(hours=1):,.1f} h in total; such time counts once, for the "
                "activity that began last, and when that one ends the ticket has returned to the other"
            )
            yield QualityNote("overlapping activities", "warning", detail, source)
        if self.endless:
            what = counted(self.endless, "activity has", "activities have")
            detail = f"{what} no end, and counted as ended when the next one began"
            yield QualityNote("activity without an end", "note", detail, source)
        if self.last:
            counts = sorted(self.last.items(), key=lambda item: (-item[1], item[0]))
            listed = ", ".join(f"{name} ({times})" for name, times in counts[:LISTED])
            more = f" and {counted(len(counts) - LISTED, 'other')}" if len(counts) > LISTED else ""
            done = counted(sum(self.last.values()), "ticket counts", "tickets count")
            detail = (
                f"{done} as done from the end of the last activity on: {listed}{more}; a log of activities "
                f"does not say whether more will follow. If it will, list "
                f"the status '{ENDED.format(counts[-1][0])}' in a stage of vsm.toml that is not done"
            )
            yield QualityNote("end of activities", "warning", detail, source)


def steps_of(rows: Sequence[Json], found: Activities) -> list[dict[str, Any]]:
    """Give one ticket's activities as steps, each from an instant on.

    Of several activities at a time the one that began last counts; when it ends before another does, the
    ticket is back in that one. Between activities it waits for the next, and after the last it has ended; an
    activity without an end lasts until the next begins.

    Parameters
    ----------
    rows
        By ``at``, with ``end`` (None: not known); ``gone``: the ticket was lost at its end.
    found
        Is added to.

    Examples
    --------
    >>> row = {"line": 2, "holder": "dev-1", "team": None, "actor": None, "status": "Check"}
    >>> times = {"at": "2026-01-05T08:00:00+00:00", "end": "2026-01-05T09:00:00+00:00"}
    >>> [(step["at"], step["status"]) for step in steps_of([row | times], Activities())]
    [('2026-01-05T08:00:00+00:00', 'Check'), ('2026-01-05T09:00:00+00:00', 'Ended with Check')]
    """
    starts = [datetime.fromisoformat(row["at"]) for row in rows]
    ends = [datetime.fromisoformat(row["end"]) if row["end"] else None for row in rows]
    for number, (end, following) in enumerate(zip(ends, starts[1:], strict=False)):
        if end is None:
            ends[number] = following
            found.endless += not rows[number].get("kind")
    _measure(rows, starts, ends, found)
    steps, running = list[dict[str, Any]](), list[int]()
    for number, row in enumerate(rows):
        for ended, end in _ended(running, ends, starts[number]):
            if running:
                steps.append({**rows[running[-1]], "at": end.isoformat()})
            else:
                steps.append(_idle(rows[ended], end, WAITING.format(row["status"]), "queue"))
        running.append(number)
        steps.append(dict(row))
    for ended, end in _ended(running, ends, None):
        steps.append(
            {**rows[running[-1]], "at": end.isoformat()} if running else _last(rows[ended], end, found)
        )
    return steps


def _ended(
    running: list[int], ends: Sequence[datetime | None], limit: datetime | None
) -> Iterator[tuple[int, datetime]]:
    """Take out of ``running`` what ends by the limit, and give what ended before it, one by one."""
    while running:
        end = ends[running[-1]]
        if end is None or (limit is not None and end > limit):
            return
        ended = running.pop()
        while running and (until := ends[running[-1]]) is not None and until <= end:
            running.pop()
        if limit is None or limit - end > CLOSE:
            yield ended, end


def _last(ended: Json, at: datetime, found: Activities) -> dict[str, Any]:
    if ended.get("gone"):
        return _idle(ended, at, "", "")
    found.last[ended["status"]] = found.last.get(ended["status"], 0) + 1
    return _idle(ended, at, ENDED.format(ended["status"]), "done")


def _idle(ended: Json, at: datetime, status: str, kind: str) -> dict[str, Any]:
    """A step in which nobody holds the ticket; whoever ended the activity before moved it there."""
    actor = ended["actor"] or ended["holder"]
    about = {"at": at.isoformat(), "status": status, "kind": kind, "holder": None, "team": None}
    return dict(ended) | about | {"actor": actor}


def _measure(
    rows: Sequence[Json], starts: Sequence[datetime], ends: Sequence[datetime | None], found: Activities
) -> None:
    overlap, cover = timedelta(0), starts[0]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if number:
            if not rows[number - 1].get("kind"):
                found.pairs += 1
                found.gaps += abs(start - cover) > CLOSE
            if start < cover:
                overlap += min(end or cover, cover) - start
        cover = max(cover, end or starts[-1])
    found.tickets += 1
    found.overlapping += overlap > timedelta(0)
    found.overlap += overlap
