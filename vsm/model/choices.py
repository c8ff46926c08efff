"""What tickets can be chosen by: their components, labels, epics, types, priorities, teams and stages."""

from typing import Final

import pandas as pd

from vsm.config.where import WORDS

_LEVELS: Final = 4
"""How far up parents are looked for: sub-task, story, epic, initiative, theme."""


def values_of(word: str, *, tickets: pd.DataFrame, visits: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Give ``ticket, value`` for one of ``WORDS``: a row for each value that a ticket has.

    ``known`` are all TICKETS, so that parents out of view have keys. Team and stage are those of any visit.
    """
    if word in ("team", "stage"):
        pairs = visits[["ticket", word]]
    elif word == "epic":
        pairs = _ancestors(tickets, known)
    elif word in ("component", "label"):
        values = tickets[f"{word}s"].astype("str").str.split("; ")
        pairs = pd.DataFrame({"ticket": tickets["ticket"], word: values}).explode(word)
    else:
        pairs = tickets[["ticket", word]]
    return pairs.set_axis(["ticket", "value"], axis=1).dropna().astype("str").drop_duplicates()


def choices(tickets: pd.DataFrame, *, visits: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Give ``word, value, tickets``: of each word the values, the most frequent first."""
    counts = {
        word: values_of(word, tickets=tickets, visits=visits, known=known)["value"].value_counts()
        for word in WORDS
    }
    rows = [(word, value, tickets) for word, values in counts.items() for value, tickets in values.items()]
    return pd.DataFrame(rows, columns=["word", "value", "tickets"])


def _ancestors(tickets: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Give each ticket with the keys of its parents, theirs, and so on."""
    rows = known[["ticket", "key", "parent"]].astype("str").set_index("ticket")
    ticket = above = tickets["ticket"].astype("str")
    found = []
    for _ in range(_LEVELS):
        above = above.map(rows["parent"])
        found.append(pd.DataFrame({"ticket": ticket, "value": above.map(rows["key"])}))
    return pd.concat(found)
