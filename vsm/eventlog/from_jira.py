"""Jira's REST bodies become tickets, events, names and notes.

The changelog holds changes only, so the first state of status, assignee, priority, sprint, parent,
team and flag is worked out: the first change's ``from``, else today's value, from creation on. So are
links that are there though no change made them.
Histories are sorted by instant, then history id, then position: Jira's own order differs by product and
ids do not follow time in imports.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from vsm.bodies import Issue
from vsm.config import HOLDER
from vsm.eventlog.fields import AMOUNTS, amount, check_amounts, instants, joined, resolution
from vsm.eventlog.jira_checks import check_categories, check_changelogs, check_gone
from vsm.eventlog.jira_fields import NO_ROLES
from vsm.eventlog.jira_items import (
    CATEGORIES,
    Item,
    Json,
    account,
    addresses_in,
    history_items,
    names_in,
    status_id,
    touch_items,
)
from vsm.eventlog.jira_links import links_without_history
from vsm.eventlog.jira_site import JiraDocuments, custom_value, person_in_field
from vsm.eventlog.links import with_present_keys
from vsm.eventlog.log import Log, quality_from_notes, sorted_events
from vsm.eventlog.sprints import sprint_ids, sprints_in
from vsm.eventlog.ticket_keys import Aliases
from vsm.eventlog.units import level_of
from vsm.people import mailboxes_of
from vsm.tables import EVENTS, INSTANT, NAMES, TICKETS, TOUCH_KINDS, conform, empty

STATES: Final = ("status", "assignee", "priority", "resolution", "sprint", "parent", "team", "flag")
ROLES: Final = ("sprint", "team", "flag", "parent", "objective", *AMOUNTS)
TYPES: Final[Mapping[str, str]] = (
    dict.fromkeys(("at", "created", "resolved"), INSTANT)
    | dict.fromkeys(AMOUNTS, "float64")
    | dict.fromkeys(("histories", "total", "history", "position"), "int64")
    | {"bulk": "bool"}
)
"""Columns of tickets and of their facts that are no texts."""
ORDER: Final = ["ticket", "at", "history", "position"]
NEVER: Final = int(np.iinfo("int64").min)
"""What numpy counts a missing instant as."""
LAST: Final = 2**62
"""Ranks behind every history of its instant."""


def log_from_jira(
    bodies: Iterable[object],
    *,
    source: str = "jira",
    mail_key: bytes | None = None,
    aliases: Aliases = None,
    fields: Mapping[str, str] = NO_ROLES,
) -> Log:
    """Give the log of these documents.

    Parameters
    ----------
    bodies
        REST v2 or v3 issue bodies with ``changelog``, parsed or as texts of JSON. What a live pull adds
        stands among them, with a ``type``: the site's fields, its statuses, which issues are gone. What
        ``vsm.bodies`` does not let through is left out and noted.
    source
        Prefix of every id made from them: ``jira:10023``.
    mail_key
        Secret with which mail addresses become digests in NAMES; none without it.
    aliases
        Former keys of projects with today's, for sentences about links.
    fields
        Role → custom field, by id or by name, as ``[jira]`` of vsm.toml says.

    Returns
    -------
    Log
        Tickets, events (sorted, none marked bulk but workflow migrations), names and notes. An empty
        input gives empty tables; open tickets are like all others. A ticket that was deleted or hidden
        keeps its events; the last of them is ``delete``, when that was noticed.

    Examples
    --------
    >>> status = {"id": "1", "name": "Open"}
    >>> fields = {"created": "2026-01-05T09:00:00.000+0100", "status": status}
    >>> log = log_from_jira([{"id": "7", "key": "AB-1", "fields": fields, "changelog": {"histories": []}}])
    >>> log.events[["kind", "after"]].astype("str").values.tolist()
    [['created', nan], ['status', 'jira:1']]
    """
    documents = JiraDocuments(bodies, source=source, fields=fields)
    parts, names = list[_Part](), _Names()
    for issues in documents.parts():
        parts.append(_part(issues, documents.roles, source))
        names.add(issues, source, documents.roles)
    if not parts:
        named = names.table(documents.statuses, [], source, mail_key)
        return Log(names=named, quality=quality_from_notes(documents.notes))
    changes, lifecycles, linked = _joined(parts, documents.latest, source)
    changes = with_present_keys(changes, aliases=aliases)
    moves = changes[changes["kind"] == "status"]
    entered = pd.concat([moves["before"], moves["after"]]).dropna().unique()
    renamed = changes[changes["kind"] == "move"].dropna(subset=["before"])
    ids = dict(zip(renamed["before"], renamed["ticket"], strict=True))
    ids |= dict(zip(lifecycles["key"], lifecycles["ticket"], strict=True))
    lifecycles = _lives(lifecycles, changes, ids)
    links = links_without_history(linked, changes, lifecycles=lifecycles, ids=ids, source=source)
    kinds = [*STATES, *(name for name in lifecycles.columns if name.startswith(HOLDER))]
    lasting = [_items(links, pd.DatetimeIndex([link.at for link in links], dtype=INSTANT))] if links else []
    rows = pd.concat([_first_states(changes, lifecycles, kinds), *lasting, changes], ignore_index=True)
    ends = _ends(documents, rows, lifecycles, source)
    named = names.table(documents.statuses, entered, source, mail_key)
    notes = [
        *documents.notes,
        *check_changelogs(changes, lifecycles, source=source),
        *check_gone(ends, lifecycles, source=source),
        *check_amounts(_amounts(lifecycles), source=source),
        *check_categories(names.categories(), named, source=source),
    ]
    del changes, moves, renamed
    return Log(
        tickets=conform(lifecycles.assign(created=lifecycles["start"]), TICKETS),
        events=_events([rows, ends], source),
        names=named,
        quality=quality_from_notes(notes),
    )


class _Part(NamedTuple):
    """What was read from some issues: recorded facts, tickets as they are now, and bodies with links."""

    changes: pd.DataFrame
    tickets: pd.DataFrame
    linked: list[Json]


def _part(issues: list[Issue], roles: Mapping[str, str], source: str) -> _Part:
    items = list[Item]()
    for body in issues:
        items += history_items(body, source=source, roles=roles)
        items += touch_items(body, source=source)
    rows = [_ticket(body, roles, source) for body in issues]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    tickets = _frame(columns | {name: instants(columns[name]) for name in ("created", "resolved")})
    linked: list[Json] = [
        {"id": body["id"], "fields": {"issuelinks": links}}
        for body in issues
        if (links := body["fields"].get("issuelinks"))
    ]
    return _Part(_items(items, instants([item.at for item in items])), tickets, linked)


def _items(items: list[Item], at: pd.DatetimeIndex) -> pd.DataFrame:
    columns = zip(*items, strict=True) if items else [()] * len(Item._fields)
    return _frame(dict(zip(Item._fields, columns, strict=True)) | {"at": at})


def _frame(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Make a frame column by column: pandas takes a quarter of the time that it takes for rows."""
    arrays = {name: pd.array(values, dtype=TYPES.get(name, "str")) for name, values in columns.items()}
    return pd.DataFrame(arrays, copy=False)


