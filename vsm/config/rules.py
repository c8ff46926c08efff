"""Sections of vsm.toml on measuring: thresholds, causes of waiting, blocking links, privacy."""

from collections.abc import Iterable
from typing import Final, Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from vsm.config.toml import Section, Word

Cause = Literal[
    "blocked", "external", "non-working time", "unassigned", "batched", "at capacity", "overtaken"
]
CAUSES: Final[tuple[Cause, ...]] = get_args(Cause)
Level = Literal["container", "unit", "part"]
RENAMED: Final = {
    "outside": "external",
    "off hours": "non-working time",
    "unowned": "unassigned",
    "busy": "at capacity",
    "jumped": "overtaken",
}
"""What causes were called in version 0.1.0."""
LINKS: Final = (
    ("is blocked by", "blocks"),
    ("blocked by", "blocks"),
    ("depends on", "is depended on by"),
    ("depends on", "is depended upon by"),
    ("depends on", "is required by"),
    ("depends on", "required by"),
    ("requires", "is required by"),
)
"""The wordings of the two ends of a blocking link, unless vsm.toml says otherwise.

Jira comes with "is blocked by" and "blocks"; the others are the usual names of a type that administrators
add ("Dependency", "Depends", "Requires").
"""


class Rules(Section):
    """Thresholds of clean-up and of claims.

    ``bulk_tickets`` equal moves in ``bulk_minutes`` are clean-up; under ``minimum`` observations a claim is
    "too few to say".
    """

    bulk_tickets: int = Field(default=5, ge=2)
    bulk_minutes: float = Field(default=10.0, gt=0, le=10_080)
    minimum: int = Field(default=12, ge=2)


class ServiceLevel(Section):
    """What the team expects: ``percent`` of tickets have a lead or cycle time of at most ``days``."""

    days: float = Field(gt=0, le=3660)
    percent: float = Field(default=85, ge=50, lt=100)
    of: Literal["lead time", "cycle time"] = "lead time"

    def __str__(self) -> str:
        """Say it in a few words.

        Examples
        --------
        >>> print(ServiceLevel(days=14))
        85 % within 14 days (lead time)
        """
        return f"{self.percent:g} % within {self.days:g} days ({self.of})"


class Privacy(Section):
    """How many people a team must have to be shown by its own name.

    In everything read without names, teams in which fewer than ``fewest_people`` ever worked are one team,
    "small teams": a number about a team of one is a number about a person. 1 shows every team. Where a report
    is of a window (``since``, ``until``, ``where``), those count who held a team's work in what it
    shows, and in what it leaves out of the report of everything. What two windows, or the reports of two
    days, differ by is not looked at.

    ``keep`` is for how many days raw tickets stay that nobody has changed; ``vsm forget`` removes older ones.
    """

    fewest_people: int = Field(default=3, ge=1)
    keep: int | None = Field(default=None, ge=1)


class Outcome(Section):
    """Which tickets count as delivered, and when one is finished.

    A resolution, or a status, of a name in ``discarded`` means that nothing was delivered, one in
    ``delivered`` that something was; all others go by the default words (data/README.md). With ``finish =
    "resolution"`` a ticket is finished as soon as it has a resolution, whatever its status is; by default
    only in a done stage.
    """

    discarded: tuple[Word, ...] = ()
    delivered: tuple[Word, ...] = ()
    finish: Literal["status", "resolution"] = "status"

    @model_validator(mode="after")
    def _says_each_name_once(self) -> Self:
        if both := sorted({*map(_plain, self.discarded)} & {*map(_plain, self.delivered)}):
            raise ValueError(f"[outcome] lists '{both[0]}' as discarded and as delivered; keep one")
        return self


class Scope(Section):
    """Which tickets are counted as units of work.

    ``types`` are the only ticket types that count; without them all that are neither containers nor parts.
    ``levels`` are what counts. What holds others (epics) and what is a part of another (sub-tasks) is known
    from the tracker; where it does not say so, ``containers`` and ``parts`` name ticket types.
    """

    types: tuple[Word, ...] = ()
    levels: tuple[Level, ...] = ("unit",)
    containers: tuple[Word, ...] = ()
    parts: tuple[Word, ...] = ()

    @model_validator(mode="after")
    def _says_each_type_once(self) -> Self:
        if both := sorted({*map(_plain, self.containers)} & {*map(_plain, self.parts)}):
            raise ValueError(f"[scope] lists '{both[0]}' as containers and as parts; keep one")
        return self


class Waiting(Section):
    """How causes of waiting are told apart.

    ``order`` is the order in which causes are looked for: the first that holds for a piece of waiting is its
    cause, and what none of them explains is ``unexplained``. At least ``batch_tickets`` that leave one after
    another, with no pause longer than ``batch_minutes``, are a batch. A member of a team is active for
    ``active_days`` after each trace. ``work`` says when somebody is taken to work on a ticket: as long as
    they hold it in a work stage (``statuses``), or only between its first and last trace there (``touches``):
    better where tickets are forgotten "In Progress", and much is recorded.
    """

    order: tuple[Cause, ...] = CAUSES
    batch_minutes: float = Field(default=10.0, gt=0, le=10_080)
    batch_tickets: int = Field(default=3, ge=2)
    active_days: float = Field(default=14.0, gt=0, le=366)
    work: Literal["statuses", "touches"] = "statuses"

    @field_validator("order", mode="before")
    @classmethod
    def _names_causes_as_they_are_called_now(cls, order: object) -> object:
        renamed = [word for word in order if word in RENAMED] if isinstance(order, (list, tuple)) else []
        if renamed:
            raise ValueError(
                f"order in [waiting]: '{renamed[0]}' is called '{RENAMED[renamed[0]]}' since version 0.2.0"
            )
        return order

    @field_validator("order")
    @classmethod
    def _names_each_cause_once(cls, order: tuple[Cause, ...]) -> tuple[Cause, ...]:
        if sorted(order) != sorted(CAUSES):
            raise ValueError(
                f"order in [waiting] must name each cause once: {', '.join(CAUSES)}; the rest is unexplained"
            )
        return order


class Blocking(Section):
    """Which links mean that one ticket blocks another.

    ``links`` are pairs of wordings, as the tracker shows them: first that of the blocked ticket, then that of
    the other one: ``[["is blocked by", "blocks"]]``. They replace the usual ones (``LINKS``); an empty list
    means that no link blocks. Case does not matter. Flags always block.
    """

    links: tuple[tuple[Word, Word], ...] = LINKS

    @model_validator(mode="after")
    def _has_two_sides(self) -> Self:
        blocked = {_plain(wording) for wording, _ in self.links}
        if both := sorted(blocked & {_plain(wording) for _, wording in self.links}):
            raise ValueError(
                f"links of [blocking] say '{both[0]}' of both ends; a link of which both ends say the same "
                "cannot tell who holds up whom"
            )
        return self


def sides_of_links(links: Iterable[tuple[str, str]]) -> dict[str, tuple[int, bool]]:
    """Give what each wording, in small letters, means: (sort of link, whether its bearer is blocked).

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
        others = [sort for sort in sorts if sort not in shared]
        for sort in reversed(shared):
            pair = sort | pair
        sorts = [*others, pair]
    return {wording: (number, end) for number, sort in enumerate(sorts) for wording, end in sort.items()}


def _plain(wording: str) -> str:
    return " ".join(wording.casefold().split())
