"""Stages, and the teams of people and tickets, as codes."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from vsm.intervals._kernels.arrays import NOBODY, Flags, Ints
from vsm.intervals._kernels.coding import Interner, encode, instants_of
from vsm.intervals._kernels.runs import take_or_missing
from vsm.people import Teams
from vsm.tables import STAGE_KINDS

STAGE_KIND: Final = {kind: code for code, kind in enumerate(STAGE_KINDS)}
QUEUE, WORK, EXTERNAL, DONE = (STAGE_KIND[kind] for kind in ("queue", "work", "external", "done"))


class StageCodes(NamedTuple):
    """Each stage by number, in the order of their first status; ``number`` is by status id.

    ``field`` names who holds tickets in the stage.
    """

    number: Mapping[str, int]
    kind: Ints
    team: Ints
    batch: Flags
    field: Ints


def stage_codes(stages: pd.DataFrame, words: Interner) -> StageCodes:
    """Give stages as numbers, their teams in codes of the interner."""
    about = stages.drop_duplicates("stage")
    return StageCodes(
        number=stage_of_status(stages),
        kind=np.array([STAGE_KIND[kind] for kind in about["kind"]], dtype=np.int64),
        team=words.codes(about["team"]),
        batch=about["batch"].to_numpy(dtype=bool),
        field=fields_of_stages(stages, words),
    )


def stage_of_status(stages: pd.DataFrame) -> dict[str, int]:
    """Give the number of each status' stage.

    Examples
    --------
    >>> stage_of_status(pd.DataFrame({"status": ["1", "2", "3"], "stage": ["Open", "Build", "Open"]}))
    {'1': 0, '2': 1, '3': 0}
    """
    number = {stage: code for code, stage in enumerate(stages["stage"].drop_duplicates())}
    return {str(status): number[s] for status, s in zip(stages["status"], stages["stage"], strict=True)}


def fields_of_stages(stages: pd.DataFrame, words: Interner) -> Ints:
    """Give the field that names who holds tickets in each stage, by its number; NOBODY where none does."""
    return words.codes(stages.drop_duplicates("stage")["holder_field"])


class TeamCodes:
    """The team that a person is in, or a ticket belongs to, in codes of one interner.

    Examples
    --------
    >>> words = Interner()
    >>> teams = TeamCodes(Teams({"dev-1": "web"}), words)
    >>> dev = words.codes(["dev-1"])
    >>> words.words[teams.of_persons(dev, np.array([0]))].tolist()
    ['web']
    """

    def __init__(self, teams: Teams, words: Interner) -> None:
        self._teams, self._words = teams, words
        words.codes(declared_teams(teams))

    def of_persons(self, person: Ints, at: Ints) -> Ints:
        """Give the team of each person at each instant; NOBODY where in none."""
        if self._teams.spells.empty:
            return self._words.translate(self._coded(self._teams.team_of))[person]
        words = self._words.words
        return encode_teams(person, at, teams=self._teams, persons=words, known=words)

    def of_tickets(self, tickets: Sequence[Any]) -> Ints:
        """Give the team of each ticket; empty where no ticket belongs to any."""
        team_of = self._coded(self._teams.of_ticket)
        asked = tickets if team_of else ()
        return np.array([team_of.get(ticket, NOBODY) for ticket in asked], dtype=np.int64)

    def _coded(self, team_of: Mapping[str, str]) -> dict[str, int]:
        return dict(zip(team_of, self._words.codes(team_of.values()).tolist(), strict=True))


def declared_teams(teams: Teams) -> "pd.Series[Any]":
    """Give the teams of people and tickets by what vsm.toml says; a name may come several times.

    Examples
    --------
    >>> declared_teams(Teams({"dev-1": "web"})).tolist()
    ['web']
    """
    return pd.Series([*teams.team_of.values(), *teams.of_ticket.values(), *teams.spells["team"]], dtype="str")


def encode_teams(
    person: Ints, at: Ints, *, teams: Teams, persons: "pd.Index[Any]", known: "pd.Index[Any]"
) -> Ints:
    """Give the team of each person at each instant, as its position in ``known``; −1 where in none.

    Parameters
    ----------
    person, at
        Positions in ``persons``, and microseconds since the epoch.

    Examples
    --------
    >>> one = np.array([0, -1])
    >>> words = {"persons": pd.Index(["dev-1"]), "known": pd.Index(["web"])}
    >>> encode_teams(one, one, teams=Teams({"dev-1": "web"}), **words).tolist()
    [0, -1]
    """
    found = take_or_missing(_mapped(persons, teams.team_of, known), person)
    if teams.spells.empty:
        return found
    # Only those whom some dated membership names need a look at the day.
    dated = encode(pd.Series(teams.spells["person"].unique()), persons)
    rows = np.flatnonzero(np.isin(person, dated[dated >= 0]))
    names = pd.Series(persons.to_numpy()[person[rows]], dtype="str")
    found[rows] = encode(teams.at(names, instants_of(at[rows])), known)
    return found


def encode_ticket_teams(tickets: "pd.Index[Any]", *, teams: Teams, known: "pd.Index[Any]") -> Ints:
    """Give the team of each ticket by components or repositories, as its position in ``known``; −1 if none.

    Examples
    --------
    >>> teams = Teams(of_ticket={"a": "web"})
    >>> encode_ticket_teams(pd.Index(["a", "b"]), teams=teams, known=pd.Index(["web"])).tolist()
    [0, -1]
    """
    if not teams.of_ticket:
        return np.full(len(tickets), -1)
    return _mapped(tickets, teams.of_ticket, known)


def _mapped(words: "pd.Index[Any]", team_of: Mapping[str, str], known: "pd.Index[Any]") -> Ints:
    place = {team: number for number, team in enumerate(known.tolist())}
    return np.array([place.get(team_of.get(word, ""), -1) for word in words.tolist()], dtype=np.int64)