def _joined(
    parts: list[_Part], latest: Mapping[str, int], source: str
) -> tuple[pd.DataFrame, pd.DataFrame, list[Json]]:
    """Join parts, without what an issue's later body replaced; facts by ticket and time. It uses parts up."""
    changes, tickets, linked = list[pd.DataFrame](), list[pd.DataFrame](), list[Json]()
    for number, part in enumerate(parts):
        old = {ticket for ticket, of in latest.items() if of > number}
        changes.append(part.changes[~part.changes["ticket"].isin(old)])
        tickets.append(part.tickets[~part.tickets["ticket"].isin(old)])
        linked += [body for body in part.linked if f"{source}:{body['id']}" not in old]
    parts.clear()
    whole = pd.concat(changes, ignore_index=True).sort_values(ORDER, kind="stable", ignore_index=True)
    return whole, pd.concat(tickets, ignore_index=True), linked


def _lives(tickets: pd.DataFrame, changes: pd.DataFrame, ids: Mapping[str, str]) -> pd.DataFrame:
    """Give each ticket its parent by ``ids``, and ``start``: the earlier of creation and first change.

    Imports differ in these. A worklog may be dated long before, by a slip of the hand; touches move no
    beginning.
    """
    changed = changes[~changes["kind"].isin(TOUCH_KINDS)]
    earliest = changed.groupby("ticket")["at"].min().reindex(tickets["ticket"]).set_axis(tickets.index)
    return tickets.assign(
        parent=tickets["parent"].fillna(tickets["parent_key"].map(ids)).astype("str"),
        start=tickets["created"].where(~(earliest < tickets["created"]), earliest),
    )


