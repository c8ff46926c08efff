"""Can these changelogs be trusted? Jira truncates, migrates and imports; each trace of it is told."""

from collections.abc import Iterable, Iterator
from typing import Final

import pandas as pd

from vsm.eventlog.jira_items import Json, status_id
from vsm.eventlog.quality import Level, QualityNote
from vsm.tables import TOUCH_KINDS

NOTHING: Final = (
    pd.DataFrame(columns=["ticket", "at", "kind", "before", "after", "actor", "ref"], dtype="str"),
    pd.DataFrame(columns=["ticket", "key", "created", "start"], dtype="str"),
)
"""No changes and no lives."""


def check_changelogs(
    bodies: Iterable[Json], changes: pd.DataFrame, lives: pd.DataFrame, *, source: str
) -> Iterator[QualityNote]:
    """What is wrong or odd in these issues' histories?

    Checked are: completeness (``total`` against what is there), the chain of status changes, the last
    one against the current status, unreadable instants, missing authors, moves onto itself, changes
    from or to nothing, moves between projects, and events before creation.

    Parameters
    ----------
    bodies
        The issue bodies.
    changes
        Their recorded facts by ticket and time, as ``from_jira`` lays them out.
    lives
        One row per ticket with ``key, created, start``.

    Examples
    --------
    >>> list(check_changelogs([], *NOTHING, source="jira"))
    []
    """
    known = list(bodies)
    moves = changes[changes["kind"] == "status"]
    yield from _incomplete(known, source)
    yield from _broken_chains(moves, source)
    yield from _other_end(known, moves, source)
    yield from _odd_rows(changes, moves, source)
    yield from _early_touches(changes, lives, source)
    early = lives[lives["start"] < lives["created"]]
    for life in early.to_dict("records"):
        detail = f"{life['key']}: its first event is of {life['start']:%Y-%m-%d}; its life starts there"
        yield QualityNote("events before creation", "warning", detail, source, life["ticket"])


def check_gone(ends: pd.DataFrame, lives: pd.DataFrame, *, source: str) -> Iterator[QualityNote]:
    """Which tickets are there no more? Where they were not done, their lives end there for us.

    Parameters
    ----------
    ends
        The ``delete`` rows, as ``from_jira`` lays them out.
    lives
        One row per ticket with ``key``.

    Examples
    --------
    >>> list(check_gone(*NOTHING, source="jira"))
    []
    """
    keys = lives.set_index("ticket")["key"]
    for end in ends.to_dict("records"):
        detail = (
            f"{keys[end['ticket']]}: {end['after']}, noticed on {end['at']:%Y-%m-%d}; if it was not done, "
            "its life ends there for us, unfinished"
        )
        yield QualityNote("ticket is gone", "note", detail, source, end["ticket"], end["ref"])


def _incomplete(bodies: Iterable[Json], source: str) -> Iterator[QualityNote]:
    for body in bodies:
        log = body["changelog"]
        there = len(log.get("histories") or ())
        if int(log.get("total") or there) > there:
            detail = (
                f"{body['key']}: {there} of {log['total']} histories are there; fetch the whole changelog"
            )
            yield QualityNote("truncated changelog", "fault", detail, source, f"{source}:{body['id']}")


def _broken_chains(moves: pd.DataFrame, source: str) -> Iterator[QualityNote]:
    last = moves.groupby("ticket")["after"].shift()
    broken = last.notna() & moves["before"].notna() & (last != moves["before"])
    for move in moves.assign(last=last)[broken].to_dict("records"):
        detail = (
            f"left {move['before']} on {move['at']:%Y-%m-%d}, though {move['last']} was entered before it"
        )
        yield QualityNote("broken chain of statuses", "warning", detail, source, move["ticket"], move["ref"])


def _other_end(bodies: Iterable[Json], moves: pd.DataFrame, source: str) -> Iterator[QualityNote]:
    ends = moves.drop_duplicates("ticket", keep="last").set_index("ticket")["after"].to_dict()
    for body in bodies:
        ticket, now = f"{source}:{body['id']}", status_id(body, source=source)
        if ends.get(ticket, now) != now:
            detail = (
                f"{body['key']} is in {now} now, but its last change led to {ends[ticket]}; pull it again"
            )
            yield QualityNote("history ends elsewhere", "fault", detail, source, ticket)


def _odd_rows(changes: pd.DataFrame, moves: pd.DataFrame, source: str) -> Iterator[QualityNote]:
    half = moves["before"].isna() | moves["after"].isna()
    yield from _each(
        changes[changes["at"].isna()], "unreadable instant", "fault", "left out of the log", source
    )
    yield from _each(
        moves[moves["before"] == moves["after"]], "self transition", "note", "changes nothing", source
    )
    yield from _each(moves[half], "status from or to nothing", "warning", "taken as it stands", source)
    yield from _each(changes[changes["actor"].isna()], "missing author", "note", "nobody is named", source)
    yield from _each(changes[changes["kind"] == "move"], "moved ticket", "note", "keeps its id", source)


def _early_touches(changes: pd.DataFrame, lives: pd.DataFrame, source: str) -> Iterator[QualityNote]:
    start = changes["ticket"].map(lives.set_index("ticket")["start"])
    early = changes[changes["kind"].isin(TOUCH_KINDS) & (changes["at"] < start)]
    for touch in early.to_dict("records"):
        detail = (
            f"{touch['kind']} of {touch['at']:%Y-%m-%d}, before the ticket was there: no evidence of work"
        )
        yield QualityNote("touch before creation", "note", detail, source, touch["ticket"], touch["ref"])


def _each(rows: pd.DataFrame, check: str, level: Level, effect: str, source: str) -> Iterator[QualityNote]:
    for row in rows.to_dict("records"):
        change = f"{row['kind']} {row['before']} → {row['after']}"
        yield QualityNote(check, level, f"{change}: {effect}", source, row["ticket"], row["ref"])
