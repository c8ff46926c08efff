"""A log becomes a value stream: the steps in order, from what was recorded to waits with causes."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from vsm.config import Experiment, Workflow
from vsm.context import context_of, recorded_until, small_teams, with_bulk_marks
from vsm.cuts import Window, shown, tables_of
from vsm.eventlog.log import Log, QualityNote
from vsm.eventlog.participants import SmallTeams, people_of
from vsm.eventlog.pseudonymize import pseudonymize
from vsm.eventlog.units import log_with_units
from vsm.partitions import Workers
from vsm.people import People
from vsm.stream import ValueStream


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
    workers: Workers | None = None,
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
    workers
        Who makes visits, handoffs and waits, such as a cluster; by default this process.

    Raises
    ------
    TableError
        A table breaks its schema: the log was not made by ``vsm.eventlog``.

    Examples
    --------
    >>> stream_from_log(Log(), workflow=Workflow(), as_of=pd.Timestamp("2026-01-05", tz="UTC"))
    ValueStream('value stream': 0 tickets, 0 finished, 0 visits, 0 handoffs, 0 findings, as of 2026-01-05 ...)
    """
    log = with_bulk_marks(recorded_until(log, as_of, workflow=workflow), workflow=workflow)
    log = log_with_units(log, scope=workflow.scope)
    people = people_of(log, workflow=workflow)
    known = _Known(log, people, workflow, as_of, seed, dict(provenance or {}), key, experiments, workers)
    small = None if key is None else small_teams(log, people=people, workflow=workflow, as_of=as_of)
    if small:
        small.check(dict(window.words if window else ()).get("team"))
    return shown(known.stream(small), window or Window(), again=lambda _, more: known.stream(more))


@dataclass(frozen=True, slots=True)
class _Known:
    """What a stream is made from, before small teams are one and persons bear pseudonyms."""

    log: Log
    people: People
    workflow: Workflow
    as_of: pd.Timestamp
    seed: int
    provenance: dict[str, str]
    key: bytes | None
    experiments: tuple[Experiment, ...]
    workers: Workers | None

    def stream(self, small: SmallTeams | None) -> ValueStream:
        """Give the stream of all tickets, with these small teams as one and, with a key, pseudonyms."""
        log, people, workflow, experiments = self.log, self.people, self.workflow, self.experiments
        notes: list[QualityNote] = []
        provenance = self.provenance
        if small:
            notes, provenance = [*small.notes(workflow)], provenance | small.provenance()
            workflow, log, people = small.workflow(workflow), small.log(log), small.people_in(people)
        if self.key is not None:
            log, people, workflow, experiments, small, doubts = pseudonymize(
                log, people=people, workflow=workflow, experiments=experiments, small=small, key=self.key
            )
            notes += doubts
        context = context_of(
            log,
            people=people,
            workflow=workflow,
            as_of=self.as_of,
            shared=self.key is not None,
            notes=tuple(notes),
            small=small,
        )
        return ValueStream(
            **tables_of(context, self.workers), seed=self.seed, experiments=experiments, provenance=provenance
        )
