"""All questions that we ask GitHub in GraphQL, as they are asked."""

from vsm.sources.github_api.queries import (
    DEPLOYMENT,
    ISSUE_ITEMS,
    ITEMS,
    PROJECTS,
    PULL_ITEMS,
    SITE,
    SUITE,
    by_number_query,
    issue_fields,
    items,
    list_query,
    nodes_query,
    numbers_query,
    pull_fields,
    timeline_query,
)


def all_queries() -> dict[str, str]:
    """The questions by what they are for."""
    pulls, issues = frozenset(PULL_ITEMS), frozenset(ISSUE_ITEMS)
    pull, issue = pull_fields(pulls), issue_fields(issues, projects=True, types=True)
    of_pulls, of_issues = "PullRequestTimelineItemsItemType", "IssueTimelineItemsItemType"
    return {
        "site": SITE,
        "projects": PROJECTS,
        "pulls": list_query("pullRequests", pull, order="IssueOrder", types=of_pulls),
        "issues": list_query("issues", issue, order="IssueOrder", types=of_issues),
        "deployments": list_query("deployments", DEPLOYMENT, order="DeploymentOrder"),
        "numbers of pulls": numbers_query("pullRequests"),
        "numbers of issues": numbers_query("issues"),
        "pulls by number": by_number_query("pullRequest", pull, [1, 2], types=of_pulls),
        "issues by number": by_number_query("issue", issue, [1, 2], types=of_issues),
        "timeline of a pull": timeline_query("PullRequest", items(PULL_ITEMS, pulls), types=of_pulls),
        "timeline of an issue": timeline_query("Issue", items(ISSUE_ITEMS, issues), types=of_issues),
        "statuses": nodes_query(ITEMS, parts=10),
        "suites": nodes_query(SUITE),
        "deployments again": nodes_query(f"... on Deployment {{ {DEPLOYMENT} }}"),
    }
