"""How does work flow, and what lies open? The small tables beside the lead times."""

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.figures.tables import published
from vsm.findings.durations import short_duration
from vsm.model.lifecycle import ages
from vsm.model.weekly import weekly_flow


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


def age_table(lives: pd.DataFrame, *, stays: pd.DataFrame, tickets: pd.DataFrame, most: int = 10) -> Styler:
    """Which open tickets are oldest, and where do they lie? ``ages`` as a table.

    Parameters
    ----------
    lives, stays
        As ``lifecycles_from_visits`` and ``stage_visits_from_visits`` give them.
    tickets
        TICKETS, which know the keys.
    most
        How many are shown.
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
