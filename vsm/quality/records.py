"""Checks of what was recorded: dates in the future, keys, and links to commits."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Final

import pandas as pd

from vsm.counts import counted
from vsm.eventlog.log import Level, Log, QualityNote, quality_from_notes
from vsm.eventlog.ticket_keys import keys_of_several_tickets
from vsm.tables import QUALITY, conform

CLOCKS: Final = pd.Timedelta(hours=1)
"""A server's clock may be ahead of ours by so much; what is later than that was recorded wrongly."""
SHOWN: Final = 5


def quality_of_tickets(log: Log, tickets: set[str]) -> pd.DataFrame:
    """Give the QUALITY of a log without the rows about other tickets."""
    others = set(log.tickets["ticket"]) - tickets
    return log.quality[~log.quality["ticket"].isin(others)].reset_index(drop=True)


def with_notes(log: Log, notes: pd.DataFrame) -> Log:
    """Give the log with these rows added to its QUALITY."""
    rows = pd.concat([log.quality.astype("str"), notes.astype("str")], ignore_index=True)
    return replace(log, quality=conform(rows, QUALITY))


def check_future(log: Log, *, known: pd.Timestamp, as_of: pd.Timestamp) -> pd.DataFrame:
    """Find what is dated later than ``known``, the latest pull, and what Git knows later than ``as_of``.

    QUALITY rows. The first, one a source, is a fault for a tracker, and a warning for Git, since a commit has
    the clock of its author's machine, for deployments, and where all of it is of the first hour after the
    pull: then the server's clock is ahead. The second is a note: the tracker's data end before.
    """
    rows = [*_later_events(log, known), *_later_commits(log, known), *_later_deploys(log, known)]
    return quality_from_notes([*rows, *_after_the_tracker(log, as_of, known)])


def _later_deploys(log: Log, known: pd.Timestamp) -> Iterator[QualityNote]:
    later = log.deploys[log.deploys["at"] > known]
    for source, rows in later.groupby("source", observed=True):
        example = _minute(rows["at"].max())
        detail = f"{_later(rows, 'deployment', known)}, such as one of {example}; correct the list"
        yield QualityNote("events in the future", "warning", detail, str(source))


def _after_the_tracker(log: Log, as_of: pd.Timestamp, known: pd.Timestamp) -> Iterator[QualityNote]:
    latest = {
        "commit": log.commits[["authored", "committed"]].max(axis=1),
        "tag": log.releases[["at", "tagged"]].max(axis=1),
        "deployment": log.deploys["at"],
        "pull request event": log.pull_events["at"],
    }
    counts = {what: int(((at > as_of) & (at <= known)).sum()) for what, at in latest.items()}
    if any(counts.values()):
        listed = ", ".join(counted(count, what) for what, count in counts.items() if count)
        detail = (
            f"later than {_minute(as_of)}, up to when the tracker was seen, and not counted: {listed}; "
            "pull the tracker again, or say when its export was taken (--taken)"
        )
        yield QualityNote("later than the tracker", "note", detail)


def _later_events(log: Log, known: pd.Timestamp) -> Iterator[QualityNote]:
    events = log.events[log.events["at"] > known].astype({"source": "str", "ticket": "str"}).sort_values("at")
    keys = dict(zip(log.tickets["ticket"], log.tickets["key"], strict=True))
    for source, rows in events[~events["source"].str.startswith("git:")].groupby("source"):
        last = rows.to_dict("records")[-1]
        example = f"a {last['kind']} on {keys.get(last['ticket'], last['ticket'])} of {_minute(last['at'])}"
        detail = f"{_later(rows, 'event', known)}, such as {example}; "
        level: Level = "fault" if last["at"] > known + CLOCKS else "warning"
        what_next = "correct them in the tracker, or the clock of this machine, and pull again"
        yield QualityNote("events in the future", level, detail + what_next, str(source))


