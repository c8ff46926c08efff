"""How pull requests pass through review: their times, by whose rules, who can review, and pipelines."""

from vsm.model.reviews.pipelines import pipelines_by_name
from vsm.model.reviews.pull_times import pull_times
from vsm.model.reviews.reach import review_reach
from vsm.model.reviews.steps import (
    review_period,
    review_sizes,
    review_steps,
    reviews_in_period,
    time_in_phases,
    waiting_for_review,
    within_period,
)

__all__ = [
    "pipelines_by_name", "pull_times", "review_period", "review_reach", "review_sizes", "review_steps",
    "reviews_in_period",
    "time_in_phases", "waiting_for_review", "within_period",
]  # fmt: skip
