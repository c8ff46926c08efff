"""Who can review whose work: how many of each team do, and how much rests on one of them. Nobody is named."""

from typing import Final

import numpy as np
import pandas as pd

from vsm.model.reviews.pull_times import ANSWERS, persons_of
from vsm.people import People

DAYS: Final = 90


def review_reach(
    pulls: pd.DataFrame,
    events: pd.DataFrame,
    *,
    people: People,
    as_of: pd.Timestamp,
    minimum: int,
    fewest_people: int,
) -> pd.DataFrame:
    """Give how reviews are spread over the people of each team, in the 90 days before ``as_of``.

    A review is one pull request that somebody else than its author, and no program, reviewed or commented on;
    it counts for the team of who reviewed, at that time. People of no team are one row.

    Parameters
    ----------
    pulls, events
        PULLS and PULL_EVENTS.
    minimum
        Of fewer reviews there are no shares.
    fewest_people
        Teams of fewer people who reviewed or opened anything are not shown.

    Returns
    -------
    DataFrame
        One row per team, the busiest first: ``team`` (missing: people of no team), ``people`` (who opened or
        reviewed pull requests), ``reviewers`` (who reviewed), ``reviews``, ``busiest`` (share of them by the
        one who did most, 0 to 1), ``asked`` (requests to its people that nobody has answered yet), ``at_one``
        (share of these that ask the one who is asked most; missing under ``minimum``).
    """
    person_of_pull = persons_of(pulls.set_index("pull")["author"], people)
    acts = events[events["at"] > as_of - pd.Timedelta(days=DAYS)].astype({"pull": "str", "kind": "str"})
    acts = acts.assign(person=persons_of(acts["actor"], people))
    opened = acts[acts["kind"] == "opened"]
    reviews = acts[acts["kind"].isin(ANSWERS) & (acts["person"] != acts["pull"].map(person_of_pull))]
    reviews = reviews.drop_duplicates(["pull", "person"])
    asked = _unanswered(pulls, events, people)
    sides = {"opened": opened, "reviewed": reviews, "asked": asked}
    parts = [
        part.dropna(subset=["person"]).assign(what=what, team=people.teams.at(part["person"], part["at"]))
        for what, part in sides.items()
    ]
    rows = pd.concat([part[["what", "person", "team"]].astype("str") for part in parts])
    rows = rows[~rows["person"].isin(people.programs)].fillna({"team": ""})
    found = []
    for team, mine in rows.groupby("team", sort=True):
        counts = mine.loc[mine["what"] == "reviewed", "person"].value_counts()
        requests = mine.loc[mine["what"] == "asked", "person"].value_counts()
        several = mine["person"].nunique()
        if several < fewest_people:
            continue
        found.append(
            {
                "team": team or None,
                "people": several,
                "reviewers": len(counts),
                "reviews": int(counts.sum()),
                "busiest": counts.max() / counts.sum() if counts.sum() >= minimum else np.nan,
                "asked": int(requests.sum()),
                "at_one": requests.max() / requests.sum() if requests.sum() >= minimum else np.nan,
            }
        )
    columns = ["team", "people", "reviewers", "reviews", "busiest", "asked", "at_one"]
    types = dict.fromkeys(columns[1:4], "int64") | {"team": "str", "asked": "int64"}
    frame = pd.DataFrame(found, columns=columns).astype(
        types | dict.fromkeys(("busiest", "at_one"), "float64")
    )
    return frame.sort_values(["reviews", "team"], ascending=[False, True], ignore_index=True)


def _unanswered(pulls: pd.DataFrame, events: pd.DataFrame, people: People) -> pd.DataFrame:
    """Give the requests to persons in open pull requests that have neither been answered nor withdrawn."""
    open_now = set(pulls.loc[pulls["closed"].isna(), "pull"])
    acts = events[events["pull"].isin(open_now)].astype({"pull": "str", "kind": "str", "after": "str"})
    about = acts["kind"].isin(["review_request", "review_unrequest"])
    asked = acts[about & ~acts["after"].fillna("team:").str.startswith("team:")]
    asked = asked.assign(person=persons_of(asked["after"], people))
    answers = acts[acts["kind"] == "review"].assign(person=lambda acts: persons_of(acts["actor"], people))
    both = pd.concat([asked, answers]).sort_values(["at", "seq"], kind="stable")
    last = both.drop_duplicates(["pull", "person"], keep="last")
    return last[last["kind"] == "review_request"]
