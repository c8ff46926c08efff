"""Large logs for the benchmarks: as many events as asked for, kept as EVENTS in the archive's own Parquet.

Eight events a ticket, twelve statuses, 400 people in 20 teams. A larger log lasts longer: people have as much
to do a day in each, so that only the number of events grows.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.config import Workflow, parse_workflow
from vsm.eventlog.stages import stages_from_names
from vsm.sources.table_store import save_parts
from vsm.tables import EVENT_KINDS, EVENTS, NAMES, conform

A_TICKET, PEOPLE, TEAMS, STATUSES = 8, 400, 20, 12
A_DAY: Final = 4_000  # events of all people together
BEGIN: Final = pd.Timestamp("2016-01-04", tz="UTC")
DAY: Final = 86_400_000_000
KINDS: Final = (
    "queue",
    "work",
    "queue",
    "work",
    "queue",
    "work",
    "external",
    "work",
    "queue",
    "work",
    "queue",
    "done",
)
PART: Final = 12_500  # tickets, as many as archives write together
STAMP: Final = "generated 4"

# What may happen to a ticket. Everything that is a step is a change of status.
LIVES: Final = np.array(
    [
        ("created", "first", "forward", "assignee", "comment", "forward", "forward", "done"),
        ("created", "first", "assignee", "forward", "forward", "comment", "far", "forward"),
        ("created", "first", "far", "assignee", "forward", "forward", "back", "done"),
        ("created", "first", "far", "comment", "assignee", "comment", "leap", "done"),
        ("created", "first", "leap", "assignee", "far", "comment", "forward", "done"),
        ("created", "first", "leap", "forward", "assignee", "forward", "far", "back"),
    ]
)
STEP: Final = {"forward": 1, "far": 3, "leap": 5, "back": -1, "done": STATUSES}


def team_of() -> dict[str, str]:
    """Which team is each person in?"""
    return {f"person-{number:03}": f"Team {number % TEAMS:02}" for number in range(PEOPLE)}


def workflow() -> Workflow:
    """Twelve stages of one status each; every third queue belongs to a team."""
    sections = []
    for position, kind in enumerate(KINDS):
        team = f'team = "Team {position:02}"' if position % 3 == 0 else ""
        sections.append(
            f'[[stage]]\nname = "Stage {position:02}"\nkind = "{kind}"\nstatuses = ["jira:{position}"]\n{team}'
        )
    for team in sorted(set(team_of().values())):
        members = [person for person, of in team_of().items() if of == team]
        sections.append(f'[[team]]\nname = "{team}"\nmembers = {members}')
    return parse_workflow("\n".join(sections))


def names() -> pd.DataFrame:
    """NAMES of the statuses."""
    rows = [
        {"kind": "status", "id": f"jira:{position}", "name": f"Status {position}"}
        for position in range(STATUSES)
    ]
    return conform(pd.DataFrame(rows), NAMES)


def stages() -> pd.DataFrame:
    """Which stage does each status belong to?"""
    return stages_from_names(names(), workflow=workflow())


def as_of(events: int) -> pd.Timestamp:
    """When does a log of so many events end? Some tickets are open then."""
    return BEGIN + pd.Timedelta(days=events / A_DAY + 10)


def generated_log(folder: Path, *, events: int, seed: int = 0) -> Path:
    """Where does a log of so many events lie? Made where it is not there yet."""
    path = folder / f"{STAMP.replace(' ', '-')}-{events}-{seed}.parquet"
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
    """Draw some tickets: each follows a pattern, its team does most of it, strangers the rest."""
    facts = LIVES[rng.integers(0, len(LIVES), tickets)]
    step = sum(np.where(facts == fact, by, 0) for fact, by in STEP.items())
    stage = np.clip(np.cumsum(step, axis=1), 0, STATUSES - 1)
    team = rng.integers(0, TEAMS, (tickets, 1))
    member, anyone = (
        rng.integers(0, PEOPLE // TEAMS, facts.shape) * TEAMS + team,
        rng.integers(0, PEOPLE, facts.shape),
    )
    actor = np.where(rng.random(facts.shape) < 0.7, member, anyone)
    assigned = np.where(rng.random(facts.shape) < 0.5, actor, np.roll(member, 1, axis=1))
    status = np.isin(facts, ["first", *STEP])
    was = np.where(facts == "first", -1, np.roll(stage, 1, axis=1))
    after = np.where(status, stage, np.where(facts == "assignee", STATUSES + assigned, -1)).ravel()
    row = np.arange(facts.size)
    people = sorted(team_of())
    words = [*(f"jira:{number}" for number in range(STATUSES)), *people]
    rows = {
        "ticket": _worded(row // A_TICKET, [f"jira:{n:08}" for n in range(first, first + tickets)]),
        "at": _instants(rng, tickets, days),
        "kind": pd.Categorical(np.where(status, "status", facts).ravel(), categories=list(EVENT_KINDS)),
        "before": _worded(np.where(status, was, -1).ravel(), words),
        "after": _worded(after, words),
        "actor": _worded(actor.ravel(), people),
        "source": _worded(np.zeros_like(row), ["jira"]),
        "ref": pd.Series(row + first * A_TICKET).astype("str"),
        "seq": (row % A_TICKET == 1).astype("int64"),
        "bulk": (rng.random(facts.shape) < 0.01).ravel() & status.ravel(),
    }
    return conform(pd.DataFrame(rows), EVENTS)


def _instants(rng: np.random.Generator, tickets: int, days: float) -> "pd.Series[Any]":
    """Draw when things happen: created evenly over the period, then some days between one and the next."""
    gaps = rng.exponential(1.5 * DAY, (tickets, A_TICKET)).astype(np.int64) + 1
    gaps[:, 0], gaps[:, 1] = rng.random(tickets) * days * DAY, 0
    at = np.cumsum(gaps, axis=1) + BEGIN.value // 1000
    return pd.Series(at.ravel().view("datetime64[us]")).dt.tz_localize("UTC")


def _worded(codes: npt.NDArray[Any], words: list[str]) -> pd.Categorical:
    """Give words by their numbers, as a category in the order of words, which is that of archives."""
    order = pd.Index(words, dtype="str").argsort()
    place = np.append(np.argsort(order), -1)
    return pd.Categorical.from_codes(place[codes], categories=pd.Index(words, dtype="str")[order])
