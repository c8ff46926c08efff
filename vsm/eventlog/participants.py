"""People and teams of a log; teams so small that a number about them is about a person are merged."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd

from vsm.config import Team, Workflow
from vsm.counts import counted
from vsm.errors import ParameterError
from vsm.eventlog.log import Log, QualityNote
from vsm.people import People, Spell, Teams, people_from_names, teams_with_tickets

MERGED: Final = "small teams"
Name = TypeVar("Name", str, str | None)
_LISTS: Final = ("members", "patterns", "components", "repositories")


def people_of(log: Log, *, workflow: Workflow) -> People:
    """Give the people of a log, by what it and vsm.toml say of persons, teams and memberships."""
    people = people_from_names(
        log.names,
        declared=workflow.person_of,
        team_of=workflow.team_of,
        bots=workflow.bots,
        agents=workflow.agents,
        patterns=workflow.patterns,
        spells=[Spell(m.person, m.team, m.since, m.until) for m in workflow.memberships],
    )
    return teams_of_tickets(people, log, workflow=workflow)


def teams_of_tickets(people: People, log: Log, *, workflow: Workflow) -> People:
    """Give the same people, with the teams that the tickets of a log belong to."""
    teams = teams_with_tickets(
        people.teams,
        log.tickets,
        log.events,
        components=workflow.team_of_component,
        repositories=workflow.team_of_repository,
    )
    return replace(people, teams=teams)


@dataclass(frozen=True, slots=True)
class SmallTeams:
    """Small teams that are shown as one, where a stream is shared.

    Attributes
    ----------
    people_of
        Team → the people who ever worked in it, of the small ones alone.
    fewest
        How many people a team must have to be shown by its own name.
    name
        What they are called together: no team of the stream is called so.
    within
        Whether people were counted within a window (``small_teams_within``), not in the whole stream.
    """

    people_of: Mapping[str, frozenset[str]]
    fewest: int
    name: str = MERGED
    within: bool = False

    @property
    def people(self) -> int:
        """How many people worked in any of them."""
        return len(frozenset().union(*self.people_of.values()))

    def workflow(self, workflow: Workflow) -> Workflow:
        """Give vsm.toml as if they were one team, with the calendar that most of them share."""
        small = [team for team in workflow.teams if team.name in {*self.people_of, self.name}]
        lists: dict[str, Any] = {
            name: tuple(chain(*(getattr(team, name) for team in small))) for name in _LISTS
        }
        calendar = self._calendars(workflow)[0]
        merged = Team.model_validate({"name": self.name, "calendar": calendar, **lists})
        first = small[0] if small else None
        teams = [
            merged if team is first else team for team in workflow.teams if team is first or team not in small
        ]
        stages = [stage.model_copy(update={"team": self._called(stage.team)}) for stage in workflow.stages]
        spells = [m.model_copy(update={"team": self._called(m.team)}) for m in workflow.memberships]
        unused = {team.calendar for team in workflow.teams} - {team.calendar for team in teams}
        unused -= {workflow.stream.calendar}
        weeks = [week for week in workflow.calendars if week.name not in unused]
        lists = {"teams": teams if first else [*teams, merged]}
        lists |= {"stages": stages, "memberships": spells, "calendars": weeks}
        return workflow.model_copy(update={name: tuple(several) for name, several in lists.items()})

    def log(self, log: Log) -> Log:
        """Give a log in which tracker and review requests name the merged team in place of any of these."""
        requests = {f"team:{team}": f"team:{self.name}" for team in self.people_of}
        asked = log.pull_events["after"]
        if asked.isin(list(requests)).any():
            after = asked.astype("str").replace(requests).astype("category")
            log = replace(log, pull_events=log.pull_events.assign(after=after))
        events = log.events
        named = events["kind"] == "team"
        words = events.loc[named, ["before", "after"]].astype("str")
        small = words.isin(list(self.people_of))
        if not small.any(axis=None):
            return log
        words = words.mask(small, self.name)
        sides = {side: events[side].astype("str").mask(named, words[side]) for side in ("before", "after")}
        return replace(log, events=events.assign(**sides).astype(dict.fromkeys(sides, "category")))

    def people_in(self, people: People) -> People:
        """Give people who are in the one team wherever they were in one of these."""
        teams = people.teams
        spells = teams.spells.assign(
            team=teams.spells["team"].replace(dict.fromkeys(self.people_of, self.name))
        )
        renamed = Teams(
            {person: self._called(team) for person, team in teams.team_of.items()},
            spells,
            {ticket: self._called(team) for ticket, team in teams.of_ticket.items()},
        )
        return replace(people, teams=renamed)

    def notes(self, workflow: Workflow) -> list[QualityNote]:
        """Note what should be known of the merging; ``workflow`` still has the teams by their own names."""
        where = "worked within this window, or in what it leaves out" if self.within else "ever worked"
        detail = (
            f"{self._teams} in which fewer than {self.fewest} people {where}: shown as '{self.name}' "
            "wherever names are not shown; fewest_people in [privacy] says from how many on"
        )
        notes = [QualityNote("small teams", "note", detail)]
        if self.people < self.fewest:
            detail = (
                f"'{self.name}' is still no more than {self.people} "
                f"{'person' if self.people == 1 else 'people'}: whoever knows the business knows who; think "
                "twice before sharing, or let vsm.toml put them into a larger team"
            )
            notes.append(QualityNote("small teams", "warning", detail))
        shared, differ = self._calendars(workflow)
        if differ:
            week = f"'{shared}'" if shared else "the assumed calendar"
            detail = (
                f"the calendars of the teams in '{self.name}' differ; its working time goes by {week}, which "
                "most of their people share; elapsed time is exact"
            )
            notes.append(QualityNote("small teams", "warning", detail))
        return notes

    def provenance(self) -> dict[str, str]:
        """Give what the foot of a page says."""
        where = " in this window" if self.within else ""
        return {"merged": f"{self._teams} of fewer than {self.fewest} people{where} shown as '{self.name}'"}

    def check(self, team: str | None) -> None:
        """Raise ParameterError where this team is too small to be shown by its name."""
        if team in self.people_of:
            where = "worked within this window, or in what it leaves out" if self.within else "ever worked"
            raise ParameterError(
                f"team is '{team}', in which fewer than {self.fewest} people {where}: without names "
                f"it is part of '{self.name}'; ask for that, or read it with names (--names)"
            )

    @property
    def _teams(self) -> str:
        return counted(len(self.people_of), "team")

    def _called(self, team: Name) -> Name:
        return self.name if team in self.people_of else team

    def _calendars(self, workflow: Workflow) -> tuple[str | None, bool]:
        """Give the calendar that most of their people work by, and whether it is not that of all."""
        sharing: dict[str, set[str]] = {}
        for team, people in self.people_of.items():
            week = workflow.calendar_of(team)
            sharing.setdefault(week.name if week else "", set()).update(people)
        most = min(sharing, key=lambda name: (-len(sharing[name]), name), default="")
        return most or None, len(sharing) > 1


def small_teams_of(
    visits: pd.DataFrame,
    *,
    people: People,
    fewest: int,
    known: set[str],
    before: SmallTeams | None = None,
) -> SmallTeams | None:
    """Give the teams in which so few people ever worked that a number about them is about a person.

    Counted are members, at whatever time, and who held work of the team, but no AI agents. A team of which
    nobody is known is no disguise of anybody, and keeps its name.

    Parameters
    ----------
    visits
        VISITS of the whole stream.
    fewest
        How many people make a team that may be shown by its name.
    known
        Further names of teams, that must not be given to another.
    before
        The teams that are merged already in these visits; they stay so.
    """
    found = people_of_teams(visits, teams=people.teams, agents=people.agents)
    small = {team: frozenset(who) for team, who in sorted(found.items()) if len(who) < fewest}
    if before:
        small.pop(before.name, None)
        return replace(before, people_of=dict(sorted({**before.people_of, **small}.items())))
    if not small:
        return None
    taken = {*known, *found, *visits["team"].dropna().unique()}
    names = (MERGED if n == 1 else f"{MERGED} {n}" for n in count(1))
    return SmallTeams(small, fewest, next(name for name in names if name not in taken))


def people_of_teams(
    visits: pd.DataFrame, *, teams: Teams, agents: frozenset[str] = frozenset()
) -> dict[str, set[str]]:
    """Give who ever worked in each team, but AI agents: its members, and who held work of it."""
    team, holder = (visits[name].astype("category").cat for name in ("team", "holder"))
    of_team, by = team.codes.to_numpy(dtype=np.int64), holder.codes.to_numpy()
    held = (visits["kind"] == "work").to_numpy() & (of_team >= 0) & (by >= 0)
    persons = max(len(holder.categories), 1)
    both = pd.unique(of_team[held] * persons + by[held])  # one number for each team and person
    pairs = chain(
        ((team, person) for person, team in teams.team_of.items()),
        zip(teams.spells["team"], teams.spells["person"], strict=True),
        zip(team.categories[both // persons], holder.categories[both % persons], strict=True),
    )
    people: dict[str, set[str]] = {}
    for team, person in pairs:
        if person not in agents:
            people.setdefault(str(team), set()).add(str(person))
    return people


def small_teams_within(
    shown: pd.DataFrame,
    left_out: pd.DataFrame,
    *,
    before: SmallTeams | None,
    agents: frozenset[str],
    fewest: int,
    known: set[str],
) -> SmallTeams | None:
    """Give the teams to merge so that a window shows no single person; None where there are no more.

    A team is merged if fewer than ``fewest`` people, but somebody, held its work in what the window shows, or
    in what it leaves out: whoever subtracts the report from that of everything sees those. Members who
    held nothing count for nothing here. If fewer people than that are in the merged teams together, the next
    smallest team joins them, as long as there is one.

    Parameters
    ----------
    shown, left_out
        ``kind, team, holder`` of VISITS of the tickets in the window, and of the others.
    before
        The teams that are merged already in these visits.
    known
        Further names of teams, that must not be given to another.
    """
    inside, outside = (people_of_teams(visits, teams=Teams(), agents=agents) for visits in (shown, left_out))
    merged = before.name if before else MERGED
    chosen = {
        team
        for team, people in inside.items()
        if team != merged and (len(people) < fewest or 0 < len(outside.get(team, ())) < fewest)
    }
    together = {merged} & inside.keys() if before else set[str]()
    if not chosen and not (together and len(inside[merged]) < fewest):
        return None
    others = sorted(inside.keys() - chosen - together, key=lambda team: (len(inside[team]), team))
    while others and len(set[str]().union(*(inside[team] for team in chosen | together))) < fewest:
        chosen.add(others.pop(0))
    if not chosen:
        return None
    people_of = {**(before.people_of if before else {}), **{team: frozenset(inside[team]) for team in chosen}}
    taken = {*known, *inside, *outside}
    names = (MERGED if n == 1 else f"{MERGED} {n}" for n in count(1))
    name = before.name if before else next(name for name in names if name not in taken)
    return SmallTeams(dict(sorted(people_of.items())), fewest, name, within=True)
