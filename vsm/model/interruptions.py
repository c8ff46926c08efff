"""Runs of pipelines interrupt a stage: the ticket stays where it was in the stream.

A stage that pipelines show is the queue of a machine. While a run lasts the ticket waits there, and every
hour of it counts; but it is no step along the stream. So neither the run nor its end is a move back, a
return, or work passed on (%C&A): what counts is the stage before the run and the one after it. A ticket
that goes from a run to an earlier stage has moved back from the stage that the run interrupted.
"""

from typing import Final

import numpy as np
import pandas as pd

from vsm.intervals.codes import Flags, Ints, run_ends, run_starts, summed

_STATUS: Final = "pipeline:"


def interrupting(stages: pd.DataFrame) -> list[str]:
    """Give the stages that runs of pipelines show."""
    shown = stages["status"].astype("str").str.startswith(_STATUS)
    return [str(stage) for stage in stages.loc[shown, "stage"]]


def positions_held(stage_visits: pd.DataFrame, *, stages: pd.DataFrame) -> Ints:
    """Give where in the stream each stay is: its stage's position, during a run that of the stay before it.

    Examples
    --------
    >>> stays = pd.DataFrame({"ticket": "a", "stage": ["Merge", "CI", "Build"], "position": [2, 3, 1]})
    >>> stages = pd.DataFrame({"status": ["1", "2", "pipeline:running"], "stage": ["Build", "Merge", "CI"]})
    >>> positions_held(stays, stages=stages).tolist()
    [2, 2, 1]
    """
    position: Ints = stage_visits["position"].to_numpy(dtype=np.int64)
    runs = interrupting(stages)
    if not runs:
        return position
    interrupts = stage_visits["stage"].isin(runs).to_numpy()
    return held_during_runs(position, interrupts, run_starts(stage_visits["ticket"].to_numpy()))


def held_during_runs(position: Ints, interrupts: Flags, begin: Flags) -> Ints:
    """Give each stay's position, during a run that of the stay before it; ``begin`` marks tickets' first.

    ::

        stays   Merge  CI  CI  Build │ CI  Build
        rows      0     0   0    3   │  4    5        that hold: a ticket that begins in a run is there
    """
    own = ~interrupts | begin
    return position[np.maximum.accumulate(np.where(own, np.arange(len(own)), 0))]


def without_runs(stage_visits: pd.DataFrame, *, stages: pd.DataFrame) -> pd.DataFrame:
    """Give stays without runs of pipelines: what a run interrupted is one stay, of the time outside of it.

    Without stages of pipelines they are given as they are.
    """
    runs = interrupting(stages)
    kept = stage_visits[~stage_visits["stage"].isin(runs)] if runs else stage_visits
    if len(kept) == len(stage_visits):
        return stage_visits
    begin = run_starts(kept["ticket"].to_numpy(), kept["stage"].to_numpy())
    first, last = np.flatnonzero(begin), np.flatnonzero(run_ends(begin))
    micros = (
        kept[name].to_numpy().astype("timedelta64[us]").view(np.int64) for name in ("elapsed", "waited")
    )
    elapsed, waited = (summed(values, first).view("timedelta64[us]") for values in micros)
    ends = {name: kept[name].iloc[last].array for name in ("left", "gone")}
    bulk = summed(kept["bulk"].to_numpy(dtype=np.int64), first) > 0
    stays = kept[begin].assign(elapsed=elapsed, waited=waited, bulk=bulk, **ends)
    return stays.reset_index(drop=True)
