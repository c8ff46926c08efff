"""A log as it was at one instant: what came later is cut before anything is made of it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from vsm.eventlog.log import Log, sorted_events
from vsm.tables import among


def last_recorded(log: Log, *, known: pd.Timestamp | None = None) -> pd.Timestamp | None:
    """Give when the trackers last recorded anything; None where they never did. Git does not count.

    Everything recorded counts, also what is no event: a ticket that was touched in any way on that day is
    known to have been open or done then.

    Parameters
    ----------
    known
        The instant of the latest pull: nothing later can have been recorded, so what says so does not count.
    """
    seen = ~log.names["kind"].isin(["sprint", "sprint end"])  # the end of a sprint may have been planned
    names = log.names.loc[seen & ~log.names["id"].str.startswith("git:"), "last"]
    instants = (_last(names, known=known), last_event(log.events, known=known))
    return max((instant for instant in instants if instant is not None), default=None)


def last_event(events: pd.DataFrame, *, known: pd.Timestamp | None) -> pd.Timestamp | None:
    """Give the instant of the last of some EVENTS that is none of Git's; None where there is none."""
    source = events["source"].cat
    of_git = np.append(source.categories.str.startswith("git:"), False)[source.codes]  # -1 is the last
    return _last(events["at"] if not of_git.any() else events.loc[~of_git, "at"], known=known)


def _last(instants: "pd.Series[pd.Timestamp]", *, known: pd.Timestamp | None) -> pd.Timestamp | None:
    last = instants.max() if known is None else instants[instants <= known].max()
    return None if pd.isna(last) else last


def log_as_of(log: Log, as_of: pd.Timestamp) -> Log:
    """Give what was known of a log at this instant: the same log where nothing came later.

    Tickets created later are left out with all that concerns them, and so are later events, tags and
    deployments, pull requests and pipelines, commits that were authored or committed later, and notes on any
    of them. A pull request or pipeline that ended later is open, or runs, as it did then. A commit's event
    bears its author's instant. Where a commit that is left out has earlier ones behind it, these take its
    place: as parents, and as what branches and tags name; so a wrong clock in the middle of a history does
    not cut it in two. Names of statuses and people stay: a later name is as good as a former one. How often
    commits name tickets that nobody has pulled is counted in the whole history.

    Parameters
    ----------
    log
        Without deliveries (``log_with_deliveries``): what is left says what was merged and released.
    as_of
        The instant that counts as now, with zone.
    """
    there = log.tickets["created"] <= as_of
    unborn = set(log.tickets.loc[~there, "ticket"])
    events = events_as_of(log.events, as_of=as_of, unborn=unborn)
    made = (log.commits["authored"] <= as_of) & (log.commits["committed"] <= as_of)
    tagged = (log.releases["at"] <= as_of) & ~(log.releases["tagged"] > as_of)
    deployed = log.deploys["at"] <= as_of
    hosts = _hosts_as_of(log, as_of)
    if not unborn and not hosts and events is log.events and made.all() and tagged.all() and deployed.all():
        return log
    commits = _joined(log.commits, made)
    before = dict(zip(log.commits.loc[~made, "commit"], log.commits.loc[~made, "parents"], strict=True))
    named = set(log.quality["ref"].dropna())
    later = _records(log.events, log.commits, named) - _records(events, commits, named)
    concerned = log.quality["ticket"].isin(unborn) | _pairs(log.quality, "source", "ref").isin(later)
    return replace(
        log,
        tickets=log.tickets[there].reset_index(drop=True),
        events=sorted_events(events),
        commits=commits,
        releases=_moved_back(log.releases[tagged], before),
        branches=_moved_back(log.branches, before),
        deploys=log.deploys[deployed].reset_index(drop=True),
        quality=log.quality[~concerned].reset_index(drop=True),
        **hosts,
    )


def events_as_of(events: pd.DataFrame, *, as_of: pd.Timestamp, unborn: Collection[str]) -> pd.DataFrame:
    """Give the EVENTS until an instant, but none of tickets that were not there yet."""
    seen = events["at"] <= as_of
    if unborn:
        seen &= ~events["ticket"].isin(unborn)
    return events if seen.all() else events[seen].reset_index(drop=True)


