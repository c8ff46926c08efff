"""Whether a pull would work: the login, what it may see, and each question of a pull, once and small."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from vsm.errors import VsmError
from vsm.sources.checks import Check
from vsm.sources.host_answers import answer_of
from vsm.sources.jira_api.answers import Permissions, Person
from vsm.sources.jira_api.changelog import with_changelogs, with_notes
from vsm.sources.jira_api.search import DATA_CENTER, Scope, found_issues
from vsm.sources.jira_api.site import Site, learn_site

if TYPE_CHECKING:
    from vsm.sources.jira_api.session import JiraSession

BROWSE: Final = "BROWSE_PROJECTS"


def verified(session: "JiraSession", scope: Scope) -> Iterator[Check]:
    """Give what works and what is missing; stops at the first thing on which the others rest.

    Yields
    ------
    Check
        Login, site, each project's permission to browse, the query, and one issue with its history.
        Nothing is stored.
    """
    try:
        path = f"{DATA_CENTER}/myself"
        me = answer_of(Person, session.get(path), where=session.url + path)
        yield Check("login", f"known as {me.display_name or me.name}")
        site, _ = learn_site(session, scope, custom={})
        yield Check("site", f"{'Cloud' if site.cloud else 'Data Center'} at {site.base}")
    except VsmError as error:
        yield Check("login and site", str(error), passed=False)
        return
    yield from (_project(session, site, key) for key in scope.projects)
    yield _one_issue(session, site)


def _project(session: "JiraSession", site: Site, key: str) -> Check:
    path = f"{site.api}/mypermissions"
    answer = session.get(path, absent=True, projectKey=key, permissions=BROWSE)
    try:
        known = answer_of(Permissions, answer or {}, where=session.url + path).permissions
    except VsmError as error:
        return Check(f"project {key}", str(error), passed=False)
    allowed = BROWSE in known and known[BROWSE].have
    lack = "the login lacks Browse Projects, or there is no such project"
    return Check(f"project {key}", "may be browsed" if allowed else lack, passed=allowed)


def _one_issue(session: "JiraSession", site: Site) -> Check:
    try:
        pages = found_issues(session, site.jql, cloud=site.cloud, fields=site.fields, page_size=1)
        first = next(pages, [])
        noted = [with_notes(session, site, issue) for issue in first]
        whole = list(with_changelogs(session, site, noted))
    except VsmError as error:
        return Check("issues", str(error), passed=False)
    if not whole:
        return Check("issues", f"{site.jql}: finds nothing; the login may see none of them", passed=False)
    histories = len(whole[0]["changelog"]["histories"])
    return Check("issues", f"{whole[0]['key']} was read with {histories} histories")
