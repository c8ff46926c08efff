"""What GitLab's lists may answer: whatever does not fit is no answer."""

from typing import Annotated

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


NODES: Final[dict[str, type[Answer]]] = {"issue": Numbered, "pull": Numbered, "run": Run}
"""What each of a list must say, by the kind of document."""
