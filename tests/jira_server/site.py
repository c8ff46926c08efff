"""The stand-in's site: where its issues come from, and all that may happen to them."""

import gzip
import json
from collections.abc import Iterable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Self

from tests.jira_server import seeded
from tests.jira_server.cards import (
    Body,
    Card,
    Mode,
    card_of,
    cloud_users,
    field_name,
    instant,
    millis,
    status_body,
    user_body,
)
from tests.jira_server.state import State, statuses_in


class Site(State):
    """One Jira: ``Site(mode, bodies)``, ``Site.from_file`` or ``Site.seeded``, and what happens to it then."""

    def __init__(self, mode: Mode, issues: Iterable[Body] = (), **more: Any) -> None:
        bodies = list(issues)
        super().__init__(mode, map(card_of, bodies), **more)
        self.statuses = statuses_in(bodies)
        for body in bodies:
            project = body["fields"].get("project") or {}
            key = body["key"].rpartition("-")[0]
            self.projects.setdefault(key, {"id": f"1{len(self.projects):04d}", "name": key} | project)
            for name in body["fields"]:
                self.field_names.setdefault(name, field_name(name))
            for note in (body["fields"].get("worklog") or {}).get("worklogs") or ():
                self.worklogs[note["id"]] = (body["id"], millis(note.get("updated") or note["started"]))
        self._furnish()

    @classmethod
    def from_file(cls, path: Path | str, *, mode: Mode, **more: Any) -> Self:
        """Load one REST issue body a line, plain or gzipped; read once a process."""
        return cls(mode, _bodies(Path(path), mode), **more)

    @classmethod
    def seeded(
        cls, tickets: int, histories: int = 5, mode: Mode = "cloud", seed: int = 0, **more: Any
    ) -> Self:
        """Make tickets of project ABC up, with so many histories each."""
        site = cls(mode, **more)
        grown = (seeded.Seed(seed, n, tickets, histories, mode) for n in range(1, tickets + 1))
        site.cards = {card.id: card for card in map(seeded.seeded_card, grown)}
        site.ids = {card.key: card.id for card in site.cards.values()}
        site.statuses = {n: status_body(n, *about) for n, about in seeded.STATUSES.items()}
        site.projects["ABC"] = dict(seeded.PROJECT)
        sample = seeded.seeded_body(seeded.Seed(seed, 1, 1, 1, mode))
        site.field_names = {name: field_name(name) for name in sample["fields"]} | seeded.FIELDS
        site._furnish()
        return site

    def _furnish(self) -> None:
        """Give the first project a saved filter and a board with a column for each category of status."""
        self.next_number = 9_000_000
        for name in ("comment", "worklog", "timespent"):
            self.field_names.setdefault(name, field_name(name))
        project = next(iter(self.projects), None)
        if project is None:
            return
        self.filters["10000"] = f"project = {project} ORDER BY Rank ASC"
        columns: dict[str, list[str]] = {"new": [], "indeterminate": [], "done": []}
        for number, status in self.statuses.items():
            columns[(status.get("statusCategory") or {}).get("key", "indeterminate")].append(number)
        self.boards["1"] = {
            "name": f"{project} board", "type": "kanban", "project": project, "filter": "10000",
            "columns": [
                {"name": "To Do", "statuses": columns["new"]},
                {"name": "In Progress", "statuses": columns["indeterminate"], "min": 1, "max": 5},
                {"name": "Done", "statuses": columns["done"]},
            ],
        }  # fmt: skip

    def _number(self) -> str:
        self.next_number += 1
        return str(self.next_number)

    def _card(self, name: str) -> Card:
        return self.cards[self.ids.get(name.upper(), name)]

    def _change(
        self, name: str, at: str | None, by: str, items: list[Body], fields: dict[str, Any], key: str = ""
    ) -> None:
        """Replace an issue by one with another history, other fields and a later ``updated``."""
        with self.lock:
            body = deepcopy(self._card(name).make())
            when = at or instant(self.now())
            body["fields"] |= {**fields, "updated": when}
            if items:
                log = body["changelog"]
                entry = {"id": self._number(), "author": user_body(by, self.mode), "created": when}
                log["histories"].append(entry | {"items": items})
                log["total"] = log["maxResults"] = len(log["histories"])
            body["key"] = key or body["key"]
            self.replace(card_of(body))

    def status_id(self, status: str) -> str:
        """The id of a status, told by id or by name."""
        named = {body["name"]: number for number, body in self.statuses.items()}
        return status if status in self.statuses else named[status]

    def touch(
        self, key: str, status: str | None = None, *, at: str | None = None, by: str = "person-01"
    ) -> None:
        """Move an issue to a status (by id or name), or label it where none is told."""
        if status is None:
            label = {"field": "labels", "fieldtype": "jira", "from": None, "fromString": "", "to": None}
            self._change(key, at, by, [label | {"toString": "touched"}], {"labels": ["touched"]})
            return
        number, old = self.status_id(status), self._card(key).status
        item = _item("status", (old, self.statuses[old]["name"]), (number, self.statuses[number]["name"]))
        self._change(key, at, by, [item], {"status": self.statuses[number]})

    def create(self, project: str, *, status: str | None = None, at: str | None = None, **fields: Any) -> str:
        """Make an issue in a project, new if need be, and tell its key."""
        with self.lock:
            about = self.projects.setdefault(
                project, {"id": str(19_000 + len(self.projects)), "key": project, "name": project}
            )
            first = self.status_id(status) if status else next(iter(self.statuses))
            key, when = self._next_key(project), at or instant(self.now())
            made = {
                "project": about, "status": self.statuses[first], "created": when, "updated": when,
                "summary": f"Ticket {key}", "issuetype": {"id": "10", "name": "Task", "subtask": False},
                "creator": user_body("person-01", self.mode), "assignee": None, "labels": [],
            } | fields  # fmt: skip
            log: Body = {"startAt": 0, "maxResults": 0, "total": 0, "histories": []}
            number = self._number()
            link = f"https://jira.example.org/rest/api/2/issue/{number}"
            self.replace(card_of({"id": number, "key": key, "self": link, "fields": made, "changelog": log}))
            return key

    def _next_key(self, project: str) -> str:
        taken = [int(k.rpartition("-")[2]) for k in self.ids if k.rpartition("-")[0] == project.upper()]
        return f"{project}-{max(taken, default=0) + 1}"

    def delete(self, key: str) -> None:
        """Delete an issue for good, and its worklogs with it."""
        with self.lock:
            card = self._card(key)
            del self.cards[card.id]
            self.ids = {name: number for name, number in self.ids.items() if number != card.id}
            for note in [n for n, (owner, _) in self.worklogs.items() if owner == card.id]:
                self.deleted_worklogs[note] = self.now()
                del self.worklogs[note]
            self.version += 1

    def move(self, key: str, new_project: str, *, at: str | None = None, by: str = "person-01") -> str:
        """Move an issue to a project; the id stays, the old key goes on to find it."""
        with self.lock:
            old = self._card(key)
            about = self.projects.setdefault(
                new_project,
                {"id": str(19_000 + len(self.projects)), "key": new_project, "name": new_project},
            )
            new_key, left = self._next_key(new_project), self.projects[old.project]
            items = [
                _item("Key", (None, old.key), (None, new_key)),
                _item("project", (left["id"], left["name"]), (about["id"], about["name"]))
                | {"field": "Project"},
            ]
            self._change(key, at, by, items, {"project": about}, key=new_key)
            return new_key

    def rename_status(self, number: str, name: str) -> None:
        """Call a status otherwise from now on; histories keep the old name, and no issue counts as updated."""
        with self.lock:
            self.renamed[number] = name
            self.statuses[number] = self.statuses[number] | {"name": name}
            self.version += 1

    def hide(self, name: str) -> None:
        """Take the permission to see an issue (by key) or a whole project away."""
        with self.lock:
            self.hidden.add(name if name in self.projects else self._card(name).id)
            self.version += 1

    def show(self, name: str) -> None:
        """Give the permission back."""
        with self.lock:
            self.hidden.discard(name if name in self.projects else self._card(name).id)
            self.version += 1

    def comment(
        self, key: str, *, at: str | None = None, by: str = "person-01", text: str = "Spoken in private"
    ) -> None:
        """Comment on an issue, which counts as an update and leaves no history."""
        when = at or instant(self.now())
        author = user_body(by, self.mode)
        note = {"id": self._number(), "author": author, "updateAuthor": author, "body": text}
        notes = self._notes(key, "comment", "comments", note | {"created": when, "updated": when})
        self._change(key, when, by, [], {"comment": notes})

    def worklog(
        self,
        key: str,
        *,
        at: str | None = None,
        by: str = "person-01",
        seconds: int = 3600,
        started: str = "",
    ) -> None:
        """Log work on an issue, with the history that Jira writes for it."""
        when = at or instant(self.now())
        number, author, card = self._number(), user_body(by, self.mode), self._card(key)
        note = {
            "id": number, "issueId": card.id, "author": author, "updateAuthor": author, "comment": "Private",
            "created": when, "updated": when, "started": started or when, "timeSpentSeconds": seconds,
            "timeSpent": f"{seconds // 60}m",
        }  # fmt: skip
        self.worklogs[number] = (card.id, millis(when))
        spent = (card.make()["fields"].get("timespent") or 0) + seconds
        item = _item("timespent", (None, None), (str(spent), str(spent)))
        notes = self._notes(key, "worklog", "worklogs", note)
        self._change(key, when, by, [item], {"worklog": notes, "timespent": spent})

    def _notes(self, key: str, field: str, part: str, note: Body) -> Body:
        before = (self._card(key).make()["fields"].get(field) or {}).get(part) or []
        return {"startAt": 0, "maxResults": len(before) + 1, "total": len(before) + 1, part: [*before, note]}


def _item(field: str, before: tuple[str | None, str | None], after: tuple[str | None, str | None]) -> Body:
    ends = {"from": before[0], "fromString": before[1], "to": after[0], "toString": after[1]}
    return {"field": field, "fieldtype": "jira", "fieldId": field.lower(), **ends}


@cache
def _bodies(path: Path, mode: Mode) -> tuple[Body, ...]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open() as lines:
        bodies = [json.loads(line) for line in lines if line.strip()]
    return tuple(cloud_users(bodies) if mode == "cloud" else bodies)
