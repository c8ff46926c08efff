"""Whole issues and merge requests: what a list leaves out is asked for, one after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from vsm.errors import RunError
from vsm.sources.gitlab_api.queries import list_query, notes_query
from vsm.sources.gitlab_api.session import TooHeavyError, project_path
from vsm.sources.gitlab_api.trimmed import (
    nodes_of,
    trimmed_event,
    trimmed_issue,
    trimmed_notes,
    trimmed_pipeline,
    trimmed_pull,
    trimmed_version,
)
from vsm.sources.host_answers import Json

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
            first = self.first
            try:
                found = self.session.graphql(
                    lambda lacking: list_query(
                        kind, lacking, first=first, after=after, since=since, iids=iids  # noqa: B023 - used at once
                    ),
                    self.lacking,
                    path=self.path,
                )  # fmt: skip
            except TooHeavyError as error:
                if self.first == 1:
                    raise RunError(
                        f"{self.session.url}: {error}, even for one of them; what was pulled is stored: pull "
                        "again later"
                    ) from None
                self.first //= 2
                continue
            body = found.get("found") or {"nodes": []}
            if not isinstance(body, dict) or not isinstance(body.get("nodes"), list):
                raise RunError(f"{self.session.url} gave no list of {kind}s; pull again later")
            counted = (found.get("all") or {}).get("count")
            info = body.get("pageInfo") or {}
            after = info.get("endCursor") if info.get("hasNextPage") else None
            yield nodes_of(found, "found"), after, counted if isinstance(counted, int) else None
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
        body = node
        while True:
            yield from nodes_of(body, "notes")
            notes = body.get("notes")
            info = notes.get("pageInfo") if isinstance(notes, dict) else None
            if not isinstance(info, dict) or not info.get("hasNextPage"):
                return
            query, end = notes_query, info["endCursor"]
            found = self.session.graphql(
                lambda lacking: query(kind, lacking, iid=str(node["iid"]), after=end),  # noqa: B023 - used at once
                self.lacking,
                path=self.path,
            )
            body = found.get("one") or {}


def _each(rows: list[Json], trimmed: Callable[[Json], Json]) -> list[Json]:
    """Trim rows, each number once, in order."""
    known = {str(row.get("id")): trimmed(row) for row in rows}
    return [known[number] for number in sorted(known, key=lambda number: (len(number), number))]
