"""Which field of Jira a change is about: by id and type, then by name in any language."""

import re
from collections.abc import Mapping
from typing import Any, Final

from vsm.config import HOLDER
from vsm.tables import FIELD_WORDS

KIND_OF_SYSTEM_FIELD: Final = {
    "status": "status",
    "assignee": "assignee",
    "priority": "priority",
    "resolution": "resolution",
    "link": "link",
    "issuelinks": "link",
    "parent": "parent",
    "issueparentassociation": "parent",
    "key": "move",
    "issuekey": "move",
    "timespent": "worklog",
    "workflow": "workflow",
}
"""Fields that every Jira has, by id or, where an item has none, by name."""
OWN_KINDS: Final = ("flag", "sprint", "team", "parent")
"""Kinds of facts that custom fields hold."""
KIND_OF_OWN_FIELD: Final = {name: kind for kind in OWN_KINDS for name in FIELD_WORDS[kind]}
"""Custom fields by their usual names, for where nothing says what they are for."""
_CHECKED: Final = re.compile(r"\[\d+(?:, *\d+)*\]")
"""The ids of options that are checked, as a changelog writes those of a field of checkboxes."""
NO_ROLES: Final[Mapping[str, str]] = {}


def kind_of_item(item: Mapping[str, Any], *, roles: Mapping[str, str] = NO_ROLES) -> str | None:
    """Give what kind of fact a changed field is; None for a field that says nothing about flow.

    The id decides, since names are translated, changed, and given to fields of other kinds: a custom field
    that is called Status moves no ticket. Without an id the name decides, for a field of Jira's own only
    where the item does not say that it is a custom one. The name of a custom field counts where ``roles`` do
    not say which field plays its part; a field whose checked option is an impediment is the flag, whatever it
    is called.
    The kind of a field that names a holder is ``HOLDER`` and its name.

    Examples
    --------
    >>> custom = {"field": "Status", "fieldId": "customfield_10500", "fieldtype": "custom"}
    >>> kind_of_item(custom), kind_of_item(custom | {"fieldId": "status"}), kind_of_item({"field": "Status"})
    (None, 'status', 'status')
    """
    field_id, name = str(item.get("fieldId") or "").lower(), str(item["field"]).casefold()
    if (role := roles.get(field_id) or roles.get(name)) is not None:
        return role if role in OWN_KINDS or role.startswith(HOLDER) else None
    if field_id in KIND_OF_SYSTEM_FIELD:
        return KIND_OF_SYSTEM_FIELD[field_id]
    if item.get("fieldtype") == "jira" or not (field_id or item.get("fieldtype")):
        return KIND_OF_SYSTEM_FIELD.get(name) or KIND_OF_OWN_FIELD.get(name)
    kind = KIND_OF_OWN_FIELD.get(name) or ("flag" if _is_impediment(item) else None)
    return None if field_id and kind in roles.values() else kind


def _is_impediment(item: Mapping[str, Any]) -> bool:
    sides = [(item.get(side), item.get(f"{side}String")) for side in ("from", "to")]
    return any(
        _CHECKED.fullmatch(str(ids))
        and not FIELD_WORDS["impediment"].isdisjoint(str(text).casefold().split(", "))
        for ids, text in sides
    )
