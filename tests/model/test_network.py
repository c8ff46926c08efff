"""The networks of stages and teams, by hand and round trips."""

import io
import json
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from vsm.model.lifecycle import stage_visits_from_visits
from vsm.model.moves import Moves
from vsm.model.network import (
    complete_and_accurate,
    stage_network,
    sums_of_handoffs,
    team_graph,
    team_network,
)
from vsm.tables import HANDOFFS, VISITS, WAITS, conform

START = pd.Timestamp("2026-01-05", tz="UTC")
STAGES = pd.DataFrame(
    {
        "status": ["1", "2", "3"], "stage": ["Ready", "Build", "Done"], "kind": ["queue", "work", "done"],
        "team": pd.Series([None, "web", None], dtype="str"), "position": [0, 1, 2],
    }
)  # fmt: skip
KIND = {"Ready": "queue", "Build": "work", "Done": "done"}


def visits(*lifecycles: tuple[tuple[str, int], ...], bulk: bool = False) -> pd.DataFrame:
    """Lives as (stage, days) chains; the last visit of each stays open."""
    rows = []
    for number, life in enumerate(lifecycles):
        at = START
        for n, (stage, days) in enumerate(life):
            left = at + pd.Timedelta(days=days)
            open_ = n == len(life) - 1
            rows.append(
                {
                    "ticket": f"jira:{number}", "n": n, "stage": stage, "kind": KIND[stage], "entered": at,
                    "left": pd.NaT if open_ else left, "elapsed": left - at, "revisit": False, "bulk": bulk,
                }
            )  # fmt: skip
            at = left
    return conform(pd.DataFrame(rows), VISITS)


def waits_in(rows: pd.DataFrame) -> pd.DataFrame:
    """Everything in a queue waits; one day at the beginning of each work visit is hidden waiting."""
    idle = rows[rows["kind"] != "done"].assign(start=rows["entered"])
    length = idle["elapsed"].where(idle["kind"] == "queue", pd.Timedelta(days=1))
    return conform(
        idle.assign(elapsed=length, end=idle["start"] + length)[
            ["ticket", "n", "stage", "start", "end", "elapsed", "bulk"]
        ],
        WAITS,
    )


LIFE = (("Ready", 3), ("Build", 4), ("Ready", 2), ("Build", 5), ("Done", 9))


def drawn(rows: pd.DataFrame, *, minimum: int = 12) -> "nx.DiGraph[str]":
    return stage_network(
        stage_visits_from_visits(rows, waits_in(rows), stages=STAGES), stages=STAGES, minimum=minimum
    )


def graph() -> "nx.DiGraph[str]":
    return drawn(visits(LIFE, (("Ready", 1), ("Build", 1))), minimum=1)


def test_nodes_tell_how_long_tickets_stay() -> None:
    """Build was entered three times by two tickets, is held open by one, and lasted 4 and 5 days."""
    node = graph().nodes["Build"]
    assert (node["visits"], node["tickets"], node["open"], node["position"], node["team"]) == (
        3,
        2,
        1,
        1,
        "web",
    )
    assert node["median"] == 4.5 * 86400
    assert node["total"] == 10 * 86400
    assert node["share"] == pytest.approx(10 / 16)


def test_edges_carry_the_waiting_that_the_move_ended() -> None:
    """Ready → Build: 3, 2 and 1 days in the queue, and one hidden at each beginning; back moves are told."""
    edge = graph().edges["Ready", "Build"]
    assert (edge["count"], edge["tickets"], edge["back"]) == (3, 2, 0)
    assert edge["wait_median"] == 3 * 86400
    assert edge["wait_total"] == 9 * 86400
    assert graph().edges["Build", "Ready"]["back"] == 1
    assert sum(about["share"] for *_, about in graph().edges(data=True)) == pytest.approx(1.0)


def test_complete_and_accurate_counts_moves_that_never_came_back() -> None:
    """Of Ready's three moves forward one came back; of Build's one forward move none did."""
    assert graph().nodes["Ready"]["ca"] == pytest.approx(2 / 3)
    assert graph().nodes["Build"]["ca"] == 1.0
    stage_visits = pd.DataFrame(
        {"ticket": "a", "stage": ["A", "B", "A", "B"], "position": [0, 1, 0, 1], "bulk": False}
    )
    assert complete_and_accurate(stage_visits)["ca"].to_dict() == {"A": 0.5}


def test_too_few_moves_give_no_complete_and_accurate() -> None:
    """Under the minimum the attribute is not there: unknown is not 0 %."""
    assert "ca" not in drawn(visits(LIFE)).nodes["Build"]


