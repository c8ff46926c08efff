"""Stages of reviews and pipelines that nothing can show."""

import pandas as pd

from tests import pull_rows
from vsm.config import parse_workflow
from vsm.eventlog.log import Log
from vsm.eventlog.pull_links import events_from_pulls
from vsm.quality.tracker import check_reviews
from vsm.tables import EVENTS, PULLS, empty

WORKFLOW = parse_workflow("""
[[stage]]
name = "Build"
kind = "work"
statuses = ["jira:3"]

[[stage]]
name = "Waiting for review"
kind = "queue"
review = "waiting"

[[stage]]
name = "Queued"
kind = "queue"
pipeline = "queued"
""")


def details(events: pd.DataFrame, pulls: pd.DataFrame) -> list[str]:
    return [note.detail for note in check_reviews(events, pulls, workflow=WORKFLOW)]


def test_without_pull_requests_their_stages_are_empty() -> None:
    """A warning each, which says what was not pulled."""
    assert details(empty(EVENTS), empty(PULLS)) == [
        "'Waiting for review' in vsm.toml come from pull requests, but none was pulled; only other stages are "
        "shown",
        "'Queued' in vsm.toml come from pipelines, but none was pulled; only other stages are shown",
    ]


def test_pull_requests_of_no_ticket_show_nothing() -> None:
    """The link is missing; and without a run of a pipeline so is that."""
    pulls = pull_rows.pulls({"number": 1, "created": "05 09:00", "mentions": "AB-1"})
    acts = pull_rows.pull_events(1, ("05 09:00", "opened", "ann", None))
    assert "but no pull request belongs to a ticket" in details(empty(EVENTS), pulls)[0]
    linked = events_from_pulls(Log(pulls=pulls, pull_events=acts), keys={"AB-1": "jira:1"})
    assert [text[:8] for text in details(linked, pulls)] == ["'Queued'"]


def test_without_such_stages_nothing_is_missing() -> None:
    """Whatever was pulled."""
    assert list(check_reviews(empty(EVENTS), empty(PULLS), workflow=parse_workflow(""))) == []
