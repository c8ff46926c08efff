"""What a server may answer: models, of which each answer fits one. Whatever does not fit is no answer.

More than a model names may stand in an answer and is passed over. Documents themselves stay as they came: an
odd one is stored, and left out of the event log by name (``eventlog``), not refused here.
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


def answer_of(model: type[A], body: object, *, where: str) -> A:
    """Give the answer as its model.

    Parameters
    ----------
    where
        The address that was asked, for the message.

    Raises
    ------
    RunError
        It does not fit: says where and how, and what the server said instead, if it did.

    Examples
    --------
    >>> class Total(Answer):
    ...     total: Count
    >>> answer_of(Total, {"total": 3, "startAt": 0}, where="https://jira.example.com/rest/api/2/search").total
    3
    >>> answer_of(Total, {"errorMessages": ["Busy"]}, where="https://jira.example.com/rest/api/3/x")
    Traceback (most recent call last):
    ...
    vsm.errors.RunError: https://jira.example.com/rest/api/3/x did not answer as expected (total: Field ...
    """
    try:
        return model.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "all of it"
        said = said_by(body)
        raise RunError(
            f"{where} did not answer as expected ({place}: {first['msg']}); what was pulled is stored: pull "
            "again later, and if it stays so, check --url and any proxy in between"
            + (f". It says: {said}" if said else "")
        ) from None


def said_by(body: object, *, longest: int = 300) -> str:
    """Give the server's own error messages, in the forms of Jira, GitHub and GitLab; else nothing.

    Examples
    --------
    >>> said_by({"errorMessages": ["No."], "errors": {"jql": "Unknown field"}})
    'No. Unknown field'
    >>> said_by({"errors": [{"type": "NOT_FOUND", "message": "Could not resolve to a Repository"}]})
    'Could not resolve to a Repository'
    >>> said_by({"message": "404 Project Not Found"})
    '404 Project Not Found'
    """
    if not isinstance(body, dict):
        return ""
    messages, errors = body.get("errorMessages"), body.get("errors")
    several = list(errors.values()) if isinstance(errors, dict) else errors
    sentences = [
        *(messages if isinstance(messages, list) else []),
        *([body["message"]] if isinstance(body.get("message"), str) else []),
        *(several if isinstance(several, list) else []),
    ]
    words = (one.get("message", "") if isinstance(one, dict) else one for one in sentences)
    return " ".join(str(word) for word in words if word)[:longest]


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
