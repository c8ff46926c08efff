"""How does a stream look when nobody's name shall be seen? Every number stays; names become pseudonyms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from vsm.config import Experiment, Workflow
from vsm.eventlog.log import Log
from vsm.findings import Finding, Findings
from vsm.people import FreeText, People, Pseudonyms, Wording, pseudonyms_of
from vsm.people.free_text import without_addresses

PERSONS: Final = ("actor", "holder", "from_holder", "to_holder")
ACCOUNTS: Final = ("author", "committer")
JOINED: Final = ("coauthors", "reviewers", "signers")
SENTENCES: Final = ("detail", "ref")
JOINT: Final = "; "
"""Columns that name people, in any table: persons, accounts, joined accounts, and sentences of ours."""

FIRST: Final = {"tickets": ("summary", "objective"), "commits": ("subject",)}
LAST: Final = {"commits": ("branch",), "branches": ("branch",), "blocks": ("detail",)}
"""What people wrote themselves, by table: before anything is made of it, and what is looked up until then."""


@dataclass(frozen=True, slots=True)
class Disguise:
    """What is said instead of names? Made once for a stream.

    In free text that people wrote (summaries, subjects, names of branches) addresses and known names give
    way; labels, components and tags stay as they are.
    """

    called: Pseudonyms
    wording: Wording
    free: FreeText

    @classmethod
    def of(cls, people: People, log: Log, *, workflow: Workflow, key: bytes) -> "Disguise":
        """Which names are there to be hidden? Those of accounts, of persons and of members of teams."""
        declared = {person.name for person in workflow.persons} | set(workflow.team_of)
        persons = {*people.persons, *declared, *(known.person for known in workflow.memberships)}
        called = pseudonyms_of(persons - people.bots, person_of=people.person_of, shown=people.bots, key=key)
        accounts = log.names[log.names["kind"] == "account"]
        names = {
            name: called.person(people.person_of[account])
            for account, name in zip(accounts["id"], accounts["name"], strict=True)
            if people.person_of[account] not in people.bots
        }
        names |= {person: called.person(person) for person in persons}
        logins = {a.rpartition(":")[2]: called.person(p) for a, p in people.person_of.items()}
        told = {**logins, **names}
        names |= {account: called.account(account) for account in people.person_of}
        statuses = log.names[log.names["kind"] == "status"]
        ours = {stage.name for stage in workflow.stages} | {team.name for team in workflow.teams}
        ours |= {word for column in ("id", "name") for word in statuses[column]} | people.bots
        wording = Wording({word: name for word, name in names.items() if word not in ours})
        return cls(called, wording, FreeText(told, ordinary=ours | _words_of(log)))

    def log(self, log: Log) -> Log:
        """How do titles and subjects read? The log with these alone changed, at the beginning."""
        changed = {name: self._freed(getattr(log, name), columns) for name, columns in FIRST.items()}
        return replace(log, **changed)

    def experiments(self, tried: tuple[Experiment, ...]) -> tuple[Experiment, ...]:
        """How do experiments read? Their names, and what was done, are free text."""
        return tuple(
            one.model_copy(update={"name": self.free.of(one.name), "change": self.free.of(one.change)})
            for one in tried
        )

    def tables(self, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """How do these tables look? Frames of the same shape, but for NAMES: one row for each pseudonym."""
        return {
            name: self._names(table)
            if name == "names"
            else self._freed(self.table(table), LAST.get(name, ()))
            for name, table in tables.items()
        }

    def measures(self, measures: Mapping[str, Any]) -> dict[str, Any]:
        """How do these look: frames with columns of persons, and findings? All else stays."""
        return {
            name: self.table(value)
            if isinstance(value, pd.DataFrame)
            else self.findings(value)
            if isinstance(value, Findings)
            else value
            for name, value in measures.items()
        }

    def table(self, frame: pd.DataFrame) -> pd.DataFrame:
        """How does a table look? By the names of its columns."""
        renaming: dict[str, Callable[[str], str]] = dict.fromkeys(PERSONS, self.called.person)
        renaming |= {"receiver": self._receiver} | dict.fromkeys(ACCOUNTS, self.called.account)
        renaming |= dict.fromkeys(JOINED, self._accounts) | dict.fromkeys(SENTENCES, self._sentence)
        if {"kind", "before"} <= set(frame.columns):  # EVENTS: its ref is the source's own number
            frame = self._assigned(frame)
            del renaming["ref"]
        changed = {
            column: _renamed(frame[column], naming) for column, naming in renaming.items() if column in frame
        }
        return frame.assign(**changed) if changed else frame

    def findings(self, findings: Findings) -> Findings:
        """How do these claims read?"""
        words = ("subject", "claim", "caveat", "experiment")
        return Findings(_reworded(finding, words, self.wording.of) for finding in findings)

    def workflow(self, workflow: Workflow) -> Workflow:
        """What may be seen of vsm.toml? Teams keep their size; accounts and patterns of names go."""
        teams = [
            team.model_copy(update={"members": tuple(map(self.called.person, team.members)), "patterns": ()})
            for team in workflow.teams
        ]
        persons = [
            person.model_copy(update={"name": self.called.person(person.name), "accounts": ()})
            for person in workflow.persons
        ]
        memberships = [
            known.model_copy(update={"person": self.called.person(known.person)})
            for known in workflow.memberships
        ]
        return workflow.model_copy(
            update={"teams": tuple(teams), "persons": tuple(persons), "memberships": tuple(memberships)}
        )

    def _sentence(self, text: str) -> str:
        return without_addresses(self.wording.of(text))

    def _freed(self, frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
        changed = {column: _renamed(frame[column], self.free.of) for column in columns}
        return frame.assign(**changed) if changed else frame

    def _receiver(self, name: str) -> str:
        """Teams receive work as well as persons, and keep their names."""
        return self.called.called.get(name, name)

    def _accounts(self, text: str) -> str:
        return JOINT.join(dict.fromkeys(map(self.called.account, text.split(JOINT))))

    def _assigned(self, events: pd.DataFrame) -> pd.DataFrame:
        rows = (events["kind"] == "assignee").to_numpy()
        sides = {}
        for side in ("before", "after"):
            plain = events[side].astype("str")
            named = _renamed(plain[rows], self.called.person).reindex(plain.index)
            sides[side] = plain.mask(rows, named).astype("category")
        return events.assign(**sides)

    def _names(self, names: pd.DataFrame) -> pd.DataFrame:
        """Give accounts their pseudonym for id and name; mailboxes go."""
        people = names["kind"] == "account"
        bots = people & names["id"].map(self.called.person_of).isin(list(self.called.shown))
        ids = _renamed(names["id"].where(people), self.called.account).fillna(names["id"])
        called = ids.str.split(":", n=1).str[-1]
        name = names["name"].mask(people & ~bots, called)
        rows = names.assign(id=ids, name=name, mailbox=names["mailbox"].mask(people))
        grouped = rows.groupby(["kind", "id", "name"], observed=True, sort=False)
        spans = {"first": grouped["first"].transform("min"), "last": grouped["last"].transform("max")}
        return rows.assign(**spans).drop_duplicates(["kind", "id", "name"], ignore_index=True)


def _words_of(log: Log) -> set[str]:
    """Name the project's own words: types, priorities, components, projects and repositories."""
    told = [log.tickets[column] for column in ("type", "priority", "project")]
    told += [log.tickets["components"].astype("str").str.split(JOINT).explode(), log.commits["repository"]]
    return {str(word) for words in told for word in words.dropna().unique()}


def _renamed(values: "pd.Series[Any]", naming: Callable[[str], str]) -> "pd.Series[Any]":
    """Rename each different value once; missing ones stay missing, and the type stays."""
    plain = values.astype("str")
    known = {word: naming(word) for word in plain.dropna().unique()}
    return plain.map(known).astype(values.dtype if values.dtype != "category" else "category")


def _reworded(finding: Finding, words: tuple[str, ...], saying: Callable[[str], str]) -> Finding:
    said: dict[str, Any] = {word: saying(getattr(finding, word)) for word in words}
    return replace(finding, **said)
