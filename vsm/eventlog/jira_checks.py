"""Checks of Jira's changelogs: Jira truncates, migrates and imports; each trace of it becomes a note."""

from collections import Counter
from collections.abc import Iterator, Sequence

import pandas as pd

from vsm.bodies import Issue
from vsm.eventlog.jira_items import CATEGORIES, status_id
from vsm.eventlog.log import Level, QualityNote
from vsm.tables import TOUCH_KINDS


def check_changelogs(
    bodies: Sequence[Issue], changes: pd.DataFrame, lifecycles: pd.DataFrame, *, source: str
) -> Iterator[QualityNote]:
    """Note what is wrong or odd in these issues' histories.

    Checked are: completeness (``total`` against what is there), the chain of status changes, the last
    one against the current status, missing authors, moves onto itself, changes
    from or to nothing, moves between projects, and events before creation.

    Parameters
    ----------
    changes
        Recorded facts by ticket and time, as ``from_jira`` lays them out.
    lifecycles
        One row per ticket with ``key, created, start``.
    """
    moves = changes[changes["kind"] == "status"]
    for body in bodies:
        there = len(body["changelog"]["histories"])
        total = body["changelog"].get("total") or there
        if total > there:
            detail = f"{body['key']}: {there} of {total} histories are there; fetch the whole changelog"
            yield QualityNote("truncated changelog", "fault", detail, source, f"{source}:{body['id']}")
    yield from _broken_chains(moves, source)
    last = moves.drop_duplicates("ticket", keep="last").set_index("ticket")["after"].to_dict()
    for body in bodies:
        ticket, now = f"{source}:{body['id']}", status_id(body, source=source)
        if last.get(ticket, now) != now:
            detail = (
                f"{body['key']} is in {now} now, but its last change led to {last[ticket]}; pull it again"
            )
            yield QualityNote("history ends elsewhere", "fault", detail, source, ticket)
    yield from _odd_rows(changes, moves, source)
    yield from _early_touches(changes, lifecycles, source)
    for life in lifecycles[lifecycles["start"] < lifecycles["created"]].to_dict("records"):
        detail = f"{life['key']}: its first event is of {life['start']:%Y-%m-%d}; its life starts there"
        yield QualityNote("events before creation", "warning", detail, source, life["ticket"])


def check_categories(bodies: Sequence[Issue], names: pd.DataFrame, *, source: str) -> Iterator[QualityNote]:
    """Note statuses of which issues say different categories; what NAMES holds counts."""
    said: dict[str, Counter[str]] = {}
    for body in bodies:
        word = (body["fields"]["status"].get("statusCategory") or {}).get("key")
        if word in CATEGORIES:
            said.setdefault(status_id(body, source=source), Counter())[CATEGORIES[word]] += 1
    known = {row["id"]: row for row in names.to_dict("records")}
    for status, counts in said.items():
        if len(counts) > 1:
            each = ", ".join(f"{count} say {kind}" for kind, count in counts.most_common())
            detail = (
                f"status '{known[status]['name']}' ({status}): of its issues {each}, since its category "
                f"was changed; the latest word counts, {known[status]['category']}"
            )
            yield QualityNote("status category changed", "warning", detail, source, None, status)


def check_gone(ends: pd.DataFrame, lifecycles: pd.DataFrame, *, source: str) -> Iterator[QualityNote]:
    """Note tickets that are not there any more; where they were not done, their lifecycles end unfinished.

    ``ends`` are the ``delete`` rows, as ``from_jira`` lays them out.
    """
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
    for move in moves.assign(last=last)[broken].to_dict("records"):
        detail = (
            f"left {move['before']} on {move['at']:%Y-%m-%d}, though {move['last']} was entered before it"
        )
        yield QualityNote("broken chain of statuses", "warning", detail, source, move["ticket"], move["ref"])


def _odd_rows(changes: pd.DataFrame, moves: pd.DataFrame, source: str) -> Iterator[QualityNote]:
    half = moves["before"].isna() | moves["after"].isna()
    onto_itself = moves["before"] == moves["after"]
    checks: tuple[tuple[pd.DataFrame, str, Level, str], ...] = (
        (moves[onto_itself], "self transition", "note", "changes nothing"),
        (moves[half], "status from or to nothing", "warning", "taken as it stands"),
        (changes[changes["actor"].isna()], "missing author", "note", "nobody is named"),
        (changes[changes["kind"] == "move"], "moved ticket", "note", "keeps its id"),
    )
    for rows, check, level, effect in checks:
        for row in rows.to_dict("records"):
            detail = f"{row['kind']} {row['before']} → {row['after']}: {effect}"
            yield QualityNote(check, level, detail, source, row["ticket"], row["ref"])


def _early_touches(changes: pd.DataFrame, lifecycles: pd.DataFrame, source: str) -> Iterator[QualityNote]:
    start = changes["ticket"].map(lifecycles.set_index("ticket")["start"])
    early = changes[changes["kind"].isin(TOUCH_KINDS) & (changes["at"] < start)]
    for touch in early.to_dict("records"):
        detail = (
            f"{touch['kind']} of {touch['at']:%Y-%m-%d}, before the ticket was there: no evidence of work"
        )
        yield QualityNote("touch before creation", "note", detail, source, touch["ticket"], touch["ref"])
