"""Whole issues and merge requests: what a list leaves out is asked for, one after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from vsm.errors import RunError
from vsm.sources.gitlab_api.answers import NODES, Listing, Noted, Notes
from vsm.sources.gitlab_api.queries import list_query, notes_query
from vsm.sources.gitlab_api.session import TooHeavyError, project_path
from vsm.sources.gitlab_api.trimmed import (
    trimmed_event,
    trimmed_issue,
    trimmed_notes,
    trimmed_pipeline,
    trimmed_pull,
    trimmed_version,
)
from vsm.sources.host_answers import Json, answer_of

if TYPE_CHECKING:
    from vsm.sources.gitlab_api.session import GitLabSession

FIRST: Final = 50
"""Of a list that is asked for at once; the limit of complexity of gitlab.com allows no more."""
EVENTS: Final = {
    "issue": ("state", "milestone", "iteration"),
    "pull": ("state",),
}
SELDOM: Final = frozenset({"state", "iteration"})
"""Events that old versions or some editions do not have."""


@dataclass(slots=True)
class Project:
    """A project of a GitLab; ``lacking`` are the fields and events that this GitLab does not have."""

    session: "GitLabSession"
    path: str
    lacking: set[str] = field(default_factory=set)
    first: int = FIRST

    @property
    def repository(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    def pages(
        self, kind: str, *, after: str | None = None, since: str | None = None, iids: list[str] | None = None
    ) -> Iterator[tuple[list[Json], str | None, int | None]]:
        """Give pages of a list: what is on it, where it ends, and how many there are in all.

        Where the server cannot answer so much, half as much is asked for from then on.

        Raises
        ------
        SourceError, RunError
            As ``HostSession.get`` does; RunError too where the server cannot even answer for one, or goes in
            a circle.
        """
        ends = set[str]()
        while True:
            try:
                query = partial(list_query, kind, first=self.first, after=after, since=since, iids=iids)
                found = self.session.graphql(query, self.lacking, path=self.path)
            except TooHeavyError as error:
                if self.first == 1:
                    raise RunError(
                        f"{self.session.url}: {error}, even for one of them; what was pulled is stored: pull "
                        "again later"
                    ) from None
                self.first //= 2
                continue
            listing = answer_of(Listing, found, where=self.session.url)
            nodes, info = listing.found.nodes, listing.found.info
            for node in nodes:
                answer_of(NODES[kind], node, where=self.session.url)
            after = info.end if info.more else None
            yield nodes, after, listing.all.count if listing.all else None
            if not after:
                return
            if after in ends:
                raise RunError(f"{self.session.url} goes in a circle while paging {kind}s; pull again later")
            ends.add(after)

    def whole(self, kind: str, node: Json) -> Json | None:
        """Give a document with all of its history; None where it was deleted since it was listed."""
        if kind == "run":
            return trimmed_pipeline(node, url=self.session.url)
        part = f"{project_path(self.path)}/{'issues' if kind == 'issue' else 'merge_requests'}/{node['iid']}"
        # The first of them is there in every version, the others may be lacking.
        first = self._rows(f"{part}/{'resource_label_events' if kind == 'issue' else 'versions'}")
        if first is None:
            return None
        notes = trimmed_notes(self._notes(kind, node))
        events = {f"{name}_events": self._events(part, name) for name in EVENTS[kind]}
        if kind == "issue":
            return trimmed_issue(node) | notes | events | {"label_events": _each(first, trimmed_event)}
        return (
            trimmed_pull(node, repository=self.repository)
            | notes
            | events
            | {"versions": _each(first, trimmed_version)}
        )

    def _events(self, part: str, name: str) -> list[Json]:
        """Give the events of one sort; an edition without iterations is asked once."""
        if name in self.lacking or f"{name}_events" in self.lacking:
            return []
        rows = self._rows(f"{part}/resource_{name}_events")
        if rows is None and name in SELDOM:
            self.lacking.add(f"{name}_events")
        return _each(rows or [], trimmed_event)

    def _rows(self, path: str) -> list[Json] | None:
        """Give a whole list of REST; None where it is not there."""
        pages = list(self.session.listed(path, absent=True))
        return [row for page in pages for row in page] if pages else None

    def _notes(self, kind: str, node: Json) -> Iterator[Json]:
        """Give all notes of an issue or a merge request; nothing more of one that is gone meanwhile."""
        body, iid, ends = node, str(node["iid"]), set[str]()
        while True:
            page = answer_of(Notes, body, where=self.session.url).notes
            yield from page.nodes
            end = page.info.end
            if not page.info.more or not end:
                return
            if end in ends:
                raise RunError(f"{self.session.url} goes in a circle while paging notes; pull again later")
            ends.add(end)
            found = self.session.graphql(
                partial(notes_query, kind, iid=iid, after=end), self.lacking, path=self.path
            )
            further = answer_of(Noted, found, where=self.session.url).one
            if further is None:
                return
            body = further


def _each(rows: list[Json], trimmed: Callable[[Json], Json]) -> list[Json]:
    """Trim rows, each number once, in order."""
    known = {str(row.get("id")): trimmed(row) for row in rows}
    return [known[number] for number in sorted(known, key=lambda number: (len(number), number))]
