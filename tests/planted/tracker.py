"""What would a tracker have written down, and what does ``vsm`` make of it?"""

from datetime import UTC, datetime
from random import Random
from typing import Final

import pandas as pd

from tests.planted.books import Lapse
from tests.planted.office import CLOSES, HOUR, OPENS
from tests.planted.simulation import DEVELOPERS, LEAD, OPS, SUPPLIER, TESTERS, Company, Fact
from vsm.config import parse_workflow
from vsm.eventlog.log import Log, sorted_events
from vsm.from_log import stream_from_log
from vsm.stream import ValueStream
from vsm.tables import EVENTS, NAMES, TICKETS, conform

# stage, kind, what else vsm.toml says of it
STAGES: Final = (
    ("Inbox", "queue", ""),
    ("Build", "work", 'team = "build"'),
    ("Customer", "external", ""),
    ("To check", "queue", 'team = "check"'),
    ("Check", "work", 'team = "check"'),
    ("Release", "queue", 'team = "ops"\nbatch = true'),
    ("Done", "done", ""),
)
STATUS: Final = {name: f"jira:{number}" for number, (name, *_) in enumerate(STAGES, start=1)}
TEAMS: Final = {"build": DEVELOPERS, "check": TESTERS, "ops": (OPS,)}
EVERYBODY: Final = (*DEVELOPERS, *TESTERS, OPS, LEAD, SUPPLIER)


def workflow_of(company: Company) -> str:
    """Write the vsm.toml that describes the company truly."""
    stages = [
        f'[[stage]]\nname = "{name}"\nkind = "{kind}"\nstatuses = ["{STATUS[name]}"]\n{more}'
        for name, kind, more in STAGES
    ]
    teams = [
        f'[[team]]\nname = "{team}"\ncalendar = "office"\nmembers = {list(who)}'.replace("'", '"')
        for team, who in TEAMS.items()
    ]
    office = (
        f'[[calendar]]\nname = "office"\nzone = "{company.office.zone.key}"\n'
        f'days = ["mon", "tue", "wed", "thu", "fri"]\nhours = ["{OPENS:02}:00-{CLOSES:02}:00"]'
    )
    return "\n\n".join(['[stream]\nname = "planted"\ncalendar = "office"', *stages, *teams, office])


def log_of(company: Company, *, careless: float = 0.0) -> Log:
    """Write down what the tracker saw: facts in the order in which they happened, accounts for people.

    Of that share of tickets nobody writes down that they are blocked, nor whose turn it is until they are taken.
    """
    draw = Random(0)
    untold = {
        ticket for ticket in sorted({fact.ticket for fact in company.facts}) if draw.random() < careless
    }
    told = [
        entry for entry in enumerate(company.facts) if not (entry[1].ticket in untold and _extra(entry[1]))
    ]
    facts = sorted(told, key=lambda entry: (entry[1].ticket, entry[1].at, entry[0]))
    rows = [
        {
            "ticket": f"jira:{fact.ticket}",
            "at": _instant(fact.at),
            "kind": fact.kind,
            "before": _value(fact.kind, fact.before),
            "after": _value(fact.kind, fact.after),
            "actor": f"jira:{fact.actor}",
            "source": "jira",
            "ref": str(number),
            "seq": position,
            "bulk": False,
        }
        for position, (number, fact) in enumerate(facts)
    ]
    events = sorted_events(conform(pd.DataFrame(rows), EVENTS))
    born = events[events["kind"] == "created"]
    tickets = pd.DataFrame({"ticket": born["ticket"].astype("str"), "created": born["at"]})
    tickets["key"] = "ABC-" + tickets["ticket"].str.removeprefix("jira:")
    statuses = [{"kind": "status", "id": status, "name": name} for name, status in STATUS.items()]
    accounts = [{"kind": "account", "id": f"jira:{name}", "name": name} for name in EVERYBODY]
    names = conform(pd.DataFrame([*statuses, *accounts]), NAMES)
    return Log(tickets=conform(tickets.reset_index(drop=True), TICKETS), events=events, names=names)


def _extra(fact: Fact) -> bool:
    return fact.kind in ("flag", "link") or (fact.kind == "assignee" and fact.actor != fact.after)


def _instant(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _value(kind: str, value: str | None) -> str | None:
    if value is None:
        return None
    return {"status": STATUS.get(value, value), "assignee": f"jira:{value}"}.get(kind, value)


def stream_of(company: Company, *, said: str = "", careless: float = 0.0) -> ValueStream:
    """Let ``vsm`` make of the log what it can; ``said`` is what vsm.toml says besides."""
    as_of = pd.Timestamp(max(fact.at for fact in company.facts) + 86_400, unit="s", tz="UTC")
    workflow = parse_workflow(f"{workflow_of(company)}\n{said}")
    return stream_from_log(log_of(company, careless=careless), workflow=workflow, as_of=as_of)


def judged(stream: ValueStream) -> dict[str, Lapse]:
    """Sum what ``vsm`` says of each cause, without clean-up, as the books sum theirs."""
    pieces = stream.waits[~stream.waits["bulk"]]
    hours = pieces[["elapsed", "working"]].apply(lambda spans: spans.dt.total_seconds() / HOUR)
    sums = hours.groupby(pieces["cause"].astype("str")).sum()
    return {str(row.Index): Lapse(row.elapsed, row.working) for row in sums.itertuples()}
