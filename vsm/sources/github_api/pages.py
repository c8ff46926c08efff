"""What is new in a GitHub repository, in pages for the archive, resumed where the last pull stopped."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import Field

from vsm.errors import SourceError
from vsm.sources.archive import Archive, Document, Page
from vsm.sources.github_api.answers import Cards, ProjectBoard, ProjectBoards, within
from vsm.sources.github_api.listed import Listed, Step, listed_steps
from vsm.sources.github_api.paging import Repository
from vsm.sources.github_api.queries import (
    ISSUE_ITEMS,
    PROJECTS,
    PULL_ITEMS,
    SITE,
    issue_fields,
    items,
    pull_fields,
)
from vsm.sources.github_api.reading import Cursor, Reading
from vsm.sources.github_api.runs import deployment_steps, run_steps
from vsm.sources.github_api.session import GitHubSession, NotAllowedError
from vsm.sources.github_api.statuses import seen_statuses, status_pages
from vsm.sources.github_api.trimming import trimmed_pull
from vsm.sources.host_answers import Answer, Json, answer_of

KINDS: Final = ("pulls", "issues", "deployments", "runs")
VERSION: Final = "1"
"""Raise it whenever more is asked of what is there already: everything is then read anew."""


def _nothing(_: object) -> None:
    """Take no notice."""


class _Value(Answer):
    name: str


class _Type(Answer):
    values: Annotated[list[_Value] | None, Field(alias="enumValues")] = None
    fields: list[_Value] | None = None


class _Known(Answer):
    pull_items: Annotated[_Type | None, Field(alias="pullItems")] = None
    issue_items: Annotated[_Type | None, Field(alias="issueItems")] = None
    issue: _Type | None = None
    repository: Json


@dataclass(frozen=True, slots=True)
class LiveGitHub:
    """A repository of a GitHub, and the source of the archive that it is pulled into.

    ``kinds`` are those of ``KINDS`` that are wanted. ``as_asked`` is the scope as the archive's log of pulls
    writes it, ``at`` when the pull begins. ``on_total`` is called with how many are to come, ``on_doubt``
    with a sentence where what is stored is not what GitHub has.
    """

    session: GitHubSession
    owner: str
    name: str
    archive: Archive
    at: datetime
    source: str
    as_asked: str = "{}"
    kinds: tuple[str, ...] = KINDS
    on_total: Callable[[int], None] = _nothing
    on_doubt: Callable[[str], None] = _nothing


@dataclass(frozen=True, slots=True)
class GitHubSite:
    """What server and token offer of this repository; ``boards`` is None where projects may not be read."""

    body: Json
    pull_items: frozenset[str]
    issue_items: frozenset[str]
    types: bool
    boards: list[ProjectBoard] | None

    @property
    def projects(self) -> bool:
        """Whether the token may read projects."""
        return self.boards is not None

    @property
    def lacking(self) -> list[str]:
        """Kinds of timeline items that this server does not know."""
        return sorted((PULL_ITEMS.keys() - self.pull_items) | (ISSUE_ITEMS.keys() - self.issue_items))


def learn_github(session: GitHubSession, owner: str, name: str, *, issues: bool = True) -> GitHubSite:
    """Ask what the server knows and the token may see: a request, and one for projects where issues count.

    Raises
    ------
    SourceError, RunError
        As ``GitHubSession.graphql`` does; SourceError too where the repository cannot be seen.
    """
    data = session.graphql(SITE, owner=owner, name=name).data
    if not data.get("repository"):
        raise SourceError(
            f"{session.url} has no {owner}/{name}, or the token may not see it: check --repo, and that the "
            "token covers this repository"
        )
    known = answer_of(_Known, data, where=f"{session.url}/graphql")
    boards: list[ProjectBoard] | None = []
    if issues:
        try:
            graph = session.graphql(PROJECTS, owner=owner, name=name)
        except SourceError:  # a classic token without the scope: GitHub then answers nothing at all
            boards = None
        else:
            listed = within(graph.data, "repository", "projectsV2")
            where = f"{session.url}/graphql"
            found = None if graph.errors else answer_of(ProjectBoards, listed, where=where).nodes
            boards = None if found is None else [board for board in found if board]
    return GitHubSite(
        {"type": "site", **known.repository},
        _names(known.pull_items, PULL_ITEMS),
        _names(known.issue_items, ISSUE_ITEMS),
        types="issueType" in _names(known.issue, ()),
        boards=boards,
    )


def _names(type_: _Type | None, default: Iterable[str]) -> frozenset[str]:
    """Give the names in a type that the server describes; where it describes nothing, the default."""
    parts = (type_.values or type_.fields) if type_ else None
    return frozenset(default) if parts is None else frozenset(part.name for part in parts)


def github_pages(github: LiveGitHub) -> Iterator[Page]:
    """Give pages of what is new or changed, kind by kind.

    Yields
    ------
    Page
        Documents ``site``, ``pull/NUMBER``, ``issue/NUMBER``, ``statuses/NUMBER``, ``deployment/ID``,
        ``run/ID``, ``gone/…`` and ``compared/…``; the cursor is a ``Cursor``.

    Raises
    ------
    SourceError, RunError
        As ``GitHubSession.graphql`` does. What was yielded before stays true.
    """
    session, issues = github.session, "issues" in github.kinds
    site = learn_github(session, github.owner, github.name, issues=issues)
    if issues and not site.projects:
        github.on_doubt(
            "the token may not read projects, so that statuses of project boards are unknown: it needs "
            "read:project (a classic token), or the organisation's Projects: read"
        )
    if site.lacking:
        github.on_doubt(f"this server does not offer {', '.join(site.lacking).lower()}; they are missing")
    repository = Repository(session, github.owner, github.name)
    now = int(min(session.server_time or github.at, github.at).timestamp() * 1000)
    words = json.dumps([session.url, github.owner, github.name, sorted(site.pull_items), site.projects])
    asked = hashlib.sha256((VERSION + words).encode()).hexdigest()[:16]
    cursor = Cursor.read(github.archive.cursor(github.source, github.as_asked), asked=asked)
    body = site.body | {"lacking": site.lacking, "projects": site.projects}
    yield Page((Document("site", body), *_boards(site)), cursor.write())
    for kind in github.kinds:
        steps = _steps(kind, github, repository, site, cursor.reading(kind, now=now))
        try:
            for documents, reading in steps:
                cursor = cursor.put(kind, reading)
                yield Page(documents, cursor.write())
        except NotAllowedError as refusal:
            github.on_doubt(f"{refusal}; vsm verify says which permission it needs")
            body["lacking"] = [*body["lacking"], kind]
            yield Page((Document("site", body),), cursor.write())
    for what in dict.fromkeys(repository.unread):
        github.on_doubt(f"GitHub could not give all of it ({what}); pull again later")


def _boards(site: GitHubSite) -> Iterator[Document]:
    """Give the boards of the repository's projects, with their columns."""
    for board in site.boards or ():
        columns = [option.name for option in board.field.options] if board.field else []
        if columns:
            made = {"type": "board", "title": board.title, "columns": columns}
            yield Document(f"board/{board.number}", made)


