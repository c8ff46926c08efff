"""Jira's REST bodies become tickets, events, names and notes.

The changelog holds changes only, so the first state of status, assignee, priority, sprint, parent,
team and flag is worked out: the first change's ``from``, else today's value, from creation on. So are
links that are there though no change made them.
Histories are sorted by instant, then history id, then position: Jira's own order differs by product and
ids do not follow time in imports.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import pandas as pd

from vsm.bodies import Issue
from vsm.eventlog.fields import AMOUNTS, amount, check_amounts, instants, joined
from vsm.eventlog.jira_checks import check_categories, check_changelogs, check_gone
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
from vsm.eventlog.jira_site import JiraDocuments, custom_value, sort_documents
from vsm.eventlog.links import links_without_history
from vsm.eventlog.log import Log, quality_from_notes, sorted_events
from vsm.people import mailboxes_of
from vsm.tables import EVENTS, NAMES, TICKETS, TOUCH_KINDS, conform, empty

States = dict[str, str | None]

STATES: Final = ("status", "assignee", "priority", "resolution", "sprint", "parent", "team", "flag")
ORDER: Final = ["ticket", "at", "history", "position"]
LAST: Final = 2**62
"""Ranks behind every history of its instant."""


def log_from_jira(bodies: Iterable[object], *, source: str = "jira", mail_key: bytes | None = None) -> Log:
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
    documents = sort_documents(bodies, source=source)
    if not documents.issues:
        names = _names(documents, [], source, mail_key)
        return Log(names=names, quality=quality_from_notes(documents.notes))
    changes = _changes(documents, source)
    moves = changes[changes["kind"] == "status"]
    entered = pd.concat([moves["before"], moves["after"]]).dropna().unique()
    renamed = changes[changes["kind"] == "move"].dropna(subset=["before"])
    ids = dict(zip(renamed["before"], renamed["ticket"], strict=True))
    ids |= {body["key"]: f"{source}:{body['id']}" for body in documents.issues}
    now: dict[str, States] = {
        f"{source}:{body['id']}": {kind: _now(body, kind, documents.roles, ids, source) for kind in STATES}
        for body in documents.issues
    }
    lifecycles = _lives(documents, changes, now, source)
    linked = links_without_history(documents.issues, changes, lifecycles=lifecycles, ids=ids, source=source)
    firsts = pd.DataFrame([*_first_states(changes, lifecycles, now), *linked], columns=list(Item._fields))
    rows = pd.concat([firsts, changes])
    ends = _ends(documents, rows, source)
    names = _names(documents, entered, source, mail_key)
    notes = [
        *documents.notes,
        *check_changelogs(documents.issues, changes, lifecycles, source=source),
        *check_gone(ends, lifecycles, source=source),
        *check_categories(documents.issues, names, source=source),
        *check_amounts(_amounts(documents, source), source=source),
    ]
    return Log(
        tickets=conform(lifecycles.assign(created=lifecycles["start"]), TICKETS),
        events=_events(pd.concat([rows, ends]), source),
        names=names,
        quality=quality_from_notes(notes),
    )


def _changes(documents: JiraDocuments, source: str) -> pd.DataFrame:
    """Give all recorded facts by ticket and time."""
    items = list[Item]()
    for body in documents.issues:
        items += history_items(body, source=source, roles=documents.roles)
        items += touch_items(body, source=source)
    rows = pd.DataFrame(items, columns=list(Item._fields))
    rows["at"] = instants(list(rows["at"]))
    return rows.sort_values(ORDER, kind="stable", ignore_index=True)


def _lives(
    documents: JiraDocuments, changes: pd.DataFrame, now: Mapping[str, States], source: str
) -> pd.DataFrame:
    """Describe each ticket; ``start`` is the earlier of creation and first change (imports differ).

    A worklog may be dated long before, by a slip of the hand; touches move no beginning.
    """
    rows = pd.DataFrame([_ticket(body, documents.roles, now, source) for body in documents.issues])
    rows["created"] = instants(list(rows["created"]))
    rows["resolved"] = instants(list(rows["resolved"]))
    changed = changes[~changes["kind"].isin(TOUCH_KINDS)]
    earliest = changed.groupby("ticket")["at"].min().reindex(rows["ticket"]).set_axis(rows.index)
    rows["start"] = rows["created"].where(~(earliest < rows["created"]), earliest)
    return rows


def _ticket(body: Issue, roles: Mapping[str, str], now: Mapping[str, States], source: str) -> dict[str, Any]:
    fields, ticket = body["fields"], f"{source}:{body['id']}"
    site = (body.get("self") or "").partition("/rest/")
    return {
        "ticket": ticket,
        "key": body["key"],
        "project": (fields.get("project") or {}).get("key") or body["key"].rpartition("-")[0],
        "type": (fields.get("issuetype") or {}).get("name"),
        "priority": (fields.get("priority") or {}).get("name"),
        "summary": fields.get("summary"),
        "components": joined(part.get("name") for part in fields.get("components") or ()),
        "labels": joined(fields.get("labels") or ()),
        "created": fields["created"],
        "resolved": fields.get("resolutiondate"),
        "resolution": (fields.get("resolution") or {}).get("name"),
        "url": f"{site[0]}/browse/{body['key']}" if site[1] else None,
        "creator": account(source, fields.get("creator")) or account(source, fields.get("reporter")),
        "parent": now[ticket]["parent"],
        "objective": custom_value(fields, "objective", roles=roles, source=source),
        **{word: amount(custom_value(fields, word, roles=roles, source=source)) for word in AMOUNTS},
    }


def _amounts(documents: JiraDocuments, source: str) -> Iterator[tuple[str, str, States]]:
    roles = documents.roles
    for body in documents.issues:
        texts = {word: custom_value(body["fields"], word, roles=roles, source=source) for word in AMOUNTS}
        yield f"{source}:{body['id']}", body["key"], texts


def _now(body: Issue, kind: str, roles: Mapping[str, str], ids: Mapping[str, str], source: str) -> str | None:
    """Give today's value of a state, for where no change says what it was; keys become tickets by ``ids``."""
    fields = body["fields"]
    match kind:
        case "status":
            return status_id(body, source=source)
        case "assignee":
            return account(source, fields.get("assignee"))
        case "priority" | "resolution":
            return (fields.get(kind) or {}).get("name")
        case "parent" if parent := (fields.get("parent") or {}).get("id"):
            return f"{source}:{parent}"
    value = custom_value(fields, kind, roles=roles, source=source) if roles else None
    return ids.get(value or "") if kind == "parent" else value


