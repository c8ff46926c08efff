"""Working time by the calendar of the team that held the work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock.calendar import Calendar, Micros

ALWAYS: Final = Calendar("always", np.array([-(1 << 53)]), np.array([1 << 53]))
"""The calendar of who never rests, from 1684 to 2255."""


@dataclass(frozen=True, eq=False)
class Clock:
    """The calendar of each team.

    Attributes
    ----------
    default
        The calendar of teams without one of their own, and of work that no team holds.
    agents
        AI agents: at work at any hour.

    Examples
    --------
    >>> web, others = Calendar("web", [100], [200]), Calendar("others", [150], [400])
    >>> clock = Clock(others, {"web": web})
    >>> clock.calendar("web").name, clock.calendar("quality").name, clock.calendar(None).name
    ('web', 'others', 'others')
    """

    default: Calendar
    teams: Mapping[str, Calendar] = field(default_factory=dict)
    agents: frozenset[str] = frozenset()

    def calendar(self, team: str | None, *, person: str | None = None) -> Calendar:
        """The calendar of this team, or of an agent; ``None``: that of work which no team holds."""
        if person in self.agents:
            return ALWAYS
        return self.default if team is None else self.teams.get(team, self.default)

    def working(
        self,
        start: "pd.Series[Any]",
        end: "pd.Series[Any]",
        *,
        team: "pd.Series[Any]",
        holder: "pd.Series[Any] | None" = None,
    ) -> "pd.Series[Any]":
        """Working time in each interval, by its team's calendar.

        Parameters
        ----------
        start, end
            Instants with a zone; where one of them is missing, so is the answer.
        team
            Names of teams on the same index; a missing one means the default calendar.
        holder
            Who held the work meanwhile, on the same index: an agent works all the time.

        Returns
        -------
        Series
            timedelta64[us] on the index of ``start``.

        Raises
        ------
        ParameterError
            An interval ends before it starts, or reaches beyond what its calendar knows.

        Examples
        --------
        >>> at = pd.to_datetime(pd.Series([0, 120, None]), unit="us", utc=True)
        >>> clock = Clock(Calendar("short", [100], [200]))
        >>> clock.working(at, at.fillna(at[1]) + pd.Timedelta("50us"), team=pd.Series(["web", None, None]))
        0   0 days 00:00:00.000000
        1   0 days 00:00:00.000050
        2                      NaT
        dtype: timedelta64[us]
        """
        begins, ends = micros_of(start), micros_of(end)
        answer = np.full(len(begins), np.timedelta64("NaT", "us").view("int64"))
        known = start.notna().to_numpy() & end.notna().to_numpy()
        for calendar, rows in self.rows_by_calendar(team, known=known):
            answer[rows] = calendar.working(begins[rows], ends[rows])
        if holder is not None and self.agents:
            restless = known & holder.isin(self.agents).to_numpy()
            answer[restless] = ends[restless] - begins[restless]
        return pd.Series(answer.view("m8[us]"), index=start.index)

    def is_open(self, at: "pd.Series[Any]", *, team: "pd.Series[Any]") -> "pd.Series[Any]":
        """Whether each instant is working time of its team; a missing instant is not.

        Raises ParameterError where an instant is outside of what its calendar knows.
        """
        instants, answer = micros_of(at), np.zeros(len(at), dtype=bool)
        for calendar, rows in self.rows_by_calendar(team, known=at.notna().to_numpy()):
            answer[rows] = calendar.is_open(instants[rows])
        return pd.Series(answer, index=at.index)

    def rows_by_calendar(
        self, team: "pd.Series[Any]", *, known: npt.NDArray[np.bool_]
    ) -> list[tuple[Calendar, npt.NDArray[np.intp]]]:
        """The ``known`` rows of each calendar, one entry for each."""
        codes, names = pd.factorize(team)
        calendars = [*(self.calendar(str(name)) for name in names), self.default]
        distinct = list({id(calendar): calendar for calendar in calendars}.values())
        if len(distinct) == 1:
            return [(distinct[0], np.flatnonzero(known))]
        number = {id(calendar): position for position, calendar in enumerate(distinct)}
        by_code = np.array([number[id(calendar)] for calendar in calendars], dtype=np.int16)
        which = np.where(known, by_code[codes], -1)
        return [(calendar, np.flatnonzero(which == position)) for position, calendar in enumerate(distinct)]


def micros_of(instants: "pd.Series[Any]") -> Micros:
    """Microseconds of the epoch; missing instants become the least int64.

    Examples
    --------
    >>> micros_of(pd.Series(pd.to_datetime(["1970-01-01 00:00:01"], utc=True))).tolist()
    [1000000]
    """
    array: Any = instants.array
    micros: Micros = array.as_unit("us").asi8
    return micros
