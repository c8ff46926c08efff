"""What a real GitHub does to its clients, one switch for each, and how often."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal, Self, TypeVar

from tests.jira_server.traps import ALWAYS, ONCE, When

__all__ = ["ALWAYS", "ONCE", "Limit", "Traps", "When"]

T = TypeVar("T")
Limit = Literal["primary", "primary 429", "graphql", "secondary", "complaint"]


@dataclass(frozen=True)
class Traps:
    """One switch for each trap; all off. ``when`` says how often by the switch's name, else ``often``."""

    # What stands in answers
    heavy_above: int | None = None  # more than so many with their timelines take too long …
    heavy_as: Literal["502", "error"] = "502"  # … which ends in a gateway's page, or half-way with 200
    partial: Literal["passing", "forbidden"] | None = None  # a null among the nodes, and an error about it
    old_server: bool = False  # a company's server that does not know what came in 2025
    no_projects: Literal["scopes", "forbidden"] | None = None  # the token may not read projects
    short_pages: bool = False  # fewer than asked for, though more follow
    repeated_cursor: bool = False  # the cursor that was asked with, once more
    no_actions: bool = False  # 404 for runs
    no_deployments: bool = False  # the token may not read deployments
    lost_numbers: bool = False  # lists of numbers lack the last ones, though they are counted
    # What befalls requests
    refuse: Literal[401, 403] | None = None
    redirect: bool = False
    permission_lost: str | None = None
    rate_limit: Limit | None = None
    retry_after: int = 1
    server_error: Literal[500, 502, 503, 504] | None = None
    hang: float = 0.0
    reset: bool = False
    truncated: bool = False
    cut_json: bool = False
    html: bool = False
    change: Callable[[str, Any], Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    dribble: float = 0.0
    # How often
    often: When = ONCE
    when: Mapping[str, When] = field(default_factory=dict)
    patience: int | None = None
    seed: int = 0

    @classmethod
    def random(cls, seed: int) -> Self:
        """Mix traps at random, none fatal: who repeats a struck request three times gets through."""
        rng = Random(seed)

        def maybe(value: T, off: T) -> T:
            return value if rng.random() < 0.4 else off

        limits: tuple[Limit, ...] = ("primary", "primary 429", "graphql", "secondary", "complaint")
        errors: tuple[Literal[502, 503, 504], ...] = (502, 503, 504)
        return cls(
            heavy_above=maybe(rng.choice((5, 10, 25)), None),
            heavy_as=rng.choice(("502", "error")),
            partial=maybe("passing", None),
            short_pages=maybe(True, False),
            rate_limit=maybe(rng.choice(limits), None),
            retry_after=rng.choice((0, 1, 2)),
            server_error=maybe(rng.choice(errors), None),
            hang=maybe(600.0, 0.0),
            reset=maybe(True, False),
            truncated=maybe(True, False),
            cut_json=maybe(True, False),
            html=maybe(True, False),
            often=When(share=rng.choice((0.05, 0.1, 0.2))),
            when={"hang": When(share=0.1, most=2), "partial": When(share=0.2, most=6)},
            patience=2,
            seed=seed,
        )
