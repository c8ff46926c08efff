"""How long pipelines are queued, run and wait for approval, and how often they fail without a cause."""

from typing import Any

import numpy as np
import pandas as pd

from vsm.stats.proportions import share_of
from vsm.tables import DURATION


def pipelines_by_name(
    pipelines: pd.DataFrame, *, since: pd.Timestamp, as_of: pd.Timestamp, minimum: int
) -> pd.DataFrame:
    """Give how each pipeline fared in a stretch of time.

    An attempt is *flaky* if it failed, and a later attempt of the same pipeline on the same commit succeeded:
    nothing but luck has changed. What it cost is the time from its end until that success.

    Parameters
    ----------
    pipelines
        PIPELINES.
    since, as_of
        Attempts that were asked for in ``[since, as_of]`` count.
    minimum
        Of fewer attempts there are neither times nor shares.

    Returns
    -------
    DataFrame
        One row per repository and name, the most time lost first: ``repository, name``; ``attempts`` that
        ended; ``queued`` and ``running`` (medians), ``held`` (median wait for an approval, where there was
        one), ``failed`` (share of the attempts with an outcome), ``flaky`` (share of those, with ``low`` and
        ``high``, Wilson's), ``flakes`` (count), ``lost`` (duration, in all).
    """
    runs = pipelines[pipelines["created"].between(since, as_of)]
    runs = runs.astype({"repository": "str", "name": "str", "outcome": "str"}).fillna({"name": ""})
    runs = runs.sort_values(["finished", "attempt"], kind="stable")
    passed = runs["outcome"] == "success"
    same = [runs["repository"], runs["name"], runs["commit"]]
    # Of one commit: fails at 9:00 and 10:00, succeeds at 11:00 → 11:00 for all three.
    success = runs["finished"].where(passed).groupby(same).bfill()
    lost = (success - runs["finished"]).where((runs["outcome"] == "failure") & runs["commit"].notna())
    runs = runs.assign(
        queued=(runs["started"] - runs["created"]).astype(DURATION),
        running=(runs["finished"] - runs["started"]).astype(DURATION),
        held=(runs["held_until"] - runs["held_from"]).astype(DURATION),
        lost=lost.astype(DURATION).where(lost >= pd.Timedelta(0)),
    )
    rows = []
    for (repository, name), mine in runs.groupby(["repository", "name"], sort=True):
        ended = mine["outcome"].isin(["success", "failure"])
        flakes, n = int(mine["lost"].notna().sum()), int(ended.sum())
        shares = share_of(flakes, n, minimum=minimum)
        rows.append(
            {
                "repository": repository,
                "name": name,
                "attempts": n,
                **{step: _median(mine[step], minimum) for step in ("queued", "running", "held")},
                "failed": (mine["outcome"] == "failure").sum() / n if n >= minimum else float("nan"),
                "flaky": shares["share"],
                "low": shares["low"],
                "high": shares["high"],
                "flakes": flakes,
                "lost": mine["lost"].sum(),
            }
        )
    columns = [
        "repository", "name", "attempts", "queued", "running", "held", "failed", "flaky", "low", "high",
        "flakes", "lost",
    ]  # fmt: skip
    types = dict.fromkeys(("queued", "running", "held", "lost"), DURATION) | {
        "attempts": "int64",
        "flakes": "int64",
    }
    types |= dict.fromkeys(("failed", "flaky", "low", "high"), "float64")
    frame = pd.DataFrame(rows, columns=columns).astype(types)
    return frame.sort_values("lost", ascending=False, kind="stable", ignore_index=True)


def _median(spans: "pd.Series[pd.Timedelta]", minimum: int) -> Any:
    known = spans.dropna()
    return known.median() if len(known) >= minimum else np.timedelta64("NaT", "us")
