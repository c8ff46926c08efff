"""One pull request of GitHub: a row of PULLS, and what happened in it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, cast

from vsm.bodies import GitHubActor, GitHubItem, GitHubPull, keys_in
from vsm.eventlog.fields import joined
from vsm.eventlog.github_issues import GitHubNaming, github_instant
from vsm.eventlog.host_tables import PullFact

STATES: Final = {
    "APPROVED": "approved",
    "CHANGES_REQUESTED": "changes",
    "COMMENTED": "commented",
    "DISMISSED": "dismissed",
}

PLAIN: Final = {
    "IssueComment": "comment",
    "ClosedEvent": "close",
    "ReadyForReviewEvent": "ready",
    "ConvertToDraftEvent": "draft",
    "AddedToMergeQueueEvent": "queue",
    "RemovedFromMergeQueueEvent": "dequeue",
    "MergedEvent": "merge",
    "ReopenedEvent": "reopen",
}
"""Items that say all by their kind."""


def github_pull_row(body: GitHubPull, naming: GitHubNaming, *, source: str) -> dict[str, Any]:
    """Give the row of PULLS; instants as they were written."""
    commits: Any = body.get("commits") or {"totalCount": None, "nodes": []}
    changes = [first["change"] for first in commits["nodes"] if first]
    changes += [item["change"] for item in body["timelineItems"]["nodes"] if "change" in item]
    authored = [at for change in changes if (at := change.get("authoredDate"))]
    references = (body.get("closingIssuesReferences") or {"nodes": []})["nodes"]
    named = [
        *keys_in(f"{body.get('title') or ''} {body.get('headRefName') or ''}", any_case=True),
        *(body.get("keys") or ()),
        *(key for change in changes for key in change.get("keys", ())),
        *(f"{issue['repository']['name']}#{issue['number']}" for issue in references if issue),
    ]
    return {
        "pull": f"{source}#{body['number']}",
        "key": f"{naming.repository}#{body['number']}",
        "repository": naming.repository,
        "number": body["number"],
        "title": body.get("title"),
        "author": naming.account(body.get("author")),
        "created": body["createdAt"],
        "merged": body.get("mergedAt"),
        "closed": body.get("mergedAt") or body.get("closedAt"),
        "merged_by": naming.account(body.get("mergedBy")),
        "draft": body["isDraft"],
        "branch": body.get("headRefName"),
        "base": body.get("baseRefName"),
        "added": body.get("additions"),
        "removed": body.get("deletions"),
        "files": body.get("changedFiles"),
        "commits": commits["totalCount"],
        "merge_commit": (body.get("mergeCommit") or {"oid": None})["oid"],
        "first_commit": min(authored, key=github_instant, default=None),
        "mentions": joined(named),
        "url": body.get("url"),
    }


def github_pull_steps(body: GitHubPull, naming: GitHubNaming, *, source: str) -> list[PullFact]:
    """Give what happened in a pull request.

    A commit counts as pushed when it was committed, unless a force push brought it, and never before the
    pull request was opened. What a reviewer wrote before submitting a review is a comment, at the instant at
    which the review was begun; one that was never submitted is nothing.
    """
    pull, opened = f"{source}#{body['number']}", github_instant(body["createdAt"])
    author, nodes = naming.account(body.get("author")), cast("list[Any]", body["timelineItems"]["nodes"])
    drafts = [
        item["__typename"]
        for item in nodes
        if item["__typename"] in {"ReadyForReviewEvent", "ConvertToDraftEvent"}
    ]
    steps = [PullFact(pull, opened, "opened", None, author, "opened")]
    if (drafts[0] == "ReadyForReviewEvent") if drafts else body["isDraft"]:
        steps.append(PullFact(pull, opened, "draft", None, author, "opened as a draft"))
    forced = {(item.get("afterCommit") or {}).get("oid") for item in nodes}
    dismissed = {
        item["review"]["id"]: item.get("previousReviewState") for item in nodes if item.get("review")
    }
    for position, item in enumerate(nodes):
        ref = str(item.get("id") or position)
        steps += (
            PullFact(pull, at, kind, after, who, f"{ref}{part}")
            for at, kind, after, who, part in _parts(item, naming, dismissed=dismissed)
            if not (kind == "push" and "change" in item and (at <= opened or after in forced))
        )
    merged = body.get("mergedAt")
    if merged and not any(step.kind == "merge" for step in steps):
        by = naming.account(body.get("mergedBy"))
        steps.append(PullFact(pull, github_instant(merged), "merge", None, by, "merged"))
    ends = [step.at for step in steps if step.kind == "merge"]
    return [step for step in steps if not (step.kind == "close" and ends and step.at >= min(ends))]


Part = tuple[datetime, str, str | None, str | None, str]
"""Instant, kind, value, account, and what is added to the item's id."""


def _parts(item: GitHubItem, naming: GitHubNaming, *, dismissed: dict[str, str | None]) -> Iterator[Part]:
    """Give the facts in one item of a timeline."""
    name, change = item["__typename"], item.get("change")
    if change and (committed := change.get("committedDate")):
        user: Any = (change.get("author") or {}).get("user")
        yield github_instant(committed), "push", change.get("oid"), naming.account(user), ""
    if not item.get("createdAt"):
        return
    at, actor = github_instant(item["createdAt"]), naming.account(item.get("actor") or item.get("author"))
    if name in PLAIN:
        yield at, PLAIN[name], None, actor, ""
    match name:
        case "ReviewRequestedEvent" if asked := item.get("requestedReviewer"):
            yield at, "review_request", _whom(asked, naming), actor, ""
        case "ReviewRequestRemovedEvent" if asked := item.get("requestedReviewer"):
            yield at, "review_unrequest", _whom(asked, naming), actor, ""
        case "PullRequestReview" if submitted := item.get("submittedAt"):
            end = github_instant(submitted)
            if at < end:
                yield at, "comment", None, actor, "/begun"
            state = dismissed.get(str(item.get("id"))) or item.get("reviewState")
            yield end, "review", STATES.get(str(state), "commented"), actor, ""
        case "ReviewDismissedEvent":
            yield at, "review", "dismissed", actor, ""
        case "HeadRefForcePushedEvent":
            yield at, "push", (item.get("afterCommit") or {"oid": None})["oid"], actor, ""


def _whom(asked: GitHubActor, naming: GitHubNaming) -> str | None:
    return f"team:{asked['teamName']}" if "teamName" in asked else naming.account(asked)
