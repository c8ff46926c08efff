"""What happened to every issue? Jira's REST bodies become tickets, events, names and doubts.

The changelog tells changes only, so the first state of status, assignee, priority, sprint, parent,
team and flag is worked out: the first change's ``from``, else today's value, from creation on. So are
links that are there though no change made them.
Histories are sorted by instant, then history id, then place: Jira's own order differs by product and
ids do not follow time in imports.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, cast

import pandas as pd

from vsm.eventlog.about_tickets import AMOUNTS, amount, check_amounts, joined
from vsm.eventlog.instants import instants
from vsm.eventlog.jira_doubts import check_changelogs, check_gone
from vsm.eventlog.jira_items import (
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
from vsm.eventlog.jira_site import Told, names_of_statuses, told_by
from vsm.eventlog.jira_values import custom_value
from vsm.eventlog.log import Log, sorted_events
from vsm.eventlog.quality import quality_from_notes
from vsm.people import mailboxes_of
from vsm.tables import EVENTS, NAMES, TICKETS, TOUCH_KINDS, conform, empty

States = dict[str, str | None]

STATES: Final = ("status", "assignee", "priority", "sprint", "parent", "team", "flag")
LAST: Final = 2**62
"""Ranks behind every history of its instant."""


def log_from_jira(bodies: Iterable[Json], *, source: str = "jira", mail_key: bytes | None = None) -> Log:
    """What do these issue bodies tell?

    Parameters
    ----------
    bodies
        REST v2 or v3 issue bodies with ``changelog``; a body may appear once. What a live pull learned stands
        among them, with a ``type``: the site's fields, its statuses, which issues are gone.
    source
        Prefix of every id made from them: ``jira:10023``.
    mail_key
        Secret with which mail addresses become digests in NAMES; none without it.

    Returns
    -------
    Log
        Tickets, events (sorted, none marked bulk but workflow migrations), names and doubts. An empty
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
    told = told_by(bodies)
    if not told.issues:
        return Log(names=_names(told, [], source, mail_key))
    changes = _changes(told, source)
    moves = changes[changes["kind"] == "status"]
    names = _names(told, pd.concat([moves["before"], moves["after"]]).dropna().unique(), source, mail_key)
    ids = _ids(told, changes, source)
    now = _states_now(told, ids, source)
    lives = _lives(told, changes, now, source)
    linked = links_without_history(told.issues, changes, lives=lives, ids=ids, source=source)
    firsts = pd.DataFrame([*_first_states(changes, lives, now), *linked], columns=list(Item._fields))
    rows = pd.concat([firsts, changes])
    ends = _ends(told, rows, source)
    doubts = [
        *check_changelogs(told.issues, changes, lives, source=source),
        *check_gone(ends, lives, source=source),
        *check_amounts(_amounts(told, source), source=source),
    ]
    tickets = conform(lives.assign(created=lives["start"]), TICKETS)
    return Log(tickets, _events(pd.concat([rows, ends]), source), names, quality=quality_from_notes(doubts))


def _changes(told: Told, source: str) -> pd.DataFrame:
    """Lay all recorded facts out by ticket and time; rows without a readable instant keep NaT."""
    items = [item for body in told.issues for item in _items(body, told, source)]
    rows = pd.DataFrame(items, columns=list(Item._fields))
    rows["at"] = instants(list(rows["at"]))
    return rows.sort_values(["ticket", "at", "history", "place"], kind="stable", ignore_index=True)


def _items(body: Json, told: Told, source: str) -> Iterator[Item]:
    yield from history_items(body, source=source, roles=told.roles)
    yield from touch_items(body, source=source)


def _lives(told: Told, changes: pd.DataFrame, now: Mapping[str, States], source: str) -> pd.DataFrame:
    """Describe each ticket; ``start`` is the earlier of creation and first change (imports differ).

    A worklog may be dated long before, by a slip of the hand; touches move no beginning.
    """
    described = [_ticket(body, source) | _lies_in(body, told, now, source) for body in told.issues]
    rows = pd.DataFrame(described).drop_duplicates("ticket", keep="last")
    rows["created"] = instants(list(rows["created"]))
    rows["resolved"] = instants(list(rows["resolved"]))
    changed = changes[~changes["kind"].isin(TOUCH_KINDS)]
    earliest = changed.groupby("ticket")["at"].min().reindex(rows["ticket"]).set_axis(rows.index)
    rows["start"] = rows["created"].where(~(earliest < rows["created"]), earliest)
    return rows.reset_index(drop=True)


def _ticket(body: Json, source: str) -> dict[str, Any]:
    fields = body["fields"]
    site = str(body.get("self", "")).partition("/rest/")
    return {
        "ticket": f"{source}:{body['id']}",
        "key": body["key"],
        "project": (fields.get("project") or {}).get("key") or str(body["key"]).rpartition("-")[0],
        "type": (fields.get("issuetype") or {}).get("name"),
        "priority": (fields.get("priority") or {}).get("name"),
        "summary": fields.get("summary"),
        "components": joined(part.get("name") for part in fields.get("components") or ()),
        "labels": joined(fields.get("labels") or ()),
        "created": fields["created"],
        "resolved": fields.get("resolutiondate"),
        "url": f"{site[0]}/browse/{body['key']}" if site[1] else None,
        "creator": account(source, fields.get("creator")) or account(source, fields.get("reporter")),
    }


