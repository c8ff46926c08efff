"""Whether a replay can be believed: what it would have said of past months; explained waiting."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.model.replay.fitted import WEEK, Replay, fitted
from vsm.model.replay.past import DAY, FINISHED, Past, past_of, stays_of
from vsm.model.replay.scenarios import BOUNDS, FINISHED_TICKETS, Each, outcome_of
from vsm.model.replay.stations import Rota
from vsm.model.replay.steps import Floats

AHEAD: Final = 8
"""Weeks that each past replay looks ahead."""
APART: Final = 4
CUTS: Final = 6
FEWEST_ROUTES: Final = 60
FEWEST_CUTS: Final = 3
MOST_ARRIVALS: Final = 20_000
"""Tickets of half a year: each of hundreds of replays has every one of them."""
_FEWEST_FINISHED: Final = 8
_QUARTER: Final = 13
_REPLICATIONS, _REFITS = 40, 20
EXPLAINED: Final = ("at capacity", "overtaken", "batched", "blocked", "external")
"""Causes of waiting that a queue of people, gates and others outside has."""
TRUST_COLUMNS: Final = (
    "cut", "days", "n", "distance", "distance_naive", "finished", "finished_low", "finished_high",
)  # fmt: skip


def trust_of_replay(
    visits: pd.DataFrame,
    *,
    tickets: pd.DataFrame,
    stages: pd.DataFrame,
    outcomes: pd.DataFrame,
    rota: Rota,
    as_of: pd.Timestamp,
    seed: int,
    each: Each = map,
) -> pd.DataFrame:
    """Replay the past from several instants, with what was known then, and compare with what happened.

    Returns
    -------
    DataFrame
        One row per cut, the latest first; none where too little was known: ``cut``, ``days`` looked ahead,
        ``n`` (tickets finished in them), ``distance``: of the replayed lead times from the actual ones
        (Wasserstein's: by how much each would have to be moved, on average), as a share of their mean;
        ``distance_naive``: that of the lead times of the 13 weeks before the cut; ``finished``: replayed
        number of finished tickets, median, and the bounds of 90 of 100 replications.
    """
    from scipy.stats import wasserstein_distance  # noqa: PLC0415 - a third of a second that few need

    about = {"tickets": tickets, "stages": stages, "outcomes": outcomes}
    finish, lead = _finished(past_of(visits, **about, at=as_of))
    rows = []
    for place in range(CUTS):
        cut = as_of - pd.Timedelta(weeks=AHEAD + APART * place)
        replay = fitted(visits, **about, rota=rota, at=cut, weeks=AHEAD)
        actual = lead[(finish >= replay.at) & (finish < replay.at + AHEAD * WEEK)]
        before = lead[(finish >= replay.at - _QUARTER * WEEK) & (finish < replay.at)]
        few = replay.whole < FEWEST_ROUTES or min(len(actual), len(before)) < _FEWEST_FINISHED
        if few or not replay.servers:
            continue
        found = outcome_of(
            replay,
            weeks=AHEAD,
            seed=seed,
            replications=_REPLICATIONS,
            refits=_REFITS,
            leads=True,
            each=each,
        )
        low, middle, high = np.percentile(found.measures[FINISHED_TICKETS, None], (BOUNDS[0], 50, BOUNDS[1]))
        near = wasserstein_distance(actual, found.leads) / actual.mean() if len(found.leads) else np.inf
        naive = wasserstein_distance(actual, before) / actual.mean()
        row = (cut, AHEAD * 7, len(actual), near, naive, middle, low, high)
        rows.append(dict(zip(TRUST_COLUMNS, row, strict=True)))
    return pd.DataFrame(rows, columns=list(TRUST_COLUMNS))


def _finished(past: Past) -> tuple[Floats, Floats]:
    """Give when each ticket that counts was finished for good, and its lead time in days."""
    stays = stays_of(past)
    first, last = np.flatnonzero(stays.opens), np.flatnonzero(stays.ends)
    done = (past.kinds[stays.stage[last]] == FINISHED) & np.isnan(stays.left[last])
    tidied = np.add.reduceat(stays.bulk.astype(np.int64), first) > 0 if len(first) else done
    counts = done & ~tidied & (past.unit & ~past.discarded)[stays.ticket[first]]
    finish = stays.entered[last][counts]
    return finish, (finish - stays.entered[first][counts]) / DAY


def explained_waiting(waits: pd.DataFrame, *, stages: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Give how much of the waiting in working time of the last year each queue's causes explain.

    Returns
    -------
    DataFrame
        One row per stage where anybody waited, in stream order: ``stage``, ``waited`` (days of 24 hours of
        working time) and ``explained``: the share of it with one of the causes in ``EXPLAINED``.
    """
    recent = (waits["start"] >= as_of - pd.Timedelta(days=365)).to_numpy() & ~waits["bulk"].to_numpy()
    rows = waits.loc[recent, ["stage", "cause", "working"]]
    seconds = rows["working"].dt.total_seconds()
    known = seconds.where(rows["cause"].isin(EXPLAINED), 0.0).groupby(rows["stage"], observed=True).sum()
    every = seconds.groupby(rows["stage"], observed=True).sum()
    found = pd.DataFrame({"waited": every / DAY, "explained": (known / every).where(every > 0)})
    found = found.set_axis(found.index.astype("str"))
    order = [str(name) for name in stages.sort_values("position")["stage"].drop_duplicates()]
    return found.reindex([name for name in order if name in found.index]).rename_axis("stage").reset_index()


def explained_by_line(explained: pd.DataFrame, replay: Replay) -> Mapping[int, float]:
    """Give the explained share of what waits in each line, and at each gate, by its code."""
    by_name: dict[Any, Any] = explained.set_index("stage").to_dict("index")
    found = {}
    queues = dict(replay.lines) | {gate: gate for gate in replay.gates}
    for of in set(queues.values()):
        rows = [by_name.get(replay.stages[queue]) for queue, line in queues.items() if line == of]
        known = [row for row in rows if row is not None and row["waited"] > 0]
        waited = sum(row["waited"] for row in known)
        found[of] = sum(row["waited"] * row["explained"] for row in known) / waited if waited else np.nan
    return found


def overall(explained: pd.DataFrame) -> float:
    """Give the explained share of all waiting; NaN where nobody waited."""
    waited = float(explained["waited"].sum())
    known = float((explained["waited"] * explained["explained"].fillna(0.0)).sum())
    return known / waited if waited else np.nan
