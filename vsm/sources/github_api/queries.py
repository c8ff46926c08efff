"""The questions in GraphQL; tests check them against GitHub's published schema.

Where two types of a union have one field of different nullness, an alias keeps them apart. Kinds of timeline
items are variables: a company's older server knows fewer, and is asked only for those. No texts of comments
are asked for; a pull request's own is, for the keys of tickets in it, and is not kept (``trimming``).
"""

from typing import Final

PULL_ITEMS: Final = {
    "READY_FOR_REVIEW_EVENT": "ReadyForReviewEvent",
    "CONVERT_TO_DRAFT_EVENT": "ConvertToDraftEvent",
    "REVIEW_REQUESTED_EVENT": "ReviewRequestedEvent",
    "REVIEW_REQUEST_REMOVED_EVENT": "ReviewRequestRemovedEvent",
    "PULL_REQUEST_REVIEW": "PullRequestReview",
    "REVIEW_DISMISSED_EVENT": "ReviewDismissedEvent",
    "PULL_REQUEST_COMMIT": "PullRequestCommit",
    "HEAD_REF_FORCE_PUSHED_EVENT": "HeadRefForcePushedEvent",
    "ADDED_TO_MERGE_QUEUE_EVENT": "AddedToMergeQueueEvent",
    "REMOVED_FROM_MERGE_QUEUE_EVENT": "RemovedFromMergeQueueEvent",
    "MERGED_EVENT": "MergedEvent",
    "CLOSED_EVENT": "ClosedEvent",
    "REOPENED_EVENT": "ReopenedEvent",
    "ISSUE_COMMENT": "IssueComment",
}
ISSUE_ITEMS: Final = {
    "LABELED_EVENT": "LabeledEvent",
    "UNLABELED_EVENT": "UnlabeledEvent",
    "ASSIGNED_EVENT": "AssignedEvent",
    "UNASSIGNED_EVENT": "UnassignedEvent",
    "CLOSED_EVENT": "ClosedEvent",
    "REOPENED_EVENT": "ReopenedEvent",
    "MILESTONED_EVENT": "MilestonedEvent",
    "DEMILESTONED_EVENT": "DemilestonedEvent",
    "PARENT_ISSUE_ADDED_EVENT": "ParentIssueAddedEvent",
    "PARENT_ISSUE_REMOVED_EVENT": "ParentIssueRemovedEvent",
    "BLOCKED_BY_ADDED_EVENT": "BlockedByAddedEvent",
    "BLOCKED_BY_REMOVED_EVENT": "BlockedByRemovedEvent",
    "ADDED_TO_PROJECT_V2_EVENT": "AddedToProjectV2Event",
    "REMOVED_FROM_PROJECT_V2_EVENT": "RemovedFromProjectV2Event",
    "PROJECT_V2_ITEM_STATUS_CHANGED_EVENT": "ProjectV2ItemStatusChangedEvent",
    "ISSUE_COMMENT": "IssueComment",
}
"""Kind of timeline item → its type."""

WHO: Final = "{ __typename login ... on User { name } }"
_RATE: Final = "rateLimit { cost remaining resetAt }"
_PAGE: Final = "pageInfo { hasNextPage endCursor }"
_ISSUE: Final = "{ databaseId number repository { name nameWithOwner } }"
_ANYBODY: Final = "__typename ... on User { login name } ... on Bot { login } ... on Mannequin { login }"
_REVIEWER: Final = f"{{ {_ANYBODY} ... on Team {{ teamName: name }} }}"
_DETAILS: Final = {
    "ReviewRequestedEvent": f"requestedReviewer {_REVIEWER}",
    "ReviewRequestRemovedEvent": f"requestedReviewer {_REVIEWER}",
    "ReviewDismissedEvent": "previousReviewState review { id }",
    "HeadRefForcePushedEvent": "afterCommit { oid }",
    "MergedEvent": "merged: commit { oid }",
    "LabeledEvent": "label { name }",
    "UnlabeledEvent": "label { name }",
    "AssignedEvent": f"assignee {{ {_ANYBODY} }}",
    "UnassignedEvent": f"assignee {{ {_ANYBODY} }}",
    "ClosedEvent": "stateReason",
    "MilestonedEvent": "milestoneTitle",
    "DemilestonedEvent": "milestoneTitle",
    "ParentIssueAddedEvent": f"parent {_ISSUE}",
    "ParentIssueRemovedEvent": f"parent {_ISSUE}",
    "BlockedByAddedEvent": f"blockingIssue {_ISSUE}",
    "BlockedByRemovedEvent": f"blockingIssue {_ISSUE}",
    "AddedToProjectV2Event": "project { number title }",
    "RemovedFromProjectV2Event": "project { number title }",
    "ProjectV2ItemStatusChangedEvent": "project { number title } previousStatus status",
}
_BY_AUTHOR: Final = {
    "PullRequestReview": f"id createdAt submittedAt reviewState: state author {WHO}",
    "IssueComment": f"id createdAt author {WHO}",
    "PullRequestCommit": (
        "id change: commit { oid authoredDate committedDate messageHeadline author { user { login name } } }"
    ),
}
STATUS: Final = (
    'status: fieldValueByName(name: "Status") '
    "{ ... on ProjectV2ItemFieldSingleSelectValue { name updatedAt } }"
)
ITEM: Final = f"id isArchived project {{ number title }} {STATUS}"


