"""The tickets of each pull request, and what happened in it as events of these tickets."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from vsm.eventlog.commit_links import COLUMNS
from vsm.eventlog.log import Log, sorted_events
from vsm.tables import EVENTS, conform, empty

Links = dict[str, list[str]]
MENTIONS: Final = "; "
KIND_OF: Final = {
    "opened": "ready", "draft": "draft", "ready": "ready", "review_request": "review_request",
    "review": "review", "comment": "comment", "push": "push", "merge": "merge", "close": "close",
}  # fmt: skip
"""Kind of what happened in a pull request → kind of the ticket's event."""


def events_from_pulls(log: Log, *, keys: Mapping[str, str]) -> pd.DataFrame:
    """Give what happened in pull requests, and runs of their pipelines, as events of their tickets.

    A pull request belongs to every ticket that it mentions; one that mentions none to the tickets of the
    commits that it brought, by its merge commit, the heads that were pushed, and its branch. A pipeline's run
    belongs to the tickets of the pull request whose commit it ran on, or on whose branch it ran while that
    was open.

    Parameters
    ----------
    log
        Of all sources, with the events of commits.
    keys
        Ticket key (upper case) → ticket id, as ``ticket_keys`` gives them.

    Returns
    -------
    DataFrame
        EVENTS of the source of the pull request, such as ``github:owner/name``, with the pull request for
        ``before``: ``ready`` (or ``draft``) when it was opened, ``review_request``, ``review`` (not where one
        was dismissed), ``comment``, ``push``, ``merge`` and ``close``; ``pipeline`` when a run was queued,
        with the run for ``ref``.
    """
    tickets = tickets_of_pulls(log.pulls, log.events, keys=keys, pull_events=log.pull_events)
    if not tickets:
        return empty(EVENTS)
    rows = [*_acts(log.pull_events, tickets), *_runs(log, tickets)]
    return sorted_events(conform(pd.DataFrame(rows, columns=COLUMNS), EVENTS)) if rows else empty(EVENTS)


def tickets_of_pulls(
    pulls: pd.DataFrame, events: pd.DataFrame, *, keys: Mapping[str, str], pull_events: pd.DataFrame
) -> Links:
    """Give the tickets of each pull request that has some; as ``events_from_pulls``."""
    of_commit, of_branch = _tickets_of_commits(events)
    pushes = pull_events[pull_events["kind"] == "push"].dropna(subset=["after"])
    heads: dict[str, list[str]] = {}
    for pull, head in zip(pushes["pull"], pushes["after"], strict=True):
        heads.setdefault(str(pull), []).append(str(head))
    found: Links = {}
    for pull, repository, mentions, merge, branch in pulls[
        ["pull", "repository", "mentions", "merge_commit", "branch"]
    ].itertuples(index=False):
        words = mentions.split(MENTIONS) if isinstance(mentions, str) else ()
        named = dict.fromkeys(keys[word.upper()] for word in words if keys.get(word.upper()))
        if not named:
            brought = [*heads.get(pull, ()), *([merge] if isinstance(merge, str) else ())]
            named = dict.fromkeys(ticket for commit in brought for ticket in of_commit.get(commit, ()))
            named |= dict.fromkeys(of_branch.get((repository, branch), ()))
        if named:
            found[pull] = list(named)
    return found


def _tickets_of_commits(events: pd.DataFrame) -> tuple[Links, dict[tuple[str, str], list[str]]]:
    """Give the tickets of each commit by its hash, and of each repository's branch that made a link."""
    of_commit: Links = {}
    of_branch: dict[tuple[str, str], list[str]] = {}
    made = events[events["kind"].isin(["commit", "merge"]) & events["source"].str.startswith("git:")]
    for ticket, source, ref, branch in made[["ticket", "source", "ref", "before"]].itertuples(index=False):
        of_commit.setdefault(ref, []).append(ticket)
        if isinstance(branch, str):
            of_branch.setdefault((source.removeprefix("git:"), branch), []).append(ticket)
    return of_commit, of_branch


def source_of_pull(pull: str) -> str:
    """Give the source of a pull request.

    Examples
    --------
    >>> source_of_pull("github:owner/name#12"), source_of_pull("gitlab:group/name!3")
    ('github:owner/name', 'gitlab:group/name')
    """
    return pull.rpartition("!" if pull.startswith("gitlab:") else "#")[0]


def _acts(pull_events: pd.DataFrame, tickets: Links) -> Iterator[tuple[object, ...]]:
    """Give each act once for each ticket; the opening of a draft is no wish for a review."""
    known = pull_events[pull_events["pull"].isin(list(tickets)) & pull_events["kind"].isin(list(KIND_OF))]
    known = known[(known["kind"] != "review") | (known["after"] != "dismissed")]
    turned = known[known["kind"].isin(["draft", "ready"])].sort_values(["at", "seq"])
    first = {
        pull: (kind, at)
        for pull, kind, at in zip(turned["pull"][::-1], turned["kind"][::-1], turned["at"][::-1], strict=True)
    }
    words = ["pull", "at", "kind", "actor", "ref", "seq"]
    for pull, at, kind, actor, ref, seq in known[words].itertuples(index=False):
        state, since = first.get(pull, ("", at))
        as_draft = kind == "opened" and (state == "ready" or (state == "draft" and since == at))
        number = pull.removeprefix(source := source_of_pull(pull))
        for ticket in tickets[pull]:
            what = "draft" if as_draft else KIND_OF[kind]
            yield ticket, at, what, pull, None, actor, source, f"{number}/{ref}", seq, False


def _runs(log: Log, tickets: Links) -> Iterator[tuple[object, ...]]:
    """Give each run of a pipeline once for each ticket of its pull request."""
    of_commit: dict[object, str] = {}
    on_branch: dict[tuple[object, object], list[Any]] = {}
    pulls = log.pulls[log.pulls["pull"].isin(list(tickets))]
    pushes = log.pull_events[
        (log.pull_events["kind"] == "push") & log.pull_events["pull"].isin(list(tickets))
    ]
    of_commit |= dict(zip(pushes["after"], pushes["pull"], strict=True))
    of_commit |= dict(zip(pulls["merge_commit"], pulls["pull"], strict=True))
    for pull in pulls.itertuples(index=False):
        on_branch.setdefault((pull.repository, pull.branch), []).append(pull)
    words = ["pipeline", "repository", "commit", "branch", "created"]
    for run, repository, commit, branch, created in log.pipelines[words].itertuples(index=False):
        found = of_commit.get(commit) if isinstance(commit, str) else None
        if found is None:
            there = on_branch.get((repository, branch), ())
            fits = (p.pull for p in there if p.created <= created and not created > p.closed)
            found = next(fits, None)
        source = source_of_pull(found) if found else ""
        for ticket in tickets[found] if found else ():
            yield ticket, created, "pipeline", found, None, None, source, run, 0, False
