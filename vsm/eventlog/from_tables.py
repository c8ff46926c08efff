"""Tables that people and tools export: the steps of another tracker's tickets."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import pandas as pd

from vsm.eventlog.activities import Activities, steps_of
from vsm.eventlog.fields import AMOUNTS, JOINT, amount, check_amounts, instants, joined, resolution
from vsm.eventlog.log import Log, QualityNote, quality_from_notes, sorted_events
from vsm.tables import EVENTS, NAMES, STAGE_KINDS, TICKETS, conform

Json = Mapping[str, Any]
SEVERAL: Final = 5
"""Tickets of which it is no accident that none has a second row."""


def log_from_table(documents: Iterable[Json], *, source: str) -> Log:
    """Give the log of a table of steps: from the instant of each row on, the ticket has its status.

    Parameters
    ----------
    documents
        As ``vsm.sources.table_file`` reads them: one document per ticket with ``rows`` by time.
    source
        Such as ``table:helpdesk``; prefix of every id made from the rows.

    Returns
    -------
    Log
        Each row is a status event, and an ``assignee`` or ``team`` event where these change; the first
        row creates the ticket. With no actor in the export its holder is taken for the one who moved the
        ticket: in event logs the resource is who did the step. Rows with an ``end`` are activities
        (``vsm.eventlog.activities``). A status is of the kind that its rows name; activities are work. The
        last row gave a ticket its resolution. Several components or labels in one cell are separated by
        semicolons.

    Examples
    --------
    >>> row = {"line": 2, "at": "2026-01-05T08:00:00Z", "status": "New", "holder": "dev-1", "team": None}
    >>> log = log_from_table([{"ticket": "7", "rows": [row | {"actor": None}]}], source="table:desk")
    >>> log.events["kind"].astype("str").tolist()
    ['created', 'status', 'assignee']
    """
    cases, notes, found = list[dict[str, Any]](), list[QualityNote](), Activities()
    for document in documents:
        if "rows" in document:
            rows = document["rows"]
            cases.append({**document, "rows": steps_of(rows, found) if "end" in rows[0] else rows})
        for bad in document.get("bad_rows", ()):
            detail = f"line {bad['line']} left out: {bad['reason']}"
            notes.append(QualityNote("bad row", "warning", detail, source, None, str(bad["line"])))
        read_as = document.get("notes", ())
        notes += [QualityNote("reading of a table", level, detail, source) for level, detail in read_as]
    if not cases:
        return Log(quality=quality_from_notes(notes))
    amounts = [(f"{source}:{case['ticket']}", str(case["ticket"]), case) for case in cases]
    notes += [*check_amounts(amounts, source=source), *_histories(cases, source), *found.notes(source)]
    facts = pd.DataFrame([fact for case in cases for fact in _facts(case, source)])
    facts["at"] = instants(list(facts["at"]))
    facts["seq"] = facts.groupby(["ticket", "at"]).cumcount()
    events = sorted_events(conform(facts.assign(source=source, bulk=False), EVENTS))
    names = _names(facts, source, kinds=_kinds(cases, source, found))
    return Log(_tickets(cases, source), events, names, quality=quality_from_notes(notes))


def _facts(case: Json, source: str) -> Iterator[dict[str, Any]]:
    """Give one ticket's rows as changes of status, holder and team.

    Who does an activity moved the ticket there, and holds it for that; a log of activities records no
    assignees, so that nobody is known to be, or not to be, assigned while a ticket waits.
    """
    ticket, rows_of = f"{source}:{case['ticket']}", Counter[int]()
    state: dict[str, str | None] = {"status": None, "assignee": None, "team": None}
    for number, row in enumerate(case["rows"]):
        actor, line = _id(source, row["actor"] or row["holder"]), row["line"]
        again = f"/{rows_of[line]}" if rows_of[line] else ""
        rows_of[line] += 1
        fact = {"ticket": ticket, "at": row["at"], "actor": actor, "ref": f"{ticket}/{line}{again}"}
        if number == 0:
            yield fact | {"kind": "created", "before": None, "after": None}
        if not row["status"]:
            yield fact | {"kind": "delete", "before": None, "after": "deleted"}
            return
        now = {"status": row["status"], "assignee": row["holder"], "team": row["team"]}
        held_by_mover = (
            "end" in row and _id(source, row["status"]) != state["status"] and not state["assignee"]
        )
        for kind, name in now.items():
            after = name if kind == "team" else _id(source, name)
            if after != state[kind] and not (kind == "assignee" and held_by_mover):
                yield fact | {"kind": kind, "before": state[kind], "after": after}
                state[kind] = after
        if number == len(case["rows"]) - 1 and (named := resolution(case.get("resolution"))):
            yield fact | {"kind": "resolution", "before": None, "after": named}


def _kinds(cases: list[dict[str, Any]], source: str, found: Activities) -> dict[str, str]:
    """Give the kind of each status that a row names; an activity without one is work."""
    known = "work" if found.tickets and found.are_work else None
    steps = (row for case in cases for row in case["rows"] if row["status"])
    return {
        f"{source}:{row['status']}": kind
        for row in steps
        if (kind := row["kind"] if row.get("kind") in STAGE_KINDS else known)
    }


def _histories(cases: list[dict[str, Any]], source: str) -> Iterator[QualityNote]:
    """Note a table in which no ticket has a second row: it may be a list of tickets and no history."""
    if len(cases) >= SEVERAL and all(len(case["rows"]) == 1 for case in cases):
        detail = (
            f"each of its {len(cases)} tickets has one row: without a history each seems to have been "
            "created in the status that it has; export the changes of status instead"
        )
        yield QualityNote("no history", "fault", detail, source)


def _id(source: str, name: object) -> str | None:
    return f"{source}:{name}" if name else None


def _tickets(cases: list[dict[str, Any]], source: str) -> pd.DataFrame:
    rows = pd.DataFrame([dict(case) for case in cases])
    for word in ("components", "labels"):
        rows[word] = [joined((case.get(word) or "").split(JOINT.strip())) for case in cases]
    for word in AMOUNTS:
        rows[word] = [amount(case.get(word)) for case in cases]
    rows["ticket"] = [f"{source}:{case['ticket']}" for case in cases]
    rows["key"] = [str(case["ticket"]) for case in cases]
    rows["created"] = instants([case["rows"][0]["at"] for case in cases])
    return conform(rows, TICKETS)


def _names(facts: pd.DataFrame, source: str, *, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Name statuses and accounts: in an export the name is all there is."""
    entered = facts[["kind", "after", "at"]].replace({"kind": {"assignee": "account"}})
    acted = facts[["actor", "at"]].assign(kind="account").rename(columns={"actor": "id"})
    rows = pd.concat([entered.rename(columns={"after": "id"}), acted]).dropna(subset=["id"])
    rows = rows[rows["kind"].isin(["status", "account"])]
    spans = rows.groupby(["kind", "id"])["at"].agg(first="min", last="max").reset_index()
    category = spans["id"].map(kinds).where(spans["kind"] == "status")
    return conform(spans.assign(name=spans["id"].str.removeprefix(f"{source}:"), category=category), NAMES)
