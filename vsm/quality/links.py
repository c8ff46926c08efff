"""Checks of keys: those of several tickets, and what commits name that nobody has pulled."""

from collections.abc import Collection, Iterable
from typing import Final

import pandas as pd

from vsm.eventlog.log import QualityNote, quality_from_notes
from vsm.eventlog.ticket_keys import keys_of_several_tickets

SHOWN: Final = 5


def check_keys(tickets: pd.DataFrame) -> list[QualityNote]:
    """Which keys are borne by several tickets, so that a commit that names one could mean either?

    One warning for each set of sources that share keys.
    """
    shared = keys_of_several_tickets(tickets)
    detail = "{} key(s) are borne by several tickets of {}: {}; commits that name them are linked to none"
    keys_of = {sources: [key for key in shared if shared[key] == sources] for sources in shared.values()}
    return [
        QualityNote(
            "key of several tickets", "warning", detail.format(len(keys), " and ".join(sources), _told(keys))
        )
        for sources, keys in keys_of.items()
    ]


def _told(keys: Iterable[str]) -> str:
    """Name a few of them."""
    known = sorted(keys, key=lambda key: (key.rpartition("-")[0], len(key), key))
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return f"{', '.join(known[:SHOWN])}{more}"


def strange_keys(quality: pd.DataFrame, *, tickets: pd.DataFrame) -> list[str]:
    """Which keys of these tickets' projects do commits name, though no ticket has them?

    Parameters
    ----------
    quality
        QUALITY of the repositories, with a row for each such key.
    tickets
        All TICKETS.
    """
    projects = {key.rpartition("-")[0] for key in tickets["key"].str.upper()}
    named = set(quality.loc[quality["check"] == "unknown ticket in a commit", "ref"])
    return sorted(key for key in named if key.rpartition("-")[0] in projects)


def check_links(
    tickets: pd.DataFrame,
    commits: pd.DataFrame,
    events: pd.DataFrame,
    *,
    finished: Collection[str] = (),
    strange: Collection[str] = (),
) -> pd.DataFrame:
    """How much of Git and tracker meet? One QUALITY row where there are commits.

    Merges need not name a ticket, so they are not counted among commits.

    Parameters
    ----------
    tickets, commits, events
        Those in view; events of other tickets or commits do not count.
    finished
        Which of the tickets are finished.
    strange
        Keys that commits name and no ticket has.
    """
    if commits.empty:
        return quality_from_notes([])
    known = events["ticket"].isin(set(tickets["ticket"])) & events["ref"].isin(set(commits["commit"]))
    linked = events[events["kind"].isin(["commit", "merge"]) & known]
    work = commits.loc[~commits["parents"].str.contains(" "), "commit"]
    done = len(set(finished) & set(linked["ticket"].astype("str")))
    detail = (
        f"{linked['ticket'].nunique()} of {len(tickets)} tickets, {done} of {len(finished)} finished ones, "
        f"have commits; {work.isin(set(linked['ref'])).sum()} of {len(work)} commits belong to one of them"
    )
    if strange:
        detail += (
            f"; {len(strange)} other key(s) they name are of no ticket that was pulled: {_told(strange)}"
        )
    return quality_from_notes([QualityNote("link of tickets and commits", "note", detail)])