def _later_commits(log: Log, known: pd.Timestamp) -> Iterator[QualityNote]:
    if log.commits.empty:
        return
    latest = log.commits[["authored", "committed"]].max(axis=1)
    commits = log.commits.assign(latest=latest)[latest > known].astype({"repository": "str"})
    for repository, rows in commits.sort_values("latest").groupby("repository"):
        last = rows.to_dict("records")[-1]
        example = f"{last['commit'][:12]} of {_minute(last['latest'])}"
        detail = f"{_later(rows, 'commit', known)}, such as {example}; a clock was wrong"
        yield QualityNote("events in the future", "warning", detail, f"git:{repository}")


def _later(rows: pd.DataFrame, what: str, known: pd.Timestamp) -> str:
    return f"{counted(len(rows), what)} dated later than the latest pull, {_minute(known)}, and ignored"


def _minute(at: pd.Timestamp) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def check_keys(tickets: pd.DataFrame) -> list[QualityNote]:
    """Find keys of several tickets, so that a commit that names one could mean either.

    One warning for each set of sources that share keys.
    """
    shared = keys_of_several_tickets(tickets)
    detail = "{} of several tickets of {}: {}; commits that name such a key are linked to none"
    check = "key of several tickets"
    keys_of = {sources: [key for key in shared if shared[key] == sources] for sources in shared.values()}
    return [
        QualityNote(
            check,
            "warning",
            detail.format(counted(len(keys), "key"), " and ".join(sources), some_of(keys)),
        )
        for sources, keys in keys_of.items()
    ]


def some_of(keys: Iterable[str]) -> str:
    """List some of these keys, or names, in their order, and say how many more there are."""
    known = sorted(keys, key=lambda key: (key.rpartition("-")[0], len(key), key))
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return f"{', '.join(known[:SHOWN])}{more}"


def unknown_keys(quality: pd.DataFrame, *, tickets: pd.DataFrame) -> list[str]:
    """Give the keys of these tickets' projects that commits name, though no ticket has them.

    Parameters
    ----------
    quality
        QUALITY of the repositories, with a row for each such key.
    tickets
        All TICKETS.
    """
    projects = {key.rpartition("-")[0] for key in tickets["key"].str.upper()}
    named = set(quality.loc[quality["check"] == "unknown ticket in a commit", "ref"])
    return sorted(key for key in named if key.rpartition("-")[0] in projects)


def check_links(
    tickets: pd.DataFrame,
    commits: pd.DataFrame,
    events: pd.DataFrame,
    *,
    finished: Collection[str] = (),
    unknown: Collection[str] = (),
) -> pd.DataFrame:
    """Count how many tickets have commits and how many commits a ticket: one QUALITY row if there are any.

    Merges need not name a ticket, so they are not counted among commits.

    Parameters
    ----------
    tickets, commits, events
        Those in view; events of other tickets or commits do not count.
    finished
        Which of the tickets are finished.
    unknown
        Keys that commits name and no ticket has.
    """
    if commits.empty:
        return quality_from_notes([])
    known = events["ticket"].isin(set(tickets["ticket"])) & events["ref"].isin(set(commits["commit"]))
    linked = events[events["kind"].isin(["commit", "merge"]) & known]
    work = commits.loc[~commits["parents"].str.contains(" "), "commit"]
    done = len(set(finished) & set(linked["ticket"].astype("str")))
    detail = (
        f"{linked['ticket'].nunique()} of {len(tickets)} tickets, {done} of {len(finished)} finished ones, "
        f"have commits; {work.isin(set(linked['ref'])).sum()} of {len(work)} commits belong to one of them"
    )
    if unknown:
        match = counted(len(unknown), "other key in commits matches", "other keys in commits match")
        detail += f"; {match} no ticket that was pulled: {some_of(unknown)}"
    return quality_from_notes([QualityNote("link of tickets and commits", "note", detail)])
