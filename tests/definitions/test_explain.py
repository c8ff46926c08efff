"""A life explained: the same numbers as the fast tables, every rule named, and nothing lost on the way."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.definitions.same_rows import assert_same
from tests.real_streams import TRACKERS, real_log, real_workflow
from tests.share import share
from tests.stories import NIGHT, STAGE_OF, TEAM_OF, at, story
from tests.streams import sample_stream
from vsm.clock import Calendar, Clock
from vsm.config import Waiting
from vsm.definitions.causes import Facts
from vsm.definitions.explain import Explanation, explain
from vsm.definitions.facts import events_of
from vsm.definitions.handoffs import list_handoffs
from vsm.definitions.visits import Memberships, list_visits
from vsm.definitions.waits import list_waits
from vsm.errors import ParameterError
from vsm.from_log import stream_from_log
from vsm.stream import ValueStream
from vsm.tables import HANDOFFS, VISITS, WAITS

ALWAYS = Clock(Calendar("always", np.array([-(1 << 51)]), np.array([1 << 51])))


def explained(*lines: str, others: tuple[str, ...] = (), title: str = "") -> Explanation:
    """The first ticket of a story of one day, ``KEY-1``; ``others`` is the life of a second, ``KEY-2``."""
    events = events_of(story(*lines) + story(*others, ticket="jira:2"))
    teams, as_of = Memberships(TEAM_OF), at(NIGHT)
    visits = list_visits(events, stage_of=STAGE_OF, teams=teams, as_of=as_of)
    handoffs = list_handoffs(visits, stage_of=STAGE_OF)
    facts = Facts(
        visits=visits, handoffs=handoffs, waits=list_waits(visits, handoffs=handoffs, as_of=as_of),
        events=events, stage_of=STAGE_OF, teams=teams, blocked=(), clock=ALWAYS, rules=Waiting(), as_of=as_of,
    )  # fmt: skip
    return explain("jira:1", facts, keys={"jira:1": "KEY-1", "jira:2": "KEY-2"}, title=title)


PASSED_ON = (
    "08:00 dev-1 created",
    "08:00 dev-1 status - > build",
    "09:00 lead assignee - > qa-1",
    "09:00 lead status build > test",
    "11:00 qa-1 comment",
    "12:00 qa-1 status test > done",
)
BUSY = ("07:00 qa-1 created", "07:00 qa-1 status - > test", "10:00 qa-1 status test > done")


def test_every_step_of_a_handoff_names_its_rule() -> None:
    """The tester was at work on another ticket for an hour; why they waited an hour more is not recorded."""
    text = str(explained(*PASSED_ON, others=BUSY, title="Checkout fails"))
    assert text.splitlines() == [
        "KEY-1: Checkout fails",
        "Created 2024-03-04 08:00, finished for good 2024-03-04 12:00 (UTC).",
        "",
        "1. Build (work): 2024-03-04 08:00 to 2024-03-04 09:00, 01:00:00",
        "   Began when the ticket was created. Ended when lead moved it to Test. Holder: dev-1, who moved it in; "
        "nobody was assigned. Team: Team A (of the holder).",
        "   - Work by dev-1: 2024-03-04 08:00 to 2024-03-04 09:00, 01:00:00",
        "     Counted from 2024-03-04 08:00, when dev-1 moved it in, to the end of the visit.",
        "",
        "2. Test (work): 2024-03-04 09:00 to 2024-03-04 12:00, 03:00:00",
        "   Began when lead moved it to Test. Ended when qa-1 moved it to Done. Holder: qa-1, the assignee. "
        "Team: Team B (of the holder).",
        "   - Handoff from dev-1 (Build, Team A) to qa-1 (Test, Team B): 2024-03-04 09:00 to 2024-03-04 11:00, "
        "02:00:00",
        "     Different person, team and discipline. Given 2024-03-04 09:00, when the work visit before it ended; "
        "taken 2024-03-04 11:00, at the first comment by qa-1.",
        "   - Wait: 2024-03-04 09:00 to 2024-03-04 11:00, 02:00:00",
        "     In a work stage, but qa-1 had not started yet.",
        "   - at capacity: 2024-03-04 09:00 to 2024-03-04 10:00, 01:00:00",
        "     qa-1 was working on KEY-2, which had become ready no later than this ticket (2024-03-04 09:00).",
        "   - unexplained: 2024-03-04 10:00 to 2024-03-04 11:00, 01:00:00",
        "     No rule applies: the data do not say why qa-1 did not start on it.",
        "   - Work by qa-1: 2024-03-04 11:00 to 2024-03-04 12:00, 01:00:00",
        "     Counted from 2024-03-04 11:00, at the first comment by qa-1, to the end of the visit.",
        "",
        "3. Done (done): 2024-03-04 12:00 to 2024-03-04 23:00, 11:00:00",
        "   Began when qa-1 moved it to Done. Finished for good: it stayed done.",
        "",
        "Waits by cause: at capacity 01:00:00, unexplained 01:00:00.",
        "Waits 02:00:00 + work 02:00:00 = lead time 04:00:00.",
    ]


def test_an_open_life_has_an_age_and_a_lost_one_an_end() -> None:
    """Neither has a lead time, and the sum holds for both."""
    still = explained("08:00 lead created", "08:00 lead status - > todo")
    assert (still.state, still.waited, still.lead) == ("open", timedelta(hours=15), timedelta(hours=15))
    assert "still open 2024-03-04 23:00" in str(still)
    assert str(still).endswith("Waits 15:00:00 + work 00:00:00 = age 15:00:00.")
    lost = explained("08:00 lead created", "08:00 lead status - > todo", "10:00 - delete - > deleted")
    assert (lost.state, lost.waited, lost.lead) == ("gone", timedelta(hours=2), timedelta(hours=2))
    assert "Ended when the ticket was found deleted or hidden." in str(lost)


def test_time_in_done_before_a_reopening_is_a_wait_of_no_handoff() -> None:
    """The handoff begins with the reopening."""
    life = explained(
        "08:00 dev-1 created",
        "08:00 dev-1 status - > build",
        "09:00 dev-1 status build > done",
        "19:00 lead status done > todo",
        "20:00 qa-1 status todo > test",
        "21:00 qa-1 status test > done",
    )
    (handoff,) = [step for step in life.steps if step.rule == "handoff"]
    assert (handoff.start, handoff.elapsed) == (at("19:00"), timedelta(hours=1))
    assert "Given 2024-03-04 19:00, when it was last reopened" in handoff.why
    assert [(w.stage, w.handoff) for w in life.waits] == [("Done", None), ("Backlog", 0)]
    assert life.waited + life.worked == life.lead == timedelta(hours=13)


def test_html_is_escaped_and_says_what_the_text_says() -> None:
    """A title is no markup."""
    html = explained(*PASSED_ON, title="<b>Checkout</b> & more")._repr_html_()
    assert "&lt;b&gt;Checkout&lt;/b&gt; &amp; more" in html
    assert "<strong>2. Test (work)</strong>" in html
    assert "Waits 02:00:00 + work 02:00:00 = lead time 04:00:00." in html


def test_a_ticket_without_a_life_is_refused() -> None:
    """Created after the as-of instant: there is nothing to explain, and that is said."""
    with pytest.raises(
        ParameterError, match="KEY-1 has no history to explain: it was not created by 2024-03-04"
    ):
        explained("23:30 lead created", "23:30 lead status - > todo")


def assert_explained(stream: ValueStream, keys: list[str]) -> None:
    """Every row behind the steps is that of the fast tables, and the sum holds."""
    for key in keys:
        life = stream.explain(key)
        ticket = life.visits[0].ticket
        visits, handoffs, waits = (
            table[table["ticket"].astype("str") == ticket]
            for table in (stream.visits, stream.handoffs, stream.waits)
        )
        assert_same(visits, life.visits, [n for n in VISITS.names if n not in ("working", "blocked")])
        assert_same(handoffs, life.handoffs, [n for n in HANDOFFS.names if n != "wait_working"])
        pieces = [
            {
                "ticket": piece.wait.ticket, "n": piece.wait.n, "handoff": piece.wait.handoff,
                "stage": piece.wait.stage, "holder": piece.wait.holder, "team": piece.wait.team,
                "receiver": piece.receiver.person or piece.receiver.team, "cause": piece.cause,
                "start": piece.start, "end": piece.end, "elapsed": piece.elapsed, "working": piece.working,
                "bulk": piece.wait.bulk,
            }
            for piece in life.pieces
        ]  # fmt: skip
        assert_same(waits, pieces, [name for name in WAITS.names if name != "carried"])
        assert life.waited + life.worked == life.lead
        assert sum(life.by_cause.values(), timedelta()) == life.waited
        causes = [step for step in life.steps if step.rule in life.by_cause]
        assert sum((step.elapsed for step in causes), timedelta()) == life.waited
        (row,) = stream.lifecycles[stream.lifecycles["ticket"] == ticket].to_dict("records")
        if life.state == "finished":
            assert pd.Timestamp(life.end) == row["finished"]
            assert pd.Timedelta(life.lead) == row["lead"]


@pytest.mark.slow
def test_lives_of_the_sample_are_explained_as_the_tables_tell_them(sample_folder: Path) -> None:
    """Every fiftieth of its 600 tickets."""
    stream = sample_stream(sample_folder)
    assert_explained(stream, list(stream.tickets["key"])[::50])


@pytest.mark.parametrize("tracker", TRACKERS)
def test_real_lives_are_explained_as_the_tables_tell_them(real_data: Path, tracker: str) -> None:
    """Some tickets of each tracker, spread over its years."""
    log = real_log(real_data, tracker)
    stream = stream_from_log(log, workflow=real_workflow(), as_of=log.events["at"].max())
    keys = list(stream.tickets["key"])
    assert_explained(stream, keys[:: len(keys) // share(25, of=50)])


@pytest.mark.slow
def test_an_unknown_key_names_a_near_one(sample_folder: Path) -> None:
    """As everywhere; capital letters make no difference."""
    stream = sample_stream(sample_folder)
    key = str(stream.tickets["key"].iloc[0])
    with pytest.raises(ParameterError, match=f"no ticket has the key '{key}0X'; near: "):
        stream.explain(f"{key}0X")
    assert stream.explain(key.lower()).key == key
