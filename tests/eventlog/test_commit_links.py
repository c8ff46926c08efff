"""Commits that name no ticket belong to that of the branch they came in with, or wait on."""

import pandas as pd

from tests.git_bodies import batch, commit, repository
from vsm.eventlog.from_git import log_from_git

KEYS = {"AB-1": "jira:1", "AB-2": "jira:2"}


def events(*bodies: dict[str, object]) -> list[list[str]]:
    log = log_from_git(bodies, repository="shop", keys=KEYS)
    rows = log.events.sort_values(["ref", "seq"])[["ref", "ticket", "kind", "before", "actor"]]
    return rows.astype("str").fillna("-").to_numpy().tolist()


def test_a_merged_branch_gives_its_ticket_to_commits_that_name_none() -> None:
    """Of two commits on feature/AB-1 one names AB-2 itself: that counts, and the branch does not."""
    line = [
        commit("c0", "begin"),
        commit("c1", "first half", parents=("c0",)),
        commit("c2", "AB-2 second half", parents=("c1",)),
        commit("c3", "Merge branch 'feature/AB-1'", parents=("c0", "c2")),
    ]
    assert events(batch(*line), repository("c3")) == [
        ["c1", "jira:1", "commit", "feature/AB-1", "git:dev-1"],
        ["c2", "jira:2", "commit", "-", "git:dev-1"],
        ["c3", "jira:1", "merge", "-", "git:dev-1"],
    ]


def test_a_merge_of_several_tickets_gives_none() -> None:
    """A release branch that lists two tickets tells of no commit which of them it serves."""
    line = [
        commit("c0", "begin"),
        commit("c1", "work", parents=("c0",)),
        commit("c2", "Merge branch 'release-7'\n\nAB-1 pay\nAB-2 send", parents=("c0", "c1")),
    ]
    assert [row[0] for row in events(batch(*line), repository("c2"))] == ["c2", "c2"]


def test_a_pull_requests_title_tells_the_ticket_of_its_commits() -> None:
    """GitHub writes the title below the subject of its merge."""
    line = [
        commit("c0", "begin"),
        commit("c1", "work", parents=("c0",)),
        commit("c2", "Merge pull request #5 from dev-1/patch-1\n\nAB-1 pay", parents=("c0", "c1")),
    ]
    assert events(batch(*line), repository("c2"))[0] == ["c1", "jira:1", "commit", "patch-1", "git:dev-1"]


def test_what_waits_on_a_tickets_branch_belongs_to_it() -> None:
    """Not yet landed, on one branch called after AB-1; what two tickets' branches share belongs to none."""
    line = [
        commit("c0", "begin"),
        commit("c1", "shared", parents=("c0",)),
        commit("c2", "half", parents=("c1",)),
        commit("c3", "other half", parents=("c1",)),
    ]
    refs = [("refs/heads/AB-1", "c2"), ("refs/remotes/origin/AB-2-send", "c3")]
    assert events(batch(*line), repository("c0", branches=refs)) == [
        ["c2", "jira:1", "commit", "AB-1", "git:dev-1"],
        ["c3", "jira:2", "commit", "AB-2-send", "git:dev-1"],
    ]


def test_coauthors_worked_and_reviewers_reviewed_before_it_was_committed() -> None:
    """A co-author at the author's instant, a reviewer at the committer's."""
    message = "AB-1 pay\n\nCo-authored-by: dev-3 <d@example.org>\nReviewers: dev-4"
    body = commit("c1", message, at="2026-01-06T08:00:00+00:00", committed="2026-01-07T08:00:00+00:00")
    log = log_from_git([batch(body), repository("c1")], repository="shop", keys=KEYS)
    rows = log.events.sort_values("seq")[["kind", "at", "actor", "seq"]].astype(
        {"kind": "str", "actor": "str"}
    )
    work, review = pd.Timestamp("2026-01-06T08:00", tz="UTC"), pd.Timestamp("2026-01-07T08:00", tz="UTC")
    assert [list(row) for row in rows.itertuples(index=False)] == [
        ["commit", work, "git:dev-1", 0],
        ["commit", work, "git:dev-3", 1],
        ["review", review, "git:dev-4", 2],
    ]
    assert {"git:dev-3", "git:dev-4"} <= set(log.names["id"])
    assert log.commits[["coauthors", "reviewers"]].to_numpy().tolist() == [["git:dev-3", "git:dev-4"]]


def test_reverts_are_found_by_hash_by_its_beginning_and_by_subject() -> None:
    """Abbreviated hashes are written whole; without a hash the last earlier commit of that subject is meant."""
    pay = "abcdef0123456789"
    line = [
        commit(pay, "AB-1 pay"),
        commit("c1", "Revert it\n\nThis reverts commit abcdef0.", parents=(pay,)),
        commit("c2", 'Revert "AB-1 pay"', parents=("c1",)),
        commit("c3", 'Revert "nobody wrote this"', parents=("c2",)),
    ]
    log = log_from_git([batch(*line), repository("c3")], repository="shop", keys=KEYS)
    assert log.commits["reverts"].fillna("-").tolist() == ["-", pay, pay, "-"]


def test_commits_that_no_ref_reaches_are_left_out_and_told() -> None:
    """After a force-push the old tip is still in the archive: it is no part of the history any more."""
    line = [
        commit("c0", "begin"),
        commit("c1", "AB-1 old", parents=("c0",)),
        commit("c2", "AB-1 new", parents=("c0",)),
    ]
    log = log_from_git([batch(*line), repository("c2")], repository="shop", keys=KEYS)
    assert log.commits["commit"].tolist() == ["c0", "c2"]
    assert log.events["ref"].tolist() == ["c2"]
    (detail,) = log.quality.loc[log.quality["check"] == "rewritten history", "detail"]
    assert detail.startswith("no branch or tag reaches 1 commit any more that had been read, such as c1:")
