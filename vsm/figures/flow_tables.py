"""How does work flow, and what lies open? The small tables beside the lead times."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.clock import Clock
from vsm.figures.durations import short_duration
from vsm.figures.tables import bounded, published
from vsm.model.efficiency import efficiency_bracket
from vsm.model.flow import ages, weekly_flow

_ENDS: Final = {"statuses": "at most, by statuses", "traces": "at least, by traces of work"}
_TIMES: Final = {"elapsed": "Elapsed", "working": "Working time"}
_BRACKET: Final = (
    "Work ÷ lead time of finished tickets, a ratio of sums, with its 95 % interval. By statuses, a ticket "
    "that lies in a work stage counts as worked on: the upper end of the truth. By traces, only what lies "
    "between the first and the last trace of work in a visit counts: the lower end; much work leaves none."
)


def weekly_flow_table(lives: pd.DataFrame, *, as_of: pd.Timestamp, weeks: int = 12) -> Styler:
    """How much came, was finished, and was under way in each of the last weeks? ``weekly_flow`` as a table.

    Examples
    --------
    >>> day = pd.to_datetime(["2026-01-05"], utc=True)
    >>> lives = pd.DataFrame({"created": day, "finished": day + pd.Timedelta(days=8)})
    >>> weekly_flow_table(lives, as_of=pd.Timestamp("2026-01-16", tz="UTC")).data["Under way"].tolist()
    [1, 0]
    """
    flow = weekly_flow(lives, as_of=as_of).tail(weeks)
    rows = pd.DataFrame(
        {
            "Week of": [f"{monday:%Y-%m-%d}" for monday in flow["week"]],
            "Arrived": flow["arrived"],
            "Finished": flow["finished"],
            "Gone": flow["gone"],
            "Under way": flow["wip"],
        }
    )
    caption = (
        f"Tickets by week, from Monday (UTC); the last week only up to {as_of:%Y-%m-%d %H:%M}. Finished: for "
        "good, by bulk edits too; gone: deleted or hidden; under way: at the week's end, waiting ones too."
    )
    return published(rows, caption)


def efficiency_table(visits: pd.DataFrame, lives: pd.DataFrame, *, clock: Clock, minimum: int = 12) -> Styler:
    """Between which ends does flow efficiency lie? ``efficiency_bracket`` as a table.

    Examples
    --------
    >>> from vsm.clock import Calendar
    >>> from vsm.tables import VISITS, empty
    >>> lives = pd.DataFrame({"ticket": [], "finished": [], "bulk": [], "lead": pd.to_timedelta([])})
    >>> efficiency_table(empty(VISITS), lives, clock=Clock(Calendar("none", [], []))).data["Elapsed"].tolist()
    ['too few to say', 'too few to say']
    """
    found = efficiency_bracket(visits, lives, clock=clock, minimum=minimum)
    rows = [
        {"Measure": _ENDS[str(measure)]}
        | {_TIMES[str(row["time"])]: _efficiency(row, minimum) for row in ends.to_dict("records")}
        | {"Finished": ends["tickets"].iloc[0]}
        for measure, ends in found.groupby("measure", sort=False)
    ]
    return published(pd.DataFrame(rows), _BRACKET)


def _efficiency(row: Mapping[Any, Any], minimum: int) -> str:
    if row["tickets"] < minimum:
        return "too few to say"
    return "no time to share" if pd.isna(row["share"]) else bounded(row)


def age_table(lives: pd.DataFrame, *, stays: pd.DataFrame, tickets: pd.DataFrame, most: int = 10) -> Styler:
    """Which open tickets are oldest, and where do they lie? ``ages`` as a table.

    Parameters
    ----------
    lives, stays
        As ``lives_from_visits`` and ``stays_from_visits`` give them.
    tickets
        TICKETS, which know the keys.
    most
        How many are shown.

    Examples
    --------
    >>> from vsm.tables import TICKETS, empty
    >>> none = pd.to_datetime([], utc=True)
    >>> lives = pd.DataFrame({"ticket": [], "created": none, "finished": none, "lead": none - none})
    >>> stays = pd.DataFrame({"ticket": [], "stage": [], "left": none})
    >>> age_table(lives, stays=stays, tickets=empty(TICKETS)).data.empty
    True
    """
    waiting = ages(lives)
    oldest = waiting.head(most)
    key = tickets.set_index(tickets["ticket"].astype("str"))["key"].astype("str")
    stage = stays[stays["left"].isna()].set_index("ticket")["stage"]
    rows = pd.DataFrame(
        {
            "Ticket": oldest["ticket"].map(key),
            "Stage": oldest["ticket"].map(stage),
            "Created": [f"{created:%Y-%m-%d}" for created in oldest["created"]],
            "Age": [short_duration(age) for age in oldest["age"]],
        }
    )
    caption = (
        f"The oldest of n = {len(waiting):,} open tickets; elapsed time since creation, and the stage they "
        "are in now."
    )
    return published(rows, caption, nothing="No ticket is open.")
