"""How is a cause planted in a given strength? By driving its habit as far as the books ask for."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

from tests.planted.books import first, lapses, scores, share, true_pieces
from tests.planted.habits import ZONES, habits_with
from tests.planted.office import Office
from tests.planted.simulation import Company

CAUSES: Final = (
    "blocked",
    "external",
    "non-working time",
    "unassigned",
    "batched",
    "at capacity",
    "overtaken",
    "unexplained",
)
STRENGTHS: Final = {"faint": 0.35, "middle": 0.55, "strong": 0.8}
MONDAY, STEPS = date(2026, 1, 5), 8


@dataclass(frozen=True)
class Planted:
    """A company in which one cause was planted; ``share`` is its part of the waiting, by the books."""

    cause: str
    strength: str
    seed: int
    company: Company
    share: float

    def __str__(self) -> str:
        return f"{self.cause}, {self.strength}, seed {self.seed}"


@cache
def plant(cause: str, strength: str, *, seed: int) -> Planted:
    """Play a company until the books show the cause in this strength, or as near to it as can be.

    The habit is driven further or less far, half the way each time, with the same seed.
    """
    low, high, tried = 0.0, 1.0, []
    office = Office(ZONES[seed % len(ZONES)], MONDAY + timedelta(weeks=2 * (seed % 26)))
    for _ in range(STEPS):
        far = (low + high) / 2
        company = Company(habits_with(cause, far, seed=seed), office, seed=seed).run()
        costs = scores(lapses(true_pieces(company)))
        planted = Planted(cause, strength, seed, company, share(cause, costs))
        tried.append((first(costs) != cause, abs(planted.share - STRENGTHS[strength]), -far, planted))
        low, high = (low, far) if planted.share > STRENGTHS[strength] else (far, high)
    return min(tried, key=lambda entry: entry[:3])[-1]
