"""Large logs for the benchmarks: as many events as asked for, kept as EVENTS in the archive's own Parquet.

Eight events a ticket, twelve statuses, 400 people in 20 teams. A larger log lasts longer: people have as much
to do a day in each, so that only the number of events grows.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.eventlog.stages import stages_from_names
from vsm.sources.table_store import save_parts
from vsm.tables import EVENT_KINDS, EVENTS, INSTANT, NAMES, conform
from vsm.workflow import Workflow, parse_workflow

A_TICKET, PEOPLE, TEAMS, STATUSES = 8, 400, 20, 12
A_DAY: Final = 4_000  # events of all people together
BEGIN: Final = pd.Timestamp("2016-01-04", tz="UTC")
DAY: Final = 86_400_000_000
KINDS: Final = ("queue", "work", "queue", "work", "queue", "work", "outside", "work", "queue", "work", "queue", "done")
PART: Final = 16_000  # tickets
STAMP: Final = "generated 1"

# What happens to a ticket after its creation in the first status: moves on (+1) or back (−1), assignments
# and comments. Each pattern has eight events, with the creation and its status.
PATTERNS: Final = (
    ("status", "assignee", "comment", "status", "status", "done"),
    ("assignee", "status", "status", "comment", "status", "status"),
    ("status", "assignee", "status", "status", "back", "done"),
    ("status", "comment", "assignee", "comment", "status", "done"),
)
STEP: Final = {"status": 1, "back": -1, "done": STATUSES}


def team_of() -> dict[str, str]:
    """Which team is each person in?"""
    return {f"person-{number:03}": f"Team {number % TEAMS:02}" for number in range(PEOPLE)}


def workflow() -> Workflow:
    """Twelve stages of one status each; every third queue belongs to a team."""
    sections = []
    for place, kind in enumerate(KINDS):
        team = f'team = "Team {place:02}"' if place % 3 == 0 else ""
        sections.append(f'[[stage]]\nname = "Stage {place:02}"\nkind = "{kind}"\nstatuses = ["jira:{place}"]\n{team}')
    return parse_workflow("\n".join(sections))


def stages() -> pd.DataFrame:
    """Which stage does each status belong to?"""
    names = [{"kind": "status", "id": f"jira:{place}", "name": f"Status {place}"} for place in range(STATUSES)]
    return stages_from_names(conform(pd.DataFrame(names), NAMES), workflow=workflow())


def as_of(events: int) -> pd.Timestamp:
    """When does a log of so many events end? Some tickets are open then."""
    return BEGIN + pd.Timedelta(days=events / A_DAY + 10)


def generated_log(folder: Path, *, events: int, seed: int = 0) -> Path:
    """Where does a log of so many events lie? Made where it is not there yet."""
    path = folder / f"events-{events}-{seed}.parquet"
    if not path.exists():
        save_parts(parts(events, seed=seed), EVENTS, path, stamp=STAMP)
    return path


def parts(events: int, *, seed: int = 0) -> Iterator[pd.DataFrame]:
    """Draw the log, some thousand tickets at a time, in the order of EVENTS."""
    rng = np.random.default_rng(seed)
    tickets = events // A_TICKET
    for first in range(0, tickets, PART):
        yield _part(rng, first, min(PART, tickets - first), days=events / A_DAY)


def _part(rng: np.random.Generator, first: int, tickets: int, *, days: float) -> pd.DataFrame:
    pattern = rng.integers(0, len(PATTERNS), tickets)
    facts = np.array([("created", "first", *rest) for rest in PATTERNS])[pattern]
    step = np.vectorize(lambda fact: STEP.get(fact, 0))(facts[:1]) if False else _steps(facts)
    after = _statuses(step)
    team = rng.integers(0, TEAMS, (tickets, 1))
    people = (rng.integers(0, PEOPLE // TEAMS, facts.shape) * TEAMS + team) % PEOPLE
    strangers = rng.random(facts.shape) < 0.3
    actor = np.where(strangers, rng.integers(0, PEOPLE, facts.shape), people)
    assigned = np.where(rng.random(facts.shape) < 0.5, actor, people)
    status, changes = (facts == "first") | (step != 0), facts == "assignee"
    rows = facts.size
    before = np.where(status & (facts != "first"), after - step, -1)
    said = np.where(status, after, np.where(changes, STATUSES + assigned, -1))
    words = pd.Index([f"jira:{n}" for n in range(STATUSES)] + sorted(team_of()), dtype="str")
    number = np.repeat(np.arange(tickets), A_TICKET)
    kinds = np.where(status, "status", facts).ravel()
    return pd.DataFrame(
        {
            "ticket": _worded(number, pd.Index([f"jira:{n:08}" for n in range(first, first + tickets)])),
            "at": pd.Series(_instants(rng, tickets, days).ravel().view("datetime64[us]")).astype(INSTANT),
            "kind": pd.Categorical(kinds, categories=list(EVENT_KINDS)),
            "before": _worded(before.ravel(), words),
            "after": _worded(said.ravel(), words),
            "actor": _worded(actor.ravel(), pd.Index(sorted(team_of()), dtype="str")),
            "source": _worded(np.zeros(rows, dtype=np.int64), pd.Index(["jira"])),
            "ref": pd.Series(np.arange(first * A_TICKET, first * A_TICKET + rows)).astype("str"),
            "seq": np.tile(np.array([0, 1, *[0] * (A_TICKET - 2)]), tickets),
            "bulk": (rng.random(rows) < 0.01) & status.ravel(),
        }
    )
