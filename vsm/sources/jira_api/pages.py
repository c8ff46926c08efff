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

from vsm.errors import RunError
from vsm.sources.archive import Archive, Document, Page
from vsm.sources.host_answers import Json
from vsm.sources.jira_api.changelog import with_changelogs, with_notes
from vsm.sources.jira_api.comparison import Comparison
from vsm.sources.jira_api.search import (
    LAST_MS,
    ODD,
    Scope,
    count_issues,
    found_issues,
    instants_of,
    listed_ids,
)
from vsm.sources.jira_api.site import Site, known_site, learn_site
from vsm.sources.jira_api.sweep import (
    BACK,
    GONE,
    gone_document,
    issues_by_id,
    missing_issues,
)

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
    nowhere yet, None: whole), ``swept`` when what is gone was last asked after, ``learned`` when fields and
    statuses were read, ``seen`` the latest change of any issue that was read.
    """

    asked: str
    mark: int
    since: int | None = None
    created: int | None = 0
    swept: int = 0
    learned: int = 0
    seen: int = 0

    @property
    def changed_since(self) -> int | None:
        """The instant from which on changes are still to be read; None: all."""
        return self.since if self.created is not None else self.mark - OVERLAP_MS

    def read_on(self, batch: list[Json], *, now: int) -> Self:
        """Give the cursor after these issues; instants after ``now`` do not move it."""
        created = max([self.created or 0, *instants_of(batch, "created", until=now)])
        return replace(
            self, created=created, seen=max([self.seen, *instants_of(batch, "updated", until=LAST_MS)])
        )

    def whole(self) -> Self:
        """Give the cursor of a pull that came to its end.

        The next one looks for changes since the latest that was seen, if that is before this pull began by
        either clock: a clock that is ahead, the server's or ours, then loses nothing.
        """
        return replace(self, created=None, mark=min(self.mark, self.seen or self.mark))

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
    ``on_total`` is called with about how many are to come, ``on_doubt`` with a sentence where what is stored
    is not what the server has.
    """

    session: "JiraSession"
    scope: Scope
    archive: Archive
    at: datetime
    source: str = "jira"
    as_asked: str = "{}"
    custom: Mapping[str, str] = field(default_factory=dict)
    on_total: Callable[[int], None] | None = None
    on_doubt: Callable[[str], None] | None = None


def live_pages(jira: LiveJira, *, sweep: bool | None = None, page_size: int = 100) -> Iterator[Page]:
    """Give pages of issues that are new or changed, and of what was learned about the site.

    Parameters
    ----------
    sweep
        Ask after issues that are not found any more: deleted, moved away or hidden? By default once a week.
        What is there and not stored is fetched by every pull.
    page_size
        Issues of one search request; a server may give fewer.

    Yields
    ------
    Page
        Documents named by issue id, ``site/…``, ``board``, ``status/…``, ``gone/…`` and ``compared/…``; the
        cursor is a ``Cursor``. The last page says that the pull is whole.

    Raises
    ------
    SourceError, RunError
        As ``JiraSession.get`` does; RunError too where a first load brings fewer issues than were counted
        before it. What was yielded before stays true.
    """
    last = Cursor.read(jira.archive.cursor(jira.source, jira.as_asked))
    site, documents = _site(jira, last)
    question = json.dumps([jira.scope.url + site.jql, sorted(site.fields)])
    asked = hashlib.sha256(question.encode()).hexdigest()[:16]
    last = last if last and last.asked == asked else None
    first_load = last is None or (last.created is not None and last.since is None)
    expected = count_issues(jira.session, site.jql, cloud=site.cloud) if first_load else 0
    if last is None and jira.on_total:
        jira.on_total(expected)
    changed = _changed(jira, site, last, page_size)
    first = next(changed, None)  # from here on the server's clock is known
    cursor = _begun(last, asked=asked, now=_now(jira), learned=bool(documents))
    if documents:
        yield Page(tuple(documents), cursor.write())
    loaded = set[str]()
    for batch in chain([first] if first else [], changed):
        loaded |= {issue["id"] for issue in batch}
        cursor = cursor.read_on(batch, now=jira.session.now_ms())
        yield Page(tuple(_documents(jira, site, batch)), cursor.write())
    due = cursor.since is not None and cursor.mark - cursor.swept > WEEK_MS
    sweeping = due if sweep is None else sweep
    comparison = Comparison(jira.archive, jira.source, asked)
    if site.cloud or sweeping or not comparison.agrees_with(expected or _total(jira, site)):
        there, rows = listed_ids(jira.session, site.jql, cloud=site.cloud)
        if first_load:
            _hold_against(expected, max(rows, len(there | loaded)), jira=jira, site=site)
        for part in _differences(jira, site, comparison, there, sweeping=sweeping):
            yield Page(part, cursor.write())
        cursor = replace(cursor, swept=cursor.mark) if sweeping else cursor
    if jira.on_doubt:
        for doubt in comparison.doubts():
            jira.on_doubt(doubt)
    yield Page((comparison.document(),), cursor.whole().write())


