"""What GitLab's lists may answer: whatever does not fit is no answer."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from vsm.sources.host_answers import Answer, Count, Id, Json, Objects


def _there(value: object) -> object:
    """Give nothing in place of a list that the token's owner may not see."""
    return {"nodes": [], "pageInfo": {}} if value is None else value


class PageInfo(Answer):
    """Whether more follows, and where."""

    more: Annotated[bool, Field(alias="hasNextPage")] = False
    end: Annotated[Id | None, Field(alias="endCursor")] = None


class Listed(Answer):
    """A page of a list; nodes that the token's owner may not see are null, and left out."""

    nodes: Objects
    info: Annotated[PageInfo, Field(alias="pageInfo")]


class Counted(Answer):
    """How many there are in all."""

    count: Count


class Listing(Answer):
    """A page of a list, and how many there are in all, where this GitLab says so."""

    found: Annotated[Listed, BeforeValidator(_there)]
    all: Counted | None = None


class Numbered(Answer):
    """An issue or a merge request, by its number in the project."""

    id: Id
    iid: Annotated[Id, Field(pattern=r"^[0-9]{1,18}$")]


class Run(Answer):
    """A pipeline."""

    id: Id


class Noted(Answer):
    """Further notes of an issue or a merge request, which may be gone meanwhile."""

    one: Json | None = None


class Notes(Answer):
    """A page of notes."""

    notes: Listed


class About(Answer):
    """A project."""

    path: Annotated[str, Field(alias="path_with_namespace", min_length=1)]


class Label(Answer):
    """A label."""

    name: str


class BoardList(Answer):
    """A list of a board: the issues with a label, or others; ``limit`` is how many may be in it."""

    label: Label | None = None
    position: int | None = None
    limit: Annotated[Count | None, Field(alias="max_issue_count")] = None


class Board(Answer):
    """A board of a project."""

    id: Id
    lists: tuple[BoardList, ...] = ()


class Boards(Answer):
    """The boards of a project."""

    boards: list[Board]


class Rows(Answer):
    """A list of REST."""

    rows: Objects


NODES: Final[Mapping[str, type[Answer]]] = {"issue": Numbered, "pull": Numbered, "run": Run}
"""What each of a list must say, by the kind of document."""
