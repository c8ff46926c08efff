"""A repository's documents become commits, releases, branches, and events of tickets."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import pandas as pd

from vsm.counts import counted
from vsm.eventlog.commit_links import events_from_commits
from vsm.eventlog.commit_messages import JOINT, CommitRefs, refs_of_messages
from vsm.eventlog.fields import instants
from vsm.eventlog.history import History
from vsm.eventlog.log import Log, QualityNote, quality_from_notes
from vsm.people import mailboxes_of
from vsm.tables import BRANCHES, COMMITS, NAMES, RELEASES, conform, empty

Json = Mapping[str, Any]

REFS: Final = ("branch", "pull", "reverts", "picked")
ROLES: Final = ("coauthors", "reviewers", "signers")
WHO: Final = ("author", "committer")
SIZES: Final = ("files", "added", "removed")
RAW: Final = ("commit", "parents", "author", "authored", "committer", "committed", "message")


def log_from_git(
    documents: Iterable[Json], *, repository: str, keys: Mapping[str, str], mail_key: bytes | None = None
) -> Log:
    """Give the log of one repository.

    Parameters
    ----------
    documents
        As ``vsm.sources.git_commits`` and ``git_components`` read them: ``type`` is commits, changes,
        components, patterns or repository.
    repository
        Its name; the source is called ``git:<name>``.
    keys
        Ticket key (upper case) → ticket id: see ``events_from_commits``.
    mail_key
        Secret with which mail addresses become digests in NAMES; none without it.

    Returns
    -------
    Log
        Commits that a branch or tag reaches, parents before children, where ``merge_commit``, ``merged_at``,
        ``release`` and ``released`` are still missing (``with_deliveries``); releases, all ``final``;
        branches; events; names of authors and helpers; notes. Commits whose dates cannot be read, and
        those that a rewritten history has left behind, are noted and left out.
    """
    documents, source = list(documents), f"git:{repository}"
    batches = [document for document in documents if document["type"] == "commits"]
    counts = [document for document in documents if document["type"] == "changes"]
    state = next((document for document in documents if document["type"] == "repository"), None)
    commits, left_behind = _reached(_commits(batches, repository), state)
    refs = refs_of_messages(commits["message"].tolist())
    commits = commits.assign(**_columns(commits, refs), **_changes(counts, commits))
    commits = commits.assign(components=_components(documents, commits))
    dated = commits["authored"].notna() & commits["committed"].notna()
    usable = commits[dated].reset_index(drop=True) if not dated.all() else commits
    branches = _branches(state, repository)
    events, unknown = events_from_commits(usable, branches=branches, keys=keys, source=source)
    people = {person for one in refs.values() for group in one.people.values() for person in group}
    boxes: dict[str, str] = {}
    if mail_key:
        mails = {pair for d in batches for who in WHO for pair in zip(d[who], d[f"{who}_mail"], strict=True)}
        boxes = mailboxes_of(((f"git:{name}", mail) for name, mail in mails | people), key=mail_key)
    notes = [*_check_repository(state, source, left_behind), *_check_commits(commits, unknown, source)]
    return Log(
        events=events,
        names=_names(usable, people, boxes),
        commits=conform(usable, COMMITS),
        releases=_releases(state, commits, repository),
        branches=conform(branches, BRANCHES),
        quality=quality_from_notes(notes),
    )


def _commits(batches: Sequence[Json], repository: str) -> pd.DataFrame:
    """Give commits; ``message`` and ``undecodable`` stay beside the columns of COMMITS."""
    columns = {name: [value for batch in batches for value in batch[name]] for name in RAW}
    columns["subject"] = [message.partition("\n")[0] for message in columns["message"]]
    when = {name: instants(columns.pop(name)) for name in ("authored", "committed")}
    messages = pd.Series(columns.pop("message"), dtype="object")
    frame = pd.DataFrame(columns, dtype="str").assign(repository=repository, message=messages, **when)
    frame["author"], frame["committer"] = "git:" + frame["author"], "git:" + frame["committer"]
    undecodable = {commit for batch in batches for commit in batch["undecodable"]}
    frame["undecodable"] = frame["commit"].isin(undecodable)
    return frame.drop_duplicates("commit", ignore_index=True)


def _reached(commits: pd.DataFrame, state: Json | None) -> tuple[pd.DataFrame, list[str]]:
    """Give the commits that the repository's refs still reach, and the hashes of the others.

    Where each commit is a parent, or a ref names it, all are reached.
    """
    tips = {commit for _, commit, *_ in (*state["branches"], *state["tags"])} if state else set()
    hashes, parents = commits["commit"].tolist(), commits["parents"].tolist()
    if state is None or not set(hashes) - tips - set(" ".join(parents).split()):
        return commits, []
    history = History(hashes, parents)
    reached = history.reached(history.number[tip] for tip in sorted(tips & history.number.keys()))
    return commits[reached].reset_index(drop=True), commits["commit"][~reached].tolist()


def _columns(commits: pd.DataFrame, refs: Mapping[int, CommitRefs]) -> dict[str, Any]:
    """Give columns of what messages refer to; abbreviated hashes become whole where they are known."""
    columns: dict[str, dict[int, str | None]] = {name: {} for name in (*REFS, *ROLES)}
    hashes = _Hashes(commits)
    for number, one in refs.items():
        if one.branch or one.pull:
            columns["branch"][number], columns["pull"][number] = one.branch, one.pull
        for role, people in one.people.items():
            columns[role][number] = JOINT.join(dict.fromkeys(f"git:{name}" for name, _ in people))
        if one.reverts or one.reverted_subject:
            whole = " ".join(hashes.whole(prefix) for prefix in one.reverts)
            columns["reverts"][number] = whole or hashes.before(number, one.reverted_subject)
        if one.picked:
            columns["picked"][number] = hashes.whole(one.picked)
    return {
        name: pd.Series(list(values.values()), index=list(values), dtype="str").reindex(commits.index)
        for name, values in columns.items()
    }


def _changes(counts: Iterable[Json], commits: pd.DataFrame) -> dict[str, Any]:
    """Give the files and lines counted of each commit; missing where nothing was."""
    frames = [pd.DataFrame({name: count[name] for name in ("commit", *SIZES)}) for count in counts]
    if not sum(map(len, frames)):
        return {}
    sizes = pd.concat(frames).set_index("commit").astype("Int64").reindex(commits["commit"])
    return {name: sizes[name].array for name in SIZES}


def _components(documents: Iterable[Json], commits: pd.DataFrame) -> "pd.Series[str]":
    """Give the components whose files each commit changed, by the patterns of the latest pull."""
    patterns = {document["patterns"] for document in documents if document["type"] == "patterns"}
    of_commit = {
        commit: components or None
        for document in documents
        if document["type"] == "components" and document["patterns"] in patterns
        for commit, components in zip(document["commit"], document["components"], strict=True)
    }
    return commits["commit"].map(of_commit).astype("str")


class _Hashes:
    """The commit that an abbreviated hash, or a reverted subject, means."""

    def __init__(self, commits: pd.DataFrame) -> None:
        self._commits = commits

    @cached_property
    def _all(self) -> list[str]:
        return sorted(self._commits["commit"])

    @cached_property
    def _of_subject(self) -> dict[str, list[tuple[int, str]]]:
        bearers: dict[str, list[tuple[int, str]]] = {}
        rows = zip(self._commits["subject"], self._commits["commit"], strict=True)
        for number, (subject, commit) in enumerate(rows):
            bearers.setdefault(subject, []).append((number, commit))
        return bearers

    def whole(self, prefix: str) -> str:
        """Give the whole hash where exactly one commit's begins so; else the prefix."""
        first = bisect_left(self._all, prefix)
        found = [commit for commit in self._all[first : first + 2] if commit.startswith(prefix)]
        return found[0] if len(found) == 1 else prefix

    def before(self, number: int, subject: str | None) -> str | None:
        """Give the last earlier commit of this subject."""
        earlier = [commit for own, commit in self._of_subject.get(subject or "", ()) if own < number]
        return earlier[-1] if earlier else None


