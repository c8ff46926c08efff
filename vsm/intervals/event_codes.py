"""How does a log look as whole numbers? Words become codes once, and all that follows only compares them."""

from collections.abc import Iterable, Mapping, Sequence
from threading import Lock
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals.codes import declared_teams, team_numbers
from vsm.intervals.instants import Flags, Ints
from vsm.intervals.runs import NEVER, NOBODY
from vsm.people import Teams
from vsm.tables import EVENT_KINDS, STAGE_KINDS, TOUCH_KINDS

STATE_KINDS: Final = ("created", "status", "assignee", "team")
KIND: Final = {kind: code for code, kind in enumerate(EVENT_KINDS)}
STAGE_KIND: Final = {kind: code for code, kind in enumerate(STAGE_KINDS)}
QUEUE, WORK, OUTSIDE, DONE = (STAGE_KIND[kind] for kind in ("queue", "work", "external", "done"))
MISSING: Final = int(np.iinfo(np.int64).min)
COLUMNS: Final = ("ticket", "at", "kind", "before", "after", "actor", "bulk")


def kinds_marked(kinds: Iterable[str]) -> Flags:
    """Which codes mean one of these kinds of event? To be asked by code; NOBODY is none of them.

    Examples
    --------
    >>> kinds_marked(["created"])[KIND["created"]].item()
    True
    """
    marked = np.zeros(len(EVENT_KINDS) + 1, dtype=bool)
    marked[[KIND[kind] for kind in kinds]] = True
    return marked


STATES: Final = kinds_marked(STATE_KINDS)
TOUCHES: Final = kinds_marked(TOUCH_KINDS)
READ: Final = kinds_marked((*STATE_KINDS, *TOUCH_KINDS, "delete"))


class Vocabulary:
    """Which number stands for which word? Grows with every word that it is shown, by several threads or one.

    Examples
    --------
    >>> words = Vocabulary()
    >>> words.codes(["web", "qa", "web"]).tolist(), words.codes(["qa", None]).tolist()
    ([0, 1, 0], [1, -1])
    """

    def __init__(self) -> None:
        self._code: dict[str, int] = {}
        self._lock = Lock()

    def codes(self, words: Iterable[Any]) -> Ints:
        """Which number stands for each word? NOBODY for a missing one."""
        known = self._code
        with self._lock:
            numbers = [
                known.setdefault(word, len(known)) if isinstance(word, str) else NOBODY for word in words
            ]
        return np.array(numbers, dtype=np.int64)

    def meaning(self, number_of: Mapping[str, int]) -> Ints:
        """Which number does a mapping give each word, by its code? NOBODY where none, and for NOBODY."""
        with self._lock:
            known = list(self._code)
        return np.array([*(number_of.get(word, NOBODY) for word in known), NOBODY], dtype=np.int64)

    @property
    def words(self) -> "pd.Index[Any]":
        """Which words are known, in the order of their codes?"""
        with self._lock:
            return pd.Index(list(self._code), dtype="str")


class Worded(NamedTuple):
    """How is a column of repeated words kept? A number for each row, −1 where missing, and the words."""

    numbers: npt.NDArray[Any]
    words: Sequence[Any]


class Facts(NamedTuple):
    """Which columns of EVENTS do intervals need? As stored: instants in microseconds, words as numbers."""

    ticket: Worded
    at: Ints
    kind: Worded
    before: Worded
    after: Worded
    actor: Worded
    bulk: Flags


def facts_of(events: pd.DataFrame) -> Facts:
    """Which facts does a frame of EVENTS hold?"""
    worded = {
        name: Worded(events[name].cat.codes.to_numpy(), events[name].cat.categories.tolist())
        for name in ("ticket", "kind", "before", "after", "actor")
    }
    return Facts(at=micros_of(events["at"]), bulk=events["bulk"].to_numpy(), **worded)


class EventCodes(NamedTuple):
    """What happened? One entry a fact that tells of a ticket's state or of work on it, in order.

    ``kind`` counts in EVENT_KINDS; ``before``, ``after`` and ``actor`` are codes of one vocabulary.
    """

    ticket: npt.NDArray[Any]
    at: Ints
    kind: npt.NDArray[Any]
    before: Ints
    after: Ints
    actor: Ints
    bulk: Flags


def event_codes(facts: Facts, words: Vocabulary, *, as_of: pd.Timestamp) -> EventCodes:
    """How do facts up to an instant look in one vocabulary? Kinds that intervals do not read are left out."""
    number = np.array([*(KIND[kind] for kind in facts.kind.words), NOBODY], dtype=np.int8)
    kind = number[facts.kind.numbers]
    read = READ[kind] & (facts.at <= instant_of(as_of))
    rows: Any = slice(None) if read.all() else np.flatnonzero(read)  # a slice copies nothing
    kind = kind[rows]
    silent = ~STATES[kind]
    before, after = facts.before.numbers[rows].copy(), facts.after.numbers[rows].copy()
    before[silent] = after[silent] = NOBODY  # what these facts say beside is of no concern here
    return EventCodes(
        facts.ticket.numbers[rows],
        np.asarray(facts.at)[rows],
        kind,
        before=_in_one_vocabulary(facts.before.words, before, words),
        after=_in_one_vocabulary(facts.after.words, after, words),
        actor=_in_one_vocabulary(facts.actor.words, facts.actor.numbers[rows], words),
        bulk=facts.bulk[rows],
    )


