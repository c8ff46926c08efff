"""Why did it wait: the sweep equals the definition on random logs, and every piece of waiting has one cause."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.blocks import tickets_of
from tests.definitions.same_rows import assert_same
from tests.logs import PERSONS, STATUSES, TEAMS, TICKETS, Case, cases, stage_table, workflow_for_logs
from tests.real_streams import TRACKERS, read_for_intervals, real_log, real_workflow
from vsm.clock import Calendar, Clock, Week, calendar_from_week, clock_from_workflow
from vsm.config import Waiting, Workflow
from vsm.config.rules import CAUSES
from vsm.definitions.causes import Block, Facts, cause_at, list_causes, micros, receiver_at, work_on_parts
from vsm.definitions.facts import events_of, rows_of
from vsm.definitions.visits import Memberships, Visit
from vsm.definitions.waits import Wait
from vsm.eventlog.log import sorted_events
from vsm.eventlog.stages import stages_from_names
from vsm.intervals import (
    blocked_spans,
    blocks_from_events,
    causes_of_waits,
    handoffs_from_visits,
    visits_from_events,
    waits_from_visits,
    work_of_parts,
)
from vsm.intervals.handoffs import work_start
from vsm.intervals.waits import finished_at
from vsm.people import Teams
from vsm.tables import EVENTS, NAMES, WAITS, check, conform

STEP = timedelta(minutes=30)
OFFICE = ((540, 720), (780, 1020))
WEEKS = {
    "Team A": Week("berlin", zone="Europe/Berlin", shifts=(OFFICE,) * 5 + ((),) * 2),
    "Team B": Week("kolkata", zone="Asia/Kolkata", shifts=(((600, 1080),),) * 6 + ((),)),
}


AGENTS = frozenset({PERSONS[1]})
"""One of Team A is an AI agent."""


class Waited(NamedTuple):
    case: Case
    visits: pd.DataFrame
    waits: pd.DataFrame
    blocked: pd.DataFrame
    rules: Waiting
    unit_of: dict[str, str]


@cache
def clock() -> Clock:
    since, until = date(2024, 2, 1), date(2025, 1, 1)
    always = Calendar("always", np.array([-(1 << 51)]), np.array([1 << 51]))
    weeks = {team: calendar_from_week(w, since=since, until=until) for team, w in WEEKS.items()}
    return Clock(always, weeks, AGENTS)


def works(team: str | None, at: datetime, person: str | None = None) -> bool:
    """Is anybody of the team at work, told by the clock on its wall? An agent always is."""
    if team not in WEEKS or person in AGENTS:
        return True
    local = at.astimezone(ZoneInfo(WEEKS[team].zone))
    minute = 60 * local.hour + local.minute
    return any(start <= minute < end for start, end in WEEKS[team].shifts[local.weekday()])


def stages_of(workflow: Workflow) -> pd.DataFrame:
    rows = [{"kind": "status", "id": status, "name": status} for status in workflow.mapping]
    return stages_from_names(conform(pd.DataFrame(rows), NAMES), workflow=workflow)


def on_steps(case: Case) -> Case:
    """Move every instant back to its half hour."""
    events = case.events.assign(at=case.events["at"].dt.floor("30min"))
    as_of = pd.Timestamp(case.as_of).floor("30min").to_pydatetime()
    return Case(sorted_events(events), case.workflow, as_of)


ORDERS: st.SearchStrategy[tuple[Any, ...]] = st.one_of(st.just(CAUSES), st.permutations(CAUSES).map(tuple))
RULES = st.builds(
    Waiting,
    order=ORDERS,
    batch_minutes=st.sampled_from([10.0, 45.0, 300.0]),
    batch_tickets=st.sampled_from([2, 3]),
    active_days=st.sampled_from([0.5, 2.0, 14.0]),
    work=st.sampled_from(["statuses", "touches"]),
)
BLOCKS = st.dictionaries(
    st.sampled_from(TICKETS), st.tuples(st.integers(0, 500), st.integers(1, 300)), max_size=3
)

# Two tickets that are parts of another one, or none.
PARTS = st.one_of(
    st.just(dict[str, str]()), st.dictionaries(st.sampled_from(TICKETS[1:3]), st.just(TICKETS[0]), max_size=2)
)


def drawn_blocks(drawn: dict[str, tuple[int, int]]) -> pd.DataFrame:
    start = datetime(2024, 3, 1, tzinfo=UTC)
    rows = [(ticket, start + a * STEP, start + (a + n) * STEP) for ticket, (a, n) in drawn.items()]
    frame = pd.DataFrame(rows, columns=["ticket", "start", "end"])
    return frame.astype({"start": "datetime64[us, UTC]", "end": "datetime64[us, UTC]"})


def waited(
    case: Case, rules: Waiting, drawn: dict[str, tuple[int, int]], unit_of: dict[str, str] | None = None
) -> Waited:
    stages, as_of = stages_of(case.workflow), pd.Timestamp(case.as_of)
    visits = visits_from_events(case.events, stages=stages, team_of=case.workflow.team_of, as_of=as_of)
    waits = waits_from_visits(visits, handoffs_from_visits(visits, stages=stages), as_of=as_of)
    held_up = visits[visits["stage"].isin(stages.loc[stages["blocked"], "stage"])]
    stays = blocks_from_events(case.events[:0], tickets_of(), finished={}, as_of=as_of, held_up=held_up)
    blocks = pd.concat([drawn_blocks(drawn), stays[["ticket", "start", "end"]].astype({"ticket": "str"})])
    return Waited(case, visits, waits, blocked_spans(blocks, as_of=as_of), rules, unit_of or {})


def causes(scene: Waited, agents: frozenset[str] = AGENTS) -> pd.DataFrame:
    found = causes_of_waits(
        scene.waits,
        scene.visits,
        events=scene.case.events,
        stages=stages_of(scene.case.workflow),
        teams=Teams(scene.case.workflow.team_of),
        blocked=scene.blocked,
        in_parts=work_of_parts(scene.visits, scene.unit_of, as_of=pd.Timestamp(scene.case.as_of)),
        clock=replace(clock(), agents=agents),
        rules=scene.rules,
        as_of=pd.Timestamp(scene.case.as_of),
    )
    return check(found, WAITS)


@st.composite
def crowds(draw: st.DrawFn) -> Case:
    """Which logs make receivers meet? Few people, many tickets within days, moved and assigned on half hours."""
    monday, people = datetime(2024, 3, 4, 6, tzinfo=UTC), st.sampled_from(PERSONS[:3])
    rows: list[dict[str, Any]] = []

    def tell(ticket: str, at: datetime, kind: str, after: str | None, actor: str | None) -> None:
        known = [row["after"] for row in rows if row["ticket"] == ticket and row["kind"] == kind]
        field = "Tester" if kind == "holder" else None
        row = {"ticket": ticket, "at": at, "kind": kind, "after": after, "actor": actor, "bulk": False}
        position = {"source": "jira", "ref": str(len(rows)), "seq": len(rows), "field": field}
        rows.append(row | position | {"before": known[-1] if known else None})

    meeting, host = monday + timedelta(days=draw(st.integers(0, 3)), hours=3), draw(people)
    for ticket in TICKETS[: draw(st.integers(3, 6))]:
        at = monday + draw(st.integers(0, 40)) * STEP
        tell(ticket, at, "created", None, None)
        tell(ticket, at, "status", STATUSES[0], None)
        deeds: list[tuple[datetime, str, str | None, str]] = []
        if meeting > at and draw(st.integers(0, 3)):
            deeds.append((meeting, "status", STATUSES[1], host))
        for _ in range(draw(st.integers(1, 5))):
            at += draw(st.sampled_from([1, 2, 5, 16, 48])) * STEP
            kind = draw(st.sampled_from(["assignee", "holder", "status", "status", "comment"]))
            after = {"comment": None, "status": draw(st.sampled_from(STATUSES[1:]))}.get(kind, draw(people))
            deeds.append((at, kind, after, draw(people)))
        for deed in sorted(deeds, key=lambda deed: deed[0]):
            tell(ticket, *deed)
    frame = conform(pd.DataFrame(rows), EVENTS)
    return Case(sorted_events(frame), workflow_for_logs(), monday + timedelta(days=9))


SCENES = st.builds(waited, st.one_of(crowds(), crowds(), cases().map(on_steps)), RULES, BLOCKS, PARTS)


def facts_of(scene: Waited) -> Facts:
    """The same scene for the definitions, which make causes of the fast code's visits and waits here."""
    no_visit = {"working", "blocked"}
    no_wait = {"receiver", "cause", "working", "carried"}
    return Facts(
        visits=[
            Visit(**{k: v for k, v in row.items() if k not in no_visit}) for row in rows_of(scene.visits)
        ],
        waits=[Wait(**{k: v for k, v in row.items() if k not in no_wait}) for row in rows_of(scene.waits)],
        events=events_of(scene.case.events[scene.case.events["at"] <= pd.Timestamp(scene.case.as_of)]),
        stage_of=stage_table(scene.case.workflow),
        teams=Memberships(scene.case.workflow.team_of),
        blocked=[Block(row["ticket"], row["start"], row["end"]) for row in rows_of(scene.blocked)],
        clock=clock(),
        rules=scene.rules,
        as_of=scene.case.as_of,
        unit_of=scene.unit_of,
    )


