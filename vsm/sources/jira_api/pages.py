"""What is new in a Jira: whole issues in pages, resumed where the last pull stopped.

A pull asks for what changed since the last one began, in order of creation; each page carries a cursor.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Final, Self

from vsm.bodies import ISSUES, Issue, unread_document
from vsm.sources.archive import Archive, Document, Page
from vsm.sources.jira_api.changelog import with_changelogs, with_notes
from vsm.sources.jira_api.fields import Json
from vsm.sources.jira_api.search import Scope, count_issues, created_ms, found_issues
from vsm.sources.jira_api.site import Site, known_site, learn_site
from vsm.sources.jira_api.sweep import BACK, GONE, gone_document, missing_issues

if TYPE_CHECKING:
    from vsm.sources.jira_api.session import JiraSession

WEEK_MS: Final = 7 * 24 * 3600 * 1000
CLOUD_BATCH: Final = 1000
"""Issues of one bulk changelog request."""
OVERLAP_MS: Final = 10 * 60 * 1000
"""Changes may reach the search index minutes late, and clocks differ: the next pull looks back this far."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a pull got. All instants are epoch milliseconds by the server's clock.

    ``asked`` is a digest of the question (query and fields); ``since`` bounds this pull's changes from below
    (None: a first load), ``mark`` is when it began, ``created`` how far it got in order of creation (0:
    nowhere yet, None: whole), ``swept`` when ids were last compared, ``learned`` when fields and statuses
    were read.
    """

    asked: str
    mark: int
    since: int | None = None
    created: int | None = 0
    swept: int = 0
    learned: int = 0

    @property
    def changed_since(self) -> int | None:
        """The instant from which on changes are still to be read; None: all."""
        return self.since if self.created is not None else self.mark - OVERLAP_MS

    @classmethod
    def read(cls, text: str | None) -> Self | None:
        """Give the cursor that was written down; None where there is none of this kind."""
        try:
            body = json.loads(text or "null")
        except ValueError:
            return None
        return cls(**body) if isinstance(body, dict) else None

    def write(self) -> str:
        """Write it down, for ``read``."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class LiveJira:
    """A Jira, and the source of the archive that it is pulled into.

    ``as_asked`` is the scope as the archive's log of pulls writes it. ``at`` is when the pull begins, and
    counts where the server's answers carry no time. ``custom`` is our word → field of ``[jira]``.
    ``on_total`` is called with about how many are to come.
    """

    session: "JiraSession"
    scope: Scope
    archive: Archive
    at: datetime
    source: str = "jira"
    as_asked: str = "{}"
    custom: Mapping[str, str] = field(default_factory=dict)
    on_total: Callable[[int], None] | None = None


def live_pages(jira: LiveJira, *, sweep: bool | None = None, page_size: int = 100) -> Iterator[Page]:
    """Give pages of issues that are new or changed, and of what was learned about the site.

    Parameters
    ----------
    sweep
        Compare all ids, to see what was deleted, moved away or hidden. By default once a week.
    page_size
        Issues of one search request; a server may give fewer.

    Yields
    ------
    Page
        Documents named by issue id, ``site/…``, ``board``, ``status/…`` and ``gone/…``; the cursor is a
        ``Cursor``. The last page is empty and says that the pull is whole.

    Raises
    ------
    SourceError, RunError
        As ``JiraSession.get`` does; what was yielded before stays true.
    """
    last = Cursor.read(jira.archive.cursor(jira.source, jira.as_asked))
    site, documents = _site(jira, last)
    question = json.dumps([jira.scope.url + site.jql, sorted(site.fields)])
    asked = hashlib.sha256(question.encode()).hexdigest()[:16]
    last = last if last and last.asked == asked else None
    if last is None and jira.on_total:
        jira.on_total(count_issues(jira.session, site.jql, cloud=site.cloud))
    changed = _changed(jira, site, last, page_size)
    first = next(changed, None)  # from here on the server's clock is known
    cursor = _begun(last, asked=asked, now=_now(jira), learned=bool(documents))
    if documents:
        yield Page(tuple(documents), cursor.write())
    for batch in chain([first] if first else [], changed):
        cursor = replace(cursor, created=max([cursor.created or 0, *created_ms(batch)]))
        yield Page(tuple(_documents(jira, site, batch)), cursor.write())
    due = cursor.since is not None and cursor.mark - cursor.swept > WEEK_MS
    if sweep or (sweep is None and due):
        yield from (Page(part, cursor.write()) for part in _swept(jira, site))
        cursor = replace(cursor, swept=cursor.mark)
    yield Page((), replace(cursor, created=None).write())


