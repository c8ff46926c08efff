"""A log as it was at one instant: what came later is cut before anything is made of it."""

from dataclasses import replace
from typing import Any

import pandas as pd

from vsm.eventlog.log import Log, sorted_events


def last_recorded(log: Log, *, known: pd.Timestamp | None = None) -> pd.Timestamp | None:
    """Give when the trackers last recorded anything; None where they never did. Git does not count.

    Everything recorded counts, also what is no event: a ticket that was touched in any way on that day is
    known to have been open or done then.

    Parameters
    ----------
    known
        The instant of the latest pull: nothing later can have been recorded, so what says so does not count.
    """
    events = log.events.loc[~log.events["source"].astype("str").str.startswith("git:"), "at"]
    names = log.names.loc[~log.names["id"].str.startswith("git:"), "last"]
    recorded = pd.concat([events, names])
    last = recorded.max() if known is None else recorded[recorded <= known].max()
    return None if pd.isna(last) else last


def log_as_of(log: Log, as_of: pd.Timestamp, *, git: pd.Timestamp | None = None) -> Log:
    """Give what was known of a log at this instant: the same log where nothing came later.

    Tickets created later are left out with all that concerns them, and so are later events, tags and
    deployments, commits that were authored or committed later, and notes on any of them. A commit that was
    merged or released later has not been yet. A commit's event bears its author's instant. Names of statuses
    and people stay: a later name is as good as a former one. How often commits name tickets that nobody has
    pulled is counted in the whole history.

    Parameters
    ----------
    as_of
        The instant that counts as now, with zone.
    git
        Up to when repositories are seen, where that is another instant: a tracker's last word is often older
        than its repositories' last commit, and what was linked since is known all the same.
    """
    git = git or as_of
    there = log.tickets["created"] <= as_of
    unborn = set(log.tickets.loc[~there, "ticket"])
    of_git = log.events["source"].astype("str").str.startswith("git:")
    in_time = (log.events["at"] <= as_of).where(~of_git, log.events["at"] <= git)
    seen = in_time & ~log.events["ticket"].isin(unborn)
    made = log.commits[["authored", "committed"]].max(axis=1) <= git
    tagged = log.releases[["at", "tagged"]].max(axis=1) <= git
    deployed = log.deploys["at"] <= git
    if not unborn and seen.all() and made.all() and tagged.all() and deployed.all():
        return log
    events, commits = log.events[seen], _undelivered(log.commits[made], git)
    later = _records(log.events, log.commits) - _records(events, commits)
    concerned = log.quality["ticket"].isin(unborn) | _pairs(log.quality, "source", "ref").isin(later)
    return replace(
        log,
        tickets=log.tickets[there].reset_index(drop=True),
        events=sorted_events(events),
        commits=commits.reset_index(drop=True),
        releases=log.releases[tagged].reset_index(drop=True),
        deploys=log.deploys[deployed].reset_index(drop=True),
        quality=log.quality[~concerned].reset_index(drop=True),
    )


def _undelivered(commits: pd.DataFrame, git: pd.Timestamp) -> pd.DataFrame:
    """Take back merges and releases that came later."""
    merged_at, released = commits["merged_at"] <= git, commits["released"] <= git
    return commits.assign(
        merge_commit=commits["merge_commit"].where(merged_at),
        merged_at=commits["merged_at"].where(merged_at),
        release=commits["release"].where(released),
        released=commits["released"].where(released),
    )


def _records(events: pd.DataFrame, commits: pd.DataFrame) -> set[tuple[str, str]]:
    """Give the records that tables rest on, by the source's own ids."""
    made = zip("git:" + commits["repository"].astype("str"), commits["commit"], strict=True)
    return {*_pairs(events, "source", "ref"), *made}


def _pairs(rows: pd.DataFrame, first: str, second: str) -> "pd.Series[Any]":
    pairs = zip(rows[first].astype("str"), rows[second], strict=True)
    return pd.Series(list(pairs), index=rows.index, dtype="object")
