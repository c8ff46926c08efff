"""Which teams are so small that a number about them is about a person? Where shared, they are one team."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import Any, Final

import pandas as pd

from vsm.config import Team, Workflow
from vsm.errors import ParameterError
from vsm.eventlog.log import Log
from vsm.eventlog.quality import QualityNote
from vsm.people import Teams

MERGED: Final = "small teams"
_BELONGING: Final = ("members", "patterns", "components", "repositories")


@dataclass(frozen=True, slots=True)
class SmallTeams:
    """Which teams are told of as one, and what is it called?

    Attributes
    ----------
    people_of
        Team → the people who ever worked in it, of the small ones alone.
    fewest
        How many people a team must have to be told of by its own name.
    name
        What they are called together: no team of the stream is called so.
    """

    people_of: Mapping[str, frozenset[str]]
    fewest: int
    name: str = MERGED

    @property
    def people(self) -> int:
        """How many people worked in any of them?"""
        return len(frozenset().union(*self.people_of.values()))

    def workflow(self, workflow: Workflow) -> Workflow:
        """What would vsm.toml say if they were one team? It works by the calendar that most of them share."""
        mine = [team for team in workflow.teams if team.name in self.people_of]
        claims: dict[str, Any] = {
            claim: tuple(chain(*(getattr(team, claim) for team in mine))) for claim in _BELONGING
        }
        calendar = self._calendars(workflow)[0]
        merged = Team.model_validate({"name": self.name, "calendar": calendar, **claims})
        first = mine[0] if mine else None
        teams = [
            merged if team is first else team for team in workflow.teams if team is first or team not in mine
        ]
        stages = [stage.model_copy(update={"team": self._called(stage.team)}) for stage in workflow.stages]
        spells = [m.model_copy(update={"team": self._called(m.team)}) for m in workflow.memberships]
        before, now = (_calendars_named(workflow, some) for some in (workflow.teams, teams))
        weeks = [week for week in workflow.calendars if week.name not in before - now]
        return workflow.model_copy(
            update={
                "teams": tuple(teams if first else [*teams, merged]),
                "stages": tuple(stages),
                "memberships": tuple(spells),
                "calendars": tuple(weeks),
            }
        )

    def log(self, log: Log) -> Log:
        """Give the log in which the tracker itself names the one team, wherever it names one of these."""
        events = log.events
        named = events["kind"] == "team"
        words = events.loc[named, ["before", "after"]].astype("str")
        if not words.isin(list(self.people_of)).any(axis=None):
            return log
        alike = dict.fromkeys(self.people_of, self.name)
        sides = {
            side: events[side].astype("str").mask(named, words[side].replace(alike)).astype("category")
            for side in ("before", "after")
        }
        return replace(log, events=events.assign(**sides))

    def doubts(self, workflow: Workflow) -> list[QualityNote]:
        """What should be known of it? ``workflow`` is the one in which they stand by their own names."""
        told = (
            f"{_teams(len(self.people_of))} in which fewer than {self.fewest} people ever worked: told of as "
            f"'{self.name}' wherever names are not shown; fewest_people in [privacy] says from how many on"
        )
        doubts = [QualityNote("small teams", "note", told)]
        if self.people < self.fewest:
            detail = (
                f"'{self.name}' is still no more than {self.people} {_people(self.people)}: whoever "
                "knows the business knows who; think twice before sharing, or let vsm.toml put them into a "
                "larger team"
            )
            doubts.append(QualityNote("small teams", "warning", detail))
        shared, differ = self._calendars(workflow)
        if differ:
            week = f"'{shared}'" if shared else "the assumed calendar"
            detail = (
                f"the calendars of the teams in '{self.name}' differ; its working time goes by {week}, which "
                "most of their people share; elapsed time is exact"
            )
            doubts.append(QualityNote("small teams", "warning", detail))
        return doubts

    def told(self) -> dict[str, str]:
        """What does the foot of a page say?"""
        sentence = (
            f"{_teams(len(self.people_of))} of fewer than {self.fewest} people told of as '{self.name}'"
        )
        return {"merged": sentence}

    def check(self, team: str | None) -> None:
        """May this team be asked for?

        Raises
        ------
        ParameterError
            It is too small to be told of by its name.
        """
        if team in self.people_of:
            raise ParameterError(
                f"team is '{team}', in which fewer than {self.fewest} people ever worked: without names "
                f"it is part of '{self.name}'; ask for that, or read it with names (--names)"
            )

    def _called(self, team: str | None) -> str | None:
        return self.name if team in self.people_of else team

    def _calendars(self, workflow: Workflow) -> tuple[str | None, bool]:
        """Name the calendar that most people of theirs work by (the first by name of equal ones)."""
        sharing: dict[str, set[str]] = {}
        for team, people in self.people_of.items():
            week = workflow.calendar_of(team)
            sharing.setdefault(week.name if week else "", set()).update(people)
        most = min(sharing, key=lambda name: (-len(sharing[name]), name), default="")
        return most or None, len(sharing) > 1


def small_teams_of(visits: pd.DataFrame, *, teams: Teams, fewest: int, known: set[str]) -> SmallTeams | None:
    """In which teams did so few people ever work that a number about them is one about a person?

    Counted are members, at whatever time, and who held work of the team. A team of which nobody is known is
    no disguise of anybody, and keeps its name.

    Parameters
    ----------
    visits
        VISITS of the whole stream.
    teams
        Who is in which team; bots are in none.
    fewest
        How many people make a team that may be told of by its name.
    known
        Further names of teams, that must not be given to another.

    Returns
    -------
    SmallTeams or None
        None where there is none.
    """
    people = people_of_teams(visits, teams=teams)
    small = {team: frozenset(who) for team, who in sorted(people.items()) if len(who) < fewest}
    if not small:
        return None
    taken = {*known, *people, *visits["team"].dropna().unique()}
    names = (MERGED if n == 1 else f"{MERGED} {n}" for n in count(1))
    return SmallTeams(small, fewest, next(name for name in names if name not in taken))


def people_of_teams(visits: pd.DataFrame, *, teams: Teams) -> dict[str, set[str]]:
    """Who ever worked in each team, as far as is known? Its members, and who held work of it."""
    held = visits.loc[visits["kind"] == "work", ["team", "holder"]].dropna().astype("str").drop_duplicates()
    told = chain(
        ((team, person) for person, team in teams.team_of.items()),
        zip(teams.spells["team"], teams.spells["person"], strict=True),
        zip(held["team"], held["holder"], strict=True),
    )
    people: dict[str, set[str]] = {}
    for team, person in told:
        people.setdefault(str(team), set()).add(str(person))
    return people


def _calendars_named(workflow: Workflow, teams: "tuple[Team, ...] | list[Team]") -> set[str | None]:
    return {workflow.stream.calendar, *(team.calendar for team in teams)}


def _teams(number: int) -> str:
    return f"{number} team{'' if number == 1 else 's'}"


def _people(number: int) -> str:
    return "person" if number == 1 else "people"
