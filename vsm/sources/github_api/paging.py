"""Following pages: each to its end, in smaller portions where GitHub cannot answer a larger one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from pydantic import Field

from vsm.errors import RunError
from vsm.sources.github_api.answers import within
from vsm.sources.github_api.queries import nodes_query, timeline_query
from vsm.sources.github_api.session import FORBIDDEN, GitHubSession, NotAllowedError, TooHeavy
from vsm.sources.github_api.trimming import trimmed_items
from vsm.sources.host_answers import Answer, Count, Json, answer_of

SIZES: Final = (100, 50, 25, 10, 5, 1)
"""Portions that are asked for, the next one where the one before took GitHub too long."""

AT_ONCE: Final = 100
GROWING: Final = 5
"""After so many answers a larger portion is tried again: what took too long may have passed."""


class _More(Answer):
    has_next: Annotated[bool, Field(alias="hasNextPage")]
    end: Annotated[str | None, Field(alias="endCursor")] = None


class Connection(Answer):
    """A page of a list; a node is null where GitHub could not give it."""

    nodes: list[Json | None]
    info: Annotated[_More, Field(alias="pageInfo")]
    total: Annotated[Count, Field(alias="totalCount")]


@dataclass(slots=True)
class Repository:
    """A repository to be asked about, and the portion that GitHub was last able to answer."""

    session: GitHubSession
    owner: str
    name: str
    size: int = 50
    unread: list[str] = field(default_factory=list)

    @property
    def where(self) -> str:
        """What messages call it."""
        return f"{self.session.url} {self.owner}/{self.name}"

    def pages(
        self,
        connection: str,
        query: str,
        *,
        of: type[Answer],
        after: str | None = None,
        most: int = 50,
        **variables: object,
    ) -> Iterator[Connection]:
        """Give the pages of one of its lists, from a cursor on.

        Parameters
        ----------
        of
            What each thing in it has to be.
        most
            The largest portion.

        Raises
        ------
        NotAllowedError
            The token may not read this list.
        SourceError, RunError
            As ``GitHubSession.graphql`` does; RunError too where cursors go in a circle.
        """
        seen, size, answered = set[str | None](), min(most, self.size if most <= 50 else most), 0
        while True:
            try:
                graph = self.session.graphql(
                    query, eager=size > SIZES[-1], owner=self.owner, name=self.name, first=size, after=after,
                    **variables,
                )  # fmt: skip
            except TooHeavy:
                size, answered = next(smaller for smaller in SIZES if smaller < size), 0
                self.size = size
                continue
            answered += 1
            if size < most and answered % GROWING == 0:
                size = self.size = next(larger for larger in reversed(SIZES) if larger > size)
            found = within(graph.data, "repository", connection)
            if found is None and any(error.get("type") in FORBIDDEN for error in graph.errors):
                raise NotAllowedError(f"{self.where}: the token may not read {connection}")
            page = answer_of(Connection, found, where=self.where)
            for node in page.nodes:
                if node is not None:
                    answer_of(of, node, where=self.where)
            self.unread += [
                f"{connection}: {error.get('message', '')}"
                for error in graph.errors
                if isinstance(path := error.get("path"), list)
                and connection in path
                and "projectItems" not in path
            ]
            yield page
            after = page.info.end
            if not page.info.has_next or not after:
                return
            if after in seen:
                raise RunError(
                    f"{self.where} goes in a circle while paging; what was pulled is stored: pull again later"
                )
            seen.add(after)

    def by_ids(self, fields: str, ids: Sequence[str], *, of: type[Answer]) -> Iterator[Json]:
        """Give things by their ids on GitHub, a hundred a request; those that are gone are left out."""
        for start in range(0, len(ids), AT_ONCE):
            graph = self.session.graphql(nodes_query(fields), p0=ids[start : start + AT_ONCE])
            found = graph.data.get("p0")
            for node in found if isinstance(found, list) else ():
                if node:
                    answer_of(of, node, where=self.where)
                    yield node

    def whole_timeline(self, node: Json, type_: str, selection: str, kinds: Sequence[str]) -> Json:
        """Give the thing with all of its timeline, of which a page holds the first hundred items."""
        first = answer_of(Connection, node.get("timelineItems"), where=self.where)
        nodes, more, before = trimmed_items(first.nodes), first.info, None
        query = timeline_query(type_, selection, types=f"{type_}TimelineItemsItemType")
        while more.has_next and more.end and more.end != before:
            before = more.end
            graph = self.session.graphql(query, id=node["id"], after=more.end, types=list(kinds))
            page = answer_of(Connection, within(graph.data, "node", "timelineItems"), where=self.where)
            nodes, more = [*nodes, *trimmed_items(page.nodes)], page.info
        each = {_name(one, position): one for position, one in enumerate(nodes)}
        return node | {"timelineItems": {"totalCount": first.total, "nodes": list(each.values())}}


def _name(item: Any, position: int) -> object:
    """Give the id of a timeline item, so that one that comes twice counts once."""
    name = item.get("id") if isinstance(item, dict) else None
    return name if isinstance(name, str) else position
