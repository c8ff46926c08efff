"""Where did responsibility pass on, and how long did it take to be taken up?"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals.codes import at_rows, instants_of, named, numbers
from vsm.intervals.event_codes import (
    DONE,
    MISSING,
    STAGE_KIND,
    WORK,
    Vocabulary,
    never_where_missing,
    words_used,
)
from vsm.intervals.instants import Flags, Ints
from vsm.intervals.runs import NOBODY, begins, first_row, latest
from vsm.tables import HANDOFFS, conform

SIDES = ("stage", "holder", "team")


def handoffs_from_visits(visits: pd.DataFrame, *, stages: pd.DataFrame) -> pd.DataFrame:
    """Where did responsibility pass on, and how long did it take to be taken up?

    A handoff lies between two consecutive work visits of a ticket, whatever lies between them, when the
    person, the team or the discipline differs; a level on which either side is unknown claims nothing.
    ``given`` is when the giver's visit ended, or, where the ticket was done in between, when it was last
    reopened: nobody waited to take up what was done. ``taken`` is when the receiver is first known to have
    worked (``work_start``), ``wait`` the time between. So a wait that hides inside "In Progress" shows where
    the evidence shows it, and nowhere else. The author of a change is not taken for the holder: in real
    trackers only about half of all moves are made by the assignee.

    Parameters
    ----------
    visits
        VISITS.
    stages
        As ``stages_from_names`` gives them: order and disciplines of the stages.

    Returns
    -------
    DataFrame
        HANDOFFS, numbered from 0 by ticket and time. A handoff is in it whether or not its ticket is
        finished. ``wait_working`` is missing: no calendar has been applied.
    """
    kind = numbers(visits["kind"], pd.Index(list(STAGE_KIND)))
    words, about = Vocabulary(), stages.drop_duplicates("stage").set_index("stage")
    stage = visits["stage"].cat.codes.to_numpy()
    places = {str(name): int(place) for name, place in about["place"].items()}
    known = disciplines(stages)
    of_stage = words.codes(known.get(str(name)) for name in visits["stage"].cat.categories)
    place = np.array(
        [*(places[str(name)] for name in visits["stage"].cat.categories), NOBODY], dtype=np.int64
    )
    passed = passings_of(
        visits["ticket"].cat.codes.to_numpy(),
        kind=kind,
        holder=visits["holder"].cat.codes.to_numpy(),
        team=visits["team"].cat.codes.to_numpy(),
        discipline=np.append(of_stage, NOBODY)[stage],
        left=never_where_missing(micros_of(visits["left"])),
        start=micros_of(work_start(visits)),
    )
    sides = {
        f"{side}_{name}": words_used(visits[name].cat.codes.to_numpy()[row], visits[name].cat.categories)
        for side, row in (("from", passed.giver), ("to", passed.receiver))
        for name in SIDES
    }
    frame = pd.DataFrame(
        {
            "handoff": np.arange(len(passed.giver)),
            "ticket": named(
                visits["ticket"].cat.codes.to_numpy()[passed.giver], visits["ticket"].cat.categories
            ),
            "given": instants_of(passed.given),
            "taken": instants_of(passed.taken),
            **sides,
            "person": passed.person,
            "team": passed.team,
            "discipline": passed.discipline,
            "back": place[stage[passed.receiver]] < place[stage[passed.giver]],
            "wait": (passed.taken - passed.given).view("timedelta64[us]"),
            "wait_working": np.full(len(passed.giver), np.timedelta64("NaT", "us")),
        }
    )
    return conform(frame, HANDOFFS)


class Passings(NamedTuple):
    """Where did responsibility pass on? Rows of the giver's and the receiver's visits, and what changed."""

    giver: Ints
    receiver: Ints
    given: Ints
    taken: Ints
    person: Flags
    team: Flags
    discipline: Flags


def passings_of(
    ticket: npt.NDArray[Any],
    *,
    kind: Ints,
    holder: npt.NDArray[Any],
    team: npt.NDArray[Any],
    discipline: npt.NDArray[Any],
    left: Ints,
    start: Ints,
) -> Passings:
    """Between which work visits of a ticket did responsibility pass on? All by visit, in codes.

    Parameters
    ----------
    holder, team, discipline
        Codes; NOBODY where unknown.
    start
        When somebody is first known to have worked in the visit.

    Examples
    --------
    >>> one, none, at = np.array([0, 0]), np.array([-1, -1]), np.array([5, 9])
    >>> kinds = {"kind": np.array([WORK, WORK]), "holder": np.array([1, 2]), "team": none, "discipline": none}
    >>> passings_of(one, **kinds, left=at, start=at).taken.tolist()
    [9]
    """
    work = np.flatnonzero(kind == WORK)
    follows = np.flatnonzero(ticket[work[1:]] == ticket[work[:-1]])
    giver, receiver = work[follows], work[follows + 1]
    person, teams, skills = (_differ(side, giver, receiver) for side in (holder, team, discipline))
    kept = np.flatnonzero(person | teams | skills)
    giver, receiver = giver[kept], receiver[kept]
    done = latest(kind == DONE, first_row(begins(ticket)))[receiver]
    return Passings(
        giver,
        receiver,
        given=np.maximum(left[giver], at_rows(left, done, missing=MISSING)),
        taken=start[receiver],
        person=person[kept],
        team=teams[kept],
        discipline=skills[kept],
    )


def _differ(side: npt.NDArray[Any], giver: Ints, receiver: Ints) -> Flags:
    """Tell where both sides are known and differ."""
    one, other = side[giver], side[receiver]
    differ: Flags = (one != NOBODY) & (other != NOBODY) & (one != other)
    return differ


def work_start(visits: pd.DataFrame) -> "pd.Series[Any]":
    """When is somebody first known to have worked in each visit? Its first touch, else its entry."""
    return visits["first_touch"].fillna(visits["entered"])


def disciplines(stages: pd.DataFrame) -> Mapping[str, str]:
    """Which discipline does each stage belong to? Its own, else its team; stages with neither are left out.

    Examples
    --------
    >>> rows = {"stage": ["QA", "Build"], "team": ["quality", None], "discipline": [None, None]}
    >>> disciplines(pd.DataFrame(rows))
    {'QA': 'quality'}
    """
    about = stages.drop_duplicates("stage").set_index("stage")
    known = about["discipline"].where(about["discipline"].notna(), about["team"]).dropna()
    return {str(stage): str(discipline) for stage, discipline in known.items()}
