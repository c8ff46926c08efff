"""Documents of GitHub become tickets, events, names, pull requests, pipelines, deployments and notes.

``github_issues``, ``github_pulls`` and ``github_runs`` read one of them each; here they are put together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import pandas as pd

from vsm.bodies import (
    GITHUB_BOARDS,
    GITHUB_COMPARED,
    GITHUB_DEPLOYMENTS,
    GITHUB_GONE,
    GITHUB_ISSUES,
    GITHUB_PULLS,
    GITHUB_RUNS,
    GITHUB_SITES,
    GITHUB_STATUSES,
    Door,
    GitHubIssue,
)
from vsm.counts import counted
from vsm.eventlog.fields import instants, joined
from vsm.eventlog.github_issues import (
    LABEL,
    RESOLUTIONS,
    GitHubNaming,
    github_instant,
    issue_facts,
)
from vsm.eventlog.github_pulls import github_pull_row, github_pull_steps
from vsm.eventlog.github_runs import github_deploys, github_pipelines
from vsm.eventlog.github_statuses import board_of, boards_of, github_status_labels, label_name
from vsm.eventlog.host_tables import (
    TicketFact,
    documents_read,
    events_of_facts,
    pull_events_of_facts,
    pulls_of_rows,
)
from vsm.eventlog.infer import Board
from vsm.eventlog.log import Log, QualityNote, quality_from_notes
from vsm.tables import NAMES, TICKETS, conform

EXAMPLES: Final = 5
BACK: Final = "back"
_DOORS: Final[Mapping[str, Door[Any]]] = {
    "issue": GITHUB_ISSUES, "pull": GITHUB_PULLS, "statuses": GITHUB_STATUSES, "run": GITHUB_RUNS,
    "deployment": GITHUB_DEPLOYMENTS, "site": GITHUB_SITES, "gone": GITHUB_GONE, "compared": GITHUB_COMPARED,
    "board": GITHUB_BOARDS,
}  # fmt: skip
_BUG: Final = "bug"
"""The label that says of an issue without a type that it is one."""


def log_from_github(documents: Iterable[object], *, source: str, statuses: Iterable[str] = ()) -> Log:
    """Give the log of one repository's documents.

    Parameters
    ----------
    documents
        As ``vsm.sources.github_api`` stores them. What ``vsm.bodies`` does not let through is left out and
        noted.
    source
        Such as ``github:owner/name``. A repository of that path has accounts and tickets ``github:…``; one
        that was pulled under another name, such as that of a second GitHub, has ids that begin with its
        source.
    statuses
        What stages of vsm.toml name as statuses: labels among them are statuses, with ``label:`` before.
        Without any, and without a board, so are labels such as ``status: in review``.

    Returns
    -------
    Log
        TICKETS and EVENTS of issues, NAMES, PULLS, PULL_EVENTS, PIPELINES, DEPLOYS and QUALITY. Of several
        boards that issues are on, the one with the most of them counts.

    Examples
    --------
    >>> issue = {"type": "issue", "databaseId": 70, "number": 7, "state": "OPEN",
    ...     "createdAt": "2026-01-05T09:00:00Z", "timelineItems": {"nodes": []}}
    >>> log = log_from_github([issue], source="github:shop/web")
    >>> log.tickets["key"].tolist(), log.events["after"].astype("str").tolist()
    (['web#7'], [nan, 'github:open'])
    """
    read, notes = documents_read(documents, _DOORS, source=source)
    naming = _naming(read, source)
    seen = {body["issue"]: body["seen"] for body in read["statuses"]}
    boards = boards_of(read["issue"], seen)
    board = boards[0] if boards else None
    labels = github_status_labels(read["issue"], statuses=statuses, boards=boards)
    gone = {body["number"]: body for body in read["gone"] if body["kind"] == "issue" and body["how"] != BACK}
    facts, shown = list[TicketFact](), 0
    for body in read["issue"]:
        found, silent = issue_facts(
            body, naming, labels=labels, board=board, seen=seen.get(body["number"], ())
        )
        facts += found
        shown += silent
        if end := gone.get(body["number"]):
            at = max(github_instant(end["noticed"]), *(fact.at for fact in found))
            ticket = f"{naming.host}:{body['databaseId']}"
            facts.append(TicketFact(ticket, at, "delete", None, end["how"], None, f"gone {body['number']}"))
    steps = [step for body in read["pull"] for step in github_pull_steps(body, naming, source=source)]
    deploys, missed = github_deploys(read["deployment"], naming, source)
    notes += [*_doubts(read, boards, shown, source), *missed]
    return Log(
        tickets=_tickets(read["issue"], naming),
        events=events_of_facts(facts, source=source),
        names=_names([*read["issue"], *read["pull"]], facts, naming),
        pulls=pulls_of_rows([github_pull_row(body, naming, source=source) for body in read["pull"]]),
        pull_events=pull_events_of_facts(steps),
        pipelines=github_pipelines(read["run"], read["deployment"], naming, source),
        deploys=deploys,
        quality=quality_from_notes(notes),
    )


def board_from_github(documents: Iterable[object], *, source: str) -> Board | None:
    """Give the columns of the board that most issues are on: Open, its own, Closed; None without one.

    Examples
    --------
    >>> project = {"type": "board", "title": "Web", "columns": ["Todo", "Done"]}
    >>> [column.name for column in board_from_github([project], source="github:shop/web").columns]
    ['Open', 'Todo', 'Done', 'Closed']
    """
    read, _ = documents_read(documents, _DOORS, source=source)
    naming = _naming(read, source)
    order = boards_of(read["issue"], {body["issue"]: body["seen"] for body in read["statuses"]})
    return board_of(read["board"], order, naming)


def _naming(read: Mapping[str, list[Any]], source: str) -> GitHubNaming:
    """Say how ids are made: a repository of its own path is GitHub's, another name is a host of its own."""
    path = read["site"][0]["nameWithOwner"] if read["site"] else source.partition(":")[2]
    same = source.casefold() == f"github:{path}".casefold()
    return GitHubNaming("github" if same else source, path.rpartition("/")[2])


