"""Which links of the tracker mean that one ticket holds up another?"""

from collections.abc import Iterable
from typing import Final, Self

from pydantic import model_validator

from vsm.config.stages import Section, Word

LINKS: Final = (
    ("is blocked by", "blocks"),
    ("blocked by", "blocks"),
    ("depends on", "is depended on by"),
    ("depends on", "is depended upon by"),
    ("depends on", "is required by"),
    ("depends on", "required by"),
    ("requires", "is required by"),
)
"""What the two ends of a blocking link say, unless vsm.toml says otherwise.

Jira comes with "is blocked by" and "blocks"; the others are the usual names of a type that administrators
add ("Dependency", "Depends", "Requires").
"""


class Blocking(Section):
    """Which links mean that one ticket holds up another?

    ``links`` are pairs of wordings, as the tracker shows them: first what the ticket says that is held up,
    then what the other one says: ``[["is blocked by", "blocks"]]``. They replace the usual ones (``LINKS``);
    an empty list means that no link blocks. Case does not matter. Flags always block.
    """

    links: tuple[tuple[Word, Word], ...] = LINKS

    @model_validator(mode="after")
    def _has_two_sides(self) -> Self:
        blocked = {_plain(said) for said, _ in self.links}
        if both := sorted(blocked & {_plain(said) for _, said in self.links}):
            raise ValueError(
                f"links of [blocking] say '{both[0]}' of both ends; a link of which both ends say the same "
                "cannot tell who holds up whom"
            )
        return self


def sides_of_links(links: Iterable[tuple[str, str]]) -> dict[str, tuple[int, bool]]:
    """Which end of which sort of link says this? Wording in small letters → (sort, is the blocked end).

    Pairs that share a wording are one sort, since that wording could be of either.

    Examples
    --------
    >>> sides_of_links([("is blocked by", "blocks"), ("Requires", "is required by")])
    {'is blocked by': (0, True), 'blocks': (0, False), 'requires': (1, True), 'is required by': (1, False)}
    >>> sides_of_links([("depends on", "required by"), ("requires", "required by")])["requires"]
    (0, True)
    """
    sorts: list[dict[str, bool]] = []
    for blocked, blocking in links:
        pair = {_plain(blocked): True, _plain(blocking): False}
        shared = [sort for sort in sorts if sort.keys() & pair.keys()]
        kept = [sort for sort in sorts if sort not in shared]
        for sort in reversed(shared):
            pair = sort | pair
        sorts = [*kept, pair]
    return {said: (number, end) for number, sort in enumerate(sorts) for said, end in sort.items()}


def _plain(wording: str) -> str:
    return " ".join(wording.casefold().split())
