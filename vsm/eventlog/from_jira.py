"""Jira's REST bodies become tickets, events, names and notes.

The changelog holds changes only, so the first state of status, assignee, priority, sprint, parent,
team and flag is worked out: the first change's ``from``, else today's value, from creation on. So are
links that are there though no change made them.
Histories are sorted by instant, then history id, then position: Jira's own order differs by product and
ids do not follow time in imports.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import pandas as pd

from vsm.bodies import Issue
from vsm.config import HOLDER
from vsm.eventlog.fields import AMOUNTS, amount, check_amounts, instants, joined, resolution
from vsm.eventlog.jira_checks import CHECKS, check_categories, check_changelogs, check_gone
from vsm.eventlog.jira_fields import NO_ROLES
from vsm.eventlog.jira_items import Item, account, history_items, status_id, touch_items
from vsm.eventlog.jira_links import Link, keys_named, links_now, links_without_history
from vsm.eventlog.jira_names import JiraNames
from vsm.eventlog.jira_site import JiraDocuments, custom_value, person_in_field
from vsm.eventlog.links import with_present_keys
from vsm.eventlog.log import (
    Log,
    PutAside,
    QualityNote,
    in_memory,
    quality_from_notes,
    sorted_events,
)
from vsm.eventlog.sprints import sprint_ids
from vsm.eventlog.ticket_keys import Aliases
from vsm.eventlog.units import level_of
from vsm.tables import EVENTS, INSTANT, TICKETS, TOUCH_KINDS, conform

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
LAST: Final = 2**62
"""Ranks behind every history of its instant."""
TOGETHER: Final = 100_000
"""Facts that become tables together, at least: those of whole parts."""


def parts_from_jira(
    bodies: Iterable[object],
    *,
    source: str = "jira",
    mail_key: bytes | None = None,
    aliases: Aliases = None,
    fields: Mapping[str, str] = NO_ROLES,
    aside: PutAside = in_memory,
) -> Iterator[Log]:
    """Give the log of these documents, in parts of whole tickets in their order; names and notes come last.

    What was read of them is put ``aside`` until all are known, and then becomes a part at a time. Of all
    issues together only the links between them are in memory, and the notes.

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
    aside
        Puts facts and tickets of some thousand issues aside, and gives what brings them back.

    Yields
    ------
    Log
        Tickets, events (sorted, none marked bulk but workflow migrations), names and notes. An empty
        input gives empty tables; open tickets are like all others. A ticket that was deleted or hidden
        keeps its events; the last of them is ``delete``, when that was noticed.

    Examples
    --------
    >>> status = {"id": "1", "name": "Open"}
    >>> fields = {"created": "2026-01-05T09:00:00.000+0100", "status": status}
    >>> body = {"id": "7", "key": "AB-1", "fields": fields, "changelog": {"histories": []}}
    >>> log, rest = parts_from_jira([body])
    >>> log.events[["kind", "after"]].astype("str").values.tolist()
    [['created', nan], ['status', 'jira:1']]
    """
    documents = JiraDocuments(bodies, source=source, fields=fields)
    parts, names = list[_Part](), JiraNames()
    for issues in documents.parts():
        parts.append(_part(issues, documents.roles, source=source, aliases=aliases, aside=aside))
        names.add(issues, source, documents.roles)
    for number, part in enumerate(parts):
        later = {ticket for ticket, of in documents.latest.items() if of > number}
        parts[number] = part._replace(later=later)
    others, notes, entered = _Others.of(parts), list[QualityNote](), set[str]()
    for some in _together(parts):
        changes, lifecycles = _joined(some, others.ids)
        kinds = [*STATES, *(name for name in lifecycles.columns if name.startswith(HOLDER))]
        links = [link for ticket in lifecycles["ticket"] for link in others.links.get(ticket, ())]
        lasting = (
            [_items(links, pd.DatetimeIndex([link.at for link in links], dtype=INSTANT))] if links else []
        )
        rows = pd.concat([_first_states(changes, lifecycles, kinds), *lasting, changes], ignore_index=True)
        ends = _ends(documents, rows, lifecycles, source)
        notes += check_changelogs(changes, lifecycles, source=source)
        notes += check_gone(ends, lifecycles, source=source)
        notes += check_amounts(_amounts(lifecycles), source=source)
        moves = changes[changes["kind"] == "status"]
        entered.update(pd.concat([moves["before"], moves["after"]]).dropna().unique())
        del changes, moves
        tickets = conform(lifecycles.assign(created=lifecycles["start"]), TICKETS)
        yield Log(tickets=tickets, events=_events([rows, ends], source))
    named = names.table(documents.statuses, sorted(entered), source, mail_key)
    notes.sort(key=lambda note: CHECKS.index(note.check))
    of_names = check_categories(names.categories(), named, source=source)
    yield Log(names=named, quality=quality_from_notes([*documents.notes, *notes, *of_names]))


class _Part(NamedTuple):
    """What was read from some issues: recorded facts and tickets as they are now, which were put aside.

    ``rows`` are how many facts, ``links`` those that they show, ``said`` facts about links and former keys,
    ``named`` the keys in any of these and of parents, ``later`` the tickets of which a later part has another
    body, that counts.
    """

    changes: Callable[[], pd.DataFrame]
    tickets: Callable[[], pd.DataFrame]
    rows: int
    links: list[Link]
    said: pd.DataFrame
    named: set[str]
    later: set[str]


def _part(
    issues: list[Issue], roles: Mapping[str, str], *, source: str, aliases: Aliases, aside: PutAside
) -> _Part:
    items = list[Item]()
    for body in issues:
        items += history_items(body, source=source, roles=roles)
        items += touch_items(body, source=source)
    rows = [_ticket(body, roles, source) for body in issues]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    tickets = _frame(columns | {name: instants(columns[name]) for name in ("created", "resolved")})
    changes = _items(items, instants([item.at for item in items]))
    changes = with_present_keys(changes.sort_values(ORDER, kind="stable", ignore_index=True), aliases=aliases)
    links = [link for body in issues for link in links_now(body, source=source)]
    said = changes.loc[changes["kind"].isin(["link", "move"]), ["ticket", "kind", "before", "after"]]
    named = {*tickets["parent_key"].dropna(), *(link.key for link in links)}
    named |= keys_named(said[said["kind"] == "link"])
    return _Part(
        aside(changes), aside(_with_start(tickets, changes)), len(changes), links, said, named, set()
    )


def _with_start(tickets: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Give each ticket its ``start``: the earlier of creation and first change.

    Imports differ in these. A worklog may be dated long before, by a slip of the hand; touches move no
    beginning.
    """
    changed = changes[~changes["kind"].isin(TOUCH_KINDS)]
    earliest = changed.groupby("ticket")["at"].min().reindex(tickets["ticket"]).set_axis(tickets.index)
    return tickets.assign(start=tickets["created"].where(~(earliest < tickets["created"]), earliest))


