"""The tickets of each commit: by the keys that it names, else by the branch that it came in with."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from vsm.eventlog.commit_messages import JOINT
from vsm.eventlog.history import NOWHERE, History
from vsm.eventlog.log import sorted_events
from vsm.eventlog.ticket_keys import KeyFinder
from vsm.tables import EVENTS, conform, empty

FIELDS: Final = ("commit", "parents", "authored", "committed", "author", "coauthors", "reviewers")
COLUMNS: Final = ["ticket", "at", "kind", "before", "after", "actor", "source", "ref", "seq", "bulk"]


def events_from_commits(
    commits: pd.DataFrame, *, branches: pd.DataFrame, keys: Mapping[str, str], source: str
) -> tuple[pd.DataFrame, Counter[str]]:
    """Give commits and reviews as events of the tickets that they belong to.

    A commit belongs to every ticket whose key its message names. One that names none belongs to the ticket
    of the branch that it came in with: the branch, or the text below the subject, of the merge that brought
    it to the main line names exactly one ticket; or it is, not yet merged, on exactly one branch that is
    called after exactly one ticket.

    Parameters
    ----------
    commits
        Commits of one repository, parents before children, with whole ``message``, ``coauthors`` and
        ``reviewers`` beside what COMMITS holds.
    branches
        BRANCHES of the repository.
    keys
        Ticket key (upper case) → ticket id; empty for a key that several tickets bear.
    source
        The events' source.

    Returns
    -------
    tuple
        EVENTS, and how many commits name each key that no ticket has. ``commit`` (``merge`` for a commit of
        several parents) at the author's instant, that is when somebody worked, by the author and by each
        co-author; ``review`` by each reviewer at the committer's instant, before which it must have been
        made. ``before`` is the branch where that made the link; ``ref`` the hash.
    """
    finder = KeyFinder(keys)
    named = [finder.tickets(message) for message in commits["message"]]
    of_branch = _by_branch(commits, branches, finder)
    linked = [number for number, tickets in enumerate(named) if tickets or number in of_branch]
    records = commits.iloc[linked][[*FIELDS]].to_dict("records")
    rows = [
        row
        for number, commit in zip(linked, records, strict=True)
        for row in _rows(commit, named[number], of_branch.get(number), source)
    ]
    events = sorted_events(conform(pd.DataFrame(rows, columns=COLUMNS), EVENTS)) if rows else empty(EVENTS)
    return events, finder.unknown


def _by_branch(
    commits: pd.DataFrame, branches: pd.DataFrame, finder: KeyFinder
) -> dict[int, tuple[str, str]]:
    """Give ticket and branch of commits that were merged from, or are still on, a branch of one ticket."""
    history = History(commits["commit"].tolist(), commits["parents"].tolist())
    tips = [
        (branch, history.number[commit], main)
        for branch, commit, main in zip(branches["branch"], branches["commit"], branches["main"], strict=True)
        if commit in history.number
    ]
    merged_by = history.claimed(n for _, tip, main in tips if main for n in history.first_parents(tip))
    of_merge = _merges(commits, history, finder)
    merged = {commit: of_merge[by] for commit, by in enumerate(merged_by) if by in of_merge and by != commit}
    side_tips = [(branch, tip) for branch, tip, main in tips if not main]
    return merged | _unmerged(history, merged_by, side_tips, finder)


def _merges(commits: pd.DataFrame, history: History, finder: KeyFinder) -> dict[int, tuple[str, str]]:
    """Give ticket and branch of each merge that is of one ticket."""
    found = {}
    for number, (branch, message) in enumerate(zip(commits["branch"], commits["message"], strict=True)):
        if len(history.parents[number]) > 1:
            called = branch if isinstance(branch, str) else None
            if ticket := finder.only_ticket(called) or finder.only_ticket(message.partition("\n")[2]):
                found[number] = ticket, called or "merge"
    return found


def _unmerged(
    history: History, merged_by: list[int], tips: list[tuple[str, int]], finder: KeyFinder
) -> dict[int, tuple[str, str]]:
    """Give ticket and branch of commits that are not merged, and on branches of one ticket only."""
    found: dict[int, set[tuple[str, str]]] = {}
    for branch, tip in tips:
        ticket, seen, stack = finder.only_ticket(branch), set[int](), [tip]
        while stack:
            number = stack.pop()
            if merged_by[number] == NOWHERE and number not in seen:
                seen.add(number)
                stack += history.parents[number]
                found.setdefault(number, set()).add((ticket or "", branch.removeprefix("origin/")))
    single = {n: next(iter(of)) for n, of in found.items() if len({ticket for ticket, _ in of}) == 1}
    return {n: (ticket, branch) for n, (ticket, branch) in single.items() if ticket}


def _rows(
    commit: Mapping[Any, Any], named: list[str], of_branch: tuple[str, str] | None, source: str
) -> Iterator[tuple[object, ...]]:
    kind, ref = "merge" if " " in commit["parents"] else "commit", commit["commit"]
    tickets: list[tuple[str, str | None]] = [(ticket, None) for ticket in named]
    if of_branch and not tickets:
        tickets = [of_branch]
    facts = [(kind, commit["authored"], commit["author"])]
    for column, what, instant in (("coauthors", "commit", "authored"), ("reviewers", "review", "committed")):
        people = commit[column].split(JOINT) if isinstance(commit[column], str) else ()
        facts += [(what, commit[instant], who) for who in people]
    for ticket, branch in tickets:
        for seq, (what, at, who) in enumerate(facts):
            yield ticket, at, what, branch, ref, who, source, ref, seq, False
