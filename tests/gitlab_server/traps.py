"""What a real GitLab does to its clients, one switch for each, and how often."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal, Self, TypeVar

from tests.jira_server.traps import ALWAYS, ONCE, When

__all__ = ["ALWAYS", "ONCE", "Traps", "When"]

T = TypeVar("T")


@dataclass(frozen=True)
class Traps:
    """One switch for each trap; all off. ``when`` says how often by the switch's name, else ``often``."""

    # What stands in answers
    complexity: int | None = None  # more of a list at once than so many is refused
    heavy_above: int | None = None  # more of a list at once than so many ends in a gateway's page
    lacking: tuple[str, ...] = ()  # fields that this version or edition does not know
    no_state_events: bool = False  # before 13.2
    no_iterations: bool = False  # an edition without them
    no_deployments: bool = False  # the role may not see them
    translated: bool = False  # notes on people in another language
    null_author: int = 0  # every nth note has no author
    notes_cap: int | None = None  # notes a page
    short_pages: bool = False  # fewer than asked for, though more follow
    no_next_page: bool = False  # a proxy takes X-Next-Page and the totals away
    shifting: bool = False  # a deployment changes, and goes to the end, after each page of them
    # What befalls requests
    refuse: Literal[401, 403] | None = None
    redirect: bool = False
    permission_lost: str | None = None
    rate_limit: Literal["seconds", "reset", "missing"] | None = None
    retry_after: int = 1
    server_error: Literal[500, 502, 503, 504] | None = None
    graphql_error: bool = False  # an error of GraphQL with status 200, which passes
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

        limits: tuple[Literal["seconds", "reset", "missing"], ...] = ("seconds", "reset", "missing")
        errors: tuple[Literal[500, 502, 503, 504], ...] = (500, 502, 503, 504)
        return cls(
            complexity=maybe(rng.choice((5, 20)), None),
            heavy_above=maybe(rng.choice((10, 25)), None),
            notes_cap=maybe(rng.choice((1, 3)), None),
            short_pages=maybe(True, False),
            no_next_page=maybe(True, False),
            shifting=maybe(True, False),
            rate_limit=maybe(rng.choice(limits), None),
            retry_after=rng.choice((0, 1, 2)),
            server_error=maybe(rng.choice(errors), None),
            graphql_error=maybe(True, False),
            hang=maybe(600.0, 0.0),
            reset=maybe(True, False),
            truncated=maybe(True, False),
            cut_json=maybe(True, False),
            html=maybe(True, False),
            often=When(share=rng.choice((0.05, 0.1, 0.2))),
            when={"hang": When(share=0.05, most=2)},
            patience=2,
            seed=seed,
        )
