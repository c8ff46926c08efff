"""Tables that people and tools export: the steps of another tracker's tickets."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from vsm.eventlog.fields import AMOUNTS, JOINT, amount, check_amounts, instants, joined
from vsm.eventlog.log import Log, QualityNote, quality_from_notes, sorted_events
from vsm.tables import EVENTS, NAMES, TICKETS, conform

Json = Mapping[str, Any]


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
        ticket: in event logs the resource is who did the step. Several components or labels in one cell are
        separated by semicolons.

    Examples
    --------
    >>> row = {"line": 2, "at": "2026-01-05T08:00:00Z", "status": "New", "holder": "dev-1", "team": None}
    >>> log = log_from_table([{"ticket": "7", "rows": [row | {"actor": None}]}], source="table:desk")
    >>> log.events["kind"].astype("str").tolist()
    ['created', 'status', 'assignee']
    """
    cases, notes = list[Json](), list[QualityNote]()
    for document in documents:
        if "rows" in document:
            cases.append(document)
        for bad in document.get("bad_rows", ()):
            detail = f"line {bad['line']} left out: {bad['reason']}"
            notes.append(QualityNote("bad row", "warning", detail, source, None, str(bad["line"])))
    if not cases:
        return Log(quality=quality_from_notes(notes))
    amounts = [(f"{source}:{case['ticket']}", str(case["ticket"]), case) for case in cases]
    notes += check_amounts(amounts, source=source)
    facts = pd.DataFrame([fact for case in cases for fact in _facts(case, source)])
    facts["at"] = instants(list(facts["at"]))
    facts["seq"] = facts.groupby(["ticket", "at"]).cumcount()
    events = sorted_events(conform(facts.assign(source=source, bulk=False), EVENTS))
    return Log(_tickets(cases, source), events, _names(facts, source), quality=quality_from_notes(notes))


def _facts(case: Json, source: str) -> Iterator[dict[str, Any]]:
    """Give one ticket's rows as changes of status, holder and team."""
    ticket = f"{source}:{case['ticket']}"
    state: dict[str, str | None] = {"status": None, "assignee": None, "team": None}
    for number, row in enumerate(case["rows"]):
        actor = _id(source, row["actor"] or row["holder"])
        fact = {"ticket": ticket, "at": row["at"], "actor": actor, "ref": f"{ticket}/{row['line']}"}
        if number == 0:
            yield fact | {"kind": "created", "before": None, "after": None}
        now = {"status": row["status"], "assignee": row["holder"], "team": row["team"]}
        for kind, name in now.items():
            after = name if kind == "team" else _id(source, name)
            if after != state[kind]:
                yield fact | {"kind": kind, "before": state[kind], "after": after}
                state[kind] = after


def _id(source: str, name: object) -> str | None:
    return f"{source}:{name}" if name else None


def _tickets(cases: list[Json], source: str) -> pd.DataFrame:
    rows = pd.DataFrame([dict(case) for case in cases])
    for word in ("components", "labels"):
        rows[word] = [joined((case.get(word) or "").split(JOINT.strip())) for case in cases]
    for word in AMOUNTS:
        rows[word] = [amount(case.get(word)) for case in cases]
    rows["ticket"] = [f"{source}:{case['ticket']}" for case in cases]
    rows["key"] = [str(case["ticket"]) for case in cases]
    rows["created"] = instants([case["rows"][0]["at"] for case in cases])
    return conform(rows, TICKETS)


def _names(facts: pd.DataFrame, source: str) -> pd.DataFrame:
    """Name statuses and accounts: in an export the name is all there is."""
    entered = facts[["kind", "after", "at"]].replace({"kind": {"assignee": "account"}})
    acted = facts[["actor", "at"]].assign(kind="account").rename(columns={"actor": "id"})
    rows = pd.concat([entered.rename(columns={"after": "id"}), acted]).dropna(subset=["id"])
    rows = rows[rows["kind"].isin(["status", "account"])]
    spans = rows.groupby(["kind", "id"])["at"].agg(first="min", last="max").reset_index()
    return conform(spans.assign(name=spans["id"].str.removeprefix(f"{source}:")), NAMES)
