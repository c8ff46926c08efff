"""What is done again and how loaded teams are, put together: which tickets count, in which order."""

import pandas as pd
import pytest

from vsm.config import parse_workflow
from vsm.model.lifecycle import lifecycles_from_visits, stage_visits_from_visits
from vsm.people import People, Teams
from vsm.sections import Load, Rework, load_section, rework_section
from vsm.tables import EVENTS, NAMES, TICKETS, VISITS, WAITS, conform, empty

START = pd.Timestamp("2026-01-05", tz="UTC")
HOUR = pd.Timedelta(hours=1)
NOW = START + 100 * HOUR
KINDS = {"Test": "work", "Build": "work", "Ready": "queue", "Done": "done"}
STAGES = pd.DataFrame(
    {
        "status": ["1", "2", "3", "4"],
        "stage": ["Ready", "Test", "Build", "Done"],
        "kind": ["queue", "work", "work", "done"],
        "position": range(4),
        "team": None,
        "batch": False,
    }
)


def visits_of(**lifecycles: str) -> pd.DataFrame:
    """Lives as stages, one hour each, the last one open; one person of one team holds all work."""
    rows = []
    for ticket, life in lifecycles.items():
        names = life.split()
        for n, stage in enumerate(names):
            at = START + n * HOUR
            left = pd.NaT if n == len(names) - 1 else at + HOUR
            elapsed = NOW - at if n == len(names) - 1 else HOUR
            rows.append((ticket, n, stage, KINDS[stage], "ann", "web", at, left, elapsed, False, False))
    names = [
        "ticket",
        "n",
        "stage",
        "kind",
        "holder",
        "team",
        "entered",
        "left",
        "elapsed",
        "revisit",
        "bulk",
    ]
    visits = pd.DataFrame(rows, columns=names)
    for name in VISITS.columns:
        if name.name not in visits:
            visits[name.name] = None
    return conform(visits, VISITS)


@pytest.fixture
def told() -> tuple[Rework, Load]:
    """One delivered ticket with a return, one open with another return, one that lies in the queue."""
    visits = visits_of(a="Test Build Test Build Done", b="Build Test Build", c="Ready")
    waits, events = empty(WAITS), empty(EVENTS)
    lifecycles = lifecycles_from_visits(
        visits, waits, tickets=empty(TICKETS), events=events, stages=STAGES, as_of=NOW
    )
    stage_visits = stage_visits_from_visits(visits, waits, stages=STAGES)
    return (
        rework_section(visits, lifecycles=lifecycles, stage_visits=stage_visits, stages=STAGES, minimum=12),
        load_section(
            visits, events=events, stage_visits=stage_visits, lifecycles=lifecycles, names=empty(NAMES),
            as_of=NOW, people=People({}, Teams()), workflow=parse_workflow("[rules]\nminimum = 2"),
            fewest_people=1,
        ),
    )  # fmt: skip


@pytest.mark.slow
def test_rework_is_of_finished_tickets_in_stream_order(told: tuple[Rework, Load]) -> None:
    """Ticket a came back to both stages, an hour each; b is not done."""
    columns = ["stage", "n", "repetition_repeat", "again"]
    assert told[0].stages[columns].to_numpy().tolist() == [["Test", 1, 1, HOUR], ["Build", 1, 1, HOUR]]
    assert told[0].accuracy[["stage", "n"]].to_numpy().tolist() == [["Test", 2], ["Build", 1]]
    assert told[0].back[["from_stage", "to_stage", "count"]].to_numpy().tolist() == [["Build", "Test", 1]]
    assert told[0].costs["total"].tolist() == [2 * HOUR]


@pytest.mark.slow
def test_load_is_of_open_tickets_too(told: tuple[Rework, Load]) -> None:
    """a and b at once for three hours, a alone for one, b alone until now: 100 hours in all."""
    load = told[1]
    columns = ["people", "tickets", "time", "one", "two", "more"]
    assert load.switching[columns].to_numpy().tolist() == [[1, 2, 100 * HOUR, 0.96, 0.04, 0.0]]
    assert load.queues[["stage", "length", "verdict"]].to_numpy().tolist() == [["Ready", 1, "too few to say"]]
    assert load.active[["team", "length"]].to_numpy().tolist() == [["web", 100 * HOUR]]
    assert load.wip[["team", "most"]].to_numpy().tolist() == [["web", 2]]