def _names(commits: pd.DataFrame, people: set[tuple[str, str]], mailboxes: Mapping[str, str]) -> pd.DataFrame:
    """Give names of authors and committers with their instants; of helpers no instant is known."""
    roles = (("author", "authored"), ("committer", "committed"))
    named = [commits[[who, at]].set_axis(["id", "at"], axis=1).astype({"id": "str"}) for who, at in roles]
    spans = pd.concat(named).groupby("id")["at"].agg(first="min", last="max").reset_index()
    helpers = pd.DataFrame(
        {"id": sorted({f"git:{name}" for name, _ in people} - set(spans["id"]))}, dtype="str"
    )
    rows = pd.concat([spans, helpers], ignore_index=True) if len(helpers) else spans
    name, mailbox = rows["id"].str.removeprefix("git:"), rows["id"].map(mailboxes)
    return conform(rows.assign(kind="account", name=name, mailbox=mailbox), NAMES)


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
    if not (state and state["tags"]):
        return empty(RELEASES)
    tags = pd.DataFrame(state["tags"], columns=["release", "commit", "tagged"], dtype="str")
    named = commits.loc[commits["commit"].isin(tags["commit"]), ["commit", "committed"]]
    at = pd.DatetimeIndex(named.set_index("commit")["committed"].reindex(tags["commit"]))
    tags = tags.assign(repository=repository, final=True, at=at, tagged=instants(tags["tagged"].tolist()))
    return conform(tags[tags["at"].notna()].sort_values(["at", "release"]), RELEASES)


def _check_repository(state: Json | None, source: str, left_behind: list[str]) -> Iterator[QualityNote]:
    if state and state["shallow"]:
        detail = "commits and tags before its edge are missing; fetch --unshallow and pull again"
        yield QualityNote("shallow clone", "fault", detail, source)
    if state and state["partial"]:
        yield QualityNote("partial clone", "note", "file contents are not there; they are not needed", source)
    if left_behind:
        detail = (
            f"no branch or tag reaches {counted(len(left_behind), 'commit')} any more that had been read, "
            f"such as {left_behind[-1][:12]}: history was rewritten (a force-push) or a branch deleted; "
            "left out"
        )
        yield QualityNote("rewritten history", "note", detail, source, None, left_behind[-1])


def _check_commits(commits: pd.DataFrame, unknown: Mapping[str, int], source: str) -> Iterator[QualityNote]:
    for ref in commits["commit"][commits["authored"].isna() | commits["committed"].isna()]:
        detail = "commit left out: its date cannot be read"
        yield QualityNote("unreadable instant", "fault", detail, source, None, ref)
    for ref in commits["commit"][commits["undecodable"].astype(bool)]:
        detail = "bytes that are no UTF-8 were replaced"
        yield QualityNote("undecodable message", "note", detail, source, None, ref)
    for key, times in sorted(unknown.items()):
        detail = f"{key} is named by {counted(times, 'commit')}, but no such ticket was pulled"
        yield QualityNote("unknown ticket in a commit", "note", detail, source, None, key)
