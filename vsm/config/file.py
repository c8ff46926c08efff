"""The files vsm.toml and experiments.toml as a whole.

Their texts are read by the caller; here is their meaning. An unknown key is an error, and all faults of a
file are listed at once.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Final, Literal, Self

from pydantic import BaseModel, Field, ValidationError, model_validator

from vsm.config.calendars import WorkingWeek, faults_of_calendars
from vsm.config.delivery import Alignment, Delivery, Flow
from vsm.config.findings import Dismissal, Exclusion, FindingRules, WhatIfRule
from vsm.config.people import Membership, Person, Team, faults_of_people
from vsm.config.reports import Report, Tell
from vsm.config.repositories import Component, Repository
from vsm.config.rules import Blocking, Outcome, Privacy, Rules, Scope, ServiceLevel, Waiting
from vsm.config.stages import HOLDER, Stage, faults_of_stages, splits_of, stages_html
from vsm.config.toml import Line, Section, Word, duplicates, parse_toml
from vsm.errors import ParameterError


class Jira(Section):
    """Custom fields of Jira, by id or by name; renamed projects.

    ``aliases`` give today's key of a project by the one it had before: Jira renames its tickets without a
    word in their history, and commits keep the old keys.

    ``flag``, ``team`` and ``sprint`` are recognised where they are called as usual, or a live Jira says what
    they are; where one is named here, no other field is taken for it.
    """

    flag: Word | None = None
    team: Word | None = None
    sprint: Word | None = None
    objective: Word | None = None
    value: Word | None = None
    cost_of_delay: Word | None = None
    aliases: dict[Word, Word] = Field(default_factory=dict)

    @property
    def fields(self) -> dict[str, str]:
        """Our word → the tracker's field, for those that are set."""
        return {word: field for word, field in self if field and word != "aliases"}


class Stream(Section):
    """The stream's name, and the ``[[calendar]]`` of all whose team names none."""

    name: Line = "value stream"
    calendar: Word | None = None


class Workflow(Section):
    r"""What ``vsm.toml`` says. Stages stand in the order of the value stream.

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
    outcome: Outcome = Outcome()
    scope: Scope = Scope()
    waiting: Waiting = Waiting()
    blocking: Blocking = Blocking()
    privacy: Privacy = Privacy()
    service_level: ServiceLevel | None = None
    findings: FindingRules = FindingRules()
    what_if: tuple[WhatIfRule, ...] = ()
    reports: tuple[Report, ...] = Field(default=(), alias="report")

    @property
    def order(self) -> dict[str, int]:
        """Stage → its position in the stream, from 0."""
        return {stage.name: order for order, stage in enumerate(self.stages)}

    @property
    def limits(self) -> dict[str, int]:
        """Stage → the agreed limit of tickets in it, where there is one."""
        return {stage.name: stage.wip for stage in self.stages if stage.wip is not None}

    @property
    def mapping(self) -> dict[str, str]:
        """Status name or id → stage."""
        return {status: stage.name for stage in self.stages for status in stage.statuses}

    @property
    def holder_fields(self) -> tuple[str, ...]:
        """Fields of the tracker that name who holds tickets in some stage, each once."""
        return tuple({stage.holder_field: None for stage in self.stages if stage.holder_field})

    @property
    def tracker_fields(self) -> dict[str, str]:
        """Role → the tracker's field that plays it, by id or by name."""
        return self.jira.fields | {f"{HOLDER}{field}": field for field in self.holder_fields}

    @property
    def splits(self) -> dict[str, tuple[str, ...]]:
        """Milestone of Git that has a stage → the stages that it splits."""
        return {
            key.removeprefix("git:"): names
            for key, names in splits_of(self.stages).items()
            if key[:4] == "git:"
        }

    @property
    def review_splits(self) -> dict[str, tuple[str, ...]]:
        """``review:waiting`` and the like, where they have a stage → the stages that it splits."""
        return {key: names for key, names in splits_of(self.stages).items() if key[:4] != "git:"}

    @property
    def team_of(self) -> dict[str, str]:
        """Person → team, by its members."""
        return {member: team.name for team in self.teams for member in team.members}

    @property
    def team_of_component(self) -> dict[str, str]:
        """Component → team."""
        return {component: team.name for team in self.teams for component in team.components}

    @property
    def team_of_repository(self) -> dict[str, str]:
        """Repository → team."""
        return {repository: team.name for team in self.teams for repository in team.repositories}

    @property
    def patterns(self) -> list[tuple[str, str]]:
        """(pattern of persons' names, team)."""
        return [(pattern, team.name) for team in self.teams for pattern in team.patterns]

    @property
    def bots(self) -> dict[str, bool]:
        """Person → whether it is a bot, where the file says so."""
        return {person.name: person.bot for person in self.persons if person.bot is not None}

    @property
    def agents(self) -> dict[str, bool]:
        """The names of persons of whom it is said whether they are AI agents."""
        return {person.name: person.agent for person in self.persons if person.agent is not None}

    @property
    def person_of(self) -> dict[str, str]:
        """Declared account → person."""
        return {account: person.name for person in self.persons for account in person.accounts}

    def repository(self, name: str) -> Repository:
        """Give the section of this repository, or the defaults."""
        return next((section for section in self.repositories if section.name == name), Repository(name=name))

    def calendar_of(self, team: str | None) -> WorkingWeek | None:
        """Give the calendar that this team works by: its own, else the stream's, else None."""
        own = next((section.calendar for section in self.teams if section.name == team), None)
        name = own or self.stream.calendar
        return next((week for week in self.calendars if week.name == name), None)

    def with_rules(self, given: Mapping[str, object]) -> "Workflow":
        """Give the same settings with other thresholds, by their keys in [rules], [waiting] and [findings].

        Raises
        ------
        ParameterError
            A key is unknown, or its value is not allowed.
        """
        sections = {name: getattr(self, name) for name in ("rules", "waiting", "findings")}
        home = {key: name for name, section in sections.items() for key in type(section).model_fields}
        if unknown := [key for key in given if key not in home]:
            raise ParameterError(f"no rule is called '{unknown[0]}'; known: {', '.join(home)}")
        for key, value in given.items():
            section = sections[home[key]]
            try:
                sections[home[key]] = type(section).model_validate({**dict(section), key: value})
            except ValidationError as error:
                raise ParameterError(f"rule {key} is {value!r}: {error.errors()[0]['msg']}") from None
        return self.model_copy(update=sections)

    @property
    def digest(self) -> str:
        """Twelve hex digits of a hash of the file but for its reports, which change no number."""
        text = self.model_dump_json(by_alias=True, exclude={"reports"})
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def __repr__(self) -> str:
        """Name the stream, its counts and its digest."""
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
        stages = [stage.name for stage in self.stages]
        statuses = [status for stage in self.stages for status in stage.statuses]
        repositories = [section.name for section in self.repositories]
        reports = [report.name.casefold() for report in self.reports]
        fields = [field.casefold() for field in self.holder_fields]
        faults = [
            *duplicates(stages, "stage '{}' is defined {} times; keep one"),
            *duplicates(statuses, "status '{}' is mapped {} times; keep it in one stage"),
            *duplicates(repositories, "repository '{}' is named {} times; keep one"),
            *faults_of_people(self.teams, self.persons, self.memberships),
            *faults_of_stages(self.stages),
            *duplicates(fields, "holder_field '{}' is written in {} ways; keep one"),
            *duplicates(reports, "report '{}' is named {} times (capitals do not tell them apart); keep one"),
            *faults_of_calendars(self.calendars, self.teams, stream=self.stream.calendar),
        ]
        if faults:
            raise ValueError("\n".join(faults))
        return self


