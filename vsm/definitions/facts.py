"""From the tables of a stream to plain rows: the only place where definitions meet pandas."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from vsm.clock import Clock
from vsm.config import Waiting
from vsm.definitions.causes import Block, Facts
from vsm.definitions.handoffs import list_handoffs
from vsm.definitions.states import Event
from vsm.definitions.visits import Memberships, Spell, StageFacts, list_visits
from vsm.definitions.waits import list_waits
from vsm.people import Teams
from vsm.tables import EVENTS, INSTANT

Row = dict[str, Any]


def facts_from_tables(
    events: pd.DataFrame,
    *,
    stages: pd.DataFrame,
    teams: Teams,
    blocks: pd.DataFrame,
    clock: Clock,
    rules: Waiting,
    as_of: pd.Timestamp,
    unit_of: Mapping[str, str],
) -> Facts:
    """Give visits, handoffs and waits of all tickets of a stream, and all that causes are derived from.

    Parameters
    ----------
    events
        EVENTS of humans, with persons for accounts, and with the moves that Git's milestones make.
    stages
        As ``stages_from_names`` gives them.
    clock
        Working calendars of the teams, covering the whole time.
    as_of
        The instant that counts as now; events after it are left out.
    unit_of
        Part → the unit of work that it counts for.
    """
    now = as_of.to_pydatetime()
    known = [event for event in events_of(events) if event.at <= now]
    stage_of, memberships = stage_facts(stages), memberships_of(teams)
    visits = list_visits(known, stage_of=stage_of, teams=memberships, as_of=now)
    handoffs = list_handoffs(visits, stage_of=stage_of)
    return Facts(
        visits=visits,
        handoffs=handoffs,
        waits=list_waits(visits, handoffs=handoffs, as_of=now),
        events=known,
        stage_of=stage_of,
        teams=memberships,
        blocked=[
            Block(row["ticket"], row["start"], min(row["end"] or now, now), row["by"])
            for row in rows_of(blocks[["ticket", "start", "end", "by"]])
        ],
        clock=clock,
        rules=rules,
        as_of=now,
        unit_of=unit_of,
    )


def events_of(events: pd.DataFrame | Iterable[Mapping[str, Any]]) -> list[Event]:
    """Give EVENTS, or rows of it, as plain events."""
    rows = rows_of(events[list(EVENTS.names)] if isinstance(events, pd.DataFrame) else events)
    return [Event(**row) for row in rows]


def stage_facts(stages: pd.DataFrame) -> dict[str, StageFacts]:
    """Give the stage of each status, of a table as ``stages_from_names`` gives it."""
    words = ["stage", "kind", "team", "discipline", "position", "batch", "holder_field"]
    return {row["status"]: StageFacts(*(row[word] for word in words)) for row in rows_of(stages)}


def memberships_of(teams: Teams) -> Memberships:
    """Give the members of teams in plain rows; a spell without an end goes on for ever."""
    forever = pd.Timestamp.max.tz_localize("UTC").to_pydatetime(warn=False)
    spells = [
        Spell(row["person"], row["team"], row["since"], row["until"] or forever)
        for row in rows_of(teams.spells)
    ]
    return Memberships(teams.team_of, spells, teams.of_ticket)


def rows_of(table: pd.DataFrame | Iterable[Mapping[str, Any]]) -> list[Row]:
    """Give a table as plain rows: missing values are None, instants and durations Python's own.

    Examples
    --------
    >>> rows_of(pd.DataFrame({"actor": ["person-01", None], "seq": [0, 1]}))
    [{'actor': 'person-01', 'seq': 0}, {'actor': None, 'seq': 1}]
    """
    if not isinstance(table, pd.DataFrame):
        return [{str(name): plain(value) for name, value in row.items()} for row in table]
    names = [str(name) for name in table]
    columns = [_plain_values(table.iloc[:, number]) for number in range(len(names))]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain_values(values: "pd.Series[Any]") -> list[Any]:
    """Give a column's values as ``plain`` does one by one, but as fast as its type allows."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        known = [*map(plain, values.cat.categories), None]
        return [known[code] for code in values.cat.codes]
    if values.dtype == INSTANT:
        return [None if at is pd.NaT else at for at in values.dt.to_pydatetime()]
    if isinstance(values.dtype, pd.StringDtype):
        return [*values.array.to_numpy(dtype="object", na_value=None)]
    if values.dtype in ("int64", "bool"):
        return [*values.tolist()]
    return [plain(value) for value in values.astype("object")]


def plain(value: Any) -> Any:
    """Give pandas' instants, durations and gaps as Python's, exactly to the microsecond."""
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        instant: datetime = value.to_pydatetime(warn=False)
        return instant
    if isinstance(value, pd.Timedelta):
        return value.to_pytimedelta()
    return value
