"""When commits were merged to the main line and released; and with them, the commits of each ticket."""

from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.config import Workflow
from vsm.config.repositories import abbreviations
from vsm.eventlog.components import first_to_bring
from vsm.eventlog.history import NONE, NOWHERE, History
from vsm.eventlog.log import Log

MILESTONES: Final = [
    "ticket", "repository", "commit", "actor", "written", "merged_at", "released", "replaced",
]  # fmt: skip


def log_with_deliveries(log: Log, *, workflow: Workflow) -> Log:
    """Give a log with its commits' merges and releases; ``[[repository]]`` says what is main and a release.

    The main line may be named with its remote or without. Of two tags of one commit the first is its release.
    """
    if log.commits.empty and log.branches.empty and log.releases.empty:
        return log
    branches = log.branches
    main = branches["main"].to_numpy(dtype="bool", copy=True)
    for repository, rows in branches.groupby("repository", observed=True).indices.items():
        if named := workflow.repository(str(repository)).main:
            names = branches["branch"].iloc[rows]
            same = names == named
            main[rows] = same if same.any() else names.str.partition("/")[2] == named
    branches = branches.assign(main=main)
    releases = _with_finals(log.releases, workflow)
    commits = with_deliveries(log.commits, branches=branches, releases=releases)
    return replace(log, branches=branches, releases=releases, commits=commits)


def _with_finals(releases: pd.DataFrame, workflow: Workflow) -> pd.DataFrame:
    """Say which tags are releases to customers, and of which component."""
    final, component = np.zeros(len(releases), dtype=bool), np.full(len(releases), None, dtype="object")
    for repository, rows in releases.groupby("repository", observed=True).indices.items():
        section, tags = workflow.repository(str(repository)), releases["release"].iloc[rows]
        moving = abbreviations(dict(zip(tags, releases["at"].iloc[rows], strict=True)))
        final[rows] = [section.ships(tag) and tag not in moving for tag in tags]
        component[rows] = [section.component_of(tag) for tag in tags]
    releases = releases.assign(final=final, component=pd.Categorical(component))
    ordered = releases[final].assign(when=_release_instants(releases)).sort_values(["when", "release"])
    again = ordered.index[ordered.duplicated(["repository", "commit", "component"])]
    return releases.assign(final=releases["final"] & ~releases.index.isin(again))


def with_deliveries(commits: pd.DataFrame, *, branches: pd.DataFrame, releases: pd.DataFrame) -> pd.DataFrame:
    """Give commits with when each was merged to the main line, and the first release that contains it.

    Parameters
    ----------
    commits
        COMMITS, parents before children within a repository.
    branches
        BRANCHES; the one marked ``main`` is the main line of its repository.
    releases
        RELEASES; those that are not ``final`` are left out. One with a ``component`` releases that alone.

    Returns
    -------
    DataFrame
        The same rows with ``merge_commit, merged_at, release, released`` filled in. A commit is merged by the
        first commit of the main line's first-parent chain that contains it: the merge, or itself. Its release
        is the first that contains it: releases follow one another by instant, but never one before
        another that it contains; of several at one instant, the one on the shorter history is first. A
        commit of several components is released with the last of them. A release's instant is when its tag
        was made, where that is known and not before its commit's. Instants are as recorded: a skewed clock
        may put a merge before its work.
    """
    parts = []
    for repository, rows in commits.groupby("repository", observed=True, sort=False):
        main = branches.loc[(branches["repository"] == repository) & branches["main"], "commit"]
        shipped = releases[(releases["repository"] == repository) & releases["final"]]
        parts.append(_delivered(rows, list(main), shipped))
    if len(parts) < 2:
        return parts[0] if parts else commits
    return pd.concat(parts).reindex(commits.index)


def _delivered(commits: pd.DataFrame, main: list[str], releases: pd.DataFrame) -> pd.DataFrame:
    history = History(commits["commit"].tolist(), commits["parents"].tolist())
    tips = [history.number[tip] for tip in main if tip in history.number]
    merge_commit = np.array(
        history.claimed(n for tip in tips for n in history.first_parents(tip)), dtype="int64"
    )
    order = _release_order(releases, history)
    of_component = releases["component"].astype("object").where(releases["component"].notna(), None).tolist()
    claims = [(number, of_component[row]) for number, row in order]
    # Commits 0 1 2 3 4 of a line, releases at 1 (row 7) and 3 (row 5): order [(1, 7), (3, 5)],
    # first [0, 0, 1, 1, NOWHERE], release [7, 7, 5, 5, NOWHERE].
    first, _ = first_to_bring(history, claims, commits["components"])
    release = np.array([row for _, row in order] + [NOWHERE], dtype="int64")[first]
    return commits.assign(
        merge_commit=_taken(commits["commit"], merge_commit),
        merged_at=_taken(commits["committed"], merge_commit),
        release=_taken(releases["release"], release),
        released=_taken(_release_instants(releases), release),
    )


