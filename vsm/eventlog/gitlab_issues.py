"""Facts in one GitLab issue: its status by labels and state, assignees, sprints, parent, links and touches.

An issue's status is the label it has among those that are statuses (``label:workflow::doing``), of several
the one furthest in their order; without one it is open or closed (``gitlab:open``, ``gitlab:closed``).
Labels, milestones, iterations and the state have exact histories; what an issue had at first is worked out
backwards from what it has today. What one person changes within a second, as by dragging a card, is one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from vsm.bodies import GitLabIssue, GitLabUser
from vsm.eventlog.gitlab_notes import (
    Changed,
    action_of,
    link_of,
    parent_of,
    people_changed,
    people_over_time,
)
from vsm.eventlog.host_tables import TicketFact

TOGETHER: Final = timedelta(seconds=1)
SOON: Final = timedelta(seconds=2)
"""GitLab gives the creation in whole seconds, and what comes with it a moment later."""
OPEN, CLOSED, LABEL = "gitlab:open", "gitlab:closed", "label:"
GHOST: Final = "ghost"
"""The account that GitLab puts in the place of those who were deleted."""


class Naming(NamedTuple):
    """How ids are made: prefix of hosts' ids, the project's name, ids of its issues by their number."""

    host: str
    repository: str
    tickets: dict[str, str]

    def account(self, user: GitLabUser | None) -> str | None:
        """Give the account of a user; None where there is none any more."""
        return f"{self.host}:{user['username']}" if user and user["username"] != GHOST else None


def at_of(instant: Any) -> datetime:
    """Give an instant that passed the door."""
    if isinstance(instant, str):
        return datetime.fromisoformat(instant).astimezone(UTC)
    return datetime.fromtimestamp(instant / 1000, UTC)


def in_order(records: Iterable[Mapping[str, Any]], *, by: str = "created_at") -> list[Any]:
    """Give notes or events by instant, those of one instant by number."""
    return sorted(records, key=lambda record: (at_of(record[by]), len(record["id"]), record["id"]))


def issue_facts(body: GitLabIssue, naming: Naming, *, labels: Sequence[str]) -> tuple[list[TicketFact], int]:
    """Give the facts of an issue, and how many of its notes on assignees were not understood.

    Parameters
    ----------
    labels
        Those that are statuses, in order.
    """
    ticket = f"{naming.host}:{body['id']}"
    created, creator = at_of(body["createdAt"]), naming.account(body.get("author"))
    facts = [TicketFact(ticket, created, "created", None, None, creator, f"{ticket}/created")]
    facts += _statuses(body, naming, labels)
    assigned, unread = _assignees(body, naming)
    facts += [*assigned, *_sprints(body, naming), *_from_notes(body, naming)]
    facts += [
        TicketFact(ticket, at_of(note["createdAt"]), "comment", None, None, who, f"comment {note['id']}")
        for note in body["comments"]
        for who in [naming.account(note.get("author"))]
    ]
    early = [fact._replace(at=created) if fact.at <= created + SOON else fact for fact in facts]
    return [*_first_only([fact for fact in early if fact.at == created]),
            *(fact for fact in early if fact.at != created)], unread  # fmt: skip


def _first_only(facts: list[TicketFact]) -> list[TicketFact]:
    """Give facts of the creation, of each state only the last: what an issue was created with."""
    states = {"status", "assignee", "sprint", "parent"}
    last = {fact.kind: fact for fact in facts if fact.kind in states}
    made = (last[fact.kind]._replace(before=None) if fact.kind in states else fact for fact in facts)
    return [fact for fact in dict.fromkeys(made) if fact.after or fact.kind not in states]


def _statuses(body: GitLabIssue, naming: Naming, order: Sequence[str]) -> Iterator[TicketFact]:
    ticket, created = f"{naming.host}:{body['id']}", body["createdAt"]
    on, closed = set(body["labels"]), False
    events = in_order(body["label_events"])
    for event in reversed(events):
        if label := event.get("label"):
            on.discard(label) if event["action"] == "add" else on.add(label)
    changes: list[tuple[datetime, str | None, str, str | None, str]] = [
        (at_of(event["created_at"]), naming.account(event.get("user")), f"label {event['id']}",
         event.get("label"), event["action"])
        for event in events
    ]  # fmt: skip
    changes += _closings(body, naming)
    changes.sort(key=lambda change: change[0])
    status = _status(on, order, closed=False)
    creator = naming.account(body.get("author"))
    yield TicketFact(ticket, at_of(created), "status", None, status, creator, f"{ticket}/created")
    for group in _together(changes):
        for _, _, _, label, action in group:
            if action in {"closed", "reopened"}:
                closed = action == "closed"
            elif label:
                on.add(label) if action == "add" else on.discard(label)
        after = _status(on, order, closed=closed)
        if after != status:
            yield TicketFact(ticket, group[0][0], "status", status, after, group[0][1], group[0][2])
            status = after


def _closings(
    body: GitLabIssue, naming: Naming
) -> Iterator[tuple[datetime, str | None, str, str | None, str]]:
    """Give when an issue was closed and reopened; old ones have no events, but say when they were closed."""
    last = "reopened"
    for event in in_order(body["state_events"]):
        if event["state"] in {"closed", "reopened"}:
            last = event["state"]
            actor = naming.account(event.get("user"))
            yield at_of(event["created_at"]), actor, f"state {event['id']}", None, event["state"]
    closed = body.get("closedAt")
    if body["state"] == "closed" and last != "closed" and closed:
        yield at_of(closed), None, f"closed {body['id']}", None, "closed"
    if body["state"] != "closed" and last == "closed":
        yield at_of(body["updatedAt"]), None, f"reopened {body['id']}", None, "reopened"


def _together(changes: Iterable[tuple[datetime, str | None, str, str | None, str]]) -> Iterator[list[Any]]:
    """Group what one person changed within a second."""
    group = list[Any]()
    for change in changes:
        if group and (change[0] - group[0][0] > TOGETHER or change[1] != group[0][1]):
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _status(on: set[str], order: Sequence[str], *, closed: bool) -> str:
    if closed:
        return CLOSED
    return next((f"{LABEL}{label}" for label in reversed(order) if label in on), OPEN)


def _assignees(body: GitLabIssue, naming: Naming) -> tuple[list[TicketFact], int]:
    """Give who was assigned: of several people the one who was assigned first."""
    notes = [
        note for note in in_order(body["notes"], by="createdAt")
        if action_of(note.get("action"), note.get("body")) == "assignee"
    ]  # fmt: skip
    changes = [people_changed("assignee", note.get("body")) for note in notes]
    now = [user["username"] for user in body["assignees"] if user["username"] != GHOST]
    states = people_over_time(now, changes)
    ticket = f"{naming.host}:{body['id']}"
    held = [f"{naming.host}:{people[0]}" if people else None for people in states]
    creator, created = naming.account(body.get("author")), at_of(body["createdAt"])
    facts = []
    if held[0]:
        facts.append(TicketFact(ticket, created, "assignee", None, held[0], creator, f"{ticket}/created"))
    for note, before, after in zip(notes, held, held[1:], strict=False):
        if before != after:
            actor = naming.account(note.get("author"))
            facts.append(
                TicketFact(
                    ticket, at_of(note["createdAt"]), "assignee", before, after, actor, f"note {note['id']}"
                )
            )
    return facts, changes.count(None)


def _sprints(body: GitLabIssue, naming: Naming) -> Iterator[TicketFact]:
    """Give the iterations of an issue, and its milestones where it has none, as lists of its sprints."""
    ticket = f"{naming.host}:{body['id']}"
    iterations = bool(body["iteration_events"] or body.get("iteration"))
    events = body["iteration_events"] if iterations else body["milestone_events"]
    now = body.get("iteration") if iterations else body.get("milestone")
    events = in_order(events)
    changes: list[Changed | None] = []
    for event in events:
        one = (str(span["id"]),) if (span := event.get("span")) else ()
        changes.append(Changed(one, ()) if event["action"] == "add" else Changed((), one))
    states = people_over_time([str(now["id"])] if now else [], changes)
    lists = [", ".join(state) or None for state in states]
    if lists[0]:
        creator = naming.account(body.get("author"))
        yield TicketFact(
            ticket, at_of(body["createdAt"]), "sprint", None, lists[0], creator, f"{ticket}/created"
        )
    for group in _together(
        (
            at_of(event["created_at"]),
            naming.account(event.get("user")),
            f"sprint {event['id']}",
            str(number),
            "",
        )
        for number, event in enumerate(events)
    ):
        before, after = lists[int(group[0][3])], lists[int(group[-1][3]) + 1]
        if before != after:
            yield TicketFact(ticket, group[0][0], "sprint", before, after, group[0][1], group[0][2])


def _from_notes(body: GitLabIssue, naming: Naming) -> Iterator[TicketFact]:
    """Give links, parents, time spent, and what an issue was closed for, in order."""
    ticket, parent, standing = f"{naming.host}:{body['id']}", None, dict[str, str]()
    for note in in_order(body["notes"], by="createdAt"):
        action, text = action_of(note.get("action"), note.get("body")), note.get("body") or ""
        actor, ref = naming.account(note.get("author")), f"note {note['id']}"
        plain = TicketFact(ticket, at_of(note["createdAt"]), "link", None, None, actor, ref)
        if action in {"relate", "unrelate"}:
            yield from _links(text, naming, plain, standing)
        elif action in {"relate_to_parent", "unrelate_from_parent"}:
            number = parent_of(text) if action == "relate_to_parent" else None
            after = naming.tickets.get(number) if number else None
            if after != parent:
                yield plain._replace(kind="parent", before=parent, after=after)
                parent = after
        elif action == "time_tracking":
            yield plain._replace(kind="worklog")
        elif action == "duplicate" and text.startswith("marked this"):
            yield plain._replace(kind="resolution", after="Duplicate")
        elif action == "moved" and text.startswith("moved to"):
            yield plain._replace(kind="resolution", after="Moved")


def _links(text: str, naming: Naming, plain: TicketFact, standing: dict[str, str]) -> Iterator[TicketFact]:
    """Give blocking links in the words of Jira; what was said of a key is taken back in the same words."""
    link = link_of(text, repository=naming.repository)
    for key in link.named if link else ():
        if link and link.gone and key in standing:
            yield plain._replace(before=standing.pop(key))
        elif link and not link.gone:
            standing[key] = f"This issue {link.wording} {key}"
            yield plain._replace(after=standing[key])