def _ticket(body: Issue, roles: Mapping[str, str], source: str) -> dict[str, Any]:
    """Describe a ticket and its states of today, for where no change says what they were."""
    fields, changelog = body["fields"], body["changelog"]
    site = (body.get("self") or "").partition("/rest/")
    parent = (fields.get("parent") or {}).get("id")
    custom = {
        role: custom_value(fields, role, roles=roles, source=source) if roles else None for role in ROLES
    }
    return {
        "ticket": f"{source}:{body['id']}",
        "key": body["key"],
        "project": (fields.get("project") or {}).get("key") or body["key"].rpartition("-")[0],
        "type": (fields.get("issuetype") or {}).get("name"),
        "priority": (fields.get("priority") or {}).get("name"),
        "summary": fields.get("summary"),
        "components": joined(part.get("name") for part in fields.get("components") or ()),
        "labels": joined(fields.get("labels") or ()),
        "created": fields["created"],
        "resolved": fields.get("resolutiondate"),
        "resolution": resolution((fields.get("resolution") or {}).get("name")),
        "unit": level_of(fields.get("issuetype") or {}),
        "url": f"{site[0]}/browse/{body['key']}" if site[1] else None,
        "creator": account(source, fields.get("creator")) or account(source, fields.get("reporter")),
        "status": status_id(body, source=source),
        "assignee": account(source, fields.get("assignee")),
        "parent": f"{source}:{parent}" if parent else None,
        "parent_key": custom["parent"],
        "sprint": custom["sprint"] or sprint_ids(fields),
        **{role: custom[role] for role in ("team", "flag", "objective")},
        **{
            role: person_in_field(fields, role, roles=roles, source=source)
            for role in roles.values()
            if role.startswith(HOLDER)
        },
        **{word: amount(custom[word]) for word in AMOUNTS},
        **{f"{word}_text": custom[word] for word in AMOUNTS},
        "histories": len(changelog["histories"]),
        "total": changelog.get("total") or 0,
    }


def _amounts(lifecycles: pd.DataFrame) -> Iterator[tuple[str, str, dict[str, str]]]:
    columns = [f"{word}_text" for word in AMOUNTS]
    given = lifecycles[["ticket", "key", *columns]].dropna(subset=columns, how="all")
    for ticket, key, *texts in zip(*(given[name] for name in given), strict=True):
        yield ticket, key, {w: text for w, text in zip(AMOUNTS, texts, strict=True) if isinstance(text, str)}


def _first_states(changes: pd.DataFrame, lifecycles: pd.DataFrame, kinds: list[str]) -> pd.DataFrame:
    """Give what the changelog lacks: each ticket's creation and its state at that instant.

    A first status change from nothing is taken to have been made at once: a ticket is always somewhere.
    """
    stated = changes[changes["kind"].isin(kinds)].drop_duplicates(["ticket", "kind"])
    halves = (stated["kind"] == "status") & stated["before"].isna()
    columns = ["created", *kinds]
    values = lifecycles.assign(created=lifecycles["ticket"])[columns].to_numpy(dtype="object")
    of, at = pd.Index(lifecycles["ticket"]).get_indexer(pd.Index(stated["ticket"])), pd.Index(columns)
    values[of, at.get_indexer(pd.Index(stated["kind"]))] = stated["before"].mask(halves, stated["after"])
    position, row = pd.notna(values.T).nonzero()
    facts = lifecycles[["ticket", "start", "creator"]].take(row).set_axis(["ticket", "at", "actor"], axis=1)
    texts = pd.DataFrame(
        {"kind": at.take(position), "before": None, "after": values[row, position]}, index=facts.index
    )
    texts.loc[position == 0, "after"] = None
    return facts.assign(
        **texts.astype("str"), history=-1, position=position, ref=facts["ticket"] + "/created", bulk=False
    )


def _ends(
    documents: JiraDocuments, rows: pd.DataFrame, lifecycles: pd.DataFrame, source: str
) -> pd.DataFrame:
    """Give tickets that are gone: when that was noticed, and never before what is known of them."""
    stored = set(lifecycles["ticket"])
    gone = [body for body in documents.gone if f"{source}:{body['issue']}" in stored]
    if not gone:
        return rows.iloc[:0]
    items = [
        Item(f"{source}:{issue}", None, LAST, 0, "delete", None, how, None, f"gone {issue}")
        for issue, how in ((body["issue"], body["how"]) for body in gone)
    ]
    ends = _items(items, instants([body["noticed"] for body in gone]))
    last = rows.groupby("ticket")["at"].max().reindex(ends["ticket"]).set_axis(ends.index)
    return ends.assign(at=ends["at"].where(ends["at"] > last, last))


def _events(rows: list[pd.DataFrame], source: str) -> pd.DataFrame:
    """Give EVENTS with ties ranked; it uses the rows up."""
    timed = pd.concat(rows, ignore_index=True)
    rows.clear()
    of_field = timed["kind"].str.startswith(HOLDER)
    timed["field"] = timed["kind"].where(of_field).str.removeprefix(HOLDER)
    timed["kind"] = timed["kind"].mask(of_field, HOLDER.strip())
    words = dict.fromkeys(("ticket", "before", "after", "actor"), "category")
    timed = timed.astype(words).sort_values(ORDER, kind="stable", ignore_index=True)
    timed["seq"] = timed.groupby(["ticket", "at"], observed=True).cumcount()
    return sorted_events(conform(timed.assign(source=source), EVENTS))


class _Names:
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
