"""A proposal for vsm.toml from data and board: stages and persons, each guess with its reason."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from vsm.people import People

KNOWN_KINDS: Final[Mapping[str, str]] = {
    "in progress": "work", "in development": "work", "in review": "work", "code review": "work",
    "in qa": "work", "in test": "work", "testing": "work", "in analysis": "work",
    "resolved": "done", "closed": "done", "done": "done", "released": "done", "cancelled": "done",
    "waiting for customer": "external", "waiting for support": "queue", "needs information": "external",
}  # fmt: skip
RANK: Final = {"queue": 0, "external": 1, "work": 2, "done": 3}


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A column: ids of statuses, and how many tickets may be in it, if that was agreed."""

    name: str
    statuses: tuple[str, ...]
    wip: int | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """The columns of a board that hold statuses, in order."""

    columns: tuple[BoardColumn, ...]


def board_from_jira(body: Mapping[str, Any], *, source: str = "jira") -> Board:
    """Give the columns of a board, from a ``board`` document of a live pull.

    It has ``columns`` with ``name``, ``statuses`` and ``wip``, and the ``constraint`` by which the board
    counts; a board that counts nothing has no limits.

    Examples
    --------
    >>> column = {"name": "Doing", "statuses": ["3"], "wip": 2}
    >>> board_from_jira({"columns": [column], "constraint": "issueCount"}).columns
    (BoardColumn(name='Doing', statuses=('jira:3',), wip=2),)
    """
    columns, counts = list[BoardColumn](), body.get("constraint") != "none"
    for column in body.get("columns") or ():
        statuses = tuple(f"{source}:{status}" for status in column.get("statuses") or ())
        wip = int(column["wip"]) if counts and column.get("wip") else None
        if statuses:
            columns.append(BoardColumn(str(column["name"]).strip(), statuses, wip))
    return Board(tuple(columns))


@dataclass(frozen=True, slots=True)
class ProposedStage:
    """A stage for some statuses, and the reason. ``wip`` is the limit that their board sets."""

    name: str
    kind: str
    statuses: tuple[str, ...]
    reason: str
    wip: int | None = None


@dataclass(frozen=True, slots=True)
class ProposedPerson:
    """Accounts that are proposed to be one person."""

    name: str
    accounts: tuple[str, ...]


def propose_stages(
    stages: pd.DataFrame, *, events: pd.DataFrame, board: Board | None = None
) -> list[ProposedStage]:
    """Give the stages that unmapped statuses suggest, in the order in which tickets first reach them.

    The kind comes from a well-known name, else from the tracker's category, else it is a queue. A name
    says more than a category: a tracker files "Reopened" and "In Review" alike under "in progress".
    Statuses of one name become one stage. Only statuses that events use are proposed.

    Where a board is known its columns come first, one stage each, in its order; the last one is done, as in
    Jira itself. Statuses on no column follow: they cannot be seen on the board.

    Parameters
    ----------
    stages
        As ``stages_from_names`` gives them.
    events
        EVENTS, for the order.
    board
        Its columns also give statuses that no ticket has entered yet, if ``stages`` knows them.
    """
    if board is None:
        return _stages_by_name(stages, events)
    proposals = list(_columns(stages, board))
    taken = {proposal.name for proposal in proposals}
    on_board = {status for column in board.columns for status in column.statuses}
    for stage in _stages_by_name(stages[~stages["status"].isin(on_board)], events):
        name = f"{stage.name} (not on the board)" if stage.name in taken else stage.name
        proposals.append(replace(stage, name=name, reason="on no column of the board"))
    return proposals


def most_used(proposed: Sequence[ProposedStage], *, events: pd.DataFrame, most: int) -> list[ProposedStage]:
    """Give at most so many of the proposed stages, in their order: those that tickets entered most often."""
    entries = events.loc[events["kind"] == "status", "after"].value_counts()
    often = sorted(proposed, key=lambda stage: -int(entries.reindex(stage.statuses).sum()))[:most]
    return [stage for stage in proposed if stage in often]


def _columns(stages: pd.DataFrame, board: Board) -> Iterator[ProposedStage]:
    """Propose a stage for each column with statuses that the file does not map yet."""
    unmapped = stages[~stages["mapped"]].set_index("status")
    seen, names = set[str](), Counter[str]()
    for number, column in enumerate(board.columns):
        names[column.name] += 1
        name = f"{column.name} ({names[column.name]})" if names[column.name] > 1 else column.name
        statuses = tuple(dict.fromkeys(s for s in column.statuses if s in unmapped.index and s not in seen))
        seen |= set(statuses)
        if statuses:
            last = column == board.columns[-1]
            kind, reason = _kind_of_column(column.name, unmapped.loc[list(statuses)], last=last)
            if number == 0 and kind == "queue":
                reason = "as the board's first column"
            yield ProposedStage(name, kind, statuses, reason, column.wip)


def _kind_of_column(name: str, statuses: pd.DataFrame, *, last: bool) -> tuple[str, str]:
    """Say what a column is: the last one is done, else by names, else by what most of its statuses are."""
    if last:
        return "done", "as the board's last column"
    if known := KNOWN_KINDS.get(name.casefold()):
        return known, "by its name"
    named = [KNOWN_KINDS.get(str(word).strip().casefold()) for word in statuses["name"]]
    kinds = Counter(by_name or kind for by_name, kind in zip(named, statuses["kind"], strict=True))
    kind = kinds.most_common(1)[0][0]
    return kind, "by its statuses' names" if kind in named else _filed(kind)


def _filed(kind: str) -> str:
    return f"a guess: the tracker's category is '{kind}', or missing"


def _stages_by_name(stages: pd.DataFrame, events: pd.DataFrame) -> list[ProposedStage]:
    moves = events[events["kind"] == "status"].dropna(subset=["after"]).astype({"after": "str"})
    step = moves.groupby("ticket", observed=True).cumcount()
    step_of = step.groupby(moves["after"]).median()
    unmapped = stages[~stages["mapped"] & stages["status"].isin(step_of.index)]
    # A name may end in a blank, or be nothing but one: then the status goes by its id.
    names = unmapped["name"].str.strip()
    unmapped = unmapped.assign(name=names.mask(names == "", unmapped["status"]))
    proposals, reached = list[ProposedStage](), dict[str, float]()
    for label, group in unmapped.groupby("name"):
        name, filed = str(label), str(group["kind"].iloc[0])
        by_name = KNOWN_KINDS.get(name.casefold())
        reason = "by its name" if by_name else _filed(filed)
        proposals.append(ProposedStage(name, by_name or filed, tuple(sorted(group["status"])), reason))
        reached[name] = step_of.reindex(group["status"]).min()
    return sorted(proposals, key=lambda p: (p.kind == "done", reached[p.name], RANK[p.kind], p.name))


def propose_people(people: People, *, declared: Mapping[str, str]) -> list[ProposedPerson]:
    """Give persons who are not declared yet, with their accounts; bots are known by their names.

    Examples
    --------
    >>> propose_people(People({"jira:a": "dev-1", "git:dev-1": "dev-1"}), declared={})
    [ProposedPerson(name='dev-1', accounts=('git:dev-1', 'jira:a'))]
    """
    groups: dict[str, list[str]] = {}
    for account, person in people.person_of.items():
        if account not in declared and person not in people.bots:
            groups.setdefault(person.strip() or account, []).append(account)
    return [
        ProposedPerson(name, tuple(sorted(groups[name])))
        for name in sorted(groups.keys() - set(declared.values()))
    ]
