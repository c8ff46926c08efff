"""How what is stored differs from what a Jira had at the last look, as notes for QUALITY."""

from collections.abc import Iterator, Sequence
from typing import Final

from vsm.eventlog.jira_items import Json
from vsm.eventlog.log import QualityNote

EXAMPLES: Final = 5


def check_compared(bodies: Sequence[Json], *, source: str) -> Iterator[QualityNote]:
    """Note issues that a Jira has and could not be read, and stored ones that no question finds any more.

    Parameters
    ----------
    bodies
        The documents ``compared/…`` of a source, one for each question that was asked: ``unread`` and
        ``absent`` are ids of issues.

    Examples
    --------
    >>> bodies = [{"unread": [], "absent": ["7", "8"]}, {"unread": [], "absent": ["8", "9"]}]
    >>> [note.detail for note in check_compared(bodies, source="jira")]
    ['1 ticket (id 8) is stored and not found any more: moved, hidden or deleted; vsm pull jira --sweep ...
    """
    absent = set.intersection(*(set(body["absent"]) for body in bodies)) if bodies else set[str]()
    unread = {issue for body in bodies for issue in body["unread"]}
    if unread:
        detail = f"{_tickets(unread)} found and could not be read; pull again"
        yield QualityNote("tickets not stored", "fault", detail, source)
    if absent:
        detail = (
            f"{_tickets(absent)} stored and not found any more: moved, hidden or deleted; vsm pull jira "
            "--sweep asks after them"
        )
        yield QualityNote("tickets not found any more", "warning", detail, source)


def _tickets(ids: set[str]) -> str:
    some = ", ".join(sorted(ids, key=int)[:EXAMPLES]) + (", …" if len(ids) > EXAMPLES else "")
    return f"{len(ids):,} tickets (id {some}) are" if len(ids) > 1 else f"1 ticket (id {some}) is"
