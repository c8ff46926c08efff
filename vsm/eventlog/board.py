"""Which board do people look at? Its columns are the stages that they already agreed on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """What is one column? Statuses are ids; ``wip`` is how many tickets may be in it, if that was agreed."""

    name: str
    statuses: tuple[str, ...]
    wip: int | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """Which columns does the board have, in order? Only those that hold statuses."""

    columns: tuple[BoardColumn, ...]


def board_from_jira(body: Mapping[str, Any], *, source: str = "jira") -> Board:
    """Which columns does this board have?

    Parameters
    ----------
    body
        A ``board`` document of a live pull: ``columns`` with ``name``, ``statuses`` and ``wip``, and the
        ``constraint`` by which the board counts; a board that counts nothing has no limits.
    source
        Prefix of the ids of its statuses.

    Examples
    --------
    >>> column = {"name": "Doing", "statuses": ["3"], "wip": 2}
    >>> board_from_jira({"columns": [column], "constraint": "issueCount"}).columns
    (BoardColumn(name='Doing', statuses=('jira:3',), wip=2),)
    """
    counts = body.get("constraint") != "none"
    return Board(
        tuple(
            BoardColumn(
                str(column["name"]).strip(),
                tuple(f"{source}:{status}" for status in column["statuses"]),
                int(column["wip"]) if counts and column.get("wip") else None,
            )
            for column in body.get("columns") or ()
            if column.get("statuses")
        )
    )
