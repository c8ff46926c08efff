"""HANDOFFS: where responsibility passed on, and how long the work waited until it was started."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals._kernels.arrays import MISSING, NOBODY, Flags, Ints
from vsm.intervals._kernels.coding import (
    Interner,
    decode,
    encode,
    instants_of,
    never_where_missing,
    to_categorical,
)
from vsm.intervals._kernels.runs import take_or_missing
from vsm.intervals.stage_codes import DONE, STAGE_KIND, WORK
from vsm.tables import HANDOFFS, conform

SIDES = ("stage", "holder", "team")


def handoffs_from_visits(visits: pd.DataFrame, *, stages: pd.DataFrame) -> pd.DataFrame:
    """Give the handoffs between visits, with the wait that each one cost.

    A handoff is between two consecutive work visits of a ticket, whatever is between them, when the
    person, the team or the discipline differs; a level on which either side is unknown claims nothing.
    ``given`` is when the earlier visit ended, or, where the ticket was done in between, when it was last
    reopened: nobody waited for what was done. ``taken`` is when the receiver is first known to have
    worked (``work_start``), ``wait`` the time between: a wait hidden inside "In Progress" counts where there
    is evidence of it. The author of a change is not taken for the holder: in real trackers the assignee makes
    only about half of all moves.

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
    words, about = Interner(), stages.drop_duplicates("stage").set_index("stage")
    coded = {name: visits[name].cat.codes.to_numpy() for name in ("ticket", *SIDES)}
    known = {name: visits[name].cat.categories for name in ("ticket", *SIDES)}
    # By code of a stage; the last entry, which code −1 picks, is that of no stage.
    skill_of = disciplines(stages)
    skill = np.append(words.codes(skill_of.get(str(name)) for name in known["stage"]), NOBODY)
    order = np.array(
        [*(int(about["position"][str(name)]) for name in known["stage"]), NOBODY], dtype=np.int64
    )
    passed = passings_of(
        coded["ticket"],
        kind=encode(visits["kind"], pd.Index(list(STAGE_KIND))),
        holder=coded["holder"],
        team=coded["team"],
        discipline=skill[coded["stage"]],
        left=never_where_missing(micros_of(visits["left"])),
        start=micros_of(work_start(visits)),
    )
    sides = {
        f"{side}_{name}": to_categorical(coded[name][row], known[name])
        for side, row in (("from", passed.sender), ("to", passed.receiver))
        for name in SIDES
    }
    stage_order = order[coded["stage"]]
    frame = pd.DataFrame(
        {
            "handoff": np.arange(len(passed.sender)),
            "ticket": decode(coded["ticket"][passed.sender], known["ticket"]),
            "given": instants_of(passed.given),
            "taken": instants_of(passed.taken),
            **sides,
            "person": passed.person,
            "team": passed.team,
            "discipline": passed.discipline,
            "back": stage_order[passed.receiver] < stage_order[passed.sender],
            "wait": (passed.taken - passed.given).view("timedelta64[us]"),
            "wait_working": np.full(len(passed.sender), np.timedelta64("NaT", "us")),
        }
    )
    return conform(frame, HANDOFFS)


class Passings(NamedTuple):
    """Where responsibility passed on: rows of the earlier and the later visit, and what changed."""

    sender: Ints
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
    """Give the work visits between which responsibility passed on; all columns by visit, in codes.

    ::

        visit        0      1      2      3            one ticket
        kind       work   queue  done   work
        holder      ann     –      –     bob
        work         0                    3            sender 0, receiver 3: the person differs
        done                       2                   last done visit before 3; it left at 40
        given = max(left of 0, left of the done visit) = 40: nobody waited for what was done

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
    sender, receiver = work[follows], work[follows + 1]
    person, teams, skills = (
        (side[sender] != NOBODY) & (side[receiver] != NOBODY) & (side[sender] != side[receiver])
        for side in (holder, team, discipline)
    )
    row = np.flatnonzero(person | teams | skills)
    sender, receiver = sender[row], receiver[row]
    done_rows = np.flatnonzero(kind == DONE)
    done = np.append(done_rows, NOBODY)[np.searchsorted(done_rows, receiver) - 1]  # −1 is the last
    done[ticket[done] != ticket[receiver]] = NOBODY
    return Passings(
        sender,
        receiver,
        given=np.maximum(left[sender], take_or_missing(left, done, missing=MISSING)),
        taken=start[receiver],
        person=person[row],
        team=teams[row],
        discipline=skills[row],
    )


def work_start(visits: pd.DataFrame) -> "pd.Series[Any]":
    """Give when somebody is first known to have worked in each visit: its first touch, else its entry."""
    return visits["first_touch"].fillna(visits["entered"])


def disciplines(stages: pd.DataFrame) -> Mapping[str, str]:
    """Give the discipline of each stage: its own, else its team; stages with neither are left out.

    Examples
    --------
    >>> rows = {"stage": ["QA", "Build"], "team": ["quality", None], "discipline": [None, None]}
    >>> disciplines(pd.DataFrame(rows))
    {'QA': 'quality'}
    """
    found: dict[str, str | None] = {}
    for stage, *named in zip(*(stages[name] for name in ("stage", "discipline", "team")), strict=True):
        found.setdefault(str(stage), next((name for name in named if isinstance(name, str)), None))
    return {stage: discipline for stage, discipline in found.items() if discipline is not None}
