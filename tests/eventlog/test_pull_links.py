"""Which ticket a pull request belongs to, and what of it becomes the ticket's events."""

import pandas as pd
import pytest

from tests import pull_rows
from vsm.eventlog.log import Log
from vsm.eventlog.pull_links import events_from_pulls, tickets_of_pulls
from vsm.tables import EVENTS, PULL_EVENTS, conform, empty

KEYS = {"AB-1": "jira:1", "AB-2": "jira:2", "WEB#3": "github:77", "XY-1": ""}


def commit(ticket: str, ref: str, branch: str | None = None) -> dict[str, object]:
    at = pd.Timestamp("2026-01-05", tz="UTC")
    return {
        "ticket": ticket, "at": at, "kind": "commit", "before": branch, "source": "git:web", "ref": ref,
        "seq": 0, "bulk": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("mentions", "tickets"),
    [
        ("AB-1", ["jira:1"]),
        ("ab-2; AB-1; AB-2", ["jira:2", "jira:1"]),
        ("web#3", ["github:77"]),
        ("AB-9; XY-1", None),
        (None, None),
    ],
)
def test_it_belongs_to_every_ticket_that_it_mentions(mentions: str | None, tickets: list[str] | None) -> None:
    """In any case of letters; a key of several tickets, or of none, is no link."""
    pulls = pull_rows.pulls({"number": 1, "created": "05 09:00", "mentions": mentions})
    found = tickets_of_pulls(pulls, empty(EVENTS), keys=KEYS, pull_events=empty(PULL_EVENTS))
    assert found == ({"github:shop/web#1": tickets} if tickets else {})


@pytest.mark.parametrize(
    ("about", "tickets"),
    [
        ({"merge_commit": "m1"}, ["jira:2"]),
        ({"branch": "fix"}, ["jira:1"]),
        ({"mentions": "AB-2", "branch": "fix"}, ["jira:2"]),
        ({"branch": "other"}, ["jira:9"]),
    ],
)
def test_one_that_mentions_none_belongs_to_the_tickets_of_its_commits(
    about: dict[str, str], tickets: list[str]
) -> None:
    """By the merge commit, the branch, or a head that was pushed; what it mentions wins."""
    pulls = pull_rows.pulls({"number": 1, "created": "05 09:00", **about})
    rows = [commit("jira:2", "m1"), commit("jira:1", "c1", "fix"), commit("jira:9", "c9")]
    pushes = [("05 10:00", "push", "ann", "c9")] if about == {"branch": "other"} else []
    found = tickets_of_pulls(
        pulls,
        conform(pd.DataFrame(rows), EVENTS),
        keys=KEYS,
        pull_events=pull_rows.pull_events(1, *pushes) if pushes else empty(PULL_EVENTS),
    )
    assert found == {"github:shop/web#1": tickets}


def test_what_happened_in_it_becomes_events_of_its_tickets() -> None:
    """A draft was opened; a dismissed review, and who was not asked any more, are none of the ticket's."""
    log = Log(
        pulls=pull_rows.pulls({"number": 1, "created": "05 09:00", "mentions": "AB-1"}),
        pull_events=pull_rows.pull_events(
            1,
            ("05 09:00", "opened", "ann", None),
            ("05 10:00", "ready", "ann", None),
            ("05 10:00", "review_request", "ann", "bob"),
            ("05 10:30", "review_unrequest", "ann", "bob"),
            ("05 11:00", "review", "bob", "approved"),
            ("05 11:30", "review", "ann", "dismissed"),
            ("05 12:00", "push", "ann", "c1"),
            ("05 13:00", "merge", "ann", None),
        ),
        pipelines=pull_rows.pipelines({"created": "05 12:01", "commit": "c1"}),
    )
    events = events_from_pulls(log, keys=KEYS)
    assert events["kind"].tolist() == [
        "draft", "ready", "review_request", "review", "push", "pipeline", "merge",
    ]  # fmt: skip
    assert set(events["before"]) == {"github:shop/web#1"}
    assert set(events["source"]) == {"github:shop/web"}
    assert events["after"].isna().all()
    assert events["actor"].dropna().unique().tolist() == ["github:ann", "github:bob"]
    assert not events.duplicated(list(EVENTS.key)).any()


@pytest.mark.parametrize(
    ("run", "known"),
    [
        ({"created": "05 12:00", "branch": "fix"}, True),
        ({"created": "05 08:00", "branch": "fix"}, False),
        ({"created": "05 15:00", "branch": "fix"}, False),
        ({"created": "05 15:00", "branch": "main", "commit": "m1"}, True),
    ],
)
def test_a_run_belongs_to_the_pull_request_of_its_commit_or_branch(run: dict[str, str], known: bool) -> None:
    """By the branch only while it was open."""
    log = Log(
        pulls=pull_rows.pulls(
            {
                "number": 1, "created": "05 09:00", "merged": "05 14:00", "closed": "05 14:00",
                "branch": "fix", "merge_commit": "m1", "mentions": "AB-1",
            }
        ),
        pipelines=pull_rows.pipelines(run),
    )  # fmt: skip
    assert (events_from_pulls(log, keys=KEYS)["kind"].tolist() == ["pipeline"]) is known
