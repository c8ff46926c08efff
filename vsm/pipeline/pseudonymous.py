"""How does a stream look when nobody's name shall be seen? Every number stays; names become pseudonyms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from vsm.eventlog.log import Log
from vsm.findings import Finding, Findings
from vsm.people import People, Pseudonyms, Wording, pseudonyms_of
from vsm.workflow import Workflow

PERSONS: Final = ("actor", "holder", "from_holder", "to_holder")
ACCOUNTS: Final = ("author", "committer")
JOINED: Final = ("coauthors", "reviewers", "signers")
SENTENCES: Final = ("detail", "ref")
JOINT: Final = "; "
"""Columns that name people, in any table: persons, accounts, joined accounts, and sentences of ours."""


@dataclass(frozen=True, slots=True)
class Disguise:
    """What is said instead of names? Made once for a stream.

    Free text that people wrote (summaries, subjects, names of branches, labels) stays as it is.
    """

    called: Pseudonyms
    wording: Wording

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
        names |= {account: called.account(account) for account in people.person_of}
        statuses = log.names[log.names["kind"] == "status"]
        ours = {stage.name for stage in workflow.stages} | {team.name for team in workflow.teams}
        ours |= {word for column in ("id", "name") for word in statuses[column]} | people.bots
        return cls(called, Wording({word: name for word, name in names.items() if word not in ours}))

    def tables(self, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """How do these tables look? Frames of the same shape, but for NAMES: one row for each pseudonym."""
        return {name: self._names(t) if name == "names" else self.table(t) for name, t in tables.items()}

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
        renaming |= dict.fromkeys(JOINED, self._accounts) | dict.fromkeys(SENTENCES, self.wording.of)
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


def _renamed(values: "pd.Series[Any]", naming: Callable[[str], str]) -> "pd.Series[Any]":
    """Rename each different value once; missing ones stay missing, and the type stays."""
    plain = values.astype("str")
    known = {word: naming(word) for word in plain.dropna().unique()}
    return plain.map(known).astype(values.dtype if values.dtype != "category" else "category")


def _reworded(finding: Finding, words: tuple[str, ...], saying: Callable[[str], str]) -> Finding:
    said: dict[str, Any] = {word: saying(getattr(finding, word)) for word in words}
    return replace(finding, **said)
