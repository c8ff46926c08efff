"""The tickets that come in, with what is planted in each, drawn from a seed before anybody works on them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import numpy as np

from vsm.sample import plan
from vsm.sample.office_hours import hours, instant

VERBS: Final = ("Add", "Fix", "Speed up", "Simplify", "Show", "Check", "Replace", "Explain")
NOUNS: Final = (
    "basket", "search box", "order mail", "invoice", "price list", "login page", "stock report",
    "delivery note", "voucher form", "product filter", "address book", "tax table", "return label",
    "wish list", "start page",
)  # fmt: skip
SETTINGS: Final = (
    "on small screens", "for new customers", "in the evening", "after a refund", "for two currencies",
)  # fmt: skip
UNEVEN: Final = 0.02


@dataclass(frozen=True, slots=True)
class Change:
    """One change. ``fields`` are the values after it; ``actor`` is None where nobody is named."""

    at: int
    actor: str | None
    fields: dict[str, str | None]


@dataclass(slots=True)
class Ticket:
    """One ticket, what is planted in it, and what happened to it.

    ``merges`` are the instants at which work was merged, with its commits; ``commits`` wait for theirs.
    """

    number: int
    type: str
    priority: str
    created: int
    creator: str
    verb: str
    noun: str
    setting: str
    urgent: bool = False
    parked: bool = False
    stale: bool = False
    cancelled: bool = False
    raised: bool = False
    asks: bool = False
    reopens: bool = False
    incident: bool = False
    bounces: int = 0
    epic: int | None = None
    former_key: str | None = None
    changes: list[Change] = field(default_factory=list)
    comments: list[tuple[int, str]] = field(default_factory=list)
    commits: list[tuple[int, str]] = field(default_factory=list)
    merges: list[tuple[int, list[tuple[int, str]]]] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Its key in the tracker."""
        return f"{plan.PROJECT}-{self.number}"

    @property
    def component(self) -> str:
        """The part of the shop that it concerns."""
        return next(name for name, nouns in plan.COMPONENTS.items() if self.noun in nouns)


def tickets_from_seed(seed: int) -> list[Ticket]:
    """The tickets that are reported, in order of creation."""
    rng = np.random.default_rng([seed, 1])
    flowing = plan.TICKETS - plan.STALE - plan.PARKED
    end = int(plan.AS_OF.timestamp())
    drafts = [_flowing(rng, (position + 0.5) / flowing) for position in range(flowing)]
    drafts += [
        _waiting(rng, int(plan.BULK_AT.timestamp()), plan.STALE_DAYS, "stale") for _ in range(plan.STALE)
    ]
    drafts += [_waiting(rng, end, plan.PARKED_DAYS, "parked") for _ in range(plan.PARKED)]
    drafts.sort(key=lambda draft: draft["created"])
    tickets = [Ticket(number=number, **draft) for number, draft in enumerate(drafts, start=1)]
    sound = [ticket for ticket in tickets[40:350] if not (ticket.parked or ticket.stale or ticket.cancelled)]
    for position in rng.choice(len(sound), plan.REOPENED, replace=False):
        sound[position].reopens = True
    return tickets


def _flowing(rng: np.random.Generator, position: float) -> dict[str, Any]:
    """Draw a ticket that is worked on; ``position`` from 0 to 1 keeps the stream even over the weeks."""
    shares = [plan.BUG_SHARE, plan.STORY_SHARE, 1 - plan.BUG_SHARE - plan.STORY_SHARE]
    kind = str(rng.choice(["Bug", "Story", "Task"], p=shares))
    weights = np.where(np.arange(plan.WEEKS) < plan.RUSH_WEEKS, plan.RUSH, 1.0)
    spread = np.clip(position + rng.uniform(-UNEVEN, UNEVEN), 0, 1)
    week = min(int(np.searchsorted(np.cumsum(weights) / weights.sum(), spread)), plan.WEEKS - 1)
    friday = kind == "Bug" and rng.random() < plan.FRIDAY_SHARE
    day, hour = (4, rng.uniform(15, 19)) if friday else (int(rng.integers(5)), rng.uniform(9, 16.5))
    created = instant(plan.FIRST_DAY + timedelta(weeks=week, days=day)) + int(hour * 3600)
    draft = _draft(rng, kind, created)
    if kind == "Bug":
        times = int(rng.choice(list(plan.BOUNCES), p=list(plan.BOUNCES.values())))
        draft["bounces"] = times if rng.random() < plan.BOUNCE_SHARE else 0
        draft["asks"] = rng.random() < plan.CUSTOMER_SHARE
    draft["cancelled"] = rng.random() < plan.CANCEL_SHARE
    draft["urgent"] = draft["priority"] == "High"
    draft["raised"] = not draft["urgent"] and rng.random() < plan.RAISE_SHARE
    return draft


def _waiting(rng: np.random.Generator, until: int, days: tuple[int, int], fate: str) -> dict[str, Any]:
    """Draw a ticket that nobody starts, reported some days before an instant."""
    reported = until - int(rng.uniform(*days) * 86400)
    draft = _draft(rng, "Task", hours(9, 17).open_from(reported) + int(rng.integers(600)))
    return draft | {"priority": "Low", fate: True}


def _draft(rng: np.random.Generator, kind: str, created: int) -> dict[str, Any]:
    writers = [plan.LEAD, plan.DEPUTY, "approver-1", "qa-1"]
    return {
        "type": kind,
        "created": created,
        "creator": plan.PORTAL if kind == "Bug" else str(rng.choice(writers)),
        "priority": str(rng.choice(["High", "Medium", "Low"], p=[0.12, 0.63, 0.25])),
        "verb": "Fix" if kind == "Bug" else str(rng.choice(VERBS)),
        "noun": str(rng.choice(NOUNS)),
        "setting": str(rng.choice(SETTINGS)),
        "epic": int(rng.integers(1, 7)) if kind != "Bug" and rng.random() < plan.EPIC_SHARE else None,
    }
