"""The sections of a stream, such as delivery, reviews and load: each has several tables."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from vsm.config import Workflow
from vsm.context import Context
from vsm.counts import counted
from vsm.model.activity import active_periods, switching
from vsm.model.alignment import alignment_of_tickets
from vsm.model.bottlenecks import return_costs
from vsm.model.delivery import (
    brought_by_deployments,
    delivery_measures,
    delivery_weeks,
    failures_of_deployments,
    incident_tickets,
    production_deployments,
    tickets_of_deployments,
)
from vsm.model.forecast import Record, service_level_chances, usual_forecasts
from vsm.model.interruptions import interrupting, without_runs
from vsm.model.lifecycle import completed
from vsm.model.objectives import flow_by_period, flow_distribution, objective_costs, planned_share
from vsm.model.queues import queue_growth, queue_weeks
from vsm.model.responsibility import (
    defects_fixed_at_home,
    end_to_end_by_team,
    end_to_end_share,
    first_handovers,
    fixes_of_defects,
    handoffs_by_worker,
    knowledge_at_risk,
    multi_discipline_work,
    ticket_disciplines,
)
from vsm.model.reviews import (
    pipelines_by_name,
    pull_times,
    review_period,
    review_reach,
    review_sizes,
    review_steps,
    reviews_in_period,
    waiting_for_review,
    within_period,
)
from vsm.model.rework import accuracy_of, backward_moves, referral_matrix, rework_by_stage, rolled_accuracy
from vsm.model.sprints import sprint_commitments, sprint_stays
from vsm.model.weekly import completed_by_week, weekly_wip
from vsm.people import People
from vsm.tables import among


@dataclass(frozen=True, slots=True, repr=False)
class Section:
    """A part of a stream: several tables. Shows their names and numbers of rows, not the rows."""

    def __repr__(self) -> str:
        """Show in one line which tables these are: their rows would drown a notebook."""
        parts = ((field.name, getattr(self, field.name)) for field in fields(self))
        return f"{type(self).__name__}({', '.join(f'{name}: {_size(part)}' for name, part in parts)})"


def _size(part: Any) -> str:
    if hasattr(part, "shape") or isinstance(part, (tuple, list, Mapping)):
        return counted(len(part), "row")
    return str(part)


@dataclass(frozen=True, slots=True, repr=False)
class Delivery(Section):
    """How work reaches customers, as ``vsm.model.delivery`` gives it.

    ``deployments`` also have the columns of ``failures_of_deployments`` and ``tickets_of_deployments``.
    """

    deployments: pd.DataFrame
    measures: pd.DataFrame
    weeks: pd.DataFrame


@dataclass(frozen=True, slots=True, repr=False)
class Responsibility(Section):
    """How far one team carries its work, as ``vsm.model.responsibility`` gives it.

    ``owners`` and ``defect_fixes`` have a row per ticket, the others measure.
    """

    owners: pd.DataFrame
    end_to_end: pd.DataFrame
    end_to_end_by_team: pd.DataFrame
    first_handoffs: pd.DataFrame
    defect_fixes: pd.DataFrame
    defects_fixed_at_home: pd.DataFrame
    knowledge: pd.DataFrame
    disciplines: pd.DataFrame
    by_worker: pd.DataFrame


@dataclass(frozen=True, slots=True, repr=False)
class Alignment(Section):
    """What work serves, as ``vsm.model.alignment`` and ``vsm.model.objectives`` give it."""

    tickets: pd.DataFrame
    objectives: pd.DataFrame
    flow: pd.DataFrame
    flow_by_quarter: pd.DataFrame
    planned: pd.DataFrame


@dataclass(frozen=True, slots=True, repr=False)
class Rework(Section):
    """Rework: of completed tickets, finished for good and not by a bulk edit.

    ``stages``, ``referrals``, ``accuracy``, ``rolled``, ``back`` and ``costs`` are as ``rework_by_stage``,
    ``referral_matrix``, ``accuracy_of``, ``rolled_accuracy``, ``backward_moves`` and ``return_costs`` of
    ``vsm.model`` give them; stages in stream order.
    """

    stages: pd.DataFrame
    referrals: pd.DataFrame
    accuracy: pd.DataFrame
    rolled: pd.DataFrame
    back: pd.DataFrame
    costs: pd.DataFrame


@dataclass(frozen=True, slots=True, repr=False)
class Load(Section):
    """How loaded teams and queues are: of all tickets, open ones too; never of persons.

    ``wip``, ``switching``, ``queues``, ``queue_weeks``, ``active`` and ``sprints`` are as ``weekly_wip``,
    ``switching``, ``queue_growth``, ``queue_weeks``, ``active_periods`` and ``sprint_commitments`` of
    ``vsm.model`` give them; sprints are of units of work.
    """

    wip: pd.DataFrame
    switching: pd.DataFrame
    queues: pd.DataFrame
    queue_weeks: pd.DataFrame
    active: pd.DataFrame
    sprints: pd.DataFrame


@dataclass(frozen=True, slots=True, repr=False)
class Reviews(Section):
    """How pull requests pass through review, as ``vsm.model.reviews`` gives it.

    ``pulls`` and ``phases`` are of all pull requests; ``recent``, ``steps``, ``sizes`` and ``pipelines`` of
    their current period, ``waiting`` of now and ``reach`` of the last 90 days.
    """

    pulls: pd.DataFrame
    phases: pd.DataFrame
    recent: pd.DataFrame
    steps: pd.DataFrame
    sizes: pd.DataFrame
    waiting: pd.DataFrame
    reach: pd.DataFrame
    pipelines: pd.DataFrame


@dataclass(frozen=True, slots=True, repr=False)
class Forecasts(Section):
    """When work will be done, as ``vsm.model.forecast`` gives it: its answers, hits, days and chances."""

    answers: pd.DataFrame
    hits: pd.DataFrame
    days: pd.DataFrame
    service_level: pd.DataFrame


def forecasts_section(
    record: Record, *, stage_visits: pd.DataFrame, lifecycles: pd.DataFrame, workflow: Workflow
) -> Forecasts:
    """Forecast how many tickets will be finished, and which will meet the service level."""
    level, minimum = workflow.service_level, workflow.rules.minimum
    chances = service_level_chances(stage_visits, lifecycles=lifecycles, level=level, minimum=minimum)
    return Forecasts(*usual_forecasts(record), chances)


def delivery_section(
    *,
    tickets: pd.DataFrame,
    events: pd.DataFrame,
    commits: pd.DataFrame,
    releases: pd.DataFrame,
    deploys: pd.DataFrame,
    lifecycles: pd.DataFrame,
    workflow: Workflow,
    until: pd.Timestamp,
    since: pd.Timestamp | None = None,
    seed: int,
) -> Delivery:
    """Measure how work reaches customers. Deployments are those of the whole stream until then."""
    rules = workflow.delivery
    deployments = production_deployments(deploys, releases, commits, environments=rules.environment)
    deployments = deployments[deployments["at"] <= until].reset_index(drop=True)
    brought = brought_by_deployments(deployments, commits)
    marked = incident_tickets(tickets, types=rules.incident_types, labels=rules.incident_labels)
    finished = lifecycles.set_index(lifecycles["ticket"].astype("str"))["finished"]
    incidents = tickets.loc[marked, ["ticket", "created"]].astype({"ticket": "str"})
    incidents = incidents.assign(finished=finished.reindex(incidents["ticket"]).array)
    failures = failures_of_deployments(
        deployments, brought, incidents=incidents, events=events, reverts=rules.reverts
    )
    measures = delivery_measures(
        deployments,
        brought,
        failures,
        configured=bool(rules.incident_types or rules.incident_labels),
        until=until,
        since=since,
        minimum=workflow.rules.minimum,
        seed=seed,
    )
    of_tickets = tickets_of_deployments(deployments, brought, events=events, tickets=tickets)
    return Delivery(
        deployments.join(failures).join(of_tickets),
        measures,
        delivery_weeks(deployments, brought, failures, until=until),
    )


def reviews_section(
    *,
    pulls: pd.DataFrame,
    pull_events: pd.DataFrame,
    pipelines: pd.DataFrame,
    deployments: pd.DataFrame,
    commits: pd.DataFrame,
    context: Context,
    fewest_people: int,
) -> Reviews:
    """Measure how pull requests pass through review, who can review them, and their pipelines."""
    people, as_of, rules = context.people, context.as_of, context.workflow.findings
    minimum = context.workflow.rules.minimum
    asked = commits if len(pulls) else commits.iloc[:0]
    brought = brought_by_deployments(deployments[deployments["outcome"] != "failure"], asked)
    deployed = brought.drop_duplicates("commit").set_index("commit")["deployed"]
    times = pull_times(pulls, pull_events, people=people, clock=context.clock, deployed=deployed, as_of=as_of)
    phases = context.phases_of(pulls, pull_events)
    period = review_period(times, as_of=as_of, days=rules.days, merged=rules.delivered)
    recent = within_period(times, period)
    return Reviews(
        times,
        phases,
        reviews_in_period(recent, phases, as_of=as_of),
        review_steps(recent, phases, as_of=as_of, minimum=minimum),
        review_sizes(recent, as_of=as_of, minimum=minimum),
        waiting_for_review(times, phases, as_of=as_of),
        review_reach(
            pulls, pull_events, people=people, as_of=as_of, minimum=minimum, fewest_people=fewest_people
        ),
        pipelines_by_name(pipelines, since=period.begin, as_of=as_of, minimum=minimum),
    )


def responsibility_section(  # noqa: PLR0913
    owners: pd.DataFrame,
    *,
    tickets: pd.DataFrame,
    events: pd.DataFrame,
    visits: pd.DataFrame,
    handoffs: pd.DataFrame,
    commits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    alignment: pd.DataFrame,
    people: People,
    stages: pd.DataFrame,
    as_of: pd.Timestamp,
    minimum: int,
) -> Responsibility:
    """Measure how far one team carries its work, and where it hands over; ``owners`` by ``ticket_owners``."""
    acts = people.of_humans(events)
    fixes = fixes_of_defects(
        lifecycles,
        alignment=alignment,
        visits=visits,
        events=acts,
        commits=commits,
        tickets=tickets,
        bots=people.bots,
    )
    knowledge = knowledge_at_risk(
        visits,
        tickets=tickets,
        commits=commits,
        as_of=as_of,
        minimum=minimum,
        person_of=people.person_of,
        team_of=people.teams.team_of,
        bots=people.programs,
    )
    together = ticket_disciplines(
        visits, lifecycles=lifecycles, events=acts, stages=stages, bots=people.programs
    )
    return Responsibility(
        owners,
        end_to_end_share(owners, minimum=minimum),
        end_to_end_by_team(owners, minimum=minimum),
        first_handovers(owners, tickets=tickets),
        fixes,
        defects_fixed_at_home(fixes, minimum=minimum),
        knowledge,
        multi_discipline_work(together, stages=stages, minimum=minimum),
        handoffs_by_worker(handoffs, lifecycles=lifecycles, agents=people.agents),
    )


def alignment_section(
    tickets: pd.DataFrame, *, lifecycles: pd.DataFrame, whole: pd.DataFrame, workflow: Workflow
) -> Alignment:
    """Measure what work serves; ``whole`` are all TICKETS, so that parents out of view are known."""
    minimum = workflow.rules.minimum
    aligned = alignment_of_tickets(whole, workflow=workflow)
    rows = aligned[among(aligned["ticket"], tickets["ticket"])].reset_index(drop=True)
    return Alignment(
        rows,
        objective_costs(lifecycles, alignment=rows, tickets=tickets, minimum=minimum),
        flow_distribution(lifecycles, alignment=rows, minimum=minimum),
        flow_by_period(lifecycles, alignment=rows, period="quarter", minimum=minimum),
        planned_share(lifecycles, alignment=rows, minimum=minimum),
    )


def rework_section(
    visits: pd.DataFrame,
    *,
    lifecycles: pd.DataFrame,
    stage_visits: pd.DataFrame,
    stages: pd.DataFrame,
    minimum: int,
) -> Rework:
    """Measure rework, by whom, and what it costs: of completed tickets."""
    done = set(completed(lifecycles)["ticket"])
    uninterrupted = without_runs(stage_visits, stages=stages)
    of_done = visits[visits["ticket"].isin(done) & ~visits["stage"].isin(interrupting(stages))]
    kept = uninterrupted[among(uninterrupted["ticket"], done)]
    order = stages.drop_duplicates("stage").set_index("stage")["position"]
    by_stage = rework_by_stage(of_done, minimum=minimum)
    return Rework(
        by_stage.sort_values("stage", key=lambda names: names.map(order), kind="stable", ignore_index=True),
        referral_matrix(of_done),
        accuracy_of(kept, minimum=minimum),
        rolled_accuracy(kept, weeks=completed_by_week(lifecycles)["week"], minimum=minimum),
        backward_moves(kept),
        return_costs(stage_visits, lifecycles, stages=stages, minimum=minimum),
    )


def load_section(
    visits: pd.DataFrame,
    *,
    events: pd.DataFrame,
    stage_visits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    names: pd.DataFrame,
    as_of: pd.Timestamp,
    people: People,
    workflow: Workflow,
    fewest_people: int,
    since: pd.Timestamp | None = None,
) -> Load:
    """Measure how much is in work at once, which queues grow, and which team holds up the others.

    Somebody counts as active for ``active_days`` (``[waiting]``) after each act; ``fewest_people`` as
    ``switching`` takes it.
    """
    acts, teams, minimum = people.of_humans(events), people.teams, workflow.rules.minimum
    active_days = workflow.waiting.active_days
    return Load(
        weekly_wip(visits, as_of=as_of),
        switching(visits, acts, as_of=as_of, teams=teams, minimum=minimum, fewest_people=fewest_people),
        queue_growth(stage_visits, as_of=as_of, minimum=minimum, known_from=since),
        queue_weeks(stage_visits, as_of=as_of),
        active_periods(visits, acts, as_of=as_of, teams=teams, active_days=active_days),
        sprint_commitments(sprint_stays(events, names), lifecycles, visits, as_of=as_of),
    )
