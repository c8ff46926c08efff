"""How far each kind of thing was read, as the archive's cursor holds it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Self

OVERLAP_MS: Final = 10 * 60 * 1000
"""Changes may show minutes late, and clocks differ: the next pull looks back this far."""
OPEN_MS: Final = 30 * 24 * 3600 * 1000
"""What was not finished so long after it began is not asked after any more."""


def epoch_ms(instant: object) -> int | None:
    """Give an instant of GitHub's in epoch milliseconds; None where it is none.

    Examples
    --------
    >>> epoch_ms("2026-01-05T09:00:00Z"), epoch_ms(None)
    (1767603600000, None)
    """
    try:
        return int(datetime.fromisoformat(instant).timestamp() * 1000) if isinstance(instant, str) else None
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Reading:
    """How far one kind was read. Instants are epoch milliseconds.

    ``mark`` is when this reading began, ``since`` from when on changes are read (None: a first load, in
    order of creation, which got as far as the page ``after``), ``seen`` the latest change of all, ``open``
    what was not finished: document → its id on GitHub, and when it began.
    """

    mark: int
    since: int | None = None
    after: str = ""
    whole: bool = False
    seen: int = 0
    tag: str = ""
    open: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def again(self, now: int) -> Self:
        """Give the reading that follows: of changes since this one began; one that broke off goes on."""
        if self.whole:
            return replace(self, mark=now, since=self.mark - OVERLAP_MS, whole=False)
        return self if self.since is None else replace(self, mark=now)

    def saw(self, instants: Iterable[object], *, after: str = "") -> Self:
        """Give the reading after a page with these instants of change."""
        latest = max([self.seen, *(at for text in instants if (at := epoch_ms(text)) is not None)])
        return replace(self, seen=latest, after=after or self.after)

    def with_open(self, found: Mapping[str, tuple[str, int] | None]) -> Self:
        """Give the reading with these things unfinished; None says that one is finished."""
        joined = {**self.open, **found}
        kept = {name: one for name, one in joined.items() if one and one[1] > self.mark - OPEN_MS}
        return replace(self, open=kept)

    def done(self) -> Self:
        """Give the reading that came to its end.

        The next looks for changes since the latest that was seen, if that was before this one began by
        either clock: a clock that is ahead loses nothing.
        """
        return replace(self, whole=True, after="", mark=min(self.mark, self.seen or self.mark))


@dataclass(frozen=True, slots=True)
class Cursor:
    """The readings of all kinds, and a digest of what was asked."""

    asked: str
    readings: Mapping[str, Reading] = field(default_factory=dict)

    def reading(self, kind: str, *, now: int) -> Reading:
        """Give the reading of this kind that is due now."""
        last = self.readings.get(kind)
        return last.again(now) if last else Reading(now)

    def put(self, kind: str, reading: Reading) -> Self:
        """Give the cursor with this reading."""
        return replace(self, readings={**self.readings, kind: reading})

    @classmethod
    def read(cls, text: str | None, *, asked: str) -> Self:
        """Give the cursor that was written down; a new one where another question was asked."""
        try:
            body: dict[str, Any] = json.loads(text or "{}")
            if body.get("asked") == asked:
                readings = {kind: Reading(**one) for kind, one in body["readings"].items()}
                return cls(asked, readings)
        except (ValueError, TypeError, KeyError, AttributeError):
            pass
        return cls(asked)

    def write(self) -> str:
        """Write it down, for ``read``."""
        return json.dumps(asdict(self))
