"""Every check of the data in one list: what should be known before any number is believed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from vsm.clock import Clock
from vsm.config import Workflow
from vsm.eventlog.log import Log, QualityNote, quality_from_notes
from vsm.people import People
from vsm.quality.assumed import check_assumed
from vsm.quality.blocking import check_blocks
from vsm.quality.causes import check_causes, check_skipping
from vsm.quality.deliveries import check_deliveries
from vsm.quality.outcomes import check_outcomes
from vsm.quality.people import check_assignees, check_calendars, check_holder_fields, check_people
from vsm.quality.records import check_links, quality_of_tickets, unknown_keys
from vsm.quality.tracker import (
    check_alignment,
    check_bulk,
    check_done,
    check_edits,
    check_milestones,
    check_reviews,
    check_sprints,
    check_stages,
)
from vsm.quality.units import check_units
from vsm.tables import QUALITY, conform, empty


@dataclass(frozen=True, slots=True)
class CheckedData:
    """What checks read: the whole log, what it is read by, and the tables of the tickets in view.

    ``shares`` are ``stage_shares``, None where no kind is assumed: their intervals take time in a large
    stream. ``claims`` say what the findings that rest on each stage are about.
    """

    log: Log
    workflow: Workflow
    people: People
    stages: pd.DataFrame
    clock: Clock
    tickets: pd.DataFrame
    events: pd.DataFrame
    visits: pd.DataFrame
    waits: pd.DataFrame
    blocks: pd.DataFrame
    lifecycles: pd.DataFrame
    shares: pd.DataFrame | None
    claims: Mapping[str, Sequence[str]]
    notes: tuple[QualityNote, ...] = ()

    @property
    def finished(self) -> "pd.Series[pd.Timestamp]":
        """When each ticket was finished for good, by ticket."""
        finished: pd.Series[pd.Timestamp] = self.lifecycles.set_index("ticket")["finished"]
        return finished

    @property
    def minimum(self) -> int:
        """Fewest tickets about which anything is said."""
        return self.workflow.rules.minimum


Check = Callable[[CheckedData], pd.DataFrame | Iterable[QualityNote]]


def _bulk(data: CheckedData) -> pd.DataFrame:
    names = dict(zip(data.stages["status"], data.stages["name"], strict=True))
    return check_bulk(data.events, names=names, minutes=data.workflow.rules.bulk_minutes)


def _assumed(data: CheckedData) -> Iterable[QualityNote]:
    if data.shares is None:
        return ()
    return check_assumed(
        data.stages,
        shares=data.shares,
        lifecycles=data.lifecycles,
        visits=data.visits,
        claims=data.claims,
        minimum=data.minimum,
    )


def _links(data: CheckedData) -> pd.DataFrame:
    return check_links(
        data.tickets,
        data.log.commits,
        data.events,
        finished=set(data.finished.dropna().index),
        unknown=unknown_keys(data.log.quality, tickets=data.log.tickets),
    )


def _no_tickets(data: CheckedData) -> list[QualityNote]:
    note = QualityNote("no tickets", "warning", "nothing to show: no source has any ticket")
    return [note] if data.log.tickets.empty else []


CHECKS: Final[tuple[Check, ...]] = (
    lambda data: quality_of_tickets(data.log, set(data.tickets["ticket"])),
    _bulk,
    lambda data: check_edits(data.events, stages=data.stages),
    lambda data: check_stages(data.stages, names=data.log.names, events=data.events, workflow=data.workflow),
    lambda data: check_done(data.stages, workflow=data.workflow, tickets=len(data.tickets)),
    _assumed,
    lambda data: check_outcomes(
        data.lifecycles, events=data.events, stages=data.stages, settings=data.workflow.outcome
    ),
    lambda data: check_units(
        data.tickets, data.lifecycles, everything=data.log.tickets, scope=data.workflow.scope
    ),
    _links,
    lambda data: check_alignment(data.log.tickets, workflow=data.workflow),
    lambda data: check_milestones(data.events, data.log.commits, workflow=data.workflow),
    lambda data: check_reviews(data.events, data.log.pulls, workflow=data.workflow),
    lambda data: check_sprints(data.events, data.log.names),
    lambda data: data.notes,
    lambda data: check_people(data.people),
    lambda data: check_assignees(data.visits, data.events, stages=data.stages, minimum=data.minimum),
    lambda data: check_holder_fields(data.events, data.visits, workflow=data.workflow),
    lambda data: check_deliveries(data.log, workflow=data.workflow),
    lambda data: check_calendars(
        data.people.of_humans(data.events),
        clock=data.clock,
        workflow=data.workflow,
        teams=data.people.teams,
    ),
    lambda data: check_causes(data.waits, data.visits, data.lifecycles, data.events, minimum=data.minimum),
    lambda data: check_skipping(data.visits, data.lifecycles, stages=data.stages, minimum=data.minimum),
    lambda data: check_blocks(
        data.blocks,
        data.events,
        data.tickets,
        finished=data.finished,
        links=data.workflow.blocking.links,
        stages=data.stages,
    ),
    _no_tickets,
)


def quality_table(data: CheckedData) -> pd.DataFrame:
    """Run every check; QUALITY, in the order of the list."""
    found = [check(data) for check in CHECKS]
    parts = [part if isinstance(part, pd.DataFrame) else quality_from_notes(part) for part in found]
    full = [part for part in parts if len(part)] or [empty(QUALITY)]
    return conform(pd.concat([part.astype("str") for part in full], ignore_index=True), QUALITY)
