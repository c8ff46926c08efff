"""The replay on the sample of several seeds: what it predicts against what then happened."""

from dataclasses import fields, replace
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.jira_bodies import log_from_jira
from tests.share import share
from vsm.all_cores import on_all_cores
from vsm.config import parse_workflow
from vsm.from_log import stream_from_log
from vsm.model.forecast.finishes import outcomes_said
from vsm.model.replay.changes import (
    AgentTakesOver,
    Arriving,
    FirstInFirstOut,
    Merged,
    OneMore,
    Released,
    Split,
)
from vsm.model.replay.fitted import Replay, fitted
from vsm.model.replay.runs import prepared, replication
from vsm.model.replay.scenarios import (
    FINISHED_TICKETS,
    LEAD,
    REPLICATIONS,
    WAIT,
    Outcome,
    compared_scenarios,
    outcome_of,
)
from vsm.model.replay.stations import Rota
from vsm.model.replay.trust import trust_of_replay
from vsm.model.replay.without import Without
from vsm.sample import plan
from vsm.sample.bodies import bodies_from_story
from vsm.sample.build import sample_workflow
from vsm.sample.story import story_from_seed
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow
SEEDS = range(1, share(3, of=10) + 1)
REPLAYED = range(1, share(2, of=10) + 1)
RUNS = share(40, of=REPLICATIONS)
CHANGED = pd.Timestamp(plan.IMPROVED, tz="UTC")
WEEKS = 25
QUEUE = plan.QA.queue
TESTER = OneMore(plan.QA.work, "09:00-13:00")


@cache
def story(seed: int) -> ValueStream:
    """The stream of a seed, from the bodies that Jira would give."""
    written = story_from_seed(seed)
    as_of = pd.Timestamp(written.as_of, unit="s", tz="UTC").as_unit("us")
    log = log_from_jira(bodies_from_story(written))
    return stream_from_log(log, workflow=parse_workflow(sample_workflow()), as_of=as_of)


def rota(stream: ValueStream) -> Rota:
    return Rota(stream.clock, "Europe/Berlin")


def said(stream: ValueStream) -> pd.DataFrame:
    """What was said of each ticket's outcome, and when."""
    return outcomes_said(stream.events, stream.stages, stream.workflow.outcome)


@cache
def known_then(seed: int, weeks: int = WEEKS) -> Replay:
    """The replay of what was known when the second tester began."""
    stream = story(seed)
    return fitted(
        stream.visits,
        tickets=stream.tickets,
        stages=stream.stages,
        outcomes=said(stream),
        rota=rota(stream),
        at=CHANGED,
        weeks=weeks,
    )


def short(replay: Replay) -> Outcome:
    return outcome_of(replay, weeks=13, seed=3, replications=24, refits=8)


@cache
def unchanged() -> Outcome:
    """The same of the first seed, as nothing changes."""
    return short(known_then(1))


def wait_for_qa(stream: ValueStream) -> float:
    """How long half waited that came to QA after the change, in days."""
    stays = stream.stage_visits
    later = stays[(stays["stage"] == QUEUE) & (stays["entered"] >= CHANGED) & stays["left"].notna()]
    return float((later["left"] - later["entered"]).dt.total_seconds().median()) / 86_400


def test_the_second_tester_is_predicted() -> None:
    """From what was known before that day, the wait for QA within 2 days, and inside of its 90 % range.

    Of ten seeds nine and eight (``VSM_THOROUGH``); fewer seeds may miss by one each.
    """
    near, inside = 0, 0
    for seed in SEEDS:
        then = TESTER.applied(known_then(seed))
        found = outcome_of(then, weeks=WEEKS, seed=1, replications=RUNS).measures[WAIT, QUEUE]
        low, middle, high = np.percentile(found, (5, 50, 95))
        truth = wait_for_qa(story(seed))
        near += abs(middle - truth) <= 2
        inside += low <= truth <= high
    assert near >= len(SEEDS) - 1
    assert inside >= len(SEEDS) - (2 if len(SEEDS) == 10 else 1)