@pytest.mark.slow
@given(SCENES)
def test_the_sweep_gives_what_the_definition_gives(scene: Waited) -> None:
    """At every half hour in which nobody worked on its parts either: the same cause, and the same receiver."""
    facts = facts_of(scene)
    told: dict[tuple[str, datetime], tuple[str, str | None]] = {}
    for row in rows_of(causes(scene)):
        at = row["start"]
        while at < row["end"]:
            assert (row["ticket"], at) not in told
            told[row["ticket"], at] = row["cause"], row["receiver"]
            at += STEP
    expected: dict[tuple[str, datetime], tuple[str, str | None]] = {}
    for wait in facts.waits:
        spans = work_on_parts(wait.ticket, facts)
        at = wait.start
        while at < wait.end:
            if any(start <= at < end for start, end in spans):
                at += STEP
                continue
            receiver = receiver_at(wait, at, facts)
            name = receiver.team if receiver.person is None else receiver.person
            expected[wait.ticket, at] = cause_at(wait, at, receiver, facts), name
            of_person = scene.case.workflow.team_of.get(receiver.person or "") or wait.team
            works_then = works(receiver.team or of_person, at, receiver.person)
            assert bool(receiver.calendar.is_open([micros(at)])[0]) == works_then
            at += STEP
    assert told == expected