def _hosts_as_of(log: Log, as_of: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """Give pull requests, what happened in them, and pipelines as they were known; nothing where all were.

    Sizes, titles and branches are those of now.
    """
    pulls, events, runs = log.pulls, log.pull_events, log.pipelines
    ends = ["started", "finished", "held_from", "held_until"]
    known = [pulls["created"], pulls["closed"], events["at"], *(runs[name] for name in ("created", *ends))]
    if not any((instants > as_of).any() for instants in known):
        return {}
    states = events[events["kind"].isin(["draft", "ready"])]
    next_state = states[states["at"] > as_of].drop_duplicates("pull").set_index("pull")["kind"]
    was_draft = pulls["pull"].map(next_state.astype("str"))
    pulls = pulls.assign(draft=pulls["draft"].mask(was_draft.notna(), was_draft == "ready").astype("bool"))
    open_then = pulls["closed"].isna() | (pulls["closed"] > as_of)
    ended = ["merged", "closed", "merged_by", "merge_commit"]
    pulls = pulls.assign(**{name: pulls[name].mask(open_then) for name in ended})
    going_on = runs["finished"] > as_of
    runs = runs.assign(
        **{name: runs[name].where(runs[name] <= as_of) for name in ends},
        outcome=runs["outcome"].mask(going_on, "unknown"),
    )
    return {
        "pulls": pulls[pulls["created"] <= as_of].reset_index(drop=True),
        "pull_events": events[events["at"] <= as_of].reset_index(drop=True),
        "pipelines": runs[runs["created"] <= as_of].reset_index(drop=True),
    }


def _joined(commits: pd.DataFrame, made: "pd.Series[bool]") -> pd.DataFrame:
    """Keep these commits; the nearest kept ancestors take the place of parents that are left out."""
    later, kept = commits[~made], commits[made].reset_index(drop=True)
    gone = set(later["commit"])
    lines = [line.split() for line in kept["parents"]] if gone else []
    broken = [row for row, parents in enumerate(lines) if not gone.isdisjoint(parents)]
    if not broken:
        return kept
    nearest: dict[str, list[str]] = {}
    for commit, line in zip(later["commit"], later["parents"], strict=True):  # parents before children
        nearest[commit] = _resolved(line.split(), nearest)
    parents = kept["parents"].to_numpy(dtype="object", copy=True)
    parents[broken] = [" ".join(_resolved(lines[row], nearest)) for row in broken]
    return kept.assign(parents=pd.Series(parents, dtype="str"))


def _resolved(parents: list[str], nearest: Mapping[str, list[str]]) -> list[str]:
    return list(dict.fromkeys(one for parent in parents for one in nearest.get(parent, (parent,))))


def _moved_back(refs: pd.DataFrame, before: Mapping[str, str]) -> pd.DataFrame:
    """Let branches or tags of commits that are left out name the last one before that stays, if any does."""
    if not refs["commit"].isin(before.keys()).any():
        return refs.reset_index(drop=True)
    commits = []
    for commit in refs["commit"]:
        while commit in before:
            commit = before[commit].partition(" ")[0]  # noqa: PLW2901 - its first parent, and so on
        commits.append(commit)
    moved = refs.assign(commit=pd.Series(commits, refs.index, dtype="str"))
    return moved[moved["commit"] != ""].reset_index(drop=True)


def _records(events: pd.DataFrame, commits: pd.DataFrame, named: set[str]) -> set[tuple[str, str]]:
    """Give the records of these names that tables rest on, by the source's own ids."""
    events, commits = events[among(events["ref"], named)], commits[among(commits["commit"], named)]
    made = zip("git:" + commits["repository"].astype("str"), commits["commit"], strict=True)
    return {*_pairs(events, "source", "ref"), *made}


def _pairs(rows: pd.DataFrame, first: str, second: str) -> "pd.Series[Any]":
    pairs = zip(rows[first].astype("str").tolist(), rows[second].tolist(), strict=True)
    return pd.Series(list(pairs), index=rows.index, dtype="object")
