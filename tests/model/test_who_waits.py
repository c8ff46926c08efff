"""Who waits for whom in a period, between teams and between stages, of hand-made lives."""

from typing import Any

import networkx as nx
import pandas as pd
import pytest

from vsm.model.period import Period
from vsm.model.who_waits import DELIVERED, NEW, STILL, handoff_network
from vsm.tables import INSTANT

START = pd.Timestamp("2026-01-05", tz="UTC")
DAY = pd.Timedelta(days=1)
STAGES = pd.DataFrame(
    {
        "stage": ["Open", "Build", "Check", "QA", "Release", "Done"],
        "kind": ["queue", "work", "queue", "work", "queue", "done"],
        "position": range(6),
    }
)
KIND = dict(zip(STAGES["stage"], STAGES["kind"], strict=True))
TEAM = {"Build": "web", "QA": "quality"}
PERIOD = Period(START, START + 100 * DAY)
TYPES: Any = {"team": "str", "start": INSTANT, "end": INSTANT, "seconds": "float64"}
Stay = tuple[str, float, float | None]


def lived(ticket: str, *stays: Stay) -> pd.DataFrame:
    """Visits of (stage, first day, last day); the day is None where the ticket is there still."""
    rows = [
        {"ticket": ticket, "stage": stage, "kind": KIND[stage], "team": TEAM.get(stage),
         "entered": START + begin * DAY, "left": pd.NaT if end is None else START + end * DAY}
        for stage, begin, end in stays
    ]  # fmt: skip
    visits = pd.DataFrame(rows).astype({"team": "str"})
    return visits.assign(**{side: pd.to_datetime(visits[side], utc=True) for side in ("entered", "left")})


def waited(ticket: str, stage: str, begin: float, end: float, **more: Any) -> dict[str, Any]:
    """A piece of waiting, for nobody in particular."""
    piece = {
        "ticket": ticket,
        "stage": stage,
        "team": None,
        "handoff": pd.NA,
        "seconds": (end - begin) * 86400,
    }
    return piece | {"start": START + begin * DAY, "end": START + end * DAY} | more


HANDOFFS = pd.DataFrame({"handoff": [7], "from_team": ["web"], "to_team": ["quality"]}).astype("object")
LIFE = lived(
    "a",
    ("Open", 0, 4),
    ("Build", 4, 6),
    ("Check", 6, 7),
    ("QA", 7, 8),
    ("Release", 8, 11),
    ("Done", 11, None),
)
PIECES = [
    waited("a", "Open", 0, 4, team="web"), waited("a", "Check", 6, 7, team="quality", handoff=7),
    waited("a", "Release", 8, 11, team="web"),
]  # fmt: skip


def network(
    pieces: list[dict[str, Any]],
    visits: pd.DataFrame = LIFE,
    before: list[dict[str, Any]] | None = None,
    **more: Any,
) -> "nx.DiGraph[str]":
    """The network of these pieces of waiting; with others before, there was a period of 50 days before."""
    rows = pd.DataFrame(pieces, columns=list(PIECES[0])).astype(TYPES)
    then = pd.DataFrame(before, columns=list(PIECES[0])).astype(TYPES)
    earlier = None if before is None else Period(START - 50 * DAY, START)
    return handoff_network(
        rows, then, visits=visits, stage_visits=visits, handoffs=HANDOFFS, stages=STAGES, period=PERIOD,
        before=earlier, **more,
    )  # fmt: skip


def shares(graph: "nx.DiGraph[str]", what: str = "share") -> dict[tuple[str, str], float]:
    return {(u, v): about[what] for u, v, about in graph.edges(data=True)}


def test_a_team_that_is_waited_for_need_not_have_worked() -> None:
    """The workflow names a team of a queue alone, and of nobody's work is the team known."""
    nobody = LIFE.assign(team=pd.Series(pd.NA, LIFE.index, dtype="str"))
    graph = network([waited("a", "Open", 0, 4, team="web")], nobody)
    assert (graph.graph["level"], list(graph.edges)) == ("team", [(NEW, "web")])


def test_every_wait_is_between_who_had_the_work_and_whom_it_waits_for() -> None:
    """Four days before anybody worked, one handed over, three behind the last work: of eight."""
    graph = network(PIECES)
    assert shares(graph) == {(NEW, "web"): 0.5, ("web", "quality"): 0.125, ("quality", DELIVERED): 0.375}
    assert graph.graph["level"] == "team"
    assert graph.edges[NEW, "web"] == {
        "wait": 4 * 86400.0, "tickets": 1, "median": 4 * 86400.0, "share": 0.5, "stage": "Open",
    }  # fmt: skip


