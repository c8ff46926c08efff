"""All numbers compared: GitLab says nothing of issues and merge requests that were deleted."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from vsm.counts import counted
from vsm.sources.archive import REFUSED, Archive, Document
from vsm.sources.gitlab_api.answers import Listing
from vsm.sources.gitlab_api.queries import ids_query
from vsm.sources.gitlab_api.session import REST, project_path
from vsm.sources.host_answers import answer_of

if TYPE_CHECKING:
    from vsm.sources.gitlab_api.histories import Project

GONE: Final = "gone/"
DELETED: Final = "deleted"
BACK: Final = "back"
AT_ONCE: Final = 50
EXAMPLES: Final = 5
WORDS: Final = {"issue": ("issues", "issue"), "pull": ("merge_requests", "merge request")}


class Sweep:
    """The stored issues, or merge requests, of a source against those that the server has."""

    def __init__(self, archive: Archive, source: str, project: "Project", kind: str) -> None:
        self._archive, self._source, self._project, self._kind = archive, source, project, kind
        self.unread = set[str]()

    def _stored(self) -> tuple[set[str], set[str]]:
        """Give the numbers that are stored, or may not be, and those that are known to be gone."""
        names, start = self._archive.ids(self._source), f"{self._kind}/"
        kept = {name.removeprefix(REFUSED) for name in names}
        gone = set[str]()
        for name in names:
            if name.startswith(f"{GONE}{start}"):
                body = self._archive.document(self._source, name) or {}
                gone |= {name.removeprefix(f"{GONE}{start}")} if body.get("how") != BACK else set()
        return {name.removeprefix(start) for name in kept if name.startswith(start)}, gone

    def agrees_with(self, total: int) -> bool:
        """Whether the server has as many as are stored and not gone."""
        stored, gone = self._stored()
        return len(stored - gone) == total

    def documents(self, *, at: datetime) -> Iterator[tuple[Document, ...]]:
        """Give what is there and not stored, and notes on what is not there any more.

        Each that is not listed is asked for by itself: it is deleted where there is none of that number; one
        that may not be seen any more answers alike.
        """
        there = self._listed()
        stored, gone = self._stored()
        wanted = sorted(there - (stored - gone), key=int)
        self.unread = set(wanted)
        for start in range(0, len(wanted), AT_ONCE):
            asked = wanted[start : start + AT_ONCE]
            for nodes, _, _ in self._project.pages(self._kind, iids=asked):
                whole = ((node["iid"], self._project.whole(self._kind, node)) for node in nodes)
                found = [Document(f"{self._kind}/{number}", body) for number, body in whole if body]
                read = {str(node["iid"]) for node in nodes}
                back = [self._gone(number, BACK, at) for number in sorted(read & gone)]
                self.unread -= read
                yield (*found, *back)
        missing = sorted(stored - gone - there, key=int)
        path = f"{REST}{project_path(self._project.path)}/{WORDS[self._kind][0]}"
        lost = [
            number for number in missing if self._project.session.get(f"{path}/{number}", absent=True) is None
        ]
        if lost:
            yield tuple(self._gone(number, DELETED, at) for number in lost)

    def doubts(self) -> Iterator[str]:
        """Say what the server lists and could not be read."""
        if self.unread:
            some = ", ".join(sorted(self.unread, key=int)[:EXAMPLES])
            what = counted(len(self.unread), WORDS[self._kind][1])
            yield f"listed, and could not be read: {what} ({some}); pull again later"

    def document(self) -> Document:
        """Give what the server lists and could not be read as a document of the archive."""
        unread = sorted(self.unread, key=int)
        return Document(f"compared/{self._kind}", {"type": "compared", "kind": self._kind, "unread": unread})

    def _listed(self) -> set[str]:
        numbers, after = set[str](), None
        while True:
            query = partial(ids_query, self._kind, after=after)
            found = self._project.session.graphql(query, self._project.lacking, path=self._project.path)
            page = answer_of(Listing, found, where=self._project.session.url).found
            numbers |= {str(node.get("iid")) for node in page.nodes}
            if not page.info.more or page.info.end in {None, after}:
                return {number for number in numbers if number.isdecimal()}
            after = page.info.end

    def _gone(self, number: str, how: str, at: datetime) -> Document:
        name = f"{self._kind}/{number}"
        noticed = at.isoformat(timespec="seconds")
        return Document(f"{GONE}{name}", {"type": "gone", "issue": name, "how": how, "noticed": noticed})
