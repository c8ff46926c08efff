"""What does a repository's history say? Commits, tags, and who worked when on which ticket."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from vsm.eventlog.instants import instants
from vsm.eventlog.link import key_pattern, tickets_in
from vsm.eventlog.log import Log, sorted_events
from vsm.eventlog.quality import Doubt, quality_from_doubts
from vsm.tables import COMMITS, EVENTS, NAMES, RELEASES, conform, empty

Json = Mapping[str, Any]


def log_from_git(documents: Iterable[Json], *, repository: str, keys: Mapping[str, str]) -> Log:
    """What do these Git documents tell?

    Parameters
    ----------
    documents
        As ``vsm.sources.git_commits`` reads them: ``type`` is commit, tag or repository.
    repository
        Its name; the source is called ``git:<name>``.
    keys
        Ticket key (upper case) → ticket id. A commit that names a key in its message becomes an event
        ``commit`` (``merge`` for one with several parents) of that ticket.

    Returns
    -------
    Log
        Commits, releases, events, names of authors and doubts. An event's instant is the author's: that
        is when somebody worked. Commits whose dates cannot be read are told as doubts and left out.

    Examples
    --------
    >>> log_from_git([], repository="shop", keys={}).commits.empty
    True
    """
    known = list(documents)
    source = f"git:{repository}"
    commits = _commits([d for d in known if d["type"] == "commit"], repository)
    dated = commits[commits["authored"].notna() & commits["committed"].notna()]
    events, unknown = _events(dated, keys, source)
    doubts = [*_doubts_about_repository(known, source), *_doubts_about_commits(commits, unknown, source)]
    return Log(
        events=events,
        names=_names(dated),
        commits=conform(dated, COMMITS),
        releases=_releases([d for d in known if d["type"] == "tag"], repository),
        quality=quality_from_doubts(doubts),
    )


def _commits(documents: list[Json], repository: str) -> pd.DataFrame:
    """Lay commits out; ``message`` and ``undecodable`` stay beside the columns of COMMITS."""
    rows = [
        {
            "commit": d["commit"],
            "repository": repository,
            "author": f"git:{d['author']['name']}",
            "committer": f"git:{d['committer']['name']}",
            "authored": d["author"]["at"],
            "committed": d["committer"]["at"],
            "subject": d["message"].partition("\n")[0],
            "parents": " ".join(d["parents"]),
            "message": d["message"],
            "undecodable": d["undecodable"],
        }
        for d in documents
    ]
    frame = pd.DataFrame(rows, columns=[*COMMITS.names, "message", "undecodable"])
    return frame.assign(
        authored=instants(list(frame["authored"])), committed=instants(list(frame["committed"]))
    )


def _events(commits: pd.DataFrame, keys: Mapping[str, str], source: str) -> tuple[pd.DataFrame, Counter[str]]:
    pattern, unknown, rows = key_pattern(keys), Counter[str](), []
    for commit in commits.to_dict("records"):
        tickets, strange = tickets_in(commit["message"], keys=keys, pattern=pattern)
        unknown.update(strange)
        kind = "merge" if " " in commit["parents"] else "commit"
        hash_, at, author = commit["commit"], commit["authored"], commit["author"]
        rows += [(t, at, kind, hash_, author, source, hash_, seq, False) for seq, t in enumerate(tickets)]
    columns = ["ticket", "at", "kind", "after", "actor", "source", "ref", "seq", "bulk"]
    events = sorted_events(conform(pd.DataFrame(rows, columns=columns), EVENTS)) if rows else empty(EVENTS)
    return events, unknown


def _names(commits: pd.DataFrame) -> pd.DataFrame:
    people = pd.concat(
        [
            commits[[role, instant]].set_axis(["id", "at"], axis=1).astype({"id": "str"})
            for role, instant in (("author", "authored"), ("committer", "committed"))
        ]
    )
    spans = people.groupby("id")["at"].agg(first="min", last="max").reset_index()
    return conform(spans.assign(kind="account", name=spans["id"].str.removeprefix("git:")), NAMES)


def _releases(documents: list[Json], repository: str) -> pd.DataFrame:
    columns = {"release": "tag", "commit": "commit", "at": "committed", "tagged": "tagged"}
    frame = pd.DataFrame(
        [{ours: d[theirs] for ours, theirs in columns.items()} for d in documents], columns=list(columns)
    )
    when = {"at": instants(list(frame["at"])), "tagged": instants(list(frame["tagged"]))}
    dated = frame.assign(repository=repository, final=True, **when)
    return conform(dated[dated["at"].notna()].sort_values(["at", "release"]), RELEASES)


def _doubts_about_repository(documents: list[Json], source: str) -> Iterator[Doubt]:
    for state in (d for d in documents if d["type"] == "repository"):
        if state["shallow"]:
            detail = "commits and tags before its edge are missing; fetch --unshallow and pull again"
            yield Doubt("shallow clone", "fault", detail, source)
        if state["partial"]:
            yield Doubt("partial clone", "note", "file contents are not there; they are not needed", source)


def _doubts_about_commits(commits: pd.DataFrame, unknown: Counter[str], source: str) -> Iterator[Doubt]:
    for ref in commits["commit"][commits["authored"].isna() | commits["committed"].isna()]:
        yield Doubt(
            "unreadable instant", "fault", "commit left out: its date cannot be read", source, None, ref
        )
    for ref in commits["commit"][commits["undecodable"].astype(bool)]:
        yield Doubt("undecodable message", "note", "bytes that are no UTF-8 were replaced", source, None, ref)
    for key, times in sorted(unknown.items()):
        detail = f"{key} is named by {times} commit(s), but no such ticket was pulled"
        yield Doubt("unknown ticket in a commit", "note", detail, source, None, key)
