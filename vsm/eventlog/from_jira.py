"""What happened to every issue? Jira's REST bodies become tickets, events, names and doubts.

The changelog tells changes only, so the first state of status, assignee, priority, sprint, parent,
team and flag is worked out: the first change's ``from``, else today's value, from creation on.
Histories are sorted by instant, then history id, then place: Jira's own order differs by product and
ids do not follow time in imports.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, cast

import pandas as pd

from vsm.eventlog.instants import instants
from vsm.eventlog.jira_doubts import doubts_about_changelogs
from vsm.eventlog.jira_items import Item, Json, account, history_items, names_in, status_id, touch_items
from vsm.eventlog.log import Log, sorted_events
from vsm.eventlog.quality import quality_from_doubts
from vsm.tables import EVENTS, NAMES, TICKETS, conform

STATES: Final = ("status", "assignee", "priority", "sprint", "parent", "team", "flag")


def log_from_jira(bodies: Iterable[Json], *, source: str = "jira") -> Log:
    """What do these issue bodies tell?

    Parameters
    ----------
    bodies
        REST v2 or v3 issue bodies with ``changelog``; a body may appear once.
    source
        Prefix of every id made from them: ``jira:10023``.

    Returns
    -------
    Log
        Tickets, events (sorted, none marked bulk but workflow migrations), names and doubts. An empty
        input gives empty tables; open tickets are like all others.

    Examples
    --------
    >>> status = {"id": "1", "name": "Open"}
    >>> fields = {"created": "2026-01-05T09:00:00.000+0100", "status": status}
    >>> log = log_from_jira([{"id": "7", "key": "AB-1", "fields": fields, "changelog": {"histories": []}}])
    >>> log.events[["kind", "after"]].astype("str").values.tolist()
    [['created', nan], ['status', 'jira:1']]
    """
    known = [body for body in bodies if "key" in body]
    if not known:
        return Log()
    changes = _changes(known, source)
    lives = _lives(known, changes, source)
    events = _events(pd.concat([_first_states(known, changes, lives, source), changes]), source)
    doubts = doubts_about_changelogs(known, changes, lives, source=source)
    tickets = conform(lives.assign(created=lives["start"]), TICKETS)
    return Log(tickets, events, _names(known, source), quality=quality_from_doubts(doubts))


def _changes(bodies: list[Json], source: str) -> pd.DataFrame:
    """Lay all recorded facts out by ticket and time; rows without a readable instant keep NaT."""
    items = [i for b in bodies for reader in (history_items, touch_items) for i in reader(b, source=source)]
    rows = pd.DataFrame(items, columns=list(Item._fields))
    rows["at"] = instants(list(rows["at"]))
    return rows.sort_values(["ticket", "at", "history", "place"], kind="stable", ignore_index=True)


def _lives(bodies: list[Json], changes: pd.DataFrame, source: str) -> pd.DataFrame:
    """Describe each ticket; ``start`` is the earlier of creation and first event (imports differ)."""
    rows = pd.DataFrame([_ticket(body, source) for body in bodies]).drop_duplicates("ticket", keep="last")
    rows["created"] = instants(list(rows["created"]))
    rows["resolved"] = instants(list(rows["resolved"]))
    earliest = changes.groupby("ticket")["at"].min().reindex(rows["ticket"]).set_axis(rows.index)
    rows["start"] = rows["created"].where(~(earliest < rows["created"]), earliest)
    return rows.reset_index(drop=True)


def _ticket(body: Json, source: str) -> dict[str, Any]:
    fields = body["fields"]
    parent = fields.get("parent") or {}
    site = str(body.get("self", "")).partition("/rest/")
    return {
        "ticket": f"{source}:{body['id']}",
        "key": body["key"],
        "project": (fields.get("project") or {}).get("key") or str(body["key"]).rpartition("-")[0],
        "type": (fields.get("issuetype") or {}).get("name"),
        "priority": (fields.get("priority") or {}).get("name"),
        "summary": fields.get("summary"),
        "parent": f"{source}:{parent['id']}" if parent.get("id") else None,
        "created": fields["created"],
        "resolved": fields.get("resolutiondate"),
        "url": f"{site[0]}/browse/{body['key']}" if site[1] else None,
        "creator": account(source, fields.get("creator")) or account(source, fields.get("reporter")),
    }


def _now(body: Json, kind: str, source: str) -> str | None:
    """Read today's value of a state, where no change tells what it was."""
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
    return None


def _first_states(
    bodies: list[Json], changes: pd.DataFrame, lives: pd.DataFrame, source: str
) -> pd.DataFrame:
    """Say what the changelog does not: each ticket's creation and its state at that instant.

    A first status change from nothing is taken to have been made at once: a ticket is always somewhere.
    """
    stated = changes[changes["kind"].isin(STATES)].drop_duplicates(["ticket", "kind"])
    halves = (stated["kind"] == "status") & stated["before"].isna()
    told = stated["before"].mask(halves, stated["after"])
    before = told.set_axis(pd.MultiIndex.from_frame(stated[["ticket", "kind"]])).to_dict()
    body_of = {f"{source}:{body['id']}": body for body in bodies}
    rows = [
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
        for place, (kind, after) in enumerate(_at_creation(body_of[row["ticket"]], before, source))
    ]
    return pd.DataFrame(rows, columns=list(Item._fields))


def _at_creation(body: Json, before: dict[Any, Any], source: str) -> Iterator[tuple[str, str | None]]:
    ticket = f"{source}:{body['id']}"
    yield "created", None
    for kind in STATES:
        changed = (ticket, kind) in before
        first = before[ticket, kind] if changed else _now(body, kind, source)
        if isinstance(first, str):
            yield kind, first


def _events(rows: pd.DataFrame, source: str) -> pd.DataFrame:
    """Rank ties and give the rows the shape of EVENTS; unreadable instants were told as doubts."""
    order = ["ticket", "at", "history", "place"]
    timed = rows[rows["at"].notna()].sort_values(order, kind="stable", ignore_index=True)
    timed["seq"] = timed.groupby(["ticket", "at"]).cumcount()
    return sorted_events(conform(timed.assign(source=source), EVENTS))


def _names(bodies: list[Json], source: str) -> pd.DataFrame:
    columns = ["kind", "id", "name", "category", "at"]
    rows = pd.DataFrame([n for b in bodies for n in names_in(b, source=source)], columns=columns)
    rows["at"] = instants(list(rows["at"]))
    grouped = rows.groupby(["kind", "id", "name"], sort=True)
    spans = grouped.agg(category=("category", "first"), first=("at", "min"), last=("at", "max"))
    return conform(spans.reset_index(), NAMES)
