"""A deleted or hidden ticket ends where it was missed, and nobody counts it as there."""

import pandas as pd
import pytest

from tests.streams import START, stream_of
from vsm.model.batches import batches_from_stage_visits
from vsm.model.lifecycle import ages, lead_time_quantiles
from vsm.model.weekly import weekly_flow

pytestmark = pytest.mark.slow

DAY = pd.Timedelta(days=1)
LIFE = [("Ready", 3), ("Build", 4), ("Done", 9)]
STARTED = [("Ready", 3), ("Build", 9)]
UNTOUCHED = [("Ready", 9)]


def test_an_unfinished_ticket_ends_where_it_was_missed() -> None:
    """In Build from day 3, missed on day 10: 7 days of work, and a life of 10."""
    stream = stream_of(STARTED, gone={1: 10})
    assert stream.visits["left"].tolist() == [START + 3 * DAY, START + 10 * DAY]
    assert stream.visits["elapsed"].tolist() == [3 * DAY, 7 * DAY]
    (life,) = stream.lifecycles.to_dict("records")
    assert pd.isna(life["finished"])
    assert (life["gone"], life["lead"], life["cycle"]) == (START + 10 * DAY, 10 * DAY, 7 * DAY)
    assert (life["wait"], life["work"]) == (3 * DAY, 7 * DAY)


def test_waiting_ends_where_the_ticket_was_missed() -> None:
    """Nobody waits for a ticket that is not there."""
    waits = stream_of(UNTOUCHED, gone={1: 10}).waits
    assert waits["end"].max() == START + 10 * DAY
    assert sum(waits["elapsed"], pd.Timedelta(0)) == 10 * DAY


def test_a_finished_ticket_stays_finished() -> None:
    """Someone tidied up after it was done: every table is as it was, but for the event and the note."""
    before, after = stream_of(LIFE), stream_of(LIFE, gone={1: 50})
    for name in ("visits", "waits", "lifecycles", "stage_visits", "stage_shares"):
        pd.testing.assert_frame_equal(getattr(before, name), getattr(after, name))
    assert after.events["kind"].iloc[-1] == "delete"
    assert after.lifecycles["gone"].isna().all()
    assert sorted({*after.quality["check"]} - {*before.quality["check"]}) == ["ticket is gone"]


def test_before_the_loss_the_ticket_is_open() -> None:
    """As of day 9 nobody knew; as of day 10 it is gone."""
    early = stream_of(STARTED, gone={1: 10}, as_of_day=9)
    assert early.visits["left"].isna().tolist() == [False, True]
    assert early.lifecycles["gone"].isna().all()
    assert len(ages(early.lifecycles)) == 1
    late = stream_of(STARTED, gone={1: 10}, as_of_day=10)
    assert late.lifecycles["gone"].tolist() == [START + 10 * DAY]
    assert ages(late.lifecycles).empty


def test_a_ticket_reopened_as_it_was_lost_is_not_finished() -> None:
    """Reopened on day 7 and missed at that instant: it left Done, and is not there to be done again."""
    stream = stream_of([("Ready", 3), ("Done", 4), ("Build", 9)], gone={1: 7})
    assert stream.visits["stage"].tolist() == ["Ready", "Done"]
    (life,) = stream.lifecycles.to_dict("records")
    assert pd.isna(life["finished"])
    assert (life["gone"], life["wait"]) == (START + 7 * DAY, 7 * DAY)


def test_gone_tickets_are_nowhere_now() -> None:
    """Of four, one is done, one lies in Build, two are gone: their stays count as far as they went."""
    stream = stream_of(LIFE, STARTED, STARTED, UNTOUCHED, gone={3: 10, 4: 10})
    nodes = stream.network.nodes
    assert {stage: node["open"] for stage, node in nodes.items()} == {"Ready": 0, "Build": 1, "Done": 1}
    assert nodes["Ready"]["median"] == 3 * 86400
    assert nodes["Build"]["median"] == 4 * 86400
    assert nodes["Ready"]["total"] == (3 * 3 + 10) * 86400
    assert weekly_flow(stream.lifecycles, as_of=stream.as_of)["wip"].tolist()[0:3] == [4, 1, 1]
    quantiles = lead_time_quantiles(stream.lifecycles, minimum=12)
    assert quantiles[["delivered", "open", "gone"]].iloc[0].tolist() == [1, 1, 2]


def test_many_tickets_missed_at_once_are_no_batch() -> None:
    """A sweep notices at one instant what was deleted over a week."""
    stream = stream_of(*[UNTOUCHED] * 6, gone=dict.fromkeys(range(1, 7), 10))
    assert stream.stage_visits["gone"].all()
    assert batches_from_stage_visits(stream.stage_visits).empty
    assert stream.network.nodes["Ready"]["open"] == 0


def test_the_window_leaves_out_what_was_gone_before_it() -> None:
    """Gone on day 10 is in a window from day 9 on, not in one from day 11."""
    stream = stream_of(STARTED, STARTED, gone={1: 10})
    seen = [stream.where(since=f"{START + day * DAY:%Y-%m-%d}") for day in (9, 11)]
    assert [set(one.lifecycles["ticket"]) for one in seen] == [{"jira:1001", "jira:1002"}, {"jira:1002"}]
    assert len(seen[1].visits) == 2
