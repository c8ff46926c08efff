"""Every check of the data in one list: what should be known before any number is believed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import pandas as pd

from vsm.clock import Clock
from vsm.config import Workflow
from vsm.eventlog.bulk import doubts_about_bulk
from vsm.eventlog.link import doubts_about_links, strange_keys
from vsm.eventlog.log import Log
from vsm.eventlog.milestones import doubts_about_milestones
from vsm.eventlog.quality import Doubt, quality_from_doubts
from vsm.eventlog.stages import doubts_about_stages
from vsm.model.alignment import doubts_about_alignment
from vsm.people import People
from vsm.quality.blocking import doubts_about_blocks
from vsm.quality.calendars import doubts_about_calendars
from vsm.quality.causes import doubts_about_causes, doubts_about_skipping
from vsm.quality.deliveries import doubts_about_deliveries
from vsm.quality.participants import doubts_about_people
from vsm.quality.records import quality_of_tickets
from vsm.tables import QUALITY, conform


@dataclass(frozen=True, slots=True)
class CheckedData:
    """What checks look at: the whole log, what it is read by, and the tables of the tickets in view."""

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
    notes: tuple[Doubt, ...] = ()

    @property
    def finished(self) -> "pd.Series[pd.Timestamp]":
        """When each ticket was finished for good, by ticket."""
        finished: pd.Series[pd.Timestamp] = self.lifecycles.set_index("ticket")["finished"]
        return finished

    @property
    def minimum(self) -> int:
        """Under how many tickets it is too few to say."""
        return self.workflow.rules.minimum


Check = Callable[[CheckedData], pd.DataFrame | Iterable[Doubt]]


def _bulk(data: CheckedData) -> pd.DataFrame:
    names = dict(zip(data.stages["status"], data.stages["name"], strict=True))
    return doubts_about_bulk(data.events, names=names, minutes=data.workflow.rules.bulk_minutes)


def _links(data: CheckedData) -> pd.DataFrame:
    return doubts_about_links(
        data.tickets,
        data.log.commits,
        data.events,
        finished=set(data.finished.dropna().index),
        strange=strange_keys(data.log.quality, tickets=data.log.tickets),
    )


def _no_tickets(data: CheckedData) -> list[Doubt]:
    detail = "nothing to see yet: no source has told of any ticket"
    return [Doubt("no tickets", "warning", detail)] if data.log.tickets.empty else []


CHECKS: Final[tuple[Check, ...]] = (
    lambda data: quality_of_tickets(data.log, set(data.tickets["ticket"])),
    _bulk,
    lambda data: doubts_about_stages(
        data.stages, names=data.log.names, events=data.events, workflow=data.workflow
    ),
    _links,
    lambda data: doubts_about_alignment(data.log.tickets, workflow=data.workflow),
    lambda data: doubts_about_milestones(data.events, data.log.commits, workflow=data.workflow),
    lambda data: data.notes,
    lambda data: doubts_about_people(data.people),
    lambda data: doubts_about_deliveries(data.log, workflow=data.workflow),
    lambda data: doubts_about_calendars(
        data.people.of_humans(data.events),
        clock=data.clock,
        workflow=data.workflow,
        teams=data.people.teams,
    ),
    lambda data: doubts_about_causes(
        data.waits, data.visits, data.lifecycles, data.events, minimum=data.minimum
    ),
    lambda data: doubts_about_skipping(
        data.visits, data.lifecycles, stages=data.stages, minimum=data.minimum
    ),
    lambda data: doubts_about_blocks(
        data.blocks,
        data.events,
        data.tickets,
        finished=data.finished,
        links=data.workflow.blocking.links,
    ),
    _no_tickets,
)


def quality_table(data: CheckedData) -> pd.DataFrame:
    """Run every check; QUALITY, in the order of the list."""
    found = [check(data) for check in CHECKS]
    parts = [part if isinstance(part, pd.DataFrame) else quality_from_doubts(part) for part in found]
    return conform(pd.concat([part.astype("str") for part in parts], ignore_index=True), QUALITY)