def _doubts(
    read: Mapping[str, list[Any]], boards: list[str], shown: int, source: str
) -> Iterator[QualityNote]:
    """Note what is missing, and what is known only from what boards showed."""
    if shown:
        detail = (
            f"{counted(shown, 'move')} on the board '{boards[0]}' on no timeline, only seen afterwards: "
            "each is dated by when the board says its column was set; moves in between are not known"
        )
        yield QualityNote("moves only seen afterwards", "warning", detail, source)
    if len(boards) > 1:
        detail = f"issues are on {len(boards)} boards; statuses are those of '{boards[0]}', which has most"
        yield QualityNote("several boards", "note", detail, source)
    for site in read["site"]:
        if site["lacking"]:
            detail = f"not offered, or not to be read by the token: {', '.join(site['lacking']).lower()}"
            yield QualityNote("parts not offered", "note", detail, source)
        if not site["projects"] and read["issue"]:
            detail = (
                "the token may not read projects: columns of boards are unknown, only open and closed are"
            )
            yield QualityNote("no statuses of boards", "warning", detail, source)
    unread = sorted({number for body in read["compared"] for number in body["unread"]}, key=int)
    if unread:
        some = ", ".join(f"#{number}" for number in unread[:EXAMPLES])
        what = counted(len(unread), "issue or pull request", "issues or pull requests")
        detail = f"there, and could not be read: {what} ({some}); pull again"
        yield QualityNote("tickets not stored", "fault", detail, source)


def _tickets(issues: Sequence[GitHubIssue], naming: GitHubNaming) -> pd.DataFrame:
    holding = {parent["databaseId"] for body in issues if (parent := body.get("parent"))}
    rows = [_ticket(body, naming, holding=body["databaseId"] in holding) for body in issues]
    frame = pd.DataFrame(rows, columns=TICKETS.names)
    for name in ("created", "resolved"):
        frame[name] = instants(list(frame[name]))
    return conform(frame, TICKETS)


def _ticket(body: GitHubIssue, naming: GitHubNaming, *, holding: bool) -> dict[str, Any]:
    """Describe an issue; one that has sub-issues holds others, which are counted in its place."""
    labels = [
        str(one["name"]) for one in (body.get("labels") or {"nodes": []})["nodes"] if one and one.get("name")
    ]
    parent, type_ = body.get("parent"), (body.get("issueType") or {}).get("name")
    closed = body["state"] == "CLOSED"
    is_bug = any(label.casefold() == _BUG for label in labels)
    return {
        "ticket": f"{naming.host}:{body['databaseId']}",
        "key": f"{naming.repository}#{body['number']}",
        "project": naming.repository,
        "type": type_ or ("Bug" if is_bug else "Issue"),
        "summary": body.get("title"),
        "parent": f"{naming.host}:{parent['databaseId']}" if parent else None,
        "labels": joined(labels),
        "created": body["createdAt"],
        "resolved": body.get("closedAt") if closed else None,
        "resolution": RESOLUTIONS.get(body.get("stateReason") or "", "Completed") if closed else None,
        "unit": "container" if holding else "unit",
        "url": body.get("url"),
    }


class _Named(NamedTuple):
    """A name that something bears."""

    kind: str
    id: str
    name: str
    category: str | None
    at: datetime | None


def _names(
    bodies: Sequence[Mapping[str, Any]], facts: Sequence[TicketFact], naming: GitHubNaming
) -> pd.DataFrame:
    """Name statuses, milestones and accounts; open waits, closed is done."""
    open_, closed = naming.status("open"), naming.status("closed")
    known = {open_: ("Open", "queue"), closed: ("Closed", "done")}
    found = list[_Named]()
    for fact in facts:
        if fact.kind in {"status", "sprint"}:
            for value in (one for one in (fact.before, fact.after) if one):
                own = label_name(value) if value.startswith(LABEL) else value.removeprefix(f"{naming.host}:")
                name, category = known.get(value, (own, None))
                found.append(_Named(fact.kind, value, name, category, fact.at))
    for body in bodies:
        at = github_instant(body["createdAt"])
        for actor in _actors(body):
            if account := naming.account(actor):
                program = "app" if actor.get("__typename") == "Bot" else None
                found.append(_Named("account", account, actor.get("name") or actor["login"], program, at))
    frame = pd.DataFrame(found, columns=list(_Named._fields))
    frame["at"] = pd.DatetimeIndex(frame["at"], dtype="datetime64[us, UTC]")
    spans = frame.groupby(["kind", "id", "name"], as_index=False).agg(
        category=("category", "first"), first=("at", "min"), last=("at", "max")
    )
    return conform(spans, NAMES)


def _actors(body: Mapping[str, Any]) -> Iterator[Any]:
    """Give everybody whom a body names."""
    yield from (body.get("author"), body.get("mergedBy"))
    yield from (body.get("assignees") or {"nodes": []})["nodes"]
    for item in body["timelineItems"]["nodes"]:
        yield from (item.get(word) for word in ("actor", "author", "assignee", "requestedReviewer"))
        if user := ((item.get("change") or {}).get("author") or {}).get("user"):
            yield user
