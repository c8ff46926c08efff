"""What GitLab's GraphQL is asked: lists of a project, without the fields that its version lacks."""

import json
from collections.abc import Mapping, Set
from typing import Any, Final

Selected = Mapping[str, Any]
"""Field, with its arguments → what of it, or None where it is a value."""


def _values(names: str) -> dict[str, Any]:
    return dict.fromkeys(names.split())


PAGE: Final = {"pageInfo": _values("hasNextPage endCursor")}
USER: Final = _values("username name bot")
NOTE: Final = {
    **_values("id system createdAt body"), "author": USER, "systemNoteMetadata": _values("action")
}  # fmt: skip
NOTES: Final = {**PAGE, "nodes": NOTE}
SPAN: Final = _values("id title startDate dueDate state")
ISSUE: Final = {
    **_values("id iid title type state createdAt updatedAt closedAt webUrl"),
    "author": USER, "assignees": {"nodes": USER}, "labels": {"nodes": _values("title")},
    "milestone": SPAN, "iteration": SPAN, "epic": _values("title"), "notes(first: 100)": NOTES,
}  # fmt: skip
PULL: Final = {
    **_values("id iid title description state draft createdAt updatedAt mergedAt closedAt webUrl"),
    **_values("sourceBranch targetBranch diffHeadSha mergeCommitSha squashOnMerge commitCount"),
    "author": USER, "mergeUser": USER, "reviewers": {"nodes": USER},
    "diffStatsSummary": _values("additions deletions fileCount"),
    "commits(last: 1)": {"nodes": _values("authoredDate")}, "notes(first: 100)": NOTES,
}  # fmt: skip
PIPELINE: Final = {
    **_values("id sha ref status createdAt updatedAt startedAt finishedAt path source"),
    "jobs(first: 100)": {"nodes": _values("manualJob allowFailure queuedAt finishedAt")},
}
LISTS: Final = {
    "issue": ("issues", ISSUE, ", sort: UPDATED_ASC"),
    "pull": ("mergeRequests", PULL, ", sort: UPDATED_ASC"),
    "run": ("pipelines", PIPELINE, ""),
}
"""Kind of document → the list, what of each, and in what order; pipelines come the latest first."""
OPTIONAL: Final = frozenset(
    {"count", "bot", "systemNoteMetadata", "iteration", "epic", "draft", "squashOnMerge", "commitCount"}
    | {"mergeUser", "reviewers", "diffStatsSummary", "commits", "path", "source", "jobs", "manualJob"}
    | {"allowFailure", "queuedAt"}
)
"""Fields that old versions lack, or editions; whatever else is lacking, nothing can be read."""


def list_query(
    kind: str,
    lacking: Set[str],
    *,
    first: int,
    after: str | None = None,
    since: str | None = None,
    iids: list[str] | None = None,
) -> str:
    """Give the query for a page of a list, and for how many there are in all.

    Examples
    --------
    >>> list_query("run", {"count", "path", "source", "jobs"}, first=2)  # doctest: +NORMALIZE_WHITESPACE
    'query($path: ID!) { project(fullPath: $path) { found: pipelines(first: 2) { pageInfo { hasNextPage
    endCursor } nodes { id sha ref status createdAt updatedAt startedAt finishedAt } } } }'
    """
    name, fields, order = LISTS[kind]
    asked = f"first: {first}{order}"
    asked += f", after: {json.dumps(after)}" if after else ""
    asked += f", updatedAfter: {json.dumps(since)}" if since else ""
    asked += f", iids: {json.dumps(iids)}" if iids else ""
    count = {} if "count" in lacking else {f"all: {name}": _values("count")}
    return _of_project(count | {f"found: {name}({asked})": {**PAGE, "nodes": fields}}, lacking)


def ids_query(kind: str, lacking: Set[str], *, after: str | None) -> str:
    """Give the query for a page of the numbers of all."""
    asked = f"first: 100, after: {json.dumps(after)}" if after else "first: 100"
    return _of_project({f"found: {LISTS[kind][0]}({asked})": {**PAGE, "nodes": _values("iid")}}, lacking)


def notes_query(kind: str, lacking: Set[str], *, iid: str, after: str) -> str:
    """Give the query for further notes of one issue or merge request."""
    one = {"issue": "issue", "pull": "mergeRequest"}[kind]
    notes = {f"notes(first: 100, after: {json.dumps(after)})": NOTES}
    return _of_project({f"one: {one}(iid: {json.dumps(iid)})": notes}, lacking)


def _of_project(fields: Selected, lacking: Set[str]) -> str:
    return f"query($path: ID!) {{ project(fullPath: $path) {_written(fields, lacking & OPTIONAL)} }}"


def _written(fields: Selected, lacking: Set[str]) -> str:
    """Write a selection.

    Examples
    --------
    >>> _written({"id": None, "epic": {"title": None}, "jobs(first: 1)": {"id": None}}, {"epic"})
    '{ id jobs(first: 1) { id } }'
    """
    kept = (
        f"{name} {_written(inner, lacking)}" if inner else name
        for name, inner in fields.items()
        if name.partition("(")[0] not in lacking
    )
    return f"{{ {' '.join(kept)} }}"
