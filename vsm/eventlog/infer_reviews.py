"""A proposal for vsm.toml where pull requests belong to tickets: stages that their reviews show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from vsm.eventlog.pull_links import source_of_pull

STEPS: Final = (
    ("Rework", "work", "rework"),
    ("Waiting for author", "queue", "author"),
    ("Waiting for review", "queue", "waiting"),
    ("In review", "work", "reviewing"),
    ("Waiting to merge", "queue", "merging"),
)
"""Name, kind and phase of the stages that are proposed, in the order of the stream."""
USUAL: Final = 0.2
"""A stage in which so large a share of pull requests was opened is one that reviews split."""


@dataclass(frozen=True, slots=True)
class ProposedReviews:
    """Stages that reviews split, and how many tickets have pull requests."""

    within: tuple[str, ...]
    tickets: int


def propose_reviews(events: pd.DataFrame, *, stage_of: Mapping[str, str]) -> ProposedReviews | None:
    """Give the stages in which tickets were when their pull requests were opened; None without any.

    Parameters
    ----------
    events
        EVENTS; those of pull requests name them in ``before``.
    stage_of
        Status id → name of its stage, of stages of kind work.

    Examples
    --------
    >>> at = pd.to_datetime(["2026-01-05", "2026-01-06"], utc=True)
    >>> events = pd.DataFrame({"ticket": "jira:1", "at": at, "kind": ["status", "ready"],
    ...     "before": [None, "github:o/r#1"], "after": ["jira:3", None], "source": ["jira", "github:o/r"]})
    >>> propose_reviews(events, stage_of={"jira:3": "Build"})
    ProposedReviews(within=('Build',), tickets=1)
    """
    plain = events[["ticket", "at", "kind", "before", "after", "source"]].astype(
        dict.fromkeys(("ticket", "kind", "before", "after", "source"), "str")
    )
    opened = plain[plain["kind"].isin(["ready", "draft"]) & plain["before"].notna()]
    opened = opened[opened["before"].map(source_of_pull) == opened["source"]].drop_duplicates("before")
    moves = plain.loc[plain["kind"] == "status", ["ticket", "at", "after"]].sort_values("at")
    then = pd.merge_asof(opened[["ticket", "at"]].sort_values("at"), moves, on="at", by="ticket")
    shares = then["after"].map(stage_of).value_counts(normalize=True)
    usual = tuple(str(name) for name in shares.index[shares >= USUAL])
    return ProposedReviews(usual, opened["ticket"].nunique()) if usual else None