def test_past_months_are_replayed_better_than_the_last_quarter_repeats() -> None:
    """The distance of lead times is 12 % of their mean at most, and half of that of the last quarter."""
    found = [
        trust_of_replay(
            stream.visits,
            tickets=stream.tickets,
            stages=stream.stages,
            outcomes=said(stream),
            rota=rota(stream),
            as_of=stream.as_of,
            seed=1,
        )
        for stream in map(story, REPLAYED)
    ]
    near, naive = (
        np.median([each[name].median() for each in found]) for name in ("distance", "distance_naive")
    )
    assert near <= 0.12
    assert near <= naive / 2


def test_where_nothing_changes_the_replay_is_nearer_than_the_last_quarter() -> None:
    """Before the second tester each quarter is like the last, and half of its distance is what chance alone makes.

    Of ten seeds .090 of the mean and .158 (``VSM_THOROUGH``); two samples from one and the same eight weeks,
    of some 60 tickets each, lie .06 to .08 apart.
    """
    found = []
    for stream in map(story, REPLAYED):
        known = stream.visits[stream.visits["entered"] < CHANGED]
        about: dict[str, Any] = {
            "tickets": stream.tickets, "stages": stream.stages, "outcomes": said(stream)
        }  # fmt: skip
        found.append(trust_of_replay(known, **about, rota=rota(stream), as_of=CHANGED, seed=1))
    near, naive = (
        np.median([each[name].median() for each in found]) for name in ("distance", "distance_naive")
    )
    assert near <= 0.12
    assert near < naive


def test_nothing_that_happened_later_is_fitted() -> None:
    """With another future, all that is fitted on the past stays as it is."""
    stream = story(1)
    late = (stream.visits["entered"] >= CHANGED).to_numpy()
    moved = stream.visits.assign(
        entered=stream.visits["entered"].where(~late, stream.visits["entered"] + pd.Timedelta(days=9)),
        left=stream.visits["left"].where(~(stream.visits["left"] >= CHANGED), stream.as_of),
        holder=stream.visits["holder"].where(~late),
    )
    outcomes = said(stream)
    late = (outcomes["since"] >= CHANGED).to_numpy()
    judged = outcomes.assign(
        delivered=outcomes["delivered"] ^ late, to=outcomes["to"].mask(outcomes["to"] >= CHANGED)
    )
    tickets = stream.tickets.assign(outcome="discarded", resolution="Won't Do", resolved=stream.as_of)
    other = fitted(
        moved,
        tickets=tickets,
        stages=stream.stages,
        outcomes=judged,
        rota=known_then(1).rota,
        at=CHANGED,
        weeks=WEEKS,
    )
    for part in fields(Replay):
        if part.name in ("kinds", "weeks"):
            for one, two in zip(getattr(known_then(1), part.name), getattr(other, part.name), strict=True):
                assert np.array_equal(one, two)
        else:
            assert getattr(known_then(1), part.name) == getattr(other, part.name), part.name


def test_the_same_seed_gives_the_same_numbers() -> None:
    """Twice the same, to the last bit; another seed gives others."""
    one, two = (
        replication(prepared(known_then(1)), weeks=4, seed=5, number=2, refit=1).trace for _ in range(2)
    )
    assert one.left.tobytes() == two.left.tobytes()
    assert (
        replication(prepared(known_then(1)), weeks=4, seed=6, number=2, refit=1).trace.left.tobytes()
        != one.left.tobytes()
    )


def test_forks_give_the_same_bytes_as_one_process() -> None:
    """Whatever the number of processes: each replication has random numbers of its own."""
    one, two, three = (
        outcome_of(
            known_then(1),
            weeks=4,
            seed=5,
            replications=7,
            refits=3,
            leads=True,
            each=partial(on_all_cores, cores=cores),
        )
        for cores in (1, 2, 3)
    )
    for other in (two, three):
        assert one.leads.tobytes() == other.leads.tobytes()
        assert [each.tobytes() for each in one.measures.values()] == [
            each.tobytes() for each in other.measures.values()
        ]


