"""Who takes part in a stream? What a log and vsm.toml together say of persons, teams and bots."""

from dataclasses import replace

from vsm.config import Workflow
from vsm.eventlog.log import Log
from vsm.people import People, Spell, people_from_names, teams_with_tickets


def people_of(log: Log, *, workflow: Workflow) -> People:
    """Who takes part, in which teams?

    Parameters
    ----------
    log
        Everything recorded.
    workflow
        What vsm.toml says of persons, teams and memberships.
    """
    people = people_from_names(
        log.names,
        declared=workflow.person_of,
        team_of=workflow.team_of,
        bots=workflow.bots,
        patterns=workflow.patterns,
        spells=[Spell(m.person, m.team, m.since, m.until) for m in workflow.memberships],
    )
    teams = teams_with_tickets(
        people.teams,
        log.tickets,
        log.events,
        components=workflow.team_of_component,
        repositories=workflow.team_of_repository,
    )
    return replace(people, teams=teams)
