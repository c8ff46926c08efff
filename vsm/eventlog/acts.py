"""Do people work when their calendar says so? A wrong zone shows in what they do outside of its hours."""

from typing import Final

import pandas as pd

from vsm.clock import Clock
from vsm.people import Teams

ACTS: Final = ("status", "comment", "worklog", "commit", "review")


def acts_by_team(events: pd.DataFrame, *, clock: Clock, teams: Teams, minimum: int = 12) -> pd.DataFrame:
    """What share of each team's own acts falls outside of its working hours?

    An act is what a person did at an instant: moved a status, commented, logged work, committed, reviewed.
    Bulk edits and what bots did are none.

    Parameters
    ----------
    events
        EVENTS of humans (``People.of_humans``), with persons for actors.
    clock
        The teams' calendars.
    teams
        Who is in which team, and when.
    minimum
        Under so many acts it is too few to say.

    Returns
    -------
    DataFrame
        ``team`` (missing for those in none), ``calendar``, ``acts``, ``outside`` (how many of them) and
        ``share`` (missing where too few), in the order of teams' names. A copied or imported history bears
        the instants that its source gave it, and these count as any.

    Raises
    ------
    ParameterError
        An act lies beyond what the clock's calendars know.
    """
    moved = events["before"].notna() | (events["kind"] != "status")
    acts = events[events["kind"].isin(ACTS) & events["actor"].notna() & ~events["bulk"] & moved]
    team = teams.at(acts["actor"], acts["at"])
    rows = pd.DataFrame({"team": team, "outside": ~clock.is_open(acts["at"], team=team)})
    found = rows.groupby("team", dropna=False)["outside"].agg(acts="size", outside="sum").reset_index()
    named = [
        clock.calendar(name).name for name in found["team"].astype(object).where(found["team"].notna(), None)
    ]
    share = (found["outside"] / found["acts"]).astype("float64").where(found["acts"] >= minimum)
    found = found.astype({"team": "str", "acts": "int64", "outside": "int64"})
    return found.assign(calendar=pd.Series(named, dtype="str"), share=share)[
        ["team", "calendar", "acts", "outside", "share"]
    ]
