"""How far has a Jira been read? Written down with every page, so that the next pull goes on there."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final, Self

OVERLAP_MS: Final = 10 * 60 * 1000
"""Changes may reach the search index minutes late, and clocks differ: the next pull looks back this far."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far is it? All instants are epoch milliseconds by the server's clock.

    ``asked`` names the question (query and fields); ``since`` bounds this pull's changes from below (None:
    a first load), ``mark`` is when it began, ``created`` how far it got in order of creation (0: nowhere
    yet, None: whole), ``swept`` when ids were last compared, ``learned`` when fields and statuses were read.

    Examples
    --------
    >>> Cursor.read("739") is None
    True
    """

    asked: str
    mark: int
    since: int | None = None
    created: int | None = 0
    swept: int = 0
    learned: int = 0

    @property
    def changed_since(self) -> int | None:
        """From which instant on are changes still to be read? None: all."""
        return self.since if self.created is not None else self.mark - OVERLAP_MS

    @classmethod
    def read(cls, text: str | None) -> Self | None:
        """Which cursor was written down? None where there is none of this kind."""
        try:
            said = json.loads(text or "null")
        except ValueError:
            return None
        return cls(**said) if isinstance(said, dict) else None

    def write(self) -> str:
        """Write it down, for ``read``."""
        return json.dumps(asdict(self))


def question(jql: str, fields: Iterable[str]) -> str:
    """Which question is this? Sixteen hex digits; another query or other fields are another question.

    Examples
    --------
    >>> question("project = A", ["status"]) == question("project = B", ["status"])
    False
    """
    return hashlib.sha256(json.dumps([jql, sorted(fields)]).encode()).hexdigest()[:16]
