"""The statuses of issues on project boards, as each pull saw them.

Since September 2026 GitHub writes most changes of a project's status to no timeline, nor do they change the
issue's ``updatedAt``. So each pull notes the status that a board shows, and since when it does.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any, Final

from vsm.sources.archive import Archive, Document
from vsm.sources.github_api.answers import Card, Project, ShownStatus
from vsm.sources.github_api.paging import Repository
from vsm.sources.github_api.queries import ITEMS, nodes_query
from vsm.sources.host_answers import Json, answer_of

AT_ONCE: Final = 100
PARTS: Final = 10
"""So many times a hundred cards are asked for in one question."""


def seen_statuses(
    archive: Archive, source: str, number: int, cards: Iterable[Card | None], *, at: str
) -> Iterator[Document]:
    """Give the document of an issue's statuses, where a board shows another one than at the last look."""
    name = f"statuses/{number}"
    seen = list((archive.document(source, name) or {}).get("seen", ()))
    before = {one["card"]: one for one in seen}
    new = [
        row | {"looked": at}
        for row in (_seen(card) for card in cards if card)
        if row["card"] not in before or _state(before[row["card"]]) != _state(row)
    ]
    if new:
        yield Document(name, {"type": "statuses", "issue": number, "seen": [*seen, *new]})


def status_pages(
    repository: Repository, archive: Archive, source: str, *, but: Set[int], at: str
) -> Iterator[tuple[Document, ...]]:
    """Give what boards show now of open issues, but of those that were read in this pull.

    A thousand cards a request.
    """
    cards = {
        card["id"]: body["number"]
        for body in archive.documents(source)
        if body.get("type") == "issue" and body.get("state") == "OPEN" and body["number"] not in but
        for card in (body.get("projectItems") or {}).get("nodes") or ()
        if card and card.get("id")
    }
    ids = list(cards)
    for start in range(0, len(ids), AT_ONCE * PARTS):
        some = ids[start : start + AT_ONCE * PARTS]
        parts = [some[first : first + AT_ONCE] for first in range(0, len(some), AT_ONCE)]
        query = nodes_query(ITEMS, parts=len(parts))
        asked: dict[str, Any] = {f"p{number}": part for number, part in enumerate(parts)}
        graph = repository.session.graphql(query, **asked)
        found: dict[int, list[Card | None]] = {}
        for part in range(len(parts)):
            for body in graph.data.get(f"p{part}") or ():
                card = answer_of(Card, body, where=repository.where) if body else None
                if card and card.id in cards:
                    found.setdefault(cards[card.id], []).append(card)
        yield tuple(
            document
            for number, several in found.items()
            for document in seen_statuses(archive, source, number, several, at=at)
        )


def _seen(card: Card) -> Json:
    status, project = card.status or ShownStatus(), card.project or Project()
    return {"card": card.id, "project": project.title, "status": status.name, "since": status.since}


def _state(row: Mapping[str, Any]) -> tuple[Any, Any]:
    return row["status"], row["since"]
