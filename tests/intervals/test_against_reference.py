"""Visits, handoffs and waits equal their definitions, on random logs and on two real trackers."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vsm.intervals.visits
from tests.definitions.same_rows import assert_same
from tests.logs import PERSONS, START, Case, cases, shuffles, stage_table, workflow_for_logs
from tests.real_streams import TRACKERS, read_for_intervals, real_log, real_workflow
from tests.stories import at, story
from vsm.config import Workflow
from vsm.definitions import visits as definition
from vsm.definitions.facts import events_of, stage_facts
from vsm.definitions.handoffs import list_handoffs
from vsm.definitions.visits import Memberships, list_visits
from vsm.definitions.waits import list_waits
from vsm.eventlog.log import sorted_events
from vsm.eventlog.stages import stages_from_names
from vsm.intervals import handoffs_from_visits, visits_from_events, waits_from_visits
from vsm.intervals.handoffs import work_start
from vsm.intervals.waits import finished_at
from vsm.people import Spell, Teams
from vsm.people.teams import spells_table
from vsm.tables import EVENTS, HANDOFFS, NAMES, VISITS, WAITS, check, conform


class Intervals(NamedTuple):
    visits: pd.DataFrame
    handoffs: pd.DataFrame
    waits: pd.DataFrame


def fast(
    events: pd.DataFrame, stages: pd.DataFrame, team_of: Teams | Mapping[str, str], as_of: pd.Timestamp
) -> Intervals:
    """What the house makes of a log; every table passes its schema."""
    visits = visits_from_events(sorted_events(events), stages=stages, team_of=team_of, as_of=as_of)
    handoffs = handoffs_from_visits(visits, stages=stages)
    waits = waits_from_visits(visits, handoffs, as_of=as_of)
    return Intervals(check(visits, VISITS), check(handoffs, HANDOFFS), check(waits, WAITS))


def stages_of(workflow: Workflow) -> pd.DataFrame:
    """Stages of the statuses that a workflow maps by id."""
    rows = [{"kind": "status", "id": status, "name": status} for status in workflow.mapping]
    return stages_from_names(conform(pd.DataFrame(rows), NAMES), workflow=workflow)


def of_case(case: Case) -> Intervals:
    return fast(case.events, stages_of(case.workflow), case.workflow.team_of, pd.Timestamp(case.as_of))


@pytest.mark.slow
@given(cases())
def test_visits_made_in_blocks_of_a_few_events_are_the_same(case: Case) -> None:
    """No block may rest on another, though each learns the words of those before it."""
    whole = of_case(case)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vsm.intervals.visits, "BLOCK", 5)
        in_blocks = of_case(case)
    for one, other in zip(whole, in_blocks, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)


@pytest.mark.slow
@given(cases())
def test_random_logs_equal_the_definitions(case: Case) -> None:
    """Every row and column of the three tables, to the microsecond."""
    facts = stage_table(case.workflow)
    visits = list_visits(
        events_of(case.events),
        stage_of=facts,
        teams=Memberships(case.workflow.team_of),
        as_of=case.as_of,
    )
    handoffs = list_handoffs(visits, stage_of=facts)
    ours = of_case(case)
    assert_same(ours.visits, visits, VISITS.names)
    assert_same(ours.handoffs, handoffs, HANDOFFS.names)
    assert_same(ours.waits, list_waits(visits, handoffs=handoffs, as_of=case.as_of), WAITS.names)


@pytest.mark.slow
@given(
    cases(),
    st.dictionaries(st.sampled_from(PERSONS), st.tuples(st.integers(-1, 20), st.integers(1, 9)), min_size=1),
)
def test_dated_memberships_equal_the_definitions(case: Case, drawn: dict[str, tuple[int, int]]) -> None:
    """The holder's team is that of the day on which the visit began."""
    days = {
        who: (START.date() + timedelta(a), START.date() + timedelta(a + b)) for who, (a, b) in drawn.items()
    }
    midnight = {
        day: datetime(day.year, day.month, day.day, tzinfo=UTC) for two in days.values() for day in two
    }
    spells = [
        definition.Spell(who, "Team C", midnight[since], midnight[until])
        for who, (since, until) in days.items()
    ]
    visits = list_visits(
        events_of(case.events),
        stage_of=stage_table(case.workflow),
        teams=Memberships(case.workflow.team_of, spells),
        as_of=case.as_of,
    )
    teams = Teams(
        case.workflow.team_of, spells_table(Spell(who, "Team C", *two) for who, two in days.items())
    )
    ours = fast(case.events, stages_of(case.workflow), teams, pd.Timestamp(case.as_of))
    assert_same(ours.visits, visits, VISITS.names)


