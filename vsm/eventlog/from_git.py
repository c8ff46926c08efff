"""What does a repository's history say? Commits, tags, and who worked when on which ticket."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from vsm.eventlog.commit_links import events_from_commits
from vsm.eventlog.commit_messages import JOINT, Told, told_by_messages
from vsm.eventlog.history import History
from vsm.eventlog.instants import instants
from vsm.eventlog.log import Log
from vsm.eventlog.quality import Doubt, quality_from_doubts
from vsm.tables import BRANCHES, COMMITS, NAMES, RELEASES, conform

Json = Mapping[str, Any]

RAW: Final = ("commit", "parents", "author", "authored", "committer", "committed", "message")


def log_from_git(documents: Iterable[Json], *, repository: str, keys: Mapping[str, str]) -> Log:
    """What do these Git documents tell?

    Parameters
    ----------
    documents
        As ``vsm.sources.git_commits`` reads them: ``type`` is commits or repository.
    repository
        Its name; the source is called ``git:<name>``.
    keys
        Ticket key (upper case) → ticket id: see ``events_from_commits``.

    Returns
    -------
    Log
        Commits that a branch or tag reaches, parents before children, where ``landing``, ``landed``,
        ``release`` and ``released`` are still missing (``with_deliveries``); releases, all ``final``;
        branches; events; names of authors and helpers; doubts. Commits whose dates cannot be read, and
        those that a rewritten history has left behind, are told as doubts and left out.

    Examples
    --------
    >>> log_from_git([], repository="shop", keys={}).commits.empty
    True
    """
    known = list(documents)
    source = f"git:{repository}"
    state = next((d for d in known if d["type"] == "repository"), None)
    commits, left_behind = _reached(_commits([d for d in known if d["type"] == "commits"], repository), state)
    told = told_by_messages(commits["message"])
    commits = commits.assign(**_columns(commits, told))
    dated = commits["authored"].notna() & commits["committed"].notna()
    kept = commits[dated].reset_index(drop=True)
    people = [tells.people for tells, keep in zip(told, dated, strict=True) if keep]
    branches = _branches(state, repository)
    events, strange = events_from_commits(kept, branches=branches, keys=keys, source=source)
    doubts = [
        *_doubts_about_repository(state, source, left_behind),
        *_doubts_about_commits(commits, strange, source),
    ]
    return Log(
        events=events,
        names=_names(kept, people),
        commits=conform(kept, COMMITS),
        releases=_releases(state, commits, repository),
        branches=conform(branches, BRANCHES),
        quality=quality_from_doubts(doubts),
    )


def _commits(batches: Sequence[Json], repository: str) -> pd.DataFrame:
    """Lay commits out; ``message`` and ``undecodable`` stay beside the columns of COMMITS."""
    columns = {name: [value for batch in batches for value in batch[name]] for name in RAW}
    frame = pd.DataFrame(columns, columns=list(RAW), dtype="str").drop_duplicates("commit", ignore_index=True)
    odd = {commit for batch in batches for commit in batch["undecodable"]}
    return frame.assign(
        repository=repository,
        author="git:" + frame["author"],
        committer="git:" + frame["committer"],
        authored=instants(frame["authored"].tolist()),
        committed=instants(frame["committed"].tolist()),
        subject=[message.partition("\n")[0] for message in frame["message"]],
        undecodable=frame["commit"].isin(odd),
    )


def _reached(commits: pd.DataFrame, state: Json | None) -> tuple[pd.DataFrame, list[str]]:
    """Keep what the repository's refs still reach; tell what they do not."""
    if state is None or not len(commits):
        return commits, []
    history = History(commits["commit"].tolist(), commits["parents"].tolist())
    tips = {commit for _, commit, *_ in (*state["branches"], *state["tags"])}
    reached = history.reached(history.number[tip] for tip in sorted(tips & history.number.keys()))
    return commits[reached].reset_index(drop=True), commits["commit"][~reached].tolist()


def _columns(commits: pd.DataFrame, told: list[Told]) -> dict[str, Any]:
    """Write out what messages tell; hashes that they abbreviate are written whole where they are known."""
    resolved = _Hashes(commits)
    reverts = [
        [resolved.whole(hash_) for hash_ in tells.reverts] or resolved.before(number, tells.taken_back)
        for number, tells in enumerate(told)
    ]
    columns: dict[str, list[str | None]] = {
        "branch": [tells.branch for tells in told],
        "pull": [tells.pull for tells in told],
        "reverts": [" ".join(hashes) or None for hashes in reverts],
        "picked": [tells.picked and resolved.whole(tells.picked) for tells in told],
    }
    for role in ("coauthors", "reviewers", "signers"):
        columns[role] = [JOINT.join(accounts_of(tells.people, role)) or None for tells in told]
    return {name: pd.array(values, dtype="str") for name, values in columns.items()}


