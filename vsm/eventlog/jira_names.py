"""The names that a Jira's ids bear, of issues that come some at a time: NAMES."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Final

import numpy as np
import pandas as pd

from vsm.bodies import Issue
from vsm.eventlog.fields import instants
from vsm.eventlog.jira_items import CATEGORIES, Json, addresses_in, names_in
from vsm.eventlog.sprints import sprints_in
from vsm.people import mailboxes_of
from vsm.tables import NAMES, conform, empty

NEVER: Final = int(np.iinfo("int64").min)
"""What numpy counts a missing instant as."""


class JiraNames:
    """The names that ids bear, and when each was seen, of issues that come some at a time."""

    def __init__(self) -> None:
        self._number: dict[tuple[str, str, str], int] = {}
        self._first = self._last = np.empty(0, dtype="datetime64[us]")
        self._said: dict[tuple[str, str], tuple[int, int]] = {}
        self._addresses: set[tuple[str, str]] = set()

    def add(self, issues: list[Issue], source: str, roles: Mapping[str, str]) -> None:
        """Add what these issues tell."""
        borne = (names_in(body, source=source, roles=roles) for body in issues)
        sprints = (sprints_in(body["fields"], source=source) for body in issues)
        self._add(chain.from_iterable(chain(borne, sprints)))
        for body in issues:
            self._addresses.update(addresses_in(body, source=source, roles=roles))

    def _add(self, borne: Iterable[tuple[str, str, str, str | None, object]]) -> None:
        numbers, seen, categories = list[int](), list[object](), list[tuple[int, tuple[str, str]]]()
        for kind, bearer, name, category, at in borne:
            if category:
                categories.append((len(seen), (bearer, category)))
            numbers.append(self._number.setdefault((kind, bearer, name), len(self._number)))
            seen.append(at)
        times = instants(seen).asi8
        for row, said in categories:
            latest, issues = self._said.get(said, (NEVER, 0))
            self._said[said] = max(latest, int(times[row])), issues + 1
        new = np.full(len(self._number) - len(self._first), "NaT", dtype="datetime64[us]")
        self._first, self._last = np.append(self._first, new), np.append(self._last, new)
        np.fmin.at(self._first, numbers, times.view("datetime64[us]"))
        np.fmax.at(self._last, numbers, times.view("datetime64[us]"))

    def categories(self) -> dict[str, dict[str, int]]:
        """Give how many issues say which category of an id; the one said last comes last."""
        by_time = sorted(self._said.items(), key=lambda said: (said[1][0], said[0]))
        found: dict[str, dict[str, int]] = {}
        for (bearer, category), (_, issues) in by_time:
            found.setdefault(bearer, {})[category] = issues
        return found

    def table(
        self, statuses: Iterable[Json], entered: Iterable[str], source: str, mail_key: bytes | None
    ) -> pd.DataFrame:
        """Give NAMES; a status that is named nowhere is called by its id.

        Its category is what the site's own list says, else the issue that was updated last.
        """
        listed = {f"{source}:{body['id']}": CATEGORIES.get(body.get("category") or "") for body in statuses}
        named = {bearer for _, bearer, _ in self._number} | listed.keys()
        site = (("status", f"{source}:{body['id']}", body["name"], None, None) for body in statuses)
        other = (("status", status, status, None, None) for status in entered if status not in named)
        self._add(chain(site, other))
        if not self._number:
            return empty(NAMES)
        known = pd.DataFrame(list(self._number), columns=["kind", "id", "name"])
        boxes = mailboxes_of(self._addresses, key=mail_key) if mail_key else {}
        category = {bearer: list(said)[-1] for bearer, said in self.categories().items()}
        category |= {status: kind for status, kind in listed.items() if kind}
        rows = known.assign(
            category=known["id"].map(category),
            first=pd.DatetimeIndex(self._first, tz="UTC"),
            last=pd.DatetimeIndex(self._last, tz="UTC"),
            mailbox=known["id"].map(boxes),
        )
        return conform(rows.sort_values(["kind", "id", "name"], ignore_index=True), NAMES)
