"""When a ticket is blocked: each rule by hand, and small logs as the plain reference tells them."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.blocks import AS_OF, at, blocks_of, events_of, flagged, said, shown, tickets_of, visits_of
from tests.frames import assert_same_rows
from tests.logs import Case, cases, shuffles, stage_table
from tests.real_streams import TRACKERS, read_for_intervals, real_log, real_workflow
from vsm.definitions.blocks import Flag, Sentence, flag_spans, link_spans, stage_spans
from vsm.definitions.facts import events_of as events_of_table
from vsm.definitions.visits import Memberships, list_visits
from vsm.eventlog.log import sorted_events
from vsm.eventlog.stages import stages_from_names
from vsm.intervals import visits_from_events
from vsm.intervals.blocks import blocked_time, blocks_from_events
from vsm.intervals.waits import finished_at
from vsm.tables import BLOCKS, EVENTS, NAMES, TICKETS, check, conform

BLOCKED = "This issue is blocked by AB-2"
BLOCKS_IT = "This issue blocks AB-1"


def test_a_flag_blocks_until_it_is_taken_off() -> None:
    """Set in hour 5, taken off in hour 8, set again in hour 20 and still there."""
    made = blocks_of(
        flagged(1, 5, new="Impediment"), flagged(1, 8, old="Impediment"), flagged(1, 20, new="Impediment")
    )
    assert shown(made) == [("jira:1", 5, 8, None), ("jira:1", 20, None, None)]
    assert made["detail"].tolist() == ["Impediment", "Impediment"]
    assert made["how"].tolist() == ["flag", "flag"]


def test_another_value_of_the_flag_field_changes_nothing() -> None:
    """Something stands there from hour 5 to hour 9."""
    lines = [
        flagged(1, 5, new="Impediment"),
        flagged(1, 7, old="Impediment", new="Impediment, Waits for law"),
        flagged(1, 9, old="Impediment, Waits for law"),
    ]
    assert shown(blocks_of(*lines)) == [("jira:1", 5, 9, None)]


def test_a_flag_that_a_first_change_takes_off_was_there_from_creation() -> None:
    """The ticket was made in hour 3 with a flag."""
    made = blocks_of(flagged(1, 9, old="Impediment"), tickets=tickets_of(3))
    assert shown(made) == [("jira:1", 3, 9, None)]


def test_a_flag_set_and_taken_off_at_one_instant_blocks_nothing() -> None:
    """The last line of an instant counts."""
    assert shown(blocks_of(flagged(1, 5, new="x"), flagged(1, 5, old="x"))) == []


def test_a_link_blocks_from_its_making_to_its_end() -> None:
    """Made in hour 5, taken away in hour 9; the blocking ticket is named."""
    made = blocks_of(said(1, 5, new=BLOCKED), said(1, 9, old=BLOCKED))
    assert shown(made) == [("jira:1", 5, 9, "jira:2")]
    assert made["how"].tolist() == ["link"]


@pytest.mark.parametrize(
    ("ticket", "text"),
    [
        (1, "This issue is blocked by AB-2"),
        (2, "This issue blocks AB-1"),
        (1, "This work item IS BLOCKED BY ab-2"),
        (1, "This issue depends on AB-2"),
        (2, "This issue required by AB-1"),
        (2, "This issue is required by AB-1"),
        (2, "This issue is depended on by AB-1"),
        (1, "This issue requires AB-2"),
    ],
)
def test_either_side_may_tell_in_any_usual_words(ticket: int, text: str) -> None:
    """Whoever says it, the first ticket is blocked by the second."""
    assert shown(blocks_of(said(ticket, 5, new=text))) == [("jira:1", 5, None, "jira:2")]


@pytest.mark.parametrize(
    "text", ["This issue is related to AB-2", "This issue no longer blocks AB-2", "This issue clones AB-2"]
)
def test_other_links_block_nothing(text: str) -> None:
    """They stand in none of the pairs, though one ends with a wording that does."""
    assert shown(blocks_of(said(1, 5, new=text))) == []


def test_wordings_of_ones_own_replace_the_usual() -> None:
    """A translated sentence need only end with the wording; "blocks" means nothing then."""
    own = [("wird blockiert durch", "blockiert")]
    lines = [
        said(1, 5, new="Dieser Vorgang wird blockiert durch AB-2"),
        said(3, 5, new="This issue blocks AB-4"),
    ]
    assert shown(blocks_of(*lines, links=own)) == [("jira:1", 5, None, "jira:2")]


def test_a_link_that_both_tickets_tell_of_is_one_block() -> None:
    """Jira writes the two lines a moment apart; the first that tells of an end ends it."""
    made = blocks_of(
        said(2, 5, new=BLOCKS_IT),
        said(1, 5.01, new=BLOCKED),
        said(2, 9, old=BLOCKS_IT),
        said(1, 9.01, old=BLOCKED),
    )
    assert shown(made) == [("jira:1", 5, 9, "jira:2")]
    assert made["detail"].tolist() == [BLOCKED]


def test_a_link_that_only_one_ticket_says_has_gone_has_gone() -> None:
    """The other changelog lacks the line."""
    made = blocks_of(said(2, 5, new=BLOCKS_IT), said(1, 5, new=BLOCKED), said(1, 9, old=BLOCKED))
    assert shown(made) == [("jira:1", 5, 9, "jira:2")]


def test_two_sorts_of_link_between_two_tickets_are_two_blocks() -> None:
    """One is taken away, the other stays."""
    depends = "This issue depends on AB-2"
    made = blocks_of(said(1, 5, new=BLOCKED), said(1, 5, new=depends), said(1, 9, old=BLOCKED))
    assert shown(made) == [("jira:1", 5, None, "jira:2"), ("jira:1", 5, 9, "jira:2")]


def test_a_link_that_was_only_taken_away_was_there_since_both_tickets_were() -> None:
    """The blocked ticket is of hour 1, the other of hour 4."""
    made = blocks_of(said(1, 9, old=BLOCKED), tickets=tickets_of(1, 4))
    assert shown(made) == [("jira:1", 4, 9, "jira:2")]


def test_a_link_blocks_no_longer_than_the_other_ticket_needs() -> None:
    """It is finished for good in hour 7; the link stays."""
    assert shown(blocks_of(said(1, 5, new=BLOCKED), finished={2: 7})) == [("jira:1", 5, 7, "jira:2")]


def test_nothing_blocks_what_is_done() -> None:
    """Flag and link are never taken away, yet end where the ticket itself is finished."""
    made = blocks_of(said(1, 5, new=BLOCKED), flagged(1, 6, new="x"), finished={1: 8})
    assert shown(made) == [("jira:1", 5, 8, "jira:2"), ("jira:1", 6, 8, None)]


def test_a_ticket_that_is_gone_blocks_no_more() -> None:
    """It was found deleted in hour 6."""
    made = blocks_of(said(1, 5, new=BLOCKED), said(2, 6, new="deleted", kind="delete"))
    assert shown(made) == [("jira:1", 5, 6, "jira:2")]


def test_a_link_to_what_is_done_ends_where_it_begins() -> None:
    """The row is kept, for it is told in QUALITY; it lasts no time."""
    assert shown(blocks_of(said(1, 5, new=BLOCKED), finished={2: 3})) == [("jira:1", 5, 5, "jira:2")]


def test_what_comes_after_now_is_not_seen() -> None:
    """As of hour 6 the link has not been taken away, and the other ticket is not done."""
    lines = [said(1, 5, new=BLOCKED), said(1, 9, old=BLOCKED), flagged(1, 7, new="x")]
    assert shown(blocks_of(*lines, finished={2: 8}, as_of=6)) == [("jira:1", 5, None, "jira:2")]


def test_a_key_of_no_ticket_blocks_without_a_name() -> None:
    """Until it is taken away; two such keys at one instant are two blocks."""
    made = blocks_of(
        said(1, 5, new="This issue is blocked by XY-1"), said(1, 5, new="This issue is blocked by XY-2"),
        said(1, 9, old="This issue is blocked by XY-2"),
    )  # fmt: skip
    assert shown(made) == [("jira:1", 5, None, None), ("jira:1", 5, 9, None)]
    assert made["detail"].tolist() == ["This issue is blocked by XY-1", "This issue is blocked by XY-2"]


def test_to_block_what_is_not_known_is_no_block_of_ours() -> None:
    """The blocked ticket was not pulled."""
    assert shown(blocks_of(said(1, 5, new="This issue blocks XY-1"))) == []


def test_a_former_key_means_the_same_ticket() -> None:
    """The link was made to OLD-7 and taken away from AB-2, which it is called since hour 6."""
    made = blocks_of(
        said(1, 5, new="This issue is blocked by OLD-7"),
        said(2, 6, old="OLD-7", new="AB-2", kind="move"),
        said(1, 9, old=BLOCKED),
    )
    assert shown(made) == [("jira:1", 5, 9, "jira:2")]


def test_keys_mean_tickets_of_the_tracker_that_names_them() -> None:
    """Another tracker has an AB-2, too."""
    both = pd.concat(
        [tickets_of(0, 0).astype("object"), tickets_of(0, 0, tracker="jira:two").astype("object")]
    )
    tickets = conform(both, TICKETS)
    assert shown(blocks_of(said(1, 5, new=BLOCKED), tickets=tickets)) == [("jira:1", 5, None, "jira:2")]


def test_links_of_nobody_else_need_no_tickets_table() -> None:
    """A flag of a ticket that TICKETS lacks begins with its first line."""
    assert shown(blocks_of(flagged(9, 5, old="x"), flagged(9, 6, new="x"))) == [("jira:9", 6, None, None)]


_HOURS = st.integers(0, 12)
_NUMBERS = st.integers(1, 3)


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[Flag], list[Sentence]]:
    """Lines of changelogs about three tickets, with what they mean to the reference."""
    rows: list[dict[str, Any]] = []
    flags: list[Flag] = []
    told: list[Sentence] = []
    for number in range(draw(st.integers(1, 9))):
        hour, there = draw(_HOURS), draw(st.booleans())
        when = at(hour).to_pydatetime()
        if draw(st.integers(0, 3)) == 0:
            ticket = draw(_NUMBERS)
            rows.append(flagged(ticket, hour, new="x" if there else None, old=None if there else "y"))
            flags.append(Flag(f"jira:{ticket}", when, number, there))
            continue
        blocked, by = draw(st.permutations([1, 2, 3]))[:2]
        own = draw(st.booleans())
        text = f"This issue is blocked by AB-{by}" if own else f"This issue blocks AB-{blocked}"
        teller = blocked if own else by
        rows.append(said(teller, hour, new=text if there else None, old=None if there else text))
        told.append(Sentence(f"jira:{teller}", f"jira:{blocked}", f"jira:{by}", when, number, there))
    return rows, flags, told


@pytest.mark.slow
@given(stories(), st.lists(_HOURS, min_size=3, max_size=3))
def test_spans_are_those_of_the_reference(
    story: tuple[list[dict[str, Any]], list[Flag], list[Sentence]], created: list[int]
) -> None:
    """Flags and links by themselves, before any ticket is finished."""
    rows, flags, told = story
    tickets = tickets_of(*created)
    made = blocks_of(*rows, tickets=tickets)
    born: dict[str, datetime] = {f"jira:{n}": at(h).to_pydatetime() for n, h in enumerate(created, start=1)}
    expected: set[tuple[Any, ...]] = {
        (ticket, "link", by, start, end)
        for (ticket, by), spans in link_spans(told, born).items()
        for start, end in spans
    }
    first = {flag.ticket: flag for flag in sorted(flags, key=lambda f: (f.at, f.number), reverse=True)}
    early = [
        Flag(ticket, min(born[ticket], flag.at), -1, there=True)
        for ticket, flag in first.items()
        if not flag.there
    ]
    expected |= {
        (ticket, "flag", None, start, end)
        for ticket, spans in flag_spans([*early, *flags]).items()
        for start, end in spans
    }
    found = {
        (str(row["ticket"]), str(row["how"]), None if pd.isna(row["by"]) else str(row["by"]), row["start"],
         None if pd.isna(row["end"]) else row["end"])
        for row in made.to_dict("records")
    }  # fmt: skip
    assert found == expected
    assert len(made) == len(expected)


def test_a_stay_in_a_blocked_stage_blocks_from_entry_to_exit() -> None:
    """Two holders in a row are one stay; one that lasted no time is none; the last is still there."""
    visits = visits_of((1, 2, 5), (1, 5, 9), (1, 9, 12), (1, 12, 12), (1, 12, 20), (2, 7, None))
    visits["stage"] = pd.Categorical(["On hold", "On hold", "Build", "On hold", "Build", "On hold"])
    made = blocks_of(held_up=visits[visits["stage"] == "On hold"])
    assert shown(made) == [("jira:1", 2, 9, None), ("jira:2", 7, None, None)]
    assert made[["how", "detail"]].to_numpy().tolist() == [["stage", "On hold"]] * 2
    assert shown(blocks_of(held_up=visits[:0])) == []


@pytest.mark.slow
@given(cases())
def test_stays_in_blocked_stages_are_those_of_the_reference(case: Case) -> None:
    """Whatever the workflow, and whoever holds the ticket meanwhile."""
    held_up = {stage.name for stage in case.workflow.stages if stage.blocked}
    as_of, team_of = pd.Timestamp(case.as_of), case.workflow.team_of
    names = [{"kind": "status", "id": status, "name": status} for status in case.workflow.mapping]
    stages = stages_from_names(conform(pd.DataFrame(names), NAMES), workflow=case.workflow)
    assert set(stages.loc[stages["blocked"], "stage"]) == held_up
    visits = visits_from_events(case.events, stages=stages, team_of=team_of, as_of=as_of)
    stays = visits[visits["stage"].isin(held_up)]
    made = blocks_from_events(case.events, tickets_of(), finished={}, as_of=as_of, held_up=stays)
    expected = stage_spans(
        list_visits(
            events_of_table(case.events),
            stage_of=stage_table(case.workflow),
            teams=Memberships(team_of),
            as_of=case.as_of,
        ),
        held_up,
    )
    found = [
        (str(row["ticket"]), row["detail"], row["start"], None if pd.isna(row["end"]) else row["end"])
        for row in made[made["how"] == "stage"].to_dict("records")
    ]
    spans = {(*stay, *span) for stay, several in expected.items() for span in several}
    assert set(found) == spans
    assert len(found) == len(spans)


@pytest.mark.slow
@given(stories(), st.data())
def test_the_order_of_rows_changes_nothing(
    story: tuple[list[dict[str, Any]], list[Flag], list[Sentence]], data: st.DataObject
) -> None:
    """Shuffled events give equal blocks."""
    events, tickets = events_of(*story[0]), tickets_of(0, 1, 2)
    mixed = data.draw(shuffles(events))
    one, other = (blocks_from_events(rows, tickets, finished={}, as_of=at(AS_OF)) for rows in (events, mixed))
    assert_same_rows(one, other)


def test_inputs_are_left_as_they_were_and_nothing_gives_nothing() -> None:
    """No events give an empty table of the right shape; the frames that were given are unchanged."""
    events, tickets = events_of(said(1, 5, new=BLOCKED)), tickets_of(0, 0)
    copies = events.copy(deep=True), tickets.copy(deep=True)
    blocks_from_events(events, tickets, finished={}, as_of=at(AS_OF))
    pd.testing.assert_frame_equal(events, copies[0])
    pd.testing.assert_frame_equal(tickets, copies[1])
    none = sorted_events(conform(events.iloc[:0], EVENTS))
    assert check(blocks_from_events(none, tickets, finished={}, as_of=at(AS_OF)), BLOCKS).empty


COUNTS = {"duracloud": (52, 6, 13, 6), "islandora": (1, 0, 0, 0)}


@pytest.mark.parametrize("tracker", TRACKERS)
def test_real_trackers_tell_of_blocks(real_data: Path, tracker: str) -> None:
    """Nobody set flags there; of the links, some are to other projects, and some to what was done."""
    log, workflow = real_log(real_data, tracker), real_workflow()
    events, stages = read_for_intervals(log, workflow)
    as_of = events["at"].max()
    visits = visits_from_events(events, stages=stages, team_of=workflow.team_of, as_of=as_of)
    finished = finished_at(visits)
    made = check(blocks_from_events(events, log.tickets, finished=finished, as_of=as_of), BLOCKS)
    nothing = int((made["end"] == made["start"]).sum())
    assert (len(made), int(made["by"].isna().sum()), int(made["end"].isna().sum()), nothing) == COUNTS[
        tracker
    ]
    assert set(made["how"]) == {"link"}
    over = visits["entered"] >= visits["ticket"].astype("str").map(finished)
    time = blocked_time(made, visits, as_of=as_of)
    assert (time <= visits["elapsed"]).all()
    assert (time[over] == pd.Timedelta(0)).all()
