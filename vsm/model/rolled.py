"""Which share of work passes all stages without coming back? Rolled %C&A, with its interval."""

from typing import Final

import numpy as np
import pandas as pd

from vsm.model.network import forward_moves
from vsm.stats.bootstrap import Floats, drawn_counts, interval
from vsm.stats.proportions import UNKNOWN

_TYPES: Final = dict.fromkeys(("tickets", "stages", "few"), "int64") | dict.fromkeys(
    ("share", "low", "high"), "float64"
)


def rolled_accuracy(stays: pd.DataFrame, *, seed: int = 0, minimum: int = 12) -> pd.DataFrame:
    """Which share of work would pass every stage of work without coming back?

    The product of the %C&A of the stages of work along the stream (``complete_and_accurate``). Queues pass
    nothing on that they made, so they are not in it; a return over several stages counts against each of
    them, so the product tells less than the share of tickets that never came back. The 95 % interval is a
    percentile bootstrap that draws whole tickets (1,000 draws): returns of one ticket belong together.

    Parameters
    ----------
    stays
        As ``stays_from_visits`` gives them.
    seed
        Of the bootstrap.
    minimum
        Stages with fewer moves forward are not in the product; under so many tickets nothing is said.

    Returns
    -------
    DataFrame
        One row, or none without a move forward out of a stage of work: ``tickets`` (with such moves in the
        stages of the product), ``stages`` (in the product), ``few`` (stages left out for want of moves),
        ``share, low, high`` (0 to 1; missing where too few).

    Examples
    --------
    >>> stay = {"ticket": "a", "kind": "work", "bulk": False}
    >>> stays = pd.DataFrame([stay | {"stage": f"S{place}", "place": place} for place in (0, 1, 0, 1, 2)])
    >>> rolled_accuracy(stays, minimum=1)[["stages", "share"]].values.tolist()
    [[2.0, 0.5]]
    """
    moves = forward_moves(stays)
    moves = moves[moves["kind"] == "work"]
    enough = moves.groupby("stage")["kept"].transform("size") >= minimum
    used = moves[enough]
    row = {
        "tickets": used["ticket"].nunique(),
        "stages": used["stage"].nunique(),
        "few": moves.loc[~enough, "stage"].nunique(),
        "share": UNKNOWN,
        "low": UNKNOWN,
        "high": UNKNOWN,
    }
    if row["stages"] and row["tickets"] >= minimum:
        row |= _rolled(used, seed=seed)
    return pd.DataFrame([row], columns=list(_TYPES)).astype(_TYPES)[: int(len(moves) > 0)]


def _rolled(moves: pd.DataFrame, *, seed: int) -> dict[str, float]:
    """Multiply the shares; draw tickets by their pattern of moves, which is the same and far quicker."""
    stages = moves["stage"].nunique()
    counts = moves.assign(kept=moves["kept"].astype("int64")).pivot_table(
        index="ticket", columns="stage", values="kept", aggfunc=["size", "sum"], fill_value=0
    )
    both = counts[["size", "sum"]].to_numpy(dtype=np.float64)
    patterns, times = np.unique(both, axis=0, return_counts=True)
    (drawn,) = drawn_counts(times, seed=seed)
    known = _products(drawn @ patterns, stages)
    low, high = interval(known[~np.isnan(known)])
    share = _products((times @ patterns)[np.newaxis], stages)[0]
    return {"share": float(share), "low": float(low), "high": float(high)}


def _products(sums: Floats, stages: int) -> Floats:
    """Multiply kept by forward of each stage; a draw without any move out of a stage tells nothing."""
    forward, kept = sums[:, :stages], sums[:, stages:]
    shares = np.divide(kept, forward, out=np.full_like(kept, np.nan), where=forward > 0)
    products: Floats = shares.prod(axis=1)
    return products
