"""Who takes part in a stream? What a log and vsm.toml together say of persons, teams and bots."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from vsm.config import Workflow
from vsm.eventlog.log import Log
from vsm.eventlog.quality import Doubt
from vsm.people import People, Spell, Unclear, people_from_names, teams_with_tickets

SHOWN: Final = 8


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


def doubts_about_people(people: People) -> list[Doubt]:
    """What about persons could not be told, and who was taken for a bot?

    Examples
    --------
    >>> people = People({"git:ci-bot": "ci-bot"}, bots=frozenset({"ci-bot"}))
    >>> print(doubts_about_people(people)[0].detail)
    taken for bots, whose deeds are nobody's work: git:ci-bot; say bot = false in the [[person]] that is none
    """
    doubts = [_doubt(unclear) for unclear in people.unclear]
    bots = sorted(account for account, person in people.person_of.items() if person in people.bots)
    if bots:
        detail = (
            f"taken for bots, whose deeds are nobody's work: {_several(bots)}; "
            "say bot = false in the [[person]] that is none"
        )
        doubts.append(Doubt("bots", "note", detail))
    return doubts


def _doubt(unclear: Unclear) -> Doubt:
    accounts = _several(unclear.accounts)
    match unclear.about:
        case "name":
            detail = (
                f"{accounts} bear one name and share no mailbox; they are kept apart: declare a [[person]]"
            )
            return Doubt("ambiguous name", "warning", detail)
        case "mailbox":
            detail = f"{accounts} share a mailbox, but persons are declared apart; it joins nobody"
            return Doubt("ambiguous mailbox", "warning", detail)
    detail = f"patterns put {accounts} into {unclear.word}; none was taken: name a member or a [[membership]]"
    return Doubt("ambiguous team", "warning", detail)


def _several(accounts: Iterator[str] | list[str] | tuple[str, ...]) -> str:
    known = list(accounts)
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return ", ".join(known[:SHOWN]) + more
