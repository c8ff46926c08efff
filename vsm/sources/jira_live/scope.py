"""Which issues are asked for? Projects, a saved filter, a board or a query; one JQL in the end."""

import json
import re
from dataclasses import dataclass
from typing import Final

from vsm.errors import ParameterError

_ORDER: Final = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\border\s+by\b""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which issues of which site? At least one of the four is given; several narrow each other down.

    Raises
    ------
    ParameterError
        Nothing bounds it, or a filter or board is no number.

    Examples
    --------
    >>> Scope("https://example.atlassian.net", projects=("SHOP",)).jql_of_board(None)
    'project in ("SHOP")'
    """

    url: str
    projects: tuple[str, ...] = ()
    jql: str = ""
    filter: str = ""
    board: str = ""

    def __post_init__(self) -> None:
        """Refuse what could not be asked."""
        if not (self.projects or self.jql.strip() or self.filter or self.board):
            raise ParameterError(
                "which issues? name --project ABC (as often as you like), --jql, --filter or --board"
            )
        for name, number in (("--filter", self.filter), ("--board", self.board)):
            if number and not number.isdecimal():
                raise ParameterError(
                    f"{name} {number}: give its number, as its address in the browser shows it"
                )

    def jql_of_board(self, board_filter: str | None) -> str:
        """Which query is it? ``board_filter`` is the number of the filter behind the board."""
        parts = []
        if self.projects:
            parts.append(f"project in ({', '.join(_quoted(project) for project in self.projects)})")
        if self.jql.strip():
            parts.append(f"({without_order(self.jql)})")
        parts += [f"filter = {number}" for number in (self.filter, board_filter) if number]
        return " AND ".join(parts)


def without_order(jql: str) -> str:
    """What does this query select? Without its own order: ours is needed for not missing anything.

    Examples
    --------
    >>> without_order('summary ~ "order by mail" ORDER BY rank')
    'summary ~ "order by mail"'
    """
    for found in _ORDER.finditer(jql):
        if found.group()[0] not in "\"'":
            return jql[: found.start()].strip()
    return jql.strip()


def narrowed(jql: str, *, updated: int | None = None, created: int | None = None) -> str:
    """Which of these issues changed, or were created, since? In order of creation, which never changes.

    Parameters
    ----------
    jql
        A bounded query without order.
    updated, created
        Epoch milliseconds: bare numbers are the only dates in JQL that no user's time zone bends.

    Examples
    --------
    >>> narrowed("project = A", updated=1700000000000)
    '(project = A) AND updated >= 1700000000000 ORDER BY created ASC, key ASC'
    """
    bounds = [f" AND {word} >= {at}" for word, at in (("updated", updated), ("created", created)) if at]
    return f"({jql}){''.join(bounds)} ORDER BY created ASC, key ASC"


def _quoted(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)