@pytest.mark.slow
@given(cases())
def test_visits_tile_a_life_and_waits_and_work_sum_to_it(case: Case) -> None:
    """No gap, no overlap, up to as-of; up to the finish, waits plus work are the lead time, exactly."""
    visits, _, waits = of_case(case)
    as_of = pd.Timestamp(case.as_of)
    deleted = case.events[(case.events["kind"] == "delete") & (case.events["at"] <= as_of)]
    assert_tiled(visits, as_of, frozenset(deleted["ticket"].astype("str")))
    finish = finished_at(visits).fillna(lost_at(visits)).fillna(as_of)
    waited = waits.groupby(waits["ticket"].astype("str"))["elapsed"].sum()
    for ticket, life in visits.groupby(visits["ticket"].astype("str")):
        work = life[(life["kind"] == "work") & (life["entered"] < finish[ticket])]
        worked = (work["left"].fillna(as_of) - work_start(work)).sum()
        assert waited.get(ticket, pd.Timedelta(0)) + worked == finish[ticket] - life["entered"].iloc[0]


@pytest.mark.slow
@given(cases())
def test_the_pieces_of_a_handoff_sum_to_its_wait(case: Case) -> None:
    """From given to taken nobody worked, and every microsecond of it is one piece's."""
    _, handoffs, waits = of_case(case)
    pieces = waits.groupby("handoff")["elapsed"].sum().reindex(handoffs["handoff"]).fillna(pd.Timedelta(0))
    assert pieces.tolist() == handoffs["wait"].tolist() == (handoffs["taken"] - handoffs["given"]).tolist()


def test_nobody_waits_to_take_up_what_is_done() -> None:
    """Done for ten of thirteen hours: the tester took it up an hour after it was reopened, not eleven after."""
    events = story(
        "08:00 person-01 created",
        "08:00 person-01 status - > jira:2",
        "09:00 person-01 status jira:2 > jira:7",
        "19:00 person-05 status jira:7 > jira:1",
        "20:00 person-03 status jira:1 > jira:5",
        "21:00 person-03 status jira:5 > jira:7",
    )
    workflow = workflow_for_logs()
    frame = conform(pd.DataFrame(events), EVENTS)
    _, handoffs, waits = fast(frame, stages_of(workflow), workflow.team_of, pd.Timestamp(at("23:00")))
    (row,) = handoffs.to_dict("records")
    assert (row["from_stage"], row["to_stage"], row["given"]) == ("Build", "Check", at("19:00"))
    assert row["wait"] == pd.Timedelta(hours=1)
    assert waits["stage"].tolist() == ["Done", "Backlog"]
    assert waits["handoff"].isna().tolist() == [True, False]