def _release_instants(releases: pd.DataFrame) -> "pd.Series[Any]":
    return releases["tagged"].where(releases["tagged"] > releases["at"], releases["at"])


def _release_order(releases: pd.DataFrame, history: History) -> list[tuple[int, int]]:
    """Give commit and row of each release, in the order in which they came out; contained ones first."""
    when = _release_instants(releases).astype("int64").tolist()
    tagged = [
        (history.number[commit], row)
        for row, commit in enumerate(releases["commit"])
        if commit in history.number
    ]
    own: dict[int, int] = {}
    for number, row in tagged:
        own[number] = max(own.get(number, NONE), when[row])
    rank, names = dict(zip(sorted(own), history.ranks(own), strict=True)), releases["release"].tolist()
    return sorted(tagged, key=lambda one: (rank[one[0]], when[one[1]], names[one[1]]))


def _taken(values: "pd.Series[Any]", rows: Any) -> Any:
    """Take values by row number; ``NOWHERE`` gives a missing value."""
    beyond = np.where(rows == NOWHERE, len(values), rows)
    return values.reset_index(drop=True).reindex(pd.Index(beyond)).array


def milestones_from_commits(
    events: pd.DataFrame, commits: pd.DataFrame, *, as_of: pd.Timestamp
) -> pd.DataFrame:
    """Give when each commit of each ticket was written, merged to the main line ("merged_at") and released.

    A later step is never before an earlier one: what is released counts as merged by then, and nothing
    is merged before it is written. Where clocks, or a release from a side branch, say otherwise, the span
    between is of zero length. A commit that is not merged was given up, or became part of a squash, where a
    commit of the same ticket and repository is merged after it was written: it counts as merged then
    (``replaced``), and is never released itself.

    Parameters
    ----------
    events
        EVENTS; rows of kind ``commit`` count, merges do not: they are no work on the ticket.
    commits
        COMMITS; those that no ticket's event names do not count, nor events of commits that are not there.
    as_of
        The instant that counts as now, with zone; later steps have not happened.

    Returns
    -------
    DataFrame
        One row per ticket and commit, by ticket, instant and hash: ``ticket, repository, commit, actor`` (of
        the event; str), ``written, merged_at, released`` (instants, missing while they have not happened),
        ``replaced`` (a flag).
    """
    source = events["source"].astype("str")
    named = events[(events["kind"] == "commit") & source.str.startswith("git:") & (events["at"] <= as_of)]
    words = ["ticket", "source", "actor"]
    facts = named[[*words, "ref", "at", "seq"]].astype(dict.fromkeys(words, "str")).sort_values("seq")
    facts = facts.assign(repository=facts["source"].str.removeprefix("git:"))
    facts = facts.rename(columns={"ref": "commit", "at": "written"})
    facts = facts.drop_duplicates(["ticket", "repository", "commit"])
    merged = commits[["repository", "commit", "merged_at", "released"]].astype({"repository": "str"})
    rows = facts.merge(merged, on=["repository", "commit"])
    seen = {step: rows[step].where(rows[step] <= as_of) for step in ("merged_at", "released")}
    rows = _replaced(_in_order(rows.assign(**seen)))
    order = ["ticket", "written", "commit", "repository"]
    return rows.sort_values(order, ignore_index=True)[MILESTONES]


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the steps of a commit in their order: no span between them is negative."""
    merged_at, released = rows["merged_at"], rows["released"]
    merged_at = merged_at.mask(~(merged_at <= released), released.fillna(merged_at))
    merged_at = merged_at.mask(merged_at < rows["written"], rows["written"])
    return rows.assign(merged_at=merged_at, released=released.mask(released < merged_at, merged_at))


def _replaced(rows: pd.DataFrame) -> pd.DataFrame:
    """Let what is not merged end where the next commit of its ticket and repository is."""
    there = rows["merged_at"].notna()
    plain = rows.assign(line=rows.groupby(["ticket", "repository"]).ngroup())
    merged = plain.loc[there, ["line", "merged_at"]].sort_values("merged_at")
    merged = merged.assign(next=merged["merged_at"])
    unmerged = plain.loc[~there, ["line", "written"]].reset_index().sort_values("written")
    following = pd.merge_asof(
        unmerged, merged, left_on="written", right_on="merged_at", by="line", direction="forward"
    )
    ahead = following.set_index("index")["next"].reindex(rows.index).astype(rows["merged_at"].dtype)
    return rows.assign(merged_at=rows["merged_at"].fillna(ahead), replaced=ahead.notna())
