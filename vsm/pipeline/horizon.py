"""What was known at one instant? What came later is cut before anything is made of a log."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from vsm.eventlog.log import Log, sorted_events
from vsm.eventlog.quality import Doubt, Level, quality_from_doubts
from vsm.tables import QUALITY, conform

CLOCKS: Final = pd.Timedelta(hours=1)
"""A server's clock may be ahead of ours by so much; what is later than that was recorded wrongly."""

_LATER: Final = "are dated later than the latest pull, {}, and are not seen"


def last_recorded(log: Log, *, known: pd.Timestamp | None = None) -> pd.Timestamp | None:
    """When did the trackers last record anything? None where they never did; Git does not count.

    Everything recorded counts, also what is no event: a ticket that was touched in any way on that day is
    known to have been open or done then.

    Parameters
    ----------
    log
        Everything recorded.
    known
        The instant of the latest pull: nothing later can have been recorded, so what says so does not count.
    """
    events = log.events.loc[~log.events["source"].astype("str").str.startswith("git:"), "at"]
    names = log.names.loc[~log.names["id"].str.startswith("git:"), "last"]
    recorded = pd.concat([events, names])
    last = recorded.max() if known is None else recorded[recorded <= known].max()
    return None if pd.isna(last) else last


def log_until(log: Log, as_of: pd.Timestamp, *, git: pd.Timestamp | None = None) -> Log:
    """What of a log was known at this instant? The same log where nothing came later; never changed.

    Tickets created later are left out with all that concerns them, and so are later events, tags and
    deployments, commits that were authored or committed later, and doubts about any of them. A commit that
    landed or came out later has not. A commit's event bears its
    author's instant. Names of statuses and people stay: a later name is as good as a former one. How often
    commits name tickets that nobody has pulled is told of the whole history.

    Parameters
    ----------
    log
        Everything recorded.
    as_of
        The instant that counts as now, with zone.
    git
        Up to when repositories are seen, where that is another instant: a tracker's last word is often older
        than its repositories' last commit, and what was linked since is known all the same.
    """
    there = set(log.tickets.loc[log.tickets["created"] <= as_of, "ticket"])
    unborn = set(log.tickets["ticket"]) - there
    git = git or as_of
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
        tickets=log.tickets[log.tickets["ticket"].isin(there)].reset_index(drop=True),
        events=sorted_events(events),
        commits=commits.reset_index(drop=True),
        releases=log.releases[tagged].reset_index(drop=True),
        deploys=log.deploys[deployed].reset_index(drop=True),
        quality=log.quality[~concerned].reset_index(drop=True),
    )


def _undelivered(commits: pd.DataFrame, git: pd.Timestamp) -> pd.DataFrame:
    """Take back what landed, or came out, later."""
    landed, released = commits["landed"] <= git, commits["released"] <= git
    return commits.assign(
        landing=commits["landing"].where(landed),
        landed=commits["landed"].where(landed),
        release=commits["release"].where(released),
        released=commits["released"].where(released),
    )


def _records(events: pd.DataFrame, commits: pd.DataFrame) -> set[tuple[str, str]]:
    """List the records that tables rest on, by the source's own ids."""
    made = zip("git:" + commits["repository"].astype("str"), commits["commit"], strict=True)
    return {*_pairs(events, "source", "ref"), *made}


def _pairs(rows: pd.DataFrame, first: str, second: str) -> "pd.Series[Any]":
    pairs = zip(rows[first].astype("str"), rows[second], strict=True)
    return pd.Series(list(pairs), index=rows.index, dtype="object")


def quality_of_tickets(log: Log, tickets: set[str]) -> pd.DataFrame:
    """Which doubts remain when only these tickets are looked at? Those about other tickets go."""
    others = set(log.tickets["ticket"]) - tickets
    return log.quality[~log.quality["ticket"].isin(others)].reset_index(drop=True)


def with_doubts(log: Log, doubts: pd.DataFrame) -> Log:
    """How does a log look with these rows added to its QUALITY? The log given stays as it is."""
    rows = pd.concat([log.quality.astype("str"), doubts.astype("str")], ignore_index=True)
    return replace(log, quality=conform(rows, QUALITY))


def doubts_about_future(log: Log, *, known: pd.Timestamp) -> pd.DataFrame:
    """What is dated later than anybody can know? QUALITY rows, one for each source.

    Parameters
    ----------
    log
        Everything recorded.
    known
        The instant of the latest pull.

    Returns
    -------
    DataFrame
        A fault for a tracker, a warning where all of it is of the first hour after the pull (the server's
        clock is ahead) or of Git: a commit bears the clock of its author's machine, and cannot be mended.
    """
    return quality_from_doubts([*_later_events(log, known), *_later_commits(log, known)])


def _later_events(log: Log, known: pd.Timestamp) -> Iterator[Doubt]:
    events = log.events[log.events["at"] > known].astype({"source": "str", "ticket": "str"}).sort_values("at")
    keys = dict(zip(log.tickets["ticket"], log.tickets["key"], strict=True))
    for source, rows in events[~events["source"].str.startswith("git:")].groupby("source"):
        last = rows.to_dict("records")[-1]
        example = f"a {last['kind']} on {keys.get(last['ticket'], last['ticket'])} of {_minute(last['at'])}"
        detail = f"{len(rows)} event(s) {_LATER.format(_minute(known))}, such as {example}; "
        level: Level = "fault" if last["at"] > known + CLOCKS else "warning"
        what_next = "mend them in the tracker, or the clock of this machine, and pull again"
        yield Doubt("events in the future", level, detail + what_next, str(source))


def _later_commits(log: Log, known: pd.Timestamp) -> Iterator[Doubt]:
    latest = log.commits[["authored", "committed"]].max(axis=1)
    commits = log.commits.assign(latest=latest)[latest > known].astype({"repository": "str"})
    for repository, rows in commits.sort_values("latest").groupby("repository"):
        last = rows.to_dict("records")[-1]
        example = f"{last['commit'][:12]} of {_minute(last['latest'])}"
        detail = (
            f"{len(rows)} commit(s) {_LATER.format(_minute(known))}, such as {example}; a clock was wrong"
        )
        yield Doubt("events in the future", "warning", detail, f"git:{repository}")


def _minute(at: pd.Timestamp) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
