"""Whether a pull would work: the token, and each kind of thing that it is to read, once and small."""

from collections.abc import Iterator
from typing import Final

from vsm.errors import VsmError
from vsm.sources.checks import Check
from vsm.sources.github_api.answers import within
from vsm.sources.github_api.pages import learn_github
from vsm.sources.github_api.queries import DEPLOYMENT, list_query
from vsm.sources.github_api.session import GitHubSession

QUESTIONS: Final = {
    "pulls": ("pullRequests", "Pull requests: read", "IssueOrder"),
    "issues": ("issues", "Issues: read", "IssueOrder"),
    "deployments": ("deployments", "Deployments: read", "DeploymentOrder"),
}


def github_checks(
    session: GitHubSession, owner: str, name: str, *, kinds: tuple[str, ...]
) -> Iterator[Check]:
    """Give what works and what is missing; stops at the first thing on which the others rest.

    Yields
    ------
    Check
        The token and the repository, each kind of thing, projects, and what the server does not offer.
        Nothing is stored.
    """
    try:
        site = learn_github(session, owner, name, issues="issues" in kinds)
    except VsmError as error:
        yield Check("token and repository", str(error), passed=False)
        return
    yield Check("token and repository", f"{site.body['nameWithOwner']} may be read")
    for kind in kinds:
        yield _kind(session, owner, name, kind)
    if "issues" in kinds:
        lack = "may not be read: read:project (classic), or the organisation's Projects: read; without it "
        lack += "statuses of project boards are unknown"
        yield Check("projects", "may be read" if site.projects else lack, passed=site.projects)
    if site.lacking:
        yield Check("timelines", f"this server does not offer {', '.join(site.lacking).lower()}")


def _kind(session: GitHubSession, owner: str, name: str, kind: str) -> Check:
    try:
        if kind == "runs":
            path = f"{session.rest}/repos/{owner}/{name}/actions/runs"
            answer = session.get(path, absent=True, per_page=1)
            count = within(answer, "total_count")
            right = "Actions: read"
        else:
            connection, right, order = QUESTIONS[kind]
            fields = DEPLOYMENT if kind == "deployments" else "number"
            by = {"field": "CREATED_AT", "direction": "ASC"}
            query = list_query(connection, fields, order=order)
            data = session.graphql(query, owner=owner, name=name, first=1, after=None, order=by).data
            count = within(data, "repository", connection, "totalCount")
    except VsmError as error:
        return Check(kind, str(error), passed=False)
    if count is None:
        return Check(kind, f"may not be read: the token needs {right}", passed=False)
    return Check(kind, f"{count:,} may be read")
