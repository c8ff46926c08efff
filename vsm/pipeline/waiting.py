"""Where did tickets stay, who passed them on, why did they wait? From events to causes, in order."""

from dataclasses import dataclass

import pandas as pd

from vsm.clock import Clock
from vsm.config import Workflow
from vsm.intervals import (
    blocked_spans,
    blocked_time,
    blocks_from_events,
    causes_of_waits,
    handoffs_from_visits,
    visits_from_events,
    waits_from_visits,
)
from vsm.intervals.blocked import tells_of_blocks
from vsm.intervals.waits import finished_at
from vsm.people import Teams
from vsm.pipeline.clocks import clock_of
from vsm.tables import DURATION


@dataclass(frozen=True, slots=True)
class Setting:
    """By which rules are events read? Stages, teams and the instant that counts as now."""

    workflow: Workflow
    stages: pd.DataFrame
    teams: Teams
    as_of: pd.Timestamp


def clock_for(events: pd.DataFrame, *, setting: Setting) -> Clock:
    """By which calendars is working time told, from the first event on?"""
    first = events["at"].min() if len(events) else setting.as_of
    return clock_of(setting.workflow, since=min(first, setting.as_of), until=setting.as_of)


def intervals_of(
    events: pd.DataFrame, told: pd.DataFrame, tickets: pd.DataFrame, *, setting: Setting, clock: Clock
) -> dict[str, pd.DataFrame]:
    """Where did tickets stay, who passed them on, what blocked them, and why did they wait?

    Parameters
    ----------
    events
        EVENTS of humans, with persons for accounts and with the moves that Git tells.
    told, tickets
        EVENTS as recorded, with persons for accounts, and TICKETS.
    clock
        As ``clock_for`` gives it.

    Returns
    -------
    dict
        ``visits``, ``handoffs``, ``waits`` (with causes) and ``blocks``; with working and blocked time.
    """
    as_of, stages = setting.as_of, setting.stages
    visits = visits_from_events(events, stages=stages, team_of=setting.teams, as_of=as_of)
    handoffs = handoffs_from_visits(visits, stages=stages)
    links = setting.workflow.blocking.links
    blocks = blocks_from_events(told, tickets, finished=finished_at(visits), as_of=as_of, links=links)
    waits = causes_of_waits(
        waits_from_visits(visits, handoffs, as_of=as_of),
        visits,
        events=events,
        stages=stages,
        teams=setting.teams,
        blocked=blocked_spans(blocks, as_of=as_of),
        clock=clock,
        rules=setting.workflow.waiting,
        as_of=as_of,
    )
    left = visits["left"].fillna(as_of)
    visits["working"] = clock.working(visits["entered"], left, team=visits["team"])
    if tells_of_blocks(told):
        visits["blocked"] = blocked_time(blocks, visits, as_of=as_of)
    working = waits.groupby("handoff")["working"].sum().reindex(handoffs["handoff"])
    handoffs["wait_working"] = working.fillna(pd.Timedelta(0)).astype(DURATION).to_numpy()
    return {"visits": visits, "handoffs": handoffs, "waits": waits, "blocks": blocks}
