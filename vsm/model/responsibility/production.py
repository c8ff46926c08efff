"""When did each finished ticket reach production? By Git where it tells, else by the tracker."""

from typing import Final

import pandas as pd

from vsm.model.flow import counted

RELEASED: Final = "released"
DONE: Final = "done"
WAITING: Final = "waits for a release"


def production_of_tickets(
    lives: pd.DataFrame, *, events: pd.DataFrame, commits: pd.DataFrame
) -> pd.DataFrame:
    """When did each finished ticket reach production, and what tells?

    A ticket whose landed commits lie in repositories with releases is in production when the last of them was
    released, however early it was called done; as long as one is not released, it is not there. Commits that
    never landed do not count. Every other ticket is taken to be in production when it was done.

    Parameters
    ----------
    lives
        As ``lives_from_visits`` gives them; tickets finished for good, not by a bulk edit, are looked at.
    events
        EVENTS; those of kind ``commit`` and ``merge`` tell which commits are a ticket's.
    commits
        COMMITS with ``landed`` and ``released``.

    Returns
    -------
    DataFrame
        One row per finished ticket: ``ticket`` (str), ``finished``, ``production`` (missing while it waits
        for a release), ``production_by`` (released, done, or waits for a release).
    """
    done = counted(lives)[["ticket", "finished"]].astype({"ticket": "str"}).reset_index(drop=True)
    made = commits_of_tickets(events, commits=commits)
    shipped = made[made["landed"].notna() & made["ships"]]
    last = shipped.groupby("ticket")["released"].max()
    last = last.where(~shipped["released"].isna().groupby(shipped["ticket"]).any())
    known = done["ticket"].isin(last.index)
    released = last.reindex(done["ticket"]).set_axis(done.index).astype(done["finished"].dtype)
    production = done["finished"].where(~known, released)
    by = pd.Series(DONE, index=done.index, dtype="str").mask(known, RELEASED)
    return done.assign(production=production, production_by=by.mask(production.isna(), WAITING))


def commits_of_tickets(events: pd.DataFrame, *, commits: pd.DataFrame) -> pd.DataFrame:
    """Which commits does each ticket have? COMMITS with ``ticket`` (str), one row per ticket and commit.

    ``ships`` says that the commit's repository has made a release at all.
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
