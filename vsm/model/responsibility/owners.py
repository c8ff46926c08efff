"""Who worked on each delivered ticket, when it reached production, and where it changed teams."""

from collections.abc import Set as AbstractSet
from typing import Any, Final

import pandas as pd

from vsm.intervals.handoffs import disciplines, work_start
from vsm.model.lifecycle import completed
from vsm.tables import among

JOINT: Final = "; "
NOBODY: Final[frozenset[str]] = frozenset()


def ticket_owners(
    visits: pd.DataFrame,
    *,
    handoffs: pd.DataFrame,
    lifecycles: pd.DataFrame,
    events: pd.DataFrame,
    commits: pd.DataFrame,
    stages: pd.DataFrame,
    bots: AbstractSet[str] = NOBODY,
) -> pd.DataFrame:
    """Give who held each delivered ticket, and whether one team carried it to production.

    Looked at are work visits that began before production (``production_of_tickets``), except those that a
    bot held. A ticket was carried by one team when every such visit was in the same team's hands; it was not
    as soon as two teams are known; where a team is unknown and no second one is known, or nobody ever worked
    on it by its statuses, nothing is claimed.

    Returns
    -------
    DataFrame
        One row per delivered ticket (not by a bulk edit): ``ticket, finished, production, production_by``,
        ``visits`` (count of those looked at), ``teams`` (count) and ``team_names`` (joined by ``; `` in order
        of appearance), ``people, disciplines`` (counts), ``handoffs`` (between teams), ``carried`` (boolean,
        or missing), ``first_team`` (of the first work visit whose team is known), and where it was handed
        over, if it was: ``handed_over_in`` (first stage entered under another team), ``handed_over_to``,
        ``handed_over_after`` (timedelta, missing where the visit before is in no known hands).
    """
    reached = production_of_tickets(lifecycles, events=events, commits=commits).set_index("ticket")
    work = work_of_people(visits, bots=bots)
    work = work[_in_time(work["ticket"], work["entered"], reached)]
    work = work.assign(discipline=work["stage"].map(disciplines(stages)).astype("str"))
    grouped = work.groupby("ticket", sort=False)
    counts = pd.DataFrame(
        {
            "visits": grouped.size(),
            "teams": grouped["team"].nunique(),
            "team_names": names_joined(work, "team"),
            "people": grouped["holder"].nunique(),
            "disciplines": grouped["discipline"].nunique(),
            "unknown": work["team"].isna().groupby(work["ticket"]).sum(),
            "first_team": grouped["team"].first(),
        }
    ).reindex(reached.index)
    numbers = ["visits", "teams", "people", "disciplines"]
    counts[numbers] = counts[numbers].fillna(0).astype("int64")
    carried = pd.Series(pd.NA, index=reached.index, dtype="boolean")
    carried = carried.mask((counts["teams"] == 1) & (counts["unknown"] == 0), other=True)
    counts["carried"] = carried.mask(counts["teams"] > 1, other=False).mask(reached["production"].isna())
    counts["handoffs"] = _passes(handoffs, reached, bots)
    owners = reached.join(counts).join(_first_handover(work, handoffs))
    words = ["team_names", "first_team", "handed_over_in", "handed_over_to"]
    return owners.astype(dict.fromkeys(words, "str"))[_COLUMNS].reset_index()


_COLUMNS: Final = [
    "finished", "production", "production_by", "visits", "teams", "team_names", "people", "disciplines",
    "handoffs", "carried", "first_team", "handed_over_in", "handed_over_to", "handed_over_after",
]  # fmt: skip


def work_of_people(visits: pd.DataFrame, *, bots: AbstractSet[str] = NOBODY) -> pd.DataFrame:
    """Give the work visits that were not a bot's, in order, with texts for categories."""
    work = visits[visits["kind"] == "work"]
    work = work.astype(dict.fromkeys(("ticket", "stage", "holder", "team"), "str"))
    human = work[~work["holder"].isin(bots)]
    return human.sort_values(["ticket", "entered", "n"], ignore_index=True)


def _in_time(ticket: "pd.Series[Any]", at: "pd.Series[Any]", reached: pd.DataFrame) -> "pd.Series[bool]":
    """Mark what began before production; of tickets that wait for a release, everything did."""
    production = reached["production"].reindex(ticket).set_axis(ticket.index).astype(at.dtype)
    return ~(at >= production) & among(ticket, reached.index)