def test_what_waits_now_waits_for_the_team_of_its_queue() -> None:
    """Nobody has taken it up, so no handoff is known yet: it waits all the same."""
    visits = lived("b", ("Build", 0, 2), ("Check", 2, None))
    assert shares(network([waited("b", "Check", 2, 5, team="quality")], visits)) == {("web", "quality"): 1.0}


def test_waiting_within_a_team_is_on_a_loop() -> None:
    """It is no handoff between teams."""
    visits = lived("b", ("Build", 0, 2), ("Open", 2, None))
    assert shares(network([waited("b", "Open", 2, 5, team="web")], visits)) == {("web", "web"): 1.0}


def test_waiting_for_no_known_team_is_on_no_arrow_and_in_the_whole() -> None:
    """Half of it waits for nobody knows whom."""
    graph = network([waited("a", "Open", 0, 2), waited("a", "Open", 2, 4, team="web")])
    assert shares(graph) == {(NEW, "web"): 0.5}


def test_teams_stand_amid_the_stages_they_work_in() -> None:
    """In the order of the stream, between new work and what is delivered."""
    graph = network(PIECES)
    assert sorted(graph, key=lambda name: graph.nodes[name]["position"]) == [NEW, "web", "quality", DELIVERED]


def test_the_period_before_has_shares_of_its_own_waiting() -> None:
    """A way that bore something then only is there too, with nothing now."""
    before = [waited("a", "Open", 0, 1, team="web"), waited("a", "Check", 6, 9, team="quality", handoff=7)]
    graph = network(PIECES[:1], before=before)
    assert shares(graph, "before") == {(NEW, "web"): 0.25, ("web", "quality"): 0.75}
    assert shares(graph) == {(NEW, "web"): 1.0, ("web", "quality"): 0.0}
    assert (graph.graph["days"], graph.graph["days_before"]) == (100, 50)


def test_without_a_period_before_no_share_is_claimed() -> None:
    """Neither 0 % nor anything else."""
    graph = network(PIECES)
    assert graph.graph["days_before"] == 0
    assert not any("before" in about for *_, about in graph.edges(data=True))


def test_where_no_team_is_known_waiting_is_before_a_move() -> None:
    """From the queue to where the ticket went."""
    graph = network(PIECES, teams_known=False)
    assert graph.graph["level"] == "stage"
    assert shares(graph) == {("Open", "Build"): 0.5, ("Check", "QA"): 0.125, ("Release", "Done"): 0.375}
    assert {name: about["kind"] for name, about in graph.nodes(data=True)}["Open"] == "queue"


def test_where_teams_have_waited_for_nothing_it_is_stages_too() -> None:
    """No piece has a team, though teams are known."""
    assert network([waited("b", "Open", 0, 2)], lived("b", ("Open", 0, None))).graph["level"] == "stage"


def test_what_no_move_has_ended_is_still_waiting() -> None:
    """And so it was at the end of the period before, if it moved on only later."""
    visits = pd.concat([lived("b", ("Open", -9, 5), ("Build", 5, None)), lived("c", ("Open", 0, None))])
    graph = network(
        [waited("b", "Open", 0, 5), waited("c", "Open", 0, 15)],
        visits, before=[waited("b", "Open", -9, 0)], teams_known=False,
    )  # fmt: skip
    assert shares(graph) == {("Open", "Build"): 0.25, ("Open", STILL): 0.75}
    assert shares(graph, "before") == {("Open", "Build"): 0.0, ("Open", STILL): 1.0}


def test_what_hides_in_a_work_stage_is_before_the_move_into_it() -> None:
    """The board says that somebody works on it."""
    visits = lived("b", ("Open", 0, 1), ("Build", 1, 9), ("Done", 9, None))
    assert shares(network([waited("b", "Build", 1, 3)], visits, teams_known=False)) == {
        ("Open", "Build"): 1.0
    }


def test_nothing_that_waited_makes_no_arrow() -> None:
    """And no error."""
    assert network([]).number_of_edges() == 0


@pytest.mark.parametrize("teams_known", [True, False])
def test_shares_never_exceed_all_waiting_whatever_the_order_of_rows(teams_known: bool) -> None:
    """The same in reverse."""
    one, other = (network(rows, teams_known=teams_known) for rows in (PIECES, PIECES[::-1]))
    assert shares(one) == shares(other)
    assert sum(shares(one).values()) == pytest.approx(1.0)