class Experiment(Section):
    """An ``[[experiment]]``: what the team changed, when, and to what end.

    ``since`` is the first day of the new way of working (UTC), ``until`` the day on which it was given up.
    With ``stage`` the time in that stage is compared, else lead time. ``expect`` is what was hoped for.
    ``change`` says what was done, in the team's own words. ``predicted_days`` is the median that was
    predicted, such as by ``stream.what_if``, and ``predicted_between`` the range of that prediction.
    """

    name: Word
    since: date
    until: date | None = None
    stage: Word | None = None
    expect: Literal["shorter", "longer"] = "shorter"
    change: str = ""
    predicted_days: float | None = Field(default=None, ge=0)
    predicted_between: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if (between := self.predicted_between) is not None and not between[0] <= between[1]:
            raise ValueError(
                f"'{self.name}': predicted_between goes from {between[0]:g} to {between[1]:g}; exchange them"
            )
        if self.until is not None and self.until <= self.since:
            raise ValueError(f"'{self.name}' ends on {self.until}, not after {self.since}; exchange them")
        return self


class _Experiments(Section):
    experiments: tuple[Experiment, ...] = Field(default=(), alias="experiment")

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        names = [experiment.name for experiment in self.experiments]
        if faults := duplicates(names, "experiment '{}' is named {} times; keep one"):
            raise ValueError("\n".join(faults))
        return self


_SECTIONS: Final[dict[str, type[BaseModel]]] = {
    "stream": Stream, "stage": Stage, "team": Team, "person": Person, "membership": Membership,
    "repository": Repository, "repository.components": Component, "rules": Rules, "jira": Jira,
    "alignment": Alignment, "alignment.flow": Flow,
    "delivery": Delivery, "calendar": WorkingWeek, "waiting": Waiting, "blocking": Blocking,
    "outcome": Outcome, "scope": Scope,
    "privacy": Privacy, "service_level": ServiceLevel, "report": Report, "report.tell": Tell,
    "findings": FindingRules, "findings.dismiss": Dismissal, "findings.exclude": Exclusion,
    "what_if": WhatIfRule,
}  # fmt: skip


def parse_workflow(text: str, *, origin: str = "vsm.toml") -> Workflow:
    r"""Give the workflow of a file's text. ``origin`` is what messages call the file.

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
    return parse_toml(text, Workflow, origin=origin, sections=_SECTIONS)


def parse_experiments(text: str, *, origin: str = "experiments.toml") -> tuple[Experiment, ...]:
    r"""Give the experiments of a file's text, in its order; else as ``parse_workflow``.

    Examples
    --------
    >>> parse_experiments('[[experiment]]\nname = "WIP limit"\nsince = 2026-05-04')[0].expect
    'shorter'
    """
    parsed = parse_toml(text, _Experiments, origin=origin, sections={"experiment": Experiment})
    return parsed.experiments
