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
    """Give the labels that are statuses, in order: the board's lists, then those of vsm.toml.

    Without either, the labels of the scope that changes most often among those of which most names are known
    as names of steps (``workflow::doing``), in the order in which issues first had them on average.
    """
    order = [one["label"] for body in boards for one in body["lists"]]
    known = {event["label"] for body in issues for event in body["label_events"] if event.get("label")}
    known |= {label for body in issues for label in body["labels"]}
    named = (status.removeprefix(LABEL) for status in statuses)
    order += [label for label in named if label in known]
    if order:
        return list(dict.fromkeys(order))
    scopes: dict[str, list[str]] = {}
    for label in sorted(label for label in known if SCOPED in label):
        scopes.setdefault(label.rpartition(SCOPED)[0], []).append(label)
    moves = Counter(
        event["label"].rpartition(SCOPED)[0]
        for body in issues
        for event in body["label_events"]
        if event.get("label") and SCOPED in event["label"]
    )
    steps = [
        scope
        for scope, labels in scopes.items()
        if len(labels) > 1
        and sum(kind_from_name(label.rpartition(SCOPED)[2], None) is not None for label in labels) * 2
        > len(labels)
    ]
    if not steps:
        return []
    return _usual_order(issues, scopes[max(steps, key=lambda scope: moves[scope])])


def _usual_order(issues: Sequence[GitLabIssue], labels: list[str]) -> list[str]:
    places: dict[str, list[int]] = {label: [] for label in labels}
    for body in issues:
        events = sorted(body["label_events"], key=lambda event: at_of(event["created_at"]))
        added = [
            event["label"] for event in events if event["action"] == "add" and event.get("label") in places
        ]
        for place, label in enumerate(dict.fromkeys(added)):
            places[str(label)].append(place)
    return sorted(labels, key=lambda label: (sum(places[label]) / (len(places[label]) or 1), label))
