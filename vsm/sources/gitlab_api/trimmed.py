"""What of GitLab's answers is stored: the history of flow. Texts that people wrote are not, but titles.

Of a description only what looks like a ticket's key or a reference is kept; of a human note when it was
written and by whom; of a system note its first line where a change is read from it.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from vsm.bodies import keys_in
from vsm.sources.host_answers import Json

READ: Final = frozenset(
    {"assignee", "reviewer", "title", "merge", "relate", "unrelate", "relate_to_parent", "duplicate", "moved"}
)
"""Actions of system notes whose text is read."""
LONGEST: Final = 255
MOST: Final = 50
"""References of one merge request that are kept."""
_REFERENCE: Final = re.compile(r"(?<![\w/&#])(?P<path>[\w.-]+(?:/[\w.-]+)*)?#(?P<number>\d+)\b")
_ADDRESS: Final = re.compile(r"(?P<name>[\w.-]+)/-/(?:issues|work_items)/(?P<number>\d+)")
_ISSUE_BRANCH: Final = re.compile(r"(?P<number>\d+)-")
_VERSION: Final = re.compile(r"diff_id=(\d+)")


def number_of(id_: object) -> str:
    """Give the number of a global id.

    Examples
    --------
    >>> number_of("gid://gitlab/Issue/7"), number_of(7)
    ('7', '7')
    """
    return str(id_).rpartition("/")[2]


def mentioned(title: object, branch: object, text: object, *, repository: str) -> list[str]:
    """Give what a merge request names, as it stands there; ``#7`` with the project's name.

    GitLab calls the branch of an issue by its number. In texts keys are capital letters; in the title and the
    branch they may be small.

    Examples
    --------
    >>> mentioned("abc-7: fix", "12-fix-it", "Closes #12, group/api#3; UTF-8", repository="web")
    ['abc-7', 'web#12', 'UTF-8', 'api#3']
    """
    title, branch, text = (one if isinstance(one, str) else "" for one in (title, branch, text))
    found = [*keys_in(title, any_case=True), *keys_in(branch, any_case=True)]
    if match := _ISSUE_BRANCH.match(branch):
        found.append(f"{repository}#{match['number']}")
    found += keys_in(text)
    for match in _REFERENCE.finditer(f"{title}\n{text}"):
        found.append(f"{(match['path'] or '').rpartition('/')[2] or repository}#{match['number']}")
    found += [f"{match['name']}#{match['number']}" for match in _ADDRESS.finditer(text)]
    return list(dict.fromkeys(found))[:MOST]


def trimmed_issue(node: Json) -> Json:
    """Give an issue without texts; its events are added by ``histories``."""
    words = ("iid", "title", "state", "createdAt", "updatedAt", "closedAt", "webUrl")
    return {
        "type": "issue",
        "id": number_of(node.get("id")),
        **{word: node.get(word) for word in words},
        "kind": node.get("type"),
        "author": _user(node.get("author")),
        "assignees": [_user(user) for user in nodes_of(node, "assignees")],
        "labels": [label.get("title") for label in nodes_of(node, "labels")],
        "milestone": _span(node.get("milestone")),
        "iteration": _span(node.get("iteration")),
        "epic": _part(node, "epic", "title"),
    }


def trimmed_pull(node: Json, *, repository: str) -> Json:
    """Give a merge request without texts; its events are added by ``histories``."""
    words = (
        "iid", "title", "state", "createdAt", "updatedAt", "mergedAt", "closedAt", "webUrl", "sourceBranch",
        "targetBranch", "diffHeadSha", "mergeCommitSha", "squashOnMerge",
    )  # fmt: skip
    sizes = {"added": "additions", "removed": "deletions", "files": "fileCount"}
    title = node.get("title")
    draft = node.get("draft")
    first = nodes_of(node, "commits")
    return {
        "type": "pull",
        "id": number_of(node.get("id")),
        **{word: node.get(word) for word in words},
        "draft": str(title).lower().startswith(("draft:", "wip:")) if draft is None else draft,
        "author": _user(node.get("author")),
        "mergeUser": _user(node.get("mergeUser")),
        "reviewers": [_user(user) for user in nodes_of(node, "reviewers")],
        "commits": node.get("commitCount"),
        "firstCommit": first[-1].get("authoredDate") if first else None,
        **{word: _part(node, "diffStatsSummary", name) for word, name in sizes.items()},
        "mentions": mentioned(
            title, node.get("sourceBranch"), node.get("description"), repository=repository
        ),
    }


def trimmed_notes(notes: Iterable[Json]) -> Json:
    """Give system notes, and comments without their text."""
    system, comments = list[Json](), list[Json]()
    for note in notes:
        plain = {
            "id": number_of(note.get("id")),
            "createdAt": note.get("createdAt"),
            "author": _user(note.get("author")),
        }
        if not note.get("system"):
            comments.append(plain)
            continue
        action, body = _part(note, "systemNoteMetadata", "action"), str(note.get("body") or "")
        if version := _VERSION.search(body):
            text = f"version {version[1]}"
        else:
            is_read = action is None or (isinstance(action, str) and action in READ)
            text = body.partition("\n")[0][:LONGEST] if is_read else ""
        system.append({**plain, "action": "commit" if version else action, "body": text})
    return {
        "notes": sorted(system, key=lambda note: _order(note["id"])),
        "comments": sorted(comments, key=lambda note: _order(note["id"])),
    }


def trimmed_event(event: Json) -> Json:
    """Give an event of a label, a state, a milestone or an iteration."""
    about: Json = {word: event[word] for word in ("action", "state") if word in event}
    if "label" in event:
        about["label"] = _part(event, "label", "name")
    for word in ("milestone", "iteration"):
        if word in event:
            about["span"] = _span(event[word])
    plain = {"id": event.get("id"), "created_at": event.get("created_at"), "user": _user(event.get("user"))}
    return plain | about


def trimmed_version(version: Json) -> Json:
    """Give a version of the changes of a merge request."""
    words = {"id": "id", "created_at": "created_at", "head": "head_commit_sha"}
    return {word: version.get(name) for word, name in words.items()}


def trimmed_pipeline(node: Json, *, url: str) -> Json:
    """Give a pipeline with what its jobs say about waiting."""
    words = ("sha", "ref", "status", "createdAt", "updatedAt", "startedAt", "finishedAt", "source")
    path = node.get("path")
    return {
        "type": "run",
        "id": number_of(node.get("id")),
        **{word: node.get(word) for word in words},
        "webUrl": f"{url}{path}" if isinstance(path, str) else None,
        "jobs": [
            {
                "manual": job.get("manualJob") is True,
                "allowed_to_fail": job.get("allowFailure"),
                "queued": job.get("queuedAt"),
                "finished": job.get("finishedAt"),
            }
            for job in nodes_of(node, "jobs")
        ],
    }


def trimmed_deployment(body: Json) -> Json:
    """Give a deployment; it is finished when its job is."""
    words = ("id", "status", "created_at", "updated_at", "sha")
    return {
        "type": "deployment",
        **{word: body.get(word) for word in words},
        "finished_at": body.get("finished_at") or _part(body, "deployable", "finished_at"),
        "environment": _part(body, "environment", "name"),
    }


def nodes_of(body: Json, part: str) -> list[Json]:
    """Give the objects of a connection of GraphQL; none where there is no such."""
    nodes = _part(body, part, "nodes")
    return [node for node in nodes if isinstance(node, dict)] if isinstance(nodes, list) else []


def _part(body: Json, part: str, word: str) -> Any:
    inner = body.get(part)
    return inner.get(word) if isinstance(inner, dict) else None


def _user(user: object) -> Json | None:
    words = ("username", "name", "bot")
    return (
        {word: user[word] for word in words if user.get(word) is not None} if isinstance(user, dict) else None
    )


def _span(span: object) -> Json | None:
    """Give a milestone or an iteration of either interface."""
    if not isinstance(span, dict):
        return None
    return {
        "id": number_of(span.get("id")),
        "title": span.get("title"),
        "state": span.get("state"),
        "start_date": span.get("start_date") or span.get("startDate"),
        "due_date": span.get("due_date") or span.get("dueDate"),
    }


def _order(id_: str) -> int:
    return int(id_) if id_.isdecimal() else 0