def accounts_of(people: Mapping[str, tuple[tuple[str, str], ...]], role: str) -> list[str]:
    """Which accounts play this role? Each once, as the message names them.

    Examples
    --------
    >>> accounts_of({"reviewers": (("dev-2", "d@example.org"),)}, "reviewers")
    ['git:dev-2']
    """
    return list(dict.fromkeys(f"git:{name}" for name, _ in people.get(role, ())))


class _Hashes:
    """Which commit does a hash, or a subject that is taken back, mean?"""

    def __init__(self, commits: pd.DataFrame) -> None:
        self._all = sorted(commits["commit"])
        self._subjects: dict[str, list[tuple[int, str]]] = {}
        for number, (subject, commit) in enumerate(zip(commits["subject"], commits["commit"], strict=True)):
            self._subjects.setdefault(subject, []).append((number, commit))

    def whole(self, prefix: str) -> str:
        """Write a hash whole where exactly one commit's begins so; else as it is."""
        first = bisect_left(self._all, prefix)
        found = [commit for commit in self._all[first : first + 2] if commit.startswith(prefix)]
        return found[0] if len(found) == 1 else prefix

    def before(self, number: int, subject: str | None) -> list[str]:
        """Find the last earlier commit of this subject."""
        earlier = [commit for place, commit in self._subjects.get(subject or "", ()) if place < number]
        return earlier[-1:] if subject else []


def _names(commits: pd.DataFrame, people: list[Mapping[str, tuple[tuple[str, str], ...]]]) -> pd.DataFrame:
    """Gather who is named: authors and committers with their instants, helpers with the commit's."""
    roles = (("author", "authored"), ("committer", "committed"))
    named = [commits[[who, at]].set_axis(["id", "at"], axis=1).astype({"id": "str"}) for who, at in roles]
    helpers = [
        (f"git:{name}", at)
        for told, at in zip(people, commits["committed"], strict=True)
        for group in told.values()
        for name, _ in group
    ]
    if helpers:
        named.append(pd.DataFrame(helpers, columns=["id", "at"]).astype({"id": "str"}))
    spans = pd.concat(named).groupby("id")["at"].agg(first="min", last="max").reset_index()
    return conform(spans.assign(kind="account", name=spans["id"].str.removeprefix("git:")), NAMES)


def _branches(state: Json | None, repository: str) -> pd.DataFrame:
    rows = [
        {
            "repository": repository,
            "branch": name.removeprefix("refs/").removeprefix("heads/").removeprefix("remotes/"),
            "commit": commit,
            "main": name == (state or {})["main"],
        }
        for name, commit in (state or {}).get("branches", ())
    ]
    return conform(pd.DataFrame(rows, columns=BRANCHES.names), BRANCHES)


def _releases(state: Json | None, commits: pd.DataFrame, repository: str) -> pd.DataFrame:
    tags = pd.DataFrame((state or {}).get("tags", []), columns=["release", "commit", "tagged"], dtype="str")
    when = dict(zip(commits["commit"], commits["committed"], strict=True))
    at = pd.DatetimeIndex(tags["commit"].map(when).astype(commits["committed"].dtype))
    tags = tags.assign(repository=repository, final=True, at=at, tagged=instants(tags["tagged"].tolist()))
    return conform(tags[tags["at"].notna()].sort_values(["at", "release"]), RELEASES)


def _doubts_about_repository(state: Json | None, source: str, left_behind: list[str]) -> Iterator[Doubt]:
    if state and state["shallow"]:
        detail = "commits and tags before its edge are missing; fetch --unshallow and pull again"
        yield Doubt("shallow clone", "fault", detail, source)
    if state and state["partial"]:
        yield Doubt("partial clone", "note", "file contents are not there; they are not needed", source)
    if left_behind:
        detail = (
            f"{len(left_behind)} commit(s) read before, such as {left_behind[-1][:12]}, are reached "
            "by no branch or tag any more: history was rewritten (a force-push) or a branch deleted; they "
            "are left out"
        )
        yield Doubt("rewritten history", "note", detail, source, None, left_behind[-1])


def _doubts_about_commits(commits: pd.DataFrame, strange: Mapping[str, int], source: str) -> Iterator[Doubt]:
    for ref in commits["commit"][commits["authored"].isna() | commits["committed"].isna()]:
        yield Doubt(
            "unreadable instant", "fault", "commit left out: its date cannot be read", source, None, ref
        )
    for ref in commits["commit"][commits["undecodable"].astype(bool)]:
        yield Doubt("undecodable message", "note", "bytes that are no UTF-8 were replaced", source, None, ref)
    for key, times in sorted(strange.items()):
        detail = f"{key} is named by {times} commit(s), but no such ticket was pulled"
        yield Doubt("unknown ticket in a commit", "note", detail, source, None, key)
