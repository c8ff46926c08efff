"""What a Jira may answer: a model for each answer. Whatever does not fit one is no answer.

More than is named here may stand in an answer and is passed over. Issues and histories themselves stay as
they came: an odd one is stored, and left out of the event log by name (``eventlog``), not refused here.
"""

import json
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from vsm.bodies import storable_number
from vsm.errors import RunError

Json = dict[str, Any]
A = TypeVar("A", bound="Answer")


def _text(value: object) -> object:
    """Give a number as text: ids come as either."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _objects(values: object) -> object:
    """Give a list without what is no object in it; whatever is no list stays, and is refused."""
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else values


Id = Annotated[str, BeforeValidator(_text), Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]
Objects = Annotated[list[Json], BeforeValidator(_objects)]


class Answer(BaseModel):
    """An answer, of which other keys than those named are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


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
    statuses: list[Named] = []
    wip: Annotated[float | None, Field(alias="max")] = None


class Columns(Answer):
    """The columns of a board."""

    columns: list[Column] = []
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

    permissions: dict[str, Permission] = {}


def answer_of(model: type[A], body: object, *, where: str) -> A:
    """Give the answer as its model.

    Parameters
    ----------
    where
        The address that was asked, for the message.

    Raises
    ------
    RunError
        It does not fit: says where and how, and what Jira said instead, if it did.

    Examples
    --------
    >>> answer_of(Total, {"total": 3, "startAt": 0}, where="https://jira.example.com/rest/api/2/search").total
    3
    >>> answer_of(Counted, {"errorMessages": ["Busy"]}, where="https://jira.example.com/rest/api/3/x")
    Traceback (most recent call last):
    ...
    vsm.errors.RunError: https://jira.example.com/rest/api/3/x did not answer as Jira does (count: Field ...
    """
    try:
        return model.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "all of it"
        said = said_by(body)
        raise RunError(
            f"{where} did not answer as Jira does ({place}: {first['msg']}); what was pulled is stored: pull "
            "again later, and if it stays so, check --url and any proxy in between"
            + (f". It says: {said}" if said else "")
        ) from None


def said_by(body: object, *, longest: int = 300) -> str:
    """Give Jira's own error messages; of other bodies nothing is repeated.

    Examples
    --------
    >>> said_by({"errorMessages": ["No."], "errors": {"jql": "Unknown field"}})
    'No. Unknown field'
    """
    if not isinstance(body, dict):
        return ""
    messages, errors = body.get("errorMessages"), body.get("errors")
    sentences = [
        *(messages if isinstance(messages, list) else []),
        *(errors.values() if isinstance(errors, dict) else []),
    ]
    return " ".join(str(message) for message in sentences)[:longest]


def parsed_answer(content: bytes) -> Any:
    """Parse an answer, so that one odd body in it is named where it is read, and the others count.

    NaN and numbers that cannot be stored become texts; a key that stands twice in one object has a list of
    its values, which fits no model. Raises ValueError for what is no JSON, RecursionError for too deep a one.

    Examples
    --------
    >>> parsed_answer(b'{"key": "AB-1", "points": NaN, "status": {}, "status": "Open"}')
    {'key': 'AB-1', 'points': 'NaN', 'status': [{}, 'Open']}
    """
    return json.loads(
        content,
        parse_constant=str,
        parse_float=storable_number,
        parse_int=storable_number,
        object_pairs_hook=_object,
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    values = {key: [value for name, value in pairs if name == key] for key in made}
    return {key: several[0] if len(several) == 1 else several for key, several in values.items()}