def _steps(
    kind: str, github: LiveGitHub, repository: Repository, site: GitHubSite, reading: Reading
) -> Iterator[Step]:
    archive, source = github.archive, github.source
    match kind:
        case "deployments":
            yield from deployment_steps(repository, reading)
        case "runs":
            yield from run_steps(repository, reading, archive=archive, source=source)
        case "pulls":
            kinds = _pulls(site)
            yield from listed_steps(
                kinds, repository, reading, archive=archive, source=source, on_total=github.on_total
            )
        case _:
            yield from _issue_steps(github, repository, site, reading)


def _pulls(site: GitHubSite) -> Listed:
    return Listed(
        "pullRequests", "pullRequest", "PullRequest", pull_fields(site.pull_items),
        items(PULL_ITEMS, site.pull_items), tuple(PULL_ITEMS.keys() & site.pull_items),
        lambda node: iter([Document(f"pull/{node['number']}", trimmed_pull(node))]),
    )  # fmt: skip


def _issue_steps(
    github: LiveGitHub, repository: Repository, site: GitHubSite, reading: Reading
) -> Iterator[Step]:
    at, read = datetime.fromtimestamp(reading.mark / 1000, UTC).isoformat(timespec="seconds"), set[int]()

    def made(node: Json) -> Iterator[Document]:
        read.add(node["number"])
        yield Document(f"issue/{node['number']}", {"type": "issue", **node})
        on = node.get("projectItems") or {"nodes": []}
        cards = answer_of(Cards, on, where=repository.where).nodes
        yield from seen_statuses(github.archive, github.source, node["number"], cards, at=at)

    kinds = Listed(
        "issues", "issue", "Issue", issue_fields(site.issue_items, projects=site.projects, types=site.types),
        items(ISSUE_ITEMS, site.issue_items), tuple(ISSUE_ITEMS.keys() & site.issue_items), made,
    )  # fmt: skip
    first_load, last = reading.since is None, reading
    steps = listed_steps(
        kinds, repository, reading, archive=github.archive, source=github.source, on_total=github.on_total
    )
    for documents, last in steps:
        if not last.whole:
            yield documents, last
    if site.projects and not first_load:
        for documents in status_pages(repository, github.archive, github.source, but=read, at=at):
            yield documents, replace(last, whole=False)
    yield (), last
