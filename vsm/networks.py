"""How does work pass on in a log too large for frames? Networks, read one group of rows after another."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
import pandas as pd
import pyarrow as pa

from vsm.intervals.codes import (
    NEVER,
    NOBODY,
    DictColumn,
    Flags,
    Interner,
    Ints,
    micros_at,
    run_starts,
    take_or_missing,
)
from vsm.intervals.event_codes import COLUMNS, EventColumns, event_codes
from vsm.intervals.handoffs import disciplines, passings_of
from vsm.intervals.stage_codes import WORK, StageCodes, TeamCodes, stage_codes
from vsm.intervals.states import states_of
from vsm.intervals.visit_codes import VisitCodes, visits_of
from vsm.intervals.waits import wait_ends
from vsm.model.lifecycle import stays_of
from vsm.model.network import Moves, edges_of, moves_of, moves_together, team_graph
from vsm.people import Teams
from vsm.sources.table_store import over_groups


class _Reading(NamedTuple):
    """By which rules is a log read? All in codes of one vocabulary."""

    words: Interner
    about: StageCodes
    place: Ints
    discipline: Ints
    teams: TeamCodes
    as_of: pd.Timestamp


def networks_from_store(
    path: Path, *, stages: pd.DataFrame, team_of: Teams | Mapping[str, str], as_of: pd.Timestamp
) -> "tuple[nx.DiGraph[str], nx.DiGraph[str]]":
    """How do stages, and teams, pass work on in a log of any size? Two graphs, straight from the store.

    Only the columns that intervals need are read, one group of rows after another; what stays in memory is
    one row for each move. Edges are those of ``stage_network`` and ``team_network`` over visits, handoffs and
    waits of the same log: the same functions on codes make both.

    Parameters
    ----------
    path
        EVENTS as ``save_table`` keeps them: in their order, with persons for accounts, without bots, and
        with bulk edits marked.
    stages
        As ``stages_from_names`` gives them.
    team_of
        Which team each person is in, and when.
    as_of
        The instant that counts as now, with zone.

    Returns
    -------
    tuple
        The graph of stages, whose nodes carry only ``kind, place, team``, and the graph of teams.
    """
    reading = _reading(stages, team_of if isinstance(team_of, Teams) else Teams(team_of), as_of)
    parts = over_groups(path, partial(_part, reading=reading), columns=COLUMNS)
    graph = _stage_graph(
        moves_together([part.moves for part in parts]), stages, np.any([part.used for part in parts], axis=0)
    )
    graph.graph["tickets"] = sum(part.tickets for part in parts)
    passings = moves_together([part.passings for part in parts])
    return graph, team_graph(passings, reading.words.words.tolist())


class _Part(NamedTuple):
    """What do the tickets of one group of rows tell?"""

    moves: Moves
    passings: Moves
    used: Flags
    tickets: int


def _part(group: pa.Table, *, reading: _Reading) -> _Part:
    visits = _visits(_facts(group, tickets_named=reading.teams.ask_tickets), reading)
    start = np.where(visits.first_touch == NEVER, visits.entered, visits.first_touch)
    used = np.zeros(len(reading.place), dtype=bool)
    used[visits.stage] = True
    return _Part(
        _stage_moves(visits, start, reading),
        _team_moves(visits, start, reading),
        used,
        int(run_starts(visits.ticket).sum()),
    )


def _reading(stages: pd.DataFrame, teams: Teams, as_of: pd.Timestamp) -> _Reading:
    words = Interner()
    team_codes = TeamCodes(teams, words)
    about, known = stages.drop_duplicates("stage"), disciplines(stages)
    return _Reading(
        words=words,
        about=stage_codes(stages, words),
        place=about["place"].to_numpy(dtype=np.int64),
        discipline=words.codes(known.get(str(stage)) for stage in about["stage"]),
        teams=team_codes,
        as_of=as_of,
    )


def _facts(group: pa.Table, *, tickets_named: bool) -> EventColumns:
    """Take the columns of a group of rows as they lie."""
    column = {name: group.column(name).combine_chunks() for name in COLUMNS}
    return EventColumns(
        ticket=_worded(column["ticket"], named=tickets_named),
        at=column["at"].view(pa.int64()).to_numpy(),
        bulk=column["bulk"].to_numpy(zero_copy_only=False),
        **{name: _worded(column[name]) for name in ("kind", "before", "after", "actor")},
    )


def _worded(column: Any, *, named: bool = True) -> DictColumn:
    numbers = column.indices.fill_null(NOBODY) if column.null_count else column.indices
    return DictColumn(numbers.to_numpy(), column.dictionary.to_pylist() if named else ())


def _visits(columns: EventColumns, reading: _Reading) -> VisitCodes:
    events = event_codes(columns, reading.words, as_of=reading.as_of)
    states = states_of(events, reading.words.translate(reading.about.number))
    of_ticket = reading.teams.of_tickets(columns.ticket.dictionary)
    return visits_of(events, states, stages=reading.about, teams=reading.teams, of_ticket=of_ticket)


def _stage_moves(visits: VisitCodes, start: Ints, reading: _Reading) -> Moves:
    """Tell the moves from stage to stage, with the waiting that each of them ended."""
    end = wait_ends(
        visits.ticket,
        kind=visits.kind,
        entered=visits.entered,
        left=visits.left,
        start=start,
        as_of=micros_at(reading.as_of),
    )
    waited = np.maximum(end - visits.entered, 0)
    stays = stays_of(visits.ticket, visits.stage, waited=waited, bulk=visits.bulk)
    return moves_of(stays, work=reading.about.kind[stays.stage] == WORK, place=reading.place[stays.stage])


def _team_moves(visits: VisitCodes, start: Ints, reading: _Reading) -> Moves:
    """Tell the handoffs of which both teams are known."""
    passed = passings_of(
        visits.ticket,
        kind=visits.kind,
        holder=visits.holder,
        team=visits.team,
        discipline=reading.discipline[visits.stage],
        left=visits.left,
        start=start,
    )
    giver, receiver = visits.team[passed.giver], visits.team[passed.receiver]
    place = take_or_missing(reading.place, visits.stage)
    moves = Moves(
        visits.ticket[passed.giver],
        giver,
        receiver,
        passed.taken - passed.given,
        place[passed.receiver] < place[passed.giver],
    )
    known = (giver != NOBODY) & (receiver != NOBODY)
    return Moves(*(column[known] for column in moves))


def _stage_graph(moves: Moves, stages: pd.DataFrame, used: "np.ndarray[Any, Any]") -> "nx.DiGraph[str]":
    about = stages.drop_duplicates("stage").reset_index(drop=True)
    graph: nx.DiGraph[str] = nx.DiGraph(name="stages")
    for words in about[used].sort_values("place").to_dict("records"):
        team = "" if pd.isna(words["team"]) else words["team"]
        graph.add_node(str(words["stage"]), kind=words["kind"], place=int(words["place"]), team=team)
    graph.add_edges_from(edges_of(moves, [str(stage) for stage in about["stage"]]))
    return graph
