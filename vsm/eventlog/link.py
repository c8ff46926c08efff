"""Which tickets does a text name?"""

import re
from collections.abc import Iterable, Mapping

import pandas as pd

from vsm.eventlog.quality import Doubt, quality_from_doubts


def ticket_keys(tickets: pd.DataFrame, events: pd.DataFrame) -> dict[str, str]:
    """Which ticket does each key mean? Today's keys, and those that moved tickets had before.

    Examples
    --------
    >>> from vsm.tables import EVENTS, TICKETS, empty
    >>> ticket_keys(empty(TICKETS), empty(EVENTS))
    {}
    """
    moves = events[events["kind"] == "move"].dropna(subset=["before"])
    former = dict(zip(moves["before"].astype("str"), moves["ticket"].astype("str"), strict=True))
    return former | dict(zip(tickets["key"].str.upper(), tickets["ticket"].astype("str"), strict=True))


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

    Examples
    --------
    >>> tickets_in("AB-1 AB-9", keys={"AB-1": "jira:7"}, pattern=key_pattern(["AB-1"]))
    (['jira:7'], ['AB-9'])
    """
    named = keys_in(text, pattern=pattern)
    return list(dict.fromkeys(keys[k] for k in named if k in keys)), [k for k in named if k not in keys]


def doubts_about_links(tickets: pd.DataFrame, commits: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """How much of Git and tracker meet? One QUALITY row where there are commits.

    Examples
    --------
    >>> from vsm.tables import COMMITS, EVENTS, TICKETS, empty
    >>> len(doubts_about_links(empty(TICKETS), empty(COMMITS), empty(EVENTS)))
    0
    """
    if commits.empty:
        return quality_from_doubts([])
    linked = events[events["kind"].isin(["commit", "merge"])]
    detail = (
        f"{linked['ticket'].nunique()} of {len(tickets)} tickets are named by commits; "
        f"{linked['ref'].nunique()} of {len(commits)} commits name a ticket"
    )
    return quality_from_doubts([Doubt("link of tickets and commits", "note", detail)])
