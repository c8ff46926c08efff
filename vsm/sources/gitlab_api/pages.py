"""What is new in a GitLab project: whole documents in pages, resumed where the last pull stopped.

A pull asks for what changed since the last one began: issues and merge requests in order of their last
change, pipelines the latest first, by cursors of GraphQL, which do not shift; deployments by their last
change. Each page carries the progress.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from vsm.errors import SourceError
from vsm.sources.archive import Archive, Document, Page
from vsm.sources.gitlab_api.answers import About, Board, Boards, Rows
from vsm.sources.gitlab_api.histories import Project
from vsm.sources.gitlab_api.progress import Progress, Reach, instant, instant_or_none
from vsm.sources.gitlab_api.session import REST, project_path
from vsm.sources.gitlab_api.sweep import Sweep
from vsm.sources.gitlab_api.trimmed import number_of, trimmed_deployment
from vsm.sources.host_answers import Json, answer_of

if TYPE_CHECKING:
    from vsm.sources.gitlab_api.session import GitLabSession

KINDS: Final = ("issue", "pull", "run", "deployment")
WEEK: Final = timedelta(days=7)
FIRST_DAY: Final = "1970-01-01T00:00:00+00:00"
SECOND: Final = timedelta(seconds=1)
FULL: Final = 100


def _nothing(_: object) -> None:
    """Take no notice."""


@dataclass(frozen=True, slots=True)
class LiveGitLab:
    """A project of a GitLab, and the source of the archive that it is pulled into.

    ``as_asked`` is the scope as the archive's log of pulls writes it. ``at`` is when the pull begins, and
    counts where the server's answers carry no time. ``kinds`` are those of ``KINDS`` that are pulled.
    ``on_doubt`` is called with a sentence where what is stored is not what the server has.
    """

    session: "GitLabSession"
    project: str
    archive: Archive
    at: datetime
    source: str
    as_asked: str = "{}"
    kinds: tuple[str, ...] = KINDS
    on_doubt: Callable[[str], None] = _nothing

    def instant(self) -> datetime:
        """Give the time by the server's clock, or by ours where that is earlier."""
        return min(self.session.server_time or self.at, self.at)


def gitlab_pages(gitlab: LiveGitLab, *, sweep: bool | None = None) -> Iterator[Page]:
    """Give pages of what is new or changed, and of what was learned about the project.

    Parameters
    ----------
    sweep
        Ask after issues and merge requests that are not listed any more? By default once a week, and wherever
        the server has another number of them than is stored.

    Yields
    ------
    Page
        Documents named ``issue/7``, ``pull/7``, ``run/…``, ``deployment/…``, ``site``, ``board``, ``gone/…``;
        the cursor is a ``Progress``. The last page says that the pull is whole.

    Raises
    ------
    SourceError, RunError
        As ``HostSession.get`` does; SourceError too where this source holds a project of another GitLab. What
        was yielded before stays true.
    """
    known = (gitlab.archive.document(gitlab.source, "site") or {}).get("url", gitlab.session.url)
    if known != gitlab.session.url:
        raise SourceError(
            f"{gitlab.source} holds a project of {known}, this is of {gitlab.session.url}; give it a --name"
        )
    progress = Progress.read(gitlab.archive.cursor(gitlab.source, gitlab.as_asked))
    learned, due = instant_or_none(progress.learned), gitlab.at - WEEK
    documents = list[Document]()
    if learned is None or learned < due:
        documents = _learned(gitlab)
        progress = replace(progress, learned=gitlab.instant().isoformat(), lacking=())
        progress = replace(progress, swept=progress.swept or progress.learned)
    project = Project(gitlab.session, gitlab.project, set(progress.lacking))
    yield Page(tuple(documents), progress.write())
    swept = instant(progress.swept)
    sweeping = swept < due if sweep is None else sweep
    for kind in gitlab.kinds:
        reach = progress.reach(kind).begun(gitlab.instant())
        counted = None
        steps = _deployments(gitlab, reach) if kind == "deployment" else _listed(gitlab, project, kind, reach)
        for found, reach, counted in steps:  # noqa: B007 - the last ones count
            progress = replace(progress.with_reach(kind, reach), lacking=tuple(sorted(project.lacking)))
            yield Page(found, progress.write())
        progress = progress.with_reach(kind, reach.ended())
        if kind in {"issue", "pull"}:
            comparison = Sweep(gitlab.archive, gitlab.source, project, kind)
            if sweeping or (counted is not None and not comparison.agrees_with(counted)):
                for part in comparison.documents(at=gitlab.instant()):
                    yield Page(part, progress.write())
                yield Page((comparison.document(),), progress.write())
                for doubt in comparison.doubts():
                    gitlab.on_doubt(doubt)
    if sweeping:
        progress = replace(progress, swept=gitlab.instant().isoformat())
    yield Page((), progress.write())


