"""Facts in one GitHub issue: its status, assignees, parent, links, milestone and comments.

The latest fact gives an issue its status: a move on the board (``github:In review``), a label that vsm.toml
names as a status (``label:in review``), closing and reopening (``github:closed``, ``github:open``). So a
column that nobody looks after does not keep a closed issue open, and columns after the closing count as well.
What an issue had at first, without an event of it, is worked out backwards from what it has today.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from vsm.bodies import GitHubActor, GitHubIssue, GitHubItem
from vsm.eventlog.host_tables import TicketFact
from vsm.eventlog.status_names import kind_from_name

LABEL: Final = "label:"
SOON: Final = timedelta(seconds=5)
"""A board and a timeline date the same move within a moment of each other."""
RESOLUTIONS: Final = {"COMPLETED": "Completed", "NOT_PLANNED": "Not planned", "DUPLICATE": "Duplicate"}


class GitHubNaming(NamedTuple):
    """How ids are made: the prefix of accounts and tickets, and the repository's name."""

    host: str
    repository: str

    def account(self, actor: GitHubActor | None) -> str | None:
        """Give the account of an actor; None where it is gone, and for a team."""
        return f"{self.host}:{actor['login']}" if actor and actor.get("login") else None

    def status(self, name: str) -> str:
        """Give the id of a status: of a column, of open and closed; a label's has its own."""
        return name if name.startswith(LABEL) else f"{self.host}:{name}"


class _Move(NamedTuple):
    """What may give a ticket another status."""

    at: datetime
    what: str
    name: str | None
    actor: str | None
    ref: str


def github_instant(text: Any) -> datetime:
    """Give an instant that passed the door."""
    return datetime.fromisoformat(text)


def items_of(body: Any) -> list[GitHubItem]:
    """Give the items of a timeline that have an instant, in order of time."""
    dated = [item for item in body["timelineItems"]["nodes"] if item.get("createdAt")]
    return sorted(dated, key=lambda item: github_instant(item["createdAt"]))


def issue_facts(
    body: GitHubIssue,
    naming: GitHubNaming,
    *,
    labels: Collection[str],
    board: str | None,
    seen: Sequence[Any] = (),
) -> tuple[list[TicketFact], int]:
    """Give the facts of an issue, and how many of its moves only the board showed afterwards.

    Parameters
    ----------
    labels
        Those that are statuses.
    board
        Title of the project whose column counts.
    seen
        What pulls saw of it on boards, in order.
    """
    ticket, items = f"{naming.host}:{body['databaseId']}", items_of(body)
    born = min(
        [github_instant(body["createdAt"]), *(github_instant(item["createdAt"]) for item in items[:1])]
    )
    author = naming.account(body.get("author"))
    facts = [TicketFact(ticket, born, "created", None, None, author, f"{ticket}/created")]
    moves = [*_state_moves(body, items, naming), *_label_moves(body, items, naming, labels=labels, born=born)]
    on_board = list(_board_moves(items, naming, board=board, born=born))
    shown = list(_shown_moves(on_board, [one for one in seen if one.get("project") == board]))
    facts += _statuses([*moves, *on_board, *shown], ticket, naming, born=born, author=author)
    facts += _assignees(body, items, ticket, naming, born=born)
    facts += _touches(items, ticket, naming)
    facts += _resolutions(body, items, ticket, naming)
    return facts, len(shown)


def _move(item: GitHubItem, naming: GitHubNaming, what: str, name: str | None = None) -> _Move:
    at, actor = github_instant(item["createdAt"]), naming.account(item.get("actor"))
    return _Move(at, what, name, actor, str(item.get("id")))


def _state_moves(body: GitHubIssue, items: list[GitHubItem], naming: GitHubNaming) -> Iterator[_Move]:
    kinds = {"ClosedEvent": "close", "ReopenedEvent": "reopen"}
    moves = [_move(item, naming, kinds[item["__typename"]]) for item in items if item["__typename"] in kinds]
    yield from moves
    last = moves[-1].what if moves else "reopen"
    if body["state"] == "CLOSED" and last != "close" and (closed := body.get("closedAt")):
        yield _Move(github_instant(closed), "close", None, None, "closed")


