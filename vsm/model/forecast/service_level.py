"""The chance that each open ticket will meet the service level, by its age and the stage it is in.

The tickets to compare with are those that were in the same stage at the same age (landmark analysis: J. R.
Anderson, K. C. Cain and R. D. Gelber, "Analysis of survival by tumor response", Journal of Clinical Oncology
1, 1983): how many of these were delivered by the age that the service level asks for? Those that are still
open, or were found gone, count as long as they were seen (Kaplan–Meier)::

    age              0      5 d      12 d    14 d = service level
    AB-1 (now)       ├───Build│                       5 days old, in Build
    AB-7 (past)      ├───Build┼─Test──┤               was in Build at 5 days: delivered at 12
    AB-8 (past)      ├──Build─┼───────────Test──┤     was in Build at 5 days: not by 14
    AB-9 (past)      ├──Test┤                         was not
"""

from math import nan
from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.config import ServiceLevel
from vsm.model.lifecycle import still_open, units_of_work, was_discarded
from vsm.model.window import seen_since
from vsm.stats.survival import share_ended

_TYPES: Final = {
    "ticket": "str", "stage": "str", "age": "timedelta64[us]", "n": "int64", "chance": "float64",
    "low": "float64", "high": "float64",
}  # fmt: skip


def service_level_chances(
    stage_visits: pd.DataFrame, *, lifecycles: pd.DataFrame, level: ServiceLevel | None, minimum: int
) -> pd.DataFrame:
    """Give the chance of each open unit of work to be finished within the service level.

    Returns
    -------
    DataFrame
        One row per open unit of work, the least likely first: ``ticket, stage, age`` (timedelta, by the
        service level's own measure), ``n`` (tickets that were in that stage at that age), ``chance, low,
        high`` (with its 95 % interval; 0 where the time is over, missing where ``n`` is under ``minimum``,
        or where none of these was followed so long). A ticket whose clock has not started (cycle time, no
        work yet) is left out; without a service level there are no rows. No ticket is compared with
        discarded ones.
    """
    units = units_of_work(lifecycles)
    if level is None or units.empty:
        return pd.DataFrame(columns=list(_TYPES)).astype(_TYPES)
    begin = "created" if level.of == "lead time" else "started"
    units = units[units[begin].notna() & ~was_discarded(units)].set_index("ticket")
    end = units["created"] + units["lead"]
    about = pd.DataFrame(
        {
            "begin": units[begin],
            "lasted": (end - units[begin]).dt.total_seconds(),
            "ended": units["finished"].notna() & ~units["bulk"],
            "seen": (seen_since(units.reset_index()).reindex(units.index) - units[begin]).dt.total_seconds(),
            "open": still_open(units),
        }
    )
    stays = stage_visits[stage_visits["ticket"].isin(about.index) & (stage_visits["kind"] != "done")]
    mine = about.reindex(stays["ticket"])
    since = (
        stays["entered"].reset_index(drop=True) - mine["begin"].reset_index(drop=True)
    ).dt.total_seconds()
    until = since + stays["elapsed"].dt.total_seconds().to_numpy()
    past = mine.reset_index().assign(
        stage=stays["stage"].astype("str").to_numpy(),
        since=since,
        until=until,
        there=stays["left"].isna().to_numpy(),
    )
    allowed = level.days * 86_400
    by_stage = dict(list(past.groupby("stage")))
    now = past[past["there"] & past["open"]]
    found = [_chance(row, by_stage[row["stage"]], allowed, minimum) for row in now.to_dict("records")]
    table = pd.DataFrame(found, columns=list(_TYPES)).astype(_TYPES)
    return table.sort_values(["chance", "age", "ticket"], ascending=[True, False, True], ignore_index=True)


def _chance(row: dict[Any, Any], there: pd.DataFrame, allowed: float, minimum: int) -> dict[str, Any]:
    """Compare one ticket with those that were in its stage at its age, and lasted longer."""
    age = float(row["lasted"])
    at_age = (there["since"] <= age) & (there["until"] > age) & (there["seen"] <= age)
    like = there[at_age & (there["ticket"] != row["ticket"])]
    answer = {
        "ticket": row["ticket"], "stage": row["stage"], "age": pd.Timedelta(seconds=age), "n": len(like),
        "chance": nan, "low": nan, "high": nan,
    }  # fmt: skip
    if age >= allowed:
        return answer | {"chance": 0.0, "low": 0.0, "high": 0.0}
    if len(like) < minimum:
        return answer
    seconds, ended = like["lasted"].to_numpy(dtype=np.float64), like["ended"].to_numpy(dtype=np.bool_)
    chance, low, high = share_ended(seconds, ended, at=allowed)
    return answer | {"chance": chance, "low": low, "high": high}
