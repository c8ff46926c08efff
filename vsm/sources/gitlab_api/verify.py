"""Whether a pull would work: the token, the project, and each question of a pull, once and small."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from vsm.errors import VsmError
from vsm.sources.checks import Check
from vsm.sources.gitlab_api.histories import Project
from vsm.sources.gitlab_api.session import REST, project_path

if TYPE_CHECKING:
    from vsm.sources.gitlab_api.session import GitLabSession

WORDS: Final = {"issue": "issues", "pull": "merge requests", "run": "pipelines"}


def gitlab_checks(session: "GitLabSession", project: str, *, kinds: tuple[str, ...]) -> Iterator[Check]:
    """Give what works and what is missing; stops at the first thing on which the others rest.

    Yields
    ------
    Check
        The token and the project, each kind of thing with one of it and its history, and what this GitLab
        does not offer. Nothing is stored.
    """
    path = f"{REST}{project_path(project)}"
    try:
        about = session.get(path)
    except VsmError as error:
        yield Check("token and project", str(error), passed=False)
        return
    yield Check("token and project", f"{about.get('path_with_namespace')} may be read")
    asked = Project(session, project, first=1)
    for kind in kinds:
        try:
            if kind == "deployment":
                seen = session.get(f"{path}/deployments", absent=True, per_page=1) is not None
                lack = "may not be read: the token's owner needs the role Reporter"
                yield Check("deployments", "may be read" if seen else lack, passed=seen)
                continue
            nodes, _, count = next(asked.pages(kind))
            for node in nodes:
                asked.whole(kind, node)
            counted = "may be read" if count is None else f"{count:,} may be read"
            yield Check(WORDS[kind], counted)
        except VsmError as error:
            yield Check(WORDS[kind], str(error), passed=False)
    if asked.lacking:
        yield Check(
            "fields", f"this GitLab does not offer {', '.join(sorted(asked.lacking))}; they are missing"
        )
