"""What does another tracker's export say? One row is one step: from this instant on, this status."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from vsm.eventlog.about_tickets import AMOUNTS, JOINT, amount, check_amounts, joined
from vsm.eventlog.instants import instants
from vsm.eventlog.log import Log, sorted_events
from vsm.eventlog.quality import QualityNote, quality_from_notes
from vsm.tables import EVENTS, NAMES, TICKETS, conform

Json = Mapping[str, Any]


def log_from_table(documents: Iterable[Json], *, source: str) -> Log:
    """What do these rows tell?

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
    known = list(documents)
    cases = [d for d in known if "rows" in d]
    doubts = [
        QualityNote(
            "bad row",
            "warning",
            f"line {bad['line']} left out: {bad['reason']}",
            source,
            None,
            str(bad["line"]),
        )
        for d in known
        for bad in d.get("bad_rows", ())
    ]
    if not cases:
        return Log(quality=quality_from_notes(doubts))
    amounts = [(f"{source}:{case['ticket']}", str(case["ticket"]), case) for case in cases]
    doubts += check_amounts(amounts, source=source)
    facts = pd.DataFrame([fact for case in cases for fact in _facts(case, source)])
    facts["at"] = instants(list(facts["at"]))
    facts["seq"] = facts.groupby(["ticket", "at"]).cumcount()
    events = sorted_events(conform(facts.assign(source=source, bulk=False), EVENTS))
    return Log(_tickets(cases, source), events, _names(facts, source), quality=quality_from_notes(doubts))


def _facts(case: Json, source: str) -> Iterator[dict[str, Any]]:
    """Tell one ticket's rows as changes of status, holder and team."""
    ticket = f"{source}:{case['ticket']}"
    state: dict[str, str | None] = {"status": None, "assignee": None, "team": None}
    for place, row in enumerate(case["rows"]):
        actor = _id(source, row["actor"] or row["holder"])
        fact = {"ticket": ticket, "at": row["at"], "actor": actor, "ref": f"{ticket}/{row['line']}"}
        if place == 0:
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
    rows = [
        dict(case)
        | {
            "ticket": f"{source}:{case['ticket']}",
            "key": str(case["ticket"]),
            "created": case["rows"][0]["at"],
        }
        | {word: joined((case.get(word) or "").split(JOINT.strip())) for word in ("components", "labels")}
        | {word: amount(case.get(word)) for word in AMOUNTS}
        for case in cases
    ]
    frame = pd.DataFrame(rows)
    return conform(frame.assign(created=instants(list(frame["created"]))), TICKETS)


def _names(facts: pd.DataFrame, source: str) -> pd.DataFrame:
    """Name statuses and accounts: in an export the name is all there is."""
    seen = [
        facts[["kind", "after", "at"]]
        .replace({"kind": {"assignee": "account"}})
        .set_axis(["kind", "id", "at"], axis=1),
        facts[["actor", "at"]].assign(kind="account").rename(columns={"actor": "id"}),
    ]
    rows = pd.concat(seen).dropna(subset=["id"])
    rows = rows[rows["kind"].isin(["status", "account"])]
    spans = rows.groupby(["kind", "id"])["at"].agg(first="min", last="max").reset_index()
    return conform(spans.assign(name=spans["id"].str.removeprefix(f"{source}:")), NAMES)