class _Others(NamedTuple):
    """What a ticket has to know of others: whose keys are, and which links no changelog mentions."""

    ids: dict[str, str]
    links: dict[str, list[Item]]

    @classmethod
    def of(cls, parts: list[_Part]) -> "_Others":
        named = set[str]().union(*(part.named for part in parts))
        if not named:
            return cls({}, {})
        said = pd.concat([part.said[~part.said["ticket"].isin(part.later)] for part in parts])
        links = [link for part in parts for link in part.links if link.ticket not in part.later]
        moved = said[(said["kind"] == "move") & said["before"].isin(named)]
        ids, start = dict(zip(moved["before"], moved["ticket"], strict=True)), dict[str, pd.Timestamp]()
        linked = {*ids.values(), *(link.ticket for link in links)}
        for part in parts:
            tickets = part.tickets()
            tickets = tickets[~tickets["ticket"].isin(part.later)]
            mine = tickets[tickets["key"].isin(named) | tickets["ticket"].isin(linked)]
            ids |= zip(mine["key"], mine["ticket"], strict=True)
            start |= zip(mine["ticket"], mine["start"], strict=True)
        found: dict[str, list[Item]] = {}
        for item in links_without_history(links, said[said["kind"] == "link"], start=start, ids=ids):
            found.setdefault(item.ticket, []).append(item)
        return cls(ids, found)


def _items(items: list[Item], at: pd.DatetimeIndex) -> pd.DataFrame:
    columns = zip(*items, strict=True) if items else [()] * len(Item._fields)
    return _frame(dict(zip(Item._fields, columns, strict=True)) | {"at": at})


def _frame(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Make a frame column by column: pandas takes a quarter of the time that it takes for rows."""
    arrays = {name: pd.array(values, dtype=TYPES.get(name, "str")) for name, values in columns.items()}
    return pd.DataFrame(arrays, copy=False)


def _together(parts: list[_Part]) -> Iterator[list[_Part]]:
    some, rows = list[_Part](), 0
    for part in parts:
        some.append(part)
        rows += part.rows
        if rows >= TOGETHER:
            yield some
            some, rows = [], 0
    if some:
        yield some


def _joined(parts: list[_Part], ids: Mapping[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Join parts, without what an issue's later body replaced; parents by ``ids``."""
    changes, lifecycles = (
        pd.concat([rows[~rows["ticket"].isin(part.later)] for part, rows in several], ignore_index=True)
        for several in (
            [(part, part.changes()) for part in parts],
            [(part, part.tickets()) for part in parts],
        )
    )
    parent = lifecycles["parent"].fillna(lifecycles["parent_key"].map(ids).astype("str"))
    return changes, lifecycles.assign(parent=parent)


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