def _label_moves(
    body: GitHubIssue,
    items: list[GitHubItem],
    naming: GitHubNaming,
    *,
    labels: Collection[str],
    born: datetime,
) -> Iterator[_Move]:
    now = {label.get("name") for label in (body.get("labels") or {"nodes": []})["nodes"] if label}
    kinds = {"LabeledEvent": "label", "UnlabeledEvent": "unlabel"}
    moves = [
        _move(item, naming, kinds[item["__typename"]], (item.get("label") or {}).get("name"))
        for item in items
        if item["__typename"] in kinds and (item.get("label") or {}).get("name") in labels
    ]
    for label in labels:
        first = next((move.what for move in moves if move.name == label), None)
        if first == "unlabel" or (first is None and label in now):
            yield _Move(born, "label", label, None, f"label {label}")
    yield from moves


def _board_moves(
    items: list[GitHubItem], naming: GitHubNaming, *, board: str | None, born: datetime
) -> Iterator[_Move]:
    """Give the moves on a timeline; where the first one left a column, the issue was there before."""
    mine = [item for item in items if (item.get("project") or {}).get("title") == board and board]
    moves = [item for item in mine if item["__typename"] == "ProjectV2ItemStatusChangedEvent"]
    added = next((item for item in mine if item["__typename"] == "AddedToProjectV2Event"), None)
    if moves and (before := moves[0].get("previousStatus")):
        at = github_instant(added["createdAt"]) if added else born
        yield _Move(min(at, github_instant(moves[0]["createdAt"])), "board", before, None, "first column")
    for item in mine:
        if item["__typename"] == "ProjectV2ItemStatusChangedEvent":
            yield _move(item, naming, "board", item.get("status") or None)
        elif item["__typename"] == "RemovedFromProjectV2Event":
            yield _move(item, naming, "board", None)


def _shown_moves(recorded: Sequence[_Move], seen: Iterable[Any]) -> Iterator[_Move]:
    """Give moves that are on no timeline, but that a board showed at a pull, dated by the board."""
    known = list(recorded)
    for one in seen:
        at, name = github_instant(one.get("since") or one["looked"]), one.get("status")
        before = [move for move in known if move.at <= at + SOON]
        last = max(before, key=lambda move: move.at).name if before else None
        if name != last:
            made = _Move(at, "board", name, None, f"{one['card']} {one.get('since') or one['looked']}")
            known.append(made)
            yield made


def _statuses(
    moves: list[_Move], ticket: str, naming: GitHubNaming, *, born: datetime, author: str | None
) -> Iterator[TicketFact]:
    """Give the statuses of an issue: of what happened to it, the latest counts."""
    board, on, closed, now = None, list[str](), False, "open"
    first = f"{ticket}/created"
    ordered = sorted(moves, key=lambda move: move.at)
    for move in (move for move in ordered if move.at <= born):
        board, on, closed, now = _after(move, board, on, closed=closed, now=now)
    yield TicketFact(ticket, born, "status", None, naming.status(now), author, first)
    for move in (move for move in ordered if move.at > born):
        before = now
        board, on, closed, now = _after(move, board, on, closed=closed, now=now)
        if now != before:
            ends = naming.status(before), naming.status(now)
            yield TicketFact(ticket, move.at, "status", *ends, move.actor, f"{move.ref}/status")