def names_joined(work: pd.DataFrame, side: str) -> "pd.Series[Any]":
    """Join the names of each ticket by ``; `` in order of appearance."""
    known = work[["ticket", side]].dropna().drop_duplicates()
    return known.groupby("ticket")[side].agg(JOINT.join)


def _passes(handoffs: pd.DataFrame, reached: pd.DataFrame, bots: AbstractSet[str]) -> "pd.Series[Any]":
    """Count handoffs between teams before production; a bot hands nothing on."""
    plain = handoffs.astype(dict.fromkeys(("ticket", "from_holder", "to_holder"), "str"))
    own = plain[plain["team"] & ~plain["from_holder"].isin(bots) & ~plain["to_holder"].isin(bots)]
    own = own[_in_time(own["ticket"], own["taken"], reached)]
    return own.groupby("ticket").size().reindex(reached.index).fillna(0).astype("int64")


def _first_handover(work: pd.DataFrame, handoffs: pd.DataFrame) -> pd.DataFrame:
    """Find the first work visit of each ticket that another known team than its first held."""
    known = work[work["team"].notna()]
    first = known.groupby("ticket")["team"].transform("first")
    passed = known[known["team"] != first].drop_duplicates("ticket")
    passed = passed.assign(taken=work_start(passed))
    waits = handoffs.astype({"ticket": "str"})[["ticket", "taken", "wait"]]
    waits = waits.drop_duplicates(["ticket", "taken"], keep="first")
    waited = passed.merge(waits, on=["ticket", "taken"], how="left").set_index("ticket")
    words = {"stage": "handed_over_in", "team": "handed_over_to", "wait": "handed_over_after"}
    return waited.rename(columns=words)[list(words.values())]


RELEASED: Final = "released"
DONE: Final = "done"
WAITING: Final = "waits for a release"


def production_of_tickets(
    lifecycles: pd.DataFrame, *, events: pd.DataFrame, commits: pd.DataFrame
) -> pd.DataFrame:
    """Give when each delivered ticket reached production, and by what evidence.

    A ticket whose merged commits are in repositories with releases is in production when the last of them was
    released, however early it was called done; as long as one is not released, it is not there. Commits that
    were never merged do not count. Every other ticket counts as in production when it was done.

    Returns
    -------
    DataFrame
        One row per delivered ticket: ``ticket`` (str), ``finished``, ``production`` (missing while it waits
        for a release), ``production_by`` (released, done, or waits for a release).
    """
    done = completed(lifecycles)[["ticket", "finished"]].astype({"ticket": "str"}).reset_index(drop=True)
    made = commits_of_tickets(events, commits=commits)
    shipped = made[made["merged_at"].notna() & made["ships"]]
    last = shipped.groupby("ticket")["released"].max()
    last = last.where(~shipped["released"].isna().groupby(shipped["ticket"]).any())
    known = done["ticket"].isin(last.index)
    released = last.reindex(done["ticket"]).set_axis(done.index).astype(done["finished"].dtype)
    production = done["finished"].where(~known, released)
    by = pd.Series(DONE, index=done.index, dtype="str").mask(known, RELEASED)
    return done.assign(production=production, production_by=by.mask(production.isna(), WAITING))


def commits_of_tickets(events: pd.DataFrame, *, commits: pd.DataFrame) -> pd.DataFrame:
    """Give the commits of each ticket: COMMITS with ``ticket`` (str), one row per ticket and commit.

    ``ships``: the commit's repository has made a release at all.
    """
    named = events[events["kind"].isin(["commit", "merge"])].astype({"ticket": "str", "source": "str"})
    links = pd.DataFrame(
        {
            "ticket": named["ticket"],
            "repository": named["source"].str.removeprefix("git:"),
            "commit": named["ref"].astype("str"),
        }
    ).drop_duplicates()
    plain = commits.astype({"repository": "str"})
    ships = set(plain.loc[plain["released"].notna(), "repository"])
    return links.merge(plain.assign(ships=plain["repository"].isin(ships)), on=["repository", "commit"])
