"""Which board and which labels give a repository's issues their status, and the board as columns."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from vsm.bodies import GitHubIssue
from vsm.eventlog.github_issues import LABEL, GitHubNaming
from vsm.eventlog.infer import Board, BoardColumn
from vsm.eventlog.status_names import kind_from_name

PREFIX: Final = re.compile(r"^(?P<prefix>[^:/]{2,30}?)\s*(?:::?|/)\s*(?P<rest>\S.*)$")
"""What stands before a colon or a slash in a label, as in ``status: in review`` and ``status/ready``."""


def label_name(status: str) -> str:
    """Give the name of a status that is a label, without what stands before it.

    Examples
    --------
    >>> label_name("label:status: in review"), label_name("label:on hold")
    ('in review', 'on hold')
    """
    label = status.removeprefix(LABEL)
    found = PREFIX.match(label)
    return found["rest"] if found else label


def boards_of(issues: Sequence[GitHubIssue], seen: Mapping[int, Sequence[Mapping[str, Any]]]) -> list[str]:
    """Give the titles of the boards that issues are on, the one with most of them first."""
    counts = Counter[str]()
    for body in issues:
        moved = {(item.get("project") or {}).get("title") for item in body["timelineItems"]["nodes"]}
        shown = {one.get("project") for one in seen.get(body["number"], ())}
        counts.update(title for title in moved | shown if title)
    return sorted(counts, key=lambda title: (-counts[title], title))


def github_status_labels(
    issues: Sequence[GitHubIssue], *, statuses: Iterable[str], boards: Sequence[str]
) -> list[str]:
    """Give the labels that are statuses: those that vsm.toml names.

    Where it names none, and issues are on no board, those of the prefix that changes most often among the
    prefixes of which most labels are called like steps (``status: in review``).
    """
    named = [word.removeprefix(LABEL) for word in statuses if word.startswith(LABEL)]
    if named or boards:
        return named
    moves, labels = Counter[str](), dict[str, set[str]]()
    for body in issues:
        for item in body["timelineItems"]["nodes"]:
            label = (item.get("label") or {}).get("name") or ""
            if found := PREFIX.match(label):
                labels.setdefault(found["prefix"].casefold(), set()).add(label)
                moves[found["prefix"].casefold()] += 1
    steps = [prefix for prefix, several in labels.items() if len(several) > 1 and _are_steps(several)]
    return sorted(labels[max(steps, key=lambda prefix: moves[prefix])]) if steps else []


def _are_steps(labels: set[str]) -> bool:
    """Whether most of these labels are called like steps of a workflow."""
    return sum(kind_from_name(label_name(label)) is not None for label in labels) * 2 > len(labels)


def board_of(boards: Sequence[Mapping[str, Any]], order: Sequence[str], naming: GitHubNaming) -> Board | None:
    """Give the columns of the first board of this order that is known: Open, its own, Closed."""
    known = {body["title"]: body["columns"] for body in boards}
    columns = next((known[title] for title in [*order, *known] if title in known), None)
    if columns is None:
        return None
    names = {"Open": "open", **{name: name for name in columns}, "Closed": "closed"}
    return Board(tuple(BoardColumn(name, (naming.status(word),)) for name, word in names.items()))