def _after(
    move: _Move, board: str | None, on: list[str], *, closed: bool, now: str
) -> tuple[str | None, list[str], bool, str]:
    """Give column, labels, whether it is closed, and the status that it has after a move."""
    open_now = on[-1] if on else board or "open"
    match move.what:
        case "board":
            fallen = now if closed else on[-1] if on else "open"
            return move.name, on, closed, move.name or fallen
        case "label":
            on = [*(label for label in on if label != f"{LABEL}{move.name}"), f"{LABEL}{move.name}"]
            return board, on, closed, now if closed else on[-1]
        case "unlabel":
            gone = f"{LABEL}{move.name}"
            on = [label for label in on if label != gone]
            return board, on, closed, now if closed or now != gone else on[-1] if on else board or "open"
        case "close":
            return board, on, True, "closed"
    said = kind_from_name(open_now.removeprefix(LABEL))
    return board, on, False, "open" if said and said.kind == "done" else open_now


def _assignees(
    body: GitHubIssue, items: list[GitHubItem], ticket: str, naming: GitHubNaming, *, born: datetime
) -> Iterator[TicketFact]:
    """Give who holds an issue: of several assignees the one assigned last."""
    kinds = {"AssignedEvent": True, "UnassignedEvent": False}
    moves = [
        (item, kinds[item["__typename"]], naming.account(item.get("assignee")))
        for item in items
        if item["__typename"] in kinds
    ]
    on = list[str]()
    for one in (body.get("assignees") or {"nodes": []})["nodes"]:
        if (account := naming.account(one)) and account not in {of for _, _, of in moves}:
            on.append(account)
    had = set[str]()
    for _, there, account in moves:
        if account and account not in had and not there:
            on.append(account)
        had |= {account} if account else set()
    if on:
        yield TicketFact(ticket, born, "assignee", None, on[-1], None, f"{ticket}/created")
    for item, there, account in moves:
        before = on[-1] if on else None
        on = [other for other in on if other != account] + ([account] if there and account else [])
        after = on[-1] if on else None
        if after != before:
            at, who = github_instant(item["createdAt"]), naming.account(item.get("actor"))
            yield TicketFact(ticket, at, "assignee", before, after, who, str(item.get("id")))


def _touches(items: list[GitHubItem], ticket: str, naming: GitHubNaming) -> Iterator[TicketFact]:
    """Give comments, parents, what blocks it, and milestones, which are its sprints."""
    parent: str | None = None
    sprint: str | None = None
    for item in items:
        at, ref = github_instant(item["createdAt"]), str(item.get("id"))
        actor = naming.account(item.get("author") or item.get("actor"))
        what, before, after = "", None, None
        match item["__typename"]:
            case "IssueComment":
                what = "comment"
            case "ParentIssueAddedEvent" if other := item.get("parent"):
                what, before, parent = "parent", parent, f"{naming.host}:{other['databaseId']}"
                after = parent
            case "ParentIssueRemovedEvent":
                what, before, parent = "parent", parent, None
            case "BlockedByAddedEvent" | "BlockedByRemovedEvent" as name if other := item.get(
                "blockingIssue"
            ):
                sentence = f"This issue is blocked by {other['repository']['name']}#{other['number']}"
                what, added = "link", name == "BlockedByAddedEvent"
                before, after = (None, sentence) if added else (sentence, None)
            case "MilestonedEvent" if title := item.get("milestoneTitle"):
                what, before, sprint = "sprint", sprint, naming.status(title)
                after = sprint
            case "DemilestonedEvent":
                what, before, sprint = "sprint", sprint, None
        if (what and (before, after) != (None, None)) or what == "comment":
            yield TicketFact(ticket, at, what, before, after, actor, ref)


def _resolutions(
    body: GitHubIssue, items: list[GitHubItem], ticket: str, naming: GitHubNaming
) -> Iterator[TicketFact]:
    """Give how an issue was closed."""
    now: str | None = None
    for item in items:
        after = now
        if item["__typename"] == "ClosedEvent":
            after = RESOLUTIONS.get(item.get("stateReason") or body.get("stateReason") or "", "Completed")
        elif item["__typename"] == "ReopenedEvent":
            after = None
        if after != now:
            at, actor = github_instant(item["createdAt"]), naming.account(item.get("actor"))
            yield TicketFact(ticket, at, "resolution", now, after, actor, f"{item.get('id')}/resolution")
            now = after
