"""The names in GitLab's documents: statuses, accounts, and iterations or milestones with their dates."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pandas as pd

from vsm.bodies import GitLabIssue, GitLabPull
from vsm.eventlog.gitlab_issues import CLOSED, GHOST, LABEL, OPEN, Naming, at_of
from vsm.eventlog.host_tables import TicketFact
from vsm.tables import NAMES, conform

BOT: Final = "_bot"
EARLIEST, LATEST = 1970, 2200


Named = tuple[str, str, str, str | None, datetime | None]
"""Kind, id, name, category, and when it was seen."""


def gitlab_names(
    issues: Sequence[GitLabIssue],
    pulls: Sequence[GitLabPull],
    facts: list[TicketFact],
    naming: Naming,
    source: str,
) -> pd.DataFrame:
    """Name statuses, accounts, and iterations or milestones with their dates."""
    borne = [*_statuses(facts), *_accounts([*issues, *pulls], naming), *_sprints(issues, source)]
    rows = pd.DataFrame(borne, columns=["kind", "id", "name", "category", "at"])
    rows = rows.astype({"category": "str", "at": "datetime64[us, UTC]"})
    named = rows.groupby(["kind", "id", "name"]).agg(
        category=("category", "first"), first=("at", "min"), last=("at", "max")
    )
    return conform(named.reset_index(), NAMES)


def _statuses(facts: list[TicketFact]) -> Iterator[Named]:
    for fact in facts:
        for status in (fact.before, fact.after) if fact.kind == "status" else ():
            if status:
                text = {OPEN: "Open", CLOSED: "Closed"}.get(status, status.removeprefix(LABEL))
                yield "status", status, text, {OPEN: "queue", CLOSED: "done"}.get(status), fact.at


def _accounts(bodies: Sequence[Mapping[str, Any]], naming: Naming) -> Iterator[Named]:
    for user, at in _users(bodies):
        if user["username"] != GHOST:
            program = user.get("bot") or BOT in user["username"]
            id_ = f"{naming.host}:{user['username']}"
            yield "account", id_, user.get("name") or user["username"], "app" if program else None, at


def _sprints(issues: Sequence[GitLabIssue], source: str) -> Iterator[Named]:
    for span in _spans(issues):
        id_ = f"{source}:{span['id']}"
        title = span.get("title") or f"{span.get('start_date')} – {span.get('due_date')}"
        begun, ended = _day(span.get("start_date")), _day(span.get("due_date"))
        yield "sprint", id_, title, None, begun
        if ended and span.get("state") in {"closed", "3"}:
            yield "sprint end", id_, title, None, ended + timedelta(days=1)


def _users(bodies: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], datetime]]:
    """Give everybody whom a body names, and when that was."""
    for body in bodies:
        created = at_of(body["createdAt"])
        there = [
            body.get("author"),
            body.get("mergeUser"),
            *body.get("assignees", ()),
            *body.get("reviewers", ()),
        ]
        yield from ((user, created) for user in there if user)
        for part in ("notes", "comments"):
            yield from (
                (note["author"], at_of(note["createdAt"])) for note in body[part] if note.get("author")
            )
        for part in ("label_events", "state_events", "milestone_events", "iteration_events"):
            events = body.get(part, ())
            yield from ((event["user"], at_of(event["created_at"])) for event in events if event.get("user"))


def _spans(issues: Sequence[GitLabIssue]) -> Iterator[Mapping[str, Any]]:
    for body in issues:
        yield from (span for span in (body.get("milestone"), body.get("iteration")) if span)
        events = (*body["milestone_events"], *body["iteration_events"])
        yield from (span for event in events if (span := event.get("span")))


def _day(text: str | None) -> datetime | None:
    """Give when a day begins; None where it is none, or of no year that work may be of."""
    try:
        day = datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError:
        return None
    return day if day and EARLIEST <= day.year < LATEST else None
