"""Which stages reviews are proposed to split."""

import pandas as pd

from vsm.cli.init import with_proposals
from vsm.config import parse_workflow
from vsm.eventlog.infer import ProposedStage
from vsm.eventlog.infer_reviews import ProposedReviews, propose_reviews
from vsm.tables import EVENTS, conform

BUILD = '[[stage]]\nname = "Build"\nkind = "work"\nstatuses = ["jira:3"]\n'


def events(*opened: tuple[str, int]) -> pd.DataFrame:
    """Tickets in Build from day 1 and in Test from day 5 on, with a pull request opened on a day."""
    rows = []
    for n, (ticket, day) in enumerate(opened):
        rows += [
            (ticket, 1, "status", None, "jira:3", "jira", f"{n}a"),
            (ticket, 5, "status", "jira:3", "jira:4", "jira", f"{n}b"),
            (ticket, day, "ready", f"github:o/r#{n}", None, "github:o/r", f"{n}c"),
        ]
    frame = pd.DataFrame(rows, columns=["ticket", "day", "kind", "before", "after", "source", "ref"])
    at = pd.to_datetime("2026-01-0" + frame.pop("day").astype("str"), utc=True).astype("datetime64[us, UTC]")
    return conform(frame.assign(at=at, seq=0, bulk=False), EVENTS)


def test_reviews_split_the_stages_in_which_most_pull_requests_were_opened() -> None:
    """Five in Build, one in Test."""
    log = events(*((f"jira:{n}", 2) for n in range(5)), ("jira:9", 6))
    found = propose_reviews(log, stage_of={"jira:3": "Build", "jira:4": "Test"})
    assert found == ProposedReviews(("Build",), 6)


def test_without_pull_requests_of_tickets_nothing_is_proposed() -> None:
    """Nor where they were opened in no stage of work."""
    assert propose_reviews(events(), stage_of={"jira:3": "Build"}) is None
    assert propose_reviews(events(("jira:1", 2)), stage_of={"jira:4": "Test"}) is None


def test_proposed_stages_are_comments_that_count_without_their_marks() -> None:
    """They are added once, and are five stages that split Build."""
    reviews = ProposedReviews(("Build",), 6)
    text = with_proposals(BUILD, stages=[], people=[], reviews=reviews)
    assert with_proposals(text, stages=[], people=[], reviews=reviews) == text
    assert parse_workflow(text).review_splits == {}
    assert parse_workflow(without_marks(text)).review_splits == {
        f"review:{phase}": ("Build",) for phase in ("rework", "author", "waiting", "reviewing", "merging")
    }


def without_marks(text: str) -> str:
    """What a user makes of it: the marks go, the reason stays a comment."""
    lines = (line for line in text.splitlines() if not line.startswith("# Proposed"))
    return "\n".join(line.removeprefix("# ") for line in lines)


def test_proposed_stages_stand_behind_the_stage_that_they_split() -> None:
    """Where that is proposed with them: nobody has to move them. A second time nothing is added."""
    stages = [
        ProposedStage("Build", "work", ("jira:3",), "by its name", "name"),
        ProposedStage("Done", "done", ("jira:9",), "by its name", "name"),
    ]
    reviews = ProposedReviews(("Build",), 6)
    text = with_proposals("", stages=stages, people=[], reviews=reviews)
    assert [stage.name for stage in parse_workflow(without_marks(text)).stages] == [
        "Build", "Rework", "Waiting for author", "Waiting for review", "In review", "Waiting to merge", "Done",
    ]  # fmt: skip
    assert with_proposals(text, stages=[], people=[], reviews=reviews) == text


def test_a_column_that_is_called_as_a_proposed_stage_keeps_its_name() -> None:
    """On a board of GitHub with "In review", the stage of reviewing has another name."""
    board = BUILD.replace("Build", "In review")
    text = with_proposals(board, stages=[], people=[], reviews=ProposedReviews(("In review",), 6))
    workflow = parse_workflow(without_marks(text))
    assert workflow.review_splits["review:reviewing"] == ("In review",)
    assert [stage.name for stage in workflow.stages][4] == "In review (pull request)"
