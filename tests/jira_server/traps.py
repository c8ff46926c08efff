"""What a real Jira does to its clients, one switch for each, and how often."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, Literal, Self, TypeVar

T = TypeVar("T")

WIRE: Final = (
    "refuse", "redirect", "permission_lost", "rate_limit", "server_error", "hang", "reset", "truncated",
    "cut_json", "html",
)  # fmt: skip
"""Traps that befall a request whatever it asks; the first that strikes wins."""


@dataclass(frozen=True)
class When:
    """Which requests a trap strikes: the nth (from 1), every so many, or a share; at most so often."""

    nth: tuple[int, ...] = ()
    every: int = 0
    share: float = 0.0
    most: int | None = None


ONCE: Final = When(nth=(2,))
ALWAYS: Final = When(every=1)


@dataclass(frozen=True)
class Traps:
    """One switch for each trap; all off. ``when`` says how often by the switch's name, else ``often``."""

    # What stands in answers
    embedded_changelog_cap: int | None = None  # histories in a search; 20, 40 and 100 were seen
    descending: bool = False  # newest first everywhere; embedded on Cloud it is always so
    bulk_page_cap: int | None = None  # histories a page of changelog/bulkfetch, pages split inside an issue
    iso_created: bool = False  # bulkfetch tells `created` as text in place of epoch ms
    missing_from: int = (
        0  # in every nth issue the first status item lacks `from`; whole where one is asked for
    )
    null_author: int = 0  # every nth history has no author, anywhere (changes the site's truth)
    # How pages follow each other
    short_pages: bool = False  # fewer than asked for, though more follow
    page_cap: int | None = None  # issues a page, whatever was asked for
    repeated_token: bool = False  # hands the token that was asked with once more; `when` counts pages
    empty_page: bool = False  # no issues, yet a token; `when` counts pages
    duplicates: bool = False  # every tenth issue comes again ten later
    stale_search: int = 0  # for N searches, search shows changed issues (and every 9th) as they were before
    # What befalls requests
    refuse: Literal[401, 403] | None = None
    redirect: bool = False  # to another host, which notes whether the Authorization header came along
    permission_lost: str | None = None  # this project or issue is hidden from then on
    rate_limit: Literal["seconds", "date", "missing"] | None = None
    retry_after: int = 1
    server_error: Literal[500, 502, 503, 504] | None = None
    hang: float = 0.0  # seconds of silence, or until the client hangs up; then the right answer
    reset: bool = False  # the connection breaks in mid-body
    truncated: bool = False  # Content-Length promises more than comes
    cut_json: bool = False  # half the JSON, under a Content-Length that fits
    html: bool = False  # a login page, status 200
    # What anybody in between may do
    change: Callable[[str, Any], Any] | None = None  # of path and answer: another answer; bytes are sent raw
    headers: dict[str, str] = field(default_factory=dict)  # sent with each answer, in place of our own
    dribble: float = 0.0  # seconds before each byte of a body
    # The user
    user_timezone: str = "UTC"
    # How often
    often: When = ONCE
    when: Mapping[str, When] = field(default_factory=dict)
    patience: int | None = None  # at most so many struck requests in a row
    seed: int = 0

    @classmethod
    def random(cls, seed: int) -> Self:
        """Mix traps at random, none fatal: who repeats a struck request three times gets through."""
        rng = Random(seed)

        def maybe(value: T, off: T) -> T:
            return value if rng.random() < 0.4 else off

        limits: tuple[Literal["seconds", "date", "missing"], ...] = ("seconds", "date", "missing")
        errors: tuple[Literal[502, 503, 504], ...] = (502, 503, 504)
        return cls(
            embedded_changelog_cap=maybe(rng.choice((20, 40, 100)), None),
            descending=maybe(True, False),
            bulk_page_cap=maybe(rng.choice((50, 300, 1000)), None),
            iso_created=maybe(True, False),
            missing_from=maybe(rng.choice((3, 50)), 0),
            short_pages=maybe(True, False),
            page_cap=maybe(rng.choice((20, 50)), None),
            repeated_token=maybe(True, False),
            empty_page=maybe(True, False),
            duplicates=maybe(True, False),
            stale_search=maybe(rng.choice((2, 5, 50)), 0),
            rate_limit=maybe(rng.choice(limits), None),
            retry_after=rng.choice((0, 1, 2)),
            server_error=maybe(rng.choice(errors), None),
            hang=maybe(600.0, 0.0),
            reset=maybe(True, False),
            truncated=maybe(True, False),
            cut_json=maybe(True, False),
            html=maybe(True, False),
            user_timezone=rng.choice(("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")),
            often=When(share=rng.choice((0.05, 0.1, 0.2))),
            when={"repeated_token": When(share=0.1, most=5), "hang": When(share=0.1, most=2)},
            patience=2,
            seed=seed,
        )


class Mischief:
    """Decides, request by request, which trap strikes."""

    def __init__(self, traps: Traps) -> None:
        self.traps = traps
        self._rng = Random(traps.seed)
        self._lock = threading.Lock()
        self._seen = Counter[str]()
        self._struck = Counter[str]()
        self._row = 0

    def strikes(self, name: str) -> bool:
        """Whether this trap strikes now; asked once for each chance it has."""
        with self._lock:
            return bool(getattr(self.traps, name)) and self._due(name)

    def on_the_wire(self) -> str:
        """The trap that this request falls into, or nothing."""
        with self._lock:
            due = [name for name in WIRE if getattr(self.traps, name) and self._due(name)]
            patience = self.traps.patience
            if not due or (patience is not None and self._row >= patience):
                self._row = 0
                return ""
            self._row += 1
            return due[0]

    def short(self, size: int) -> int:
        """How many of a page's issues come, where pages are short."""
        with self._lock:
            return self._rng.randint(max(1, size // 2), size) if self.traps.short_pages and size else size

    def _due(self, name: str) -> bool:
        when = self.traps.when.get(name, self.traps.often)
        self._seen[name] += 1
        nth = self._seen[name]
        due = nth in when.nth or (when.every > 0 and nth % when.every == 0)
        due = due or (when.share > 0 and self._rng.random() < when.share)
        if not due or (when.most is not None and self._struck[name] >= when.most):
            return False
        self._struck[name] += 1
        return True
