"""How does this team work? Statuses become stages; people become teams.

A ``Workflow`` is what ``vsm.toml`` says, checked. Reading the file is the caller's work: here is only
its meaning. An unknown key is an error, and all faults of a file are told at once.
"""

import hashlib
import tomllib
from typing import Self

from pydantic import BaseModel, Field, ValidationError, model_validator

from vsm.config.belonging import Membership, Person, Team, faults_of_belonging, twice
from vsm.config.blocking import Blocking
from vsm.config.calendars import WorkingWeek, faults_of_calendars
from vsm.config.delivering import Delivery, Repository
from vsm.config.faults import sentence
from vsm.config.privacy import Privacy
from vsm.config.reporting import Report, Tell, faults_of_reports
from vsm.config.selectors import Alignment, Flow
from vsm.config.shown import stages_html
from vsm.config.stages import Section, Stage, Word, faults_of_splits, splits_of
from vsm.config.waiting import Waiting
from vsm.errors import ConfigError


class Rules(Section):
    """Which thresholds hold?

    ``bulk_tickets`` equal moves in ``bulk_minutes`` are clean-up; under ``minimum`` observations a claim
    is "too few to say".
    """

    bulk_tickets: int = Field(default=5, ge=2)
    bulk_minutes: float = Field(default=10.0, gt=0, le=10_080)
    minimum: int = Field(default=12, ge=2)


class Jira(Section):
    """Which of a live Jira's custom fields are taken beyond those that tell flow? By id or by name."""

    objective: Word | None = None
    value: Word | None = None
    cost_of_delay: Word | None = None

    @property
    def fields(self) -> dict[str, str]:
        """Which field bears each of our words? Those that are set."""
        return {word: field for word, field in self if field}


class Stream(Section):
    """What is the stream called, and which ``[[calendar]]`` holds for all whose team names none?"""

    name: Word = "value stream"
    calendar: Word | None = None


