"""How is the life of a ticket told in a few lines, and how are the answers of the definitions?

All stories happen on one day: ``10:30`` is an instant of it. ``dev-1`` and ``dev-2`` are of Team A,
``qa-1`` is of Team B, ``lead`` is in no team.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from vsm.definitions.facts import events_of
from vsm.definitions.handoffs import Handoff, list_handoffs
from vsm.definitions.visits import Memberships, StageFacts, Visit, list_visits
from vsm.definitions.waits import Wait, list_waits

TEAM_OF = {"dev-1": "Team A", "dev-2": "Team A", "qa-1": "Team B"}
STAGE_OF = {
    "todo": StageFacts("Backlog", "queue", None, None, 0, False),
    "build": StageFacts("Build", "work", "Team A", None, 1, False),
    "fix": StageFacts("Build", "work", "Team A", None, 1, False),
    "away": StageFacts("Supplier", "external", None, None, 2, False),
    "test": StageFacts("Test", "work", None, "testing", 3, False),
    "pack": StageFacts("Release", "queue", "Team B", None, 4, True),
    "done": StageFacts("Done", "done", None, None, 5, False),
    "gone": StageFacts("Dropped", "done", None, None, 6, False),
}
NIGHT = "23:00"


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2024-03-04T{clock}").replace(tzinfo=UTC)


def story(*lines: str, ticket: str = "jira:1") -> list[dict[str, Any]]:
    """Read ``clock actor kind [before > after] [bulk]``; ``-`` is nobody or nothing."""
    events = []
    for number, line in enumerate(lines):
        clock, actor, kind, *rest = line.split()
        before, after = (rest[0], rest[2]) if ">" in rest else ("-", "-")
        events.append(
            {
                "ticket": ticket,
                "at": at(clock),
                "kind": kind,
                "before": None if before == "-" else before,
                "after": None if after == "-" else after,
                "actor": None if actor == "-" else actor,
                "source": "jira",
                "ref": f"{ticket}/{number:02}",
                "seq": number,
                "bulk": rest[-1:] == ["bulk"],
            }
        )
    return events


def visits(events: list[dict[str, Any]], as_of: str = NIGHT) -> list[Visit]:
    return list_visits(events_of(events), stage_of=STAGE_OF, teams=Memberships(TEAM_OF), as_of=at(as_of))


def handoffs(events: list[dict[str, Any]], as_of: str = NIGHT) -> list[Handoff]:
    return list_handoffs(visits(events, as_of), stage_of=STAGE_OF)


def waits(events: list[dict[str, Any]], as_of: str = NIGHT) -> list[Wait]:
    return list_waits(visits(events, as_of), handoffs=handoffs(events, as_of), as_of=at(as_of))


def told(rows: Sequence[Visit | Handoff | Wait], names: str) -> list[str]:
    """Say the named fields of each row as one line, instants as clock, missing as ``-``."""
    return [" ".join(_word(getattr(row, name)) for name in names.split()) for row in rows]


def _word(value: object) -> str:
    if value is None:
        return "-"
    return value.strftime("%H:%M") if isinstance(value, datetime) else str(value)
