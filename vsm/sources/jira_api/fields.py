"""The fields of a Jira that are kept: those on flow, by id; texts and addresses of people are not."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

Json = dict[str, Any]

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
ROLES_BY_NAME: Final = {
    "flagged": "flag", "sprint": "sprint", "epic link": "parent", "story points": "points",
    "story point estimate": "points", "team": "team",
}  # fmt: skip
PRIVATE: Final = frozenset(
    {"emailAddress", "avatarUrls", "iconUrl", "avatarId", "timeZone", "locale", "self"}
)
TEXTS: Final = frozenset({"description", "environment", "comment"})
LONGEST: Final = 255


def roles_from_fields(fields: Iterable[Json], *, custom: Mapping[str, str]) -> dict[str, str]:
    """Give roles of fields: id → sprint, flag, team, parent, points, or a word of vsm.toml.

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
    roles = {}
    for field in fields:
        field_id, name = str(field.get("id")), str(field.get("name", "")).casefold()
        role = wanted.get(field_id.casefold()) or wanted.get(name)
        if field.get("custom"):
            kind = str((field.get("schema") or {}).get("custom"))
            role = role or ROLES_BY_TYPE.get(kind) or ROLES_BY_NAME.get(name)
        if role:
            roles[field_id] = role
    return roles


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
    fields = {
        name: _trimmed(value) for name, value in (body.get("fields") or {}).items() if name not in TEXTS
    }
    for name, part, words in (
        ("comment", "comments", ("id", "created", "author")),
        ("worklog", "worklogs", ("id", "created", "started", "author")),
    ):
        notes = (body.get("fields") or {}).get(name)
        if isinstance(notes, dict):
            trimmed_notes = [
                {word: _trimmed(note.get(word)) for word in words} for note in notes.get(part) or ()
            ]
            fields[name] = {part: trimmed_notes}
    trimmed: Json = {"id": body["id"], "key": body["key"], "self": f"{site}/rest/api/2/issue/{body['id']}"}
    if log := body.get("changelog"):
        trimmed["changelog"] = log | {"histories": [trimmed_history(h) for h in log.get("histories") or ()]}
    return trimmed | {"fields": fields}


def trimmed_odd(body: Json) -> Json:
    """Give an odd body as it is, but for addresses, pictures and texts that people wrote.

    What is nested too deeply to be searched for these is not kept.

    Examples
    --------
    >>> trimmed_odd({"id": "7", "fields": {"comment": [{"id": "8", "body": "private"}], "status": "Open"}})
    {'id': '7', 'fields': {'comment': [{'id': '8'}], 'status': 'Open'}}
    """
    try:
        return cast("Json", _trimmed(body, without=PRIVATE | TEXTS - {"comment"} | {"body"}))
    except RecursionError:
        return {word: body[word] for word in ("id", "key") if isinstance(body.get(word), str)}


def trimmed_history(history: Json) -> Json:
    """Give a history without long texts and descriptions: who changed what and when.

    Examples
    --------
    >>> item = {"field": "description", "fromString": "old", "toString": "new"}
    >>> trimmed_history({"id": "1", "created": "2026-01-05T09:00:00.000+0000", "items": [item]})["items"]
    [{'field': 'description'}]
    """
    items = history.get("items")
    return {
        "id": history.get("id"),
        "created": history.get("created"),
        "author": _trimmed(history.get("author")),
        "items": [_trimmed_item(item) for item in items] if isinstance(items, list) else items,
    }


def _trimmed_item(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    private = str(item.get("field", "")).lower() in TEXTS
    return {
        word: value
        for word, value in item.items()
        if word in {"field", "fieldId", "fieldtype"}
        or not (private or (isinstance(value, str) and len(value) > LONGEST))
    }


def _trimmed(value: Any, *, without: frozenset[str] = PRIVATE) -> Any:
    if isinstance(value, dict):
        kept = {word: inner for word, inner in value.items() if word not in without}
        return {word: _trimmed(inner, without=without) for word, inner in kept.items()}
    if isinstance(value, list):
        return [_trimmed(inner, without=without) for inner in value]
    return value
