"""Who blocks whom, and what to doubt of it: by hand."""

import io
import json
from typing import Any

import networkx as nx

from tests.blocks import AS_OF, at, blocks_of, events_of, flagged, said, tickets_of
from vsm.eventlog.log import QualityNote
from vsm.intervals.blocks import blocks_from_events
from vsm.model.blocking import blocking_network, lasting
from vsm.quality.blocking import check_blocks

HOUR = 3600.0


def blocked_by(ticket: int, other: int, start: float, end: float | None = None) -> list[dict[str, Any]]:
    """A link, made and perhaps taken away."""
    text = f"This issue is blocked by AB-{other}"
    return [said(ticket, start, new=text), *([said(ticket, end, old=text)] if end is not None else [])]


def graph_of(*rows: dict[str, Any], **more: Any) -> "nx.DiGraph[str]":
    return blocking_network(blocks_of(*rows, **more), tickets=tickets_of(0, 0, 0, 0), as_of=at(AS_OF))


def test_an_edge_leads_from_what_blocks_to_what_is_blocked() -> None:
    """Twice, for four hours and, still, for ninety; the first is flagged as well, within the second."""
    graph = graph_of(
        *blocked_by(1, 2, 2, 6), *blocked_by(1, 2, 10), flagged(1, 12, new="x"), flagged(1, 15, old="x")
    )
    assert graph.edges["jira:2", "jira:1"] == {
        "how": "link", "blocks": 2, "start": "2026-01-05T02:00:00+00:00", "end": "", "open": True,
        "seconds": 94 * HOUR,
    }  # fmt: skip
    assert graph.nodes["jira:1"] == {"key": "AB-1", "blocked": 94 * HOUR, "flagged": 3 * HOUR, "blocks": 0}
    assert graph.nodes["jira:2"] == {"key": "AB-2", "blocked": 0.0, "flagged": 0.0, "blocks": 1}


def test_links_of_two_sorts_between_two_tickets_count_their_hours_once() -> None:
    """From hour 2 to 6, and from hour 4 to 8."""
    depends = "This issue depends on AB-2"
    graph = graph_of(*blocked_by(1, 2, 2, 6), said(1, 4, new=depends), said(1, 8, old=depends))
    edge = graph.edges["jira:2", "jira:1"]
    assert (edge["blocks"], edge["seconds"], edge["end"]) == (2, 6 * HOUR, "2026-01-05T08:00:00+00:00")


def test_flags_unknown_keys_and_blocks_of_no_length_are_on_no_edge() -> None:
    """The flagged ticket and the one with an unknown key are nodes; what never lasted is not there."""
    unknown = said(2, 3, new="This issue is blocked by XY-1")
    graph = graph_of(flagged(1, 2, new="x"), unknown, *blocked_by(3, 4, 5), finished={4: 1})
    assert sorted(graph) == ["jira:1", "jira:2"]
    assert graph.number_of_edges() == 0


def test_the_graph_survives_json_and_graphml() -> None:
    """Node-link JSON and GraphML give back the same nodes, edges and attributes."""
    made = graph_of(*blocked_by(1, 2, 2, 6), *blocked_by(2, 3, 4), flagged(4, 1, new="x"))
    link = nx.node_link_graph(json.loads(json.dumps(nx.node_link_data(made, edges="edges"))), edges="edges")
    buffer = io.BytesIO()
    nx.write_graphml(made, buffer)
    buffer.seek(0)
    for again in (link, nx.read_graphml(buffer)):
        assert {u: d for u, d in again.nodes(data=True)} == {u: d for u, d in made.nodes(data=True)}  # noqa: C416
        assert {(u, v): d for u, v, d in again.edges(data=True)} == {
            (u, v): d for u, v, d in made.edges(data=True)
        }


def doubts(*rows: dict[str, Any], finished: dict[int, float] | None = None) -> list[QualityNote]:
    events, tickets = events_of(*rows), tickets_of(0, 0, 0, 0)
    done = {f"jira:{n}": at(hours) for n, hours in (finished or {}).items()}
    made = blocks_from_events(events, tickets, finished=done, as_of=at(AS_OF))
    return check_blocks(made, events, tickets, finished=done)


def test_plain_blocks_raise_no_doubt() -> None:
    """A link that ended, a flag that was taken off."""
    assert doubts(*blocked_by(1, 2, 2, 6), flagged(3, 1, new="x"), flagged(3, 2, old="x")) == []


def test_a_log_that_cannot_tell_says_so() -> None:
    """Neither flags nor links."""
    (doubt,) = doubts(said(1, 1, new="high", kind="priority"))
    assert (doubt.check, doubt.level) == ("blocks not measured", "note")


def test_other_links_and_unknown_keys_are_named() -> None:
    """So that vsm.toml can be mended, and the other project pulled."""
    unknown, other = doubts(
        said(1, 1, new="This issue waits for AB-2"), said(2, 1, new="This issue is blocked by XY-1")
    )[::-1]
    assert (unknown.check, unknown.level) == ("block by an unknown ticket", "warning")
    assert unknown.detail.startswith("1 block of 1 ticket by tickets that were not pulled")
    assert unknown.detail.endswith(": XY-1")
    assert "'waits for' (1)" in other.detail


def test_blocks_of_what_was_done_are_named() -> None:
    """The one blocks when it was done already; the other is blocked when it was done already."""
    found = doubts(*blocked_by(1, 2, 5), *blocked_by(3, 4, 5), finished={2: 3, 3: 3})
    assert [doubt.check for doubt in found] == ["block on finished work"] * 2
    assert "the blocking ticket was done already: no time counts; AB-1" in found[0].detail
    assert "the blocked ticket was done already: no time counts; AB-3" in found[1].detail


def test_flags_that_stay_on_finished_tickets_are_named() -> None:
    """It was set in hour 2 and is there still; the ticket was finished in hour 9."""
    (doubt,) = doubts(flagged(1, 2, new="x"), finished={1: 9})
    assert doubt.check == "flag left on a ticket"
    assert "AB-1" in doubt.detail


def test_tickets_that_block_each_other_at_one_time_are_told_once() -> None:
    """Three in a circle from hour 4 on; two that did so one after the other are no circle."""
    circle = [*blocked_by(1, 2, 2), *blocked_by(2, 3, 3), *blocked_by(3, 1, 4)]
    (doubt,) = doubts(*circle)
    assert (doubt.check, doubt.level, doubt.ticket) == ("tickets that block each other", "warning", "jira:3")
    assert doubt.detail.startswith("AB-3 blocks AB-2 blocks AB-1 blocks AB-3, since 2026-01-05")
    assert doubts(*blocked_by(1, 2, 2, 4), *blocked_by(2, 1, 4)) == []


def test_lasting_blocks_leave_the_frame_as_it_was() -> None:
    """One of two lasted."""
    made = blocks_of(*blocked_by(1, 2, 5), *blocked_by(3, 4, 5), finished={2: 3})
    assert len(lasting(made)) == 1
    assert len(made) == 2