@pytest.mark.slow
@given(st.one_of(SCENES, st.builds(waited, cases(), RULES, BLOCKS, PARTS)))
def test_every_piece_is_that_of_the_definition(scene: Waited) -> None:
    """Cut where the definition cuts, to the microsecond, and with the same working time."""
    expected = [
        {
            "ticket": piece.wait.ticket, "n": piece.wait.n, "handoff": piece.wait.handoff,
            "stage": piece.wait.stage, "holder": piece.wait.holder, "team": piece.wait.team,
            "receiver": piece.receiver.team if piece.receiver.person is None else piece.receiver.person,
            "cause": piece.cause, "start": piece.start, "end": piece.end, "elapsed": piece.elapsed,
            "working": piece.working, "bulk": piece.wait.bulk,
        }
        for piece in list_causes(facts_of(scene).waits, facts_of(scene))
    ]  # fmt: skip
    assert_same(causes(scene), expected, WAITS.names)


@pytest.mark.slow
@given(st.builds(waited, cases(), RULES, BLOCKS))
def test_the_pieces_of_a_wait_sum_to_it_exactly(scene: Waited) -> None:
    """To the microsecond, without gap or overlap; working time is never more than elapsed time."""
    pieces = causes(scene)
    key = ["ticket", "n"]
    for frame in (pieces, scene.waits):
        assert (frame["elapsed"] == frame["end"] - frame["start"]).all()
    by_wait = pieces.astype({"ticket": "str"}).groupby(key)
    whole = scene.waits.astype({"ticket": "str"}).set_index(key)
    assert by_wait["elapsed"].sum().to_dict() == whole["elapsed"].to_dict()
    assert by_wait["start"].min().to_dict() == whole["start"].to_dict()
    assert by_wait["end"].max().to_dict() == whole["end"].to_dict()
    assert (by_wait["end"].shift().dropna() == pieces["start"][by_wait["end"].shift().notna()]).all()
    assert ((pieces["working"] >= pd.Timedelta(0)) & (pieces["working"] <= pieces["elapsed"])).all()
    assert (pieces.loc[pieces["cause"] == "non-working time", "working"] == pd.Timedelta(0)).all()


