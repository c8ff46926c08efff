"""Resolutions (optional branch): a resolved ticket is done, whatever its status, where vsm.toml says so."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from vsm.definitions.states import Event
from vsm.definitions.visits import DONE, StageFacts


def with_resolutions(
    events: Iterable[Event], *, stage_of: Mapping[str, StageFacts], resolved: str
) -> list[Event]:
    """Give the log in which a ticket has the status ``resolved`` while it has a resolution and is not done.

    Each event of the status or the resolution after which the ticket is somewhere else becomes a move there;
    all other moves of the ticket go.
    """
    rows = sorted(events, key=lambda event: (event.ticket, event.at, event.seq, event.source, event.ref))
    result: list[Event] = []
    tracker: dict[str, str | None] = {}
    has: dict[str, bool] = {}
    shown: dict[str, str | None] = {}
    for event in rows:
        ticket = event.ticket
        if event.kind == "status":
            tracker[ticket] = event.after
        elif event.kind == "resolution":
            has[ticket] = event.after is not None
            result.append(event)
        else:
            result.append(event)
            continue
        status = tracker.get(ticket)
        done = status is not None and stage_of[status].kind == DONE
        now = resolved if has.get(ticket) and not done else status
        if now is not None and now != shown.get(ticket):
            result.append(replace(event, kind="status", before=shown.get(ticket), after=now))
            shown[ticket] = now
    return result
