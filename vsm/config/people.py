"""Persons, teams and memberships: the sections of vsm.toml that say who is who, and who works with whom."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from vsm.config.toml import Line, Section, Word, duplicates

Day = Annotated[date, Field(strict=True)]


class Team(Section):
    """A ``[[team]]``, and the work that belongs to it.

    ``members`` are names of persons, ``patterns`` match such names (``*`` and ``?``, in any case). Work that
    nobody in a team holds belongs to one by ``components`` of the ticket, or ``repositories`` of its commits.
    ``calendar`` names the ``[[calendar]]`` it works by.
    """

    name: Line
    members: tuple[Word, ...] = ()
    patterns: tuple[Word, ...] = ()
    components: tuple[Word, ...] = ()
    repositories: tuple[Word, ...] = ()
    calendar: Word | None = None


class Person(Section):
    """The accounts that are one person, such as ``jira:5b10`` or ``git:Person 07``.

    ``bot`` says whether it is a program, where its name suggests the contrary. ``agent``: it is an AI agent,
    which holds tickets and works on them as a person does, at any hour, but counts as no person. GitHub's
    apps that are known agents (Copilot, Devin, Cursor …: ``vsm.people.accounts.AGENT_APPS``) are agents
    unless ``agent`` is false.
    """

    name: Word
    accounts: tuple[Word, ...] = ()
    bot: bool | None = None
    agent: bool | None = None


class Membership(Section):
    """When a person was in a team. Days in UTC, ``until`` is not included."""

    person: Word
    team: Line
    since: Day | None = None
    until: Day | None = None


def faults_of_people(
    teams: Sequence[Team], persons: Sequence[Person], memberships: Sequence[Membership]
) -> Iterator[str]:
    """Give contradictions between teams, persons and memberships, one sentence each."""
    names = [team.name for team in teams]
    accounts = [account for person in persons for account in person.accounts]
    yield from duplicates(names, "team '{}' is defined {} times; keep one")
    yield from duplicates(
        [member for team in teams for member in team.members],
        "person '{}' is a member {} times; keep one team",
    )
    for field, noun in (("patterns", "pattern"), ("components", "component"), ("repositories", "repository")):
        words = [word for team in teams for word in getattr(team, field)]
        yield from duplicates(words, noun + " '{}' belongs to {} teams; keep one")
    yield from duplicates([person.name for person in persons], "person '{}' is defined {} times; keep one")
    for person in persons:
        if person.agent and person.bot:
            yield f"person '{person.name}' is a bot and an agent; keep one: a bot does no work of its own"
    yield from duplicates(accounts, "account '{}' is claimed {} times; keep it with one person")
    for membership in memberships:
        since, until = membership.since, membership.until
        where = f"[[membership]] of '{membership.person}'"
        if membership.team not in names:
            yield f"{where} names team '{membership.team}', which no [[team]] defines"
        if since and until and until <= since:
            yield f"{where} ends {until}, not after it begins, {since}"
    ordered = sorted(memberships, key=lambda membership: (membership.person, membership.since or date.min))
    for former, latter in pairwise(ordered):
        same = former.person == latter.person
        if same and (former.until or date.max) > (latter.since or date.min):
            yield (
                f"'{former.person}' is in {former.team} and in {latter.team} at once; end one "
                "[[membership]] with until = where the other begins"
            )
