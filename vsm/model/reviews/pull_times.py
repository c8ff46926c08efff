"""The times of each pull request: opened, ready, first response, approved, merged, deployed."""

from typing import Any, Final

import pandas as pd

from vsm.clock import Clock
from vsm.people import People
from vsm.tables import DURATION

COLUMNS: Final = [
    "pull", "key", "repository", "by", "url", "size", "opened", "ready", "responded", "reviewed_by",
    "approved", "merged", "closed", "deployed", "rounds", "reviewers", "reviewed", "response",
    "response_working", "coding", "pickup", "review", "deploy",
]  # fmt: skip
ANSWERS: Final = ("review", "comment")


def pull_times(
    pulls: pd.DataFrame,
    events: pd.DataFrame,
    *,
    people: People,
    clock: Clock,
    deployed: "pd.Series[pd.Timestamp]",
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """Give the times of each pull request by our rules and, from ``coding`` on, by Apache DevLake's.

    By ours, it waits for review from when it is ready: opened, or marked ready if it was opened as a draft.
    The first response is the first review or comment from then on by somebody else than its author, who is
    no bot; an AI agent's counts, and is named as one (``reviewed_by``), and so does a review by a deleted
    account, unless the author's is unknown as well. A round is a review that asks for
    changes. It was reviewed if somebody else, who is no bot, submitted a review before it was merged.

    DevLake's: *coding* from the first commit's author timestamp until it was opened, *pickup* until the first
    review or comment by anybody but the author, bots included, draft or not, *review* from then until the
    merge, *deploy* from the merge to the first successful production deployment with the merge commit. What
    would be negative is missing (Apache DevLake, plugins/dora, tasks/change_lead_time_calculator.go, 2026).

    Parameters
    ----------
    pulls, events
        PULLS and PULL_EVENTS.
    deployed
        Merge commit → when it was first deployed to production with success.

    Returns
    -------
    DataFrame
        One row per pull request, by ``opened``: ``pull, key, repository, url``; ``by`` and ``reviewed_by``
        (person, AI agent, bot; missing: nobody known); ``size`` (lines added and removed); instants
        ``opened, ready, responded, approved, merged, closed, deployed``; ``rounds`` and ``reviewers``
        (counts), ``reviewed`` (flag); durations ``response`` (ready to responded), ``response_working`` (the
        same in the working time of who responded; without a response until it was closed, or ``as_of``, in
        that of its author), ``coding, pickup, review, deploy``.
    """
    rows = pulls.rename(columns={"created": "opened"}).set_index(pulls["pull"].rename("id"))
    author = persons_of(rows["author"], people)
    acts = events.astype({"pull": "str", "kind": "str", "after": "str"})
    acts = acts.assign(person=persons_of(acts["actor"], people), author=acts["pull"].map(author))
    acts = acts[acts["pull"].isin(rows.index)]
    others = acts[acts["person"].notna() & (acts["person"] != acts["author"]) & acts["kind"].isin(ANSWERS)]
    gone = acts[acts["person"].isna() & acts["author"].notna() & (acts["kind"] == "review")]
    ready = _ready(rows, acts)
    answers = pd.concat([others[~others["person"].isin(people.bots)], gone]).sort_index()
    answers = answers[answers["after"].fillna("") != "dismissed"]
    first = (
        answers[answers["at"] >= ready.reindex(answers["pull"]).array]
        .drop_duplicates("pull")
        .set_index("pull")
    )
    reviews = answers[answers["kind"] == "review"]
    merged = rows["merged"].reindex(reviews["pull"]).set_axis(reviews.index)
    before = reviews[merged.isna() | (reviews["at"] <= merged)]
    answered = first["at"].reindex(rows.index)
    devlake = others.groupby("pull")["at"].min().reindex(rows.index)
    released = deployed.reindex(rows["merge_commit"]).set_axis(rows.index)
    rows = rows.assign(
        by=author.map(lambda person: _kind(person, people)),
        size=rows["added"] + rows["removed"],
        ready=ready,
        responded=answered,
        reviewed_by=first["person"].reindex(rows.index).map(lambda person: _kind(person, people)),
        approved=before[before["after"] == "approved"].groupby("pull")["at"].max(),
        deployed=released,
        rounds=_counted(before[before["after"] == "changes"].groupby("pull").size(), rows),
        reviewers=_counted(before.groupby("pull")["person"].nunique(dropna=False), rows),
        response=(answered - ready).astype(DURATION),
        response_working=_working(rows.assign(author=author, ready=ready), first, people, clock, as_of),
        coding=_span(rows["first_commit"], rows["opened"]),
        pickup=_span(rows["opened"], devlake),
        review=_span(devlake, rows["merged"]),
        deploy=_span(rows["merged"], released),
    )
    rows["reviewed"] = rows["reviewers"] > 0
    words = dict.fromkeys(("repository", "by", "reviewed_by", "key"), "str")
    return rows[COLUMNS].astype(words).sort_values(["opened", "pull"], ignore_index=True)


def persons_of(accounts: "pd.Series[Any]", people: People) -> "pd.Series[str]":
    """Give the person behind each account, who is missing where the account is."""
    plain = accounts.astype("str")
    return plain.map(people.person_of).astype("str").fillna(plain)


def _kind(person: object, people: People) -> str | None:
    if not isinstance(person, str):
        return None
    return "bot" if person in people.bots else "AI agent" if person in people.agents else "person"


def _ready(rows: pd.DataFrame, acts: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """Give when each was first ready: opened, or marked so if opened as a draft; else missing."""
    states = acts[acts["kind"].isin(["draft", "ready"])].drop_duplicates("pull").set_index("pull")
    kind, at = states["kind"].reindex(rows.index), states["at"].reindex(rows.index)
    as_draft = (kind == "ready") | (at <= rows["opened"]) | (kind.isna() & rows["draft"])
    first_ready = acts[acts["kind"] == "ready"].drop_duplicates("pull").set_index("pull")["at"]
    return rows["opened"].mask(as_draft, first_ready.reindex(rows.index))


def _counted(counts: "pd.Series[int]", rows: pd.DataFrame) -> "pd.Series[int]":
    return counts.reindex(rows.index).fillna(0).astype("int64")


def _span(start: "pd.Series[pd.Timestamp]", end: "pd.Series[pd.Timestamp]") -> "pd.Series[pd.Timedelta]":
    spans = (end - start).astype(DURATION)
    return spans.where(spans >= pd.Timedelta(0))


def _working(
    rows: pd.DataFrame, first: pd.DataFrame, people: People, clock: Clock, as_of: pd.Timestamp
) -> "pd.Series[pd.Timedelta]":
    """Give the working time from ready to the first response, or so far."""
    end = first["at"].reindex(rows.index).fillna(rows["closed"]).fillna(as_of)
    who = first["person"].reindex(rows.index).fillna(rows["author"])
    start = rows["ready"].where(rows["ready"] <= end)
    return clock.working(start, end, team=people.teams.at(who, end), holder=who)