def lost_at(visits: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """When did each ticket's last visit end? Missing where it is open."""
    return visits.set_index(visits["ticket"].astype("str"))["left"].groupby(level=0).last(skipna=False)


def assert_tiled(visits: pd.DataFrame, as_of: pd.Timestamp, lost: frozenset[str] = frozenset()) -> None:
    ticket = visits["ticket"].astype("str")
    same = ticket == ticket.shift(-1)
    assert (visits["left"][same] == visits["entered"].shift(-1)[same]).all()
    assert set(ticket[~same & visits["left"].notna()]) <= lost
    assert (visits["elapsed"] == visits["left"].fillna(as_of) - visits["entered"]).all()
    assert (visits["elapsed"] >= pd.Timedelta(0)).all()


@pytest.mark.slow
@given(cases().flatmap(lambda case: st.tuples(st.just(case), shuffles(case.events))))
def test_names_and_order_of_rows_change_nothing(pair: tuple[Case, pd.DataFrame]) -> None:
    """Statuses may be called anything, and rows may come in any order: stages and instants stay."""
    case, shuffled = pair
    renamed = {status: f"{status} (new)" for status in case.workflow.mapping}
    status = shuffled["kind"] == "status"
    sides = {
        side: shuffled[side].astype("str").where(~status, shuffled[side].astype("str").replace(renamed))
        for side in ("before", "after")
    }
    events = shuffled.assign(**{side: values.astype("category") for side, values in sides.items()})
    stages = stages_of(case.workflow).replace({"status": renamed})
    other = fast(events, stages, case.workflow.team_of, pd.Timestamp(case.as_of))
    for one, two in zip(of_case(case), other, strict=True):
        pd.testing.assert_frame_equal(one, two)


@pytest.mark.slow
@given(cases(), st.timedeltas(min_value=pd.Timedelta(0), max_value=pd.Timedelta(days=30)))
def test_a_longer_window_never_changes_a_closed_visit(case: Case, more: pd.Timedelta) -> None:
    """Up to the last work, closed visits keep stage and instants; who takes up a queue after it is known later.

    Then two visits of a queue, before and after the tracker named that very team, are one.
    """
    early = of_case(case).visits
    late = of_case(case._replace(as_of=case.as_of + more)).visits
    fixed = ["ticket", "n", "stage", "kind", "entered", "left", "elapsed", "first_touch", "revisit"]
    work = (early["kind"] == "work")[::-1]
    settled = work.groupby(early["ticket"].astype("str")[::-1]).cumsum()[::-1] > 0
    closed = early[early["left"].notna() & settled]
    both = closed.merge(late, on=["ticket", "n"], suffixes=("", "_late"))
    assert len(both) == len(closed)
    for column in fixed[2:]:
        same = (both[column].astype("object") == both[f"{column}_late"].astype("object")) | both[
            column
        ].isna()
        assert same.all()


@pytest.mark.parametrize("tracker", TRACKERS)
def test_real_trackers_equal_the_definitions(real_data: Path, tracker: str) -> None:
    """Every visit, handoff and wait of every ticket."""
    log, workflow = real_log(real_data, tracker), real_workflow()
    events, stages = read_for_intervals(log, workflow)
    facts, as_of = stage_facts(stages), log.events["at"].max()
    visits = list_visits(events_of(events), stage_of=facts, teams=Memberships(), as_of=as_of)
    handoffs = list_handoffs(visits, stage_of=facts)
    ours = fast(events, stages, {}, as_of)
    assert_same(ours.visits, visits, VISITS.names)
    assert_same(ours.handoffs, handoffs, HANDOFFS.names)
    assert_same(ours.waits, list_waits(visits, handoffs=handoffs, as_of=as_of), WAITS.names)


@pytest.mark.parametrize(("tracker", "tickets"), [("duracloud", 739), ("islandora", 981)])
def test_real_lives_are_accounted_for_to_the_microsecond(real_data: Path, tracker: str, tickets: int) -> None:
    """All tickets tile [created, as-of]; a finished one's visits before its finish sum to its lead time."""
    log, workflow = real_log(real_data, tracker), real_workflow()
    events, stages = read_for_intervals(log, workflow)
    as_of = log.events["at"].max()
    visits, _, waits = fast(events, stages, {}, as_of)
    ticket = visits["ticket"].astype("str")
    assert ticket.nunique() == len(log.tickets) == tickets
    assert_tiled(visits, as_of)
    created = log.tickets.set_index(log.tickets["ticket"].astype("str"))["created"]
    assert (visits.groupby(ticket)["elapsed"].sum() == (as_of - created)).all()
    finish = finished_at(visits).dropna()
    before = visits[visits["entered"] < finish.reindex(ticket).set_axis(visits.index)]
    assert (
        before.groupby(before["ticket"].astype("str"))["elapsed"].sum() == (finish - created[finish.index])
    ).all()
    waited = (
        waits.groupby(waits["ticket"].astype("str"))["elapsed"]
        .sum()
        .reindex(finish.index)
        .fillna(pd.Timedelta(0))
    )
    assert (waited <= finish - created[finish.index]).all()


@pytest.mark.parametrize("tracker", TRACKERS)
def test_last_stage_is_the_current_status_for_all(real_data: Path, tracker: str) -> None:
    """Where the log ends is where the tracker says the ticket is."""
    log = real_log(real_data, tracker)
    events, stages = read_for_intervals(log, real_workflow())
    visits = fast(events, stages, {}, log.events["at"].max()).visits
    last = visits.drop_duplicates("ticket", keep="last").set_index("ticket")["stage"].astype("str")
    moves = (
        events[events["kind"] == "status"].drop_duplicates("ticket", keep="last").set_index("ticket")["after"]
    )
    expected = moves.astype("str").map(stages.set_index("status")["stage"])
    assert (last == expected.reindex(last.index)).all()
    assert not (log.quality["level"] == "fault").any()