def by_cause(pieces: pd.DataFrame) -> dict[Any, Any]:
    words = ["ticket", "n", "cause", "start", "end", "working"]
    return pieces[words].astype({"ticket": "str", "cause": "str"}).to_dict("list")


@pytest.mark.slow
@given(st.builds(waited, cases(), RULES, BLOCKS, PARTS), st.randoms(use_true_random=False))
def test_names_and_order_of_rows_change_nothing(scene: Waited, rng: Any) -> None:
    """Renamed people and statuses, and shuffled rows of the log, leave every piece as it is."""
    events, workflow = scene.case.events, scene.case.workflow
    persons = [person for members in TEAMS.values() for person in members] + ["person-05"]
    fresh = {person: f"someone {number}" for number, person in enumerate(rng.sample(persons, len(persons)))}
    status = {known: f"{known} (new)" for known in workflow.mapping}
    renamed = events.assign(
        **{
            side: events[side].astype("str").replace(fresh | status).astype("category")
            for side in ("before", "after", "actor")
        }
    )
    shuffled = sorted_events(conformed(renamed.iloc[rng.sample(range(len(renamed)), len(renamed))]))
    other = renamed_workflow(workflow, fresh | status)
    moved = waited(scene.case._replace(events=shuffled, workflow=other), scene.rules, {}, scene.unit_of)
    agents = frozenset(fresh[agent] for agent in AGENTS)
    assert by_cause(causes(moved._replace(blocked=scene.blocked), agents)) == by_cause(causes(scene))


def conformed(events: pd.DataFrame) -> pd.DataFrame:
    return events.reset_index(drop=True)


def renamed_workflow(workflow: Workflow, fresh: dict[str, str]) -> Workflow:
    stages = tuple(
        stage.model_copy(update={"statuses": tuple(fresh[status] for status in stage.statuses)})
        for stage in workflow.stages
    )
    teams = tuple(
        team.model_copy(update={"members": tuple(fresh[member] for member in team.members)})
        for team in workflow.teams
    )
    return workflow.model_copy(update={"stages": stages, "teams": teams})


@pytest.mark.parametrize("tracker", TRACKERS)
def test_real_lives_are_work_and_caused_waiting(real_data: Path, tracker: str) -> None:
    """Every ticket of both trackers: causes sum to waits, waits and work to the lead time, exactly."""
    log, workflow = real_log(real_data, tracker), real_workflow()
    events, stages = read_for_intervals(log, workflow)
    as_of = log.events["at"].max()
    visits = visits_from_events(events, stages=stages, team_of={}, as_of=as_of)
    whole = waits_from_visits(visits, handoffs_from_visits(visits, stages=stages), as_of=as_of)
    finished = finished_at(visits)
    blocks = blocks_from_events(events, log.tickets, finished=finished, as_of=as_of)
    pieces = causes_of_waits(
        whole,
        visits,
        events=events,
        stages=stages,
        teams=Teams(),
        blocked=blocked_spans(blocks, as_of=as_of),
        in_parts=work_of_parts(visits, {}, as_of=as_of),
        clock=clock_from_workflow(workflow, since=events["at"].min(), until=as_of),
        rules=workflow.waiting,
        as_of=as_of,
    )
    check(pieces, WAITS)
    assert set(pieces["cause"]) >= {
        "non-working time",
        "unassigned",
        "at capacity",
        "overtaken",
        "unexplained",
    }
    key = [pieces["ticket"].astype("str"), pieces["n"]]
    whole_wait = whole.set_index([whole["ticket"].astype("str"), "n"])["elapsed"]
    assert pieces["elapsed"].groupby(key).sum().to_dict() == whole_wait.to_dict()
    work = visits[visits["kind"] == "work"]
    worked = (work["left"].fillna(as_of) - work_start(work)).groupby(work["ticket"].astype("str")).sum()
    waited = pieces["elapsed"].groupby(key[0]).sum()
    created = visits["entered"].groupby(visits["ticket"].astype("str")).min()
    lead = finished.fillna(as_of) - created
    done = finished.dropna().index
    both = [part.reindex(lead.index).fillna(pd.Timedelta(0)) for part in (worked, waited)]
    assert len(done) > 500
    assert ((both[0] + both[1])[done] == lead[done]).all()
