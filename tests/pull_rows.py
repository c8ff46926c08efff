"""Pull requests, what happened in them, and pipelines, as tables written out by hand."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from vsm.tables import INSTANT, PIPELINES, PULL_EVENTS, PULLS, conform


def instant(text: str | None) -> pd.Timestamp:
    """``05 09:00`` is the fifth of January 2026; a whole date is taken as it is."""
    if text is None:
        return pd.NaT  # type: ignore[return-value]
    return pd.Timestamp(f"2026-01-{text}" if len(text) < 9 else text, tz="UTC")


def instants(texts: Iterable[object]) -> "pd.Series[pd.Timestamp]":
    """Give a column of instants; what is missing stays so."""
    known = [instant(text) if isinstance(text, str) else pd.NaT for text in texts]
    return pd.Series(pd.DatetimeIndex(known, tz="UTC")).astype(INSTANT)


def pulls(*rows: dict[str, Any]) -> pd.DataFrame:
    """Give PULLS; each row says at least its ``number`` and when it was ``created``."""
    full = [
        {
            "pull": f"github:shop/web#{row['number']}",
            "key": f"web#{row['number']}",
            "repository": "web",
            "draft": False,
            **row,
        }
        for row in rows
    ]
    frame = pd.DataFrame(full)
    for name in {"created", "merged", "closed", "first_commit"} & set(frame.columns):
        frame[name] = instants(frame[name])
    return conform(frame, PULLS)


def pull_events(number: int, *rows: tuple[str, str, str | None, str | None]) -> pd.DataFrame:
    """Give PULL_EVENTS of one pull request from tuples of instant, kind, actor and after, in order."""
    facts = [
        {
            "pull": f"github:shop/web#{number}",
            "at": instant(at),
            "kind": kind,
            "actor": actor and f"github:{actor}",
            "after": f"github:{after}"
            if kind.startswith("review_") and after and ":" not in after
            else after,
            "ref": f"{number}-{place}",
            "seq": place,
        }
        for place, (at, kind, actor, after) in enumerate(rows)
    ]
    frame = pd.DataFrame(facts)
    return conform(frame.assign(at=frame["at"].astype(INSTANT)), PULL_EVENTS)


def pipelines(*rows: dict[str, Any]) -> pd.DataFrame:
    """Give PIPELINES; each row says at least when it was ``created``."""
    frame = pd.DataFrame(
        [
            {"pipeline": f"github:shop/web/run/{n}", "repository": "web", "attempt": 1, "outcome": "unknown"}
            | row
            for n, row in enumerate(rows)
        ]
    )
    for name in {"created", "started", "finished", "held_from", "held_until"} & set(frame.columns):
        frame[name] = instants(frame[name])
    return conform(frame, PIPELINES)
