"""Which tickets does a text name?"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

import pandas as pd

from vsm.eventlog.quality import Doubt, quality_from_doubts

SHOWN: Final = 5


def ticket_keys(tickets: pd.DataFrame, events: pd.DataFrame) -> dict[str, str]:
    """Which ticket does each key mean? Today's keys, and those that moved tickets had before.

    A key that several tickets bear today, such as those of two trackers, means none of them: it is known,
    and its ticket is empty.
    """
    moves = events[events["kind"] == "move"].dropna(subset=["before"])
    former = dict(zip(moves["before"].astype("str"), moves["ticket"].astype("str"), strict=True))
    today = dict(zip(tickets["key"].str.upper(), tickets["ticket"].astype("str"), strict=True))
    return former | today | dict.fromkeys(_shared(tickets), "")


def _shared(tickets: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """List the keys that several tickets bear, each with the sources of those tickets."""
    bearers: dict[str, list[str]] = {}
    for key, ticket in zip(tickets["key"].str.upper(), tickets["ticket"].astype("str"), strict=True):
        bearers.setdefault(key, []).append(ticket)
    return {
        key: tuple(sorted({ticket.rpartition(":")[0] for ticket in several}))
        for key, several in bearers.items()
        if len(several) > 1
    }


def doubts_about_keys(tickets: pd.DataFrame) -> list[Doubt]:
    """Which keys are borne by several tickets, so that a commit that names one could mean either?

    One warning for each set of sources that share keys.
    """
    shared = _shared(tickets)
    detail = "{} key(s) are borne by several tickets of {}: {}; commits that name them are linked to none"
    keys_of = {sources: [key for key in shared if shared[key] == sources] for sources in shared.values()}
    return [
        Doubt(
            "key of several tickets", "warning", detail.format(len(keys), " and ".join(sources), _told(keys))
        )
        for sources, keys in keys_of.items()
    ]


def _told(keys: Iterable[str]) -> str:
    """Name a few of them."""
    known = sorted(keys, key=lambda key: (key.rpartition("-")[0], len(key), key))
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return f"{', '.join(known[:SHOWN])}{more}"


def key_pattern(keys: Iterable[str]) -> re.Pattern[str] | None:
    """What does a ticket key look like here? Only the known projects count; None without any.

    A loose pattern would find UTF-8, SHA-1 and CVE-2021 in real messages. Case does not matter.

    Examples
    --------
    >>> key_pattern(["AB-1", "AB-2"]).findall("ab-12, UTF-8, XAB-3, AB-4x")
    ['ab-12']
    """
    projects = sorted({key.rpartition("-")[0].upper() for key in keys if "-" in key})
    if not projects:
        return None
    names = "|".join(re.escape(project) for project in projects)
    return re.compile(rf"(?<![A-Za-z0-9])(?:{names})-[0-9]+(?![A-Za-z0-9])", re.IGNORECASE)


def keys_in(text: str, *, pattern: re.Pattern[str] | None) -> list[str]:
    """Which keys does a text name? Upper case, each once, in the order of the text.

    Examples
    --------
    >>> keys_in("ab-2 and AB-1, AB-2", pattern=key_pattern(["AB-1"]))
    ['AB-2', 'AB-1']
    """
    found = pattern.findall(text) if pattern else []
    return list(dict.fromkeys(key.upper() for key in found))


def tickets_in(
    text: str, *, keys: Mapping[str, str], pattern: re.Pattern[str] | None
) -> tuple[list[str], list[str]]:
    """Which tickets does a text name, and which keys of known projects does nobody know?

    A known key without a ticket (see ``ticket_keys``) is neither.

    Examples
    --------
    >>> tickets_in("AB-1 AB-9", keys={"AB-1": "jira:7"}, pattern=key_pattern(["AB-1"]))
    (['jira:7'], ['AB-9'])
    """
    named = keys_in(text, pattern=pattern)
    tickets = (keys[key] for key in named if keys.get(key))
    return list(dict.fromkeys(tickets)), [key for key in named if key not in keys]


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


def doubts_about_links(
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
        return quality_from_doubts([])
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
    return quality_from_doubts([Doubt("link of tickets and commits", "note", detail)])
