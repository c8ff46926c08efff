"""VISITS: where each ticket was, with whom, from when to when."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.intervals._kernels.arrays import NEVER, Flags
from vsm.intervals._kernels.coding import Interner, decode, instants_of, micros_at, to_categorical
from vsm.intervals._kernels.runs import run_start_index, run_starts
from vsm.intervals.event_codes import columns_of, event_codes, rows_of
from vsm.intervals.stage_codes import TeamCodes, stage_codes
from vsm.intervals.states import states_of
from vsm.intervals.visit_codes import VisitCodes, visits_of
from vsm.people import Teams
from vsm.tables import STAGE_KINDS, VISITS, conform, empty

BLOCK: Final = 1 << 17
"""Events that are worked on together: some ten thousand tickets, so that all steps stay in the cache."""


def visits_from_events(
    events: pd.DataFrame, *, stages: pd.DataFrame, team_of: Teams | Mapping[str, str], as_of: pd.Timestamp
) -> pd.DataFrame:
    """Give the visits of each ticket: where it was, with whom, from when to when.

    A visit is an unbroken stay in one stage with one holder and one team, half-open ``[entered, left)``; the
    visits of a ticket tile its life from creation to ``as_of``. In a work stage the holder is whoever is
    in the stage's own field, else the assignee, else who moved the ticket in. In a queue or external stage it
    is the holder of the next work visit, known only afterwards; nobody holds what is done. The team is the
    holder's at the visit's beginning in a work stage and the stage's elsewhere, each with the other as
    fallback; a team that the tracker itself names for the ticket comes between them, and after it the team
    whose components or repositories the ticket concerns.

    A ticket that was found deleted or hidden before it was done ends there: its last visit is left at that
    instant, for no other stage. Nothing counts that came after; one that was done stays done.

    Parameters
    ----------
    events
        EVENTS in their order, with persons in place of accounts (``People.identify``) and without bots
        (``People.of_humans``).
    stages
        As ``stages_from_names`` gives them.
    team_of
        Which team each person is in, and when; a plain mapping of person → team says that it never changes.
    as_of
        The instant that counts as now, with zone; later events are not seen.

    Returns
    -------
    DataFrame
        VISITS, sorted by ticket and ``n``. Open visits have no ``left``; their ``elapsed`` runs to
        ``as_of``. A ticket that goes on at once leaves a visit of no length. ``working`` and ``blocked`` are
        missing: no calendar and no blocks have been applied. No events give no visits.
    """
    if events.empty:
        return empty(VISITS)
    visits, words = visit_codes_from_events(events, stages=stages, team_of=team_of, as_of=as_of)
    names = {"ticket": events["ticket"].cat.categories, "stage": pd.Index(stages["stage"].unique())}
    return _table(visits, words=words, **names, as_of=micros_at(as_of))


def visit_codes_from_events(
    events: pd.DataFrame, *, stages: pd.DataFrame, team_of: Teams | Mapping[str, str], as_of: pd.Timestamp
) -> tuple[VisitCodes, "pd.Index[str]"]:
    """Give the visits of each ticket in codes, and the words that codes of holders and teams stand for.

    As ``visits_from_events``; tickets are numbered as their category is, stages in the order of ``stages``.
    """
    words, columns = Interner(), columns_of(events)
    about = stage_codes(stages, words)
    teams = TeamCodes(team_of if isinstance(team_of, Teams) else Teams(team_of), words)
    of_ticket = teams.of_tickets(columns.ticket.dictionary)

    def visits_in(rows: slice) -> VisitCodes:
        codes = event_codes(rows_of(columns, rows), words, as_of=as_of)
        states = states_of(codes, words.translate(about.number), about.field)
        return visits_of(codes, states, stages=about, teams=teams, of_ticket=of_ticket)

    blocks = _blocks(columns.ticket.codes)
    if len(blocks) == 1:
        return visits_in(blocks[0]), words.words
    whole: list[Any] = []
    known = 0
    for visits in map(visits_in, blocks):
        # There are no more visits than events; what is not written to takes no memory.
        whole = whole or [np.empty(len(events), dtype=column.dtype) for column in visits]
        for column, found in zip(whole, visits, strict=True):
            column[known : known + len(found)] = found
        known += len(visits.ticket)
    return VisitCodes(*(column[:known] for column in whole)), words.words


def _blocks(ticket: npt.NDArray[Any]) -> list[slice]:
    """Cut rows into blocks of about ``BLOCK`` that never split a ticket; one where there are none.

    With ``BLOCK`` = 2::

        ticket    a a a b c c
        cuts          2   4       where blocks of two would end
        changes         3 4   6   where tickets end: each cut moves to the next of them
    """
    changes = np.append(np.flatnonzero(ticket[1:] != ticket[:-1]) + 1, len(ticket))
    cuts = np.unique(changes[np.searchsorted(changes, np.arange(BLOCK, len(ticket), BLOCK))])
    edges = [0, *cuts.tolist(), len(ticket)]
    return [slice(*edge) for edge in pairwise(edges) if edge[0] < edge[1]] or [slice(0, 0)]


def _table(
    visits: VisitCodes, *, words: "pd.Index[str]", ticket: "pd.Index[str]", stage: "pd.Index[str]", as_of: int
) -> pd.DataFrame:
    """Decode visits into words and instants."""
    row = np.arange(len(visits.ticket))
    instants = {name: getattr(visits, name) for name in ("entered", "left", "first_touch", "last_touch")}
    left = np.where(visits.left == NEVER, as_of, visits.left)
    frame = pd.DataFrame(
        {
            "ticket": decode(visits.ticket, ticket),
            "n": row - run_start_index(run_starts(visits.ticket)),
            "stage": to_categorical(visits.stage, stage),
            "kind": decode(visits.kind, pd.Index(STAGE_KINDS)),
            "holder": to_categorical(visits.holder, words),
            "team": to_categorical(visits.team, words),
            **{name: instants_of(at) for name, at in instants.items()},
            "elapsed": (left - visits.entered).view("timedelta64[us]"),
            "working": np.full(len(row), np.timedelta64("NaT", "us")),
            "blocked": np.full(len(row), np.timedelta64("NaT", "us")),
            "revisit": _revisits(visits, stages=len(stage)),
            "bulk": visits.bulk,
        }
    )
    return conform(frame, VISITS)


def _revisits(visits: VisitCodes, *, stages: int) -> Flags:
    """Mark visits to a stage that the ticket had left before; the same for all visits of one stay.

    ::

        visit     Build/ann  Build/bob  QA  Build/bob
        moved         T          F      T       T         stays in a stage: 0 0 1 2
        again         F                 F       T         ticket and stage, as one number, were there before
    """
    stay = np.flatnonzero(visits.moved)
    ticket_and_stage = pd.Series(visits.ticket[stay].astype(np.int64) * stages + visits.stage[stay])
    again: Flags = ticket_and_stage.duplicated().to_numpy()
    revisit: Flags = again[np.cumsum(visits.moved) - 1]
    return revisit