def test_bulk_edits_are_no_flow() -> None:
    """Stays and moves of a bulk edit leave the nodes without visits and the graph without edges."""
    tidied = drawn(visits(LIFE, bulk=True))
    assert tidied.number_of_edges() == 0
    assert tidied.nodes["Build"]["visits"] == 0


def handed(*rows: tuple[str, str, float, bool]) -> pd.DataFrame:
    """Handoffs from (from_team, to_team, days of wait, back)."""
    frame = pd.DataFrame(rows, columns=["from_team", "to_team", "days", "back"])
    wait = pd.to_timedelta(frame["days"], unit="D")
    same: dict[str, Any] = {
        "from_stage": "Build",
        "to_stage": "Test",
        "person": True,
        "team": True,
        "discipline": False,
    }
    return conform(
        frame.assign(
            handoff=range(len(frame)), ticket="jira:1", given=START, taken=START + wait, wait=wait, **same
        ),
        HANDOFFS,
    )


def test_team_network_tells_what_passing_costs() -> None:
    """Three handoffs from web to qa, one back: counts, median, total and share of all waiting."""
    teams = team_network(
        handed(
            ("web", "qa", 1, False), ("web", "qa", 3, False), ("web", "qa", 2, False), ("qa", "web", 2, True)
        )
    )
    edge = teams.edges["web", "qa"]
    assert (edge["count"], edge["wait_median"], edge["wait_total"]) == (3, 2 * 86400, 6 * 86400)
    assert edge["share"] == 0.75
    assert teams.edges["qa", "web"]["back"] == 1
    assert teams.nodes["web"] == {"handoffs_given": 3, "handoffs_taken": 1}


@pytest.mark.parametrize(
    "made", [graph(), team_network(handed(("web", "qa", 1, False)))], ids=["stages", "teams"]
)
def test_networks_survive_json_and_graphml(made: "nx.DiGraph[str]") -> None:
    """Node-link JSON and GraphML give back the same nodes, edges and attributes."""
    link = nx.node_link_graph(json.loads(json.dumps(nx.node_link_data(made, edges="edges"))), edges="edges")
    buffer = io.BytesIO()
    nx.write_graphml(made, buffer)
    buffer.seek(0)
    for again in (link, nx.read_graphml(buffer)):
        assert {u: d for u, d in again.nodes(data=True)} == {u: d for u, d in made.nodes(data=True)}  # noqa: C416
        assert {(u, v): d for u, v, d in again.edges(data=True)} == {
            (u, v): d for u, v, d in made.edges(data=True)
        }


def test_what_a_bulk_edit_moved_there_is_there_now() -> None:
    """Two open tickets, one of them moved there by a clean-up: both are there; only one visit is measured."""
    stays = pd.DataFrame(
        {
            "ticket": ["a", "b"], "stage": "Open", "kind": "queue", "position": 0,
            "entered": pd.Timestamp("2026-01-05", tz="UTC"), "left": pd.Series([pd.NaT] * 2, dtype="datetime64[us, UTC]"),
            "elapsed": pd.Timedelta(days=1), "waited": pd.Timedelta(days=1), "bulk": [True, False], "gone": False,
        }
    )  # fmt: skip
    about = {"status": ["1"], "stage": ["Open"], "kind": ["queue"], "position": [0], "team": [None]}
    stages = pd.DataFrame(about)
    node = stage_network(stays, stages=stages, minimum=1).nodes["Open"]
    assert (node["open"], node["visits"]) == (2, 1)


def test_parts_with_teams_of_their_own_make_one_network() -> None:
    """Two groups of tickets number their teams each by itself; edges of both are one, with one median."""
    one = sums_of_handoffs(moves((0, 1, 1), (0, 1, 3)), ["qa", "web"])
    other = sums_of_handoffs(moves((1, 0, 2), (2, 1, 9)), ["qa", "ops", "web"])
    graph = team_graph([one, other])
    assert graph.graph["tickets"] == 2
    assert list(graph.edges) == [("ops", "qa"), ("qa", "web"), ("web", "ops")]
    assert graph.edges["qa", "web"] == {
        "count": 2, "tickets": 1, "back": 0, "wait_median": 2.0, "wait_p85": 2.7, "wait_total": 4.0, "share": 4 / 15,
    }  # fmt: skip
    assert graph.nodes["web"] == {"handoffs_given": 1, "handoffs_taken": 2}


def moves(*rows: tuple[int, int, int]) -> Moves:
    """Handoffs of one ticket from (upstream, downstream, seconds of waiting)."""
    upstream, downstream, seconds = np.array(rows).T
    nothing = np.zeros(len(rows), dtype=np.int64)
    return Moves(nothing, upstream, downstream, seconds * 1_000_000, nothing > 0)
