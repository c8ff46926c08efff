"""Checks of records: dates that nobody can know yet, and which notes concern the tickets in view."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pandas as pd

from vsm.eventlog.log import Level, Log, QualityNote, quality_from_notes
from vsm.tables import QUALITY, conform

CLOCKS: Final = pd.Timedelta(hours=1)
"""A server's clock may be ahead of ours by so much; what is later than that was recorded wrongly."""


_LATER: Final = "are dated later than the latest pull, {}, and are not seen"


def quality_of_tickets(log: Log, tickets: set[str]) -> pd.DataFrame:
    """Which doubts remain when only these tickets are looked at? Those about other tickets go."""
    others = set(log.tickets["ticket"]) - tickets
    return log.quality[~log.quality["ticket"].isin(others)].reset_index(drop=True)


def with_doubts(log: Log, doubts: pd.DataFrame) -> Log:
    """How does a log look with these rows added to its QUALITY? The log given stays as it is."""
    rows = pd.concat([log.quality.astype("str"), doubts.astype("str")], ignore_index=True)
    return replace(log, quality=conform(rows, QUALITY))


def check_future(log: Log, *, known: pd.Timestamp) -> pd.DataFrame:
    """What is dated later than anybody can know? QUALITY rows, one for each source.

    Parameters
    ----------
    log
        Everything recorded.
    known
        The instant of the latest pull.

    Returns
    -------
    DataFrame
        A fault for a tracker, a warning where all of it is of the first hour after the pull (the server's
        clock is ahead) or of Git: a commit bears the clock of its author's machine, and cannot be mended.
    """
    return quality_from_notes([*_later_events(log, known), *_later_commits(log, known)])


def _later_events(log: Log, known: pd.Timestamp) -> Iterator[QualityNote]:
    events = log.events[log.events["at"] > known].astype({"source": "str", "ticket": "str"}).sort_values("at")
    keys = dict(zip(log.tickets["ticket"], log.tickets["key"], strict=True))
    for source, rows in events[~events["source"].str.startswith("git:")].groupby("source"):
        last = rows.to_dict("records")[-1]
        example = f"a {last['kind']} on {keys.get(last['ticket'], last['ticket'])} of {_minute(last['at'])}"
        detail = f"{len(rows)} event(s) {_LATER.format(_minute(known))}, such as {example}; "
        level: Level = "fault" if last["at"] > known + CLOCKS else "warning"
        what_next = "mend them in the tracker, or the clock of this machine, and pull again"
        yield QualityNote("events in the future", level, detail + what_next, str(source))


def _later_commits(log: Log, known: pd.Timestamp) -> Iterator[QualityNote]:
    latest = log.commits[["authored", "committed"]].max(axis=1)
    commits = log.commits.assign(latest=latest)[latest > known].astype({"repository": "str"})
    for repository, rows in commits.sort_values("latest").groupby("repository"):
        last = rows.to_dict("records")[-1]
        example = f"{last['commit'][:12]} of {_minute(last['latest'])}"
        detail = (
            f"{len(rows)} commit(s) {_LATER.format(_minute(known))}, such as {example}; a clock was wrong"
        )
        yield QualityNote("events in the future", "warning", detail, f"git:{repository}")


def _minute(at: pd.Timestamp) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
