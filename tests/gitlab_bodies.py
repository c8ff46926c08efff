"""Documents of GitLab as a live pull stores them, written by hand."""

from typing import Any

import pandas as pd

Json = dict[str, Any]


def at(text: str) -> str:
    """``05 09:00`` is the fifth of January 2026."""
    day, _, time = text.partition(" ")
    return f"2026-01-{day}T{time}{'' if time.count(':') == 2 else ':00'}Z"


def user(name: str | None) -> Json | None:
    """A user whose name is that of the account; None for nobody."""
    return {"username": name, "name": name.title()} if name else None


def note(number: int, when: str, who: str | None, action: str | None, body: str = "") -> Json:
    """A system note."""
    return {"id": number, "createdAt": at(when), "author": user(who), "action": action, "body": body}


def comment(number: int, when: str, who: str) -> Json:
    """What somebody wrote."""
    return {"id": number, "createdAt": at(when), "author": user(who)}


def label_event(number: int, when: str, who: str, action: str, label: str) -> Json:
    """A label that was added or removed."""
    return {"id": number, "created_at": at(when), "user": user(who), "action": action, "label": label}


def state_event(number: int, when: str, who: str, state: str) -> Json:
    """A change of state."""
    return {"id": number, "created_at": at(when), "user": user(who), "state": state}


def issue(number: int, **about: Any) -> Json:
    """An issue that ann opened on the fifth at nine."""
    return {
        "type": "issue", "id": 1000 + number, "iid": number, "kind": "ISSUE", "state": "opened",
        "createdAt": at("05 09:00"), "updatedAt": at("05 09:00"), "closedAt": None, "title": f"Issue {number}",
        "author": user("ann"), "assignees": [], "labels": [], "notes": [], "comments": [], "label_events": [],
        "state_events": [], "milestone_events": [], "iteration_events": [], **about,
    }  # fmt: skip


def pull(number: int, **about: Any) -> Json:
    """A merge request that ann opened on the fifth at nine."""
    return {
        "type": "pull", "id": 2000 + number, "iid": number, "state": "opened", "draft": False,
        "createdAt": at("05 09:00"), "updatedAt": at("05 09:00"), "mergedAt": None, "closedAt": None,
        "title": f"Change {number}", "author": user("ann"), "reviewers": [], "notes": [], "comments": [],
        "state_events": [], "versions": [], **about,
    }  # fmt: skip


def shown(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Rows of some columns; instants as ``05 09:00``, missing values as None."""
    cells = frame[list(columns)].copy()
    for name in columns:
        if str(cells[name].dtype).startswith("datetime"):
            cells[name] = cells[name].dt.strftime("%d %H:%M")
        cells[name] = cells[name].astype("object").where(cells[name].notna(), None)
    return list(cells.itertuples(index=False, name=None))
