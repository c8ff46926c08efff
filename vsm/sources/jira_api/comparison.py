"""What is stored against what the server has, id by id, after each pull."""

from collections.abc import Iterator, Set
from typing import Final

from vsm.counts import counted
from vsm.sources.archive import REFUSED, Archive, Document
from vsm.sources.jira_api.sweep import BACK, GONE

COMPARED: Final = "compared/"
EXAMPLES: Final = 5


class Comparison:
    """The stored issues of a source, and how they differ from what a question finds.

    ``absent`` are stored, not known to be gone, and not found by this question at the last look: of another
    question, moved, hidden or deleted. ``unread`` were found, and could not be read.
    """

    def __init__(self, archive: Archive, source: str, question: str) -> None:
        self._archive, self._source, self._name = archive, source, f"{COMPARED}{question}"
        known = archive.document(source, self._name) or {}
        self.absent = set[str](known.get("absent", ()))
        self.unread = set[str](known.get("unread", ()))

    def _stored(self) -> tuple[set[str], set[str]]:
        """Give the ids of stored issues, and of those among them that are known to be gone."""
        names = self._archive.ids(self._source)
        gone = set[str]()
        for name in names:
            if name.startswith(GONE):
                body = self._archive.document(self._source, name) or {}
                gone |= {body["issue"]} if body["how"] != BACK else set()
        return {name for name in names if name.isdecimal()}, gone

    def _refused(self) -> set[str]:
        """Give the ids of issues that were found and are not to be stored (``vsm forget --older-than``)."""
        names = self._archive.ids(self._source)
        return {name.removeprefix(REFUSED) for name in names if name.startswith(REFUSED)}

    def agrees_with(self, total: int) -> bool:
        """Whether the server has as many issues as are stored and were found at the last look."""
        stored, gone = self._stored()
        return not self.unread and len((stored | self._refused()) - gone - self.absent) == total

    def wanted(self, there: Set[str]) -> set[str]:
        """Give ids that are there and not stored, or stored but out of sight at the last look."""
        stored, gone = self._stored()
        lacking = {name for name in there if name not in stored or name in gone or name in self.absent}
        return lacking - (self._refused() - stored)

    def missing(self, there: Set[str]) -> set[str]:
        """Give ids that are stored, not known to be gone, and not there."""
        stored, gone = self._stored()
        return stored - gone - there

    def settle(self, *, absent: set[str], unread: set[str]) -> None:
        """Take down what remains different."""
        self.absent, self.unread = absent, unread

    def doubts(self) -> Iterator[str]:
        """Say what is different, a sentence each."""
        for ids, sentence in (
            (self.unread, "found by the search and could not be read; pull again later"),
            (self.absent, "stored and not found any more: moved, hidden, deleted, or of another question; "
             "vsm pull jira --sweep asks after them"),
        ):  # fmt: skip
            if ids:
                some = ", ".join(sorted(ids, key=int)[:EXAMPLES])
                more = ", …" if len(ids) > EXAMPLES else ""
                yield f"{counted(len(ids), 'issue')} (id {some}{more}): {sentence}"

    def document(self) -> Document:
        """Give what is different as a document of the archive."""
        ids = {"absent": sorted(self.absent, key=int), "unread": sorted(self.unread, key=int)}
        return Document(self._name, {"type": "compared"} | ids)
