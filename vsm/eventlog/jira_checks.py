"""Checks of Jira's changelogs: Jira truncates, migrates and imports; each trace of it becomes a note."""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, Final

import pandas as pd

from vsm.eventlog.log import Level, QualityNote
from vsm.tables import TOUCH_KINDS

CHECKS: Final = (
    "truncated changelog",
    "broken chain of statuses",
    "history ends elsewhere",
    "self transition",
    "status from or to nothing",
    "missing author",
    "moved ticket",
    "touch before creation",
    "events before creation",
    "ticket is gone",
    "amount is no number",
)
"""The checks of tickets, in the order in which their notes stand in QUALITY."""


def check_changelogs(
    changes: pd.DataFrame, lifecycles: pd.DataFrame, *, source: str
) -> Iterator[QualityNote]:
    """Note what is wrong or odd in the issues' histories.

    Checked are: completeness (``total`` against what is there), the chain of status changes, the last
    one against the current status, missing authors, moves onto itself, changes
    from or to nothing, moves between projects, and events before creation.

    Parameters
    ----------
    changes
        Recorded facts by ticket and time, as ``from_jira`` lays them out.
    lifecycles
        One row per ticket with ``key, created, start``, its ``status`` of today, how many ``histories`` are
        there, and of how many in ``total`` (0: unknown).
    """
    moves = changes[changes["kind"] == "status"]
    for life in _records(lifecycles, lifecycles["total"] > lifecycles["histories"]):
        there = f"{life['histories']} of {life['total']} histories are there"
        detail = f"{life['key']}: {there}; fetch the whole changelog"
        yield QualityNote("truncated changelog", "fault", detail, source, life["ticket"])
    yield from _broken_chains(moves, source)
    last = moves.drop_duplicates("ticket", keep="last").set_index("ticket")["after"]
    ended = lifecycles["ticket"].map(last)
    elsewhere = lifecycles["ticket"].isin(last.index) & ~(ended == lifecycles["status"])
    for life in _records(lifecycles, elsewhere):
        led = f"its last change led to {last[life['ticket']]}"
        detail = f"{life['key']} is in {life['status']} now, but {led}; pull it again"
        yield QualityNote("history ends elsewhere", "fault", detail, source, life["ticket"])
    yield from _odd_rows(changes, moves, source)
    yield from _early_touches(changes, lifecycles, source)
    for life in _records(lifecycles, lifecycles["start"] < lifecycles["created"]):
        detail = f"{life['key']}: its first event is of {life['start']:%Y-%m-%d}; its life starts there"
        yield QualityNote("events before creation", "warning", detail, source, life["ticket"])


def _records(rows: pd.DataFrame, which: pd.Series) -> list[dict[Hashable, Any]]:
    """Give these rows as mappings; of none at once, which is the rule here and takes pandas long."""
    return rows[which].to_dict("records") if which.any() else []


def check_categories(
    categories: Mapping[str, Mapping[str, int]], names: pd.DataFrame, *, source: str
) -> Iterator[QualityNote]:
    """Note statuses of which issues say different categories; what NAMES holds counts.

    ``categories`` are, by status, how many issues say which.
    """
    several = {status: said for status, said in categories.items() if len(said) > 1}
    known = {row["id"]: row for row in _records(names, names["id"].isin(several))} if several else {}
    for status, said in sorted(several.items()):
        counts = sorted(said.items(), key=lambda pair: (-pair[1], pair[0]))
        each = ", ".join(f"{issues} say {category}" for category, issues in counts)
        detail = (
            f"status '{known[status]['name']}' ({status}): of its issues {each}, since its category "
            f"was changed; the latest word counts, {known[status]['category']}"
        )
        yield QualityNote("status category changed", "warning", detail, source, None, status)


def check_gone(ends: pd.DataFrame, lifecycles: pd.DataFrame, *, source: str) -> Iterator[QualityNote]:
    """Note tickets that are not there any more; where they were not done, their lifecycles end unfinished.

    ``ends`` are the ``delete`` rows, as ``from_jira`` lays them out.
    """
    if ends.empty:
        return
    keys = lifecycles.set_index("ticket")["key"]
    for end in ends.to_dict("records"):
        detail = (
            f"{keys[end['ticket']]}: {end['after']}, noticed on {end['at']:%Y-%m-%d}; if it was not done, "
            "its life ends there for us, unfinished"
        )
        yield QualityNote("ticket is gone", "note", detail, source, end["ticket"], end["ref"])


def _broken_chains(moves: pd.DataFrame, source: str) -> Iterator[QualityNote]:
    last = moves.groupby("ticket")["after"].shift()
    broken = last.notna() & moves["before"].notna() & (last != moves["before"])
    for move in _records(moves.assign(last=last), broken):
        detail = (
            f"left {move['before']} on {move['at']:%Y-%m-%d}, though {move['last']} was entered before it"
        )
        yield QualityNote("broken chain of statuses", "warning", detail, source, move["ticket"], move["ref"])


def _odd_rows(changes: pd.DataFrame, moves: pd.DataFrame, source: str) -> Iterator[QualityNote]:
    half = moves["before"].isna() | moves["after"].isna()
    onto_itself = moves["before"] == moves["after"]
    checks: tuple[tuple[pd.DataFrame, pd.Series, str, Level, str], ...] = (
        (moves, onto_itself, "self transition", "note", "changes nothing"),
        (moves, half, "status from or to nothing", "warning", "taken as it stands"),
        (changes, changes["actor"].isna(), "missing author", "note", "nobody is named"),
        (changes, changes["kind"] == "move", "moved ticket", "note", "keeps its id"),
    )
    for rows, odd, check, level, effect in checks:
        for row in _records(rows, odd):
            detail = f"{row['kind']} {row['before']} → {row['after']}: {effect}"
            yield QualityNote(check, level, detail, source, row["ticket"], row["ref"])


def _early_touches(changes: pd.DataFrame, lifecycles: pd.DataFrame, source: str) -> Iterator[QualityNote]:
    touches = changes[changes["kind"].isin(TOUCH_KINDS)]
    if touches.empty:
        return
    start = touches["ticket"].map(lifecycles.set_index("ticket")["start"])
    for touch in _records(touches, touches["at"] < start):
        detail = (
            f"{touch['kind']} of {touch['at']:%Y-%m-%d}, before the ticket was there: no evidence of work"
        )
        yield QualityNote("touch before creation", "note", detail, source, touch["ticket"], touch["ref"])
