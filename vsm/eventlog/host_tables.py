"""What the readers of GitHub and GitLab share: documents through their doors, facts and rows as tables."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import pandas as pd

from vsm.bodies import Door, parsed_of
from vsm.eventlog.fields import instants
from vsm.eventlog.log import QualityNote, sorted_events
from vsm.tables import EVENTS, INSTANT, PULL_EVENTS, PULLS, conform

SHOWN: Final = 3
ISSUE: Final = "issue"


class TicketFact(NamedTuple):
    """One fact of an issue."""

    ticket: str
    at: datetime
    kind: str
    before: str | None
    after: str | None
    actor: str | None
    ref: str


class PullFact(NamedTuple):
    """One fact of a pull or merge request."""

    pull: str
    at: datetime
    kind: str
    after: str | None
    actor: str | None
    ref: str


def documents_read(
    documents: Iterable[object], doors: Mapping[str, Door[Any]], *, source: str
) -> tuple[dict[str, list[Any]], list[QualityNote]]:
    """Let documents through the doors of their types; note what did not pass.

    A document of no known type is read as an issue.

    Returns
    -------
    tuple
        Type → the bodies that passed, of every type that has a door; and the notes.
    """
    read: dict[str, list[Any]] = {kind: [] for kind in doors}
    notes = list[QualityNote]()
    for number, raw in enumerate(documents, start=1):
        parsed = parsed_of(raw)
        kind = str(parsed.get("type")) if isinstance(parsed, Mapping) else "document"
        if kind == "refused":
            continue
        known = kind if kind in doors else ISSUE
        passed = doors[known].read(raw)
        if passed.body is not None:
            read[known].append(passed.body)
        if passed.faults:
            name = f"{kind} {passed.name or number}"
            more = f" and {len(passed.faults) - SHOWN} more" if len(passed.faults) > SHOWN else ""
            faults = f"{name}: {'; '.join(passed.faults[:SHOWN])}{more}"
            if passed.body is None:
                detail = f"{faults}; it is left out of every number; correct it at its source and pull again"
                notes.append(QualityNote("unreadable document", "fault", detail, source, None, name))
            else:
                detail = f"{faults}; only that is left out"
                notes.append(QualityNote("unreadable part", "warning", detail, source, None, name))
    return read, notes


def events_of_facts(facts: Sequence[TicketFact], *, source: str) -> pd.DataFrame:
    """Give facts of issues as EVENTS; those of one ticket at one instant stay in their order."""
    frame = _numbered(facts, TicketFact, of="ticket")
    return sorted_events(conform(frame.assign(source=source, bulk=False), EVENTS))


def pull_events_of_facts(facts: Sequence[PullFact]) -> pd.DataFrame:
    """Give facts of pull requests as PULL_EVENTS, in their order at one instant."""
    return conform(_numbered(facts, PullFact, of="pull"), PULL_EVENTS)


def _numbered(facts: Sequence[Any], kind: type[TicketFact | PullFact], *, of: str) -> pd.DataFrame:
    frame = pd.DataFrame(facts, columns=list(kind._fields))
    frame["at"] = pd.DatetimeIndex(frame["at"], dtype=INSTANT)
    frame = frame.sort_values([of, "at"], kind="stable", ignore_index=True)
    return frame.assign(seq=frame.groupby([of, "at"]).cumcount())


def pulls_of_rows(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Give rows as PULLS; their instants are texts."""
    frame = pd.DataFrame(rows, columns=PULLS.names)
    for name in ("created", "merged", "closed", "first_commit"):
        frame[name] = instants(list(frame[name]))
    return conform(frame, PULLS)
