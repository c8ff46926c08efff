"""One GitLab merge request as a row of PULLS and rows of PULL_EVENTS."""

from collections.abc import Iterator
from typing import Any

from vsm.bodies import GitLabPull
from vsm.eventlog.fields import joined
from vsm.eventlog.gitlab_issues import Naming, at_of, in_order
from vsm.eventlog.gitlab_notes import (
    REVIEWS,
    action_of,
    draft_of,
    people_changed,
    people_over_time,
    queue_of,
)
from vsm.eventlog.host_tables import PullFact


def pull_row(body: GitLabPull, naming: Naming, *, source: str) -> dict[str, Any]:
    """Describe a merge request as it is now."""
    merged, closed = body.get("mergedAt"), body.get("closedAt")
    ended = merged or (closed if body["state"] == "closed" else None)
    return {
        "pull": f"{source}!{body['iid']}",
        "key": f"{naming.repository}!{body['iid']}",
        "repository": naming.repository,
        "number": int(body["iid"]),
        "title": body.get("title"),
        "author": naming.account(body.get("author")),
        "created": body["createdAt"],
        "merged": merged,
        "closed": ended,
        "merged_by": naming.account(body.get("mergeUser")) if merged else None,
        "draft": body["draft"],
        "branch": body.get("sourceBranch"),
        "base": body.get("targetBranch"),
        "added": body.get("added"),
        "removed": body.get("removed"),
        "files": body.get("files"),
        "commits": body.get("commits"),
        "merge_commit": _merge_commit(body) if merged else None,
        "first_commit": body.get("firstCommit"),
        "mentions": joined(body.get("mentions") or ()),
        "url": body.get("webUrl"),
    }


def _merge_commit(body: GitLabPull) -> str | None:
    """Give the commit that came: the merge's, else its own last one, unless it was squashed."""
    return body.get("mergeCommitSha") or (None if body.get("squashOnMerge") else body.get("diffHeadSha"))


def pull_facts(body: GitLabPull, naming: Naming, *, source: str) -> tuple[list[PullFact], int]:
    """Give the facts of a merge request in order, and how many of its notes were not understood.

    A push is a version of the changes but for the first, which is the opening. Whoever was a reviewer before
    any note says so was asked when it was opened.
    """
    pull, created = f"{source}!{body['iid']}", at_of(body["createdAt"])
    opened = PullFact(
        pull, created, "opened", None, naming.account(body.get("author")), f"opened {body['id']}"
    )
    requests, unread = _requests(body, naming, opened)
    facts = [*_drafts(body, naming, opened), *requests, *_ends(body, naming, opened)]
    for note in body["notes"]:
        action, text = action_of(note.get("action"), note.get("body")), note.get("body")
        at, actor, ref = at_of(note["createdAt"]), naming.account(note.get("author")), f"note {note['id']}"
        if action in REVIEWS:
            facts.append(PullFact(pull, at, "review", REVIEWS[action], actor, ref))
        elif action == "merge" and (kind := queue_of(text)):
            facts.append(PullFact(pull, at, kind, None, actor, ref))
    facts += [
        PullFact(pull, at_of(note["createdAt"]), "comment", None, naming.account(note.get("author")),
                 f"comment {note['id']}")
        for note in body["comments"]
    ]  # fmt: skip
    pushes = in_order(body["versions"])[1:]
    authors = _pushers(body, naming)
    facts += [
        PullFact(pull, at_of(version["created_at"]), "push", version.get("head"), authors.get(version["id"]),
                 f"version {version['id']}")
        for version in pushes
    ]  # fmt: skip
    rest = sorted(facts, key=lambda fact: max(fact.at, created))
    return [opened, *(fact._replace(at=max(fact.at, created)) for fact in rest)], unread


def _pushers(body: GitLabPull, naming: Naming) -> dict[str, str | None]:
    """Give who pushed each version: the note on it has its number."""
    notes = (note for note in body["notes"] if note.get("action") == "commit")
    return {
        (note.get("body") or "").rpartition("version ")[2]: naming.account(note.get("author"))
        for note in notes
    }


def _requests(body: GitLabPull, naming: Naming, opened: PullFact) -> tuple[list[PullFact], int]:
    notes = [
        note for note in in_order(body["notes"], by="createdAt")
        if action_of(note.get("action"), note.get("body")) == "reviewer"
    ]  # fmt: skip
    changes = [people_changed("reviewer", note.get("body")) for note in notes]
    states = people_over_time([user["username"] for user in body["reviewers"]], changes)
    facts = [
        opened._replace(kind="review_request", after=f"{naming.host}:{name}", ref=f"{opened.ref}/reviewers")
        for name in states[0]
    ]
    for note, change in zip(notes, changes, strict=True):
        fact = PullFact(
            opened.pull,
            at_of(note["createdAt"]),
            "",
            None,
            naming.account(note.get("author")),
            f"note {note['id']}",
        )
        if change is None:
            continue
        facts += [
            fact._replace(kind="review_request", after=f"{naming.host}:{name}") for name in change.added
        ]
        facts += [
            fact._replace(kind="review_unrequest", after=f"{naming.host}:{name}") for name in change.removed
        ]
        facts += [fact._replace(kind="review", after="dismissed")] if change.unapproved else []
    return facts, changes.count(None)


def _drafts(body: GitLabPull, naming: Naming, opened: PullFact) -> Iterator[PullFact]:
    """Give changes to a draft and back, and a draft at the opening where the first change ends one."""
    notes = in_order(body["notes"], by="createdAt")
    titles = (note for note in notes if action_of(note.get("action"), note.get("body")) == "title")
    moves = [(note, state) for note in titles if (state := draft_of(note.get("body")))]
    if moves[0][1] == "ready" if moves else body["draft"]:
        yield opened._replace(kind="draft", ref=f"{opened.ref}/draft")
    for note, state in moves:
        actor = naming.account(note.get("author"))
        yield PullFact(opened.pull, at_of(note["createdAt"]), state, None, actor, f"note {note['id']}")


def _ends(body: GitLabPull, naming: Naming, opened: PullFact) -> Iterator[PullFact]:
    """Give closings, reopenings and the merge; old ones say only when they were closed or merged."""
    known = set[str]()
    kinds = {"closed": "close", "reopened": "reopen", "merged": "merge"}
    events = in_order(body["state_events"])
    for event in events:
        if kind := kinds.get(event["state"]):
            known.add(kind)
            actor, at = naming.account(event.get("user")), at_of(event["created_at"])
            yield PullFact(opened.pull, at, kind, None, actor, f"state {event['id']}")
    merged, closed = body.get("mergedAt"), body.get("closedAt")
    if merged and "merge" not in known:
        actor = naming.account(body.get("mergeUser"))
        yield PullFact(opened.pull, at_of(merged), "merge", None, actor, f"merged {body['id']}")
    if body["state"] == "closed" and closed and "close" not in known:
        yield PullFact(opened.pull, at_of(closed), "close", None, None, f"closed {body['id']}")