class Workflow(Section):
    r"""What does ``vsm.toml`` say? Stages stand in the order of the value stream.

    Examples
    --------
    >>> flow = parse_workflow('[[stage]]\nname = "Review"\nkind = "work"\nstatuses = ["In Review"]')
    >>> flow.stages[0].kind, flow.order
    ('work', {'Review': 0})
    """

    stream: Stream = Stream()
    stages: tuple[Stage, ...] = Field(default=(), alias="stage")
    teams: tuple[Team, ...] = Field(default=(), alias="team")
    persons: tuple[Person, ...] = Field(default=(), alias="person")
    memberships: tuple[Membership, ...] = Field(default=(), alias="membership")
    repositories: tuple[Repository, ...] = Field(default=(), alias="repository")
    calendars: tuple[WorkingWeek, ...] = Field(default=(), alias="calendar")
    rules: Rules = Rules()
    jira: Jira = Jira()
    alignment: Alignment = Alignment()
    delivery: Delivery = Delivery()
    waiting: Waiting = Waiting()
    blocking: Blocking = Blocking()
    privacy: Privacy = Privacy()
    reports: tuple[Report, ...] = Field(default=(), alias="report")

    @property
    def order(self) -> dict[str, int]:
        """Where in the stream does each stage lie, from 0?"""
        return {stage.name: place for place, stage in enumerate(self.stages)}

    @property
    def mapping(self) -> dict[str, str]:
        """Which stage does each status name or id belong to?"""
        return {status: stage.name for stage in self.stages for status in stage.statuses}

    @property
    def splits(self) -> dict[str, tuple[str, ...]]:
        """Which stages does each milestone of Git split? Those of which vsm.toml has a stage."""
        return splits_of(self.stages)

    @property
    def team_of(self) -> dict[str, str]:
        """Which team does each person belong to?"""
        return {member: team.name for team in self.teams for member in team.members}

    @property
    def team_of_component(self) -> dict[str, str]:
        """Which team does each component belong to?"""
        return {component: team.name for team in self.teams for component in team.components}

    @property
    def team_of_repository(self) -> dict[str, str]:
        """Which team does each repository belong to?"""
        return {repository: team.name for team in self.teams for repository in team.repositories}

    @property
    def patterns(self) -> list[tuple[str, str]]:
        """Which patterns of persons' names mean which team?"""
        return [(pattern, team.name) for team in self.teams for pattern in team.patterns]

    @property
    def bots(self) -> dict[str, bool]:
        """Of which persons is it said whether they are bots?"""
        return {person.name: person.bot for person in self.persons if person.bot is not None}

    @property
    def person_of(self) -> dict[str, str]:
        """Which person does each declared account belong to?"""
        return {account: person.name for person in self.persons for account in person.accounts}

    def repository(self, name: str) -> Repository:
        """What is said of this repository? The defaults where nothing is.

        Examples
        --------
        >>> Workflow().repository("shop").main is None
        True
        """
        return next((known for known in self.repositories if known.name == name), Repository(name=name))

    def calendar_of(self, team: str | None) -> WorkingWeek | None:
        """Which calendar does this team work by? Its own, else the stream's; None where neither is said.

        Examples
        --------
        >>> Workflow().calendar_of("web") is None
        True
        """
        named = next((known.calendar for known in self.teams if known.name == team), None)
        week = named or self.stream.calendar
        return next((known for known in self.calendars if known.name == week), None)

    @property
    def digest(self) -> str:
        """Which workflow was this? Twelve hex digits of a hash of all that it says of work.

        Reports are left out: when one is made changes no number in it.
        """
        said = self.model_dump_json(by_alias=True, exclude={"reports"})
        return hashlib.sha256(said.encode()).hexdigest()[:12]

    def __repr__(self) -> str:
        """Say in one line what this is."""
        return (
            f"Workflow({self.stream.name!r}, stages={len(self.stages)}, teams={len(self.teams)}, "
            f"calendars={len(self.calendars)}, digest={self.digest!r})"
        )

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Show the stages in their order."""
        return stages_html(self.stages, title=f"{self.stream.name}, workflow {self.digest}")

    @model_validator(mode="after")
    def _says_each_thing_once(self) -> Self:
        faults = [
            *twice([stage.name for stage in self.stages], "stage '{}' is defined {} times; keep one"),
            *twice(
                [status for stage in self.stages for status in stage.statuses],
                "status '{}' is mapped {} times; keep it in one stage",
            ),
            *twice(
                [known.name for known in self.repositories], "repository '{}' is named {} times; keep one"
            ),
            *faults_of_belonging(self.teams, self.persons, self.memberships),
        ]
        faults += [*faults_of_splits(self.stages), *faults_of_reports(self.reports)]
        faults += faults_of_calendars(self.calendars, self.teams, stream=self.stream.calendar)
        if faults:
            raise ValueError("\n".join(faults))
        return self


def parse_workflow(text: str, *, origin: str = "vsm.toml") -> Workflow:
    r"""What does this workflow file mean?

    Parameters
    ----------
    text
        The file's text.
    origin
        What to call the file in messages.

    Raises
    ------
    ConfigError
        The text is no TOML, has an unknown key, a stage without kind, a status mapped twice, …;
        every fault is listed.

    Examples
    --------
    >>> parse_workflow('[stream]\nnmae = "Shop"')
    Traceback (most recent call last):
    ...
    vsm.errors.ConfigError: vsm.toml: unknown key 'nmae' in [stream]; known: calendar, name
    """
    try:
        return Workflow.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{origin} is not valid TOML: {error}") from error
    except ValidationError as error:
        faults = [sentence(fault, text, sections=_SECTIONS) for fault in error.errors()]
        raise ConfigError(f"{origin}: " + "; ".join(faults)) from None


_SECTIONS: dict[str, type[BaseModel]] = {
    "stream": Stream, "stage": Stage, "team": Team, "person": Person, "membership": Membership,
    "repository": Repository, "rules": Rules, "jira": Jira, "alignment": Alignment, "alignment.flow": Flow,
    "delivery": Delivery, "calendar": WorkingWeek, "waiting": Waiting, "blocking": Blocking,
    "privacy": Privacy, "report": Report, "report.tell": Tell,
}  # fmt: skip