def _first_states(changes: pd.DataFrame, lifecycles: pd.DataFrame, now: Mapping[str, States]) -> list[Item]:
    """Give what the changelog lacks: each ticket's creation and its state at that instant.

    A first status change from nothing is taken to have been made at once: a ticket is always somewhere.
    """
    stated = changes[changes["kind"].isin(STATES)].drop_duplicates(["ticket", "kind"])
    halves = (stated["kind"] == "status") & stated["before"].isna()
    first_values = stated["before"].mask(halves, stated["after"])
    first_of = first_values.set_axis(pd.MultiIndex.from_frame(stated[["ticket", "kind"]])).to_dict()
    items = []
    for ticket, start, creator in zip(
        lifecycles["ticket"], lifecycles["start"], lifecycles["creator"], strict=True
    ):
        values = {kind: first_of.get((ticket, kind), now[ticket][kind]) for kind in STATES}
        facts = [
            ("created", None),
            *((kind, value) for kind, value in values.items() if isinstance(value, str)),
        ]
        for position, (kind, after) in enumerate(facts):
            items.append(Item(ticket, start, -1, position, kind, None, after, creator, f"{ticket}/created"))
    return items


def _ends(documents: JiraDocuments, rows: pd.DataFrame, source: str) -> pd.DataFrame:
    """Give tickets that are gone: when that was noticed, and never before what is known of them."""
    stored = {body["id"] for body in documents.issues}
    gone = [body for body in documents.gone if body["issue"] in stored]
    items = []
    for body in gone:
        issue, how = body["issue"], body["how"]
        items.append(Item(f"{source}:{issue}", None, LAST, 0, "delete", None, how, None, f"gone {issue}"))
    ends = pd.DataFrame(items, columns=list(Item._fields))
    noticed = pd.Series(instants([body["noticed"] for body in gone]))
    last = rows.groupby("ticket")["at"].max().reindex(ends["ticket"]).set_axis(ends.index)
    return ends.assign(at=noticed.where(noticed > last, last))


def _events(rows: pd.DataFrame, source: str) -> pd.DataFrame:
    """Give EVENTS with ties ranked."""
    timed = rows.sort_values(ORDER, kind="stable", ignore_index=True)
    timed["seq"] = timed.groupby(["ticket", "at"]).cumcount()
    return sorted_events(conform(timed.assign(source=source), EVENTS))


def _category(status: Json) -> str | None:
    return CATEGORIES.get(status.get("category") or "")


def _names(
    documents: JiraDocuments, entered: Iterable[str], source: str, mail_key: bytes | None
) -> pd.DataFrame:
    """Give names and when they were seen; a status that is named nowhere is called by its id.

    Its category is what the site's own list says, else the issue that was updated last.
    """
    borne = [name for body in documents.issues for name in names_in(body, source=source)]
    borne += [
        ("status", f"{source}:{body['id']}", body["name"], _category(body), None)
        for body in documents.statuses
    ]
    named = {bearer for _, bearer, *_ in borne}
    borne += [("status", status, status, None, None) for status in entered if status not in named]
    rows = pd.DataFrame(borne, columns=["kind", "id", "name", "category", "at"])
    if rows.empty:
        return empty(NAMES)
    rows["at"] = instants(list(rows["at"]))
    said = rows.dropna(subset=["category"]).sort_values("at", kind="stable", na_position="first")
    latest = dict(zip(said["id"], said["category"], strict=True))
    latest |= {f"{source}:{body['id']}": kind for body in documents.statuses if (kind := _category(body))}
    rows["category"] = rows["id"].map(latest)
    grouped = rows.groupby(["kind", "id", "name"], sort=True)
    spans = grouped.agg(category=("category", "first"), first=("at", "min"), last=("at", "max"))
    boxes = dict[str, str]()
    if mail_key:
        used = {pair for body in documents.issues for pair in addresses_in(body, source=source)}
        boxes = mailboxes_of(used, key=mail_key)
    return conform(spans.reset_index().assign(mailbox=lambda names: names["id"].map(boxes)), NAMES)
