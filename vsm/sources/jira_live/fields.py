"""Which of a Jira's fields are taken? Those that tell flow, by id; texts and addresses of people are not."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

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
    """Which field plays which part? Field id → sprint, flag, team, parent, points, or a word of vsm.toml.

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
        known, name = str(field.get("id")), str(field.get("name", "")).casefold()
        said = wanted.get(known.casefold()) or wanted.get(name)
        if field.get("custom"):
            kind = str((field.get("schema") or {}).get("custom"))
            said = said or ROLES_BY_TYPE.get(kind) or ROLES_BY_NAME.get(name)
        if said:
            roles[known] = said
    return roles


def trimmed_issue(body: Json, *, site: str) -> Json:
    """What of an issue is kept? All that tells flow; texts of comments, addresses and pictures are dropped.

    What was trimmed before stays as it is.

    Parameters
    ----------
    body
        An issue as Jira gives it.
    site
        Where people open it; ``self`` is written anew with it, since an API gateway's address opens nothing.

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
    for name, part, kept in (
        ("comment", "comments", ("id", "created", "author")),
        ("worklog", "worklogs", ("id", "created", "started", "author")),
    ):
        notes = _notes(body, name, part)
        if notes is not None:
            fields[name] = {part: [{word: _trimmed(note.get(word)) for word in kept} for note in notes]}
    trimmed: Json = {"id": body["id"], "key": body["key"], "self": f"{site}/rest/api/2/issue/{body['id']}"}
    if log := body.get("changelog"):
        trimmed["changelog"] = log | {"histories": [trimmed_history(h) for h in log.get("histories") or ()]}
    return trimmed | {"fields": fields}


def _notes(body: Json, name: str, part: str) -> list[Json] | None:
    field = (body.get("fields") or {}).get(name)
    return list(field.get(part) or []) if isinstance(field, dict) else None


def trimmed_history(history: Json) -> Json:
    """What of a history is kept? Who changed what and when; long texts and descriptions are dropped.

    Examples
    --------
    >>> item = {"field": "description", "fromString": "old", "toString": "new"}
    >>> trimmed_history({"id": "1", "created": "2026-01-05T09:00:00.000+0000", "items": [item]})["items"]
    [{'field': 'description'}]
    """
    kept = {word: history.get(word) for word in ("id", "created")}
    items = [_trimmed_item(item) for item in history.get("items") or ()]
    return kept | {"author": _trimmed(history.get("author")), "items": items}


def _trimmed_item(item: Json) -> Json:
    private = str(item.get("field", "")).lower() in TEXTS
    return {
        word: value
        for word, value in item.items()
        if word in {"field", "fieldId", "fieldtype"}
        or not (private or (isinstance(value, str) and len(value) > LONGEST))
    }


def _trimmed(value: Any) -> Any:
    if isinstance(value, dict):
        return {word: _trimmed(inner) for word, inner in value.items() if word not in PRIVATE}
    if isinstance(value, list):
        return [_trimmed(inner) for inner in value]
    return value
