"""Milestones (optional branch): which stage Git's commits show a ticket to be in, commit by commit.

The walk goes through all instants at which anything may change. It gives a log with moves into ``git:…``
statuses, from which ``list_visits`` then makes visits.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vsm.definitions.states import MILESTONES, Event, assigned_person
from vsm.definitions.visits import DONE, StageFacts

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Commit:
    hash: str
    author: str | None
    written: datetime
    merged_at: datetime | None
    released: datetime | None
    replaced: bool


def with_milestones(
    events: Iterable[Event],
    commits: Iterable[Row],
    *,
    stage_of: Mapping[str, StageFacts],
    within: Mapping[str, Collection[str]],
    as_of: datetime,
) -> list[Event]:
    """Give the log with the moves that Git shows.

    Parameters
    ----------
    commits
        Rows of COMMITS.
    stage_of
        Status id → its stage, also of the ``git:…`` statuses.
    within
        Milestone → the stages that it splits.
    """
    rows = sorted(events, key=lambda e: (e.ticket, e.at, e.seq, e.source, e.ref))
    facts = {(c["repository"], c["commit"]): c for c in commits}
    added: list[Event] = []
    for ticket in sorted({row.ticket for row in rows}):
        life = [row for row in rows if row.ticket == ticket and row.at <= as_of]
        commits_of_ticket = _commits(life, facts, as_of)
        if commits_of_ticket and any(row.kind == "created" for row in life):
            added += _moves(life, commits_of_ticket, stage_of, within)
    return rows + added


def _commits(life: list[Event], facts: Mapping[tuple[str, str], Row], as_of: datetime) -> list[_Commit]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in life:
        repository = row.source.removeprefix("git:")
        key = (repository, row.ref)
        if row.kind != "commit" or not row.source.startswith("git:") or key not in facts or key in found:
            continue
        merged_at, released = (
            at if at is not None and at <= as_of else None
            for at in (facts[key]["merged_at"], facts[key]["released"])
        )
        if released is not None and (merged_at is None or merged_at > released):
            merged_at = released
        if merged_at is not None and merged_at < row.at:
            merged_at = row.at
        if released is not None and merged_at is not None and released < merged_at:
            released = merged_at
        found[key] = {"author": row.actor, "written": row.at, "merged_at": merged_at, "released": released}
    commits = []
    for (repository, name), commit in found.items():
        later = [
            other["merged_at"]
            for (same, _), other in found.items()
            if same == repository
            and other["merged_at"] is not None
            and other["merged_at"] >= commit["written"]
        ]
        replaced = commit["merged_at"] is None and bool(later)
        merged_at = min(later) if replaced else commit["merged_at"]
        commits.append(_Commit(hash=name, replaced=replaced, **(commit | {"merged_at": merged_at})))
    return sorted(commits, key=lambda c: (c.written, c.hash))


def _moves(
    life: list[Event],
    commits: list[_Commit],
    stage_of: Mapping[str, StageFacts],
    within: Mapping[str, Collection[str]],
) -> list[Event]:
    """Go through every instant at which anything may change."""
    created = next(row.at for row in life if row.kind == "created")
    statuses = {max(row.at, created): row for row in life if row.kind == "status" and row.before != row.after}
    split = {name for names in within.values() for name in names}
    steps = [at for c in commits for at in (c.written, c.merged_at, c.released) if at is not None]
    instants = sorted({at for at in steps if at >= created} | {max(row.at, created) for row in life})
    added: list[Event] = []
    shown_before: str | None = None
    for at in instants:
        past = [t for t in sorted(statuses) if t <= at]
        if not past:
            continue
        stage = stage_of[str(statuses[past[-1]].after)]
        entered = past[-1]
        for t in reversed(past):
            if stage_of[str(statuses[t].after)].name != stage.name:
                break
            entered = t
        spell_end = next(
            (t for t in sorted(statuses) if t > at and not _splits(stage_of[str(statuses[t].after)], split)),
            None,
        )
        phase = _phase(at, commits, stage, split, spell_end, within.get("landing", ()))
        shown = phase if phase and stage.name in within.get(phase, ()) else None
        if shown != shown_before or (shown and at in statuses):
            free = assigned_person(life, stage.holder_field, at) is None
            actor = _actor(at, shown, commits, statuses, entered, free=free)
            after = f"git:{shown}" if shown else str(statuses[past[-1]].after)
            bulk = at in statuses and statuses[at].bulk
            added.append(
                Event(
                    ticket=life[0].ticket,
                    at=at,
                    kind="status",
                    before=None,
                    after=after,
                    actor=actor,
                    source=MILESTONES,
                    ref=f"{len(added):04}",
                    seq=1000,  # after everything else at this instant
                    bulk=bulk,
                )
            )
        shown_before = shown
    return added


def _splits(stage: StageFacts, split: Collection[str]) -> bool:
    return stage.name in split and stage.kind != DONE


def _phase(  # noqa: PLR0911 - one rule, one return
    at: datetime,
    commits: list[_Commit],
    stage: StageFacts,
    split: Collection[str],
    spell_end: datetime | None,
    to_land: Collection[str],
) -> str | None:
    written = [c for c in commits if c.written <= at]
    pending = [c for c in written if c.merged_at is None or c.merged_at > at]
    waiting = [
        c for c in written if c not in pending and not c.replaced and (c.released is None or c.released > at)
    ]
    if stage.kind == DONE:
        if pending and stage.name in to_land:
            return "landing"
        return "releasing" if waiting else None
    ahead = [c.written for c in commits if c.written > at and (spell_end is None or c.written < spell_end)]
    further = min(ahead) if ahead and _splits(stage, split) else None
    if pending:
        known = all(c.merged_at is not None for c in written)
        lands = max((c.merged_at for c in written if c.merged_at is not None), default=None)
        if further is not None:
            return "coding" if not known or lands is None or further < lands else "landing"
        return "coding" if not known and spell_end is None else "landing"
    if waiting:
        real = [c for c in written if not c.replaced]
        out = max(c.released for c in real if c.released) if all(c.released for c in real) else None
        if further is not None and (out is None or further < out):
            return "coding"
        return "releasing"
    return None


def _actor(
    at: datetime,
    shown: str | None,
    commits: list[_Commit],
    statuses: Mapping[datetime, Event],
    entered: datetime,
    *,
    free: bool,
) -> str | None:
    if shown == "coding" and (free or any(c.written == at for c in commits)):
        return _first_author(at, commits)
    if entered == at or (free and shown is None):
        return statuses[entered].actor
    return None


def _first_author(at: datetime, commits: list[_Commit]) -> str | None:
    """Find the last instant by ``at`` at which one was written while none before it was pending."""
    for start in sorted({c.written for c in commits if c.written <= at}, reverse=True):
        earlier = [c for c in commits if c.written < start]
        if all(c.merged_at is not None and c.merged_at < start for c in earlier):
            known = [c.author for c in commits if c.written == start and c.author is not None]
            if known:
                return known[0]
    return None
