"""What is done again, and how loaded are teams and queues? Rework and load, each with its tables."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from vsm.model.active_periods import active_periods
from vsm.model.bottlenecks import return_costs
from vsm.model.flow import counted
from vsm.model.load import weekly_wip
from vsm.model.queues import queue_growth, queue_weeks
from vsm.model.rework import accuracy_of, backward_moves, referral_matrix
from vsm.model.rework import rework_of as rework_by_stage
from vsm.model.rolled import rolled_accuracy
from vsm.model.switching import switching
from vsm.people import Teams
from vsm.pipeline.card import Named

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True, repr=False)
class Rework(Named):
    """What is done again? Of counted tickets: finished for good, not by a bulk edit.

    ``stages``, ``referrals``, ``accuracy``, ``rolled``, ``back`` and ``costs`` are as ``rework_of``,
    ``referral_matrix``, ``accuracy_of``, ``rolled_accuracy``, ``backward_moves`` and ``return_costs`` of
    ``vsm.model`` give them; stages in stream order.
    """

    stages: pd.DataFrame
    referrals: pd.DataFrame
    accuracy: pd.DataFrame
    rolled: pd.DataFrame
    back: pd.DataFrame
    costs: pd.DataFrame


@dataclass(frozen=True, slots=True, repr=False)
class Load(Named):
    """How loaded are teams and queues? Of all tickets, open ones too; never of persons.

    ``wip``, ``switching``, ``queues``, ``queue_weeks`` and ``active`` are as ``weekly_wip``, ``switching``,
    ``queue_growth``, ``queue_weeks`` and ``active_periods`` of ``vsm.model`` give them.
    """

    wip: pd.DataFrame
    switching: pd.DataFrame
    queues: pd.DataFrame
    queue_weeks: pd.DataFrame
    active: pd.DataFrame


def rework_of(
    tables: Tables,
    lives: pd.DataFrame,
    *,
    stays: pd.DataFrame,
    stages: pd.DataFrame,
    minimum: int = 12,
    seed: int = 0,
) -> Rework:
    """What is done again, by whom, and what does it cost?

    Parameters
    ----------
    tables
        With ``visits``.
    lives, stays, stages
        As ``lives_from_visits``, ``stays_from_visits`` and ``stages_from_names`` give them.
    minimum
        Under so many tickets or moves there is no share: too few to say.
    seed
        Of the bootstraps.
    """
    done = set(counted(lives)["ticket"])
    visits = tables["visits"]
    mine, kept = visits[visits["ticket"].isin(done)], stays[stays["ticket"].isin(done)]
    place = stages.drop_duplicates("stage").set_index("stage")["place"]
    again = rework_by_stage(mine, minimum=minimum)
    return Rework(
        again.sort_values("stage", key=lambda names: names.map(place), kind="stable", ignore_index=True),
        referral_matrix(mine),
        accuracy_of(kept, minimum=minimum),
        rolled_accuracy(kept, seed=seed, minimum=minimum),
        backward_moves(kept),
        return_costs(stays, lives, seed=seed, minimum=minimum),
    )


def load_of(
    tables: Tables,
    *,
    stays: pd.DataFrame,
    as_of: pd.Timestamp,
    teams: Teams | None = None,
    active_days: float = 14.0,
    minimum: int = 12,
    seed: int = 0,
    fewest_people: int = 1,
) -> Load:
    """How much is in work at once, which queues grow, and which team holds up the others?

    Parameters
    ----------
    tables
        With ``visits`` and ``events``, persons as actors.
    stays
        As ``stays_from_visits`` gives them.
    as_of
        The instant that counts as now.
    teams
        Who is in which team; without it a person acts for the team of their latest work.
    active_days
        For how many days somebody counts as active after each act (``[waiting] active_days``).
    minimum
        Under so many tickets, days or weeks it is too few to say.
    seed
        Of the bootstrap.
    fewest_people
        As ``switching`` takes it.
    """
    visits, events = tables["visits"], tables["events"]
    return Load(
        weekly_wip(visits, as_of=as_of),
        switching(visits, events, as_of=as_of, teams=teams, minimum=minimum, fewest_people=fewest_people),
        queue_growth(stays, as_of=as_of, minimum=minimum, seed=seed),
        queue_weeks(stays, as_of=as_of),
        active_periods(visits, events, as_of=as_of, teams=teams, active_days=active_days),
    )
