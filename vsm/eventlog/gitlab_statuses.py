"""Which labels of a GitLab project are statuses, and its board as columns."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from vsm.bodies import GitLabIssue
from vsm.eventlog.gitlab_issues import CLOSED, LABEL, OPEN, at_of
from vsm.eventlog.infer import Board, BoardColumn
from vsm.eventlog.status_names import kind_from_name

SCOPED: Final = "::"


def board_from_gitlab(body: Mapping[str, Any]) -> Board:
    """Give the columns of a project's board: Open, its lists of labels, Closed.

    Examples
    --------
    >>> [column.name for column in board_from_gitlab({"lists": [{"label": "workflow::doing"}]}).columns]
    ['Open', 'doing', 'Closed']
    """
    lists = tuple(
        BoardColumn(one["label"].rpartition(SCOPED)[2], (f"{LABEL}{one['label']}",), one.get("limit") or None)
        for one in body["lists"]
    )
    return Board((BoardColumn("Open", (OPEN,)), *lists, BoardColumn("Closed", (CLOSED,))))


def status_labels(
    issues: Sequence[GitLabIssue], *, boards: Sequence[Mapping[str, Any]], statuses: Iterable[str]
) -> list[str]:
    """Give the labels that are statuses, in order: the board's lists, then those that vsm.toml names.

    Without a board, the labels of the scope that changes most often among those of which most names are known
    as names of steps (``workflow::doing``), in the order in which issues first had them on average.
    """
    moves = [
        [str(event["label"]) for event in events if event["action"] == "add" and event.get("label")]
        for events in (
            sorted(body["label_events"], key=lambda one: at_of(one["created_at"])) for body in issues
        )
    ]
    known = {label for labels in moves for label in labels} | {
        label for body in issues for label in body["labels"]
    }
    lists = [str(one["label"]) for body in boards for one in body["lists"]] or _scope_of_steps(known, moves)
    named = (status.removeprefix(LABEL) for status in statuses)
    return list(dict.fromkeys([*lists, *(label for label in named if label in known)]))


def _scope_of_steps(known: set[str], moves: Sequence[Sequence[str]]) -> list[str]:
    scopes: dict[str, list[str]] = {}
    for label in sorted(label for label in known if SCOPED in label):
        scopes.setdefault(label.rpartition(SCOPED)[0], []).append(label)
    often = Counter(label.rpartition(SCOPED)[0] for labels in moves for label in labels)
    several = {scope: labels for scope, labels in scopes.items() if len(labels) > 1}
    steps = [scope for scope, labels in several.items() if sum(map(_is_step, labels)) * 2 > len(labels)]
    places: dict[str, list[int]] = (
        {label: [] for label in scopes[max(steps, key=often.__getitem__)]} if steps else {}
    )
    for labels in moves:
        for place, label in enumerate(dict.fromkeys(label for label in labels if label in places)):
            places[label].append(place)
    return sorted(places, key=lambda label: (sum(places[label]) / (len(places[label]) or 1), label))


def _is_step(label: str) -> bool:
    return kind_from_name(label.rpartition(SCOPED)[2], None) is not None
