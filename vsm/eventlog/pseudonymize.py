"""The front door: mail addresses are masked, persons get pseudonyms, and nothing behind it knows a name."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Final, TypeVar

import pandas as pd
from pydantic import BaseModel

from vsm.config import Experiment, Workflow
from vsm.eventlog.log import Log, QualityNote, sorted_events
from vsm.eventlog.participants import SmallTeams
from vsm.people import (
    FreeText,
    People,
    Pseudonyms,
    Teams,
    Wording,
    mask_addresses,
    pseudonyms_of,
    with_renamed,
)
from vsm.people.contacts import without_addresses
from vsm.tables import PERSON_KINDS

Part = TypeVar("Part", bound=BaseModel)
SEPARATOR: Final = "; "
LIST_COLUMNS: Final = ("coauthors", "reviewers", "signers")
ACCOUNT_COLUMNS: Final = {
    "events": ("actor",),
    "commits": ("author", "committer", *LIST_COLUMNS),
    "pulls": ("author", "merged_by"),
    "pull_events": ("actor", "after"),
    "quality": ("ref", "detail"),
}


def log_without_addresses(log: Log) -> Log:
    """Give a log in which accounts that bear a mail address, as id or name, bear a masked one everywhere.

    The same log where none does. Free text that people wrote, such as summaries and subjects, stays.
    """
    tables = {name: _masked(getattr(log, name), columns) for name, columns in ACCOUNT_COLUMNS.items()}
    events = tables["events"]
    assigned, sides = events["kind"].isin(PERSON_KINDS), ["before", "after"]
    plain = events.loc[assigned, sides].astype("str")
    hidden = _masked(plain, ("before", "after"))
    if not hidden.equals(plain):
        changed = {
            side: events[side].astype("str").mask(assigned, hidden[side]).astype("category") for side in sides
        }
        tables["events"] = sorted_events(events.assign(**changed))
    accounts = log.names["kind"] == "account"
    hidden = _masked(log.names[accounts], ("id", "name"))
    if not hidden.equals(log.names[accounts]):
        names = pd.concat([log.names[~accounts], hidden]).sort_index()
        tables["names"] = names.drop_duplicates(["kind", "id", "name"], ignore_index=True)
    return replace(log, **tables)


def _masked(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    if frame.empty:
        return frame
    changed = {column: _hidden(frame[column]) for column in columns}
    return frame.assign(**{column: values for column, values in changed.items() if values is not None})


def _hidden(values: "pd.Series[Any]") -> "pd.Series[Any] | None":
    """Mask each different value once; None where none changes."""
    words = pd.Series(values.dropna().unique(), dtype="str")
    masks = {word: mask_addresses(word) for word in words[words.str.contains("@", regex=False)]}
    if all(word == mask for word, mask in masks.items()):
        return None
    plain = values.astype("str").replace(masks)
    return plain.astype("category") if values.dtype == "category" else plain


def pseudonymize(
    log: Log,
    *,
    people: People,
    workflow: Workflow,
    experiments: tuple[Experiment, ...],
    small: SmallTeams | None,
    key: bytes,
) -> tuple[Log, People, Workflow, tuple[Experiment, ...], SmallTeams | None, list[QualityNote]]:
    """Give the same log, people, settings, experiments and small teams with pseudonyms in place of names.

    The notes say which words of the project name a person, who has a pseudonym in them: statuses, stages,
    types, priorities, teams and repositories are shown as they are, since vsm.toml is written in them.

    Accounts become their system and their person's pseudonym, such as ``jira:P-7KQ2MX``; persons become the
    pseudonym. Bots keep their names. In free text that people wrote (summaries, subjects, branches, flags,
    sprints, labels, components) mail addresses and known names give way; tags stay. Mailbox digests go.

    Parameters
    ----------
    people
        Who is behind each account, by their real names.
    key
        Secret of the work folder. It is kept by nothing that is given back.
    """
    door = _Door(log, people=people, workflow=workflow, key=key)
    experiments = _changed(
        experiments, lambda one: {"name": door.free.of(one.name), "change": door.free.of(one.change)}
    )
    notes = _names_in_words(log, workflow, door.free)
    if small:
        known = {t: frozenset(map(door.pseudonyms.person, who)) for t, who in small.people_of.items()}
        small = replace(small, people_of=known)
    return door.log(log), door.people(people), door.workflow(workflow), experiments, small, notes


def _names_in_words(log: Log, workflow: Workflow, free: FreeText) -> list[QualityNote]:
    statuses = log.names.loc[log.names["kind"] == "status", "name"]
    kept: dict[str, Iterable[object]] = {
        "status": [*statuses, *(stage.name for stage in workflow.stages)],
        "type": log.tickets["type"],
        "priority": log.tickets["priority"],
        "resolution": log.tickets["resolution"],
        "team": [*(team.name for team in workflow.teams), *_teams_asked(log)],
        "repository": [
            *log.commits["repository"],
            *log.deploys["repository"],
            *log.pulls["repository"],
            *log.pipelines["repository"],
        ],
        "release": log.releases["release"],
    }
    notes = list(_owners(log))
    for kind, words in kept.items():
        plain = sorted({str(word) for word in words if isinstance(word, str)})
        if found := [free.of_ordinary(word) for word in plain if free.of_ordinary(word) != word]:
            detail = (
                f"{kind} {', '.join(map(repr, found[:8]))} seems to name a person, and is shown as "
                "it is also where names are not; rename it at its source before you share"
            )
            notes.append(QualityNote("names in words", "warning", detail))
    return notes


def _teams_asked(log: Log) -> list[str]:
    """List the teams that were asked for a review."""
    asked = log.pull_events["after"].dropna().unique()
    return [word.removeprefix("team:") for word in asked if word.startswith("team:")]


def _owners(log: Log) -> Iterator[QualityNote]:
    """Find repositories of persons: the login of their owner is part of the ids of what is in them."""
    accounts = set(log.names.loc[log.names["kind"] == "account", "id"])
    pulls = log.pulls["pull"].str.replace(r"[#!]\d+$", "", regex=True)
    sources = {*log.events["source"].unique(), *pulls}
    theirs = {source for source in sources if source.partition("/")[0] in accounts}
    if theirs:
        detail = (
            f"repositories of persons, such as '{min(theirs).rpartition('/')[2]}' ({len(theirs)} in all): "
            "ids of pull requests and events begin with the login of the owner; before you share, pull again "
            "under another name (--name)"
        )
        yield QualityNote("names in words", "warning", detail)


class _Door:
    """What is written in place of each name: for accounts, in our own sentences, and in free text."""

    def __init__(self, log: Log, *, people: People, workflow: Workflow, key: bytes) -> None:
        declared = {person.name for person in workflow.persons} | set(workflow.team_of)
        persons = {*people.persons, *declared, *(section.person for section in workflow.memberships)}
        self.pseudonyms: Pseudonyms = pseudonyms_of(
            persons - people.programs, person_of=people.person_of, shown=people.programs, key=key
        )
        self.accounts = {account: self.pseudonyms.account(account) for account in _accounts(log, people)}
        of_person = {person: self.pseudonyms.person(person) for person in persons}
        rows = log.names[log.names["kind"] == "account"]
        named = {
            name: self.pseudonyms.person(people.person_of[account])
            for account, name in zip(rows["id"].tolist(), rows["name"].tolist(), strict=True)
            if people.person_of[account] not in people.programs
        } | of_person
        logins = {a.rpartition(":")[2]: self.pseudonyms.person(p) for a, p in people.person_of.items()}
        statuses = log.names[log.names["kind"] == "status"]
        ordinary = {stage.name for stage in workflow.stages} | {team.name for team in workflow.teams}
        ordinary |= {word for column in ("id", "name") for word in statuses[column]} | people.programs
        self._wording = Wording(
            {word: name for word, name in (named | self.accounts).items() if word not in ordinary}
        )
        self.free = FreeText({**logins, **named}, ordinary=ordinary | _project_words(log))

    def log(self, log: Log) -> Log:
        events = with_renamed(log.events, self.accounts)
        flags = events["kind"].isin(["flag", "sprint", "workflow"]).to_numpy()
        sides = {
            side: _renamed(events[side].astype("str"), self.free.of, rows=flags).astype("category")
            for side in ("before", "after")
            if flags.any()
        }
        commits = dict.fromkeys(("author", "committer"), self.accounts.__getitem__)
        lists = dict.fromkeys(LIST_COLUMNS, self._account_list)
        texts = dict.fromkeys(("subject", "branch"), self.free.of)
        pulls = dict.fromkeys(("author", "merged_by"), self.accounts.__getitem__)
        pulls |= dict.fromkeys(("title", "branch", "base"), self.free.of)
        asked = {"actor": self.accounts.__getitem__, "after": self._asked}
        return replace(
            log,
            events=events.assign(**sides) if sides else events,
            tickets=_assigned(
                log.tickets, dict.fromkeys(("summary", "objective", "components", "labels"), self._words)
            ),
            commits=_assigned(log.commits, commits | lists | texts),
            branches=_assigned(log.branches, {"branch": self.free.of}),
            pulls=_assigned(log.pulls, pulls),
            pull_events=_assigned(log.pull_events, asked),
            pipelines=_assigned(log.pipelines, {"branch": self.free.of}),
            names=self._names(log.names),
            quality=_assigned(log.quality, dict.fromkeys(("detail", "ref"), self._sentence)),
        )

    def people(self, people: People) -> People:
        person = self.pseudonyms.person
        teams, spells = people.teams, people.teams.spells
        return People(
            {renamed: person(people.person_of.get(one, one)) for one, renamed in self.accounts.items()},
            Teams(
                {person(name): team for name, team in teams.team_of.items()},
                spells.assign(person=spells["person"].map(person).astype("str")),
                teams.of_ticket,
            ),
            people.bots,
            tuple(
                unclear._replace(
                    accounts=tuple(self.accounts.get(one, one) for one in unclear.accounts),
                    word=self._sentence(unclear.word),
                )
                for unclear in people.unclear
            ),
            people.agents,
        )

    def workflow(self, workflow: Workflow) -> Workflow:
        """Keep the size of teams; accounts, patterns of names and addressees go."""
        person = self.pseudonyms.person
        sections = {
            "teams": _changed(
                workflow.teams,
                lambda team: {"members": tuple(map(person, team.members)), "patterns": ()},
            ),
            "persons": _changed(workflow.persons, lambda one: {"name": person(one.name), "accounts": ()}),
            "memberships": _changed(workflow.memberships, lambda one: {"person": person(one.person)}),
            "repositories": _changed(
                workflow.repositories, lambda one: {"main": one.main and self.free.of(one.main)}
            ),
            "reports": _changed(workflow.reports, lambda _: {"tell": ()}),
        }
        return workflow.model_copy(update=sections)

    def _words(self, text: str) -> str:
        return SEPARATOR.join(self.free.of(word) for word in text.split(SEPARATOR))

    def _sentence(self, text: str) -> str:
        return without_addresses(self._wording.of(text))

    def _account_list(self, text: str) -> str:
        return SEPARATOR.join(dict.fromkeys(self.accounts[one] for one in text.split(SEPARATOR)))

    def _asked(self, word: str) -> str:
        """Give who was asked; teams, and what reviews said, stay."""
        return self.accounts.get(word, word)

    def _names(self, names: pd.DataFrame) -> pd.DataFrame:
        """Give accounts their pseudonym for id and name, one row for each; mailboxes go."""
        accounts = names["kind"] == "account"
        bots = accounts & names["id"].map(self.pseudonyms.person_of).isin(list(self.pseudonyms.shown))
        ids = _renamed(names["id"], self.accounts.__getitem__, rows=accounts.to_numpy())
        name = names["name"].mask(accounts & ~bots, ids.str.split(":", n=1).str[-1])
        sprints = names["kind"].isin(["sprint", "sprint end"]).to_numpy()
        name = _renamed(name, self.free.of, rows=sprints) if sprints.any() else name
        rows = names.assign(id=ids, name=name, mailbox=names["mailbox"].mask(accounts))
        if not rows.duplicated(["kind", "id", "name"]).any():
            return rows
        grouped = rows.groupby(["kind", "id", "name"], observed=True, sort=False)
        spans = {"first": grouped["first"].transform("min"), "last": grouped["last"].transform("max")}
        return rows.assign(**spans).drop_duplicates(["kind", "id", "name"], ignore_index=True)


def _changed(sections: tuple[Part, ...], fields: Callable[[Part], dict[str, Any]]) -> tuple[Part, ...]:
    return tuple(section.model_copy(update=fields(section)) for section in sections)


def _accounts(log: Log, people: People) -> set[str]:
    """List every account that any table names, known to somebody or not."""
    assigned = log.events[log.events["kind"].isin(PERSON_KINDS)]
    columns = [log.events["actor"], assigned["before"], assigned["after"]]
    columns += [log.commits[name] for name in ("author", "committer")]
    columns += [log.commits[name].astype("str").str.split(SEPARATOR).explode() for name in LIST_COLUMNS]
    requests = log.pull_events["kind"].isin(["review_request", "review_unrequest"])
    asked = log.pull_events.loc[requests, "after"]
    columns += [log.pulls["author"], log.pulls["merged_by"], log.pull_events["actor"]]
    columns += [asked[~asked.astype("str").str.startswith("team:", na=False)]]
    columns += [log.names.loc[log.names["kind"] == "account", "id"]]
    named = (account for column in columns for account in column.dropna().unique().tolist())
    return {*people.person_of, *map(str, named)}


def _project_words(log: Log) -> set[str]:
    """List words that name nobody: types, priorities, components, projects and repositories."""
    columns = [log.tickets[column] for column in ("type", "priority", "project")]
    components = log.tickets["components"].astype("str").str.split(SEPARATOR).explode()
    columns += [components, log.commits["repository"], log.pulls["repository"], log.pipelines["repository"]]
    return {str(word) for column in columns for word in column.dropna().unique()}


def _assigned(frame: pd.DataFrame, naming: dict[str, Callable[[str], str]]) -> pd.DataFrame:
    if frame.empty:
        return frame
    return frame.assign(**{column: _renamed(frame[column], name) for column, name in naming.items()})


def _renamed(values: "pd.Series[Any]", naming: Callable[[str], str], *, rows: Any = None) -> "pd.Series[Any]":
    """Rename each different value once, where ``rows`` says so; missing ones and the type stay."""
    plain = values.astype("str")
    chosen = plain if rows is None else plain[rows]
    names = {word: naming(word) for word in chosen.dropna().unique().tolist()}
    if all(word == name for word, name in names.items()):
        return values
    renamed = chosen.map(names)
    whole = renamed if rows is None else plain.mask(rows, renamed.reindex(plain.index))
    return whole.astype(values.dtype if values.dtype != "category" else "category")
