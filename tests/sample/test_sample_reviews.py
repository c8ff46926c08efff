"""The sample's pull requests: what is planted in them, and that the stream shows it."""

import tomllib
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from tests.share import THOROUGH
from tests.streams import reviewed_stream, reviews_folder
from vsm.eventlog.from_github import log_from_github
from vsm.eventlog.log import Log
from vsm.sample import build_reviews, plan
from vsm.sources.github_file import document_page

SOURCE = f"github:{plan.REPOSITORY}"


@pytest.fixture(scope="module")
def log() -> Log:
    (page,) = document_page(reviews_folder() / "github.jsonl.gz")
    return log_from_github([document.body for document in page.documents], source=SOURCE)


@pytest.mark.slow
def test_every_document_is_read_whole(log: Log) -> None:
    """Nothing is left out; there are pull requests of tickets, of the agent, and runs."""
    assert log.quality.empty
    authors = log.pulls["author"].value_counts()
    assert authors[f"github:{plan.AGENT}"] > 150
    assert log.pulls["mentions"].notna().sum() > 600
    assert len(log.pipelines) > 2000


@pytest.mark.slow
def test_what_is_planted_is_there(log: Log) -> None:
    """One reviewer is asked for most reviews; shares are those of the plan, give or take what chance does."""
    events = log.pull_events
    asked = events.loc[events["kind"] == "review_request", "after"].value_counts(normalize=True)
    assert asked.index[0] == f"github:{plan.REVIEWER}"
    assert 0.45 < asked.iloc[0] < 0.7
    drafts = events.loc[events["kind"] == "draft", "pull"].nunique() / log.pulls["mentions"].notna().sum()
    assert drafts == pytest.approx(plan.DRAFT_SHARE, abs=0.04)
    said = Counter(events.loc[events["kind"] == "comment", "actor"])
    assert said[f"github:{plan.CHECK_BOT}"] == len(log.pulls)
    runs = log.pipelines
    again = runs[runs["attempt"] == 2]
    assert set(again["name"]) == {plan.FLAKY}
    assert set(again["outcome"]) == {"success"}
    first = (runs["name"] == plan.FLAKY) & (runs["attempt"] == 1)
    assert len(again) / first.sum() == pytest.approx(plan.FLAKY_SHARE, abs=0.04)


@pytest.mark.slow
def test_what_is_planted_is_listed_in_the_truth(log: Log, committed_sample: Path) -> None:
    """Counted there from the simulation, here from what was read of its documents."""
    truth = tomllib.loads((committed_sample / "truth.toml").read_text(encoding="utf-8"))["reviews"]
    events, flaky = log.pull_events, log.pipelines[log.pipelines["name"] == truth["flaky_pipeline"]]
    asked = events.loc[events["kind"] == "review_request", "after"]
    theirs = log.pulls[log.pulls["author"] == f"github:{truth['agent']}"]
    reviewed = events.loc[events["kind"] == "review", "pull"]
    assert len(log.pulls) == truth["pull_requests"]
    assert (asked == f"github:{truth['reviewer']}").sum() == truth["asked_of_reviewer"]
    assert (asked == f"github:{truth['reviewer']}").mean() == pytest.approx(
        truth["share_asked_of_reviewer"], abs=1e-4
    )
    assert len(theirs) == truth["pull_requests_of_agent"]
    unseen = theirs["merged"].notna() & ~theirs["pull"].isin(set(reviewed))
    assert unseen.sum() == truth["merged_by_agent_without_a_review"]
    assert (flaky["attempt"] == 2).sum() == truth["failed_and_passed_on_the_same_commit"]
    assert (flaky["outcome"] == "failure").mean() == pytest.approx(truth["share_failed_and_passed"], abs=1e-4)


@pytest.mark.slow
def test_pipelines_show_while_a_review_or_merge_is_waited_for() -> None:
    """Their stages have waits of minutes, in most tickets, and none of them counts as a move back."""
    stream = reviewed_stream()
    ran = stream.waits[stream.waits["stage"] == "Waiting for pipelines"]
    minutes = ran.groupby("ticket", observed=True)["elapsed"].sum().dt.total_seconds() / 60
    assert len(minutes) > 300
    assert 5 < minutes.median() < 60
    back = stream.rework.back
    assert (
        not back[["from_stage", "to_stage"]]
        .isin(["Waiting for pipelines", "Waiting for a runner"])
        .any(axis=None)
    )
    stays = stream.rework.accuracy.set_index("stage")
    assert stays["share"]["Waiting to merge"] > 0.9


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """As those that another process or run has written; they are read back as what was written."""
    one = build_reviews(tmp_path)
    assert one.read_bytes() == (reviews_folder() / one.name).read_bytes()
    (page,) = document_page(one)
    assert page.documents[0].id == "site"
    assert len({document.id for document in page.documents}) == len(page.documents)


@pytest.mark.slow
def test_the_stream_waits_most_for_the_reviewer_who_comes_late() -> None:
    """Of all waiting for a review that was asked of somebody, in working time."""
    waits = reviewed_stream().waits
    waited = waits[waits["stage"] == "Waiting for review"].groupby("receiver", observed=True)["working"].sum()
    assert waited.idxmax() == plan.REVIEWER
    assert waited.max() / waited.sum() > 0.5


@pytest.mark.slow
def test_reviews_change_no_lead_time() -> None:
    """They split what was development; waits and work are still the lead time, to the microsecond."""
    stream = reviewed_stream()
    lives = stream.lifecycles[stream.lifecycles["finished"].notna()]
    waited = stream.waits.groupby(stream.waits["ticket"].astype("str"))["elapsed"].sum()
    visits = stream.visits[stream.visits["kind"] == "work"].astype({"ticket": "str"})
    finish = pd.Series(lives["finished"].to_numpy(), index=lives["ticket"].astype("str"))
    work = visits[visits["entered"] < visits["ticket"].map(finish)]
    start = work["first_touch"].fillna(work["entered"])
    worked = (work["left"] - start).groupby(work["ticket"]).sum()
    created = pd.Series(lives["created"].to_numpy(), index=finish.index)
    zero = pd.Timedelta(0)
    total = waited.reindex(finish.index).fillna(zero) + worked.reindex(finish.index).fillna(zero)
    assert (total == (finish - created)).all()


@pytest.mark.slow
def test_causes_of_tickets_with_reviews_are_those_of_the_definitions() -> None:
    """Every sixtieth ticket: each piece of its waits, with its cause and receiver."""
    stream = reviewed_stream()
    waits = stream.waits.astype({"ticket": "str", "cause": "str", "receiver": "str"})
    tickets = list(zip(stream.tickets["ticket"].astype("str"), stream.tickets["key"], strict=True))
    for ticket, key in tickets if THOROUGH else tickets[::60]:
        rows = waits[waits["ticket"] == ticket]
        found = [(row["start"], row["end"], row["cause"], row["receiver"]) for row in rows.to_dict("records")]
        pieces = stream.explain(key).pieces
        assert found == [
            (piece.start, piece.end, piece.cause, piece.receiver.person or piece.receiver.team)
            for piece in pieces
        ]
