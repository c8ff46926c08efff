"""The tickets behind a number."""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from tests.streams import sample_stream, stream_of
from vsm.model.lifecycle import completed
from vsm.model.ticket_groups import KINDS, Tables, TicketGroup, life_shares, ticket_facts, ticket_groups
from vsm.stream import ValueStream

DAY = pd.Timedelta(days=1)
LIVES = (
    (("Ready", 3), ("Build", 4), ("Ready", 2), ("Build", 1), ("Done", 1)),
    *[(("Ready", 1), ("Build", 2), ("Done", 1))] * 8,
    (("Ready", 90),),
)


def tables_of(stream: ValueStream) -> Tables:
    """What groups are made of."""
    sums = stream._waits
    places = {"deployments": stream.delivery, "ages": stream._present, "by_cause": sums, "unbroken": sums}
    return Tables(**{name: getattr(places.get(name, stream), name) for name in Tables._fields})


@cache
def tables() -> Tables:
    """Nine tickets that were delivered, the first after a return, and one that was never begun."""
    return tables_of(stream_of(*LIVES, settings="[rules]\nminimum = 2"))


def found(*kinds: str, of: Tables | None = None) -> dict[tuple[str, ...], TicketGroup]:
    """The groups of these kinds, by kind and names."""
    groups = ticket_groups(of or tables(), kinds=set(kinds))
    return {(group.kind, *group.names): group for group in groups}


@pytest.mark.slow
def test_a_stage_has_the_tickets_that_were_there_the_longest_first() -> None:
    """Several visits of a ticket count together, and so does the ticket that is still there."""
    ready = found("stage")["stage", "Ready"]
    assert ready.title == "Time spent in “Ready”"
    assert [time / DAY for time in ready.times] == [100, 5, *[1] * 8]


def test_a_queue_has_the_tickets_that_are_in_it_now() -> None:
    """What left it is not there; the open one is over age too, and in both lists of each."""
    groups = found("queue", "open", "over-age")
    assert {names: len(group.times) for names, group in groups.items()} == {
        ("queue", "Ready"): 1, ("open",): 1, ("over-age",): 1, ("over-age", "Ready"): 1,
    }  # fmt: skip


def test_a_week_has_what_was_delivered_in_it() -> None:
    """Weeks begin on Monday, in UTC."""
    weeks = {names[1:]: len(group.times) for names, group in found("delivered").items()}
    assert weeks == {(): 9, ("2026-01-05",): 8, ("2026-01-12",): 1}


def test_a_stage_has_by_week_what_waited_there_and_what_left_it() -> None:
    """A ticket that waits over a Sunday is in both weeks, with the hours of each; bulk edits are no leaving."""
    groups = found("waited", "left")
    first = groups["waited", "Ready", "2026-01-05"].times
    assert len(first) == 10
    assert first.max() == pd.Timedelta(days=6, hours=15)  # from Monday at 9 on
    assert len(groups["waited", "Ready", "2026-02-02"].times) == 1
    assert {names[2]: len(group.times) for names, group in groups.items() if names[:2] == ("left", "Build")} == {
        "2026-01-05": 8, "2026-01-12": 1,
    }  # fmt: skip


def test_a_deployment_has_the_tickets_that_it_brought_and_those_that_failed_are_a_group() -> None:
    """A ticket in two deployments counts once among all of them, with its lead time."""
    rows = {
        "repository": ["shop", "shop"], "deployment": ["v1", "v2"], "evidence": ["AB-1, AB-2", "AB-2, XX-9"],
        "at": pd.to_datetime(["2026-01-20", "2026-01-27"], utc=True), "failed": [False, True],
        "rework": [False, False],
    }  # fmt: skip
    of = tables()._replace(deployments=pd.DataFrame(rows))
    groups = found("deployed", "deployed-week", "deployment", of=of)
    assert {names: len(group.times) for names, group in groups.items()} == {
        ("deployed",): 2, ("deployed", "failed"): 1, ("deployed-week", "2026-01-19"): 2,
        ("deployed-week", "2026-01-26"): 1, ("deployment", "shop v1"): 2, ("deployment", "shop v2"): 1,
    }  # fmt: skip
    assert [time / DAY for time in groups["deployed",].times] == [10, 3]


def test_what_came_back_is_listed_with_the_time_after_its_return() -> None:
    """One day of work after the return to Build."""
    assert [time / DAY for time in found("returned")["returned", "Build"].times] == [1]


@pytest.mark.slow
def test_nothing_has_no_groups() -> None:
    """No ticket, no group of any kind."""
    assert found(*(kind.kind for kind in KINDS), of=tables_of(stream_of())) == {}


def test_a_ticket_is_described_by_where_it_is() -> None:
    """The stage of an open one, the outcome of a finished one."""
    facts = ticket_facts(tables())
    assert list(facts["state"]) == [*["delivered"] * 9, "Ready"]
    assert list(facts["ended"].isna()) == [*[False] * 9, True]


def test_the_lives_of_those_asked_for_are_divided() -> None:
    """After the finish nothing counts; of no other ticket anything is made, since lists show few of them."""
    every = tables().lifecycles["ticket"]
    few = life_shares(tables().stage_visits, tickets=set(every.iloc[[0, 1, -1]]))
    assert list(few.index) == list(every.iloc[[0, 1, -1]])
    lived = [[(kind, round(share, 2)) for kind, share in strip] for strip in few]
    assert lived == [
        [("queue", 0.3), ("work", 0.4), ("queue", 0.2), ("work", 0.1)],
        [("queue", 0.33), ("work", 0.67)],
        [("queue", 1.0)],
    ]


@pytest.mark.slow
def test_lists_hold_what_the_tables_count(sample_folder: Path) -> None:
    """Of the sample: delivered tickets of each handoff, stage and cause, and open ones of each queue."""
    stream = sample_stream(sample_folder)
    groups = found("handoff", "stage", "queue", of=tables_of(stream))
    done = set(completed(stream.lifecycles)["ticket"])

    def counted(*names: str) -> int:
        return len(done & set(groups[names].times.index))

    costs, shares = stream.handoff_costs, stream.stage_shares
    pairs = zip(costs["from_team"], costs["to_team"], strict=True)
    assert [counted("handoff", *pair) for pair in pairs] == list(costs["tickets"])
    assert [counted("stage", stage) for stage in shares["stage"]] == list(shares["tickets"])
    nodes = stream.network.nodes.items()
    waiting = {stage: node["open"] for stage, node in nodes if node["open"] and node["kind"] != "done"}
    queues = {names[1]: len(group.times) for names, group in groups.items() if names[0] == "queue"}
    assert queues == waiting