def _now(jira: LiveJira) -> int:
    """Give the time by the server's clock, which its instants go by."""
    return int((jira.session.server_time or jira.at).timestamp() * 1000)


def _site(jira: LiveJira, last: Cursor | None) -> tuple[Site, list[Document]]:
    """Give the site, asked anew where it is unknown or a week old, and documents of what was learned."""
    site = known_site(jira.archive, jira.source, jira.scope, custom=jira.custom)
    if site is None or last is None or _now(jira) - last.learned > WEEK_MS:
        return learn_site(jira.session, jira.scope, custom=jira.custom)
    return site, []


def _begun(last: Cursor | None, *, asked: str, now: int, learned: bool) -> Cursor:
    """Go on where the last pull broke off, or from where it began if it was whole; else from nothing.

    After a first load there is nothing to sweep for a week.
    """
    if last is None:
        return Cursor(asked, now, swept=now, learned=now)
    last = replace(last, learned=now if learned else last.learned)
    if last.created is not None:
        return last
    return replace(last, mark=now, since=last.changed_since, created=0)


def _changed(jira: LiveJira, site: Site, last: Cursor | None, page_size: int) -> Iterator[list[Json]]:
    """Give what changed since, trimmed, in batches that are stored in one transaction."""
    since = last.changed_since if last else None
    found = found_issues(
        jira.session, site.jql, cloud=site.cloud, fields=site.fields,
        updated=since, created=last.created if last else None, page_size=page_size,
    )  # fmt: skip
    size, batch = CLOUD_BATCH if site.cloud else 1, list[Json]()
    for page in found:
        if batch and len(batch) + len(page) > size:
            yield batch
            batch = []
        batch += [with_notes(jira.session, site, issue) for issue in page]
    if batch:
        yield batch


def _documents(jira: LiveJira, site: Site, issues: list[Json]) -> Iterator[Document]:
    """Complete issues; one that was gone is back."""
    for body in with_changelogs(jira.session, site, issues):
        if "unread" in body:
            raw = body["unread"]
            reason = "; ".join(ISSUES.read(raw).faults)
            yield Document(body["id"], unread_document([(ISSUES.name(raw) or body["id"], reason, raw)]))
            continue
        yield Document(body["id"], body)
        noticed = jira.archive.document(jira.source, f"{GONE}{body['id']}")
        if noticed and noticed["how"] != BACK:
            yield gone_document(body["id"], BACK, at=_now(jira))


def _swept(jira: LiveJira, site: Site) -> Iterator[tuple[Document, ...]]:
    bodies = list(jira.archive.documents(jira.source))
    gone = {body["issue"] for body in bodies if body.get("type") == "gone" and body["how"] != BACK}
    read = (ISSUES.read(body).body for body in bodies if "key" in body)
    stored = {body["id"]: _project(body) for body in read if body and body["id"] not in gone}
    for part in missing_issues(jira.session, site, stored=stored):
        moved = _documents(jira, site, [with_notes(jira.session, site, issue) for issue in part.found])
        yield (*moved, *(gone_document(issue, how, at=_now(jira)) for issue, how in part.gone.items()))


def _project(body: Issue) -> str:
    return (body["fields"].get("project") or {}).get("key") or body["key"].rpartition("-")[0]
