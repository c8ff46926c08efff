"""Small logs of flags and links, by hours after one Monday; for tests of blocks."""

from typing import Any

import pandas as pd

from vsm.eventlog.log import sorted_events
from vsm.intervals.blocks import blocks_from_events
from vsm.tables import BLOCKS, EVENTS, TICKETS, VISITS, check, conform

START = pd.Timestamp("2026-01-05", tz="UTC")
HOUR = pd.Timedelta(hours=1)
AS_OF = 100


def at(hours: float) -> pd.Timestamp:
    """The instant so many hours after the Monday."""
    return START + pd.Timedelta(microseconds=round(hours * 3_600_000_000))


def tickets_of(*created: float, tracker: str = "jira") -> pd.DataFrame:
    """Tickets ``jira:1`` (``AB-1``), ``jira:2``, …, created at these hours."""
    rows = [
        {"ticket": f"{tracker}:{n}", "key": f"AB-{n}", "created": at(hours)}
        for n, hours in enumerate(created, start=1)
    ]
    return conform(pd.DataFrame(rows, columns=["ticket", "key", "created"]), TICKETS)


def said(
    ticket: int, hours: float, *, new: str | None = None, old: str | None = None, kind: str = "link"
) -> dict[str, Any]:
    """One line of a changelog."""
    return {"ticket": f"jira:{ticket}", "at": at(hours), "kind": kind, "before": old, "after": new}


def flagged(ticket: int, hours: float, *, new: str | None = None, old: str | None = None) -> dict[str, Any]:
    """One line of a changelog about the flag."""
    return said(ticket, hours, new=new, old=old, kind="flag")


def events_of(*rows: dict[str, Any]) -> pd.DataFrame:
    """EVENTS of these lines; lines of one instant keep their order."""
    numbered = [
        {"source": "jira", "ref": f"{n:03}", "seq": n, "bulk": False} | row for n, row in enumerate(rows)
    ]
    return sorted_events(conform(pd.DataFrame(numbered, columns=EVENTS.names), EVENTS))


def blocks_of(
    *rows: dict[str, Any],
    tickets: pd.DataFrame | None = None,
    finished: dict[int, float] | None = None,
    as_of: float = AS_OF,
    **more: Any,
) -> pd.DataFrame:
    """BLOCKS of these lines; four tickets created at hour 0 unless others are named."""
    known = tickets_of(0, 0, 0, 0) if tickets is None else tickets
    done = {f"jira:{n}": at(hours) for n, hours in (finished or {}).items()}
    made = blocks_from_events(events_of(*rows), known, finished=done, as_of=at(as_of), **more)
    return check(made, BLOCKS)


def shown(blocks: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Each block as (ticket, hours of start and end, by)."""
    return [
        (
            str(row["ticket"]),
            hours(row["start"]),
            hours(row["end"]),
            None if pd.isna(row["by"]) else str(row["by"]),
        )
        for row in blocks.to_dict("records")
    ]


def hours(instant: Any) -> float | None:
    return None if pd.isna(instant) else (instant - START) / HOUR


def visits_of(*spans: tuple[int, float, float | None], team: str | None = None) -> pd.DataFrame:
    """VISITS of work: (ticket, hours of entering and leaving)."""
    rows = [
        {
            "ticket": f"jira:{ticket}", "n": n, "stage": "Build", "kind": "work", "team": team,
            "entered": at(entered), "left": None if left is None else at(left),
            "elapsed": (at(AS_OF) if left is None else at(left)) - at(entered), "revisit": False, "bulk": False,
        }
        for n, (ticket, entered, left) in enumerate(spans)
    ]  # fmt: skip
    return conform(pd.DataFrame(rows, columns=VISITS.names), VISITS)