def _learned(gitlab: LiveGitLab) -> list[Document]:
    """Ask for the project and its boards: 2 requests."""
    session, path = gitlab.session, project_path(gitlab.project)
    about = answer_of(About, session.get(f"{REST}{path}"), where=session.url + path)
    documents = [Document("site", {"type": "site", "path": about.path, "url": session.url})]
    rows = [board for page in session.listed(f"{path}/boards", absent=True) for board in page]
    boards = answer_of(Boards, {"boards": rows}, where=f"{session.url}{path}/boards").boards
    columns = (_lists(board) for board in sorted(boards, key=lambda board: (len(board.id), board.id)))
    if lists := next((lists for lists in columns if lists), None):
        documents.append(Document("board", {"type": "board", "lists": lists}))
    return documents


def _lists(board: Board) -> list[Json]:
    """Give the lists of a board that are labels, in order."""
    ordered = sorted(board.lists, key=lambda one: one.position or 0)
    return [{"label": one.label.name, "limit": one.limit or None} for one in ordered if one.label]


def _listed(
    gitlab: LiveGitLab, project: Project, kind: str, reach: Reach
) -> Iterator[tuple[tuple[Document, ...], Reach, int | None]]:
    """Give what is new of a list of GraphQL; what was read as it is now is not asked for again."""
    for nodes, after, counted in project.pages(kind, after=reach.after, since=reach.since):
        found = list[Document]()
        for node in nodes:
            name = f"{kind}/{number_of(node['id']) if kind == 'run' else node['iid']}"
            stored = (
                gitlab.archive.document(gitlab.source, name)
                if reach.is_settled(node.get("updatedAt"))
                else None
            )
            if stored is None or stored.get("updatedAt") != node.get("updatedAt"):
                body = project.whole(kind, node)
                found += [Document(name, body)] if body else []
        reach = reach.read_on(after, [node.get("updatedAt") for node in nodes])
        yield tuple(found), reach, counted


def _deployments(
    gitlab: LiveGitLab, reach: Reach
) -> Iterator[tuple[tuple[Document, ...], Reach, int | None]]:
    """Give deployments; a page begins where the one before ended, so that none shifts away."""
    path = f"{REST}{project_path(gitlab.project)}/deployments"
    edge, page = reach.after or reach.since, 1
    while True:
        query: dict[str, Any] = {"order_by": "updated_at", "sort": "asc", "per_page": FULL, "page": page}
        answer = gitlab.session.fetch(path, absent=True, **query, **({"updated_after": edge} if edge else {}))
        rows = [] if answer.body is None else answer.body
        bodies = answer_of(Rows, {"rows": rows}, where=gitlab.session.url + path).rows
        found = [Document(f"deployment/{body.get('id')}", trimmed_deployment(body)) for body in bodies]
        changed = [body.get("updated_at") for body in bodies]
        last = max((at for text in changed if (at := instant_or_none(text))), default=None)
        following = (last - SECOND).isoformat() if last else edge
        page, edge = (
            (1, following)
            if instant(following or FIRST_DAY) > instant(edge or FIRST_DAY)
            else (page + 1, edge)
        )
        reach = reach.read_on(edge, changed)
        yield tuple(found), reach, None
        if not answer.headers.get("X-Next-Page", "more" if len(bodies) == FULL else ""):
            return
