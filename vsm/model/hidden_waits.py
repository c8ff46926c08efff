"""How much waiting may hide inside work stages? What lies before the first trace and after the last."""

import pandas as pd

from vsm.model.flow import counted
from vsm.tables import DURATION


def hidden_waits(visits: pd.DataFrame, lives: pd.DataFrame, *, minimum: int = 12) -> pd.DataFrame:
    """How much waiting may hide inside work stages, before the first touch and after the last?

    That nobody left a trace is evidence that nobody worked, not proof.

    Parameters
    ----------
    visits
        VISITS; the work visits of counted tickets are weighed, bulk ones left out.
    lives
        As ``lives_from_visits`` gives them.
    minimum
        Under so many visits with a touch the shares are missing.

    Returns
    -------
    DataFrame
        One row per stage, by name: ``stage, visits, untouched`` (counts), ``elapsed`` (in all), ``before``
        (entry → first touch), ``after`` (last touch → left), ``unknown`` (elapsed in untouched visits), and
        ``before_share, after_share`` of the time in visits with a touch.
    """
    before = _before_finish(visits, lives)
    mine = before[(before["kind"] == "work") & ~before["bulk"]]
    lasted, bare = mine["left"] - mine["entered"], mine["first_touch"].isna()
    nothing = pd.Timedelta(0)
    parts = pd.DataFrame(
        {
            "visits": 1,
            "untouched": bare.astype("int64"),
            "elapsed": lasted,
            "before": (mine["first_touch"] - mine["entered"]).fillna(nothing),
            "after": (mine["left"] - mine["last_touch"]).fillna(nothing),
            "unknown": lasted.where(bare, nothing),
        },
        index=mine.index,
    )
    parts = parts.astype(dict.fromkeys(("elapsed", "before", "after", "unknown"), DURATION))
    found = parts.groupby(mine["stage"].astype("str")).sum()
    touched = (found["elapsed"] - found["unknown"]).where(found["visits"] - found["untouched"] >= minimum)
    seconds = touched.dt.total_seconds()
    for name in ("before", "after"):
        found[f"{name}_share"] = found[name].dt.total_seconds() / seconds.where(seconds > 0)
    return found.rename_axis("stage").reset_index()


def _before_finish(visits: pd.DataFrame, lives: pd.DataFrame) -> pd.DataFrame:
    """Give the visits of counted tickets that lie before the finish; their ends lie there too."""
    done = counted(lives)
    finish = pd.Series(done["finished"].array, index=done["ticket"].astype("str"))
    words = {"ticket": "str", "kind": "str", "team": "str"}
    known = visits.astype(words).assign(finish=finish.reindex(visits["ticket"].astype("str")).array)
    return known[known["entered"] < known["finish"]]