def test_a_change_that_changes_nothing_makes_no_difference() -> None:
    """Both sides have the same random numbers, so that nothing is left of chance."""
    found = compared_scenarios(unchanged(), short(Arriving(1.0).applied(known_then(1))), scenario="none")
    assert (found[["difference", "difference_low", "difference_high"]].dropna() == 0).all(axis=None)


def difference(change: object, measure: str = LEAD, stage: str | None = None) -> float:
    then = short(change.applied(known_then(1)))  # type: ignore[attr-defined]
    return float(np.median(then.measures[measure, stage] - unchanged().measures[measure, stage]))


def test_weekly_releases_save_half_of_the_wait_for_them() -> None:
    """Every two weeks half wait 7 days; every week 3.5, and lead time is shorter by as much at most."""
    assert -6 < difference(Released(7), WAIT, plan.SHELF) < -2
    assert -7 < difference(Released(7)) < 0


def test_without_the_approval_nothing_changes_while_qa_is_the_bottleneck() -> None:
    """QA pulls what it can either way: with its work, or with it done by development."""
    assert difference(Without(plan.APPROVAL.work)) == pytest.approx(0, abs=1.5)
    assert difference(Without(plan.APPROVAL.work, keep_work=True)) == pytest.approx(0, abs=1.5)


def test_kept_work_and_its_people_stay() -> None:
    """The work of the stage that is gone goes to the work before it, and nobody is lost."""
    replay = known_then(1)
    then = Without(plan.APPROVAL.work, keep_work=True).applied(replay)
    route = max((route.steps for route in replay.routes), key=len)
    assert sum(s.seconds for s in then.rewritten(route, 0)) == pytest.approx(sum(s.seconds for s in route))
    assert sum(one.slots for one in then.servers) == sum(one.slots for one in replay.servers)
    gone = replay.stages.index(plan.APPROVAL.work)
    assert all(gone not in (s.stage, s.line) for s in then.rewritten(route, 0))
    assert all(gone not in one.lines for one in then.servers)


def test_fewer_tickets_wait_less_and_more_wait_longer() -> None:
    """A fifth less, and a fifth more."""
    assert difference(Arriving(0.8), WAIT, QUEUE) < -1 < 1 < difference(Arriving(1.2), WAIT, QUEUE)


def test_the_oldest_first_changes_no_number_of_finished_tickets() -> None:
    """An order moves waits among tickets; it makes nobody faster."""
    assert difference(FirstInFirstOut(QUEUE), FINISHED_TICKETS) == pytest.approx(0, abs=2)


def test_one_team_of_two_stages_helps_the_busy_one_and_a_split_helps_nobody() -> None:
    """Who approves can test as well; teams of their own wait for each other no less."""
    assert difference(Merged(plan.APPROVAL.work, plan.QA.work), WAIT, QUEUE) < -5
    assert difference(Split(plan.DEVELOPMENT.work, 2)) > -2


def test_an_agent_round_the_clock_ends_the_wait() -> None:
    """As fast as people, three times as long a day: nobody waits any more."""
    assert (
        outcome_of(
            AgentTakesOver(plan.QA.work).applied(known_then(1)), weeks=13, seed=3, replications=8, refits=4
        )
        .measures[WAIT, QUEUE]
        .max()
        < 1
    )


def test_littles_law_holds_inside_the_replay() -> None:
    """Tickets present on average are arrivals by the time that they spend, over all that come and go."""
    replay = replace(known_then(1), open=())
    trace = replication(prepared(TESTER.applied(replay)), weeks=WEEKS, seed=1, number=0, refit=0).trace
    begin, end = replay.at, replay.at + WEEKS * 7 * 86_400
    left = np.where(np.isnan(trace.left), end, trace.left)
    looks = np.linspace(begin, end, 100_000)
    present = np.searchsorted(np.sort(trace.entered), looks) - np.searchsorted(np.sort(left), looks)
    spent = (left - trace.entered).sum()
    assert present.mean() == pytest.approx(spent / (end - begin), rel=0.01)
