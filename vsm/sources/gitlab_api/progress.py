"""How far a pull got, for each kind of document, so that the next one goes on there."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

OVERLAP: Final = timedelta(minutes=10)
"""Clocks differ, and lists may lag: the next pull looks back this far."""
SETTLED: Final = timedelta(minutes=1)
"""GitLab gives changes in whole seconds: what changed just before it was read may have changed once more."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one kind was read.

    ``since`` bounds this pull's changes from below, ``mark`` is when it began by the server's clock and ours,
    ``after`` where in the list it is, ``seen`` the latest change of any that was read; ``whole``: it came to
    its end. ``settled``: what changed before, and has not changed since, was read whole.
    """

    since: str | None = None
    mark: str | None = None
    after: str | None = None
    seen: str | None = None
    settled: str | None = None
    whole: bool = False

    def begun(self, now: datetime) -> Self:
        """Go on where the last pull broke off, or from where it began if it was whole."""
        if self.mark is not None and not self.whole:
            return self
        since = (instant(self.mark) - OVERLAP).isoformat() if self.mark else None
        return replace(self, since=since, mark=now.isoformat(), after=None, whole=False)

    def read_on(self, after: str | None, changed: Iterable[object]) -> Self:
        """Give the reach after a page of what changed then."""
        latest = max(
            (at for text in (self.seen, *changed) if (at := instant_or_none(text)) is not None), default=None
        )
        return replace(self, after=after, seen=latest.isoformat() if latest else None)

    def ended(self) -> Self:
        """Give the reach of a list that was read to its end.

        The next pull looks for changes since the latest that was seen, if that is before this one began: a
        clock that is ahead, the server's or ours, loses nothing.
        """
        began = instant(self.mark)
        mark = min(began, instant(self.seen)) if self.seen else began
        settled = (began - SETTLED).isoformat()
        return replace(self, mark=mark.isoformat(), after=None, settled=settled, whole=True)

    def is_settled(self, changed: object) -> bool:
        """Whether what changed at this instant was read when nothing of that second was still to come."""
        at = instant_or_none(changed)
        return at is not None and self.settled is not None and at < instant(self.settled)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pull got. ``learned`` and ``swept`` are when the project was looked at, and what is gone."""

    learned: str | None = None
    swept: str | None = None
    lacking: tuple[str, ...] = ()
    kinds: Mapping[str, Reach] = field(default_factory=dict)

    def reach(self, kind: str) -> Reach:
        """Give how far this kind was read."""
        return self.kinds.get(kind, Reach())

    def with_reach(self, kind: str, reach: Reach) -> Self:
        """Put a reach in the place of another."""
        return replace(self, kinds={**self.kinds, kind: reach})

    @classmethod
    def read(cls, text: str | None) -> Self:
        """Give what was written down; the beginning where there is nothing.

        Examples
        --------
        >>> Progress.read(Progress(kinds={"run": Reach(whole=True)}).write()).reach("run").whole
        True
        """
        body: dict[str, Any] = json.loads(text or "{}")
        kinds = {kind: Reach(**reach) for kind, reach in body.pop("kinds", {}).items()}
        return cls(**body | {"lacking": tuple(body.get("lacking", ())), "kinds": kinds})

    def write(self) -> str:
        """Write it down, for ``read``."""
        return json.dumps(asdict(self))


def instant(text: str | None) -> datetime:
    """Give an instant that we wrote."""
    return datetime.fromisoformat(text or "")


def instant_or_none(text: object) -> datetime | None:
    """Give an instant of GitLab's; None where it is none.

    Examples
    --------
    >>> instant_or_none("2026-01-05T09:00:00Z"), instant_or_none(None)
    (datetime.datetime(2026, 1, 5, 9, 0, tzinfo=datetime.timezone.utc), None)
    """
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return at.astimezone(UTC) if at and at.tzinfo else None
