"""Logs of several sources become one, whatever their order."""

import pytest
from pandas.testing import assert_frame_equal

from tests.frames import assert_same_rows
from tests.git_bodies import batch, commit
from tests.jira_bodies import history, issue, log_from_jira, moved
from vsm.eventlog.from_git import log_from_git
from vsm.eventlog.log import Log, merge_logs

BODIES = [
    issue(n, history(n, f"2026-01-0{n}T09:00:00.000+0000", moved("1", "3")), now="3") for n in (6, 7, 8)
]


@pytest.mark.slow
def test_merging_a_log_with_itself_changes_nothing() -> None:
    """Events are unique by source, ref and seq."""
    log = log_from_jira(BODIES)
    for part in ("tickets", "events", "names"):
        assert_same_rows(getattr(merge_logs(log, log), part), getattr(merge_logs(log), part), part)


@pytest.mark.slow
def test_order_of_bodies_does_not_matter() -> None:
    """The events come out the same however the documents are shuffled."""
    assert_frame_equal(
        merge_logs(log_from_jira(BODIES[::-1])).events, merge_logs(log_from_jira(BODIES)).events
    )


@pytest.mark.slow
def test_sources_come_together_in_time() -> None:
    """A commit stands among the ticket's own events, by instant."""
    mended = commit("c1", "AB-6 mend", at="2026-01-06T08:00:00+00:00")
    git = log_from_git([batch(mended)], repository="shop", keys={"AB-6": "jira:1006"})
    rows = merge_logs(Log(), log_from_jira(BODIES[:1]), git).events
    assert rows["kind"].astype("str").tolist() == ["created", "status", "commit", "status"]
    assert rows["source"].astype("str").tolist()[2] == "git:shop"
