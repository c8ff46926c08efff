"""How are causes of waiting told apart? Order, windows and thresholds, with their defaults."""

from typing import Final, Literal, get_args

from pydantic import Field, field_validator

from vsm.config.stages import Section

Cause = Literal[
    "blocked", "external", "non-working time", "unassigned", "batched", "at capacity", "overtaken"
]
ORDER: Final[tuple[Cause, ...]] = get_args(Cause)
RENAMED: Final = {
    "outside": "external",
    "off hours": "non-working time",
    "unowned": "unassigned",
    "busy": "at capacity",
    "jumped": "overtaken",
}
"""What causes were called in version 0.1.0."""


class Waiting(Section):
    """How are causes of waiting told apart?

    ``order`` is the order in which they are looked for: the first that holds for a piece of waiting is its
    cause, and what none of them explains is ``unexplained``. At least ``batch_tickets`` that leave one after
    another, with no pause longer than ``batch_minutes``, are a batch. A member of a team is active for
    ``active_days`` after each trace. ``work`` says when somebody is taken to work on a ticket: as long as
    it lies with them in a work stage (``statuses``), or only between its first and last trace there
    (``touches``): better where tickets are forgotten "In Progress", and much is recorded.
    """

    order: tuple[Cause, ...] = ORDER
    batch_minutes: float = Field(default=10.0, gt=0, le=10_080)
    batch_tickets: int = Field(default=3, ge=2)
    active_days: float = Field(default=14.0, gt=0, le=366)
    work: Literal["statuses", "touches"] = "statuses"

    @field_validator("order", mode="before")
    @classmethod
    def _says_what_a_cause_is_called_now(cls, order: object) -> object:
        renamed = [word for word in order if word in RENAMED] if isinstance(order, (list, tuple)) else []
        if renamed:
            raise ValueError(
                f"order in [waiting]: '{renamed[0]}' is called '{RENAMED[renamed[0]]}' since version 0.2.0"
            )
        return order

    @field_validator("order")
    @classmethod
    def _names_each_cause_once(cls, order: tuple[Cause, ...]) -> tuple[Cause, ...]:
        if sorted(order) != sorted(ORDER):
            raise ValueError(
                f"order in [waiting] must name each cause once: {', '.join(ORDER)}; the rest is unexplained"
            )
        return order
