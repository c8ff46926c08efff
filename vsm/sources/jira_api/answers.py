"""What a Jira may answer: a model for each answer."""

from typing import Annotated, Any

from pydantic import Field

from vsm.sources.host_answers import Answer, Count, Id, Objects


class Found(Answer):
    """A page of a search, of Cloud (token) or Data Center (total)."""

    issues: list[Any]
    token: Annotated[Id | None, Field(alias="nextPageToken")] = None
    is_last: Annotated[bool | None, Field(alias="isLast")] = None
    total: Count | None = None


class Issues(Answer):
    """Issues asked for by id."""

    issues: Objects


class Counted(Answer):
    """How many issues match, on Cloud."""

    count: Count


class Total(Answer):
    """How many issues match, on Data Center."""

    total: Count


class ChangelogOfIssue(Answer):
    """One issue's part of a page of changelogs."""

    issue: Annotated[Id, Field(alias="issueId")]
    histories: Annotated[list[Any], Field(alias="changeHistories")]


class Changelogs(Answer):
    """A page of the changelogs of many issues."""

    logs: Annotated[list[ChangelogOfIssue], Field(alias="issueChangeLogs")]
    token: Annotated[Id | None, Field(alias="nextPageToken")] = None


class Part(Answer):
    """A page of one issue's histories, comments or worklogs."""

    values: list[Any]
    total: Count | None = None
    is_last: Annotated[bool | None, Field(alias="isLast")] = None


class Server(Answer):
    """What the site says of itself."""

    kind: Annotated[str | None, Field(alias="deploymentType")] = None
    base: Annotated[str | None, Field(alias="baseUrl")] = None


class Fields(Answer):
    """The fields of a site."""

    fields: Objects


class Category(Answer):
    """A category of statuses."""

    key: str | None = None


class Status(Answer):
    """A status."""

    id: Id
    name: str
    category: Annotated[Category | None, Field(alias="statusCategory")] = None


class Statuses(Answer):
    """The statuses of a site."""

    statuses: list[Status]


class Named(Answer):
    """A status or a filter by its id."""

    id: Id


class Column(Answer):
    """A column of a board; ``wip`` is its upper limit."""

    name: str
    statuses: list[Named] = Field(default_factory=list)
    wip: Annotated[float | None, Field(alias="max")] = None


class Columns(Answer):
    """The columns of a board."""

    columns: list[Column] = Field(default_factory=list)
    constraint: Annotated[str | None, Field(alias="constraintType")] = None


class Board(Answer):
    """A board, and the saved filter behind it."""

    filter: Named
    name: str | None = None
    config: Annotated[Columns, Field(alias="columnConfig")] = Columns()


class Person(Answer):
    """Who is logged in."""

    display_name: Annotated[str | None, Field(alias="displayName")] = None
    name: str | None = None


class Permission(Answer):
    """Whether the login has a permission."""

    have: Annotated[bool, Field(alias="havePermission")]


class Permissions(Answer):
    """Permissions by name."""

    permissions: dict[str, Permission] = Field(default_factory=dict)
