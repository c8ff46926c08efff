"""How do these people work, and how far is one bad habit driven? One cause is planted; a little of each is there."""

from dataclasses import dataclass, replace
from typing import Any, Final

ZONES: Final = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC", "Australia/Sydney")


@dataclass(frozen=True)
class Habits:
    """How do people work? Shares are chances, hours are means in working time.

    Attributes
    ----------
    load
        Work that arrives, in parts of what the developers can do; the testers' is alike.
    flagged, linked, blocked_hours
        How often work is blocked while it lies in a queue, by a flag or by another ticket, and how long.
    asked, answer_hours
        How often a customer has to approve, and how long that takes.
    late
        How often work arrives or is passed on when the office is closed.
    unassigned, unassigned_hours
        How often nobody is assigned to what arrives, and how long until somebody looks.
    released, release
        How often work leaves with a release, and how many tickets make one.
    gathered
        How much of the work testers let come together to take it at once.
    newest
        How often the newest ticket is taken instead of the oldest.
    dawdled, dawdle_hours
        How often free people let work lie in front of them, and how long.
    """

    load: float = 0.2
    flagged: float = 0.03
    linked: float = 0.02
    blocked_hours: float = 8.0
    asked: float = 0.05
    answer_hours: float = 8.0
    late: float = 0.05
    unassigned: float = 0.05
    unassigned_hours: float = 8.0
    released: float = 0.08
    release: int = 4
    gathered: float = 0.0
    newest: float = 0.1
    dawdled: float = 0.05
    dawdle_hours: float = 4.0


USUAL: Final = Habits()


def habits_with(cause: str, far: float, *, seed: int) -> Habits:
    """How do people work who have this habit, driven so ``far`` (from 0 to 1)?

    The seed chooses between the two ways in which work is blocked, or batched.
    """
    other = seed % 2 == 1
    often = 0.9 * far
    by_link: dict[str, Any] = {"linked": 0.02 + often} if other else {"flagged": 0.03 + often}
    together: dict[str, Any] = {"gathered": far} if other else {"release": 4 + round(12 * far)}
    little: dict[str, Any] = {"flagged": 0.02, "linked": 0.01, "asked": 0.03, "unassigned": 0.03}
    alone: dict[str, Any] = {"unassigned": 0.02, "dawdled": 0.02}
    habits = {
        "blocked": replace(USUAL, **by_link, blocked_hours=4 + 24 * far),
        "external": replace(USUAL, asked=0.05 + often, answer_hours=6 + 30 * far),
        "non-working time": replace(USUAL, **little, late=0.05 + 0.95 * far),
        "unassigned": replace(USUAL, unassigned=0.05 + 0.95 * far, unassigned_hours=4 + 28 * far),
        "batched": replace(USUAL, **together, released=0.08 if other else 0.08 + 0.92 * far),
        "at capacity": replace(USUAL, load=0.2 + 2.8 * far, newest=0.02),
        "overtaken": replace(USUAL, load=0.2 + 2.8 * far, newest=1.0, **alone),
        "unexplained": replace(USUAL, dawdled=0.05 + 0.95 * far, dawdle_hours=2 + 14 * far),
    }
    return habits[cause]
