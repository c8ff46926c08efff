"""What does a repository's history say? Commits, tags, and who worked when on which ticket."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import pandas as pd

from vsm.eventlog.commit_links import events_from_commits
from vsm.eventlog.commit_messages import JOINT, Told, told_by_messages
from vsm.eventlog.history import History
from vsm.eventlog.instants import instants
from vsm.eventlog.log import Log
from vsm.eventlog.quality import QualityNote, quality_from_notes
from vsm.people import mailboxes_of
from vsm.tables import BRANCHES, COMMITS, NAMES, RELEASES, conform

Json = Mapping[str, Any]

TOLD: Final = ("branch", "pull", "reverts", "picked")
ROLES: Final = ("coauthors", "reviewers", "signers")
WHO: Final = ("author", "committer")
RAW: Final = ("commit", "parents", "author", "authored", "committer", "committed", "message")


def log_from_git(
    documents: Iterable[Json], *, repository: str, keys: Mapping[str, str], mail_key: bytes | None = None
) -> Log:
    """What do these Git documents tell?

    Parameters
    ----------
    documents
        As ``vsm.sources.git_commits`` reads them: ``type`` is commits, changes or repository.
    repository
        Its name; the source is called ``git:<name>``.
    keys
        Ticket key (upper case) → ticket id: see ``events_from_commits``.
    mail_key
        Secret with which mail addresses become digests in NAMES; none without it.

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
    told = told_by_messages(commits["message"].tolist())
    commits = commits.assign(**_columns(commits, told), **_changes(known, commits))
    dated = commits["authored"].notna() & commits["committed"].notna()
    kept = commits[dated].reset_index(drop=True) if not dated.all() else commits
    branches = _branches(state, repository)
    events, strange = events_from_commits(kept, branches=branches, keys=keys, source=source)
    doubts = [
        *_doubts_about_repository(state, source, left_behind),
        *_doubts_about_commits(commits, strange, source),
    ]
    return Log(
        events=events,
        names=_names(kept, told.values(), _mailboxes(known, told.values(), mail_key) if mail_key else {}),
        commits=conform(kept, COMMITS),
        releases=_releases(state, commits, repository),
        branches=conform(branches, BRANCHES),
        quality=quality_from_notes(doubts),
    )


def _commits(batches: Sequence[Json], repository: str) -> pd.DataFrame:
    """Lay commits out; ``message`` and ``undecodable`` stay beside the columns of COMMITS."""
    columns = {name: [value for batch in batches for value in batch[name]] for name in RAW}
    columns["subject"] = [message.partition("\n")[0] for message in columns["message"]]
    when = {name: instants(columns.pop(name)) for name in ("authored", "committed")}
    messages = pd.Series(columns.pop("message"), dtype="object")
    frame = pd.DataFrame(columns, dtype="str").assign(repository=repository, message=messages, **when)
    frame["author"], frame["committer"] = "git:" + frame["author"], "git:" + frame["committer"]
    frame["undecodable"] = frame["commit"].isin(
        {commit for batch in batches for commit in batch["undecodable"]}
    )
    return frame.drop_duplicates("commit", ignore_index=True)


def _reached(commits: pd.DataFrame, state: Json | None) -> tuple[pd.DataFrame, list[str]]:
    """Keep what the repository's refs still reach; tell what they do not.

    Where each commit is a parent, or a ref names it, all are reached.
    """
    tips = {commit for _, commit, *_ in (*state["branches"], *state["tags"])} if state else set()
    hashes, parents = commits["commit"].tolist(), commits["parents"].tolist()
    if state is None or not set(hashes) - tips - set(" ".join(parents).split()):
        return commits, []
    history = History(hashes, parents)
    reached = history.reached(history.number[tip] for tip in sorted(tips & history.number.keys()))
    return commits[reached].reset_index(drop=True), commits["commit"][~reached].tolist()


def _columns(commits: pd.DataFrame, told: Mapping[int, Told]) -> dict[str, Any]:
    """Write out what messages tell; hashes that they abbreviate are written whole where they are known."""
    columns: dict[str, dict[int, str | None]] = {name: {} for name in (*TOLD, *ROLES)}
    resolved = _Hashes(commits)
    for number, tells in told.items():
        if tells.branch or tells.pull:
            columns["branch"][number], columns["pull"][number] = tells.branch, tells.pull
        for role, people in tells.people.items():
            columns[role][number] = JOINT.join(dict.fromkeys(f"git:{name}" for name, _ in people))
        if tells.reverts or tells.taken_back:
            whole = [resolved.whole(hash_) for hash_ in tells.reverts]
            columns["reverts"][number] = " ".join(whole) or resolved.before(number, tells.taken_back)
        if tells.picked:
            columns["picked"][number] = resolved.whole(tells.picked)
    return {
        name: pd.Series(list(values.values()), index=list(values), dtype="str").reindex(commits.index)
        for name, values in columns.items()
    }


