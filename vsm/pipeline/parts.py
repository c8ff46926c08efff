"""What is told beside the stream of waits? Delivery, responsibility and alignment, each with its tables."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from vsm.config import Workflow
from vsm.model.alignment import alignment_of_tickets
from vsm.model.delivery import (
    brought_by_deployments,
    delivery_measures,
    delivery_weeks,
    failures_of_deployments,
    incident_tickets,
    production_deployments,
    tickets_of_deployments,
)
from vsm.model.objectives import flow_by_period, flow_distribution, objective_costs, planned_share
from vsm.model.responsibility import (
    carried_by_team,
    defects_mended_at_home,
    disciplines_together,
    end_to_end,
    knowledge_at_risk,
    letting_go,
    mended_defects,
    ticket_disciplines,
    ticket_owners,
)
from vsm.people import People
from vsm.pipeline.card import Named

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True, repr=False)
class Delivery(Named):
    """How does work reach customers? As ``vsm.model.delivery`` gives them.

    ``deployments`` carry what ``failures_of_deployments`` and ``tickets_of_deployments`` tell of them.
    """

    deployments: pd.DataFrame
    measures: pd.DataFrame
    weeks: pd.DataFrame


@dataclass(frozen=True, slots=True, repr=False)
class Responsibility(Named):
    """How far does one team carry its work? As ``vsm.model.responsibility`` gives them.

    ``owners`` and ``mended_defects`` have a row per ticket, the others measure.
    """

    owners: pd.DataFrame
    whole: pd.DataFrame
    teams: pd.DataFrame
    let_go: pd.DataFrame
    mended_defects: pd.DataFrame
    mended: pd.DataFrame
    knowledge: pd.DataFrame
    together: pd.DataFrame


@dataclass(frozen=True, slots=True, repr=False)
class Alignment(Named):
    """What does work serve? As ``vsm.model.alignment`` and ``vsm.model.objectives`` give them."""

    tickets: pd.DataFrame
    objectives: pd.DataFrame
    flow: pd.DataFrame
    flow_by_quarter: pd.DataFrame
    planned: pd.DataFrame


def delivery_of(
    tables: Tables, lives: pd.DataFrame, *, workflow: Workflow, until: pd.Timestamp, seed: int = 0
) -> Delivery:
    """How does work reach customers? Deployments are of the whole stream, whatever window is looked at."""
    said, commits = workflow.delivery, tables["commits"]
    deployments = production_deployments(
        tables["deploys"], tables["releases"], commits, environment=said.environment
    )
    brought = brought_by_deployments(deployments, commits)
    tickets = tables["tickets"]
    marked = incident_tickets(tickets, types=said.incident_types, labels=said.incident_labels)
    finished = lives.set_index(lives["ticket"].astype("str"))["finished"]
    incidents = tickets.loc[marked, ["ticket", "created"]].astype({"ticket": "str"})
    incidents = incidents.assign(finished=finished.reindex(incidents["ticket"]).array)
    failures = failures_of_deployments(
        deployments, brought, incidents=incidents, events=tables["events"], reverts=said.reverts
    )
    measures = delivery_measures(
        deployments,
        brought,
        failures,
        configured=bool(said.incident_types or said.incident_labels),
        until=until,
        minimum=workflow.rules.minimum,
        seed=seed,
    )
    told = tickets_of_deployments(deployments, brought, events=tables["events"], tickets=tickets)
    return Delivery(
        deployments.join(failures).join(told),
        measures,
        delivery_weeks(deployments, brought, failures, until=until),
    )


def responsibility_of(
    tables: Tables,
    lives: pd.DataFrame,
    *,
    alignment: pd.DataFrame,
    people: People,
    stages: pd.DataFrame,
    as_of: pd.Timestamp,
    minimum: int = 12,
) -> Responsibility:
    """How far does one team carry its work, and where does it let go?"""
    visits, commits, tickets = tables["visits"], tables["commits"], tables["tickets"]
    events = people.of_humans(tables["events"])
    owners = ticket_owners(
        visits,
        handoffs=tables["handoffs"],
        lives=lives,
        events=events,
        commits=commits,
        stages=stages,
        bots=people.bots,
    )
    mended = mended_defects(
        lives,
        alignment=alignment,
        visits=visits,
        events=events,
        commits=commits,
        tickets=tickets,
        bots=people.bots,
    )
    known = knowledge_at_risk(
        visits,
        tickets=tickets,
        commits=commits,
        as_of=as_of,
        minimum=minimum,
        person_of=people.person_of,
        team_of=people.teams.team_of,
        bots=people.bots,
    )
    together = ticket_disciplines(visits, lives=lives, events=events, stages=stages, bots=people.bots)
    return Responsibility(
        owners,
        end_to_end(owners, minimum=minimum),
        carried_by_team(owners, minimum=minimum),
        letting_go(owners, tickets=tickets),
        mended,
        defects_mended_at_home(mended, minimum=minimum),
        known,
        disciplines_together(together, stages=stages, minimum=minimum),
    )


def alignment_of(
    tickets: pd.DataFrame, lives: pd.DataFrame, *, whole: pd.DataFrame, workflow: Workflow
) -> Alignment:
    """What does work serve? ``whole`` are all TICKETS, so that parents out of view are known."""
    minimum = workflow.rules.minimum
    aligned = alignment_of_tickets(whole, workflow=workflow)
    mine = aligned[aligned["ticket"].isin(set(tickets["ticket"]))].reset_index(drop=True)
    return Alignment(
        mine,
        objective_costs(lives, alignment=mine, tickets=tickets, minimum=minimum),
        flow_distribution(lives, alignment=mine, minimum=minimum),
        flow_by_period(lives, alignment=mine, period="quarter", minimum=minimum),
        planned_share(lives, alignment=mine, minimum=minimum),
    )
