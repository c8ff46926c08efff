"""Pull requests and issues: whole, then what changed, then compared number by number with what is stored."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from vsm.sources.archive import REFUSED, Archive, Document
from vsm.sources.github_api.answers import Numbered, Timed, within
from vsm.sources.github_api.paging import Repository
from vsm.sources.github_api.queries import by_number_query, list_query, numbers_query
from vsm.sources.github_api.reading import Reading, epoch_ms
from vsm.sources.host_answers import Json, answer_of

OLDEST_FIRST: Final = {"field": "CREATED_AT", "direction": "ASC"}
"""The order of a first load: nothing that happens meanwhile moves what is still to come."""
LATEST_FIRST: Final = {"field": "UPDATED_AT", "direction": "DESC"}
AT_ONCE: Final = 20
BACK: Final = "back"
Step = tuple[tuple[Document, ...], Reading]


@dataclass(frozen=True, slots=True)
class Listed:
    """A kind of things that a repository numbers.

    ``made`` gives the documents of one, whose timeline is whole; ``items`` are the kinds of timeline items
    that are asked for, ``selection`` what of them.
    """

    connection: str
    field: str
    type: str
    fields: str
    selection: str
    items: tuple[str, ...]
    made: Callable[[Json], Iterator[Document]]

    @property
    def types(self) -> str:
        """Name of the type of its kinds of timeline items."""
        return f"{self.type}TimelineItemsItemType"

    @property
    def prefix(self) -> str:
        """How the ids of its documents begin."""
        return "pull/" if self.type == "PullRequest" else "issue/"


def listed_steps(
    kind: Listed,
    repository: Repository,
    reading: Reading,
    *,
    archive: Archive,
    source: str,
    on_total: Callable[[int], None],
) -> Iterator[Step]:
    """Give what is new of this kind, a page at a time, and how far the reading is then.

    Raises
    ------
    SourceError, RunError
        As ``Repository.pages`` does.
    """
    query = list_query(kind.connection, kind.fields, order="IssueOrder", types=kind.types)
    first_load, total = reading.since is None, 0
    pages = repository.pages(
        kind.connection, query, after=reading.after or None,
        order=OLDEST_FIRST if first_load else LATEST_FIRST, types=list(kind.items), of=Timed,
    )  # fmt: skip
    for page in pages:
        if first_load and not total:
            on_total(page.total)
        total, nodes = page.total, [node for node in page.nodes if node is not None]
        new = [node for node in nodes if first_load or _changed(node) >= (reading.since or 0)]
        documents = [made for node in new for made in _documents(kind, repository, node)]
        reading = reading.saw(
            (node.get("updatedAt") for node in new), after=page.info.end or "" if first_load else ""
        )
        yield tuple(documents), reading
        if len(new) < len(nodes):
            break
    stored, gone = _stored(archive, source, kind.prefix)
    unread = (archive.document(source, f"compared/{kind.connection}") or {}).get("unread")
    if len(stored - gone) != total or unread:
        for documents in _compared(kind, repository, archive, source, at=reading.mark):
            yield tuple(documents), reading
    yield (), reading.done()


def _changed(node: Mapping[str, Any]) -> int:
    """Give when it changed; what does not say so is taken for new."""
    at = epoch_ms(node.get("updatedAt"))
    return 2**62 if at is None else at


def _documents(kind: Listed, repository: Repository, node: Json) -> Iterator[Document]:
    yield from kind.made(repository.whole_timeline(node, kind.type, kind.selection, kind.items))


def _stored(archive: Archive, source: str, prefix: str) -> tuple[set[int], set[int]]:
    """Give the numbers of what is stored, or is not to be, and of those among them that are gone."""
    names = {name.removeprefix(REFUSED) for name in archive.ids(source)}
    stored = {int(name.removeprefix(prefix)) for name in names if name.startswith(prefix)}
    marks = (archive.document(source, name) or {} for name in names if name.startswith(f"gone/{prefix}"))
    return stored, {mark["number"] for mark in marks if mark["how"] != BACK}


def _compared(
    kind: Listed, repository: Repository, archive: Archive, source: str, *, at: int
) -> Iterator[list[Document]]:
    """Give what is there and not stored, and name what is stored and there no more, or could not be read."""
    pages = list(
        repository.pages(
            kind.connection, numbers_query(kind.connection), most=100, order=OLDEST_FIRST, of=Numbered
        )
    )
    there = {node["number"] for page in pages for node in page.nodes if node}
    whole = len(there) >= max(page.total for page in pages)
    stored, gone = _stored(archive, source, kind.prefix)
    wanted, read = sorted(there - (stored - gone)), set[int]()
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        query = by_number_query(kind.field, kind.fields, some, types=kind.types)
        graph = repository.session.graphql(
            query, owner=repository.owner, name=repository.name, types=list(kind.items)
        )
        found = [within(graph.data, "repository", f"n{number}") for number in some]
        known = [node for node in found if node and answer_of(Timed, node, where=repository.where)]
        documents = [made for node in known for made in _documents(kind, repository, node)]
        read |= {node["number"] for node in known}
        yield documents
    marks = [
        *(
            _gone(kind, number, "deleted or transferred", at=at)
            for number in sorted(stored - gone - there if whole else ())
        ),
        *(_gone(kind, number, BACK, at=at) for number in sorted(gone & there)),
    ]
    unread = sorted(set(wanted) - read)
    yield [*marks, Document(f"compared/{kind.connection}", {"type": "compared", "unread": unread})]


def _gone(kind: Listed, number: int, how: str, *, at: int) -> Document:
    noticed = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")
    body = {"type": "gone", "kind": kind.field, "number": number, "how": how, "noticed": noticed}
    return Document(f"gone/{kind.prefix}{number}", body)
