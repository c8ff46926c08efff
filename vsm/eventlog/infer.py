"""A proposal for vsm.toml from data and board: stages and persons, each guess with its reason."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from vsm.eventlog.status_names import kind_from_name
from vsm.people import People

REASONS: Final[Mapping[str, str]] = {
    "name": "by its name",
    "category": "a guess: the tracker's category is '{}'",
    "board": "as the board's {} column",
    "evidence": "by the traces of work that tickets have in it",
    "nothing": "a guess: nothing says what it is",
    "": "as the tracker says",
}
"""What a kind was guessed from → the reason, for the user."""


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
    """A stage for some statuses, and the reason.

    ``assumed`` is what its kind was guessed from, empty where it is known; ``wip`` is the board's limit.
    """

    name: str
    kind: str
    statuses: tuple[str, ...]
    reason: str
    assumed: str = ""
    blocked: bool = False
    wip: int | None = None


@dataclass(frozen=True, slots=True)
class ProposedPerson:
    """Accounts that are proposed to be one person."""

    name: str
    accounts: tuple[str, ...]


def propose_stages(
    stages: pd.DataFrame, *, events: pd.DataFrame, board: Board | None = None
) -> list[ProposedStage]:
    """Give the stages that unmapped statuses suggest, in the order that most moves follow.

    Kinds are those that ``stages_from_names`` assumes. Statuses of one name become one stage. Only statuses
    that events use are proposed.

    Where a board is known its columns come first, one stage each, in its order; the last one is done, as in
    Jira itself. Statuses on no column follow: they cannot be seen on the board.

    Parameters
    ----------
    stages
        As ``stages_from_names`` gives them, with the same events.
    events
        EVENTS.
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
            place = "last" if column == board.columns[-1] else "first" if number == 0 else ""
            yield _of_column(name, column, unmapped.loc[list(statuses)], place=place)


def _of_column(name: str, column: BoardColumn, statuses: pd.DataFrame, *, place: str) -> ProposedStage:
    """Say what a column is: the last one is done, else by its name, else what most of its statuses are."""
    kinds = Counter(zip(statuses["kind"], statuses["blocked"], statuses["assumed"].fillna(""), strict=True))
    kind, blocked, assumed = kinds.most_common(1)[0][0]
    if place == "last":
        assumed = "" if (kind, assumed) == ("done", "") else "board"
        kind, blocked, reason = "done", False, REASONS["board"].format(place)
    elif said := kind_from_name(column.name):
        (kind, blocked), assumed, reason = said, "name", REASONS["name"]
    else:
        reason = "by its statuses' names" if assumed == "name" else REASONS[assumed].format(kind)
    if place == "first" and kind == "queue":
        assumed, reason = "board", REASONS["board"].format(place)
    return ProposedStage(name, kind, tuple(statuses.index), reason, assumed, bool(blocked), column.wip)


def _stages_by_name(stages: pd.DataFrame, events: pd.DataFrame) -> list[ProposedStage]:
    entered = set(events.loc[events["kind"] == "status", "after"].dropna().astype("str"))
    unmapped = stages[~stages["mapped"] & stages["status"].isin(entered)].sort_values("position")
    proposals = list[ProposedStage]()
    for label, group in unmapped.groupby("stage", sort=False):
        kind, blocked, assumed = group[["kind", "blocked", "assumed"]].fillna({"assumed": ""}).iloc[0]
        reason, statuses = REASONS[assumed].format(kind), tuple(sorted(group["status"]))
        proposals.append(ProposedStage(str(label), kind, statuses, reason, assumed, bool(blocked)))
    return proposals


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