def _in_one_vocabulary(known: Sequence[Any], numbers: npt.NDArray[Any], words: Vocabulary) -> Ints:
    """Translate a column's own numbers; words that do not occur are not learned."""
    occurs = np.zeros(len(known) + 1, dtype=bool)
    occurs[numbers] = True  # the last one stands for NOBODY
    used = np.flatnonzero(occurs[:-1])
    code = np.full(len(known) + 1, NOBODY, dtype=np.int64)
    code[used] = words.codes([known[number] for number in used.tolist()])
    translated: Ints = code[numbers]
    return translated


def instant_of(at: pd.Timestamp) -> int:
    """Which microsecond since the epoch is this instant?

    Examples
    --------
    >>> instant_of(pd.Timestamp("1970-01-01 00:00:01", tz="UTC"))
    1000000
    """
    return int(at.value) // 1000


class StageCodes(NamedTuple):
    """What is each stage, by number? Teams are codes; ``number`` tells the stage of each status id."""

    number: Mapping[str, int]
    kind: Ints
    team: Ints
    batch: Flags


def stage_codes(stages: pd.DataFrame, words: Vocabulary) -> StageCodes:
    """How do stages look as numbers? Counted in the order of their first status."""
    about = stages.drop_duplicates("stage")
    return StageCodes(
        number=stage_of_status(stages),
        kind=np.array([STAGE_KIND[kind] for kind in about["kind"]], dtype=np.int64),
        team=words.codes(about["team"]),
        batch=about["batch"].to_numpy(dtype=bool),
    )


def stage_of_status(stages: pd.DataFrame) -> dict[str, int]:
    """Which number has the stage of each status?

    Examples
    --------
    >>> stage_of_status(pd.DataFrame({"status": ["1", "2", "3"], "stage": ["Open", "Build", "Open"]}))
    {'1': 0, '2': 1, '3': 0}
    """
    number = {stage: code for code, stage in enumerate(stages["stage"].drop_duplicates())}
    return {str(status): number[s] for status, s in zip(stages["status"], stages["stage"], strict=True)}


class TeamCodes:
    """Which team is a person in, or does a ticket belong to, in codes of one vocabulary?

    Examples
    --------
    >>> words = Vocabulary()
    >>> teams = TeamCodes(Teams({"dev-1": "web"}), words)
    >>> dev = words.codes(["dev-1"])
    >>> words.words[teams.of_persons(dev, np.array([0]))].tolist()
    ['web']
    """

    def __init__(self, teams: Teams, words: Vocabulary) -> None:
        self._teams, self._words = teams, words
        words.codes(declared_teams(teams))

    def of_persons(self, person: Ints, at: Ints) -> Ints:
        """Which team was each person in at each instant? NOBODY where in none."""
        if self._teams.spells.empty:
            return self._words.meaning(self._coded(self._teams.team_of))[person]
        words = self._words.words
        return team_numbers(person, at, teams=self._teams, persons=words, known=words)

    @property
    def ask_tickets(self) -> bool:
        """Does any ticket belong to a team of its own?"""
        return bool(self._teams.of_ticket)

    def of_tickets(self, tickets: Sequence[Any]) -> Ints:
        """Which team does each ticket belong to? Nothing to ask where no ticket belongs to any."""
        team_of = self._coded(self._teams.of_ticket)
        asked = tickets if team_of else ()
        return np.array([team_of.get(ticket, NOBODY) for ticket in asked], dtype=np.int64)

    def _coded(self, team_of: Mapping[str, str]) -> dict[str, int]:
        return dict(zip(team_of, self._words.codes(team_of.values()).tolist(), strict=True))


def missing_where_never(values: Ints) -> Ints:
    """How do these microseconds look to pandas? Missing where NEVER.

    Examples
    --------
    >>> missing_where_never(np.array([0, NEVER])).tolist() == [0, MISSING]
    True
    """
    return np.where(values == NEVER, MISSING, values)


def never_where_missing(values: Ints) -> Ints:
    """How do pandas' microseconds look to us? NEVER where missing.

    Examples
    --------
    >>> never_where_missing(np.array([0, MISSING])).tolist() == [0, NEVER]
    True
    """
    return np.where(values == MISSING, NEVER, values)


def words_used(codes: npt.NDArray[Any], words: "pd.Index[Any]") -> "pd.Series[Any]":
    """Which words do these codes mean? A categorical of those that occur, sorted; missing where NOBODY.

    Examples
    --------
    >>> words_used(np.array([2, -1]), pd.Index(["a", "b", "c"])).cat.categories.tolist()
    ['c']
    """
    counts = np.bincount(codes.astype(np.int64) + 1, minlength=len(words) + 1)[1:]
    used = np.flatnonzero(counts)
    names = pd.Index(words[used], dtype="str")
    order = names.argsort()
    code = np.full(len(words) + 1, NOBODY, dtype=np.int32)
    code[used[order]] = np.arange(len(used))
    return pd.Series(pd.Categorical.from_codes(code[codes], categories=names[order], validate=False))
