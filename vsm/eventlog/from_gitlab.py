"""Documents of GitLab become tickets, events, names, merge requests, pipelines, deployments and notes.

``gitlab_issues`` and ``gitlab_pulls`` read one of them; here they are put together. Which labels are statuses
is said by the project's board, whose lists are labels, and by vsm.toml; where neither says so, by a scope of
labels such as ``workflow::`` whose names are those of steps (``gitlab_statuses``).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from vsm.bodies import (
    GITLAB_BOARDS,
    GITLAB_COMPARED,
    GITLAB_DEPLOYMENTS,
    GITLAB_ISSUES,
    GITLAB_PIPELINES,
    GITLAB_PULLS,
    GITLAB_SITES,
    GONE,
    Door,
    GitLabIssue,
    GitLabPull,
)
from vsm.counts import counted
from vsm.eventlog.fields import instants, joined
from vsm.eventlog.gitlab_issues import Naming, at_of, issue_facts
from vsm.eventlog.gitlab_names import gitlab_names
from vsm.eventlog.gitlab_notes import action_of
from vsm.eventlog.gitlab_pulls import pull_facts, pull_row
from vsm.eventlog.gitlab_runs import gitlab_deploys, gitlab_pipelines
from vsm.eventlog.gitlab_statuses import SCOPED, status_labels
from vsm.eventlog.host_tables import (
    SHOWN,
    PullFact,
    TicketFact,
    documents_read,
    events_of_facts,
    pull_events_of_facts,
    pulls_of_rows,
)
from vsm.eventlog.log import Log, QualityNote, quality_from_notes
from vsm.tables import TICKETS, conform

_DOORS: Final[Mapping[str, Door[Any]]] = {
    "issue": GITLAB_ISSUES, "pull": GITLAB_PULLS, "run": GITLAB_PIPELINES, "deployment": GITLAB_DEPLOYMENTS,
    "site": GITLAB_SITES, "board": GITLAB_BOARDS, "gone": GONE,
    "compared": GITLAB_COMPARED,
}  # fmt: skip
_TYPES: Final = {"ISSUE": "Issue", "INCIDENT": "Incident", "TASK": "Task", "TEST_CASE": "Test case"}


def log_from_gitlab(documents: Iterable[object], *, source: str, statuses: Iterable[str] = ()) -> Log:
    """Give the log of one project's documents.

    Parameters
    ----------
    documents
        As ``vsm.sources.gitlab_api`` stores them: issues, merge requests, pipelines, deployments, the
        project's board, and what is gone. What ``vsm.bodies`` does not let through is left out and noted.
    source
        Such as ``gitlab:group/name``. A project of that path has accounts and tickets ``gitlab:…``; one that
        was pulled under another name, such as that of a second GitLab, has ids that begin with its source.
    statuses
        Labels that stages of vsm.toml name as statuses, in order, with ``label:`` before them or not.

    Returns
    -------
    Log
        TICKETS and EVENTS of issues, NAMES, PULLS, PULL_EVENTS, PIPELINES, DEPLOYS and QUALITY.

    Examples
    --------
    >>> issue = {"type": "issue", "id": "70", "iid": "7", "kind": "ISSUE", "state": "opened",
    ...     "createdAt": "2026-01-05T09:00:00Z", "updatedAt": "2026-01-05T09:00:00Z", "labels": [],
    ...     "assignees": [], "notes": [], "comments": [], "label_events": [], "state_events": [],
    ...     "milestone_events": [], "iteration_events": []}
    >>> log = log_from_gitlab([issue], source="gitlab:shop/web")
    >>> log.tickets["key"].tolist(), log.events["after"].astype("str").tolist()
    (['web#7'], [nan, 'gitlab:open'])
    """
    read, notes = documents_read(documents, _DOORS, source=source)
    path = read["site"][0]["path"] if read["site"] else source.partition(":")[2]
    host = "gitlab" if source == f"gitlab:{path}" else source
    issues: list[GitLabIssue] = _once(read["issue"], notes, source)
    naming = Naming(host, path.rpartition("/")[2], {body["iid"]: f"{host}:{body['id']}" for body in issues})
    gone = {body["issue"]: body["noticed"] for body in read["gone"] if body["how"] != "back"}
    pulls: list[GitLabPull] = [
        body for body in _once(read["pull"], notes, source) if f"pull/{body['iid']}" not in gone
    ]
    order = status_labels(issues, boards=read["board"], statuses=statuses)
    facts, pulled, unread = list[TicketFact](), list[PullFact](), Counter[str]()
    for body in issues:
        found, odd = issue_facts(body, naming, labels=order)
        unread["assignees"] += odd
        facts += found
        if noticed := gone.get(f"issue/{body['iid']}"):
            at = max(at_of(noticed), *(fact.at for fact in found))
            ticket = f"{host}:{body['id']}"
            facts.append(TicketFact(ticket, at, "delete", None, "deleted", None, f"gone {body['iid']}"))
    for pull in pulls:
        found_in, odd = pull_facts(pull, naming, source=source)
        unread["reviewers"] += odd
        pulled += found_in
    parents = {
        fact.ticket: fact.after for fact in sorted(facts, key=lambda fact: fact.at) if fact.kind == "parent"
    }
    deploys, deploy_notes = gitlab_deploys(read["deployment"], naming, source)
    notes += _compared_notes(read["compared"], source)
    notes += [*_unread_notes(unread, [*issues, *pulls], source), *_gone_notes(gone, source), *deploy_notes]
    rows = [pull_row(body, naming, source=source) for body in pulls]
    return Log(
        tickets=_tickets(issues, naming, parents),
        events=events_of_facts(facts, source=source),
        names=gitlab_names(issues, pulls, facts, naming, source),
        pulls=pulls_of_rows(rows),
        pull_events=pull_events_of_facts(pulled),
        pipelines=gitlab_pipelines(read["run"], naming, source),
        deploys=deploys,
        quality=quality_from_notes(notes),
    )


def _once(bodies: list[Any], notes: list[QualityNote], source: str) -> list[Any]:
    """Give bodies each once: of those with one id or number the one changed last; note the others."""
    for word in ("id", "iid"):
        known = dict[str, Any]()
        for body in bodies:
            before = known.setdefault(body[word], body)
            if before is not body:
                latest = max(before, body, key=lambda one: at_of(one["updatedAt"]))
                detail = f"two different bodies have the {word} {body[word]}; the later one is taken"
                notes.append(QualityNote("id of several bodies", "warning", detail, source, None, body[word]))
                known[body[word]] = latest
        bodies = list(known.values())
    return bodies


def _compared_notes(compared: Iterable[Mapping[str, Any]], source: str) -> Iterator[QualityNote]:
    words = {"issue": "issue", "pull": "merge request"}
    for body in compared:
        if body["unread"]:
            some = ", ".join(body["unread"][:SHOWN])
            what = counted(len(body["unread"]), words.get(body["kind"], body["kind"]))
            detail = f"listed by GitLab, and could not be read: {what} ({some}); pull again"
            yield QualityNote("not all was read", "fault", detail, source)


def _unread_notes(
    unread: Mapping[str, int], bodies: Sequence[Mapping[str, Any]], source: str
) -> Iterator[QualityNote]:
    for what, count in unread.items():
        if count:
            detail = (
                f"{counted(count, 'system note')} on {what} in words that are not understood, as of a "
                "translated old GitLab; these changes are missing, today's state counts"
            )
            yield QualityNote("unknown system notes", "warning", detail, source)
    nameless = sum(
        not note.get("action") and not action_of(None, note.get("body"))
        for body in bodies
        for note in body["notes"]
    )
    if nameless:
        detail = (
            f"{counted(nameless, 'system note')} in words that are not understood, of a GitLab that names no "
            "action; changes of assignees, reviewers or drafts may be missing"
        )
        yield QualityNote("unknown system notes", "note", detail, source)


def _gone_notes(gone: Mapping[str, str], source: str) -> Iterator[QualityNote]:
    if lost := sorted(name for name in gone if name.startswith("pull/")):
        were = counted(len(lost), "merge request was", "merge requests were")
        detail = f"{were} deleted in GitLab, and left out: {', '.join(lost[:SHOWN])}"
        yield QualityNote("deleted merge requests", "note", detail, source)


def _tickets(
    issues: Sequence[GitLabIssue], naming: Naming, parents: Mapping[str, str | None]
) -> pd.DataFrame:
    ids = naming.tickets
    rows = [
        {
            "ticket": ids[body["iid"]],
            "key": f"{naming.repository}#{body['iid']}",
            "project": naming.repository,
            "type": _type(body),
            "priority": _scoped(body, "priority"),
            "summary": body.get("title"),
            "parent": parents.get(ids[body["iid"]]),
            "objective": body.get("epic"),
            "labels": joined(body["labels"]),
            "created": body["createdAt"],
            "resolved": body.get("closedAt") if body["state"] == "closed" else None,
            "resolution": None,
            "unit": "part"
            if body["kind"] == "TASK" and parents.get(f"{naming.host}:{body['id']}")
            else "unit",
            "url": body.get("webUrl"),
        }
        for body in issues
    ]
    frame = pd.DataFrame(rows, columns=TICKETS.names)
    for name in ("created", "resolved"):
        frame[name] = instants(list(frame[name]))
    return conform(frame, TICKETS)


def _type(body: GitLabIssue) -> str:
    """Give the type: a plain issue's is that of its label ``type::…``, if it has one."""
    plain = _TYPES.get(body["kind"], body["kind"].replace("_", " ").capitalize())
    return (_scoped(body, "type") or plain) if body["kind"] == "ISSUE" else plain


def _scoped(body: GitLabIssue, scope: str) -> str | None:
    return next(
        (
            label.rpartition(SCOPED)[2]
            for label in body["labels"]
            if label.rpartition(SCOPED)[0].casefold() == scope
        ),
        None,
    )
