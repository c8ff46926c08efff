"""Which number stands for each word? Tables are read into integers once, and written back at the end."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from vsm.intervals.instants import Ints
from vsm.people import Teams


def numbers(values: "pd.Series[Any]", known: "pd.Index[Any]") -> Ints:
    """Which number does each word have? −1 where it is missing or not known.

    Examples
    --------
    >>> numbers(pd.Series(["b", None, "x"]), pd.Index(["a", "b"])).tolist()
    [1, -1, -1]
    """
    coded = values if isinstance(values.dtype, pd.CategoricalDtype) else values.astype("category")
    place = np.append(known.get_indexer(coded.cat.categories), -1).astype(np.int64)
    return place[coded.cat.codes.to_numpy()]


def words_in(*columns: "pd.Series[Any]") -> "pd.Index[Any]":
    """Which different words do these columns hold? Sorted.

    Examples
    --------
    >>> words_in(pd.Series(["b", None]), pd.Series(["a"])).tolist()
    ['a', 'b']
    """
    words = {str(word) for column in columns for word in column.dropna().unique()}
    return pd.Index(sorted(words), dtype="str")


def named(numbers: "np.ndarray[Any, Any]", known: "pd.Index[Any]") -> "pd.Series[Any]":
    """Which word does each number mean? A category, missing where the number is −1.

    Examples
    --------
    >>> named(np.array([1, -1]), pd.Index(["a", "b"])).tolist()
    ['b', nan]
    """
    return pd.Series(pd.Categorical.from_codes(numbers, known))


def instants_of(micros: Ints) -> "pd.Series[Any]":
    """Which instants are these microseconds since the epoch?

    Examples
    --------
    >>> instants_of(np.array([0]))[0].year
    1970
    """
    return pd.Series(micros.view("M8[us]")).dt.tz_localize("UTC")


def latest_row(holds: "np.ndarray[Any, Any]") -> Ints:
    """Which is the last row up to each at which something held? −1 before the first.

    Examples
    --------
    >>> latest_row(np.array([False, True, False])).tolist()
    [-1, 1, 1]
    """
    latest: Ints = np.maximum.accumulate(np.where(holds, np.arange(len(holds)), -1))
    return latest


def at_rows(values: "np.ndarray[Any, Any]", rows: Ints, *, missing: int = -1) -> Ints:
    """Which value stands in each of these rows? ``missing`` where the row is −1.

    Examples
    --------
    >>> at_rows(np.array([5, 6]), np.array([1, -1])).tolist()
    [6, -1]
    """
    return np.append(values, missing)[rows]


def team_numbers(
    person: Ints, at: Ints, *, teams: Teams, persons: "pd.Index[Any]", known: "pd.Index[Any]"
) -> Ints:
    """Which team was each person in at each instant? −1 where in none, and of nobody.

    Parameters
    ----------
    person, at
        Numbers in ``persons``, and microseconds since the epoch.
    known
        Names of teams, which the answers are numbers of.

    Examples
    --------
    >>> one = np.array([0, -1])
    >>> words = {"persons": pd.Index(["dev-1"]), "known": pd.Index(["web"])}
    >>> team_numbers(one, one, teams=Teams({"dev-1": "web"}), **words).tolist()
    [0, -1]
    """
    found = at_rows(_always(persons, teams.team_of, known), person)
    if teams.spells.empty:
        return found
    moved = numbers(pd.Series(teams.spells["person"].unique()), persons)
    rows = np.flatnonzero(np.isin(person, moved[moved >= 0]))
    names = pd.Series(persons.to_numpy()[person[rows]], dtype="str")
    found[rows] = numbers(teams.at(names, instants_of(at[rows])), known)
    return found


def _always(words: Iterable[Any], mapping: Any, known: "pd.Index[Any]") -> Ints:
    return numbers(pd.Series(list(words), dtype="str").map(mapping).astype("str"), known)


def declared_teams(teams: Teams) -> "pd.Series[Any]":
    """Which teams do people and tickets belong to, by what vsm.toml says? Names, several times each.

    Examples
    --------
    >>> declared_teams(Teams({"dev-1": "web"})).tolist()
    ['web']
    """
    return pd.Series([*teams.team_of.values(), *teams.of_ticket.values(), *teams.spells["team"]], dtype="str")


def team_of_tickets(tickets: "pd.Index[Any]", *, teams: Teams, known: "pd.Index[Any]") -> Ints:
    """Which team does each ticket belong to, by its components or repositories? −1 where to none.

    Examples
    --------
    >>> teams = Teams(of_ticket={"a": "web"})
    >>> team_of_tickets(pd.Index(["a", "b"]), teams=teams, known=pd.Index(["web"])).tolist()
    [0, -1]
    """
    if not teams.of_ticket:
        return np.full(len(tickets), -1)
    return _always(tickets, teams.of_ticket, known)
