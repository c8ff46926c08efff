"""The fields of a Jira that are kept: those on flow, by id; texts and addresses of people are not."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

from vsm.sources.host_answers import Json
from vsm.tables import FIELD_WORDS

FIELDS: Final = (
    "summary", "status", "issuetype", "project", "priority", "resolution", "resolutiondate", "created",
    "updated", "creator", "reporter", "assignee", "parent", "labels", "components", "fixVersions",
    "issuelinks", "statuscategorychangedate", "duedate", "comment", "worklog",
)  # fmt: skip
ROLES_BY_TYPE: Final = {
    "com.pyxis.greenhopper.jira:gh-sprint": "sprint",
    "com.pyxis.greenhopper.jira:gh-epic-link": "parent",
    "com.pyxis.greenhopper.jira:jsw-story-points": "points",
    "com.atlassian.teams:rm-teams-custom-field-team": "team",
    "com.atlassian.jira.plugin.system.customfieldtypes:atlassian-team": "team",
}
ROLES_BY_NAME: Final = {"story points": "points", "story point estimate": "points"} | {
    name: role for role in ("flag", "sprint", "team", "parent") for name in FIELD_WORDS[role]
}
CHECKBOXES: Final = "com.atlassian.jira.plugin.system.customfieldtypes:multicheckboxes"
"""Type of the flag field, which is known by that and its name."""
PRIVATE: Final = frozenset(
    {"emailAddress", "avatarUrls", "iconUrl", "avatarId", "timeZone", "locale", "self"}
)
TEXTS: Final = frozenset({"description", "environment", "comment"})
LONGEST: Final = 255
DEEPEST: Final = 50


def roles_from_fields(fields: Iterable[Json], *, custom: Mapping[str, str]) -> dict[str, str]:
    """Give roles of fields: id → sprint, flag, team, parent, points, or a word of vsm.toml.

    What vsm.toml names wins over types, and types win over names: a field that is only called Sprint is none
    where another one is of that type.

    Parameters
    ----------
    fields
        What ``/field`` answers.
    custom
        Word → field, by id or by name, as ``[jira]`` of vsm.toml says: objective, value, ….

    Examples
    --------
    >>> flagged = {"id": "customfield_10021", "name": "Flagged", "custom": True, "schema": {"custom": "x"}}
    >>> roles_from_fields([flagged], custom={})
    {'customfield_10021': 'flag'}
    """
    wanted = {field.casefold(): word for word, field in custom.items()}
    named, typed, called = dict[str, str](), dict[str, str](), dict[str, str]()
    for field in fields:
        field_id, name = str(field.get("id")), str(field.get("name", "")).casefold()
        if role := wanted.get(field_id.casefold()) or wanted.get(name):
            named[field_id] = role
        elif field.get("custom"):
            schema = field.get("schema")
            kind = str(schema.get("custom")) if isinstance(schema, dict) else ""
            by_name = ROLES_BY_NAME.get(name)
            if role := ROLES_BY_TYPE.get(kind) or (
                "flag" if (kind, by_name) == (CHECKBOXES, "flag") else None
            ):
                typed[field_id] = role
            elif by_name:
                called[field_id] = by_name
    roles = named | {field_id: role for field_id, role in typed.items() if role not in named.values()}
    known = set(roles.values()) - {"points"}  # a site may have two fields of estimates, of different projects
    return roles | {field_id: role for field_id, role in called.items() if role not in known}


def trimmed_issue(body: Json, *, site: str) -> Json:
    """Give an issue without texts of comments, addresses and pictures; a trimmed one stays as it is.

    ``site`` is where people open it; ``self`` is written anew with it, since an API gateway's address opens
    nothing.

    Examples
    --------
    >>> note = {"id": "8", "created": "2026-01-05", "body": "private", "author": {"emailAddress": "x@y"}}
    >>> body = {"id": "7", "key": "AB-1", "fields": {"comment": {"comments": [note], "total": 1}}}
    >>> trimmed_issue(body, site="https://jira.example.com")["fields"]
    {'comment': {'comments': [{'id': '8', 'created': '2026-01-05', 'author': {}}]}}
    """
    known = body.get("fields")
    trimmed: Json = {"id": body["id"], "key": body.get("key")}
    trimmed["self"] = f"{site}/rest/api/2/issue/{body['id']}"
    log = body.get("changelog")
    if isinstance(log, dict):
        trimmed["changelog"] = log | {"histories": _each(log.get("histories"), trimmed_history)}
    if not isinstance(known, dict):
        return trimmed | {"fields": None}
    fields = {name: _trimmed(value) for name, value in known.items() if name not in TEXTS}
    for name, part, words in (
        ("comment", "comments", ("id", "created", "author")),
        ("worklog", "worklogs", ("id", "created", "started", "author")),
    ):
        notes = known.get(name)
        if isinstance(notes, dict):
            kept = partial(_trimmed_note, words=words)
            fields[name] = {part: _each(notes.get(part) or [], kept)}
    return trimmed | {"fields": fields}


def _trimmed_note(note: Json, *, words: Iterable[str]) -> Json:
    return {word: _trimmed(note.get(word)) for word in words}


def _each(values: object, change: Callable[[Json], Json]) -> list[Json | None] | None:
    """Change each object of a list; None stands for whatever else came, so that the log can report it."""
    if not isinstance(values, list):
        return None
    return [change(value) if isinstance(value, dict) else None for value in values]


def listed(body: Json, part: str) -> list[Json]:
    """Give the objects of a list; none where it is no list.

    Examples
    --------
    >>> listed({"histories": [{"id": "1"}, None]}, "histories"), listed({"histories": 5}, "histories")
    ([{'id': '1'}], [])
    """
    values = body.get(part)
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def trimmed_history(history: Json) -> Json:
    """Give a history without long texts and descriptions: who changed what and when.

    Examples
    --------
    >>> item = {"field": "description", "fromString": "old", "toString": "new"}
    >>> trimmed_history({"id": "1", "created": "2026-01-05T09:00:00.000+0000", "items": [item]})["items"]
    [{'field': 'description'}]
    """
    return {
        "id": history.get("id"),
        "created": history.get("created"),
        "author": _trimmed(history.get("author")),
        "items": _each(history.get("items"), _trimmed_item),
    }


def _trimmed_item(item: Json) -> Json:
    private = str(item.get("field", "")).lower() in TEXTS
    return {
        word: _trimmed(value)
        for word, value in item.items()
        if word in {"field", "fieldId", "fieldtype"}
        or not (private or (isinstance(value, str) and len(value) > LONGEST))
    }


def _trimmed(value: Any, depth: int = 0) -> Any:
    """Take private parts out; what is nested deeper than anything of Jira's is left out with them."""
    if depth > DEEPEST and isinstance(value, dict | list):
        return None
    if isinstance(value, dict):
        return {word: _trimmed(inner, depth + 1) for word, inner in value.items() if word not in PRIVATE}
    if isinstance(value, list):
        return [_trimmed(inner, depth + 1) for inner in value]
    return value
