"""Ticket keys: the ticket that each means, and those that a text names."""

import re
from collections.abc import Iterable, Mapping

import pandas as pd


def ticket_keys(tickets: pd.DataFrame, events: pd.DataFrame) -> dict[str, str]:
    """Give the ticket of each key: today's keys, and those that moved tickets had before.

    A key that several tickets bear today, such as those of two trackers, means none of them: it is known,
    and its ticket is empty.
    """
    moves = events[events["kind"] == "move"].dropna(subset=["before"])
    former = dict(zip(moves["before"].astype("str"), moves["ticket"].astype("str"), strict=True))
    today = dict(zip(tickets["key"].str.upper(), tickets["ticket"].astype("str"), strict=True))
    return former | today | dict.fromkeys(keys_of_several_tickets(tickets), "")


def keys_of_several_tickets(tickets: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Give the keys that several tickets bear, each with the sources of those tickets."""
    bearers: dict[str, list[str]] = {}
    for key, ticket in zip(tickets["key"].str.upper(), tickets["ticket"].astype("str"), strict=True):
        bearers.setdefault(key, []).append(ticket)
    return {
        key: tuple(sorted({ticket.rpartition(":")[0] for ticket in several}))
        for key, several in bearers.items()
        if len(several) > 1
    }


def key_pattern(keys: Iterable[str]) -> re.Pattern[str] | None:
    """Give a pattern of the keys of known projects; None without any.

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
    """Give the keys that a text names: upper case, each once, in the order of the text.

    Examples
    --------
    >>> keys_in("ab-2 and AB-1, AB-2", pattern=key_pattern(["AB-1"]))
    ['AB-2', 'AB-1']
    """
    return list(dict.fromkeys(key.upper() for key in pattern.findall(text))) if pattern else []


def tickets_in(
    text: str, *, keys: Mapping[str, str], pattern: re.Pattern[str] | None
) -> tuple[list[str], list[str]]:
    """Give the tickets that a text names, and its keys of known projects that no ticket has.

    A known key without a ticket (see ``ticket_keys``) is neither.

    Examples
    --------
    >>> tickets_in("AB-1 AB-9", keys={"AB-1": "jira:7"}, pattern=key_pattern(["AB-1"]))
    (['jira:7'], ['AB-9'])
    """
    named = keys_in(text, pattern=pattern)
    tickets = (keys[key] for key in named if keys.get(key))
    return list(dict.fromkeys(tickets)), [key for key in named if key not in keys]
