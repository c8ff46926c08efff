"""Documents from outside, checked once: what ``sources`` store and ``eventlog`` reads passes one door."""

from vsm.bodies.door import Door, Instant, Read, parsed_of, storable_number, text_of
from vsm.bodies.jira import (
    BOARDS,
    CUSTOM,
    GONE,
    IDS,
    ISSUES,
    SITES,
    STATUSES,
    UNREAD,
    Issue,
    last_updated,
    unread_document,
)

__all__ = [
    "BOARDS",
    "CUSTOM",
    "GONE",
    "IDS",
    "ISSUES",
    "SITES",
    "STATUSES",
    "UNREAD",
    "Door",
    "Instant",
    "Issue",
    "Read",
    "last_updated",
    "parsed_of",
    "storable_number",
    "text_of",
    "unread_document",
]
