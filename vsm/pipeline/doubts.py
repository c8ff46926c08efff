"""What should be known before any number is believed? Every doubt of the stream, in one table."""

from collections.abc import Iterable, Mapping

import pandas as pd

from vsm.clock import Clock
from vsm.eventlog.bulk import doubts_about_bulk
from vsm.eventlog.link import doubts_about_links, strange_keys
from vsm.eventlog.log import Log
from vsm.eventlog.milestones import doubts_about_milestones
from vsm.eventlog.quality import Doubt, quality_from_doubts
from vsm.eventlog.stages import doubts_about_stages
from vsm.model.alignment import doubts_about_alignment
from vsm.model.blocking_doubts import doubts_about_blocks
from vsm.model.trust import doubts_about_causes, doubts_about_skipping
from vsm.people import People
from vsm.pipeline.clocks import doubts_about_calendars
from vsm.pipeline.horizon import quality_of_tickets
from vsm.pipeline.landed import doubts_about_deliveries
from vsm.pipeline.persons import doubts_about_people
from vsm.pipeline.waiting import Setting
from vsm.tables import QUALITY, conform


def quality_of(
    log: Log,
    tables: Mapping[str, pd.DataFrame],
    lives: pd.DataFrame,
    *,
    setting: Setting,
    people: People,
    clock: Clock,
    further: Iterable[Doubt] = (),
) -> pd.DataFrame:
    """What is doubtful about what is in view: of the sources, and of their meeting with the workflow?

    Parameters
    ----------
    log
        Everything recorded.
    tables, lives
        TICKETS, EVENTS, VISITS, WAITS and BLOCKS in view, and as ``lives_from_visits`` gives them.
    further
        What is doubtful besides.

    Returns
    -------
    DataFrame
        QUALITY.
    """
    tickets, events, workflow, stages = tables["tickets"], tables["events"], setting.workflow, setting.stages
    names = dict(zip(stages["status"], stages["name"], strict=True))
    finished = lives.set_index("ticket")["finished"]
    links = workflow.blocking.links
    doubts = [
        *further,
        *doubts_about_people(people),
        *doubts_about_deliveries(log, workflow=workflow),
        *doubts_about_calendars(people.of_humans(events), clock=clock, workflow=workflow, teams=people.teams),
        *doubts_about_causes(
            tables["waits"], tables["visits"], lives, events, minimum=workflow.rules.minimum
        ),
        *doubts_about_skipping(tables["visits"], lives, stages=stages, minimum=workflow.rules.minimum),
        *doubts_about_blocks(tables["blocks"], events, tickets, finished=finished, links=links),
    ]
    if log.tickets.empty:
        doubts.append(Doubt("no tickets", "warning", "nothing to see yet: no source has told of any ticket"))
    strange = strange_keys(log.quality, tickets=log.tickets)
    parts = [
        quality_of_tickets(log, set(tickets["ticket"])),
        doubts_about_bulk(events, names=names, minutes=workflow.rules.bulk_minutes),
        doubts_about_stages(stages, names=log.names, events=events, workflow=workflow),
        doubts_about_links(
            tickets, log.commits, events, finished=set(finished.dropna().index), strange=strange
        ),
        doubts_about_alignment(log.tickets, workflow=workflow),
        doubts_about_milestones(events, log.commits, workflow=workflow),
        quality_from_doubts(doubts),
    ]
    return conform(pd.concat([part.astype("str") for part in parts], ignore_index=True), QUALITY)
