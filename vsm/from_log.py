"""A log becomes a value stream: the steps in order, from what was recorded to waits with causes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from vsm.config import Experiment, Workflow
from vsm.context import context_of, intervals_of, small_teams, small_teams_in_window, with_bulk_marks
from vsm.errors import ParameterError
from vsm.eventlog.as_of import log_as_of
from vsm.eventlog.deliveries import log_with_deliveries
from vsm.eventlog.log import Log, QualityNote
from vsm.eventlog.outcomes import log_with_outcomes
from vsm.eventlog.participants import SmallTeams, people_of
from vsm.eventlog.pseudonymize import pseudonymize
from vsm.eventlog.units import log_with_units
from vsm.measure import own_copy
from vsm.model.lifecycle import first_work_on_parts
from vsm.people import People
from vsm.stream import ValueStream
from vsm.tables import TABLES, check

BASE_TABLES: Final = (
    "tickets", "events", "visits", "handoffs", "waits", "blocks",
    "commits", "releases", "branches", "deploys", "names",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Window:
    """Which tickets are looked at; all fields empty: all of them.

    ``since``: finished for good, or found gone, at or after it, or still open. ``team``: held by this team at
    some time. ``ticket_type``: of this type. Whole lifecycles are kept; nothing is clipped to the window.
    ``until`` cuts nothing here (``as_of`` has): it says that the instant was chosen, so that people are
    counted among those who held work by then.
    """

    since: pd.Timestamp | None = None
    team: str | None = None
    ticket_type: str | None = None
    until: pd.Timestamp | None = None


def stream_from_log(
    log: Log,
    *,
    workflow: Workflow,
    as_of: pd.Timestamp,
    window: Window | None = None,
    seed: int = 0,
    provenance: Mapping[str, str] | None = None,
    key: bytes | None = None,
    experiments: tuple[Experiment, ...] = (),
) -> ValueStream:
    """Give the value stream that a log means under a workflow.

    Parameters
    ----------
    log
        Everything recorded, merged, with accounts for actors.
    workflow
        What vsm.toml says.
    as_of
        The instant that counts as now, with zone; nothing later is seen (``log_as_of``).
    window
        Which tickets to keep; all without one.
    seed
        Of the bootstrap intervals.
    experiments
        What experiments.toml says that the team tried.
    key
        Secret of the work folder: persons bear pseudonyms made with it, in free text too, and teams of too
        few people (``[privacy]``) are one. With a window people are counted within it. None: names are shown,
        and every team by its own name.

    Raises
    ------
    TableError
        A table breaks its schema: the log was not made by ``vsm.eventlog``.

    Examples
    --------
    >>> stream_from_log(Log(), workflow=Workflow(), as_of=pd.Timestamp("2026-01-05", tz="UTC"))
    ValueStream('value stream': 0 tickets, 0 finished, 0 visits, 0 handoffs, 0 findings, as of 2026-01-05 ...)
    """
    window = window or Window()
    log = log_with_deliveries(log_as_of(log, as_of), workflow=workflow)
    log = log_with_outcomes(with_bulk_marks(log, workflow=workflow), workflow=workflow)
    log = log_with_units(log, scope=workflow.scope)
    people = people_of(log, workflow=workflow)
    small = None if key is None else small_teams(log, people=people, workflow=workflow, as_of=as_of)
    while True:
        if small:
            small.check(window.team)
        whole = _whole(
            log,
            people=people,
            workflow=workflow,
            as_of=as_of,
            seed=seed,
            provenance=dict(provenance or {}),
            key=key,
            experiments=experiments,
            small=small,
        )
        if window == Window():
            source = whole
            break
        source = _in_window(whole, window)
        left_out = whole.visits[~whole.visits["ticket"].isin(set(source.tickets["ticket"]))]
        more = (
            None
            if key is None
            else small_teams_in_window(source.visits, left_out, context=whole._context, before=small)  # noqa: SLF001
        )
        if more is None:
            break
        small = more
    copies: dict[str, Any] = {name: own_copy(getattr(source, name)) for name in (*BASE_TABLES, "stages")}
    stream = replace(source, **copies)
    vars(stream)["_source"] = source  # no argument, so that replace() on a stream makes its measures anew
    return stream


def _whole(
    log: Log,
    *,
    people: People,
    workflow: Workflow,
    as_of: pd.Timestamp,
    seed: int,
    provenance: dict[str, str],
    key: bytes | None,
    experiments: tuple[Experiment, ...],
    small: SmallTeams | None,
) -> ValueStream:
    """Give the stream of all tickets, with these small teams as one and, with a key, pseudonyms."""
    notes: list[QualityNote] = []
    if small:
        notes, provenance = [*small.notes(workflow)], provenance | small.provenance()
        workflow, log = small.workflow(workflow), small.log(log)
        people = people_of(log, workflow=workflow)
    if key is not None:
        log, people, workflow, experiments, doubts = pseudonymize(
            log, people=people, workflow=workflow, experiments=experiments, key=key
        )
        notes += doubts
    context = context_of(
        log, people=people, workflow=workflow, as_of=as_of, shared=key is not None, notes=tuple(notes)
    )
    intervals = intervals_of(context)
    stream = ValueStream(
        tickets=log.tickets,
        events=context.events,
        visits=intervals.visits,
        handoffs=intervals.handoffs,
        waits=intervals.waits,
        blocks=intervals.blocks,
        commits=log.commits,
        releases=log.releases,
        branches=log.branches,
        deploys=log.deploys,
        names=log.names,
        stages=context.stages,
        clock=context.clock,
        workflow=workflow,
        as_of=as_of,
        seed=seed,
        experiments=experiments,
        provenance=provenance,
        _context=context,
        _in_parts=first_work_on_parts(intervals.visits, context.log.tickets),
    )
    for name in BASE_TABLES:
        check(getattr(stream, name), TABLES[name])
    return stream


def _in_window(stream: ValueStream, window: Window) -> ValueStream:
    """Keep the tickets that a window asks for, with whole lifecycles."""
    lifecycles = stream.lifecycles
    tickets = set(lifecycles["ticket"])
    if window.since is not None:
        end = lifecycles["finished"].fillna(lifecycles["gone"])
        tickets &= set(lifecycles.loc[~(end < window.since), "ticket"])
    if window.team is not None:
        _check_known(window.team, "team", stream.visits["team"])
        tickets &= set(stream.visits.loc[stream.visits["team"] == window.team, "ticket"])
    if window.ticket_type is not None:
        _check_known(window.ticket_type, "ticket_type", stream.tickets["type"])
        tickets &= set(stream.tickets.loc[stream.tickets["type"] == window.ticket_type, "ticket"])
    kept: dict[str, Any] = {
        name: _rows_of(getattr(stream, name), tickets)
        for name in ("tickets", "events", "visits", "handoffs", "waits", "blocks")
    }
    return replace(stream, **kept, since=window.since)


def _rows_of(frame: pd.DataFrame, tickets: set[str]) -> pd.DataFrame:
    return frame[frame["ticket"].isin(tickets)].reset_index(drop=True)


def _check_known(word: str, name: str, words: "pd.Series[Any]") -> None:
    """Refuse a team or type that no ticket has: an empty report would look like an answer."""
    known = sorted(words.dropna().unique())
    if word not in known:
        raise ParameterError(f"{name} is '{word}', which no ticket has; known: {', '.join(known) or 'none'}")