def _changes(documents: Iterable[Json], commits: pd.DataFrame) -> dict[str, Any]:
    """Tell what was counted of each commit; missing where nothing was."""
    counts = [d for d in documents if d["type"] == "changes"]
    hashes = [commit for d in counts for commit in d["commit"]]
    columns = {name: [value for d in counts for value in d[name]] for name in ("files", "added", "removed")}
    if not hashes:
        return {}
    of = {name: pd.Series(values, index=hashes, dtype="Int64") for name, values in columns.items()}
    return {name: values.reindex(commits["commit"]).array for name, values in of.items()}


class _Hashes:
    """Which commit does a hash, or a subject that is taken back, mean?"""

    def __init__(self, commits: pd.DataFrame) -> None:
        self._commits = commits

    @cached_property
    def _all(self) -> list[str]:
        return sorted(self._commits["commit"])

    @cached_property
    def _of_subject(self) -> dict[str, list[tuple[int, str]]]:
        found: dict[str, list[tuple[int, str]]] = {}
        rows = zip(self._commits["subject"], self._commits["commit"], strict=True)
        for number, (subject, commit) in enumerate(rows):
            found.setdefault(subject, []).append((number, commit))
        return found

    def whole(self, prefix: str) -> str:
        """Write a hash whole where exactly one commit's begins so; else as it is."""
        first = bisect_left(self._all, prefix)
        found = [commit for commit in self._all[first : first + 2] if commit.startswith(prefix)]
        return found[0] if len(found) == 1 else prefix

    def before(self, number: int, subject: str | None) -> str | None:
        """Find the last earlier commit of this subject."""
        earlier = [commit for place, commit in self._of_subject.get(subject or "", ()) if place < number]
        return earlier[-1] if earlier else None


def _mailboxes(documents: Iterable[Json], told: Iterable[Told], key: bytes) -> dict[str, str]:
    batches = [d for d in documents if d["type"] == "commits"]
    used = {pair for d in batches for who in WHO for pair in zip(d[who], d[f"{who}_mail"], strict=True)}
    used |= {pair for tells in told for group in tells.people.values() for pair in group}
    return mailboxes_of(((f"git:{name}", address) for name, address in used), key=key)


def _names(commits: pd.DataFrame, told: Iterable[Told], mailboxes: Mapping[str, str]) -> pd.DataFrame:
    """Gather who is named: authors and committers with their instants; of helpers no instant is known."""
    roles = (("author", "authored"), ("committer", "committed"))
    named = [commits[[who, at]].set_axis(["id", "at"], axis=1).astype({"id": "str"}) for who, at in roles]
    spans = pd.concat(named).groupby("id")["at"].agg(first="min", last="max").reset_index()
    helpers = {f"git:{name}" for tells in told for group in tells.people.values() for name, _ in group}
    others = pd.DataFrame({"id": sorted(helpers - set(spans["id"]))}, dtype="str")
    rows = pd.concat([spans, others], ignore_index=True) if len(others) else spans
    about: dict[str, Any] = {
        "kind": "account",
        "name": rows["id"].str.removeprefix("git:"),
        "mailbox": rows["id"].map(mailboxes),
    }
    return conform(rows.assign(**about), NAMES)


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
    named = commits.loc[commits["commit"].isin(tags["commit"]), ["commit", "committed"]]
    at = pd.DatetimeIndex(named.set_index("commit")["committed"].reindex(tags["commit"]))
    tags = tags.assign(repository=repository, final=True, at=at, tagged=instants(tags["tagged"].tolist()))
    return conform(tags[tags["at"].notna()].sort_values(["at", "release"]), RELEASES)


def _doubts_about_repository(
    state: Json | None, source: str, left_behind: list[str]
) -> Iterator[QualityNote]:
    if state and state["shallow"]:
        detail = "commits and tags before its edge are missing; fetch --unshallow and pull again"
        yield QualityNote("shallow clone", "fault", detail, source)
    if state and state["partial"]:
        yield QualityNote("partial clone", "note", "file contents are not there; they are not needed", source)
    if left_behind:
        detail = (
            f"{len(left_behind)} commit(s) read before, such as {left_behind[-1][:12]}, are reached "
            "by no branch or tag any more: history was rewritten (a force-push) or a branch deleted; they "
            "are left out"
        )
        yield QualityNote("rewritten history", "note", detail, source, None, left_behind[-1])


def _doubts_about_commits(
    commits: pd.DataFrame, strange: Mapping[str, int], source: str
) -> Iterator[QualityNote]:
    for ref in commits["commit"][commits["authored"].isna() | commits["committed"].isna()]:
        yield QualityNote(
            "unreadable instant", "fault", "commit left out: its date cannot be read", source, None, ref
        )
    for ref in commits["commit"][commits["undecodable"].astype(bool)]:
        yield QualityNote(
            "undecodable message", "note", "bytes that are no UTF-8 were replaced", source, None, ref
        )
    for key, times in sorted(strange.items()):
        detail = f"{key} is named by {times} commit(s), but no such ticket was pulled"
        yield QualityNote("unknown ticket in a commit", "note", detail, source, None, key)
