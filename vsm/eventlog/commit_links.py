"""Which tickets does each commit belong to? By the keys it names, else by the branch that it came in with."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from vsm.eventlog.commit_messages import JOINT
from vsm.eventlog.history import NOWHERE, History
from vsm.eventlog.link import key_pattern, tickets_in
from vsm.eventlog.log import sorted_events
from vsm.tables import EVENTS, conform, empty

ABOUT: Final = ("commit", "parents", "authored", "committed", "author", "coauthors", "reviewers")
COLUMNS: Final = ["ticket", "at", "kind", "before", "after", "actor", "source", "ref", "seq", "bulk"]


def events_from_commits(
    commits: pd.DataFrame, *, branches: pd.DataFrame, keys: Mapping[str, str], source: str
) -> tuple[pd.DataFrame, Counter[str]]:
    """What do commits tell of tickets?

    A commit belongs to every ticket whose key its message names. One that names none belongs to the ticket
    of the branch that it came in with: the branch, or the text below the subject, of the merge that landed
    it names exactly one ticket; or it lies, not yet landed, on exactly one branch that is called after
    exactly one ticket.

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
        What the events' source is called.

    Returns
    -------
    tuple
        EVENTS, and how many commits name each key that no ticket has. ``commit`` (``merge`` for a commit of
        several parents) at the author's instant, that is when somebody worked, by the author and by each
        co-author; ``review`` by each reviewer at the committer's instant, before which it must have been
        made. ``before`` is the branch where that made the link; ``ref`` the hash.
    """
    names = _Names(keys)
    named = [names.tickets(message) for message in commits["message"]] if names.pattern else []
    brought = _brought(commits, branches, names) if names.pattern else {}
    linked = [n for n, tickets in enumerate(named) if tickets or n in brought]
    about = commits.iloc[linked][[*ABOUT]].to_dict("records")
    rows = [
        row
        for number, commit in zip(linked, about, strict=True)
        for row in _rows(commit, named[number], brought.get(number), source)
    ]
    found = pd.DataFrame(rows, columns=COLUMNS)
    return (sorted_events(conform(found, EVENTS)) if rows else empty(EVENTS)), names.strange


class _Names:
    """Which tickets do texts name? Keys that no ticket has are counted as they are met."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys, self.pattern, self.strange = keys, key_pattern(keys), Counter[str]()

    def tickets(self, message: str) -> list[str]:
        found, strange = tickets_in(message, keys=self._keys, pattern=self.pattern)
        self.strange.update(strange)
        return found

    def only(self, text: str | None) -> str | None:
        """Tell the ticket of a text that names a single key."""
        found, strange = tickets_in(text or "", keys=self._keys, pattern=self.pattern)
        return found[0] if len(found) == 1 and not strange else None


def _brought(commits: pd.DataFrame, branches: pd.DataFrame, names: _Names) -> dict[int, tuple[str, str]]:
    """Tell ticket and branch of commits that came in, or wait, on a branch of one ticket."""
    history = History(commits["commit"].tolist(), commits["parents"].tolist())
    tips = [
        (branch, history.number[commit], main)
        for branch, commit, main in zip(branches["branch"], branches["commit"], branches["main"], strict=True)
        if commit in history.number
    ]
    landing = history.claimed(n for _, tip, main in tips if main for n in history.first_parents(tip))
    of_merge = _merges(commits, history, names)
    landed = {n: of_merge[m] for n, m in enumerate(landing) if m in of_merge and m != n}
    return landed | _waiting(
        history, landing, [(branch, tip) for branch, tip, main in tips if not main], names
    )


def _merges(commits: pd.DataFrame, history: History, names: _Names) -> dict[int, tuple[str, str]]:
    """Tell ticket and branch of each merge that is of one ticket."""
    found = {}
    for number, (branch, message) in enumerate(zip(commits["branch"], commits["message"], strict=True)):
        if len(history.parents[number]) > 1:
            called = branch if isinstance(branch, str) else None
            if ticket := names.only(called) or names.only(message.partition("\n")[2]):
                found[number] = ticket, called or "merge"
    return found


def _waiting(
    history: History, landing: list[int], tips: list[tuple[str, int]], names: _Names
) -> dict[int, tuple[str, str]]:
    """Tell ticket and branch of what has not landed and lies on branches of one ticket only."""
    found: dict[int, set[tuple[str, str]]] = {}
    for branch, tip in tips:
        ticket, seen, stack = names.only(branch), set[int](), [tip]
        while stack:
            number = stack.pop()
            if landing[number] == NOWHERE and number not in seen:
                seen.add(number)
                stack += history.parents[number]
                found.setdefault(number, set()).add((ticket or "", branch.removeprefix("origin/")))
    single = {n: next(iter(of)) for n, of in found.items() if len({ticket for ticket, _ in of}) == 1}
    return {n: (ticket, branch) for n, (ticket, branch) in single.items() if ticket}


def _rows(
    commit: Mapping[Any, Any], named: list[str], brought: tuple[str, str] | None, source: str
) -> Iterator[tuple[object, ...]]:
    kind, ref = "merge" if " " in commit["parents"] else "commit", commit["commit"]
    tickets: list[tuple[str, str | None]] = [(ticket, None) for ticket in named]
    if brought and not tickets:
        tickets = [brought]
    facts = [
        (kind, commit["authored"], commit["author"]),
        *(("commit", commit["authored"], who) for who in _split(commit["coauthors"])),
        *(("review", commit["committed"], who) for who in _split(commit["reviewers"])),
    ]
    for ticket, branch in tickets:
        for seq, (what, at, who) in enumerate(facts):
            yield ticket, at, what, branch, ref, who, source, ref, seq, False


def _split(accounts: object) -> list[str]:
    return accounts.split(JOINT) if isinstance(accounts, str) else []