def items(kinds: dict[str, str], known: frozenset[str]) -> str:
    """Give the selection within a timeline, of those kinds of items that the server knows."""
    of_actor = {name: f"id createdAt actor {WHO} {_DETAILS.get(name, '')}" for name in kinds.values()}
    parts = [
        f"... on {name} {{ {_BY_AUTHOR.get(name, of_actor[name])} }}"
        for kind, name in kinds.items()
        if kind in known
    ]
    return f"nodes {{ __typename {' '.join(parts)} }}"


def pull_fields(known: frozenset[str]) -> str:
    """Give what is asked of a pull request."""
    return (
        "id databaseId number title bodyText url state isDraft createdAt updatedAt closedAt mergedAt "
        "headRefName headRefOid baseRefName additions deletions changedFiles "
        f"author {WHO} mergedBy {WHO} mergeCommit {{ oid }} "
        "commits(first: 1) { totalCount nodes { change: commit { authoredDate } } } "
        f"closingIssuesReferences(first: 10) {{ nodes {_ISSUE} }} labels(first: 20) {{ nodes {{ name }} }} "
        f"timelineItems(first: 100, itemTypes: $types) {{ totalCount {_PAGE} {items(PULL_ITEMS, known)} }}"
    )


def issue_fields(known: frozenset[str], *, projects: bool, types: bool) -> str:
    """Give what is asked of an issue; ``projects`` and ``types`` where token and server offer them."""
    return (
        "id databaseId number title url state stateReason createdAt updatedAt closedAt "
        f"author {WHO} assignees(first: 10) {{ nodes {WHO} }} "
        f"milestone {{ title dueOn }} labels(first: 50) {{ nodes {{ name }} }} parent {_ISSUE} "
        f"{'issueType { name } ' if types else ''}"
        f"{f'projectItems(first: 10) {{ nodes {{ {ITEM} }} }} ' if projects else ''}"
        f"timelineItems(first: 100, itemTypes: $types) {{ totalCount {_PAGE} {items(ISSUE_ITEMS, known)} }}"
    )


DEPLOYMENT: Final = (
    f"id databaseId commitOid environment createdAt creator {WHO} "
    "statuses(first: 20) { nodes { state createdAt logUrl } }"
)
SUITE: Final = (
    "... on CheckSuite { id status conclusion updatedAt "
    "checkRuns(first: 50, filterBy: { checkType: ALL }) { nodes { startedAt completedAt } } }"
)


def list_query(connection: str, fields: str, *, order: str, types: str = "") -> str:
    """Give the question for a page of a repository's pull requests, issues or deployments.

    ``order`` is the type of the connection's order, ``types`` that of the kinds of timeline items.
    """
    kinds = f", $types: [{types}!]" if types else ""
    return (
        f"query($owner: String!, $name: String!, $first: Int!, $after: String, $order: {order}!{kinds}) {{ "
        f"{_RATE} repository(owner: $owner, name: $name) {{ "
        f"{connection}(first: $first, after: $after, orderBy: $order) {{ totalCount {_PAGE} "
        f"nodes {{ {fields} }} }} }} }}"
    )


def numbers_query(connection: str) -> str:
    """Give the question for the numbers of all pull requests or issues, a hundred at a time."""
    return list_query(connection, "number", order="IssueOrder")


def by_number_query(field: str, fields: str, numbers: list[int], *, types: str) -> str:
    """Give the question for some pull requests or issues by their numbers."""
    asked = " ".join(f"n{number}: {field}(number: {number}) {{ {fields} }}" for number in numbers)
    return (
        f"query($owner: String!, $name: String!, $types: [{types}!]) {{ "
        f"{_RATE} repository(owner: $owner, name: $name) {{ {asked} }} }}"
    )


def timeline_query(type_: str, selection: str, *, types: str) -> str:
    """Give the question for a further page of one timeline."""
    return (
        f"query($id: ID!, $after: String, $types: [{types}!]) {{ {_RATE} node(id: $id) {{ ... on {type_} {{ "
        f"timelineItems(first: 100, after: $after, itemTypes: $types) {{ totalCount {_PAGE} {selection} }} "
        "} } }"
    )


def nodes_query(fields: str, *, parts: int = 1) -> str:
    """Give the question for things by their ids: a hundred in each of so many parts."""
    variables = ", ".join(f"$p{part}: [ID!]!" for part in range(parts))
    asked = " ".join(f"p{part}: nodes(ids: $p{part}) {{ {fields} }}" for part in range(parts))
    return f"query({variables}) {{ {_RATE} {asked} }}"


SITE: Final = f"""query($owner: String!, $name: String!) {{
  {_RATE} viewer {{ login }}
  pullItems: __type(name: "PullRequestTimelineItemsItemType") {{ enumValues {{ name }} }}
  issueItems: __type(name: "IssueTimelineItemsItemType") {{ enumValues {{ name }} }}
  issue: __type(name: "Issue") {{ fields {{ name }} }}
  repository(owner: $owner, name: $name) {{ id name nameWithOwner url hasIssuesEnabled isPrivate }}
}}"""
PROJECTS: Final = """query($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { projectsV2(first: 20) { nodes {
    number title field(name: "Status") { ... on ProjectV2SingleSelectField { options { name } } }
  } } }
}"""
ITEMS: Final = f"... on ProjectV2Item {{ {ITEM} content {{ ... on Issue {{ number }} }} }}"