def _now(jira: LiveJira) -> int:
    """Give the time by the server's clock, which its instants go by, or by ours where that is earlier."""
    return max(0, int(min(jira.session.server_time or jira.at, jira.at).timestamp() * 1000))


def _total(jira: LiveJira, site: Site) -> int:
    return count_issues(jira.session, site.jql, cloud=site.cloud)


def _hold_against(expected: int, found: int, *, jira: LiveJira, site: Site) -> None:
    """Raise RunError where a first load found fewer issues than were counted before it began.

    Cloud only estimates, so that up to a twentieth may be lacking there.
    """
    if expected - found > (expected // 20 if site.cloud else 0):
        raise RunError(
            f"{jira.session.url}: {expected:,} issues were counted before this load and {found:,} were "
            "found. Did the login lose a permission meanwhile? What was pulled is stored: run vsm "
            "verify, and pull again"
        )


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
    """Complete issues; one that was gone is back. One without an id is stored, and stands for no ticket."""
    for body in with_changelogs(jira.session, site, issues):
        odd = body["id"].startswith(ODD)
        yield Document(body["id"], body | {"id": None} if odd else body)
        noticed = jira.archive.document(jira.source, f"{GONE}{body['id']}")
        if noticed and noticed["how"] != BACK:
            yield gone_document(body["id"], BACK, at=_now(jira))


def _differences(
    jira: LiveJira, site: Site, comparison: Comparison, there: set[str], *, sweeping: bool
) -> Iterator[tuple[Document, ...]]:
    """Give what is there and not stored, or was out of sight before; when sweeping, what became of others."""
    read = set[str]()
    wanted = comparison.wanted(there)
    for part in issues_by_id(jira.session, site, wanted):
        issues = [with_notes(jira.session, site, issue) for issue in part]
        read |= {issue["id"] for issue in issues}
        yield tuple(_documents(jira, site, issues))
    missing, gone = comparison.missing(there), set[str]()
    if sweeping:
        projects = {name: _project(jira, name) for name in missing}
        for became in missing_issues(jira.session, site, missing=projects):
            gone |= set(became.gone)
            moved = _documents(jira, site, [with_notes(jira.session, site, i) for i in became.found])
            yield (*moved, *(gone_document(issue, how, at=_now(jira)) for issue, how in became.gone.items()))
    comparison.settle(absent=missing - gone, unread=wanted - read)


def _project(jira: LiveJira, issue: str) -> str:
    body = jira.archive.document(jira.source, issue) or {}
    project = body["fields"].get("project") if isinstance(body.get("fields"), dict) else None
    key = project.get("key") if isinstance(project, dict) else None
    return str(key or str(body.get("key")).rpartition("-")[0])
