"""Who is who, and who belongs to whom? The parts of vsm.toml that speak of persons and teams."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from vsm.config.stages import Section, Word

Day = Annotated[date, Field(strict=True)]


class Team(Section):
    """Who belongs together, and what belongs to them?

    ``members`` are names of persons, ``patterns`` match such names (``*`` and ``?``, in any case). What
    nobody in a team holds belongs to one by ``components`` of the ticket, or ``repositories`` of its commits.
    ``calendar`` names the ``[[calendar]]`` it works by.
    """

    name: Word
    members: tuple[Word, ...] = ()
    patterns: tuple[Word, ...] = ()
    components: tuple[Word, ...] = ()
    repositories: tuple[Word, ...] = ()
    calendar: Word | None = None


class Person(Section):
    """Which accounts are one person? ``accounts`` are ids such as ``jira:5b10`` or ``git:Person 07``.

    ``bot`` says whether it is a program, where its name tells it wrongly.
    """

    name: Word
    accounts: tuple[Word, ...] = ()
    bot: bool | None = None


class Membership(Section):
    """From when to when was a person in a team? Days in UTC, ``until`` is not included."""

    person: Word
    team: Word
    since: Day | None = None
    until: Day | None = None


def twice(words: Iterable[str], sentence: str) -> list[str]:
    """Which words are there several times? One sentence for each, filled with the word and the count.

    Examples
    --------
    >>> twice(["a", "b", "a"], "'{}' is there {} times")
    ["'a' is there 2 times"]
    """
    return [sentence.format(word, times) for word, times in Counter(words).items() if times > 1]


def faults_of_belonging(
    teams: Sequence[Team], persons: Sequence[Person], memberships: Sequence[Membership]
) -> list[str]:
    """What do teams, persons and memberships say that cannot be?

    Examples
    --------
    >>> faults_of_belonging([], [], [Membership(person="dev-1", team="web")])
    ["[[membership]] of 'dev-1' names team 'web', which no [[team]] defines"]
    """
    sentence = "{} '{{}}' belongs to {{}} teams; keep one"
    claims = [
        twice([word for team in teams for word in getattr(team, claim)], sentence.format(noun))
        for claim, noun in (
            ("patterns", "pattern"),
            ("components", "component"),
            ("repositories", "repository"),
        )
    ]
    members = [member for team in teams for member in team.members]
    accounts = [account for person in persons for account in person.accounts]
    return [
        *twice([team.name for team in teams], "team '{}' is defined {} times; keep one"),
        *twice(members, "person '{}' is a member {} times; keep one team"),
        *(fault for several in claims for fault in several),
        *twice([person.name for person in persons], "person '{}' is defined {} times; keep one"),
        *twice(accounts, "account '{}' is claimed {} times; keep it with one person"),
        *_of_memberships(memberships, {team.name for team in teams}),
    ]


def _of_memberships(memberships: Sequence[Membership], teams: set[str]) -> Iterator[str]:
    for known in memberships:
        whose = f"[[membership]] of '{known.person}'"
        if known.team not in teams:
            yield f"{whose} names team '{known.team}', which no [[team]] defines"
        if known.since and known.until and known.until <= known.since:
            yield f"{whose} ends {known.until}, not after it begins, {known.since}"
    ordered = sorted(memberships, key=lambda known: (known.person, known.since or date.min))
    for former, latter in pairwise(ordered):
        same = former.person == latter.person
        if same and (former.until or date.max) > (latter.since or date.min):
            yield (
                f"'{former.person}' is in {former.team} and in {latter.team} at once; end one "
                "[[membership]] with until = where the other begins"
            )