def _lies_in(body: Json, told: Told, now: Mapping[str, States], source: str) -> dict[str, Any]:
    """Say what larger thing a ticket belongs to: its parent or epic, its objective; and what it is worth."""
    fields = body["fields"]
    objective = custom_value(fields, "objective", roles=told.roles, source=source)
    worth = {word: amount(custom_value(fields, word, roles=told.roles, source=source)) for word in AMOUNTS}
    return worth | {"parent": now[f"{source}:{body['id']}"]["parent"], "objective": objective}


def _amounts(told: Told, source: str) -> Iterator[tuple[str, str, States]]:
    for body in told.issues:
        texts = {
            word: custom_value(body["fields"], word, roles=told.roles, source=source) for word in AMOUNTS
        }
        yield f"{source}:{body['id']}", body["key"], texts


def _ids(told: Told, changes: pd.DataFrame, source: str) -> dict[str, str]:
    """Find the ticket that each key means, former keys too."""
    moves = changes[changes["kind"] == "move"].dropna(subset=["before"])
    ids = dict(zip(moves["before"], moves["ticket"], strict=True))
    return ids | {body["key"]: f"{source}:{body['id']}" for body in told.issues}


def _states_now(told: Told, ids: Mapping[str, str], source: str) -> dict[str, States]:
    """Read today's value of each state of each ticket, where no change tells what it was."""
    return {
        f"{source}:{body['id']}": {kind: _now(body, kind, told, ids, source) for kind in STATES}
        for body in told.issues
    }


def _now(body: Json, kind: str, told: Told, ids: Mapping[str, str], source: str) -> str | None:
    fields = body["fields"]
    match kind:
        case "status":
            return status_id(body, source=source)
        case "assignee":
            return account(source, fields.get("assignee"))
        case "priority":
            return cast("str | None", (fields.get("priority") or {}).get("name"))
        case "parent" if (fields.get("parent") or {}).get("id"):
            return f"{source}:{fields['parent']['id']}"
    held = custom_value(fields, kind, roles=told.roles, source=source) if told.roles else None
    return ids.get(held or "") if kind == "parent" else held


def _first_states(changes: pd.DataFrame, lives: pd.DataFrame, now: Mapping[str, States]) -> list[Item]:
    """Say what the changelog does not: each ticket's creation and its state at that instant.

    A first status change from nothing is taken to have been made at once: a ticket is always somewhere.
    """
    stated = changes[changes["kind"].isin(STATES)].drop_duplicates(["ticket", "kind"])
    halves = (stated["kind"] == "status") & stated["before"].isna()
    told = stated["before"].mask(halves, stated["after"])
    before = told.set_axis(pd.MultiIndex.from_frame(stated[["ticket", "kind"]])).to_dict()
    return [
        Item(
            row["ticket"],
            row["start"],
            -1,
            place,
            kind,
            None,
            after,
            row["creator"],
            f"{row['ticket']}/created",
        )
        for row in lives.to_dict("records")
        for place, (kind, after) in enumerate(_at_creation(row["ticket"], before, now[row["ticket"]]))
    ]


def _at_creation(ticket: str, before: dict[Any, Any], now: States) -> Iterator[tuple[str, str | None]]:
    yield "created", None
    for kind in STATES:
        first = before[ticket, kind] if (ticket, kind) in before else now[kind]
        if isinstance(first, str):
            yield kind, first


def _ends(told: Told, rows: pd.DataFrame, source: str) -> pd.DataFrame:
    """Say which tickets are gone: when that was noticed, and never before what is known of them."""
    stored = {body["id"] for body in told.issues}
    gone = [body for body in told.gone if body["issue"] in stored]
    items = [
        Item(
            f"{source}:{body['issue']}",
            None,
            LAST,
            0,
            "delete",
            None,
            body["how"],
            None,
            f"gone {body['issue']}",
        )
        for body in gone
    ]
    ends = pd.DataFrame(items, columns=list(Item._fields))
    noticed = pd.Series(instants([body["noticed"] for body in gone]))
    last = rows.groupby("ticket")["at"].max().reindex(ends["ticket"]).set_axis(ends.index)
    return ends.assign(at=noticed.where(noticed > last, last))


def _events(rows: pd.DataFrame, source: str) -> pd.DataFrame:
    """Rank ties and give the rows the shape of EVENTS; unreadable instants were told as doubts."""
    order = ["ticket", "at", "history", "place"]
    timed = rows[rows["at"].notna()].sort_values(order, kind="stable", ignore_index=True)
    timed["seq"] = timed.groupby(["ticket", "at"]).cumcount()
    return sorted_events(conform(timed.assign(source=source), EVENTS))


def _names(told: Told, entered: Iterable[str], source: str, mail_key: bytes | None) -> pd.DataFrame:
    """Gather names; a status that was entered and is named nowhere is called by its id."""
    columns = ["kind", "id", "name", "category", "at"]
    borne = [name for body in told.issues for name in names_in(body, source=source)]
    borne += names_of_statuses(told.statuses, source=source)
    named = {known for _, known, *_ in borne}
    borne += [("status", known, known, None, None) for known in entered if known not in named]
    rows = pd.DataFrame(borne, columns=columns)
    if rows.empty:
        return empty(NAMES)
    rows["at"] = instants(list(rows["at"]))
    grouped = rows.groupby(["kind", "id", "name"], sort=True)
    spans = grouped.agg(category=("category", "first"), first=("at", "min"), last=("at", "max"))
    used = {pair for body in told.issues for pair in addresses_in(body, source=source)} if mail_key else set()
    boxes = mailboxes_of(used, key=mail_key or b"")
    return conform(spans.reset_index().assign(mailbox=lambda names: names["id"].map(boxes)), NAMES)
